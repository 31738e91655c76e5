"""Exercise of lecture 04: the bar that every classifier must beat."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import a_number, column


def constant_answer(y: Tensor) -> tuple[float, float]:
    """Log loss and accuracy of a classifier that gives every sample the share of class 1."""
    p = torch.full_like(y, y.mean().item())
    right = ((p > 0.5) == (y > 0.5)).float().mean().item()
    return F.binary_cross_entropy(p, y).item(), max(right, 1 - right)


def entropy(q: float, log: Callable[[float], float] = math.log) -> float:
    """Entropy of a share q; 0 at both ends."""
    return -sum(share * log(share) for share in (q, 1 - q) if share > 0)


def without_the_ends(y: Tensor) -> tuple[float, float]:
    """Multiplies 0 with the logarithm of 0."""
    q = y.mean()
    return (-q * q.log() - (1 - q) * (1 - q).log()).item(), max(q.item(), 1 - q.item())


def only_class_1(y: Tensor) -> tuple[float, float]:
    """Forgets what class 0 pays."""
    q = y.mean().item()
    return -q * math.log(q), max(q, 1 - q)


def draw_labels(generator: Generator) -> Inputs:
    """Labels of both classes, 20 to 60 of them."""
    n = a_number(generator, 20, 60)
    ones = a_number(generator, 1, n - 1)
    return (torch.cat([torch.ones(ones, 1), torch.zeros(n - ones, 1)]),)


BASELINE_SCORES = Exercise(
    id="baseline_scores",
    title="The bar that every classifier must beat",
    signature="baseline_scores(y)",
    points=1,
    minutes=6,
    returns="a tuple (loss, accuracy) of two numbers (float)",
    parts=("loss", "accuracy"),
    reference=constant_answer,
    cases=(
        Case("three of four in class 1", lambda: (column(1.0, 1.0, 0.0, 1.0),)),
        Case("one of five in class 1", lambda: (column(0.0, 0.0, 1.0, 0.0, 0.0),)),
        Case("only class 1", lambda: (torch.ones(3, 1),), costs=0.5),
    ),
    draw=draw_labels,
    mistakes=(
        Mistake(
            "logarithm of 0",
            without_the_ends,
            (
                "Right, as long as both classes occur. What is log(0), and what is 0 times that?",
                "A class that does not occur costs nothing: leave its term out.",
            ),
        ),
        Mistake(
            "class 1 only",
            only_class_1,
            (
                "Accuracy is right. Do the samples of class 0 pay nothing?",
                "A share q pays −log q. What does the rest pay, and how large is the rest?",
            ),
        ),
        Mistake(
            "bits",
            lambda y: (entropy(y.mean().item(), math.log2), constant_answer(y)[1]),
            "You measure in bits. Which logarithm does nn.BCELoss use?",
        ),
        Mistake(
            "a coin",
            lambda y: (math.log(2), 0.5),
            (
                "That is somebody who answers one half. This one knows the share of class 1.",
                "The loss depends on how many of the labels are 1: begin with the mean of y.",
            ),
        ),
        Mistake(
            "accuracy is the share of class 1",
            lambda y: (constant_answer(y)[0], y.mean().item()),
            (
                "The loss is right. If one of five is in class 1, which class would you name?",
                "Naming the larger class is right as often as that class occurs.",
            ),
        ),
        Mistake(
            "sign",
            lambda y: (-entropy(y.mean().item()), constant_answer(y)[1]),
            "A log loss is never negative, but the logarithm of a share is.",
        ),
        Mistake(
            "sum over the samples",
            lambda y: (len(y) * constant_answer(y)[0], constant_answer(y)[1]),
            "That is what all samples pay together. A loss is what one pays, on average.",
        ),
    ),
    hints=(
        "Do it for four labels, three of them 1: everybody is told ¾. What does each one pay?",
        "With the share q of class 1: a share q pays −log q, the rest −log(1 − q).",
    ),
)
