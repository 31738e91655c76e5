"""Scratch folders of submissions: how much lies in one, and its end, whatever was done to it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

_LEAST = 4096  # bytes that a file or folder counts at least
_DEEPEST = 64  # folders within folders; more is no work but an attack on whoever clears up
TOO_DEEP = 1 << 62
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def size_of(folder: Path) -> int:
    """Sum up a folder in bytes.

    What is empty counts too: it takes memory, and time to be removed. `TOO_DEEP` where folders
    lie in folders without end, which neither a recursion nor a path could follow.

    Examples
    --------
    >>> size_of(Path("no such folder"))
    0
    """
    total = 0
    waiting = [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > _DEEPEST:
            return TOO_DEEP
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        total += max(_LEAST, entry.stat(follow_symlinks=False).st_size)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append((entry.path, depth + 1))
        except PermissionError:  # who closes a folder to whoever counts has something in it
            return TOO_DEEP
        except OSError:  # gone meanwhile
            pass
    return total


def hidden_of(pid: int, folder: Path, most: int) -> int:
    """Sum up deleted files of a folder that a process still holds, which `size_of` cannot see.

    Parameters
    ----------
    pid
        The process.
    folder
        Where the files were.
    most
        What a file counts that is only mapped, whose size the system does not tell.
    """
    found: dict[int, int] = {}
    deleted, process = f"{folder}/", Path(f"/proc/{pid}")
    with contextlib.suppress(OSError):
        for task in (process / "task").iterdir():
            for link in (task / "fd").iterdir():
                with contextlib.suppress(OSError):
                    about = link.stat() if str(link.readlink()).startswith(deleted) else None
                    if about is not None and not about.st_nlink and stat.S_ISREG(about.st_mode):
                        found[about.st_ino] = about.st_blocks * 512
    with contextlib.suppress(OSError):
        for line in (process / "maps").read_text(errors="replace").splitlines():
            if deleted in line and line.endswith(" (deleted)"):
                found.setdefault(int(line.split()[4]), most)
    return sum(found.values())


def room_in(folder: Path) -> int:
    """Return the bytes that are left where a folder lies; 0 where the system does not tell."""
    try:
        about = os.statvfs(folder)
    except (OSError, AttributeError):  # Windows has no such call
        return 0
    return about.f_bfree * about.f_frsize


def threads_of(pid: int) -> int:
    """Count the threads of a process; 0 where it is gone, or the system does not tell.

    Examples
    --------
    >>> threads_of(0)
    0
    """
    try:
        about = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(about.rpartition(")")[2].split()[17])
    except (OSError, IndexError, ValueError):
        return 0


def remove(folder: Path) -> None:
    """Remove a folder that nobody uses any more, as far as the system allows.

    Step by step, from one open folder to the next: a submission may have nested them deeper than
    a recursion or a path can go, and taken its own rights to them away.
    """
    if os.open not in os.supports_dir_fd:  # Windows
        with contextlib.suppress(OSError, RecursionError):
            shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        folder.chmod(stat.S_IRWXU)
        _empty(folder)
        folder.rmdir()


def _empty(folder: Path) -> None:
    here = os.open(folder, _FOLDER)
    try:
        way: list[str] = []
        left = [_delete_files(here)]
        while left:
            if left[-1]:
                name = left[-1].pop()
                with contextlib.suppress(OSError):
                    os.chmod(name, stat.S_IRWXU, dir_fd=here)
                    here = _moved(here, name)
                    way.append(name)
                    left.append([])
                    left[-1] += _delete_files(here)
                continue
            left.pop()
            if way:
                here = _moved(here, "..")
                with contextlib.suppress(OSError):
                    os.rmdir(way.pop(), dir_fd=here)
    finally:
        os.close(here)


def _moved(here: int, name: str) -> int:
    there = os.open(name, _FOLDER, dir_fd=here)
    os.close(here)
    return there


def _delete_files(here: int) -> list[str]:
    """Delete what is no folder from an open one; return the folders in it."""
    folders = []
    for name in os.listdir(here):
        with contextlib.suppress(OSError):
            if stat.S_ISDIR(os.lstat(name, dir_fd=here).st_mode):
                folders.append(name)
            else:
                os.unlink(name, dir_fd=here)
    return folders
