"""Read a notebook that a stranger wrote: bounded, and without trusting a single field."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 20 << 20
MOST_CELLS = 2_000
MOST_SOURCE = 1 << 19  # characters of all code cells together
_MOST_POINTS = 1e9
_MAGIC = re.compile(r"^([^\S\n]*)(%|!|\?)", re.MULTILINE)  # within a line: no time without end


class UnreadableError(Exception):
    """A notebook that cannot be read; the message is for the student."""


@dataclass(frozen=True)
class Cell:
    """One cell, without outputs.

    Attributes
    ----------
    source
        Its text.
    is_code
        Whether it is a code cell.
    grade_id
        nbgrader's name for it; empty for a cell of the student's own.
    solution, grade, locked, task
        nbgrader's marks.
    points
        What a check is worth.
    """

    source: str
    is_code: bool
    grade_id: str = ""
    solution: bool = False
    grade: bool = False
    locked: bool = False
    points: float = 0.0
    task: bool = False


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of a notebook file.

    Parameters
    ----------
    path
        A regular file; a link is not followed.

    Raises
    ------
    UnreadableError
        If it is missing, too large, no JSON, or no notebook of format 4.
    """
    return cells_of(read_bytes(path))


def cells_of(data: bytes) -> list[Cell]:
    """Read the cells of a notebook from its bytes.

    Raises
    ------
    UnreadableError
        As `read_cells`.

    Examples
    --------
    >>> raw = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1"]}]}'
    >>> cells_of(raw)[0].source
    'x = 1'
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise UnreadableError("notebook unreadable: nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(f"notebook unreadable: no JSON ({str(error)[:80]})") from None
    if not isinstance(notebook, dict):
        raise UnreadableError("notebook unreadable: no JSON object")
    version = notebook.get("nbformat")
    if version != 4:
        raise UnreadableError(
            f"notebook unreadable: format {str(version)[:20]}, needed is 4; "
            "open it in JupyterLab and save it again"
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list) or len(cells) > MOST_CELLS:
        raise UnreadableError(f"notebook unreadable: no list of at most {MOST_CELLS} cells")
    read = [_cell(cell) for cell in cells]
    if sum(len(cell.source) for cell in read if cell.is_code) > MOST_SOURCE:
        raise UnreadableError(f"notebook too large: over {MOST_SOURCE >> 10} KB of code")
    return read


def without_magics(source: str) -> str:
    r"""Turn lines that only a notebook understands, ``%matplotlib inline`` say, into comments.

    Examples
    --------
    >>> without_magics("%matplotlib inline\nx = 5 % 3")
    'pass  # %matplotlib inline\nx = 5 % 3'
    """
    if source.lstrip().startswith("%%"):  # a whole cell in another language
        return "\n".join(f"# {line}" for line in source.split("\n"))
    return _MAGIC.sub(r"\1pass  # \2", source)


def read_bytes(path: Path) -> bytes:
    """Read a regular file of bounded size; a link is not followed.

    Raises
    ------
    UnreadableError
        If it is missing, too large, or no such file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableError("missing") from None
    except OSError as error:
        reason = "a link" if path.is_symlink() else error.strerror
        raise UnreadableError(f"notebook unreadable: {reason}") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("notebook unreadable: not a file")
        if about.st_size > MOST_BYTES:
            raise UnreadableError(
                f"notebook too large: {about.st_size >> 20} MB, allowed are "
                f"{MOST_BYTES >> 20}; clear its outputs and save it again"
            )
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MOST_BYTES + 1)
    finally:
        os.close(handle)


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        raise UnreadableError("notebook unreadable: a cell is no JSON object")
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    name, points = marks.get("grade_id"), marks.get("points")
    return Cell(
        source if isinstance(source, str) else "",
        cell.get("cell_type") == "code",
        name if isinstance(name, str) else "",
        marks.get("solution") is True,
        marks.get("grade") is True,
        marks.get("locked") is True,
        float(points) if isinstance(points, (int, float)) and abs(points) < _MOST_POINTS else 0.0,
        marks.get("task") is True,
    )
