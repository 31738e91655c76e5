"""What an exercise is: data. The engine beside this file knows none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

Inputs = tuple[Any, ...]
Answer = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One set of inputs on which an answer is tried.

    Attributes
    ----------
    name
        Shown to the student: "three points on a line".
    inputs
        Makes the arguments, a tuple, afresh at each call. Tensors, numbers, strings, and lists,
        tuples or dicts of these; never functions or modules, which no other process could get.
    costs
        Points lost if this case fails; None: all of them. For edge cases that are worth a part.
    hidden
        Set by the engine for drawn cases: nothing of their inputs is ever shown.

    Examples
    --------
    >>> Case("two numbers", lambda: (torch.tensor([1.0, 2.0]), 3)).inputs()
    (tensor([1., 2.]), 3)
    """

    name: str
    inputs: Callable[[], Inputs]
    costs: float | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students really give, and what they should hear.

    Attributes
    ----------
    name
        For teachers and statistics: "sum instead of mean".
    answer
        The wrong implementation, with the exercise's parameters. It may also raise, return
        another kind or shape, or change its inputs: an answer that fails in the same way is
        recognised. For an exercise of kind "value": the wrong value.
    hints
        One to three sentences, from a nudge to nearly there; never the answer. One string is
        one hint.

    Examples
    --------
    >>> Mistake("halved", lambda x: x / 2, "Look at the factor.").hints
    ('Look at the factor.',)
    """

    name: str
    answer: Any
    hints: Sequence[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", _as_tuple(self.hints))
        if not 1 <= len(self.hints) <= 3:
            raise ValueError(f"mistake {self.name!r} has {len(self.hints)} hints; give 1 to 3.")


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One graded exercise: what is asked, how an answer is judged, which mistakes are known.

    Attributes
    ----------
    id
        Short, unique in the whole course, and the name of the student's function: "mse".
    title
        As in the notebook's heading.
    signature
        Name and parameters as the notebook has them: "mse(y_hat, y)". Messages quote it.
    points, minutes
        What it is worth, and how long it should take.
    reference
        A right answer, as an oracle: torch's own function, a closed form, autograd, finite
        differences. For kind "value": the value, or a function without parameters that finds it.
    cases
        The visible cases, written by hand, from typical to edge. None for kind "value".
    mistakes
        At least three.
    hints
        General steps for a wrong answer that equals no known mistake.
    draw
        Makes the inputs of a hidden case from a `torch.Generator` (CPU).
    draws
        How many hidden cases a seed makes.
    returns
        What is expected, in words, for messages: "a float32 tensor of shape (D, 1)".
    parts
        Names of the values where a tuple is returned: ("grad_w", "grad_b").
    between
        Smallest and largest value that makes sense, as (0, 1) for probabilities.
    judge
        Instead of equality: `judge(inputs, value)` gives None where the value is right, else a
        sentence. Functions and modules arrive as a `Handle`. The reference must satisfy it.
    rtol, atol
        Tolerance of the comparison.
    seconds
        Time limit of one case.
    kind
        "function", or "value" for an answer found with a pencil: a number, a string, a tuple,
        or a function without parameters that returns it.
    any_dtype, may_need_grad
        Accept another dtype than the reference's; accept tensors that still require gradients.
    """

    id: str
    title: str
    signature: str
    points: float
    minutes: float
    reference: Any
    mistakes: Sequence[Mistake]
    hints: Sequence[str]
    cases: Sequence[Case] = ()
    draw: Callable[[torch.Generator], Inputs] | None = None
    draws: int = 5
    returns: str = ""
    parts: Sequence[str] = ()
    between: tuple[float, float] | None = None
    judge: Callable[[Inputs, Any], str | None] | None = None
    rtol: float = 1e-4
    atol: float = 1e-6
    seconds: float = 2.0
    kind: Literal["function", "value"] = "function"
    any_dtype: bool = False
    may_need_grad: bool = False

    def __post_init__(self) -> None:
        for name in ("mistakes", "hints", "cases", "parts"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        if self.kind == "value":
            object.__setattr__(self, "cases", (Case("the value", tuple),))
        problems = [
            "its id must be a Python name" * (not self.id.isidentifier()),
            "its signature must start with its id" * (not self.signature.startswith(self.id)),
            "it needs cases" * (not self.cases),
            "it needs three known mistakes or more" * (len(self.mistakes) < 3),
            "it needs general hints" * (not self.hints),
            "two mistakes have one name"
            * (len({m.name for m in self.mistakes}) < len(self.mistakes)),
        ]
        if any(problems):
            raise ValueError(f"exercise {self.id!r}: {', '.join(filter(None, problems))}.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, from the signature."""
        inside = re.search(r"\((.*)\)", self.signature)
        names = inside.group(1).split(",") if inside else []
        return tuple(re.split(r"[:=]", name)[0].strip() for name in names if name.strip())

    def all_cases(self, seed: int | None = None) -> tuple[Case, ...]:
        """Return the visible cases and, with a seed, the hidden ones that it draws."""
        drawn: list[Case] = []
        if seed is not None and self.draw is not None:
            generator = torch.Generator().manual_seed(seed)
            for number in range(1, self.draws + 1):
                inputs = self.draw(generator)
                drawn.append(Case(f"hidden case {number}", _Fixed(inputs), hidden=True))
        return (*self.cases, *drawn)


@dataclass(frozen=True)
class _Fixed:
    """Gives the same inputs at each call; the engine copies them before a student gets them."""

    inputs: Inputs

    def __call__(self) -> Inputs:
        return self.inputs


def _as_tuple(items: Any) -> tuple[Any, ...]:
    return (items,) if isinstance(items, str) else tuple(items)
