"""What the student reads: one line when right; two to four short lines when not."""

from __future__ import annotations

from collections.abc import Sequence

from .compare import Complaint, kind_of
from .diagnose import diagnose
from .exercise import Exercise, Mistake
from .outcome import Failure, Outcome
from .tried import Tried

_PRINTED_LINES = 3


def message(
    exercise: Exercise,
    tried: Sequence[Tried],
    mistake: Mistake | None,
    *,
    hint: int | None,
    earned: float,
) -> str:
    """Compose the message on an answer."""
    wrong = [t for t in tried if not t.right]
    if not wrong:
        return _right(exercise, tried)
    first = _most_telling(wrong)
    if first.outcome.status == "blank":
        lines = [f"○ {exercise.id}: not done yet ({_points(exercise.points)})."]
        return "\n".join(lines + _hint_lines(exercise, exercise.hints, hint, offer=False))
    lines = [f"✗ {exercise.id}: not right yet ({_score(exercise, earned)}).{_where(tried, first)}"]
    problem, plain_words = _problem(exercise, wrong, first)
    if problem and not (mistake and not plain_words):
        lines.append(f"  {problem}")
    lines += _printed(first)
    if mistake is not None:
        return "\n".join(lines + _hint_lines(exercise, mistake.hints, hint or 1))
    shown = hint or (None if plain_words else 1)
    offer = first.outcome.status not in ("class", "not a function", "parameters", "stopped")
    return "\n".join(lines + _hint_lines(exercise, exercise.hints, shown, offer=offer))


def _right(exercise: Exercise, tried: Sequence[Tried]) -> str:
    if exercise.kind == "value":
        text = f"✓ {exercise.id}: right ({_points(exercise.points)})."
    else:
        n = len(tried)
        cases = _all(n) if n > 1 else "the one case"
        text = f"✓ {exercise.id}: {cases} right ({_points(exercise.points)})."
    if any(t.outcome.printed for t in tried):
        text += " It also prints; a function that only returns is easier to use."
    return text


def _most_telling(wrong: Sequence[Tried]) -> Tried:
    """The first wrong case; of wrong shapes the largest, for size 1 hides what was lost."""
    if wrong[0].complaint is None or wrong[0].complaint.kind != "shape":
        return wrong[0]
    shapes = [t for t in wrong if t.complaint is not None and t.complaint.kind == "shape"]
    return max(shapes, key=lambda t: t.complaint.size if t.complaint else 0)


def _where(tried: Sequence[Tried], first: Tried) -> str:
    """Which cases are wrong; nothing where it says no more than the problem does."""
    run = [t for t in tried if t.outcome.status in ("returned", "raised", "too slow", "stopped")]
    wrong = [t for t in run if not t.right]
    if not wrong or len(tried) == 1:
        return ""
    name = _case_name(first)
    if len(wrong) == len(run):
        return f" Wrong in {_all(len(run))}." if len(run) == len(tried) else f" Case: {name}."
    right = next((t for t in run if t.right), None)
    if len(wrong) == 1:
        return f" Only {name} is wrong; the other {len(run) - 1} cases are right."
    assert right is not None
    return f" Right for {_case_name(right)}, wrong for {name}; {len(wrong)} of {len(run)} wrong."


