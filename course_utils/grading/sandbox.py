"""The sandbox around one submission: limits, another user, Landlock and seccomp, in this order.

Each layer stands for itself: where one is missing the others still hold, and `missing` says which
and why. What remains open is told in the README's part for instructors.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import bubblewrap, landlock, seccomp
from .places import PACKAGE, readable

_FIRST_USER = 700_000  # numbers that no account of an ordinary machine has
_USERS = 100_000
_SET_PDEATHSIG, _SET_DUMPABLE, _CAPBSET_DROP = 1, 4, 24
_LAST_CAPABILITY = 63


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    cpu_seconds
        CPU time in all, start-up included.
    memory
        Bytes on top of what the process has when its work begins.
    file_bytes
        Size of one file.
    scratch_bytes
        Size of everything in its folder; watched from outside.
    open_files, threads
        How many at a time.
    """

    cpu_seconds: int = 60
    memory: int = 1 << 30
    file_bytes: int = 16 << 20
    scratch_bytes: int = 64 << 20
    open_files: int = 64
    threads: int = 64


def missing() -> dict[str, str]:
    """Layers that this machine cannot offer, and why; empty where all of them stand.

    Examples
    --------
    >>> set(missing()) <= {"limits", "landlock", "seccomp", "own user", "bubblewrap"}
    True
    """
    found = _missing_here()
    if not sys.platform.startswith("linux"):
        return found | {"bubblewrap": found["limits"]}
    if why := bubblewrap.why_not():
        found["bubblewrap"] = why
    elif bubblewrap.keeps_user() and not _why_no_own_user(inside=True):
        found.pop("own user", None)
    return found


def why_unsafe(lacking: Mapping[str, str] | None = None) -> str:
    """Say why students' code would have the grader's own files before it; empty: it has not.

    Parameters
    ----------
    lacking
        Layers that are missing; `missing` where not given.

    Examples
    --------
    >>> isinstance(why_unsafe(), str)
    True
    """
    lacking = missing() if lacking is None else lacking
    walls = [name for name in ("landlock", "bubblewrap") if name not in lacking]
    if walls and "limits" not in lacking:
        return ""
    return "; ".join(f"{name}: {why}" for name, why in lacking.items())


def _missing_here() -> dict[str, str]:
    """Layers that a process cannot put on by itself."""
    if not sys.platform.startswith("linux"):
        why = f"needs Linux; this is {sys.platform}"
        return dict.fromkeys(("limits", "landlock", "seccomp", "own user"), why)
    found = {}
    if landlock.version() < 1:
        found["landlock"] = "the kernel has no Landlock (Linux 5.13 and newer), or it is off"
    if why := seccomp.available():
        found["seccomp"] = why
    if why := _why_no_own_user():
        found["own user"] = why
    return found


class Sandbox:
    """Made once in the process that forks the workers; entered by each worker for itself.

    Parameters
    ----------
    limits
        What one submission may use.
    """

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self.missing = _missing_here()
        self._places = landlock.Places(readable()) if "landlock" not in self.missing else None

    def open_places(self) -> list[int]:
        """Return the numbers of what `enter` needs open, and closes."""
        return self._places.handles() if self._places is not None else []

    def user_for(self, pid: int) -> int | None:
        """Return the user that a worker of this number will become; None: it stays who it is."""
        return None if "own user" in self.missing else _FIRST_USER + pid % _USERS

    def enter(self, scratch: Path, place: int = 0) -> None:
        """Confine this process, for good, to one folder and its limits.

        Parameters
        ----------
        scratch
            An empty folder, the only place that it may write to; it becomes the working folder.
        place
            Number of its lane: neighbours get other cores, where there are enough.

        Raises
        ------
        OSError
            If a layer that this machine has cannot be put on. The caller must then give up.
        """
        os.chdir(scratch)
        os.environ.clear()
        os.environ.update(HOME=str(scratch), TMPDIR=str(scratch), PATH="", LANG="C.UTF-8")
        if "limits" in self.missing:
            return
        libc = ctypes.CDLL(None, use_errno=True)
        space = _present_space() + self.limits.memory
        with contextlib.suppress(OSError):  # where memory ends for all, this process goes first
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        root = os.getuid() == 0
        self._become_nobody(libc, scratch)
        _take_one_core(place)
        if root:  # who then still sees what files it holds; an ordinary user would not
            libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        die_with_parent()  # after the change of user, which undoes it
        if self._places is not None:
            seccomp.no_new_privileges()
            self._places.confine(scratch)
            self._places.close()
        _limit(self.limits, space)
        if "seccomp" not in self.missing:
            seccomp.confine()

    def _become_nobody(self, libc: ctypes.CDLL, scratch: Path) -> None:
        if os.getuid() != 0:
            return
        for capability in range(_LAST_CAPABILITY + 1):
            libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
        user = self.user_for(os.getpid())
        if user is None:
            _drop_capabilities(libc)
            return
        os.chown(scratch, user, user)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def _take_one_core(place: int) -> None:
    """Stay on one core: sixty threads of one submission must not slow the next one's."""
    cores = sorted(os.sched_getaffinity(0))
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {cores[(os.getppid() + place) % len(cores)]})


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it ends (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _present_space() -> int:
    """Size of everything that this process has mapped, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit(limits: Limits, space: int) -> None:
    import resource

    wanted = {
        resource.RLIMIT_AS: space,  # counts shared and file mappings too, which DATA does not
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    if os.getuid() >= _FIRST_USER:  # a user of its own: then only its own threads count
        wanted[resource.RLIMIT_NPROC] = limits.threads
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _why_no_own_user(*, inside: bool = False) -> str:
    """Say why no worker can have a user of its own; `inside` bubblewrap, or out here."""
    if os.getuid() != 0:
        return "only root can give each submission a user of its own"
    if not any(first <= _FIRST_USER and end >= _FIRST_USER + _USERS for first, end in _users()):
        return f"users {_FIRST_USER} and more do not exist in this container"
    places = [Path(os.__file__).parent, PACKAGE]
    if not inside:  # in there the folders around them are made for all
        places += [Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir())]
        places = [folder for path in places for folder in (path.resolve(), *path.resolve().parents)]
    for folder in places:
        if not folder.stat().st_mode & stat.S_IXOTH:
            return f"other users may not enter {folder}, where Python, the course or scratch lies"
    return ""


def _users() -> Iterator[tuple[int, int]]:
    """Yield ranges of users that this process may become."""
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        yield first, first + count


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Take root's powers from this process, though it keeps the name."""

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice 32 bits: none
    if libc.capset(ctypes.byref(Header(0x20080522, 0)), ctypes.byref(sets)):
        raise OSError(ctypes.get_errno(), "capset failed")
