"""The table of marks, and the forms in which learning platforms take it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from .marking import Marked
from .submissions import Submission


@dataclass(frozen=True)
class Row:
    """One student and one assignment."""

    student: str
    assignment: str
    marked: Marked

    @property
    def max_points(self) -> float:
        """What could be earned."""
        return sum(mark.max_points for mark in self.marked.marks)


def rows_of(results: Sequence[tuple[Submission, Marked]]) -> list[Row]:
    """Order results by student, then by assignment."""
    rows = [Row(one.student, one.assignment, marked) for one, marked in results]
    return sorted(rows, key=lambda row: (row.student, row.assignment))


def grades_csv(rows: Sequence[Row]) -> str:
    """Write the full table: a row for each student and assignment, a column for each exercise.

    Examples
    --------
    >>> print(grades_csv([Row("ada", "01", Marked((), "missing"))]))
    student,assignment,points,max_points,reason
    ada,01,0,0,missing
    <BLANKLINE>
    """
    names = list(dict.fromkeys(mark.name for row in rows for mark in row.marked.marks))
    head = ["student", "assignment", "points", "max_points", *names, "reason"]
    body = []
    for row in rows:
        earned = {mark.name: number(mark.points) for mark in row.marked.marks}
        body.append(
            [
                quoted(row.student),
                row.assignment,
                number(row.marked.points),
                number(row.max_points),
                *(earned.get(name, "") for name in names),
                plain_text(row.marked.reason),
            ]
        )
    return _csv([head, *body])


def canvas_csv(rows: Sequence[Row]) -> str:
    """Write what Canvas imports: one row for each student, one column for each assignment."""
    worth = _worth(rows)
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *worth]
    possible = ["    Points Possible", "", "", "", "", *map(number, worth.values())]
    body = [
        [student, "", "", student, "", *(number(points[name]) for name in worth)]
        for student, points in _by_student(rows, worth).items()
    ]
    return _csv([head, possible, *body])


def moodle_csv(rows: Sequence[Row]) -> str:
    """Write what Moodle imports: the user's name, then one column for each assignment."""
    worth = _worth(rows)
    body = [
        [student, *(number(points[name]) for name in worth)]
        for student, points in _by_student(rows, worth).items()
    ]
    return _csv([["username", *worth], *body])


def number(value: float) -> str:
    """Write points without needless digits: 2, 0.5, 0.3333."""
    return f"{round(value, 4):g}"


def plain_text(text: str) -> str:
    """Keep a spreadsheet from taking a student's words for a formula."""
    return quoted(" ".join(text.split())[:300])


def quoted(name: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    Names like this are rare, and hardly by accident. A roster undoes it (see `bare`), so that
    names copied from the table are still those of the folders.

    Examples
    --------
    >>> quoted("=1+1"), quoted("'=1+1"), quoted("ada")
    ("'=1+1", "''=1+1", 'ada')
    """
    return f"'{name}" if is_formula(name) else name


def bare(name: str) -> str:
    """Undo `quoted`.

    Examples
    --------
    >>> bare("'=1+1"), bare("ada")
    ('=1+1', 'ada')
    """
    return name[1:] if name.startswith("'") and is_formula(name) else name


def is_formula(name: str) -> bool:
    """Whether a spreadsheet may compute something instead of showing the text."""
    return name.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def _worth(rows: Sequence[Row]) -> dict[str, float]:
    return dict(sorted({row.assignment: row.max_points for row in rows}.items()))


def _by_student(rows: Sequence[Row], worth: dict[str, float]) -> dict[str, dict[str, float]]:
    table = {row.student: dict.fromkeys(worth, 0.0) for row in rows}
    for row in rows:
        table[row.student][row.assignment] = row.marked.points
    return table


def _csv(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    for line in lines:
        odd = any("\r" in cell for cell in line)  # not quoted by itself, and read as a line's end
        csv.writer(
            text, lineterminator="\n", quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL
        ).writerow(line)
    return text.getvalue()
