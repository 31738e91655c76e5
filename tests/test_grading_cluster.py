"""Grading on a dask cluster: two workers, one killed in the middle, the same bytes as here."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils.grading import cluster, command, parcel, remote, sandbox
from course_utils.grading.assignment import load_assignment
from course_utils.grading.launch import GraderError
from course_utils.grading.marking import Mark
from course_utils.grading.store import Store
from course_utils.grading.submissions import find_submissions
from tests.grading_corpus import LAZY, SOURCE, broken, handed_in, hostile
from tests.grading_zygote import grading_processes, lend_zygote, shared_zygote

pytest.importorskip("distributed")
needs_sandbox = pytest.mark.skipif(
    bool(sandbox.why_unsafe()), reason=f"this machine has no sandbox: {sandbox.missing()}"
)
ROOT = Path(__file__).parents[1]


def dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, **quiet)


class Cluster:
    """A scheduler and two workers, each in a folder of its own, as on machines of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = folder / "scheduler.json"
        words = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))
        self.scheduler = dask(folder, "scheduler", *words)
        self.workers = [self._worker(about, name) for name in ("a", "b")]
        deadline = time.monotonic() + 60
        while not about.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        self.address = json.loads(about.read_text())["address"]

    def _worker(self, about: Path, name: str) -> subprocess.Popen[bytes]:
        (self.folder / name).mkdir()
        words = ("--scheduler-file", str(about), "--nthreads", "1", "--no-nanny", "--name", name)
        return dask(self.folder / name, "worker", *words, "--memory-limit", "0")

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def handed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    (folder / "hw.ipynb").write_text(SOURCE)
    texts: dict[str, str | bytes] = {
        **{f"honest {i}": hostile.RIGHT for i in range(3)},
        **{f"slow {i}": handed_in("import time\ntime.sleep(0.4)\n" + LAZY) for i in range(8)},
        "ends": handed_in(hostile.ATTACKS["ends when called"]),
        "peeks": handed_in(hostile.CHEATS["reads the expected value from the caller's frame"]),
        **{name: broken.FILES[name][0] for name in ("not json", "syntax error", "utf-16")},
    }
    for name, content in texts.items():
        path = folder / "submitted" / name / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "submitted" / "nothing").mkdir()
    return folder


@needs_sandbox
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_lost(
    running, handed, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(command, "write_reports", lambda *_: None)  # shown elsewhere, and slow
    monkeypatch.setattr(command, "write_gradebook", lambda *_: "")
    lend_zygote(monkeypatch)  # for the run here
    shared_zygote()
    before = grading_processes()
    common = [str(handed / "submitted"), "--source", str(handed / "hw.ipynb")]
    assert command.main([*common, "--out", str(tmp_path / "here"), "--quiet", "--jobs", "2"]) == 0
    real, seen = Store.put, []

    def put(self, submission, marked):
        seen.append(submission.student)
        if len(seen) == 6:
            running.workers[0].send_signal(signal.SIGKILL)
        real(self, submission, marked)

    monkeypatch.setattr(Store, "put", put)
    capsys.readouterr()
    assert (
        command.main([*common, "--out", str(tmp_path / "far"), "--scheduler", running.address]) == 0
    )
    said = capsys.readouterr()
    assert "17 submissions of 17 students" in said.out
    assert "17 graded now" in said.out
    assert sorted(seen) == sorted({*seen})  # nobody twice
    for name in ("grades.csv", "canvas.csv", "moodle.csv"):
        there, here = (tmp_path / place / name for place in ("far", "here"))
        assert there.read_bytes() == here.read_bytes(), name
    deadline = time.monotonic() + 10
    while grading_processes() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert grading_processes() <= before  # zygotes and lanes are gone, also the killed worker's


@needs_sandbox
def test_a_check_that_hangs_is_ended_there_too(handed, tmp_path):
    source = tmp_path / "hw.ipynb"
    source.write_text(SOURCE.replace("assert double(3) == 6", "while double(3) == 6: pass"))
    one = next(
        each
        for each in find_submissions(handed / "submitted", [load_assignment(source)])
        if each.student == "honest 0"
    )
    pool = cluster.ClusterPool([one], address="", limits=sandbox.Limits(), seconds=60)
    task = parcel.task_of(one, pool._options, 1.0)
    assert remote.judge(task) == {"failed": "time limit of 1 s for the whole submission"}
    remote.close_lane()


def test_another_version_of_the_course_is_refused():
    assert "another version" in remote.judge({"code": "older"})["error"]


def test_a_cluster_without_workers_or_without_anybody_is_an_error(running, handed, monkeypatch):
    found = find_submissions(handed / "submitted", [load_assignment(handed / "hw.ipynb")])
    for worker in running.workers:
        worker.kill()
        worker.wait()
    limits = sandbox.Limits()
    lonely = cluster.ClusterPool(
        found, address=running.address, limits=limits, seconds=9, patience=0.5
    )
    with pytest.raises(GraderError, match="no worker is connected"):
        list(lonely.run())
    monkeypatch.setattr(cluster, "_WAIT", 0.5)
    nobody = cluster.ClusterPool(found, address="tcp://127.0.0.1:9", limits=limits, seconds=9)
    with pytest.raises(GraderError, match="no scheduler answers"):
        list(nobody.run())


def test_a_submission_that_takes_every_worker_with_it_is_given_up(handed, monkeypatch):
    class Lost:
        status = "error"

        def done(self):
            return True

    class Client:
        def as_current(self):
            return contextlib.nullcontext()

        def nthreads(self):
            return {"a": 1}

        def submit(self, *_, **__):
            return Lost()

    import distributed

    monkeypatch.setattr(distributed, "wait", lambda *_, **__: None)
    found = find_submissions(handed / "submitted", [load_assignment(handed / "hw.ipynb")])[:1]
    pool = cluster.ClusterPool(found, address="", limits=sandbox.Limits(), seconds=9)
    results, client = [], Client()
    while pool.waiting or pool.running:
        pool._send(client)
        results += pool._receive(client)
    ((_, marked),) = results
    assert pool.tries == [2]
    reason = "the lane that judged it died"
    assert marked.marks == (Mark("relu", 0, 2, reason), Mark("double", 0, 1, reason))
