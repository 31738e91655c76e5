"""Exercise of lecture 07: cross-entropy that survives."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import draw_logits, huge_logits, logits_of_animals


def shares_of_truth(Z: Tensor, y: Tensor) -> Tensor:
    """The share of the true class of each sample."""
    return Z.softmax(dim=1)[range(len(y)), y]


def naive_logsumexp(Z: Tensor, y: Tensor) -> Tensor:
    """Stays in the logarithm, but lets the exponentials overflow."""
    return (Z.exp().sum(dim=1).log() - Z[range(len(y)), y]).mean()


def every_row_meets_every_class(Z: Tensor, y: Tensor) -> Tensor:
    """Picks the columns y of all rows."""
    return -Z.log_softmax(dim=1)[:, y].mean()


def over_all_entries(Z: Tensor, y: Tensor) -> Tensor:
    """The mean over N · K entries of the one-hot product."""
    return -(F.one_hot(y, Z.shape[1]) * Z.log_softmax(dim=1)).mean()


def maximum_lost(Z: Tensor, y: Tensor) -> Tensor:
    """Subtracts the maximum in the exponent and does not add it again."""
    shifted = Z - Z.amax(dim=1, keepdim=True)
    return (shifted.exp().sum(dim=1).log() - Z[range(len(y)), y]).mean()


MEAN_CROSS_ENTROPY = Exercise(
    id="mean_cross_entropy",
    title="Cross-entropy that survives",
    signature="mean_cross_entropy(Z, y)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=F.cross_entropy,
    atol=1e-5,
    cases=(
        Case("three animals", lambda: (logits_of_animals(), torch.tensor([0, 3, 2]))),
        Case("equal logits of five classes", lambda: (torch.ones(2, 5), torch.tensor([4, 0]))),
        Case("logits of a thousand", lambda: (huge_logits(), torch.tensor([2, 1])), costs=0.5),
        Case(
            "sure and wrong",
            lambda: (torch.tensor([[0.0, -300.0], [200.0, 0.0]]), torch.tensor([1, 1])),
            costs=0.5,
        ),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "sum over the samples",
            lambda Z, y: F.cross_entropy(Z, y, reduction="sum"),
            "With twice as many samples, equally well predicted, your loss doubles. Should it?",
        ),
        Mistake(
            "minus lost",
            lambda Z, y: -F.cross_entropy(Z, y),
            "A share is below 1: which sign has its logarithm, and which one should a loss have?",
        ),
        Mistake(
            "softmax, then log",
            lambda Z, y: -shares_of_truth(Z, y).log().mean(),
            (
                "Right where no share is tiny. What is the share of a logit 300 below the rest?",
                "It becomes 0, and its log infinite. Never form it: z − log Σ exp z.",
            ),
        ),
        Mistake(
            "logsumexp overflows",
            naive_logsumexp,
            (
                "The right formula; but what is exp(1000)?",
                "log Σ exp z = m + log Σ exp(z − m), with m the maximum of each row.",
            ),
        ),
        Mistake(
            "maximum not added again",
            maximum_lost,
            "You subtract the maximum within the exponent, or from one of two terms only. "
            "What has to happen to it outside?",
        ),
        Mistake(
            "softmax twice",
            lambda Z, y: F.cross_entropy(Z.softmax(dim=1), y),
            (
                "A sample that is right and very sure: what does it cost with you? It should be 0.",
                "F.cross_entropy takes the softmax itself; you gave it shares for logits.",
            ),
        ),
        Mistake(
            "raw logits",
            lambda Z, y: F.nll_loss(Z, y),
            "A cross-entropy is never negative. You pick the true logit; of what should "
            "the true entry be picked?",
        ),
        Mistake(
            "columns y of all rows",
            every_row_meets_every_class,
            (
                "log_p[:, y] has N rows and N columns. How many numbers do you need?",
                "One for each sample: index rows and columns together, or use gather.",
            ),
        ),
        Mistake(
            "mean over N · K",
            over_all_entries,
            "Too small by the factor K. One-hot rows hold many zeros: sum over the classes first.",
        ),
        Mistake(
            "one loss for each sample",
            lambda Z, y: F.cross_entropy(Z, y, reduction="none"),
            "One penalty for each sample, all right. The loss is their mean.",
        ),
        Mistake(
            "softmax over the samples",
            lambda Z, y: F.nll_loss(Z.log_softmax(dim=0), y),
            "Equal logits of five classes should cost log 5. Along which dim do you normalise?",
        ),
        Mistake(
            "binary logarithm",
            lambda Z, y: F.cross_entropy(Z, y) / math.log(2),
            "That is in bits. The course, as PyTorch, uses the natural logarithm.",
        ),
    ),
    hints=(
        "Do it by hand for equal logits of K classes: each share is 1/K, the loss log K.",
        "First log-probabilities, z − log Σ exp z in each row, without an overflow; "
        "then pick the true ones, mean, minus.",
    ),
)
