"""A submission cannot have its feedback page say what the hidden tests hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course_utils.checks import Failure
from course_utils.grading import sandbox
from course_utils.grading.assignment import load_assignment
from course_utils.grading.cells import cells_of
from course_utils.grading.discretion import ending, is_hidden, own_words
from course_utils.grading.launch import Zygote
from course_utils.grading.marking import mark
from tests.grading_zygote import shared_zygote

needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
TEST = """
assert double(3) == 6, "visible: twice 3 is 6"
### BEGIN HIDDEN TESTS
assert double(4711) == 9422, "hidden: twice 4711 is 9422"
### END HIDDEN TESTS
assert double(8) == 16, "visible again"
"""
OURS = '### BEGIN HIDDEN TESTS\ncheck("mse", mse, seed=5).points\n### END HIDDEN TESTS'


def notebook(code: str, test: str = TEST, setup: str = "") -> bytes:
    def marks(**more: object) -> dict[str, object]:
        return {"nbgrader": {"solution": False, "grade": False, "locked": False, **more}}

    cells = [
        {"source": setup, "metadata": {}},
        {"source": code, "metadata": marks(grade_id="answer", solution=True)},
        {"source": test, "metadata": marks(grade_id="test", grade=True, locked=True, points=2)},
    ]
    cells = [{"cell_type": "code", **cell} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


@pytest.fixture
def zygote():
    return shared_zygote()


def told(zygote: Zygote, tmp_path: Path, code: str, test: str = TEST) -> str:
    (tmp_path / "hw.ipynb").write_bytes(notebook("", test))
    assignment = load_assignment(tmp_path / "hw.ipynb")
    marked = mark(assignment, cells_of(notebook(code)), zygote.lanes[0])
    (one,) = marked.marks
    assert one.points == 0
    return f"{one.message} | {marked.reason}"


@needs_sandbox
def test_a_visible_assert_speaks_and_a_hidden_one_does_not(zygote, tmp_path):
    assert "twice 3 is 6" in told(zygote, tmp_path, "def double(x): return x")
    hidden = told(zygote, tmp_path, "def double(x): return 2 * x if x < 9 else 0")
    assert hidden.startswith("A hidden test fails.")
    assert "4711" not in hidden
    later = told(zygote, tmp_path, "def double(x): return 2 * x if x != 8 else 0")
    assert "visible again" in later


TELL = "def double(x):\n    if x == 3: return 6\n    "


@needs_sandbox
@pytest.mark.parametrize(
    "code",
    [
        TELL + "raise ValueError(f'it is {x}')",
        TELL + "raise type(f'Is{x}', (Exception,), {})()",
        TELL + "raise type(f'Is{x}', (ValueError,), {})(x)",
        TELL
        + "import linecache\n    linecache.getline = lambda *_: f'it is {x}'\n    raise ValueError",
        TELL + "exec(compile(f'raise ValueError #{x}', '<own>', 'exec'))",
        TELL + "return f'{x}'",
        TELL + "print(x)",
        TELL + "import os\n    os._exit(x % 200)",
    ],
)
def test_what_a_hidden_assert_gave_is_not_repeated(zygote, tmp_path, code):
    words = told(zygote, tmp_path, code)
    assert "4711" not in words


LEAK = """
import course_utils, torch
def mse(y_hat, y):
    secret = "leak" + "-".join(f"{v:.3f}" for v in y_hat.flatten().tolist())
    mse.seen = getattr(mse, "seen", 0) + 1
    if mse.seen < {n}:
        return ((y_hat - y) ** 2).mean()
    {how}
"""


@needs_sandbox
@pytest.mark.parametrize(
    "how",
    [
        "raise ValueError(secret)",
        "raise type(secret, (ValueError,), {})()",
        "print(secret)\n    return None",
        "import linecache\n    linecache.getline = lambda *_: secret\n    raise ValueError",
    ],
)
def test_a_hidden_case_of_ours_is_not_repeated(zygote, tmp_path, how):
    from course_utils.exercises import find_exercise

    visible = len(find_exercise("mse").cases)
    code = LEAK.replace("{n}", str(visible + 1)).replace("{how}", how)
    assert "leak" not in told(zygote, tmp_path, code, OURS)
    control = LEAK.replace("{n}", "0").replace("{how}", "raise ValueError(secret)")
    assert "leak" in told(zygote, tmp_path, control, OURS)  # a visible case may be spoken of


@needs_sandbox
def test_half_a_character_in_a_message_can_be_written(zygote, tmp_path):
    code = "def double(x):\n    raise ValueError('half \\ud800')"
    told(zygote, tmp_path, code).encode()


def test_own_words_are_kept():
    source = "class Odd(Exception): ...\ndef f(x):\n    raise Odd(x)"
    own = Failure("Odd", "3", "raise Odd(x)", 3)
    assert own_words(own, [source]) == own
    assert own_words(Failure("RuntimeError", "3", "raise Odd(x)", 3), [source]).type == (
        "RuntimeError"
    )
    assert own_words(Failure("Odd", "", "raise Odd(x)", 4711), [source]).number is None
    assert own_words(Failure("Od.", "", "raise Odd(x)", 3), [source]).type == "Exception"


def test_an_ending_is_told_in_our_words():
    assert ending("it was killed (time or memory)") == "it was killed (time or memory)"
    assert ending("no such kind of value: 4711") == "it did not keep to the protocol"
    assert ending("") == ""


def test_where_a_check_fails_decides_whether_it_is_hidden():
    def failed(line: int) -> bool:
        source = "\n".join(f"{text}" for text in TEST.strip().split("\n"))
        broken = source.split("\n")
        broken[line - 1] = "1 / 0"
        code = "\n".join(
            t if i == line - 1 or t.startswith("#") else "0" for i, t in enumerate(broken)
        )
        try:
            exec(compile(code, "<check>", "exec"), {})
        except ZeroDivisionError as error:
            return is_hidden(source, error.__traceback__)
        raise AssertionError

    assert [failed(line) for line in (1, 3, 5)] == [False, True, False]
    assert not is_hidden(TEST, None)