def _problem(exercise: Exercise, wrong: Sequence[Tried], first: Tried) -> tuple[str, bool]:
    """Return a sentence, and whether it speaks of more than numbers."""
    status, detail = first.outcome.status, first.outcome.detail
    name, signature = exercise.id, exercise.signature
    if status == "class":
        return f"`{detail}` is a class; expected is a function: def {signature}.", True
    if status == "not a function":
        return _not_a_function(exercise, first.outcome), True
    if status == "parameters":
        n = len(exercise.parameters)
        given = f"it takes {detail}, but is called with {n} value{'s' * (n != 1)}"
        return f"Wrong parameters: {given}, as in {signature}.", True
    if status == "too slow":
        limit = f"{exercise.seconds:g} second{'s' * (exercise.seconds != 1)}"
        return f"Stopped after {limit}: is there a loop that never ends, or a very long one?", True
    if status == "died":
        why = f": {detail}" if detail else ""
        return f"The process that ran {name} has ended{why}.", True
    if status == "stopped":
        return "Stopped from the keyboard.", True
    if status == "raised" and first.outcome.failure is not None:
        return _raised(first.outcome.failure, hidden=first.case.hidden), True
    complaint = first.complaint
    if complaint is None:
        return "", False
    if complaint.kind == "None" and first.outcome.printed:
        wanted = exercise.returns or "the result"
        text = f"It prints its result but returns None; use `return` to give back {wanted}."
        return text, True
    if complaint.kind != "value":
        return complaint.text, True
    return _numbers(wrong, complaint), False


def _numbers(wrong: Sequence[Tried], complaint: Complaint) -> str:
    pairs = [
        (t.case.inputs(), t.complaint.numbers)
        for t in wrong
        if t.complaint is not None and t.complaint.kind == "value" and t.complaint.numbers
    ]
    return diagnose(pairs)


def _not_a_function(exercise: Exercise, outcome: Outcome) -> str:
    name = exercise.id
    if outcome.value is None:
        text = f"You passed {outcome.detail}, no function. "
        return text + f'Pass the function itself: check("{name}", {name}).'
    what = kind_of(outcome.value)
    text = f"That is {what}, no function: was it called already? "
    return text + f'Pass the function without parentheses: check("{name}", {name}).'


def _raised(failure: Failure, *, hidden: bool) -> str:
    """Exception, message and line; for a hidden case no message, which may hold its inputs."""
    quoted = failure.line if len(failure.line) <= 90 else f"{failure.line[:89]}…"
    line = f", in your line {failure.number}: `{quoted}`" if quoted else ""
    if failure.type == "SystemExit":
        return f"It calls exit(){line}. Use return to leave a function."
    if failure.type == "RecursionError":
        return f"It calls itself without end{line}."
    text = "" if hidden else " ".join(failure.text.split())
    if len(text) > 160:
        text = text[:157] + "…"
    return f"It raises {failure.type}{line}.{f' Python says: {text}' if text else ''}"


def _printed(first: Tried) -> list[str]:
    if not first.outcome.printed or first.case.hidden:
        return []
    lines = first.outcome.printed.splitlines()
    shown = [line[:100] for line in lines[:_PRINTED_LINES]]
    if len(lines) > _PRINTED_LINES:
        shown.append(f"… and {len(lines) - _PRINTED_LINES} more lines")
    return ["  Printed: " + "\n           ".join(shown)]


def _hint_lines(
    exercise: Exercise, hints: Sequence[str], number: int | None, *, offer: bool = True
) -> list[str]:
    answer = exercise.id
    if number is None:
        return [f'  For a hint: check("{answer}", {answer}, hint=1)'] if offer else []
    which = min(max(number, 1), len(hints))
    title = f"Hint {which} of {len(hints)}" if len(hints) > 1 else "Hint"
    lines = [f"  {title}: {hints[which - 1]}"]
    if number > len(hints):
        lines.append("  That is the last hint; the lecture says the rest.")
    elif which < len(hints):
        lines.append(f'  More: check("{answer}", {answer}, hint={which + 1})')
    return lines


def _case_name(tried: Tried) -> str:
    return "a hidden case" if tried.case.hidden else f'"{tried.case.name}"'


def _all(n: int) -> str:
    return "both cases" if n == 2 else f"all {n} cases"


def _score(exercise: Exercise, earned: float) -> str:
    return f"{earned:g} of {_points(exercise.points)}"


def _points(points: float) -> str:
    return f"{points:g} point{'s' * (points != 1)}"
