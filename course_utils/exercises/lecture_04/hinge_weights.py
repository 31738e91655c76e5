"""Exercise of lecture 04: hinges through given points."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import a_number


def hinges_by_solving(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Solve for the weights: the sum of hinges takes the right value at every knot."""
    x, y = knots.double(), values.double()
    hinges = torch.relu(x[1:, None] - x[:-1])  # lower triangular
    weights = torch.linalg.solve_triangular(hinges, (y[1:] - y[0])[:, None], upper=False)
    return weights[:, 0].float(), values[0].clone()


def slopes_of(knots: Tensor, values: Tensor) -> Tensor:
    """Slopes between neighbouring knots."""
    return values.diff() / knots.diff()


def changes_of(slopes: Tensor) -> Tensor:
    """The first slope, then by how much it changes at each knot."""
    return torch.cat([slopes[:1], slopes.diff()])


def intercept(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Takes the bias from where the first line meets x = 0."""
    slopes = slopes_of(knots, values)
    return changes_of(slopes), values[0] - slopes[0] * knots[0]


def first_hinge_flat(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Starts with slope 0."""
    return torch.cat([torch.zeros(1), slopes_of(knots, values).diff()]), values[0].clone()


def even_knots(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Takes the first distance for all."""
    return changes_of(values.diff() / (knots[1] - knots[0])), values[0].clone()


def draw_knots(generator: Generator) -> Inputs:
    """Three to seven knots at uneven distances, and values."""
    gaps = torch.rand(a_number(generator, 3, 7), generator=generator) + 0.5
    knots = gaps.cumsum(dim=0) - 3
    return knots, 2 * torch.randn(len(gaps), generator=generator) + 1


HINGE_WEIGHTS = Exercise(
    id="hinge_weights",
    title="Hinges through given points",
    signature="hinge_weights(knots, values)",
    points=2,
    minutes=12,
    returns="a tuple (weights, bias) of shapes (M − 1,) and ()",
    parts=("weights", "bias"),
    reference=hinges_by_solving,
    rtol=1e-3,
    atol=1e-5,
    cases=(
        Case(
            "a hat",
            lambda: (torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 0.0])),
        ),
        Case(
            "four uneven knots",
            lambda: (torch.tensor([1.0, 2.0, 4.0, 4.5]), torch.tensor([2.0, 5.0, 4.0, 4.0])),
        ),
        Case(
            "cars: pounds and mpg",
            lambda: (
                torch.tensor([1600.0, 2400.0, 3400.0, 5200.0]),
                torch.tensor([36.0, 27.0, 19.0, 12.5]),
            ),
        ),
        Case(
            "two knots, one line",
            lambda: (torch.tensor([2.0, 6.0]), torch.tensor([1.0, 3.0])),
            costs=0.5,
        ),
    ),
    draw=draw_knots,
    mistakes=(
        Mistake(
            "slopes instead of changes",
            lambda knots, values: (slopes_of(knots, values), values[0].clone()),
            (
                "Up to the second knot the sum is right. Does the first hinge stop there?",
                "A hinge goes on for ever. The next one adds to its slope: by how much?",
            ),
        ),
        Mistake(
            "rises instead of slopes",
            lambda knots, values: (changes_of(values.diff()), values[0].clone()),
            (
                "Right where neighbouring knots are 1 apart. And where they are not?",
                "A slope is rise over run; the run is missing.",
            ),
        ),
        Mistake(
            "one distance for all",
            even_knots,
            "The first weight is right. Are all knots as far apart as the first two?",
        ),
        Mistake(
            "bias left out",
            lambda knots, values: (changes_of(slopes_of(knots, values)), torch.tensor(0.0)),
            (
                "The weights are right. At the first knot all hinges are 0: what is the sum there?",
                "The bias lifts the whole curve to the value at the first knot.",
            ),
        ),
        Mistake(
            "intercept at x = 0",
            intercept,
            (
                "The weights are right. Your bias is where the first line meets x = 0.",
                "Left of the first knot the sum is flat, not a line: at which height?",
            ),
        ),
        Mistake(
            "first slope missing",
            lambda knots, values: (slopes_of(knots, values).diff(), values[0].clone()),
            (
                "Count: with M knots you have a weight too few.",
                "The first hinge opens at the first knot; before it the slope is 0.",
            ),
        ),
        Mistake(
            "first hinge flat",
            first_hinge_flat,
            "All but the first weight are right. How steep is the curve after the first knot?",
        ),
    ),
    hints=(
        "Draw the hat. Which slope has the sum in each piece, and what does each hinge add to it?",
        "Slopes of the pieces first; each weight is the change of slope at its knot.",
    ),
)
