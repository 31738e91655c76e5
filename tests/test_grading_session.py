"""A submission's process: honest work is graded as it is here; misuse costs its own test only."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import nbformat
import pytest
import torch

from course_utils import load_dataset
from course_utils.checks import HandleError, grade
from course_utils.exercises import exercises_of
from course_utils.grading import sandbox
from course_utils.grading.session import RemoteCaller, Session, Zygote
from tests.grading_zygote import own_temporary_folder, shared_zygote

pytestmark = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
SOURCE = Path(__file__).parents[1] / "lectures" / "solutions" / "01_linear_regression.ipynb"


@pytest.fixture
def zygote():
    return shared_zygote()


def call(zygote, source: str, *arguments, name="f", seconds=1.0, kind="function"):
    with Session(zygote.lanes[0], [("cell", source)], seconds=2.0) as session:
        return session.call(name, arguments, seconds=seconds, kind=kind)


def test_the_course_s_own_solutions_earn_full_points(zygote):
    cells = [("setup", "import torch\nfrom course_utils import check")]
    for cell in nbformat.read(SOURCE, 4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            cells.append((about["grade_id"], cell.source))
    with Session(zygote.lanes[0], cells) as session:
        for exercise in exercises_of("01"):
            caller = RemoteCaller(session, exercise.id, exercise.seconds, exercise.kind)
            result = grade(exercise, caller, seed=99)
            assert result.points == exercise.points, result.message
    assert session.started == 1
    assert session.failures == {}


@pytest.mark.parametrize("number", range(len(exercises_of("01"))))
def test_known_mistakes_are_named_from_afar_as_they_are_here(zygote, number):
    """The tensors of the answer travel both ways and are judged as equal."""
    exercise = exercises_of("01")[number]
    inputs = [case.inputs() for case in exercise.cases]
    with Session(zygote.lanes[0], [("cell", "def f(*x): return x")]) as session:
        for given in inputs:
            outcome = session.call("f", given, seconds=2, kind="function")
            assert outcome.status == "returned"
            for sent, back in zip(given, outcome.value, strict=True):
                if isinstance(sent, torch.Tensor):
                    assert torch.equal(sent, back)
                else:
                    assert sent == back


def test_what_a_call_does_is_told(zygote):
    assert call(zygote, "def f(x): return 2 * x", 4).value == 8
    assert call(zygote, "def f(x): pass", 4).status == "blank"
    assert call(zygote, "def f(): raise NotImplementedError()").status == "blank"
    assert call(zygote, "class f: pass").status == "class"
    assert call(zygote, "f = 3", kind="value").value == 3
    assert call(zygote, "def f(x): return x").status == "parameters"
    assert call(zygote, "def f(): print('hi')").printed == "hi"
    assert call(zygote, "def f(x):\n    x += 1\n    return x", torch.ones(1)).changed == (0,)
    missing = call(zygote, "def g(): pass")
    assert (missing.status, missing.failure.type) == ("raised", "NameError")
    failed = call(zygote, "def f():\n    a = 1\n    return a / 0").failure
    assert (failed.type, failed.line, failed.number) == ("ZeroDivisionError", "return a / 0", 3)


def test_returned_functions_and_modules_stay_there_and_can_be_used(zygote):
    source = "from torch.nn import *\ndef f(k):\n    return Sequential(Linear(k, 3), ReLU())"
    with Session(zygote.lanes[0], [("cell", source)]) as session:
        handle = session.call("f", (2,), seconds=2, kind="function").value
        assert handle(torch.ones(5, 2)).shape == (5, 3)
        assert handle.parameter_shapes() == {"0.weight": (3, 2), "0.bias": (3,)}
        assert handle.layer_names() == ("Linear", "ReLU")
        with pytest.raises(HandleError):
            handle(torch.ones(5, 7))
    with pytest.raises(HandleError):
        handle(torch.ones(5, 2))  # its process has ended


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        ("def f():\n    while True:\n        try:\n            while True: pass\n"
         "        except: pass", "too slow", ""),
        ("def f(): import time; time.sleep(60)", "too slow", ""),
        ("def f(): import os; os._exit(0)", "died", ""),
        ("def f(): import os; os._exit(3)", "died", "exit status 3"),
        ("def f(): import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died", "killed"),
        ("def f(): import ctypes; ctypes.string_at(0)", "died", "signal 11"),
        ("def f(): return bytearray(1 << 30)", "raised", "MemoryError"),
        ("def f():\n    return f()", "raised", "RecursionError"),
        ("def f(): exit()", "raised", "SystemExit"),
        ("import torch\ndef f(): return torch.zeros(1).expand(1 << 25)", "returned", "64 MB"),
        ("def f():\n    import gc, socket\n    for s in gc.get_objects():\n"
         "        if isinstance(s, socket.socket): s.sendall(b'x' * 1000)", "died", ""),
        ("def f():\n    import gc, socket\n    for s in gc.get_objects():\n"
         "        if isinstance(s, socket.socket): s.close()", "died", ""),
    ],
)  # fmt: skip
def test_misuse_has_its_reason_and_the_next_call_works(zygote, source, status, words):
    cells = [("cell", source), ("next", "def good(): return 1")]
    with Session(zygote.lanes[0], cells) as session:
        limit = 0.5 if status == "too slow" else 20.0  # a busy machine makes nothing too slow
        outcome = session.call("f", (), seconds=limit, kind="function")
        assert outcome.status == status
        told = f"{outcome.detail} {outcome.failure} {outcome.value}"
        assert words in told
        assert session.call("good", (), seconds=20, kind="function").value == 1


def test_a_cell_that_fails_leaves_the_next(zygote):
    cells = [
        ("broken", "def f(:\n    pass"),
        ("raises", "x = 1 / 0"),
        ("endless", "while True: pass"),
        ("exits", "import sys; sys.exit()"),
        ("good", "def f(): return 1"),
    ]
    with Session(zygote.lanes[0], cells, seconds=0.5) as session:
        assert session.call("f", (), seconds=1, kind="function").value == 1
        assert {name: failure.type for name, failure in session.failures.items()} == {
            "broken": "SyntaxError", "raises": "ZeroDivisionError",
            "endless": "TimeoutError", "exits": "SystemExit",
        }  # fmt: skip
        assert session.failures["raises"].line == "x = 1 / 0"


def test_processes_are_given_again_but_not_for_ever(zygote):
    cells = [("cell", "def f(): import os; os._exit(1)\ndef good(): return 1")]
    with Session(zygote.lanes[0], cells) as session:
        ends = [session.call("f", (), seconds=1, kind="function").status for _ in range(6)]
        assert ends == ["died"] * 6
        assert session.started == 4
        assert session.call("good", (), seconds=1, kind="function").status == "died"


def test_a_folder_that_grows_is_stopped(zygote):
    source = (
        "def f():\n    for i in range(1000):\n"
        "        open(f'{i}', 'wb').write(bytes(8 << 20))\n    while True: pass"
    )
    with Session(zygote.lanes[0], [("cell", source)]) as session:
        outcome = session.call("f", (), seconds=30.0, kind="function")
        assert (outcome.status, outcome.detail) == ("died", "its files grew too large")


def test_answers_and_checks_are_not_in_its_memory_nor_within_its_reach(zygote):
    source = (
        "import sys, gc\nfrom course_utils import check\n"
        "def f():\n    names = [n for n in sys.modules if 'lecture_' in n]\n"
        "    seen = [o for o in gc.get_objects() if type(o).__name__ == 'Exercise']\n"
        "    return names, len(seen), check('mse', 1).points\n"
        "def g():\n    import course_utils.exercises.lecture_01\n"
        f"def h(): return open({str(SOURCE)!r}).read()\n"
    )
    assert call(zygote, source).value == ([], 0, 0.0)
    assert call(zygote, source, name="g").failure.type == "ModuleNotFoundError"
    refused = {"PermissionError", "FileNotFoundError"}  # inside bubblewrap it does not exist
    assert call(zygote, source, name="h").failure.type in refused


def test_the_course_s_tables_can_be_loaded(zygote):
    source = "from course_utils import load_dataset\ndef f(): return load_dataset('gpa').X"
    assert torch.equal(call(zygote, source).value, load_dataset("gpa").X)
    source = source.replace("'gpa'", "'mpg'")
    assert call(zygote, source, seconds=5.0).value.shape == load_dataset("mpg").X.shape


def test_nothing_is_left_behind(monkeypatch):
    own = own_temporary_folder(monkeypatch)
    with Zygote(1, wrapped=False) as running:
        made = set(own.glob("course-grading-*"))
        source = (
            "import threading, time\ndef f():\n    open('x', 'w').write('y')\n"
            "    threading.Thread(target=time.sleep, args=(60,)).start()"
        )
        assert call(running, source).status == "returned"
        pid = running.process.pid
        assert not any(any(folder.iterdir()) for folder in made)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        assert children == ""
    assert not any(folder.exists() for folder in made)
    assert len(made) == 1
    own.rmdir()
    time.sleep(0.1)
    assert subprocess.run(["kill", "-0", str(pid)], capture_output=True, check=False).returncode
