"""How a notebook with graded exercises is written, and nbgrader's metadata made from that.

In ``solutions/`` an exercise is three cells, and an author writes no metadata at all:

1. a task, Markdown that begins ``## 1 · Title (2 points, 8 minutes)``;
2. a solution, a function whose body stands between ``### BEGIN SOLUTION`` and
   ``### END SOLUTION``;
3. a check, ``check("mse", mse).points``, and again with ``seed=…`` between
   ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS``.

`mark` writes what nbgrader wants to know (its schema 3) into them: `execute` and `release` do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode, from_dict

Kind = Literal["lecture", "solutions", "exercises", "other"]
Role = Literal["task", "solution", "check"]

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
# The words by which nbgrader knows a marker, however many # stand before them.
MARKERS = tuple(marker.lstrip("# ") for marker in SOLUTION + HIDDEN)

_HEADING = re.compile(
    r"## (?P<number>\d+) · (?P<title>\S.*) "
    r"\((?P<points>\d+(?:\.\d+)?) points?, (?P<minutes>\d+) minutes?\)"
)
_CHECK = re.compile(r"""\bcheck\(\s*["']([^"']*)["']""")
_SEED = re.compile(r"\bseed\s*=\s*(\d+)")


@dataclass(frozen=True)
class Heading:
    """What the first line of a task says."""

    number: int
    title: str
    points: float
    minutes: int


def kind_of(path: str | Path) -> Kind:
    """Tell by folder and name what a notebook is.

    Examples
    --------
    >>> kind_of("lectures/01_line.ipynb"), kind_of("lectures/solutions/01_line.ipynb")
    ('lecture', 'solutions')
    """
    path = Path(path)
    if not re.match(r"\d\d_", path.name):
        return "other"
    if path.parent.name == "solutions":
        return "solutions"
    return "exercises" if path.parent.name == "exercises" else "lecture"


def heading_of(cell: NotebookNode) -> Heading | None:
    """Read the heading of a task; None where the cell has none.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell
    >>> heading_of(new_markdown_cell("## 2 · The slope (1 point, 5 minutes)")).points
    1.0
    """
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
    found = _HEADING.fullmatch(lines[0].rstrip()) if lines else None
    if found is None:
        return None
    points, minutes = float(found["points"]), int(found["minutes"])
    return Heading(int(found["number"]), found["title"], points, minutes)


def role_of(cell: NotebookNode) -> Role | None:
    """Tell by its metadata which part of an exercise a cell is."""
    data = cell.metadata.get("nbgrader", {})
    if data.get("solution"):
        return "solution"
    if data.get("grade"):
        return "check"
    return "task" if data.get("locked") else None


def checked_ids(source: str) -> list[str]:
    """List the exercises that are checked in a cell.

    Examples
    --------
    >>> checked_ids('check("mse", mse).points')
    ['mse']
    """
    return _CHECK.findall(source)


def seeds(source: str) -> list[str]:
    """List the seeds that are named in a cell."""
    return _SEED.findall(source)


def split_regions(source: str, markers: tuple[str, str]) -> tuple[list[str], list[str]]:
    """Part the lines of a cell: those outside of the regions, and those inside.

    Parameters
    ----------
    source
        The cell's text.
    markers
        `SOLUTION` or `HIDDEN`.

    Raises
    ------
    ValueError
        For a region that does not begin or does not end, and for one in another.
    """
    begin, end = (marker.lstrip("# ") for marker in markers)
    outside: list[str] = []
    inside: list[str] = []
    is_open = False
    for line in source.split("\n"):
        if begin in line or end in line:
            if is_open == (begin in line):
                raise ValueError(f"'{line.strip()}' without its counterpart")
            is_open = not is_open
        else:
            (inside if is_open else outside).append(line)
    if is_open:
        raise ValueError(f"'{markers[0]}' without its counterpart")
    return outside, inside


def triples(nb: NotebookNode) -> Iterator[dict[Role, NotebookNode]]:
    """Find the exercises of a source by headings and markers, whatever the metadata say.

    Each is a dictionary of its three cells; of an incomplete one, the cells that are there.
    """
    current: dict[Role, NotebookNode] = {}
    for cell in nb.cells:
        role = _written_role(cell)
        if role is None:
            continue
        if role in current or (role == "task" and current):
            yield current
            current = {}
        current[role] = cell
        if role == "check":
            yield current
            current = {}
    if current:
        yield current


def mark(nb: NotebookNode) -> None:
    """Write nbgrader's metadata into the cells of every complete exercise, in place.

    Other cells stay as they are: an instructor may have marked some by hand.
    """
    for cells in triples(nb):
        if len(cells) == 3:
            for role in cells:
                cells[role].metadata["nbgrader"] = metadata_of(cells, role)


def metadata_of(cells: dict[Role, NotebookNode], role: Role) -> NotebookNode:
    """Make nbgrader's metadata for one cell of a complete exercise."""
    ids = checked_ids(cells["check"].source)
    suffix = "" if role == "solution" else f"-{role}"
    data: dict[str, Any] = {
        "grade": role == "check",
        "grade_id": f"{ids[0] if ids else ''}{suffix}",
        "locked": role != "solution",
        "schema_version": 3,
        "solution": role == "solution",
        "task": False,  # nbgrader's word for a task that is graded by hand
    }
    heading = heading_of(cells["task"])
    if role == "check" and heading is not None:
        points = heading.points
        data["points"] = int(points) if points == int(points) else points
    node: NotebookNode = from_dict(data)
    return node


def _written_role(cell: NotebookNode) -> Role | None:
    if heading_of(cell) is not None:
        return "task"
    if cell.cell_type != "code":
        return None
    if MARKERS[0] in cell.source:
        return "solution"
    return "check" if MARKERS[2] in cell.source else None
