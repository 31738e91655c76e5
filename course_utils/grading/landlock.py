"""Landlock: give up the file system, but for a list of places (Linux 5.13 and newer).

The three system calls have no wrapper in Python or in the C library, so they are made by number
(they have the same numbers on every architecture). What a process gives up it cannot get back,
and its children start without it. Rights and structures: Linux, include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1

# Rights on files and on what lies in folders. No place gets EXECUTE: shared libraries are mapped
# with READ_FILE alone.
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_MAKE_AND_REMOVE = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12  # folders, files, symbolic links
_READ = _READ_FILE | _READ_DIR
_WRITE = _WRITE_FILE | _TRUNCATE | _MAKE_AND_REMOVE

# How many rights on files each version of the interface knows; the last number holds onward.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK = 1 << 0 | 1 << 1  # bind and connect of TCP, from version 4
_SCOPES = 1 << 0 | 1 << 1  # abstract sockets and signals of others, from version 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scope", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Version of Landlock's interface in this kernel; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _libc().syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG))


class Places:
    """Open places that may be read: made once, before any fork, so that a fork need not search.

    Parameters
    ----------
    readable
        Files and folders, all of what lies in them included. Those that do not exist are left out.
    """

    def __init__(self, readable: Iterable[Path]) -> None:
        self._places = [(_open(path), path.is_dir()) for path in readable if path.exists()]

    def confine(self, writable: Path | None = None) -> None:
        """Let this process, from now on, only read these places and write into one folder.

        Parameters
        ----------
        writable
            The folder to write into; None: nowhere.

        Raises
        ------
        OSError
            If the kernel refuses; nothing has been given up then.
        """
        known = version()
        if known < 1:
            raise OSError("this kernel has no Landlock, or it is switched off")
        handled = (1 << _RIGHTS[min(known, max(_RIGHTS))]) - 1
        attributes = _Ruleset(handled, _NETWORK if known >= 4 else 0, _SCOPES if known >= 6 else 0)
        size = 8 if known < 4 else 16 if known < 6 else 24
        ruleset = _call(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
        try:
            for place, is_folder in self._places:
                _allow(ruleset, place, _READ if is_folder else _READ_FILE)
            if writable is not None:
                scratch = _open(writable)
                _allow(ruleset, scratch, (_READ | _WRITE) & handled)
                os.close(scratch)
            _call(_RESTRICT_SELF, ruleset, 0)
        finally:
            os.close(ruleset)

    def handles(self) -> list[int]:
        """Return the numbers of the open places."""
        return [place for place, _ in self._places]

    def close(self) -> None:
        """Close the places; a process that has confined itself needs them no more."""
        for place, _ in self._places:
            os.close(place)
        self._places = []


def _open(path: Path) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _allow(ruleset: int, place: int, rights: int) -> None:
    _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(_PathBeneath(rights, place)), 0)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc().syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
