"""One zygote for all tests that need no other (a start takes seconds), and who is left over."""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from course_utils.grading import lanes
from course_utils.grading.sandbox import Limits
from course_utils.grading.session import Zygote

_RUNNING: list[Zygote] = []
_LANES = 2


def shared_zygote() -> Zygote:
    """Return a zygote with two lanes and 512 MB for each submission; another where it has died."""
    if not _RUNNING or _RUNNING[-1].process.poll() is not None:
        _RUNNING.append(Zygote(_LANES, limits=Limits(memory=512 << 20)))
        atexit.register(_RUNNING[-1].close)
    return _RUNNING[-1]


class Lent(Zygote):
    """The shared zygote as a pool's own; when the pool closes it, it is made clean for the next."""

    def __init__(self, wanted: int, **_: Any) -> None:
        shared = shared_zygote()
        assert wanted <= _LANES
        self.lanes, self.process, self.about = shared.lanes[:wanted], shared.process, shared.about

    def close(self) -> None:
        for lane in self.lanes:
            assert lane.clear()
        assert not workers_of(self)


def lend_zygote(patch: pytest.MonkeyPatch) -> None:
    """Let every pool of this test take the shared zygote, whatever limits it asks for."""
    patch.setattr(lanes, "Zygote", Lent)


def workers_of(zygote: Zygote) -> list[int]:
    """Return the processes that the zygote has forked and that have not ended yet."""
    forking = next(pid for pid in _family(zygote.process.pid) if _is_zygote(pid))
    return _family(forking)[1:]


def _is_zygote(pid: int) -> bool:
    """Bubblewrap carries the same words on its command line, but later ones."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:3] == [
        b"-m", b"course_utils.grading.zygote",
    ]  # fmt: skip


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def grading_processes() -> set[int]:
    """Return numbers of the grader's processes that this one started, or that have lost theirs."""
    words = (b"course_utils.grading", b"sleep\x00987")
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if any(word in command for word in words) and _is_ours(int(entry.name)):
                    found.add(int(entry.name))
    return found


def _is_ours(pid: int) -> bool:
    parents = [_parent(pid)]
    while parents[-1] > 1:
        parents.append(_parent(parents[-1]))
    return parents[0] == 1 or os.getpid() in parents


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def own_temporary_folder(patch: pytest.MonkeyPatch) -> Path:
    """Give this test's zygotes a folder of their own: others come and go beside them."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)  # a worker may be another user
    patch.setattr(tempfile, "tempdir", str(folder))
    return folder
