"""Without a sandbox, on the instructor's word: the same marks, slowly, and every row says so."""

from __future__ import annotations

import csv
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from course_utils.grading import alone, command, lanes, sandbox
from course_utils.grading.assignment import load_assignment
from course_utils.grading.session import Session
from course_utils.grading.store import Store
from course_utils.grading.submissions import find_submissions
from tests.grading_corpus import SOURCE, broken, handed_in, hostile
from tests.grading_zygote import own_temporary_folder

LAYERS = ("limits", "landlock", "seccomp", "own user", "bubblewrap")
RUN = ("syntax error", "a helper at the end")  # of the broken ones that reach a process at all


@pytest.fixture(autouse=True)
def own_folder(monkeypatch):
    folder = own_temporary_folder(monkeypatch)
    yield
    shutil.rmtree(folder)


@pytest.fixture
def nowhere(monkeypatch):
    lacking = dict.fromkeys(LAYERS, "needs Linux; this is darwin")
    monkeypatch.setattr(command, "missing", lambda: lacking)
    monkeypatch.setattr(command, "write_reports", lambda *_: None)  # shown elsewhere, and slow
    monkeypatch.setattr(command, "write_gradebook", lambda *_: "")


def left() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("submission-*"))


def test_a_class_is_graded_without_a_sandbox_only_when_told_to(nowhere, tmp_path, capsys):
    source, root, out = tmp_path / "hw.ipynb", tmp_path / "submitted", tmp_path / "out"
    source.write_text(SOURCE)
    want = {"honest": 3.0, "lazy": 1.0, "ends when called": 1.0}
    texts: dict[str, str | bytes] = {
        "honest": hostile.RIGHT,
        "lazy": handed_in(),
        "ends when called": handed_in(hostile.ATTACKS["ends when called"]),
    }
    for name, (content, points, words) in broken.FILES.items():
        if name in RUN or words.startswith(("no ", "format", "nested")):
            texts[name], want[name] = content, points
    for name, content in texts.items():
        path = root / name / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    words = [str(root), "--out", str(out), "--source", str(source), "--jobs", "2", "--quiet"]
    assert command.main(words) == 1
    assert "no sandbox here" in capsys.readouterr().err
    before = left()
    assert command.main([*words, "--unsafe"]) == 0
    assert "NO SANDBOX" in capsys.readouterr().err
    assert left() == before
    rows = list(csv.DictReader(io.StringIO((out / "grades.csv").read_text())))
    assert {row["student"]: float(row["points"]) for row in rows} == want
    for row in rows:
        ran = not row["reason"].startswith("notebook")
        assert row["reason"].endswith(lanes.UNSAFE) or not ran, row
    # A later run in a sandbox trusts none of it.
    found = find_submissions(root, [load_assignment(source)])
    assert all(Store(out, sandbox.Limits(), unsafe=True).get(one) for one in found)
    assert not any(Store(out, sandbox.Limits()).get(one) for one in found)


def test_time_limits_hold_and_the_next_call_works():
    cell = (
        "def f():\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\ndef good():\n    open('x', 'w').write('y'); return 1"
    )
    before = left()
    with Session(alone.AloneLane(), [("cell", cell)], seconds=2.0) as session:
        assert session.call("f", (), seconds=0.2, kind="function").status == "too slow"
        assert session.call("good", (), seconds=1.0, kind="function").value == 1
        assert session.started <= 2
        assert len(left() - before) == 1
    assert left() == before


def test_who_does_not_know_the_token_is_sent_away():
    with socket.create_server(("127.0.0.1", 0)) as server:
        stranger = socket.create_connection(server.getsockname())
        stranger.sendall(b"y" * 32)
        friend = socket.create_connection(server.getsockname())
        friend.sendall(b"x" * 32)
        accepted = alone._accepted(server, "x" * 32)
        assert accepted.getpeername() == friend.getsockname()
        assert stranger.recv(1) == b""
        for each in (stranger, friend, accepted):
            each.close()


def test_a_submission_ends_with_the_lane_that_started_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [sys.executable, "-m", "course_utils.grading.alone"]
        process = subprocess.Popen(
            [*words, str(server.getsockname()[1]), str(tmp_path)], stdin=subprocess.PIPE
        )
        process.stdin.write(b"x" * 32)
        threading.Timer(0.5, process.stdin.close).start()  # as when the lane is killed
        assert process.wait(60) == 1
