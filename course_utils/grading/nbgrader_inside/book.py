"""nbgrader's gradebook, opened once for all submissions of a class.

nbgrader opens its database nine times for each submission. Each time it makes a new engine, looks
at every table and compiles every query anew; then it asks for each cell by itself. Here the engine
stays, what is asked for cell by cell comes in one query for a notebook, and a notebook's grades are
written in one transaction. `use_kept_gradebooks` is the one place where a name of nbgrader's is
exchanged: there is no setting for it.
"""

from __future__ import annotations

import threading
from inspect import signature
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session, sessionmaker


def use_kept_gradebooks() -> bool:
    """Let nbgrader's autograding, and nothing else of it, open `kept_gradebook`.

    Returns
    -------
    bool
        Whether this nbgrader is built as we know it. Otherwise nothing is exchanged: it works
        as it did, and takes longer.
    """
    try:  # where `Autograde` and its steps look for the name `Gradebook`
        from nbgrader.converters import autograde
        from nbgrader.preprocessors import (
            latesubmissions,
            overwritecells,
            overwritekernelspec,
            saveautogrades,
        )
    except ImportError:
        return False
    users = (autograde, overwritekernelspec, overwritecells, saveautogrades, latesubmissions)
    found = {getattr(user, "Gradebook", None) for user in users}
    if found == {kept_gradebook}:
        return True
    if not found <= {api.Gradebook, kept_gradebook}:
        return False
    if list(signature(api.Gradebook).parameters) != list(signature(kept_gradebook).parameters):
        return False
    for name in ("close", *_FOUND):
        ours, theirs = getattr(KeptGradebook, name), getattr(api.Gradebook, name, None)
        if theirs is None or list(signature(ours).parameters) != list(signature(theirs).parameters):
            return False
    for user in users:
        user.Gradebook = kept_gradebook
    return True


_FOUND = ("find_source_cell", "find_graded_cell", "find_grade", "find_comment")


class _Kept(threading.local):
    """A thread has its own: nobody closes what another is using."""

    def __init__(self) -> None:
        self.books: dict[tuple[str, str], tuple[object, KeptGradebook]] = {}


_kept = _Kept()


def kept_gradebook(
    db_url: str, course_id: str = "default_course", authenticator: Any = None
) -> Any:
    """Open a gradebook as ``nbgrader.api.Gradebook(...)`` does; the second time it is there.

    A file that was replaced meanwhile is noticed and opened anew.
    """
    if authenticator is not None:
        return api.Gradebook(db_url, course_id, authenticator)
    identity, book = _kept.books.get((db_url, course_id), (None, None))
    if book is None or identity is None or identity != _identity(db_url):
        book = KeptGradebook(db_url, course_id)
        _kept.books[db_url, course_id] = (_identity(db_url), book)
    return book


def _identity(db_url: str) -> object:
    """Tell one database file from another at the same place; None where it must not be kept."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite":
        return "a server"
    try:
        about = Path(url.database or "").stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


class _Session(Session):
    """A session that can put off its commits."""

    held = False

    def commit(self) -> None:
        """Commit, unless that is put off until the gradebook is closed."""
        if not self.held:
            super().commit()


class KeptGradebook(api.Gradebook):  # type: ignore[misc]  # nbgrader carries no types
    """A gradebook that can be opened and closed again and again.

    What it has looked up it knows until it is closed. Closed it has no connection, so another
    process, formgrader say, may do with the database what it likes.
    """

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self.db: scoped_session[_Session]
        self.db.remove()
        self.db = scoped_session(sessionmaker(self.engine, class_=_Session, expire_on_commit=False))
        self._known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def hold(self) -> None:
        """Put off all commits until it is closed."""
        self.db().held = True

    def close(self) -> None:
        """Commit what was put off, and give back the connection."""
        try:
            if self.db.registry.has() and self.db().held:
                Session.commit(self.db())
        finally:
            self._known.clear()
            self.db.remove()
            self.engine.dispose()

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> Any:
        """Find a cell of the source; see nbgrader."""
        found = self._cells(api.SourceCell, notebook, assignment).get(name)
        return found or super().find_source_cell(name, notebook, assignment)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        """Find a cell that has points; see nbgrader."""
        found = self._cells(api.GradeCell, notebook, assignment).get(name)
        return found or super().find_graded_cell(name, notebook, assignment)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """Find a student's points; see nbgrader."""
        found = self._rows(api.Grade, notebook, assignment, student).get(grade_cell)
        return found or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """Find a comment for a student; see nbgrader."""
        found = self._rows(api.Comment, notebook, assignment, student).get(solution_cell)
        return found or super().find_comment(solution_cell, notebook, assignment, student)

    def _cells(self, kind: Any, notebook: str, assignment: str) -> dict[str, Any]:
        key = (kind, notebook, assignment)
        if key not in self._known:
            cells = (
                self.db.query(kind)
                .join(api.Notebook, api.Notebook.id == kind.notebook_id)
                .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
                .filter(api.Notebook.name == notebook, api.Assignment.name == assignment)
            )
            self._known[key] = {cell.name: cell for cell in cells}
        return self._known[key]

    def _rows(self, kind: Any, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        key, submitted = (kind, notebook, assignment, student), api.SubmittedAssignment
        if key not in self._known:
            rows = (
                self.db.query(api.BaseCell.name, kind)
                .join(api.BaseCell, api.BaseCell.id == kind.cell_id)
                .join(api.SubmittedNotebook, api.SubmittedNotebook.id == kind.notebook_id)
                .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
                .join(submitted, submitted.id == api.SubmittedNotebook.assignment_id)
                .join(api.Assignment, api.Assignment.id == submitted.assignment_id)
                .filter(api.Notebook.name == notebook, api.Assignment.name == assignment)
                .filter(submitted.student_id == student)
                .order_by(api.BaseCell.type.desc())  # of two with one name nbgrader prefers these
            )
            self._known[key] = dict(rows.tuples())
        return self._known[key]
