"""Attacks that once stopped, slowed or swelled the grader itself, each with its control."""

from __future__ import annotations

import json
import math
import os
import select
import socket
import time
from pathlib import Path

import pytest
import torch

from course_utils.grading import cells, sandbox, wire
from course_utils.grading.assignment import load_assignment
from course_utils.grading.marking import mark
from course_utils.grading.session import Session
from tests.grading_corpus import DOUBLE, cell, notebook, solution
from tests.grading_corpus import test_of as graded
from tests.grading_zygote import shared_zygote

needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)


def call(source: str, *arguments: object, seconds: float = 20.0):
    with Session(shared_zygote().lanes[0], [("cell", source)]) as session:
        return session.call("f", arguments, seconds=seconds, kind="function")


# ── what a fork shares with the zygote ───────────────────────────────────────────────────────

FALSE_ALARM = """
def alarm(watched, taken):
    import os, select
    for number in range(3, 64):
        try:
            watching = select.epoll.fromfd(os.dup(number))
            watching.poll(0)
        except OSError:
            continue
        reading, writing = os.pipe()
        os.write(writing, b"x")
        for name in watched:
            try:
                os.dup2(reading, name)
                watching.register(name, select.EPOLLIN)
                taken.append(name)
            except OSError:
                pass
    return taken
"""


@needs_sandbox
def test_nothing_that_the_zygote_waits_with_is_open_in_a_submission():
    """Through it, a submission had the zygote read from a lane that said nothing, for ever."""
    assert call(FALSE_ALARM + "def f(): return alarm(range(40, 64), [])").value == []
    numbers = "import os\ndef f():\n    found = []\n    for n in range(200):\n        try:\n" \
        "            found.append((n, os.fstat(n).st_mode))\n        except OSError: pass\n" \
        "    return found"  # fmt: skip
    assert len(call(numbers).value) == 4  # nothing thrice, and the socket to its checker


def test_the_control_a_shared_watch_raises_a_false_alarm():
    scope: dict[str, object] = {}
    exec(FALSE_ALARM, scope)
    ours, theirs = socket.socketpair()
    quiet = os.dup(ours.fileno())
    os.dup2(quiet, 300)
    with select.epoll() as watching:
        watching.register(300, select.EPOLLIN)
        assert watching.poll(0) == []
        if os.fork() == 0:
            os.close(300)
            taken = scope["alarm"]([300], [])  # type: ignore[operator]
            theirs.recv(1)
            os._exit(300 not in taken)
        deadline = time.monotonic() + 20
        while not (seen := watching.poll(0.1)) and time.monotonic() < deadline:
            pass
        assert seen[0][0] == 300
        assert not select.select([300], [], [], 0)[0]  # though nothing is there to read
    ours.send(b"x")
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    for each in (ours, theirs):
        each.close()
    os.close(quiet)
    os.close(300)


# ── frames ───────────────────────────────────────────────────────────────────────────────────


def test_many_arrays_of_the_same_bytes_are_refused():
    """A frame of 66 MB became a terabyte: each of 14,000 arrays was a copy of all of its bytes."""
    array = ["tensor", {"dtype": "uint8", "shape": [8], "start": 0}, False]
    assert wire.unpack(["list", [array]], bytes(8))[0].shape == (8,)
    with pytest.raises(wire.WireError, match="beyond what was sent"):
        wire.unpack(["list", [array, array]], bytes(8))
    halves = [["numpy", {"dtype": "int8", "shape": [4], "start": s}, False] for s in (0, 4)]
    assert [each.tolist() for each in wire.unpack(["list", halves], bytes(8))] == [[0] * 4] * 2
    shape = [*[(1 << 48) - 1] * 15, 0]
    with pytest.raises(wire.WireError):
        wire.unpack(["tensor", {"dtype": "int8", "shape": shape[:-1], "start": 0}, False], b"")


@needs_sandbox
def test_a_swollen_answer_costs_its_own_process_only():
    source = (
        "from course_utils.grading import outcomes, wire\n"
        "array = ['tensor', {'dtype': 'uint8', 'shape': [1 << 20], 'start': 0}, False]\n"
        "wire.pack = outcomes.pack = lambda *_: (['list', [array] * 9000], bytes(1 << 20))\n"
        "def f(): return 1"
    )
    assert call(source).status == "died"


def test_who_does_not_read_is_not_waited_for():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(wire.LateError, match="nobody reads"):
            wire.send(ours, {}, bytes(8 << 20), 0.2)
        assert ours.fileno() > 0
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, {"a": 1}, b"", 0.2)
        assert ours.gettimeout() is None
        assert wire.receive(theirs, 1)[0] == {"a": 1}


@needs_sandbox
def test_a_submission_that_sleeps_while_inputs_arrive_costs_its_call_only():
    source = (
        "import threading, time\nfrom course_utils.grading import wire\n"
        "def f(x): return x\n"
        "wire.receive = lambda *_: time.sleep(60)"
    )
    start = time.monotonic()
    assert call(source, torch.zeros(1 << 21), seconds=0.5).status == "too slow"
    assert time.monotonic() - start < 30


@needs_sandbox
@pytest.mark.parametrize(
    "told", ["5", "['a']", "[1, 2, 3]", "{'a': 1}", "['x' * 999, '', '']", "['\\x1b[2J', '', '']"]
)
def test_a_forged_report_on_cells_is_refused_or_bounded(told):
    source = (
        "import course_utils.grading.worker as w\n"
        f"w._Submission._failed = lambda *_: {told}\n"
        "def f(): return 1"
    )
    with Session(shared_zygote().lanes[0], [("cell", source), ("next", "")]) as session:
        session.call("f", (), seconds=5, kind="function")
        assert all(failure.type == "Exception" for failure in session.failures.values())


# ── notebooks ────────────────────────────────────────────────────────────────────────────────


def test_a_number_of_points_that_no_float_holds_is_none():
    text = notebook([cell(DOUBLE, {**graded("double", 0), "points": 0})])
    (read,) = cells.cells_of(text.replace('"points": 0', '"points": 1' + "0" * 400).encode())
    assert read.points == 0
    for odd in ("NaN", "Infinity", "-1e400", "1e300"):
        (read,) = cells.cells_of(text.replace('"points": 0', f'"points": {odd}').encode())
        assert math.isfinite(read.points)


def test_blank_lines_without_end_are_read_at_once():
    """The search for magics took time that grew with the square: hours for these."""
    blank = " \n" * (cells.MOST_SOURCE // 2)
    start = time.monotonic()
    assert cells.without_magics(blank) == blank
    assert cells.without_magics(" " * cells.MOST_SOURCE).strip() == ""
    assert time.monotonic() - start < 20
    assert cells.without_magics("\n\n  %x\n\t!y") == "\n\n  pass  # %x\n\tpass  # !y"


@needs_sandbox
@pytest.mark.parametrize(("value", "points"), [("math.nan", 0), ("math.inf", 2), ("-1.0", 0)])
def test_points_computed_from_a_student_s_numbers_are_numbers(tmp_path, value, points):
    """NaN as points ended the grading of all, when the summary was drawn."""
    work = [cell("import math"), cell(f"def f(): return {value}", solution("f"))]
    (tmp_path / "hw.ipynb").write_text(notebook([*work, cell("f()", graded("f", 2))]))
    assignment = load_assignment(tmp_path / "hw.ipynb")
    read = cells.read_cells(Path(tmp_path / "hw.ipynb"))
    marked = mark(assignment, read, shared_zygote().lanes[0])
    assert marked.points == points
    assert json.dumps(marked.to_json(), allow_nan=False)
