"""Lanes and zygotes that die in the middle of a class: who is graded again, and who notices."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from course_utils.grading import lanes, sandbox, wire
from course_utils.grading.alone import AloneLane
from course_utils.grading.assignment import load_assignment
from course_utils.grading.launch import ForkedLane, GraderError, Zygote
from course_utils.grading.marking import Mark, Marked
from course_utils.grading.session import Session
from course_utils.grading.submissions import Submission, find_submissions
from tests.grading_corpus import SOURCE, hostile
from tests.grading_zygote import lend_zygote, shared_zygote, workers_of

needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
ENDLESS = """
while True:
    try:
        while True: pass
    except BaseException: pass
"""
LATE = 20.0  # seconds; nothing that is waited for takes so long


class Diary:
    """Who was at what, in the order of time; lanes write it, which are other processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def add(self, student: str, what: str = "begins") -> None:
        with self.path.open("a") as file:
            file.write(f"{student}|{what}|{os.getpid()}\n")

    def lines(self) -> list[list[str]]:
        return [line.split("|") for line in self.path.read_text().splitlines()]

    def begun(self) -> Counter[str]:
        return Counter(student for student, what, _ in self.lines() if what == "begins")

    def wait_for(self, *wanted: str) -> None:
        deadline = time.monotonic() + LATE
        while not set(wanted) <= {student for student, _, _ in self.lines()}:
            assert time.monotonic() < deadline, self.lines()
            time.sleep(0.01)


@pytest.fixture
def diary(tmp_path) -> Diary:
    return Diary(tmp_path / "diary")


# ── the real thing ───────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_only_the_lane_that_dies_is_started_afresh(tmp_path, diary, monkeypatch):
    """The neighbour is at work while the other lane dies three times, and is never disturbed."""
    lend_zygote(monkeypatch)
    (tmp_path / "hw.ipynb").write_text(SOURCE)
    for name in ("a neighbour", "b kills once", "c kills", "d last", "e later"):
        path = tmp_path / "submitted" / name / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(hostile.RIGHT)
    found = find_submissions(tmp_path / "submitted", [load_assignment(tmp_path / "hw.ipynb")])
    calm = {one.student: lanes.mark_submission(one, shared_zygote().lanes[0]) for one in found[:1]}
    real = lanes.mark_submission

    def mark(submission, lane):
        diary.add(submission.student)
        if submission.student == "a neighbour":
            connection, number = lane.begin()  # its own process, which must still be there below
            diary.wait_for("d last")
            assert wire.receive(connection, 5)[0] == {"ready": True}
            connection.close()
            lane.end(number, dying=True)
        kills = submission.student == "c kills" or diary.begun()["b kills once"] == 1
        if "kills" in submission.student and kills:
            diary.wait_for("a neighbour")
            leave_behind(lane)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(submission, lane)

    monkeypatch.setattr(lanes, "mark_submission", mark)
    pool = lanes.Pool(found, jobs=2, limits=sandbox.Limits(), seconds=60)
    results, zygotes = {}, set()
    for one, marked in pool.run():
        results[one.student] = marked
        zygotes.add(pool.zygote.process.pid)
    assert diary.begun() == {
        "a neighbour": 1, "b kills once": 2, "c kills": 2, "d last": 1, "e later": 1,
    }  # fmt: skip
    assert zygotes == {shared_zygote().process.pid}
    pids = {student: [] for student in results}
    for student, _, pid in diary.lines():
        pids[student].append(pid)
    beside = pids["a neighbour"][0]
    others = [pid for name in ("b kills once", "c kills", "d last") for pid in pids[name]]
    assert beside not in others
    assert len(set(others)) == 4  # the first, and a fresh one after each of three deaths
    died = "the lane that judged it died"
    assert results.pop("c kills") == lanes.failed(found[2], died)
    assert set(results.values()) == {calm["a neighbour"]}
    assert len(results) == 4


def leave_behind(lane: ForkedLane) -> None:
    """Have a process at work for ever, and an answer that nobody will fetch, as a killed lane."""
    connection, _ = lane.begin()
    wire.receive(connection, 5)
    wire.send(connection, {"do": "run", "cells": [["c", ENDLESS]], "seconds": 60, "nonce": "x"})
    ours, theirs = socket.socketpair()
    socket.send_fds(lane.line, [b'{"do": "fork"}'], [theirs.fileno()])
    for each in (connection, ours, theirs):
        each.close()


@needs_sandbox
def test_a_lane_that_is_cleared_is_as_new():
    zygote = shared_zygote()
    lane, beside = zygote.lanes
    with Session(beside, [("cell", "def f(): return 1")]) as other:
        other.start()
        leave_behind(lane)
        time.sleep(0.1)
        assert len(workers_of(zygote)) >= 2  # the endless one, and the neighbour's
        assert lane.clear()
        assert len(workers_of(zygote)) == 1
        assert other.call("f", (), seconds=5, kind="function").value == 1
        assert other.started == 1
    source = "import os\ndef f(): return os.getpid()"
    with Session(lane, [("cell", source)]) as session:
        # An answer that was left would be taken for this one's, and be another number.
        number = session.call("f", (), seconds=5, kind="function").value
        assert number == session._worker
    assert workers_of(zygote) == []


