"""What the instructor reads: how the class did, what was hard, what went wrong."""

from __future__ import annotations

import csv
import io
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..marking import Mark
from ..table import Row, number, quoted
from .feedback import share, state_of
from .histogram import histogram
from .page import label, name, page, prose, text

Links = Mapping[tuple[str, str], str]
_NOT_READ = ("missing", "notebook")  # how the reasons of what was never run begin


@dataclass(frozen=True)
class Hardness:
    """One exercise over a class: how many have it right, and the mean of its points."""

    name: str
    mean: float
    worth: float
    right: int
    of: int


def summary_page(rows: Sequence[Row], links: Links) -> str:
    """Write the summary of all assignments.

    Parameters
    ----------
    rows
        Everybody's marks.
    links
        Student and assignment → the feedback page, relative to the summary.

    Returns
    -------
    str
        HTML; the same marks give the same text.
    """
    students = len({row.student for row in rows})
    names = sorted({row.assignment for row in rows})
    parts = [
        "<h1>Summary</h1>",
        f'<p class="lead">{_count(len(rows), "row")}, {_count(students, "student")}, '
        f"{_count(len(names), 'assignment')}. All marks are in "
        '<a href="grades.csv">grades.csv</a>, the CPU time that each submission took in '
        '<a href="measured/times.csv">times.csv</a>.</p>',
    ]
    for each in names:
        of_it = [row for row in rows if row.assignment == each]
        parts.append(_assignment(each, of_it, links))
    return page("Summary", "\n".join(parts))


def hardest(rows: Sequence[Row]) -> list[Hardness]:
    """Order exercises by the share of points that were earned, the hardest first.

    Only submissions that could be read count: who hands in nothing found nothing hard.
    """
    marks: dict[str, list[Mark]] = {}
    for row in rows:
        if was_read(row):
            for mark in row.marked.marks:
                marks.setdefault(mark.name, []).append(mark)
    found = [
        Hardness(
            each,
            statistics.fmean(mark.points for mark in some),
            some[0].max_points,
            sum(state_of(mark) == "good" for mark in some),
            len(some),
        )
        for each, some in marks.items()
    ]
    return sorted(found, key=lambda h: (h.mean / h.worth if h.worth else 1.0, h.name))


def mistakes(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    """Count the known mistakes: exercise, mistake, how many, the commonest first."""
    counts = Counter(
        (mark.name, mark.mistake) for row in rows for mark in row.marked.marks if mark.mistake
    )
    return [(*key, n) for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def was_read(row: Row) -> bool:
    """Whether there was a notebook that could be read and run."""
    return not row.marked.reason.startswith(_NOT_READ)


def times_csv(rows: Sequence[Row]) -> str:
    """Write the CPU seconds of each submission's own process, the longest first."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["student", "assignment", "cpu_seconds"])
    for row in sorted(rows, key=lambda row: (-row.marked.cpu, row.student, row.assignment)):
        writer.writerow([quoted(row.student), row.assignment, f"{row.marked.cpu:.3f}"])
    return lines.getvalue()


def _assignment(title: str, rows: Sequence[Row], links: Links) -> str:
    read = [row for row in rows if was_read(row)]
    parts = [f'<section class="assignment"><h2>{label(title)}</h2>', _figures(rows, read)]
    if read:
        worth = max(row.max_points for row in read)
        parts.append(histogram([row.marked.points for row in read], worth))
        parts.append(_hardest(read))
    parts.append(_mistakes(rows))
    parts.append(_reasons("Missing or unreadable", [r for r in rows if not was_read(r)], links))
    ended = [row for row in read if row.marked.reason.startswith(("process ended", "time limit"))]
    parts.append(_reasons("Stopped or crashed", ended, links))
    broken = [row for row in read if row.marked.reason.startswith("cell ")]
    parts.append(_reasons("Cells that raise", broken, links))
    return "\n".join([*(part for part in parts if part), "</section>"])


def _figures(rows: Sequence[Row], read: Sequence[Row]) -> str:
    words = f"{len(read)} of {_count(len(rows), 'submission')} could be graded"
    if not read:
        return f"<p>{words}.</p>"
    points, worth = [row.marked.points for row in read], max(row.max_points for row in read)
    full = sum(row.marked.points >= row.max_points for row in read)
    return (
        f"<p>{words}: mean {number(round(statistics.fmean(points), 2))}, "
        f"median {number(round(statistics.median(points), 2))} of {number(worth)} points; "
        f"{full} with full marks.</p>"
    )


def _hardest(rows: Sequence[Row]) -> str:
    lines = [
        f"<tr><td>{label(each.name)}</td><td>{share(each.mean, each.worth)}</td>"
        f'<td class="n">{number(round(each.mean, 2))} of {number(each.worth)}</td>'
        f'<td class="n">{each.right} of {each.of}</td></tr>'
        for each in hardest(rows)
    ]
    head = '<th scope="col">Exercise</th><th scope="col">Share of the points</th>'
    head += '<th scope="col" class="n">Mean points</th><th scope="col" class="n">All right</th>'
    return _table("Exercises, the hardest first", head, lines, "hard")


def _mistakes(rows: Sequence[Row]) -> str:
    lines = [
        f'<tr><td>{label(exercise)}</td><td>{text(mistake)}</td><td class="n">{n}</td></tr>'
        for exercise, mistake, n in mistakes(rows)
    ]
    head = '<th scope="col">Exercise</th><th scope="col">Mistake</th>'
    return _table(
        "Known mistakes, the commonest first", head + '<th scope="col" class="n">Count</th>', lines
    )


def _reasons(title: str, rows: Sequence[Row], links: Links) -> str:
    lines = []
    for row in rows:
        address = quote(links[row.student, row.assignment].encode("utf-8", "replace"))
        link = f'<a href="{address}">{name(row.student)}</a>'
        lines.append(f"<tr><td>{link}</td><td>{prose(row.marked.reason)}</td></tr>")
    head = '<th scope="col">Student</th><th scope="col">Reason</th>'
    return _table(f"{title} ({len(rows)})", head, lines, "pairs")


def _table(title: str, head: str, lines: Sequence[str], kind: str = "") -> str:
    if not lines:
        return ""
    rows = "\n".join(lines)
    return (
        f'<h3>{title}</h3>\n<div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="{kind}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>'
        "</div>"
    )


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"
