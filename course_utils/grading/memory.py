"""What references and known mistakes gave: a lane finds it out once, not for every student."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..checks import Caller, Case, Exercise, Outcome, known_caller
from ..checks.exercise import Inputs
from .wire import WireError, pack

_MOST = 20_000  # outcomes
_LARGEST = 1 << 20  # bytes of the inputs and of the value
Packed = tuple[Any, bytes]


class Memory:
    """Calls references and mistakes as `known_caller` does, each at most once on the same inputs.

    Both the answers and the inputs are the course's own: nothing of a submission comes in here.

    Examples
    --------
    >>> from ..exercises import find_exercise
    >>> mse, memory = find_exercise("mse"), Memory()
    >>> inputs = memory.cases(mse)[0].inputs()
    >>> memory(mse, mse.reference)(inputs) is memory(mse, mse.reference)(inputs)
    True
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Outcome] = {}
        self._cases: dict[tuple[str, int | None], tuple[Case, ...]] = {}
        self._inputs: dict[int, tuple[Inputs, Packed]] = {}  # by id: they are kept, so it stays

    def __call__(self, exercise: Exercise, answer: Any) -> Caller:
        """Return what calls `answer`, a reference or a mistake of this exercise."""
        caller = known_caller(exercise, answer)

        def call(inputs: Inputs) -> Outcome:
            content = id(inputs) if self.knows(inputs) else _content(inputs)
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

    def cases(self, exercise: Exercise, seed: int | None = None) -> tuple[Case, ...]:
        """Return what `exercise.all_cases(seed)` does, with inputs that are made once."""
        key = (exercise.id, seed)
        if key not in self._cases:
            visible = self.cases(exercise) if seed is not None else ()
            others = exercise.all_cases(seed)[len(visible) :]
            self._cases[key] = (*visible, *map(self._with_fixed_inputs, others))
        return self._cases[key]

    def knows(self, inputs: Inputs) -> bool:
        """Whether these inputs are those of one of its cases, the very object."""
        return id(inputs) in self._inputs

    def pack(self, inputs: Inputs) -> Packed:
        """Return what `wire.pack` does."""
        return self._inputs[id(inputs)][1] if self.knows(inputs) else pack(inputs)

    def _with_fixed_inputs(self, case: Case) -> Case:
        inputs = case.inputs()
        self._inputs[id(inputs)] = (inputs, pack(inputs))
        return replace(case, inputs=lambda: inputs)


def _content(value: Any) -> tuple[str, bytes] | None:
    """Tell everything about a value; None where that cannot be told, or is long."""
    try:
        tree, body = pack(value)
    except WireError:
        return None
    words = json.dumps(tree)
    return None if '"strange"' in words or len(words) + len(body) > _LARGEST else (words, body)
