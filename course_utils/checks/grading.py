"""Grade one answer: try every case, compare, recognise known mistakes, give points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .calling import LocalCaller
from .compare import Complaint, complain, kind_of, same
from .exercise import Case, Exercise, Inputs, Mistake
from .messages import message
from .outcome import Caller, Failure, Handle, HandleError, Outcome
from .tried import Tried

# After these the other cases would only say the same again, or take as long again.
_ENOUGH = ("blank", "not a function", "class", "parameters", "too slow", "stopped", "died")


@dataclass(frozen=True)
class Result:
    """What a check found. True where the answer is right; silent as a cell's last value.

    Attributes
    ----------
    exercise
        Its id.
    points, max_points
        What the answer earns, and what it could.
    passed
        Whether every case is right.
    message
        What `check` printed.
    mistake
        The name of the known mistake that the answer equals, or None.
    cases
        Names of the cases and whether each is right, hidden ones included.
    """

    exercise: str
    points: float
    max_points: float
    passed: bool
    message: str
    mistake: str | None = None
    cases: tuple[tuple[str, bool], ...] = ()

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        state = "right" if self.passed else "not right yet"
        return f"<Result {self.exercise}: {state}, {self.points:g} of {self.max_points:g} points>"

    def _ipython_display_(self) -> None:
        """Show nothing: the message is already there."""


# How a reference or a mistake is called: `known_caller`, or what remembers what came of it.
Known = Callable[[Exercise, Any], Caller]


def grade(
    exercise: Exercise,
    caller: Caller,
    *,
    seed: int | None = None,
    hint: int | None = None,
    known: Known | None = None,
    cases: Sequence[Case] | None = None,
) -> Result:
    """Try an answer on all cases of an exercise.

    Parameters
    ----------
    exercise
        The exercise.
    caller
        Calls the student's answer: a `LocalCaller`, or one that asks another process.
    seed
        Draws hidden cases besides the visible ones.
    hint
        Which hint the message gives.
    known
        Makes the caller of a reference or mistake, for who grades many; None: `known_caller`.
    cases
        What `exercise.all_cases(seed)` gives, for who has it already.

    Returns
    -------
    Result
        With the message; nothing is printed here.
    """
    known = known or known_caller
    tried: list[Tried] = []
    for case in exercise.all_cases(seed) if cases is None else cases:
        if any(t.outcome.status in _ENOUGH for t in tried):
            tried.append(Tried(case, Outcome("not tried")))
        else:
            tried.append(_try(exercise, case, caller(case.inputs()), known))
    mistake = None if all(t.right for t in tried) else recognise(exercise, tried, known)
    return Result(
        exercise.id,
        _points(exercise, tried),
        exercise.points,
        all(t.right for t in tried),
        message(exercise, tried, mistake, hint=hint, earned=_points(exercise, tried)),
        mistake.name if mistake else None,
        tuple((t.case.name, t.right) for t in tried),
    )


def expected_value(exercise: Exercise, inputs: Inputs, known: Known | None = None) -> Any:
    """Return the reference's answer for these inputs, made plain.

    Raises
    ------
    RuntimeError
        If the reference itself fails: the exercise is broken.
    """
    outcome = (known or known_caller)(exercise, exercise.reference)(inputs)
    if outcome.status != "returned":
        raise RuntimeError(f"the reference of {exercise.id!r} failed: {outcome}")
    return outcome.value


def recognise(
    exercise: Exercise, tried: Sequence[Tried], known: Known | None = None
) -> Mistake | None:
    """Find the known mistake that behaves as the answer does, in every case."""
    if any(t.outcome.status not in ("returned", "raised") for t in tried):
        return None
    for mistake in exercise.mistakes:
        caller = (known or known_caller)(exercise, mistake.answer)
        if all(_alike(exercise, t, caller) for t in tried):
            return mistake
    return None


def _try(exercise: Exercise, case: Case, outcome: Outcome, known: Known) -> Tried:
    if outcome.status != "returned":
        return Tried(case, outcome)
    inputs = case.inputs()
    if exercise.judge is not None:
        return _judged(exercise, case, outcome, inputs)
    expected = expected_value(exercise, inputs, known)
    complaint = complain(exercise, expected, outcome.value)
    return Tried(case, outcome, complaint or _side_effect(exercise, outcome))


def _judged(exercise: Exercise, case: Case, outcome: Outcome, inputs: Inputs) -> Tried:
    assert exercise.judge is not None
    if outcome.value is None:
        text = f"It returns None; expected is {exercise.returns or 'a value'}. "
        return Tried(case, outcome, Complaint("None", text + "Is the `return` missing?"))
    try:
        said = exercise.judge(inputs, outcome.value)
    except HandleError as error:  # what was returned fails when it is used
        return Tried(case, error.outcome)
    except Exception:  # the judge cannot use a value of this kind
        wanted = exercise.returns or "another kind of value"
        said = f"It returns {kind_of(outcome.value)}; expected is {wanted}."
    if said is not None:
        return Tried(case, outcome, Complaint("judge", said))
    return Tried(case, outcome, _side_effect(exercise, outcome))


def _side_effect(exercise: Exercise, outcome: Outcome) -> Complaint | None:
    if not outcome.changed:
        return None
    names = [
        f"`{exercise.parameters[i]}`" if i < len(exercise.parameters) else f"input {i + 1}"
        for i in outcome.changed
    ]
    plural = "s" * (len(names) > 1)
    text = f"The value is right, but the call changes its input{plural} {' and '.join(names)}. "
    return Complaint("changed", text + "Work on a new tensor: `w = w - …` instead of `w -= …`.")


def _alike(exercise: Exercise, tried: Tried, caller: Caller) -> bool:
    inputs = tried.case.inputs()
    theirs, known = tried.outcome, caller(inputs)
    if (theirs.status, theirs.changed) != (known.status, known.changed):
        return False
    if theirs.failure is not None and known.failure is not None:
        return _same_failure(theirs.failure, known.failure)
    if exercise.judge is not None and (
        isinstance(known.value, Handle) or not same(exercise, known.value, theirs.value)
    ):
        complaint = _judged(exercise, tried.case, known, inputs).complaint
        ours = tried.complaint
        return (complaint and complaint.text) == (ours and ours.text)
    return same(exercise, known.value, theirs.value)


def _same_failure(one: Failure, other: Failure) -> bool:
    return (one.type, one.text) == (other.type, other.text)


def known_caller(exercise: Exercise, answer: Any) -> LocalCaller:
    """Call a reference or a mistake, which may be a bare value, as students' answers are."""
    if exercise.kind == "value":
        answer = answer() if callable(answer) else answer
    return LocalCaller(answer, 10 * exercise.seconds, exercise.kind)


def _points(exercise: Exercise, tried: Sequence[Tried]) -> float:
    lost = [exercise.points if t.case.costs is None else t.case.costs for t in tried if not t.right]
    return max(0, exercise.points - sum(lost))
