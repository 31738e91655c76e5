"""Who belongs to the class: a table of students, as platforms and spreadsheets write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from .assignment import AssignmentError
from .table import bare

# The likeliest first: where a platform lists names and logins, folders are called by the logins.
_HEADS = (
    *("sisloginid", "loginid", "login", "username", "studentid", "student", "userid", "user"),
    "id",
)
_SEPARATORS = ",;\t"
_MARKS = {"utf-16": (b"\xff\xfe", b"\xfe\xff")}


def read_roster(path: Path) -> list[str]:
    """Read the students' names from a table.

    Parameters
    ----------
    path
        Separated by commas, semicolons or tabs, with or without a byte order mark. The column is
        the one called ``student``, ``username``, ``login`` or ``id``, or the only one.

    Returns
    -------
    list of str
        As the students' folders are called.

    Raises
    ------
    AssignmentError
        If the file cannot be read, or does not tell which column it is.
    """
    try:
        text = _decoded(path.read_bytes())
        first = text.lstrip().partition("\n")[0]
        separator = max(_SEPARATORS, key=first.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except OSError as error:
        raise AssignmentError(f"the roster {path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise AssignmentError(
            f"the roster {path} cannot be read: save it as CSV in UTF-8 and try again."
        ) from None
    lines = [[word.strip() for word in row] for row in rows if any(word.strip() for word in row)]
    if not lines:
        raise AssignmentError(f"the roster {path} is empty.")
    column, body = _column(path, lines)
    names = [bare(line[column]) for line in body if len(line) > column and line[column]]
    return list(dict.fromkeys(names))


def _decoded(data: bytes) -> str:
    for encoding, marks in _MARKS.items():
        if data.startswith(marks):
            return data.decode(encoding)
    return data.decode("utf-8-sig")


def _column(path: Path, lines: Sequence[Sequence[str]]) -> tuple[int, Sequence[Sequence[str]]]:
    """Choose the column of the names, and the lines that are no head."""
    head = ["".join(filter(str.isalnum, word.lower())) for word in lines[0]]
    for known in _HEADS:
        if known in head:
            return head.index(known), lines[1:]
    if max(map(len, lines)) == 1:
        return 0, lines
    shown = ", ".join(repr(word) for word in lines[0][:6])
    raise AssignmentError(
        f"the roster {path} begins with {shown}: which column holds the names of the students' "
        "folders? Add a first line, and call that column 'student' there."
    )
