"""Attacks that once stopped, slowed or swelled the grader itself, each with its control."""

from __future__ import annotations

import json
import math
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import torch

from course_utils.grading import (
    cells,
    lanes,
    launch,
    parcel,
    places,
    sandbox,
    scratch,
    submissions,
    wire,
)
from course_utils.grading.assignment import load_assignment
from course_utils.grading.marking import mark
from course_utils.grading.session import Session
from tests.grading_corpus import DOUBLE, SOURCE, cell, hostile, notebook, solution
from tests.grading_corpus import test_of as graded
from tests.grading_zygote import lend_zygote, own_temporary_folder, shared_zygote

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
    numbers = "import os\ndef f():\n    found = []\n    for n in range(1024):\n        try:\n" \
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


# ── zips ─────────────────────────────────────────────────────────────────────────────────────

GOOD = notebook([cell(DOUBLE, solution("double"))])


def odd_zips(folder: Path) -> Path:
    """Write a class of two, and between them whatever ended the unpacking for all."""
    path = folder / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("ada/hw/hw.ipynb", GOOD)
        made.writestr("deep/" + "a/" * 1500 + "hw.ipynb", GOOD)
        made.writestr("long/" + ("b" * 200 + "/") * 30 + "hw.ipynb", GOOD)
        made.writestr("file.ipynb", GOOD)
        made.writestr("file.ipynb/hw/hw.ipynb", GOOD)
        made.writestr("file.ipynb/", "")
        made.writestr("locked/hw/hw.ipynb", GOOD)
        made.writestr("damaged/hw/hw.ipynb", GOOD)
        made.writestr("unknown/hw/hw.ipynb", GOOD)
        made.writestr("zoe/hw/hw.ipynb", GOOD)
    raw = bytearray(path.read_bytes())
    for student, flag, way in (("locked", 1, 8), ("damaged", 0, 8), ("unknown", 0, 77)):
        name = f"{student}/hw/hw.ipynb".encode()
        local = raw.index(name) - 30
        central = raw.rindex(name) - 46
        struct.pack_into("<HH", raw, local + 6, flag, way)
        struct.pack_into("<HH", raw, central + 8, flag, way)
        if student == "damaged":
            raw[local + 30 + len(name) + 5] ^= 0xFF
    path.write_bytes(raw)
    return path


