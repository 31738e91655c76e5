"""nbgrader's gradebook, so that its formgrader and `nbgrader export` show the same marks."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .assignment import Assignment
from .marking import Marked
from .session import GraderError
from .submissions import Submission

Results = Sequence[tuple[Submission, Marked]]


def write_gradebook(path: Path, results: Results) -> str:
    """Put the points into a gradebook of nbgrader, a new one or one that is in use.

    The autograder's scores are replaced. What a human has graded is kept; as in nbgrader itself
    it then asks to be looked at again. Cells that only a human can grade wait for one.

    Parameters
    ----------
    path
        The SQLite file.
    results
        Everybody's marks.

    Returns
    -------
    str
        Empty, or why there is no gradebook: nbgrader is not installed.

    Raises
    ------
    GraderError
        If the file cannot be written, or is no gradebook.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own, of its database
        try:
            from nbgrader import api
        except ImportError:
            return "no gradebook.db: nbgrader is not installed (pip install nbgrader)"
        from sqlalchemy.exc import SQLAlchemyError

        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _opened(api, path) as book:
                _add_students(api, book, {_id(one.student) for one, _ in results})
                for name in sorted({one.assignment for one, _ in results}):
                    _write(api, book, name, [r for r in results if r[0].assignment == name])
                book.db.commit()
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", None) or error).split("\n")[0]
            raise GraderError(f"{path} could not be written: {why}.") from None
    return ""


@contextmanager
def _opened(api: Any, path: Path) -> Iterator[Any]:
    """Open a gradebook; to make one nbgrader calls a program that lies beside Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        book = api.Gradebook(f"sqlite:///{path.resolve().as_posix()}")
    finally:
        os.environ["PATH"] = before
    with book:
        yield book


def _write(api: Any, book: Any, name: str, results: Results) -> None:
    book.update_or_create_assignment(name)
    notebooks = [part.notebook for part in results[0][0].parts]
    cells = {each.file: _structure(book, name, each) for each in notebooks}
    _add_missing_rows(api, book, name, [_id(one.student) for one, _ in results])
    points = {}
    for one, marked in results:
        marks = iter(marked.marks)
        for notebook in notebooks:
            for check in notebook.checks:
                cell = cells[notebook.file][check.name]
                points[_id(one.student), cell] = next(marks).points
    _update(api, book, name, points)


def _structure(book: Any, name: str, source: Assignment) -> dict[str, str]:
    """Mirror a source notebook's cells; return the check's name → its cell's id."""
    stem = Path(source.file).stem
    notebook = book.update_or_create_notebook(stem, name)
    wanted = {check.name: (check.points, "code") for check in source.checks}
    manual = {cell.name: (cell.points, cell.kind) for cell in source.manual if not cell.task}
    tasks = {cell.name: (cell.points, cell.kind) for cell in source.manual if cell.task}
    gone = [cell for cell in notebook.grade_cells if cell.name not in {**wanted, **manual}]
    gone += [cell for cell in notebook.task_cells if cell.name not in tasks]
    gone += [cell for cell in notebook.solution_cells if cell.name not in source.solutions]
    for cell in gone:
        for row in (*(cell.grades or ()), *(cell.comments or ())):
            book.db.delete(row)
        book.db.delete(cell)
    for cell_name, (points, kind) in {**wanted, **manual}.items():
        book.update_or_create_grade_cell(cell_name, stem, name, max_score=points, cell_type=kind)
    for cell_name, (points, kind) in tasks.items():
        book.update_or_create_task_cell(cell_name, stem, name, max_score=points, cell_type=kind)
    for cell_name in source.solutions:
        book.update_or_create_solution_cell(cell_name, stem, name)
    return {check: book.find_grade_cell(check, stem, name).id for check in wanted}


def _add_students(api: Any, book: Any, students: Iterable[str]) -> None:
    there = {row[0] for row in book.db.query(api.Student.id)}
    for student in sorted(set(students) - there):
        book.db.add(api.Student(id=student))
    book.db.commit()


def _add_missing_rows(api: Any, book: Any, name: str, students: Sequence[str]) -> None:
    """Give every student a submission with a grade for each cell, as `add_submission` does.

    All of them in one transaction, and by ids alone: to load a submission makes nbgrader's
    database sum up a dozen scores.
    """
    db, assignment = book.db, book.find_assignment(name)
    submitted = dict(
        db.query(api.SubmittedAssignment.student_id, api.SubmittedAssignment.id).filter(
            api.SubmittedAssignment.assignment_id == assignment.id
        )
    )
    for student in set(students) - set(submitted):
        submitted[student] = new = api.new_uuid()
        db.add(api.SubmittedAssignment(id=new, assignment_id=assignment.id, student_id=student))
    db.flush()
    for notebook in assignment.notebooks:
        table = api.SubmittedNotebook
        have = dict(
            db.query(table.assignment_id, table.id).filter(table.notebook_id == notebook.id)
        )
        for submission in set(submitted.values()) - set(have):
            have[submission] = new = api.new_uuid()
            db.add(table(id=new, notebook_id=notebook.id, assignment_id=submission))
        db.flush()
        graded = (*notebook.grade_cells, *notebook.task_cells)
        commented = (*notebook.solution_cells, *notebook.task_cells)
        for row, cells in ((api.Grade, graded), (api.Comment, commented)):
            ids = {cell.id for cell in cells}
            pairs = {(cell, part) for cell in ids for part in have.values()}
            pairs -= set(db.query(row.cell_id, row.notebook_id).filter(row.cell_id.in_(ids)))
            db.add_all(row(cell_id=cell, notebook_id=part) for cell, part in pairs)
    db.flush()


def _update(api: Any, book: Any, name: str, points: dict[tuple[str, str], float]) -> None:
    grade, assignment = api.Grade, book.find_assignment(name)
    rows = (
        book.db.query(
            grade.id, grade.cell_id, grade.manual_score, api.SubmittedAssignment.student_id
        )
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == grade.notebook_id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
        )
        .filter(api.SubmittedAssignment.assignment_id == assignment.id)
    )
    changes = [
        {
            "id": row,
            "auto_score": points[student, cell],
            "needs_manual_grade": manual is not None,
        }
        for row, cell, manual, student in rows
        if (student, cell) in points
    ]
    book.db.bulk_update_mappings(grade, changes)


def _id(student: str) -> str:
    """Return a name that the database can hold: halves of characters cannot be stored."""
    return student.encode("utf-8", "backslashreplace").decode()
