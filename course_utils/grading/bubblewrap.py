"""Bubblewrap around the zygote: a world in which other people's files do not exist.

The layers of `sandbox` forbid; this one leaves out. Its file system holds what a submission may
read, Python, and the few files of the grader that fork and serve; its processes, sockets and
network are its own. All of it goes when the grader goes. Options: bwrap(1).
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .places import PACKAGE, readable

FOLDER = "/tmp"  # the only place in there that can be written to: in memory, and of bounded size
_SPARE = 512 << 20  # of its size: a submission is stopped only some time after it grew too large
_OURS = (
    *("__init__", "bubblewrap", "frames", "landlock", "objects", "outcomes", "places", "sandbox"),
    *("scratch", "seccomp", "warming", "wire", "worker", "zygote"),
)
_OWN = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
# What the zygote does as root: start workers as other users, see what files they hold open, end
# them, clear up behind them.
_POWERS = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETPCAP", "SETUID", "SYS_PTRACE")
_PROBE = 30.0


def why_not() -> str:
    """Say why submissions cannot run inside bubblewrap here; an empty string where they can."""
    return _chosen()[1]


def keeps_user() -> bool:
    """Whether root in there is root, who can give each submission a user of its own."""
    kind, why = _chosen()
    return not why and "--unshare-user" not in kind


def command(scratch: int = 0, modules: Iterable[str] = ()) -> list[str]:
    """Return the words that go before a command for it to run inside.

    Parameters
    ----------
    scratch
        Bytes that all submissions of the moment may write.
    modules
        Names of modules that will be imported there.
    """
    return _command(_chosen()[0], scratch, modules)


def environment() -> dict[str, str]:
    """Return the whole environment of a process inside; nothing of the present one leaks in."""
    path = [str(PACKAGE.parent), str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
    return {
        "HOME": FOLDER, "TMPDIR": FOLDER, "LOGNAME": "grader", "PATH": "", "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
    }  # fmt: skip


@functools.cache
def _chosen() -> tuple[tuple[str, ...], str]:
    """Try it out: the name spaces that can be had here, or why none can."""
    if not sys.platform.startswith("linux"):
        return (), f"bubblewrap exists on Linux only; this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return (), "it is not installed (apt install bubblewrap, dnf install bubblewrap)"
    root = tuple(word for power in _POWERS for word in ("--cap-add", f"CAP_{power}"))
    kinds: list[tuple[str, ...]] = [(*_OWN, "--unshare-user")]
    if os.getuid() == 0:  # a user name space of its own has one user only
        kinds.insert(0, (*_OWN, "--cap-drop", "ALL", *root))
    said = ""
    for kind in kinds:
        words = [*_command(kind), sys.executable, "-c", "import ctypes, json, socket"]
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=_PROBE, env=environment(),
                check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
            continue
        if done.returncode == 0:
            return kind, ""
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return (), f"it cannot make name spaces here ({said[:200]})"


def _command(kind: Sequence[str], scratch: int = 0, modules: Iterable[str] = ()) -> list[str]:
    places = _outermost([*readable(), *_python(), *_grader(), *_homes(modules)])
    words = [shutil.which("bwrap") or "bwrap", "--die-with-parent", *kind, "--proc", "/proc"]
    words += ["--size", str(scratch + _SPARE), "--tmpfs", FOLDER]
    for folder in sorted({parent for place in places for parent in place.parents} - {Path("/")}):
        words += ["--perms", "0755", "--dir", str(folder)]  # every worker may be another user
    for place in places:
        how = "--dev-bind" if place.is_char_device() else "--ro-bind"
        words += [how, str(place), str(place)]
    for link in map(Path, ("/lib", "/lib64")):
        if link.is_symlink():
            words += ["--symlink", str(link.readlink()), str(link)]
    return [*words, "--remount-ro", "/", "--chdir", str(PACKAGE.parent), "--"]


def _outermost(places: Iterable[Path]) -> list[Path]:
    """Leave out what does not exist, and what lies in another of these places."""
    kept: dict[Path, None] = {}
    for place in sorted(set(places)):
        if place.exists() and not any(parent in kept for parent in place.parents):
            kept[place] = None
    return list(kept)


def _python() -> Iterator[Path]:
    """Yield what this Python needs to start, besides its standard library."""
    yield Path(sys.executable).absolute()
    yield Path(sys.executable).resolve()
    yield Path(sys.prefix, "pyvenv.cfg")
    for prefix in {sys.prefix, sys.base_prefix}:
        yield from Path(prefix, "lib").resolve().glob("*.so*")
    yield Path("/sys/kernel/mm/transparent_hugepage")  # how large large pages are


def _grader() -> Iterator[Path]:
    """Yield the files of the course that fork and serve; no exercise, mark or test is in them."""
    yield PACKAGE / "checks"
    yield from (PACKAGE / "grading" / f"{name}.py" for name in _OURS)


def _homes(modules: Iterable[str]) -> Iterator[Path]:
    """Yield where modules lie that an instructor's source imports from a place of its own."""
    for name in {module.partition(".")[0] for module in modules} - {"course_utils"}:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            continue
        if spec is not None:
            folders = spec.submodule_search_locations or [spec.origin or ""]
            yield from (Path(each).resolve() for each in folders if Path(each).is_absolute())
