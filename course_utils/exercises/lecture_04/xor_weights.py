"""Exercise of lecture 04: XOR for any two levels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import column

XOR_SHAPES = ((2, 2), (2,), (2, 1), (1,))

KINDS = ("both inputs off", "one input on", "both inputs on")


def two_hinges(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two hinges of the sum of both inputs, with knots where one more input is on."""
    return hinges_of_the_sum(2 * off, off + on, -2.0, -(on - off) / 2)


def hinges_of_the_sum(
    first: float, second: float, weight: float, bias: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two hinges of x₁ + x₂ with given knots, the second with a weight, and an output's bias."""
    knots = torch.tensor([-first, -second])
    return torch.ones(2, 2), knots, column(1.0, weight), torch.tensor([bias])


def signs_turned(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """1 where both inputs are equal."""
    W1, b1, W2, b2 = two_hinges(off, on)
    return W1, b1, -W2, -b2


def row_for_the_output(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """W2 as (1, 2)."""
    W1, b1, W2, b2 = two_hinges(off, on)
    return W1, b1, W2.T, b2


def second_knot_at_on(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Lets the second unit begin where the sum is `on`."""
    return hinges_of_the_sum(2 * off, on, -2.0, -(on - off) / 2)


def judge_xor(inputs: Inputs, value: Any) -> str | None:
    """Evaluate the network at the four points."""
    off, on = inputs
    four = isinstance(value, (tuple, list)) and len(value) == len(XOR_SHAPES)
    if not four or not all(isinstance(item, Tensor) for item in value):
        return "Return four tensors, (W1, b1, W2, b2), in this order."
    shapes = tuple(tuple(item.shape) for item in value)
    if shapes != XOR_SHAPES:
        return f"The shapes are {shapes}; two hidden units need {XOR_SHAPES}."
    W1, b1, W2, b2 = (item.detach().double() for item in value)
    X = torch.tensor([[off, off], [off, on], [on, off], [on, on]], dtype=torch.float64)
    z = (torch.relu(X @ W1 + b1) @ W2 + b2).flatten()
    if not bool(torch.isfinite(z).all()):
        return "The logit is NaN or infinite at one of the four points."
    if bool((z == 0).any()):
        return "The logit is 0 at one of the four points: that is neither positive nor negative."
    right = (z > 0) == torch.tensor([False, True, True, False])
    kinds = (right[0], right[1] & right[2], right[3])
    wrong = [name for name, is_right in zip(KINDS, kinds, strict=True) if not is_right]
    return f"The logit has the wrong sign with {', with '.join(wrong)}." if wrong else None


def draw_levels(generator: Generator) -> Inputs:
    """Two levels, up to 5 apart."""
    off, gap = torch.rand(2, generator=generator).tolist()
    return 8 * off - 4, 8 * off - 4 + 0.2 + 5 * gap


XOR_WEIGHTS = Exercise(
    id="xor_weights",
    title="XOR for any two levels",
    signature="xor_weights(off, on)",
    points=2,
    minutes=10,
    returns="a tuple (W1, b1, W2, b2) of shapes (2, 2), (2,), (2, 1) and (1,)",
    parts=("W1", "b1", "W2", "b2"),
    reference=two_hinges,
    judge=judge_xor,
    cases=(
        Case("off is 0, on is 1", lambda: (0.0, 1.0)),
        Case("off is −1, on is 1", lambda: (-1.0, 1.0)),
        Case("off is 2, on is 5", lambda: (2.0, 5.0)),
        Case("off is 0, on is 0.4", lambda: (0.0, 0.4)),
    ),
    draw=draw_levels,
    mistakes=(
        Mistake(
            "the lecture's weights for all levels",
            lambda off, on: hinges_of_the_sum(0.0, 1.0, -2.0, -0.5),
            (
                "Right for 0 and 1. Where do the four points lie on the line x₁ + x₂ otherwise?",
                "The sums are 2 · off, off + on and 2 · on: put the knots there.",
            ),
        ),
        Mistake(
            "threshold ½ for all levels",
            lambda off, on: hinges_of_the_sum(2 * off, off + on, -2.0, -0.5),
            (
                "Your knots are right. How high is the peak between them if on − off is small?",
                "The peak is as high as on − off; the output must cut below it and above 0.",
            ),
        ),
        Mistake(
            "an or",
            lambda off, on: hinges_of_the_sum(2 * off, off + on, 0.0, -(on - off) / 2),
            (
                "Your network computes OR: with both inputs on, too, the logit is positive.",
                "The second hidden unit must wake where both are on, and pull the logit down.",
            ),
        ),
        Mistake(
            "signs turned round",
            signs_turned,
            "The logit is positive where the inputs are equal. XOR asks whether they differ.",
        ),
        Mistake(
            "second knot at `on`",
            second_knot_at_on,
            (
                "Your second unit compares the sum of two inputs with one level. Which sum is it?",
                "It should begin where exactly one input is on: what is x₁ + x₂ there?",
            ),
        ),
        Mistake(
            "W2 as a row",
            row_for_the_output,
            "W2 has a row for each hidden unit and a column for each output.",
        ),
    ),
    hints=(
        "Let both units see x₁ + x₂ only; then the four points lie on a line. At which places?",
        "A hat from two hinges: up from the first place on, down again from the second on. "
        "Then the output's bias cuts it at half its height.",
    ),
)
