"""Exercise of lecture 07: what wrong beliefs cost."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import draw_logits


def kl_of_torch(P: Tensor, Q: Tensor) -> Tensor:
    """PyTorch's own; it wants the logarithm of the model first."""
    return F.kl_div(Q.log(), P, reduction="batchmean")


def cross_entropy_of_rows(P: Tensor, Q: Tensor) -> Tensor:
    """Cross-entropy, the entropy of the data included."""
    return -(P * Q.log()).sum(dim=1).mean()


def rows_of_three() -> tuple[Tensor, Tensor]:
    """Two rows of three shares, none of them 0."""
    P = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    return P, torch.tensor([[0.25, 0.25, 0.5], [0.3, 0.4, 0.3]])


def draw_shares(generator: Generator) -> Inputs:
    """Two tables of shares."""
    Z, _ = draw_logits(generator)
    P = torch.softmax(torch.randn(Z.shape, generator=generator), dim=1)
    return P, Z.softmax(dim=1)


KL_DIVERGENCE = Exercise(
    id="kl_divergence",
    title="What wrong beliefs cost",
    signature="kl_divergence(P, Q)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=kl_of_torch,
    cases=(
        Case("rain on 1 day of 4", lambda: (torch.tensor([[0.25, 0.75]]), torch.full((1, 2), 0.5))),
        Case("two rows of three", rows_of_three),
        Case("the model is right", lambda: (rows_of_three()[0], rows_of_three()[0])),
        Case(
            "one-hot rows",
            lambda: (torch.eye(3)[[2, 0]], torch.tensor([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])),
            costs=1,
        ),
    ),
    draw=draw_shares,
    mistakes=(
        Mistake(
            "0 · log 0",
            lambda P, Q: (P * (P / Q).log()).sum(dim=1).mean(),
            (
                "Right where no share is 0. What is 0 · log 0 for the computer?",
                "A class that never comes costs nothing. torch.xlogy and torch.where can say so.",
            ),
        ),
        Mistake(
            "the other way round",
            lambda P, Q: (Q * (Q / P).log()).sum(dim=1).mean(),
            (
                "KL is not symmetric. Which of the two says how often a class really comes?",
                "The weights of the mean are the true shares P; Q only stands in the logarithm.",
            ),
        ),
        Mistake(
            "cross-entropy",
            cross_entropy_of_rows,
            (
                "A model that is right should cost 0 here. What does it cost with you?",
                "You have the cross-entropy; the entropy of P is still in it.",
            ),
        ),
        Mistake(
            "mean over all entries",
            lambda P, Q: torch.special.xlogy(P, P / Q).mean(),
            "Too small by the factor K: sum over the classes, mean over the rows.",
        ),
        Mistake(
            "sum over the rows",
            lambda P, Q: torch.special.xlogy(P, P / Q).sum(),
            "With one row it is right. What should become of several rows?",
        ),
        Mistake(
            "sign",
            lambda P, Q: -torch.special.xlogy(P, P / Q).sum(dim=1).mean(),
            "A divergence is never negative. What is log(p/q) where p is larger than q?",
        ),
        Mistake(
            "one number for each row",
            lambda P, Q: torch.special.xlogy(P, P / Q).sum(dim=1),
            "One divergence for each row, all right. Asked for is their mean.",
        ),
        Mistake(
            "entropy of the truth",
            lambda P, Q: -torch.special.xlogy(P, P).sum(dim=1).mean(),
            "That is what nobody can avoid, the entropy of P. Where is the model Q?",
        ),
        Mistake(
            "not weighted",
            lambda P, Q: (P.clamp(min=1e-9) / Q).log().sum(dim=1).mean(),
            "Each class counts alike in your sum. How often does each one really come?",
        ),
        Mistake(
            "binary logarithm",
            lambda P, Q: kl_of_torch(P, Q) / math.log(2),
            "That is in bits. The course, as PyTorch, uses the natural logarithm.",
        ),
    ),
    hints=(
        "Do it by hand for P = (¼, ¾) and Q = (½, ½): two terms p · log(p/q).",
        "In each row the sum of p · log(p/q), where p = 0 counts nothing; then the mean.",
    ),
)