@needs_sandbox
def test_a_check_that_never_ends_is_given_up(tmp_path, diary, monkeypatch):
    lend_zygote(monkeypatch)
    (tmp_path / "hw.ipynb").write_text(
        SOURCE.replace("assert double(3) == 6", "while double(3) != 6: pass")
    )
    wrong = hostile.RIGHT.replace("2 * x", "x")
    for name, text in {"right": hostile.RIGHT, "wrong": wrong, "x": hostile.RIGHT}.items():
        path = tmp_path / "submitted" / name / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    found = find_submissions(tmp_path / "submitted", [load_assignment(tmp_path / "hw.ipynb")])
    real = lanes.mark_submission

    def mark(submission, lane):
        diary.add(submission.student)
        return real(submission, lane)

    monkeypatch.setattr(lanes, "mark_submission", mark)
    pool = lanes.Pool(found, jobs=1, limits=sandbox.Limits(), seconds=2.5)
    results = {one.student: (marked.points, marked.reason) for one, marked in pool.run()}
    assert results == {
        "right": (3, ""), "x": (3, ""),
        "wrong": (0, "time limit of 2.5 s for the whole submission"),
    }  # fmt: skip
    assert diary.begun() == {"right": 1, "wrong": 1, "x": 1}  # nobody is late twice


# ── zygotes that die, played by processes that are as easily killed and start at once ────────


class Light(Zygote):
    """Forks nothing, and can be killed."""

    started = 0

    def __init__(self, wanted: int, **_: object) -> None:
        type(self).started += 1
        self.process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        self.lanes = [Killable(self.process.pid) for _ in range(wanted)]
        self.about = {"missing": {}}

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Killable(ForkedLane):
    """Reaches its zygote only to see whether it is alive."""

    def __init__(self, pid: int) -> None:
        self.__dict__["pid"] = pid

    def clear(self) -> bool:
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"

    def close(self) -> None:
        pass


def class_of(*students: str) -> list[Submission]:
    return [Submission(each, "hw", ()) for each in students]


@pytest.fixture
def light(monkeypatch, diary):
    """Let "kills" end the zygote each time it is marked, "once" the first time, "lane" its lane."""
    monkeypatch.setattr(lanes, "Zygote", Light)
    monkeypatch.setattr(Light, "started", 0)
    monkeypatch.setattr(lanes, "warm_up", lambda: None)

    def mark(submission, lane):
        name = submission.student
        diary.add(name)
        if "beside" in name:
            diary.wait_for("kills")
            time.sleep(0.4)
        if "lane" in name:
            os.kill(lane.pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("kills") or ("once" in name and diary.begun()[name] == 1):
            time.sleep(0.1)
            os.kill(lane.pid, signal.SIGKILL)
            time.sleep(0.05)
        if not lane.clear():
            raise GraderError("the process that forks the workers has ended: how odd")
        diary.add(name, "done")
        return Marked((Mark("double", 1, 1),))

    monkeypatch.setattr(lanes, "mark_submission", mark)
    return diary


def graded(students: list[str], jobs: int = 2) -> dict[str, tuple[float, str]]:
    found = class_of(*students)
    pool = lanes.Pool(found, jobs=jobs, limits=sandbox.Limits(), seconds=60)
    results = [(one.student, (marked.points, marked.reason)) for one, marked in pool.run()]
    assert len(results) == len(dict(results))  # nobody twice
    return dict(results)


def test_a_zygote_that_is_gone_is_started_again_and_costs_nobody_anything(light):
    assert graded(["once", "a", "b", "c"]) == dict.fromkeys(("once", "a", "b", "c"), (1, ""))
    assert Light.started == 2
    assert light.begun()["once"] == 2


def test_who_takes_the_zygote_along_each_time_has_a_row_and_nobody_else(light):
    """Its neighbour of the first time is graded alone, and so is not there the second time."""
    students = ["beside", "kills", *"abcd"]
    results = graded(students)
    assert results.pop("kills") == (0, "the process that forks the workers ended")
    assert results == dict.fromkeys(["beside", *"abcd"], (1, ""))
    assert Light.started == 3
    assert light.begun() == {"beside": 2, "kills": 2, **dict.fromkeys("abcd", 1)}


def test_lane_and_zygote_may_die_together(light):
    assert graded(["takes lane", "a", "b"]) == {
        "a": (1, ""), "b": (1, ""), "takes lane": (0, "the lane that judged it died"),
    }  # fmt: skip


def test_where_every_zygote_dies_the_grader_gives_up_and_says_so(light):
    with pytest.raises(GraderError, match="how odd"):
        graded([f"kills {i}" for i in range(9)])
    assert Light.started <= 4


def test_trouble_with_a_zygote_that_lives_is_not_retried(light, monkeypatch):
    def refuse(*_):
        raise GraderError("the sandbox could not be closed")

    monkeypatch.setattr(lanes, "mark_submission", refuse)
    monkeypatch.setattr("course_utils.grading.launch._ENDING", 0.05)
    with pytest.raises(GraderError, match="could not be closed"):
        graded(["a", "b"])
    assert Light.started == 1


def test_a_killed_lane_without_a_sandbox_leaves_no_folder(tmp_path):
    """Its folders lie in one of the pool's, which goes when the pool ends."""
    lane = AloneLane(str(tmp_path))
    connection, number = lane.begin()
    (made,) = tmp_path.iterdir()
    assert made.name.startswith("submission-")
    connection.close()
    lane.end(number, dying=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_lane_says_is_json():
    """The clearing of a lane stops at the end of the zygote, not at an odd answer."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(json.dumps({"worker": 7}).encode())
    theirs.close()
    assert ForkedLane(ours).clear() is False
    ours.close()
