"""Each thing that a sandboxed process must not do, beside the control in which it succeeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils.grading import landlock, sandbox, seccomp

pytestmark = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)

# The code to try runs in a fresh Python, after `enter` where the sandbox is on. It may use `home`,
# a folder outside with a secret in it, and `neighbour`, the number of another process.
PROGRAM = """
import ctypes, json, os, sys
from pathlib import Path
home, scratch, neighbour, confined = *map(Path, sys.argv[1:3]), *map(int, sys.argv[3:])
import socket, mmap, threading, signal, resource, subprocess, multiprocessing
FORK = multiprocessing.get_context("fork")
from course_utils.grading.sandbox import Limits, Sandbox
if confined:
    Sandbox(Limits(memory=256 << 20, file_bytes=1 << 20, cpu_seconds=1)).enter(scratch)
else:
    os.chdir(scratch)
libc = ctypes.CDLL(None, use_errno=True)
try:
    {code}
    print("done")
except BaseException as error:
    print("refused", type(error).__name__, getattr(error, "errno", None))
"""

ATTACKS = {
    "read a file outside": "assert (home / 'secret.txt').read_text() == 'the marks'",
    "list a folder outside": "assert 'secret.txt' in os.listdir(home)",
    "write a file outside": "(home / 'grades.csv').write_text('100')",
    "delete a file outside": "(home / 'victim.txt').unlink()",
    "link to a file outside": "os.link(home / 'secret.txt', scratch / 'mine.txt')",
    "follow a symbolic link": "os.symlink(home, 's'); open('s/secret.txt').read()",
    "read the answers": "import course_utils.exercises.lecture_01",
    "read the environment of others": "open(f'/proc/{neighbour}/environ', 'rb').read()",
    "read own memory map": "open('/proc/self/maps').read()",
    "open a socket": "socket.socket()",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "make a pair of sockets": "socket.socketpair()",
    "fork": "os.fork() or os._exit(0)",
    "run a program": "subprocess.run(['/bin/true'], check=True)",
    "replace itself": "os.execv('/bin/echo', ['echo', 'done'])",
    "start a process": "p = FORK.Process(target=int); p.start(); p.join()",
    "signal a neighbour": "os.kill(neighbour, signal.SIGTERM)",
    "signal everybody": "os.kill(-1, 0)",
    "signal its group": "os.kill(0, 0)",
    "look into a neighbour": "os.pidfd_open(neighbour)",
    "slow a neighbour": "os.setpriority(os.PRIO_PROCESS, neighbour, 19)",
    "limit a neighbour": "resource.prlimit(neighbour, resource.RLIMIT_CORE)",
    "memory without a name": "os.memfd_create('x')",
    "half a gigabyte": "x = bytearray(1 << 29)",
    "half a gigabyte, shared": "x = mmap.mmap(-1, 1 << 29); x[0] = 1",
    "a large file": "(scratch / 'big').write_bytes(bytes(2 << 20))",
    "many open files": "files = [open('/dev/null') for _ in range(100)]",
    "another root": "os.chroot(scratch)",
    "another name space": "assert libc.unshare(0x10000000) == 0",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))",
}  # fmt: skip
ALLOWED = {
    "compute": "assert sum(range(1000)) == 499500",
    "write and read its own file": "Path('a').write_text('x'); assert Path('a').read_text() == 'x'",
    "make and remove a folder": "os.mkdir('d'); os.rmdir('d')",
    "start a thread": "t = threading.Thread(target=int); t.start(); t.join()",
    "signal itself": "os.kill(os.getpid(), 0)",
    "raise a signal": "signal.signal(10, lambda *_: None); signal.raise_signal(10)",
    "draw random numbers": "os.urandom(8)",
    "import from the standard library": "import statistics, decimal, colorsys",
    "import a package late": "import tqdm",
    "import a part of the course": "import course_utils.questions",
    "read own limits": "resource.getrlimit(resource.RLIMIT_AS)",
}  # fmt: skip


@pytest.fixture
def outside(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret.txt").write_text("the marks")
    (folder / "victim.txt").write_text("a neighbour's work")
    return folder


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Make a folder that other users can reach, which pytest's own they cannot."""
    with tempfile.TemporaryDirectory(prefix="scratch-") as folder:
        yield Path(folder)


def run(code: str, outside: Path, scratch: Path, *, confined: bool) -> str:
    neighbour = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    program = textwrap.dedent(PROGRAM).replace("{code}", code)
    arguments = [str(outside), str(scratch), str(neighbour.pid), str(int(confined))]
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True, text=True, timeout=60, check=False, start_new_session=True,
        )  # fmt: skip
    finally:
        neighbour.kill()
        neighbour.communicate()
    return done.stdout.strip() or f"died: {done.returncode} {done.stderr[-300:]}"


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_fails_inside_and_works_outside(attack, outside, scratch):
    if attack == "raise its limits":  # without a limit there is nothing to raise
        assert run(ATTACKS[attack], outside, scratch, confined=True).startswith("refused")
        return
    if attack not in ("another root", "another name space", "signal everybody"):
        control = run(ATTACKS[attack], outside, scratch, confined=False)
        assert control.startswith("done"), f"the attack does not even work freely: {control}"
        (outside / "victim.txt").write_text("a neighbour's work")
        (outside / "grades.csv").unlink(missing_ok=True)
        for left in scratch.iterdir():
            left.unlink()
    inside = run(ATTACKS[attack], outside, scratch, confined=True)
    assert inside.startswith(("refused", "died: -25", "died: 153")), inside  # 25: SIGXFSZ
    assert sorted(p.name for p in outside.iterdir()) == ["secret.txt", "victim.txt"]


