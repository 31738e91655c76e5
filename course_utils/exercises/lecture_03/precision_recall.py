"""Exercise of lecture 03: precision and recall."""

from __future__ import annotations

import math

from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import column, draw_logits, eight_verdicts
from .counts_at import counts_by_package


def shares_by_sets(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Precision and recall from the sets of samples called 1 and of samples that are 1."""
    called = {i for i, value in enumerate(z.flatten().tolist()) if 1 / (1 + math.exp(-value)) > t}
    ones = {i for i, value in enumerate(y.flatten().tolist()) if value == 1}
    hits = len(called & ones)
    return hits / len(called) if called else 0.0, hits / len(ones) if ones else 0.0


def unguarded(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Divides by the number of samples called 1, which may be 0."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t).tolist()
    return found / (found + alarms), found / (found + missed)


def divided_tensors(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """As before, with tensors: NaN instead of an error."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t)
    return (found / (found + alarms)).item(), (found / (found + missed)).item()


def best_of_nothing(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Says 1 where the share is of nothing."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t).tolist()
    return (
        found / (found + alarms) if found + alarms else 1.0,
        found / (found + missed) if found + missed else 1.0,
    )


def accuracy_first(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Accuracy in the place of precision."""
    counted = counts_by_package(z, y, t)
    return counted.trace().item() / len(y), shares_by_sets(z, y, t)[1]


def of_everybody(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Divides by N."""
    found = counts_by_package(z, y, t)[1, 1].item()
    return found / len(y), found / len(y)


PRECISION_RECALL = Exercise(
    id="precision_recall",
    title="Precision and recall",
    signature="precision_recall(z, y, t)",
    points=2,
    minutes=10,
    returns="a tuple (precision, recall) of numbers (float)",
    parts=("precision", "recall"),
    between=(0, 1),
    reference=shares_by_sets,
    cases=(
        Case("threshold 0.5", lambda: (*eight_verdicts(), 0.5)),
        Case("threshold 0.2", lambda: (*eight_verdicts(), 0.2)),
        Case("threshold 0.6", lambda: (*eight_verdicts(), 0.6)),
        Case("nobody is called 1", lambda: (*eight_verdicts(), 0.99), costs=0.5),
        Case("nobody is of class 1", lambda: (column(1.0, -1.0), column(0.0, 0.0), 0.5), costs=0.5),
    ),
    draw=lambda generator: (*draw_logits(generator), 0.4),
    mistakes=(
        Mistake(
            "division by zero",
            unguarded,
            (
                "How many samples are called 1 at the threshold 0.99?",
                "A share of nothing has no value; the task says what to return then.",
            ),
        ),
        Mistake(
            "NaN",
            divided_tensors,
            "Tensors divide 0 by 0 without an error, and return NaN. Ask before you divide.",
        ),
        Mistake(
            "1 where nobody is",
            best_of_nothing,
            "Whoever finds nothing should not be called perfect: see what the task says about it.",
        ),
        Mistake(
            "swapped",
            lambda z, y, t: shares_by_sets(z, y, t)[::-1],
            (
                "Lower the threshold until all are called 1. Which of the two shares must be 1?",
                "Precision is a share of those *called* 1, recall of those that *are* 1.",
            ),
        ),
        Mistake(
            "accuracy instead of precision",
            accuracy_first,
            "recall is right. Your precision counts the correct zeros as well.",
        ),
        Mistake(
            "of everybody",
            of_everybody,
            "You divide by N twice. Each of the two is a share of a smaller group: which?",
        ),
        Mistake(
            "logits compared with t",
            lambda z, y, t: shares_by_sets(z - t, y, 0.5),
            "t is a probability, z is a logit: one of them has to be translated.",
        ),
    ),
    hints=(
        "Your counts_at has all that you need: found, missed and false alarms.",
        "precision = found / (found + false alarms), recall = found / (found + missed).",
    ),
)
