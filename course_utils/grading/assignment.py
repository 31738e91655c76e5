"""What is graded: a source notebook, its checks, and the cells that students fill in."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .cells import Cell, UnreadableError, cells_of, without_magics


class AssignmentError(Exception):
    """The instructor's source cannot be used; the message says what to do."""


class NoChecksError(AssignmentError):
    """There is nothing in it that could be graded here."""


@dataclass(frozen=True)
class Check:
    """One autograded cell of the source: what it is worth, and its code, hidden tests included."""

    name: str
    points: float
    source: str

    @property
    def exercise(self) -> str:
        """Short name for reports: the grade id without ``-check`` or ``test_``."""
        return self.name.removesuffix("-check").removeprefix("test_").removeprefix("test-")


@dataclass(frozen=True)
class Manual:
    """One cell that only a human can grade: a written answer, a task, code without a check."""

    name: str
    points: float
    kind: str
    task: bool


@dataclass(frozen=True)
class Assignment:
    """One source notebook.

    Attributes
    ----------
    name
        Folder of the submissions, and by default the notebook's name.
    file
        Name of the notebook, with its ending.
    setup
        Name and code of the cells that neither are solutions nor checks: run from the source.
    solutions
        Grade ids of the cells that students fill in.
    checks
        In order.
    locked
        Grade ids of cells that are the instructor's: a submission's version is never run.
    digest
        Of the source, so that a change of it grades everything anew.
    manual
        Cells that wait for a human; no part of the points here.
    imports
        Statements of its solution cells: checks may use the names, and must not get them from a
        submission, whose ``np.allclose`` may be its own.
    """

    name: str
    file: str
    setup: tuple[tuple[str, str], ...]
    solutions: tuple[str, ...]
    checks: tuple[Check, ...]
    locked: frozenset[str]
    digest: str
    manual: tuple[Manual, ...] = ()
    imports: tuple[str, ...] = ()

    @property
    def max_points(self) -> float:
        """Sum of the checks' points."""
        return sum(check.points for check in self.checks)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules that the set-up cells import."""
        found: dict[str, None] = {}
        for _, source in self.setup:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module] = None
        return tuple(found)


def load_assignment(path: Path, name: str | None = None) -> Assignment:
    """Read a source notebook.

    Parameters
    ----------
    path
        With nbgrader's marks: solution cells, and checks with points.
    name
        Of the assignment; the file's name where not given.

    Raises
    ------
    AssignmentError
        If it is no notebook, holds no check (`NoChecksError`), names a cell twice, or does not
        compile.
    """
    try:
        data = path.read_bytes()
        cells = cells_of(data)
    except OSError as error:
        raise AssignmentError(f"{path}: {error.strerror}.") from None
    except UnreadableError as error:
        raise AssignmentError(f"{path}: {error}.") from None
    names = [cell.grade_id for cell in cells if cell.grade_id]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise AssignmentError(f"{path}: the name {twice[0]!r} stands at more than one cell.")
    checks = tuple(
        Check(cell.grade_id, cell.points, _compiled(path, cell))
        for cell in cells
        if cell.is_code and cell.grade and not cell.solution
    )
    if not checks:
        raise NoChecksError(f"{path}: no autograded cell (nbgrader: grade, not solution).")
    setup = tuple(
        (cell.grade_id or f"setup-{i}", _compiled(path, cell))
        for i, cell in enumerate(cells)
        if cell.is_code and not cell.solution and not cell.grade and cell.source.strip()
    )
    return Assignment(
        name or path.stem,
        path.name,
        setup,
        tuple(cell.grade_id for cell in cells if cell.is_code and cell.solution),
        checks,
        frozenset(cell.grade_id for cell in cells if cell.grade_id and not cell.solution),
        hashlib.sha256(data).hexdigest(),
        tuple(
            Manual(cell.grade_id, cell.points, "code" if cell.is_code else "markdown", cell.task)
            for cell in cells
            if cell.task or (cell.grade and (cell.solution or not cell.is_code))
        ),
        tuple(line for cell in cells if cell.is_code and cell.solution for line in _imports(cell)),
    )


def code_of(assignment: Assignment, cells: Sequence[Cell]) -> list[tuple[str, str]]:
    """Choose what is run of a submission: the set-up of the source, then the student's own cells.

    Cells that belong to the source (tests, set-up) are left out, whatever became of them; so
    nothing that is edited, deleted or moved there matters. Of two cells with one name the last
    counts. Cells that the student added are kept: helper functions live there.

    Parameters
    ----------
    assignment
        The source.
    cells
        Of the submission.

    Returns
    -------
    list of (str, str)
        Name and code, in the submission's order.
    """
    last = {cell.grade_id: i for i, cell in enumerate(cells) if cell.grade_id}
    own_setup = {source.strip() for _, source in assignment.setup}
    chosen = list(assignment.setup)
    for i, cell in enumerate(cells):
        if not cell.is_code or not cell.source.strip() or cell.source.strip() in own_setup:
            continue
        if cell.grade_id in assignment.locked or (cell.grade_id and last[cell.grade_id] != i):
            continue
        name = cell.grade_id if cell.grade_id in assignment.solutions else f"cell {i + 1}"
        chosen.append((name, without_magics(cell.source)))
    return chosen


def _imports(cell: Cell) -> Iterator[str]:
    try:
        body = ast.parse(without_magics(cell.source)).body
    except (SyntaxError, ValueError):
        return
    for node in body:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level):
            yield ast.unparse(node)


def _compiled(path: Path, cell: Cell) -> str:
    source = without_magics(cell.source)
    try:
        compile(source, "<source>", "exec")
    except SyntaxError as error:
        where = cell.grade_id or source.strip().split("\n")[0][:40]
        raise AssignmentError(f"{path}: cell {where!r} does not compile: {error.msg}.") from None
    return source
