"""Submissions that are broken, not evil: file, points that they still earn, words of the reason."""

from __future__ import annotations

import json

from . import (
    DOUBLE,
    DOUBLE_TEST,
    LAZY,
    RELU,
    RELU_TEST,
    cell,
    handed_in,
    notebook,
    solution,
    test_of,
)

_GOOD = json.loads(handed_in(RELU))


def _with(**changes: object) -> str:
    return json.dumps({**_GOOD, **changes})


# name: (text or bytes of the notebook, points of 3, words that the reason holds)
FILES: dict[str, tuple[str | bytes, float, str]] = {
    "empty file": ("", 0, "no JSON"),
    "not json": ("hello", 0, "no JSON"),
    "a web page": ("<!DOCTYPE html><title>Sign in</title>", 0, "no JSON"),
    "half a download": (handed_in(RELU)[:300], 0, "no JSON"),
    "a png": (b"\x89PNG\r\n\x1a\n\x00\x00", 0, "no JSON"),
    "utf-16": (handed_in(RELU).encode("utf-16"), 0, "no JSON"),
    "with a byte order mark": (b"\xef\xbb\xbf" + handed_in(RELU).encode(), 3, ""),
    "a list": ("[1, 2]", 0, "no JSON object"),
    "null": ("null", 0, "no JSON object"),
    "nested very deeply": ("[" * 200_000, 0, "nested too deeply"),
    "format 3": (_with(nbformat=3), 0, "format 3"),
    "format 5": (_with(nbformat=5), 0, "format 5"),
    "format in words": (_with(nbformat="4"), 0, "format 4"),
    "no cells": (json.dumps({"nbformat": 4}), 0, "no list"),
    "cells are a dictionary": (_with(cells={"a": 1}), 0, "no list"),
    "a cell is a number": (_with(cells=[7]), 0, "a cell is no"),
    "thousands of cells": (_with(cells=[{}] * 5000), 0, "2000 cells"),
    "sources are numbers": (_with(cells=[cell(7), cell(None), cell([1, 2])]), 0, "nothing right"),
    "metadata are lists": (_with(cells=[{**cell(LAZY), "metadata": [1]}, cell(DOUBLE)]), 1, ""),
    "far too much code": (handed_in(RELU, DOUBLE, "#" * (1 << 20)), 0, "too large"),
    "syntax error": (handed_in("def relu(x)\n    return x"), 1, "SyntaxError"),
    "tabs and spaces": (handed_in("def relu(x):\n\tif x:\n        return x"), 1, "TabError"),
    "python 2": (handed_in("print 'hello'"), 1, "SyntaxError"),
    "a nul byte": (handed_in("x = '\0'"), 1, "SyntaxError"),
    "raises when defined": (handed_in("raise RuntimeError('no')"), 1, "RuntimeError"),
    "missing import": (handed_in("import tensorflow_of_mine"), 1, "ModuleNotFoundError"),
    "endless cell": (handed_in("while True: pass"), 1, "TimeoutError"),
    "exits": (handed_in("exit()"), 1, "SystemExit"),
    "blank": (handed_in("def relu(x):\n    raise NotImplementedError()"), 1, ""),
    "passes": (handed_in("def relu(x):\n    pass"), 1, ""),
    "renamed function": (handed_in("def ReLU(x):\n    return x * (x > 0)"), 1, ""),
    "a class instead": (handed_in("class relu:\n    pass"), 1, ""),
    "a number instead": (handed_in("relu = 3"), 1, ""),
    "magics": (handed_in("%matplotlib inline\n!pip install x\n" + RELU), 3, ""),
    "a cell in bash": (handed_in(RELU, DOUBLE, "%%bash\nrm -rf ~"), 3, ""),
    "a helper at the end": (
        handed_in("def relu(x): return mine(x)", DOUBLE, "def mine(x): return x * (x > 0)"),
        3, "",
    ),
    "solution in another cell": (handed_in("", DOUBLE, RELU), 3, ""),
    "solution as text": (notebook([cell(RELU, solution("relu"), "markdown"), cell(DOUBLE)]), 1, ""),
    "tests deleted": (notebook([cell(RELU, solution("relu")), cell(DOUBLE)]), 3, ""),
    "cells in another order": (notebook(_GOOD["cells"][::-1]), 3, ""),
    "all marks lost": (notebook([cell("import torch"), cell(RELU), cell(DOUBLE)]), 3, ""),
    "one name twice": (
        notebook([cell(LAZY, solution("relu")), cell(RELU, solution("relu")), cell(DOUBLE)]), 3, "",
    ),
    "tests broken": (
        notebook([cell(RELU, solution("relu")), cell("x (", test_of("relu", 2)), cell(DOUBLE)]),
        3, "",
    ),
    "points raised": (
        notebook([cell(LAZY, solution("relu")), cell(RELU_TEST, test_of("relu", 100)), cell(DOUBLE),
                  cell(DOUBLE_TEST, test_of("double", 100))]), 1, "",
    ),
}  # fmt: skip
