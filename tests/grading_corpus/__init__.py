"""Submissions that are broken or hostile, for the tests of the grader. Never run them elsewhere.

The assignment is small: `relu` (2 points, nobody here writes it rightly unless said so) and
`double` (1 point, right in nearly all of them), so that whoever earns more than 1 has cheated, and
whoever earns less has been disturbed.
"""

from __future__ import annotations

import json
from typing import Any

RELU_TEST = """x = torch.tensor([-2.0, -0.5, 0.0, 3.0])
want = torch.clamp(x, min=0)
got = relu(x)
assert torch.allclose(got, want)
assert all(a == b for a, b in zip(got, want))
### BEGIN HIDDEN TESTS
assert float(relu(torch.tensor(-7.0))) == 0.0
### END HIDDEN TESTS"""
DOUBLE_TEST = "assert double(3) == 6\nassert double(-1) == -2"
SETUP = "import torch"
RELU = "def relu(x):\n    ### BEGIN SOLUTION\n    return x * (x > 0)\n    ### END SOLUTION"
DOUBLE = "def double(x):\n    return 2 * x"
LAZY = "def relu(x):\n    return x"  # wrong, and honest


def solution(name: str) -> dict[str, Any]:
    """Mark a cell that students fill in."""
    return {"grade_id": name, "solution": True, "grade": False, "locked": False}


def test_of(name: str, points: float) -> dict[str, Any]:
    """Mark an autograded cell."""
    return {
        "grade_id": f"test_{name}", "solution": False, "grade": True, "locked": True,
        "points": points,
    }  # fmt: skip


def cell(source: Any, marks: dict[str, Any] | None = None, kind: str = "code") -> dict[str, Any]:
    """Make one cell."""
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": marks} if marks else {}}


def notebook(cells: list[Any], **more: Any) -> str:
    """Make a notebook of cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})


def handed_in(relu: str = LAZY, double: str = DOUBLE, *extra: str, first: str = "") -> str:
    """Make an ordinary submission with these answers; `first` and `extra` are cells of its own."""
    return notebook(
        [
            *([cell(first)] if first else []),
            cell(SETUP),
            cell(relu, solution("relu")),
            cell(RELU_TEST.split("\n### BEGIN")[0], test_of("relu", 2)),
            cell(double, solution("double")),
            cell(DOUBLE_TEST, test_of("double", 1)),
            *map(cell, extra),
        ]
    )


SOURCE = handed_in(RELU).replace(
    json.dumps(RELU_TEST.split("\n### BEGIN")[0]), json.dumps(RELU_TEST)
)
