"""Exercise of lecture 07: shares at any temperature."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import draw_logits, huge_logits, logits_of_animals


def rows_far_apart() -> Tensor:
    """Rows of very different height: no shift is good for both."""
    return torch.tensor([[300.0, 301.0], [2.0, 0.0], [-300.0, -300.5]])


def shares_of_torch(Z: Tensor, T: float) -> Tensor:
    """torch.softmax, in float64."""
    return torch.softmax(Z.double() / T, dim=1).float()


def shares_naive(Z: Tensor, T: float) -> Tensor:
    """The formula as it stands."""
    e = torch.exp(Z / T)
    return e / e.sum(dim=1, keepdim=True)


def shares_of_columns(Z: Tensor, T: float) -> Tensor:
    """Normalises the columns."""
    return torch.softmax(Z / T, dim=0)


def one_maximum(Z: Tensor, T: float) -> Tensor:
    """Subtracts the largest logit of the whole table."""
    return shares_naive(Z - Z.max(), T)


def one_sum(Z: Tensor, T: float) -> Tensor:
    """Divides by the sum of the whole table."""
    e = torch.exp(Z / T - (Z / T).amax(dim=1, keepdim=True))
    return e / e.sum()


def cooled_shares(Z: Tensor, T: float) -> Tensor:
    """Divides the shares, not the logits."""
    return torch.softmax(Z, dim=1) / T


def draw_temperature(generator: Generator) -> Inputs:
    """Logits and a temperature."""
    Z, _ = draw_logits(generator)
    return Z, 0.3 + 3 * torch.rand((), generator=generator).item()


SOFTMAX_AT = Exercise(
    id="softmax_at",
    title="Shares at any temperature",
    signature="softmax_at(Z, T)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (N, K), each row with the sum 1",
    reference=shares_of_torch,
    between=(0, 1),
    cases=(
        Case("three animals, T = 1", lambda: (logits_of_animals(), 1.0)),
        Case("three animals, T = 2", lambda: (logits_of_animals(), 2.0)),
        Case("logits of a thousand", lambda: (huge_logits(), 1.0), costs=0.5),
        Case("rows of very different height", lambda: (rows_far_apart(), 0.5), costs=0.5),
        Case("one sample, three classes", lambda: (torch.tensor([[0.0, 1.0, 3.0]]), 0.5)),
    ),
    draw=draw_temperature,
    mistakes=(
        Mistake(
            "overflow",
            shares_naive,
            (
                "Right for small logits. What is torch.exp(torch.tensor(1000.0))?",
                "Shift invariance: subtract from each row what makes its largest exponent 0.",
            ),
        ),
        Mistake(
            "one maximum for all rows",
            one_maximum,
            (
                "One row is far below another: what are its powers after your shift?",
                "They all become 0, and 0 / 0 is NaN. Each row needs its own maximum.",
            ),
        ),
        Mistake(
            "columns instead of rows",
            shares_of_columns,
            (
                "Which sums are 1 in your result: those of the rows or of the columns?",
                "A row is a sample; its classes compete with each other. Along which dim is that?",
            ),
        ),
        Mistake(
            "one sum for all rows",
            one_sum,
            "All your shares together add up to 1. Each row should, by itself: look at dim.",
        ),
        Mistake(
            "times T",
            lambda Z, T: shares_of_torch(Z, 1 / T),
            "Hot means undecided. At T = 2, are your shares more equal or less than at T = 1?",
        ),
        Mistake(
            "temperature forgotten",
            lambda Z, T: shares_of_torch(Z, 1.0),
            "Right at T = 1. Where does T enter?",
        ),
        Mistake(
            "shares divided by T",
            cooled_shares,
            "Do your rows add up to 1? The temperature divides the logits, before everything else.",
        ),
        Mistake(
            "no exponential",
            lambda Z, T: (Z / T) / (Z / T).sum(dim=1, keepdim=True),
            "Some of your shares are negative. What makes all scores positive?",
        ),
        Mistake(
            "logarithms of the shares",
            lambda Z, T: torch.log_softmax(Z / T, dim=1),
            "Those are log-probabilities, all below 0. Asked for are the shares themselves.",
        ),
        Mistake(
            "exponentials, not shares",
            lambda Z, T: torch.exp(Z / T - (Z / T).amax(dim=1, keepdim=True)),
            "Positive and safe, but do the rows add up to 1?",
        ),
    ),
    hints=(
        "Check your result: every row has the sum 1, no value is NaN, and T = 2 is flatter than 1.",
        "Divide by T, subtract each row's own maximum (amax with keepdim=True), exponentials, "
        "divide by each row's own sum.",
    ),
)
