"""Exercise of lecture 03: who was taken for what."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from ...metrics import confusion
from .common import column, draw_logits, eight_verdicts


def counts_by_package(z: Tensor, y: Tensor, t: float) -> Tensor:
    """Counts by the course's `confusion`, with the threshold moved to the logit."""
    return confusion(z, y, threshold=math.log(t / (1 - t)))


def counts(called: Tensor, y: Tensor) -> Tensor:
    """Counts by truth (rows) and verdict (columns)."""
    return torch.tensor([[int(((y == i) & (called == j)).sum()) for j in (0, 1)] for i in (0, 1)])


COUNTS_AT = Exercise(
    id="counts_at",
    title="Who was taken for what",
    signature="counts_at(z, y, t)",
    points=1,
    minutes=8,
    returns="an int64 tensor of shape (2, 2)",
    reference=counts_by_package,
    cases=(
        Case("threshold 0.5", lambda: (*eight_verdicts(), 0.5)),
        Case("threshold 0.6", lambda: (*eight_verdicts(), 0.6)),
        Case("threshold 0.2", lambda: (*eight_verdicts(), 0.2)),
        Case(
            "a logit exactly at the threshold",
            lambda: (column(0.0, 1.0, 0.0), column(1.0, 0.0, 0.0), 0.5),
            costs=0.5,
        ),
    ),
    draw=lambda generator: (*draw_logits(generator), 0.3),
    mistakes=(
        Mistake(
            "logits compared with t",
            lambda z, y, t: counts(z > t, y),
            (
                "t is a probability. In which unit is z?",
                "Take the sigmoid of z first, or turn t into a logit: log(t / (1 − t)).",
            ),
        ),
        Mistake(
            "always one half",
            lambda z, y, t: counts(z > 0, y),
            "At 0.5 you are right; at every other threshold you give the same counts.",
        ),
        Mistake(
            "transposed",
            lambda z, y, t: counts_by_package(z, y, t).T,
            (
                "The diagonal is right. Who are in your upper right corner?",
                "A row belongs to a true class, a column to a predicted one.",
            ),
        ),
        Mistake(
            "class 1 first",
            lambda z, y, t: counts_by_package(z, y, t).flip(0, 1),
            "The numbers are right, in another order: class 0 is row 0 and column 0.",
        ),
        Mistake(
            "at the threshold counts as above",
            lambda z, y, t: counts(torch.sigmoid(z) >= t, y),
            "Class 1 is predicted *above* the threshold. And exactly at it?",
        ),
        Mistake(
            "shares",
            lambda z, y, t: counts_by_package(z, y, t) / len(y),
            "These are shares of all samples. Asked are counts, whole numbers.",
        ),
        Mistake(
            "threshold on the wrong side",
            lambda z, y, t: counts(torch.sigmoid(z) > 1 - t, y),
            "With a higher t fewer samples should be called 1; you call more.",
        ),
    ),
    hints=(
        "First a column of verdicts: which samples are called 1?",
        "Each count is a sum over (y == true) & (called == predicted), as in the lecture.",
    ),
)
