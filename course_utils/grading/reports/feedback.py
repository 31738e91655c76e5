"""What one student reads: marks, messages and hints; no test, no hidden input."""

from __future__ import annotations

from ..marking import Mark
from ..table import Row, number
from .page import label, name, page, prose

_STATES = {"good": ("✓", "right"), "part": ("◐", "partly right"), "poor": ("○", "not right yet")}

_CURE = " The file is damaged or no notebook: open yours in JupyterLab, save it, hand it in again."


def feedback_page(row: Row) -> str:
    """Write the page of one student for one assignment.

    Parameters
    ----------
    row
        The marks. Their messages were composed by the checks for students; nothing else of a
        check is known here.

    Returns
    -------
    str
        HTML; the same marks give the same text.

    Examples
    --------
    >>> from ..marking import Marked
    >>> one = feedback_page(Row("ada", "01", Marked((Mark("mse", 1, 2, "Look at the mean."),))))
    >>> "1 of 2 points" in one and "Look at the mean." in one
    True
    """
    points, worth = number(row.marked.points), number(row.max_points)
    body = [
        f"<h1>{label(row.assignment)}</h1>",
        f'<p class="lead">Feedback for {name(row.student)}</p>',
        f'<p class="sum">{_points(points, worth)}</p>',
        share(row.marked.points, row.max_points),
    ]
    if row.marked.reason:
        body.append(f'<p class="note message">{prose(_sentence(row.marked.reason))}</p>')
    body += [_exercise(mark, row.marked.reason) for mark in row.marked.marks]
    return page(f"{row.assignment}: {points} of {worth} points", "\n".join(body))


def share(points: float, worth: float) -> str:
    """Draw a share as a bar; the words beside it say the same, so readers aloud skip it."""
    percent = 100 * points / worth if worth else 0.0
    return f'<div class="track" aria-hidden="true"><div style="width:{percent:.1f}%"></div></div>'


def state_of(mark: Mark) -> str:
    """Tell whether an exercise is right ("good"), "part" of it, or "poor"."""
    if mark.points >= mark.max_points:
        return "good"
    return "part" if mark.points > 0 else "poor"


def _exercise(mark: Mark, reason: str) -> str:
    state = state_of(mark)
    sign, words = _STATES[state]
    points = _points(number(mark.points), number(mark.max_points))
    lines = [
        '<section class="exercise">',
        f'<div class="head"><h2>{label(mark.name)}</h2>',
        f'<span class="points {state}"><span aria-hidden="true">{sign}</span> '
        f"{words}, {points}</span></div>",
    ]
    if mark.message and mark.message != reason:
        lines += [f'<p class="message">{prose(line)}</p>' for line in _lines(mark)]
    return "\n".join([*lines, "</section>"])


def _lines(mark: Mark) -> list[str]:
    """Take a message apart; its first words repeat what stands above it already."""
    lines = [line.rstrip() for line in mark.message.splitlines() if line.strip()]
    first = lines[0].strip()
    for sign in ("✓", "✗", "○"):
        first = first.removeprefix(f"{sign} {mark.name}: ")
    first = first[:1].upper() + first[1:]
    deep = [line.removeprefix("  ") for line in lines[1:]]
    # How to ask for more hints in the notebook goes without saying here.
    return [first, *(line for line in deep if not line.startswith(("More: ", "For a hint: ")))]


def _points(points: str, worth: str) -> str:
    return f"{points} of {worth} point{'s' * (worth != '1')}"


def _sentence(reason: str) -> str:
    if reason == "missing":
        return "Nothing was handed in."
    cure = _CURE if reason.startswith("notebook unreadable: no JSON") else ""
    reason = reason[:1].upper() + reason[1:]
    return reason + "." * (not reason.endswith((".", "!", "?"))) + cure
