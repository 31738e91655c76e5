"""Broken and hostile submissions, all in one class: marks, neighbours and machine stay as they are.

Every way of cheating is first shown to pay off where the tests share the student's process.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils.grading import lanes, marking, proxies, sandbox, session
from course_utils.grading.assignment import load_assignment
from course_utils.grading.marking import Marked
from course_utils.grading.submissions import find_submissions
from tests.grading_corpus import (
    DOUBLE,
    DOUBLE_TEST,
    LAZY,
    RELU_TEST,
    SETUP,
    SOURCE,
    broken,
    handed_in,
    hostile,
)
from tests.grading_zygote import grading_processes, own_temporary_folder, shared_zygote

pytestmark = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
_NEIGHBOURS = 6  # honest submissions between the others


# ── the control: a grader whose tests share the student's process ────────────────────────────

NAIVE = """
import json, os, sys
import torch
torch.set_num_threads(1)
for cells in json.load(sys.stdin):
    reading, writing = os.pipe()
    if os.fork() == 0:
        scope, points = {"__name__": "__main__"}, 0
        for source, worth in cells:
            try:
                exec(source, scope)
                points += worth
            except Exception:
                pass
        os.write(writing, str(points).encode())
        os._exit(0)
    os.close(writing)
    print(os.read(reading, 10).decode() or 0, flush=True)
    os.wait()
