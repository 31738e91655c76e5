"""Inside bubblewrap other people's files, processes and networks do not exist; outside they do."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_utils.grading import bubblewrap, proxies, sandbox
from course_utils.grading.assignment import load_assignment
from course_utils.grading.cells import cells_of
from course_utils.grading.marking import mark
from course_utils.grading.session import GraderError, Session, Zygote
from tests.grading_corpus import SOURCE, handed_in, hostile

needs_bubblewrap = pytest.mark.skipif(bool(bubblewrap.why_not()), reason=bubblewrap.why_not())
needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)

# Tried without any other layer, in plain Python: what does bubblewrap alone keep apart?
PROBE = """
import json, os, socket, sys
secret, port, neighbour, package = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
def tried(do):
    try:
        do()
        return True
    except OSError:
        return False
print(json.dumps({
    "reads a file": tried(lambda: open(secret).read()),
    "writes beside it": tried(lambda: open(secret + "2", "w").close()),
    "reads the answers": os.path.exists(package + "/exercises"),
    "reads the marking": os.path.exists(package + "/grading/marking.py"),
    "reads homes": os.path.exists("/etc/passwd") or os.path.exists("/home"),
    "connects": tried(lambda: socket.create_connection(("127.0.0.1", port), 2).close()),
    "sees a process": tried(lambda: os.kill(neighbour, 0)),
    "sees the environment": "GRADER_SECRET" in os.environ,
    "writes where it runs": tried(lambda: open("x.tmp", "w").close()),
    "room": os.statvfs("/tmp").f_frsize * os.statvfs("/tmp").f_blocks,
}))
"""


@pytest.fixture
def outside(tmp_path):
    (tmp_path / "secret.txt").write_text("the marks")
    (tmp_path / "grades.csv").write_text("the marks")
    for name in ("neighbour.ipynb", "neighbour.py"):
        (tmp_path / name).write_text(hostile.RELU)
    return tmp_path


@needs_bubblewrap
def test_what_is_not_named_does_not_exist_inside(outside, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "1")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as neighbour,
    ):
        about = [str(server.getsockname()[1]), str(neighbour.pid), str(bubblewrap.PACKAGE)]
        program = [sys.executable, "-c", PROBE, str(outside / "secret.txt"), *about]
        free = subprocess.run(program, capture_output=True, check=True, cwd=outside)
        before = set(bubblewrap.PACKAGE.parent.iterdir())
        inside = subprocess.run(
            [*bubblewrap.command(1 << 20), *program],
            capture_output=True, check=True, env=bubblewrap.environment(), cwd=outside,
        )  # fmt: skip
    seen, room = json.loads(inside.stdout), (1 << 20) + bubblewrap._SPARE
    assert seen.pop("room") == room
    if Path(bubblewrap.FOLDER) in bubblewrap.PACKAGE.parents:
        seen.pop("writes where it runs")  # a checkout below the one folder that is for writing
    assert set(seen.values()) == {False}, seen
    assert before == set(bubblewrap.PACKAGE.parent.iterdir())
    control = json.loads(free.stdout)
    assert control.pop("room") != room
    assert set(control.values()) == {True}, control


@pytest.fixture(scope="module", params=["wrapped", "bare"])
def zygote(request):
    limits = sandbox.Limits(cpu_seconds=6, memory=512 << 20, scratch_bytes=32 << 20)
    if request.param == "wrapped":
        if bubblewrap.why_not():
            pytest.skip(bubblewrap.why_not())
        with Zygote(limits=limits, wrapped=True) as running:
            assert "bubblewrap" not in running.about["missing"]
            yield running
        return
    with pytest.MonkeyPatch.context() as patch:  # it can be had, but the zygote does not start
        patch.setattr(bubblewrap, "why_not", lambda: "")
        patch.setattr(bubblewrap, "command", lambda *_: ["/bin/false"])
        running = Zygote(limits=limits)
    with running:
        assert "does not start in it" in running.about["missing"]["bubblewrap"]
        yield running


HARDEST = (
    *("fork storm", "threads without end", "three gigabytes, shared", "writes without end"),
    *("leaves a process", "writes a mark", "removes everything", "hands in a neighbour's work"),
    *("kills its parent", "kills a neighbour", "kills everybody", "connects", "closes everything"),
    *("forges an answer", "forges by number", "breaks the calling machinery"),
    *("refuses in the sandbox's name", "files without end", "folders without end"),
)


@needs_sandbox
def test_the_hardest_attacks_fail_in_either_mode(zygote, outside, monkeypatch):
    monkeypatch.setattr(proxies, "_SECONDS", 1.0)
    (outside / "hw.ipynb").write_text(SOURCE)
    source = load_assignment(outside / "hw.ipynb")
    before = {path.name: path.read_text() for path in outside.iterdir()}
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim,
    ):
        places = {"OUT": str(outside), "PID": str(victim.pid)}
        places["PORT"] = str(server.getsockname()[1])
        for name in HARDEST:
            code = hostile.ATTACKS[name]
            for word, value in places.items():
                code = code.replace(word, value)
            marked = mark(source, cells_of(handed_in(code).encode()), zygote.lanes[0])
            assert marked.points <= 1, (name, marked)
        assert victim.poll() is None
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    assert before == {path.name: path.read_text() for path in outside.iterdir()}
    honest = mark(source, cells_of(hostile.RIGHT.encode()), zygote.lanes[0])
    assert (honest.points, honest.reason) == (3, "")


@needs_sandbox
def test_root_gives_each_submission_a_user_and_a_bound_on_its_threads(zygote):
    storm = (
        "import os, threading, time\ndef who(): return os.getuid(), os.getgid(), os.getgroups()\n"
        "def storm():\n    for i in range(500):\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )
    users = []
    for _ in range(2):
        with Session(zygote.lanes[0], [("cell", storm)]) as session:
            user, group, groups = session.call("who", (), seconds=1, kind="function").value
            ended = session.call("storm", (), seconds=5, kind="function")
            users.append(user)
            if "own user" in zygote.about["missing"]:
                assert user == os.getuid()
                continue
            assert (group, groups) == (user, [])
            assert user >= 700_000
            assert (ended.failure.type, "new thread" in ended.failure.text) == (
                "RuntimeError", True,
            )  # fmt: skip
    assert len(set(users)) == 1 + ("own user" not in zygote.about["missing"])


@needs_bubblewrap
@needs_sandbox
def test_everything_in_there_ends_with_it(zygote):
    """Killed from outside, as when the machine is short of memory: no worker stays."""
    if "bubblewrap" in zygote.about["missing"]:
        pytest.skip("for the wrapped one")
    with Session(zygote.lanes[0], [("cell", "def f():\n    while True: pass")]) as session:
        session.start()
        family = [zygote.process.pid]
        for pid in family:
            for task in Path(f"/proc/{pid}/task").iterdir():
                family += map(int, (task / "children").read_text().split())
        assert len(family) >= 3  # bubblewrap, the zygote, the worker
        os.kill(zygote.process.pid, signal.SIGKILL)
        zygote.process.wait()
        deadline = time.monotonic() + 5
        while any(map(runs, family)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(map(runs, family))
        with pytest.raises(GraderError, match="has ended"):
            session.close()


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_it_says_why_it_cannot_be_had(tmp_path, monkeypatch):
    bubblewrap._chosen.cache_clear()
    try:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "not installed" in bubblewrap.why_not()
        bubblewrap._chosen.cache_clear()
        fake = tmp_path / "bwrap"
        fake.write_text(
            "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1"
        )
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        assert "No permissions to create new namespace" in bubblewrap.why_not()
        assert "bubblewrap" in sandbox.missing()
        assert not bubblewrap.keeps_user()
        with pytest.raises(GraderError, match="cannot make name spaces"):
            Zygote(wrapped=True)
    finally:
        bubblewrap._chosen.cache_clear()
