"""Exercise of lecture 02: the best rate and the cliff."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between


def curvature(x: Tensor) -> float:
    """Second derivative of the MSE of ŷ = wx, by autograd; the targets do not matter."""
    w = torch.zeros((), requires_grad=True)
    (slope,) = torch.autograd.grad(F.mse_loss(w * x, torch.ones_like(x)), w, create_graph=True)
    return float(torch.autograd.grad(slope, w)[0])


def rates(c: float) -> tuple[float, float]:
    """Best and largest rate for a curvature."""
    return 1 / c, 2 / c


def draw_points(generator: Generator) -> Inputs:
    """Some points on the x axis, not about 0."""
    return (torch.randn(between(4, 9, generator), generator=generator) * 2 + 1,)


BEST_AND_LIMIT = Exercise(
    id="best_and_limit",
    title="The best rate and the cliff",
    signature="best_and_limit(x)",
    points=1,
    minutes=8,
    returns="a tuple (best, limit) of numbers (float)",
    parts=("best", "limit"),
    reference=lambda x: rates(curvature(x)),
    cases=(
        Case("the three points of the lecture", lambda: (torch.tensor([1.0, 2.0, 3.0]),)),
        Case("one point", lambda: (torch.tensor([0.5]),)),
        Case("on both sides of 0", lambda: (torch.tensor([-1.0, 3.0, 0.0, -4.0]),)),
        Case("large numbers", lambda: (torch.tensor([20.0, 30.0, 50.0, 10.0, 40.0]),)),
    ),
    draw=draw_points,
    mistakes=(
        Mistake(
            "factor 2 of the curvature",
            lambda x: rates(curvature(x) / 2),
            (
                "Take your `best` for one step on the lecture's parabola: do you reach the bottom?",
                "The loss is e² averaged. How does e² with e = wx − y bend, seen from w?",
            ),
        ),
        Mistake(
            "curvature of the sum",
            lambda x: rates(curvature(x) * len(x)),
            (
                "With one point it is right. What do more points change?",
                "You add over the points; the loss averages.",
            ),
        ),
        Mistake(
            "swapped",
            lambda x: rates(curvature(x))[::-1],
            "Which comes first, the rate that arrives in one step or the rate that never arrives?",
        ),
        Mistake(
            "limit at 1 / curvature",
            lambda x: rates(2 * curvature(x)),
            (
                "What is the factor ρ = 1 − η · curvature at your limit? Does it explode there?",
                "ρ = 0 means one step to the bottom. At which ρ does the distance stop shrinking?",
            ),
        ),
        Mistake(
            "curvature instead of a rate",
            lambda x: (curvature(x), 2 * curvature(x)),
            "A steep valley wants small steps: does your rate get smaller when x gets larger?",
        ),
        Mistake(
            "square of the mean",
            lambda x: rates(float(2 * x.mean() ** 2)),
            "First square each x, then average: points on both sides of 0 must not cancel.",
        ),
        Mistake(
            "x not squared",
            lambda x: rates(float(2 * x.abs().mean())),
            "Each derivative with respect to w brings a factor x. How many derivatives are there?",
        ),
        Mistake(
            "the lecture's curvature",
            lambda x: rates(28 / 3),
            "28/3 belongs to the points 1, 2, 3. How does it come from them?",
        ),
    ),
    hints=(
        "Differentiate the loss, the mean of (wx − y)², twice with respect to w, on paper.",
        "For the points 1, 2, 3 the curvature is 28/3. Each step multiplies the distance by "
        "ρ = 1 − η · curvature: find the η with ρ = 0 and that with ρ = −1.",
    ),
)