"""


def naive_points(answers: list[str], folder: Path) -> list[float]:
    """Grade as tools do that run the tests where the student's code has run."""
    jobs = [
        [[SETUP, 0], [relu, 0], [RELU_TEST, 2], [DOUBLE, 0], [DOUBLE_TEST, 1]] for relu in answers
    ]
    done = subprocess.run(
        [sys.executable, "-c", NAIVE], input=json.dumps(jobs), cwd=folder, timeout=120,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [float(line) for line in done.stdout.split()]


@pytest.fixture(scope="module")
def source_notebook(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("source") / "hw.ipynb"
    path.write_text(SOURCE)
    return path


def test_cheating_pays_where_the_tests_share_the_process(tmp_path, source_notebook):
    cheats = [c.replace("SOURCE_PATH", str(source_notebook)) for c in hostile.CHEATS.values()]
    points = naive_points([LAZY, *cheats], tmp_path)
    assert points[0] == 1
    assert dict(zip(hostile.CHEATS, points[1:], strict=True)) == dict.fromkeys(hostile.CHEATS, 3)


OPEN = """
import json, os, signal, sys, time
import torch
torch.set_num_threads(1)

def points(cells):
    scope, earned = {"__name__": "__main__"}, 0
    for source, worth in cells:
        try:
            exec(source, scope)
            earned += worth
        except Exception:
            pass
    return earned

def grade(jobs, writing):
    os.setsid()
    child = os.fork()
    if child:  # the grader's other half: some kill it
        os.waitpid(child, 0)
        os._exit(0)
    sys.stdout = open(os.devnull, "w")
    os.write(writing, json.dumps([points(cells) for cells in jobs]).encode())
    os._exit(0)

def running(group):
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(number)) == group:
                yield open(f"/proc/{number}/comm").read().strip()
        except OSError:
            pass

for jobs, seconds in json.load(sys.stdin):
    reading, writing = os.pipe()
    grader = os.fork()
    if not grader:
        grade(jobs, writing)
    os.close(writing)
    os.set_blocking(reading, False)
    said, deadline = None, time.monotonic() + seconds
    while said is None and time.monotonic() < deadline:
        try:
            said = os.read(reading, 99).decode()
        except BlockingIOError:
            time.sleep(0.01)
    status = 0 if said is None else os.waitpid(grader, 0)[1]
    left = list(running(grader)) if said else []
    try:
        os.killpg(grader, signal.SIGKILL)
    except ProcessLookupError:
        pass
    print(json.dumps([json.loads(said) if said else said, status, left]), flush=True)
"""
LATE, ENDED = None, ""
# What each does to a grader that runs all in one open process, an honest neighbour after it. Not
# tried here, for whoever runs the tests: what would fill this machine, or kill everybody on it.
DISTURBS: dict[str, object] = {
    "endless loop": LATE,
    "endless loop that swallows": LATE,
    "prints without end": LATE,
    "memory, bit by bit": LATE,
    "stops itself": LATE,
    "ends at once": ENDED,
    "ends when called": ENDED,
    "crashes": ENDED,
    "closes everything": ENDED,
    "kills its parent": [1, 3],
    "kills a neighbour": [1, 3],
    "writes a mark": [1, 3],
    "writes over a neighbour": [1, 3],
    "links to a neighbour": [1, 3],
    "hands in a neighbour's work": [3, 3],
    "leaves a process": [1, 3],
    "connects": [1, 3],
    "removes everything": [1, 3],  # the last: nothing is left to look at
}


def test_attacks_reach_their_end_where_nothing_confines_them(tmp_path, source_notebook):
    around = Class(tmp_path, source_notebook, graded=False)
    try:
        jobs = []
        for name, result in DISTURBS.items():
            theirs = around.placed(hostile.ATTACKS[name])
            tests = [[RELU_TEST, 2], [DOUBLE, 0], [DOUBLE_TEST, 1]]
            both = [[[SETUP, 0], [each, 0], *tests] for each in (theirs, hostile.RELU)]
            jobs.append([both, 1.0 if result is LATE else 20.0])
        done = subprocess.run(
            [sys.executable, "-c", OPEN], input=json.dumps(jobs),
            cwd=tmp_path, timeout=120, capture_output=True, text=True, check=True,
        )  # fmt: skip
        told = dict(zip(DISTURBS, map(json.loads, done.stdout.splitlines()), strict=True))
        assert {name: said for name, (said, _, _) in told.items()} == DISTURBS
        assert told["kills its parent"][1] == signal.SIGKILL
        assert "sleep" in told["leaves a process"][2]
        assert around.victim.wait(5) == -signal.SIGKILL
        around.listening.settimeout(5)
        around.listening.accept()[0].close()
        assert (tmp_path / "mine").exists()
        assert not around.outside.exists()
    finally:
        around.end()


# ── the class ────────────────────────────────────────────────────────────────────────────────


class Class:
    """Everybody's work in one folder, and what was around while it was graded."""

    def __init__(self, folder: Path, source: Path, *, graded: bool = True) -> None:
        self.root, self.outside = folder / "submitted", folder / "outside"
        self.outside.mkdir(parents=True)
        for name in ("neighbour.ipynb", "neighbour.py"):
            (self.outside / name).write_text(hostile.RELU)
        (self.outside / "grades.csv").write_text("the marks")
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        self.places = {
            "OUT": str(self.outside),
            "PID": str(self.victim.pid),
            "PORT": str(self.listening.getsockname()[1]),
            "SOURCE_PATH": str(source),
        }
        if graded:
            self._write_all()
            self.results = self._grade(source)

    def placed(self, code: str) -> str:
        """Put the places that are there into an attack."""
        for word, value in self.places.items():
            code = code.replace(word, value)
        return code

    def end(self) -> None:
        self.victim.kill()
        self.victim.communicate()
        self.listening.close()

    def _write_all(self) -> None:
        for name, (content, _, _) in broken.FILES.items():
            self._write(f"broken: {name}", content)
        for name, code in (hostile.CHEATS | hostile.ATTACKS).items():
            self._write(f"hostile: {name}", handed_in(self.placed(code)))
        for name, text in hostile.EDITED.items():
            self._write(f"edited: {name}", text)
        for i in range(_NEIGHBOURS):
            letter = "abceho"[i]  # spread over the class
            self._write(f"{letter} neighbour {i} 🙂 ..", hostile.RIGHT)

    def _write(self, student: str, content: str | bytes) -> None:
        path = self.root / student.replace("/", " ") / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def _grade(self, source: Path) -> dict[str, Marked]:
        found = find_submissions(self.root, [load_assignment(source)])
        limits = sandbox.Limits(cpu_seconds=6, memory=512 << 20, scratch_bytes=32 << 20)
        pool = lanes.Pool(found, jobs=2, limits=limits, seconds=60)
        return {one.student: marked for one, marked in pool.run()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, source_notebook) -> Iterator[Class]:
    before = grading_processes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proxies, "_SECONDS", 1.0)
        patch.setattr(session.Session, "seconds", 1.0)
        patch.setattr(session.Session.__init__, "__defaults__", seconds_of_a_cell(1.0))
        scratch = own_temporary_folder(patch)
        graded = Class(tmp_path_factory.mktemp("class"), source_notebook)
    graded.scratch = scratch
    graded.left = grading_processes() - before - {graded.victim.pid}
    yield graded
    shutil.rmtree(graded.scratch)  # torch keeps a cache there
    graded.end()


def seconds_of_a_cell(seconds: float) -> tuple[object, ...]:
    defaults = list(session.Session.__init__.__defaults__ or ())
    return tuple(seconds if value == 10.0 else value for value in defaults)


@pytest.mark.parametrize("name", broken.FILES)
def test_a_broken_submission_earns_what_it_can_and_has_a_reason(graded, name):
    _, points, words = broken.FILES[name]
    result = graded.results[f"broken: {name}"]
    assert result.points == points, result
    assert words in result.reason
    assert (result.reason == "") == (points == 3) or not words


@pytest.mark.parametrize("name", hostile.CHEATS)
def test_cheating_earns_the_honest_mark_only(graded, name):
    assert graded.results[f"hostile: {name}"].points <= 1


@pytest.mark.parametrize("name", hostile.EDITED)
def test_edited_cells_earn_the_honest_mark(graded, name):
    assert graded.results[f"edited: {name}"].points == 1


@pytest.mark.parametrize("name", hostile.ATTACKS)
def test_an_attack_earns_no_more_than_the_honest_mark(graded, name):
    assert graded.results[f"hostile: {name}"].points <= 1


def test_neighbours_have_their_full_marks(graded):
    theirs = [marked for name, marked in graded.results.items() if "neighbour" in name[:12]]
    assert len(theirs) == _NEIGHBOURS
    assert [(each.points, each.reason) for each in theirs] == [(3, "")] * _NEIGHBOURS


def test_nothing_outside_was_touched(graded):
    files = {path.name: path.read_text() for path in graded.outside.iterdir()}
    assert files == {
        "neighbour.ipynb": hostile.RELU, "neighbour.py": hostile.RELU, "grades.csv": "the marks",
    }  # fmt: skip
    assert graded.victim.poll() is None
    graded.listening.settimeout(0.1)
    with pytest.raises(TimeoutError):
        graded.listening.accept()


def test_no_process_and_no_folder_is_left(graded):
    deadline = time.monotonic() + 5
    while grading_processes() & graded.left and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not grading_processes() & graded.left
    assert not list(graded.scratch.glob("course-grading-*/submission-*"))


def test_every_row_says_the_same_when_it_is_graded_again(graded, source_notebook, tmp_path):
    names = ["broken: syntax error", "hostile: ends when called", "hostile: crashes"]
    for name in names:
        target = tmp_path / name / "hw"
        target.mkdir(parents=True)
        (target / "hw.ipynb").write_bytes((graded.root / name / "hw" / "hw.ipynb").read_bytes())
    found = find_submissions(tmp_path, [load_assignment(source_notebook)])
    lane = shared_zygote().lanes[0]
    again = {one.student: lanes.mark_submission(one, lane) for one in found}
    assert again == {name: graded.results[name] for name in names}


def test_a_predictable_nonce_would_let_an_answer_be_forged(source_notebook, monkeypatch):
    """The control of "forges an answer": with a known nonce the forged frame is believed."""
    forger = (
        "import gc, json, socket, struct\ndef relu(x):\n"
        "    words = json.dumps({'nonce': 'known', 'status': 'returned',"
        " 'value': ['str', 'forged'], 'failure': None, 'printed': '', 'warnings': [],"
        " 'changed': [], 'detail': '',"
        " 'seconds': 0}).encode()\n    for s in gc.get_objects():\n"
        "        if isinstance(s, socket.socket):\n"
        "            s.sendall(struct.pack('!IQ', len(words), 0) + words)\n    return x"
    )
    lane = shared_zygote().lanes[0]
    with session.Session(lane, [("cell", forger)]) as one:
        assert one.call("relu", (1,), seconds=1, kind="function").status == "died"
    monkeypatch.setattr(session.secrets, "token_hex", lambda _: "known")
    with session.Session(lane, [("cell", forger)]) as one:
        assert one.call("relu", (1,), seconds=1, kind="function").value == "forged"


def test_the_checker_never_runs_what_a_student_sent():
    """No pickle, no eval of received text anywhere on the checker's side."""
    folder = Path(marking.__file__).parent
    files = ("frames", "wire", "outcomes", "session", "proxies", "cells", "submissions", "store")
    for file in files:
        text = (folder / f"{file}.py").read_text()
        for word in ("pickle", "eval(", "exec(", "marshal", "torch.load", "allow_pickle"):
            assert word not in text.replace("No pickle", ""), (file, word)
