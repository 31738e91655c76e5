"""Exercise of lecture 05, "is that slope right?"."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import backward_of


def gap_in_numbers(z: Tensor, slope: Tensor, h: float) -> float:
    """Largest distance, with Python's numbers (float64)."""

    def silu(x: float) -> float:
        return x / (1 + math.exp(-x))

    pairs = zip(z.flatten().tolist(), slope.flatten().tolist(), strict=True)
    return max(abs((silu(x + h) - silu(x - h)) / (2 * h) - s) for x, s in pairs)


def gap_with(
    difference: Callable[[Tensor, float], Tensor] | None = None,
    join: Callable[[Tensor], Tensor] = lambda gaps: gaps.abs().max(),
    dtype: torch.dtype = torch.float64,
) -> Callable[[Tensor, Tensor, float], float]:
    """Make an answer, one part of which may be wrong."""

    def central(z: Tensor, h: float) -> Tensor:
        return (F.silu(z + h) - F.silu(z - h)) / (2 * h)

    def gap(z: Tensor, slope: Tensor, h: float) -> float:
        return join((difference or central)(z.to(dtype), h) - slope.to(dtype)).item()

    return gap


def true_slope(z: Tensor, h: float) -> Tensor:
    """Autograd's slope instead of a difference."""
    return backward_of(F.silu)(z, torch.ones_like(z))


def slopes_of_silu(z: Tensor) -> Tensor:
    """Right slopes, float32."""
    return true_slope(z.double(), 0).float()


def wrong_slopes() -> tuple[Tensor, Tensor]:
    """Five places; somebody took the gate alone for the slope."""
    z = torch.tensor([-3.0, -1.0, 0.0, 0.5, 2.0])
    return z, torch.sigmoid(z)


def one_wrong() -> tuple[Tensor, Tensor]:
    """A table of right slopes, one of which is too large by 0.25."""
    z = torch.linspace(-2, 2, 6).reshape(2, 3)
    slope = slopes_of_silu(z)
    slope[1, 0] += 0.25
    return z, slope


def draw_slopes(generator: Generator) -> Inputs:
    """Places, and slopes that are wrong by up to 0.1."""
    z = 2 * torch.randn(3, 4, generator=generator)
    return z, slopes_of_silu(z) + 0.1 * torch.randn(3, 4, generator=generator), 1e-5


SLOPE_GAP = Exercise(
    id="slope_gap",
    title="Is that slope right?",
    signature="slope_gap(z, slope, h)",
    points=2,
    minutes=12,
    returns="a number (float)",
    reference=gap_in_numbers,
    rtol=1e-5,
    cases=(
        Case("wrong slopes", lambda: (*wrong_slopes(), 1e-5)),
        Case("one is too large", lambda: (*one_wrong(), 1e-5)),
        Case("all are right", lambda: (one_wrong()[0], slopes_of_silu(one_wrong()[0]), 1e-5)),
        Case("a coarse step", lambda: (*wrong_slopes(), 0.5)),
    ),
    draw=draw_slopes,
    mistakes=(
        Mistake(
            "in float32",
            gap_with(dtype=torch.float32),
            (
                "Right slopes look wrong in yours. With how many digits do you subtract?",
                "f(z + h) and f(z − h) agree in nearly all digits of float32: z.double() first.",
            ),
        ),
        Mistake(
            "forward difference",
            gap_with(lambda z, h: (F.silu(z + h) - F.silu(z)) / h),
            (
                "With a small h you are nearly right. Do you step to both sides?",
                "The central difference: one step to the right, one to the left.",
            ),
        ),
        Mistake(
            "divided by h",
            gap_with(lambda z, h: (F.silu(z + h) - F.silu(z - h)) / h),
            "Your slopes are all twice too large. How far apart are z − h and z + h?",
        ),
        Mistake(
            "not divided",
            gap_with(lambda z, h: F.silu(z + h) - F.silu(z - h)),
            "That is how far f rises. A slope is a rise over a distance.",
        ),
        Mistake(
            "mean instead of maximum",
            gap_with(join=lambda gaps: gaps.abs().mean()),
            "One wrong slope among a million vanishes in a mean. Report the worst one.",
        ),
        Mistake(
            "signs kept",
            gap_with(join=lambda gaps: gaps.max()),
            (
                "A slope that is far too *large* passes your check. Why?",
                "A gap is a distance: without its sign.",
            ),
        ),
        Mistake(
            "signs kept, the other way round",
            gap_with(join=lambda gaps: (-gaps).max()),
            "A slope that is far too *small* passes your check. A distance has no sign.",
        ),
        Mistake(
            "autograd instead of a difference",
            gap_with(true_slope),
            "With h = 0.5 the difference is a rough slope; yours does not depend on h at all.",
        ),
        Mistake(
            "checks the sigmoid",
            gap_with(lambda z, h: (torch.sigmoid(z + h) - torch.sigmoid(z - h)) / (2 * h)),
            "You differentiate the gate. SiLU is z times its sigmoid.",
        ),
    ),
    hints=(
        "Right slopes must leave nearly nothing. In float32 they do not: is z.double() your first "
        "line?",
        "In float64: (f(z + h) − f(z − h)) / 2h, minus the slope, absolute value, maximum.",
    ),
)