@pytest.mark.parametrize("work", ALLOWED)
def test_honest_work_goes_on_inside(work, outside, scratch):
    assert run(ALLOWED[work], outside, scratch, confined=True) == "done"


def test_cpu_time_ends(outside, scratch):
    said = run("while True: pass", outside, scratch, confined=True)
    assert said.startswith("died: -24") or said.startswith("died: -9"), said


def test_answers_and_grader_are_not_among_the_readable_places():
    places = [path.resolve() for path in sandbox.readable()]
    package = Path(sandbox.__file__).parents[1]
    for secret in ("exercises", "checks", "grading"):
        hidden = package / secret
        assert not [p for p in places if hidden == p or p in hidden.parents or hidden in p.parents]
    assert any(p == package / "models" for p in places)
    assert not [p for p in places if Path.home() == p or Path.cwd() == p]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_refuses_what_it_names(machine):
    """Walk the assembled program as the kernel would, for every call that it names."""
    column = ["x86_64", "aarch64"].index(machine)
    code, audit = seccomp.program(77, machine), [0xC000003E, 0xC00000B7][column]
    refused, ends = 0x00050001, {"own": 0x7FFF0000, "other": 0x00050001}
    for name, numbers in seccomp._REFUSED.items():
        if numbers[column] >= 0:
            assert walk(code, audit, numbers[column]) == refused, name
    for name, numbers in seccomp._IGNORED.items():
        if numbers[column] >= 0:
            assert walk(code, audit, numbers[column]) == 0x00050000, name
    for name, (numbers, place, values) in seccomp._REFUSED_VALUES.items():
        for value in values:
            assert walk(code, audit, numbers[column], **{f"at_{place}": value}) == refused, name
        assert walk(code, audit, numbers[column], 2, 2) == 0x7FFF0000, name
    assert walk(code, audit, [257, 56][column], at_2=0x200) == refused  # to read, and cut off
    for flags in (0, 1, 0x201, 0x202, 0x242):
        assert walk(code, audit, [257, 56][column], at_2=flags) == 0x7FFF0000
    assert walk(code, audit, 437) == 0x00050026  # openat2
    for numbers in seccomp._OWN_PID.values():
        assert walk(code, audit, numbers[column], 77) == ends["own"]
        assert walk(code, audit, numbers[column], 78) == ends["other"]
    clone = seccomp._CLONE[column]
    assert walk(code, audit, clone, 0x10000 | 0x100) == 0x7FFF0000  # a thread
    assert walk(code, audit, clone, 17) == refused  # a process
    assert walk(code, audit, 435, 0) == 0x00050026  # clone3: ENOSYS
    read = [0, 63][column]
    assert walk(code, audit, read) == 0x7FFF0000
    assert walk(code, 0x40000003, read) == 0x80000000  # another architecture: killed
    if machine == "x86_64":
        assert walk(code, audit, 0x40000000 | 41) == refused


def walk(code: bytes, audit: int, number: int, at_0: int = 0, at_1: int = 0, at_2: int = 0) -> int:
    import struct

    words = {0: number, 4: audit, 16: at_0, 24: at_1, 32: at_2}
    steps = list(struct.iter_unpack("=HBBI", code))
    at, value = 0, 0
    while True:
        kind, if_true, if_false, k = steps[at]
        at += 1
        if kind == 0x06:
            return k
        if kind == 0x20:
            value = words[k]
            continue
        holds = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[kind]
        at += if_true if holds else if_false


def test_system_call_numbers_are_those_of_this_machine():
    """The C library's headers know the numbers; every one that they know must agree."""
    import platform

    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if platform.machine() != "x86_64" or not header.exists():
        pytest.skip("needs the C headers of Linux on x86_64")
    words = [line.split() for line in header.read_text().splitlines() if "__NR_" in line]
    known = {word[1].removeprefix("__NR_"): int(word[2]) for word in words if len(word) == 3}
    ours = {**seccomp._REFUSED, **seccomp._OWN_PID, **seccomp._ONLY_ZERO, **seccomp._IGNORED}
    ours |= {name: numbers for name, (numbers, _, _) in seccomp._REFUSED_VALUES.items()}
    wrong = {n: (ours[n][0], known[n]) for n in ours if n in known and ours[n][0] != known[n]}
    assert wrong == {}
    assert len(set(ours) & set(known)) > 60


def test_landlock_says_its_version():
    assert landlock.version() >= 1


def test_missing_layers_are_named(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert json.dumps(sandbox.missing()).count("needs Linux; this is darwin") == 5
    assert os.getpid()  # nothing else has changed
