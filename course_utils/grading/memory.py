"""What references and known mistakes gave: a lane finds it out once, not for every student."""

from __future__ import annotations

import json
from typing import Any

from ..checks import Caller, Exercise, Outcome, known_caller
from .wire import WireError, pack

_MOST = 20_000  # outcomes
_LARGEST = 1 << 20  # bytes of the inputs and of the value


class Memory:
    """Calls references and mistakes as `known_caller` does, each at most once on the same inputs.

    Both the answers and the inputs are the course's own: nothing of a submission comes in here.

    Examples
    --------
    >>> from ..exercises import find_exercise
    >>> mse, memory = find_exercise("mse"), Memory()
    >>> inputs = mse.cases[0].inputs()
    >>> memory(mse, mse.reference)(inputs) is memory(mse, mse.reference)(inputs)
    True
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Outcome] = {}

    def __call__(self, exercise: Exercise, answer: Any) -> Caller:
        """Return what calls `answer`, a reference or a mistake of this exercise."""
        caller = known_caller(exercise, answer)

        def call(inputs: tuple[Any, ...]) -> Outcome:
            content = _content(inputs)
            if content is None:
                return caller(inputs)
            key = (exercise.id, id(answer), content)
            if key not in self._kept:
                outcome = caller(inputs)
                if outcome.status not in ("returned", "raised") or _content(outcome.value) is None:
                    return outcome  # handles are used, and so belong to one answer
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = outcome
            return self._kept[key]

        return call


def _content(value: Any) -> tuple[str, bytes] | None:
    """Tell everything about a value; None where that cannot be told, or is long."""
    try:
        tree, body = pack(value)
    except WireError:
        return None
    words = json.dumps(tree)
    return None if '"strange"' in words or len(words) + len(body) > _LARGEST else (words, body)