def test_an_odd_entry_of_a_zip_is_left_out_and_nobody_else(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    refused = submissions.unpack(odd_zips(tmp_path), folder)
    found = sorted(str(p.relative_to(folder)) for p in folder.rglob("*.ipynb") if p.is_file())
    assert found == ["ada/hw/hw.ipynb", "file.ipynb", "zoe/hw/hw.ipynb"]
    assert len(refused) == 6
    assert max(map(len, refused)) < 400
    for word in ("deep", "long", "file", "locked", "damaged", "unknown"):
        assert any(line.startswith(f"'{word}") for line in refused), (word, refused)


@pytest.mark.parametrize("name", ["locked", "damaged", "unknown"])
def test_the_control_such_an_entry_cannot_be_read(tmp_path, name):
    kinds = (RuntimeError, zipfile.BadZipFile, zlib.error, NotImplementedError)
    with zipfile.ZipFile(odd_zips(tmp_path)) as opened, pytest.raises(kinds):
        opened.read(f"{name}/hw/hw.ipynb")


# ── lanes ────────────────────────────────────────────────────────────────────────────────────


def class_of(tmp_path: Path, source: str, **codes: str):
    (tmp_path / "hw.ipynb").write_text(source)
    for student, code in codes.items():
        path = tmp_path / "submitted" / student / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(code)
    return submissions.find_submissions(
        tmp_path / "submitted", [load_assignment(tmp_path / "hw.ipynb")]
    )


@needs_sandbox
def test_what_a_check_prints_of_a_student_s_reaches_no_terminal(tmp_path, monkeypatch, capfd):
    lend_zygote(monkeypatch)
    test = "import sys\nprint(f())\nprint(f(), file=sys.stderr)"
    work = cell("def f(): return 'wiped \\x1b[2J'", solution("f"))
    source = notebook([work, cell(test, graded("f", 2))])
    found = class_of(tmp_path, source, eve=source)
    pool = lanes.Pool(found, jobs=1, limits=sandbox.Limits(), seconds=60)
    assert [marked.points for _, marked in pool.run()] == [2]
    assert "wiped" not in "".join(capfd.readouterr())
    assert mark(found[0].parts[0].notebook, cells.cells_of(source.encode()),
                shared_zygote().lanes[0]).points == 2  # fmt: skip
    assert "wiped \x1b[2J" in capfd.readouterr().out  # the control: here nothing is silenced


@needs_sandbox
def test_what_nobody_foresaw_costs_one_submission_and_no_lane(tmp_path, monkeypatch):
    lend_zygote(monkeypatch)
    real = lanes.mark_submission

    def judged(one, lane):
        return 1 / 0 if one.student == "eve" else real(one, lane)

    monkeypatch.setattr(lanes, "mark_submission", judged)
    found = class_of(tmp_path, SOURCE, ada=hostile.RIGHT, eve="", zoe=hostile.RIGHT)
    pool = lanes.Pool(found, jobs=1, limits=sandbox.Limits(), seconds=60)
    told = {one.student: (marked.points, marked.reason) for one, marked in pool.run()}
    assert told == {
        "ada": (3, ""), "zoe": (3, ""), "eve": (0, "it could not be judged (ZeroDivisionError)"),
    }  # fmt: skip


def test_a_process_that_cannot_be_had_is_asked_for_again(monkeypatch):
    """Who takes all processes or all room for a moment does not end the grading of all."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for reply in ({"refused": "full"}, {"refused": "full"}, {"worker": 7}):
        theirs.send(json.dumps(reply).encode())
    connection, number = launch.ForkedLane(ours).begin()
    assert number == 7
    connection.close()
    monkeypatch.setattr(launch, "_PATIENCE", 0.0)
    for _ in range(2):
        theirs.send(b'{"refused": "full"}')
    with pytest.raises(launch.GraderError, match="full"):
        launch.ForkedLane(ours).begin()
    ours.close()
    theirs.close()


# ── the same bytes ───────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_random_numbers_of_a_check_do_not_depend_on_who_came_before(tmp_path):
    test = "import torch, random\nimport numpy as np\n" \
        "assert False, (torch.rand(1).item(), random.random(), np.random.rand())"  # fmt: skip
    source = notebook([cell(DOUBLE, solution("double")), cell(test, graded("double", 1))])
    (one,) = class_of(tmp_path, source, ada=source)
    told = set()
    for _ in range(2):
        marked = lanes.mark_submission(one, shared_zygote().lanes[0])
        told.add(marked.marks[0].message)
    assert len(told) == 1
    assert "0." in told.pop()


@needs_sandbox
def test_the_order_of_a_set_is_the_same_every_time():
    words = "def f(): return hash('a word')"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", "print(hash('a word'))"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert call(words).value == int(done.stdout)


def test_no_installed_copy_of_the_course_shows_its_answers(tmp_path, monkeypatch):
    for name in ("exercises", "models"):
        (tmp_path / "course_utils" / name).mkdir(parents=True)
    monkeypatch.setattr(places, "_folders", lambda: [str(tmp_path)])
    found = list(places.readable())
    assert tmp_path / "course_utils" / "models" in found
    hidden = tmp_path / "course_utils" / "exercises"
    assert not [each for each in found if each == hidden or each in hidden.parents]


def test_a_copy_that_holds_no_answers_costs_no_worker_a_thousand_rules(tmp_path, monkeypatch):
    (tmp_path / "course_utils" / "_data").mkdir(parents=True)  # as an editable install leaves it
    monkeypatch.setattr(places, "_folders", lambda: [str(tmp_path)])
    assert tmp_path in list(places.readable())


# ── what Landlock lets pass, where a submission has no user of its own ───────────────────────

OWNER = """
import ctypes, fcntl, os, resource, shutil, signal, sys, threading
from pathlib import Path
from course_utils.grading import sandbox, seccomp
os.chdir(sys.argv[1])
victim = int(sys.argv[2])
Path("own").write_text("x")
libc = ctypes.CDLL(None, use_errno=True)
if sys.argv[3] == "1":
    seccomp.confine()
try:
    {code}
    print("done")
except OSError as error:
    print("refused", error.errno)
"""
SIGNAL = (
    "r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, victim); fcntl.fcntl(r, 10, 15); "
    "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC); os.write(w, b'x')"
)
OWNED = {
    "takes the rights away": "os.chmod('file', 0)",
    "takes the rights away from what it reads": "os.fchmod(os.open('file', 0), 0)",
    "gives it away": "os.chown('file', 65534, 65534)",
    "makes it old": "os.utime('file', (0, 0))",
    "labels it": "os.setxattr('file', 'user.note', b'x')",
    "cuts it off": "os.truncate('file', 0)",
    "cuts it off while it reads": "os.open('file', os.O_RDONLY | os.O_TRUNC)",
    "lets others wait for it": "fcntl.fcntl(os.open('file', 0), 1024, fcntl.F_RDLCK)",
    "has a signal sent by a pipe": SIGNAL,
    "outlives its parent": "assert libc.prctl(1, 0, 0, 0, 0) == 0 or os.truncate('no', 0)",
    "moves to another core": "os.sched_setaffinity(0, os.sched_getaffinity(0))",
}


def owned(code: str, folder: Path, *, confined: bool) -> tuple[object, ...]:
    """Run code as the owner of a file; tell what it said, and what became of the file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / "file"
    file.write_text("the marks")
    os.utime(file, (1e9, 1e9))
    victim = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    program = OWNER.replace("{code}", code)
    command = [sys.executable, "-c", program, str(folder), str(victim.pid), str(int(confined))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        time.sleep(0.05)
        alive = victim.poll() is None
    finally:
        victim.kill()
        victim.communicate()
    about = file.stat()
    marks = [name for name in os.listxattr(file) if name == "user.note"]
    state = (about.st_mode, about.st_uid, about.st_mtime, about.st_size, marks, alive)
    return done.stdout.strip() or done.stderr[-300:], state


@needs_sandbox
@pytest.mark.parametrize("attack", OWNED)
def test_the_owner_of_a_file_cannot_spoil_it_from_inside(attack, tmp_path):
    _, calm = owned("pass", tmp_path / "x", confined=False)
    said, spoilt = owned(OWNED[attack], tmp_path / "x", confined=False)
    works = attack in ("lets others wait for it", "outlives its parent", "moves to another core")
    assert said == "done" if works else spoilt != calm, "the attack does not even work freely"
    said, state = owned(OWNED[attack], tmp_path / "x", confined=True)
    assert state == calm
    assert said.startswith("refused") if works else said in ("done", "refused 1")


@needs_sandbox
def test_honest_copies_still_work(tmp_path):
    code = "shutil.copy2('own', 'copy'); assert Path('copy').read_text() == 'x'; "
    code += "Path('copy').write_text('y'); fcntl.flock(open('copy'), fcntl.LOCK_EX)"
    assert owned(code, tmp_path / "x", confined=True)[0] == "done"


@needs_sandbox
def test_too_many_threads_are_noticed(monkeypatch):
    """An ordinary user has no limit of threads for each submission, as a user of its own has."""
    assert scratch.threads_of(os.getpid()) >= 1
    stop = threading.Event()
    before = scratch.threads_of(os.getpid())
    extra = [threading.Thread(target=stop.wait) for _ in range(5)]
    for each in extra:
        each.start()
    assert scratch.threads_of(os.getpid()) == before + 5
    stop.set()
    for each in extra:
        each.join()
    own_temporary_folder(monkeypatch)
    many = "import threading, time\ndef f():\n    for _ in range(20):\n" \
        "        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n" \
        "    time.sleep(5)"  # fmt: skip
    with (
        launch.Zygote(1, limits=sandbox.Limits(threads=10)) as small,
        Session(small.lanes[0], [("cell", many)]) as session,
    ):
        outcome = session.call("f", (), seconds=10, kind="function")
    assert (outcome.status, outcome.detail) in (
        ("died", "it started too many threads"), ("raised", "")  # its own user's limit
    )  # fmt: skip


@needs_sandbox
def test_a_submission_stays_on_one_core():
    code = "import os\ndef f(): return len(os.sched_getaffinity(0))"
    assert call(code).value == 1
    if len(os.sched_getaffinity(0)) > 1:
        cores = []
        for lane in shared_zygote().lanes:
            with Session(lane, [("c", code.replace("len", "list"))]) as session:
                cores.append(session.call("f", (), seconds=5, kind="function").value)
        assert cores[0] != cores[1]


# ── marks ────────────────────────────────────────────────────────────────────────────────────


@needs_sandbox
@pytest.mark.parametrize(("imports", "points"), [("import numpy as np\n", 0), ("", 2)])
def test_a_module_that_a_check_uses_is_the_source_s(tmp_path, imports, points):
    """A check may use what a solution imports; the control: a source that imports it nowhere."""
    test = "assert np.allclose(f(3), 9)"
    source = notebook([cell(f"{imports}def f(x): return x * x", solution("f")),
                       cell(test, graded("f", 2))])  # fmt: skip
    fake = "class np:\n    allclose = lambda *_: True\ndef f(x): return 0"
    eve = notebook([cell(fake, solution("f")), cell(test, graded("f", 2))])
    (one,) = class_of(tmp_path, source, eve=eve)
    again = parcel._notebook(parcel._sent(one.parts[0])["notebook"])
    assert again == one.parts[0].notebook
    assert lanes.mark_submission(one, shared_zygote().lanes[0]).points == points


@needs_sandbox
def test_the_type_of_an_odd_object_tells_nothing_of_a_hidden_input():
    tell = "def f(x): return [type(f'It is {x}', (), {})(), type(f'X{x}', (), {})]"
    assert [each.type for each in call(tell, 4711).value] == ["value of another kind"] * 2
    own = "class Own: pass\ndef f(x): return [Own(), Own, iter([]), (i for i in [])]"
    told = [each.type for each in call(own, 4711).value]
    assert told == ["Own", "class Own", "value of another kind", "generator"]


# ── files that nobody sees ───────────────────────────────────────────────────────────────────

HOLD = """
import mmap, os, time
def f(way):
    held = []
    for i in range(40):
        name = str(i)
        number = os.open(name, os.O_CREAT | os.O_RDWR)
        os.posix_fallocate(number, 0, 15 << 20)
        os.unlink(name)
        if way == "mapped":
            held.append(mmap.mmap(number, 4096))
            os.close(number)
        time.sleep(0.02)
    time.sleep(3)
    return len(held)
"""


@needs_sandbox
@pytest.mark.parametrize("way", ["open", "mapped"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_deleted_files_that_are_held_count(way, wrapped, monkeypatch):
    """Their number had no limit: they filled the disk, and no folder showed them."""
    if wrapped:  # or as it is here
        outcome = call(HOLD, way)
    else:
        own_temporary_folder(monkeypatch)
        with (
            launch.Zygote(1, wrapped=False) as free,
            Session(free.lanes[0], [("cell", HOLD)]) as session,
        ):
            outcome = session.call("f", (way,), seconds=20, kind="function")
    assert (outcome.status, outcome.detail) == ("died", "its files grew too large")


def test_the_control_a_folder_does_not_show_deleted_files(tmp_path):
    with (tmp_path / "x").open("wb") as held:
        held.write(bytes(1 << 20))
        held.flush()
        (tmp_path / "x").unlink()
        assert scratch.size_of(tmp_path) == 0
        assert scratch.hidden_of(os.getpid(), tmp_path, 1) >= 1 << 20
    assert scratch.hidden_of(os.getpid(), tmp_path, 1) == 0


@pytest.mark.skipif(not hasattr(os, "seteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_closed_to_whoever_counts_counts_as_too_much(tmp_path_factory):
    folder = tmp_path_factory.mktemp("closed")
    (folder / "in").mkdir(mode=0o300)
    opened, here = os.open(folder, os.O_RDONLY), Path.cwd()
    for each in (folder, folder / "in"):
        os.chown(each, 65534, 65534)
    os.fchdir(opened)
    os.seteuid(65534)
    try:
        assert scratch.size_of(Path()) == scratch.TOO_DEEP
    finally:
        os.seteuid(0)
        os.chdir(here)
        os.close(opened)


def test_nobody_hands_in_for_another_by_the_name_of_a_file(tmp_path):
    """Of two files that both are one student's by name, the last was taken without a word."""
    (tmp_path / "hw.ipynb").write_text(SOURCE)
    folder = tmp_path / "flat"
    (folder / "zoe" / "hw").mkdir(parents=True)
    for name in ("ada.ipynb", "ada_hw.ipynb", "eve.ipynb", "hw_zoe.ipynb", "zoe/hw/hw.ipynb"):
        (folder / name).write_text(hostile.RIGHT)
    found = submissions.find_submissions(folder, [load_assignment(tmp_path / "hw.ipynb")])
    told = {one.student: (one.parts[0].path, one.parts[0].reason) for one in found}
    assert told["eve"] == (folder / "eve.ipynb", "")
    assert told["ada"][0] is told["zoe"][0] is None
    assert "'ada.ipynb' and 'ada_hw.ipynb' are one" in told["ada"][1]
    assert "'hw_zoe.ipynb' and 'zoe' are one" in told["zoe"][1]
