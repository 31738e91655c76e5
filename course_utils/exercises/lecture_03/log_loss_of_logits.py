"""Exercise of lecture 03: a log loss that survives."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import column, draw_logits, hours


def penalties(z: Tensor, y: Tensor) -> Tensor:
    """Penalty of each sample, right also for large logits."""
    return F.binary_cross_entropy_with_logits(z, y, reduction="none")


def mean_after(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Make the textbook's loss of probabilities, which are changed first."""

    def loss(z: Tensor, y: Tensor) -> Tensor:
        p = change(torch.sigmoid(z))
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    return loss


def lost_parentheses(z: Tensor, y: Tensor) -> Tensor:
    """The minus reaches only the first term."""
    return (-y * F.logsigmoid(z) + (1 - y) * F.logsigmoid(-z)).mean()


LOG_LOSS = Exercise(
    id="log_loss_of_logits",
    title="A log loss that survives",
    signature="log_loss_of_logits(z, y)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=F.binary_cross_entropy_with_logits,
    cases=(
        Case("knows nothing", lambda: (column(0.0, 0.0), column(1.0, 0.0))),
        Case("four students", lambda: (column(-1.5, -0.5, 0.5, 2.0), hours()[1])),
        Case("one sample", lambda: (column(-3.0), column(1.0))),
        Case("certain and wrong", lambda: (column(200.0, 1.0), column(0.0, 1.0)), costs=0.5),
        Case("very negative logits", lambda: (column(-150.0, -300.0), column(1.0, 0.0)), costs=0.5),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "log of a rounded probability",
            mean_after(lambda p: p),
            (
                "Moderate logits are right. What is sigmoid(200) in float32, and log(1 − that)?",
                "Do not form the probability: −log σ(z) is log(1 + e^(−z)). And e^(−z), for which "
                "sign of z can it overflow?",
            ),
        ),
        Mistake(
            "clamped logarithm",
            lambda z, y: F.binary_cross_entropy(torch.sigmoid(z), y),
            (
                "A logit of 200 that is wrong costs 200. Yours stops growing at 100.",
                "`BCELoss` cuts its logarithms off at −100. Start from the logits instead.",
            ),
        ),
        Mistake(
            "clamped probability",
            mean_after(lambda p: p.clamp(1e-7, 1 - 1e-7)),
            (
                "No infinity, but whoever is wrong with z = 20 or with z = 200 pays the same.",
                "The clamp hides the problem. Rearrange the formula so that none is needed.",
            ),
        ),
        Mistake(
            "e to a large power",
            lambda z, y: (torch.log(1 + torch.exp(z)) - y * z).mean(),
            (
                "The formula is right on paper. For which z is e^z more than float32 can hold?",
                "log(1 + e^z) = max(z, 0) + a rest that needs only e^(−|z|).",
            ),
        ),
        Mistake(
            "sum instead of mean",
            lambda z, y: penalties(z, y).sum(),
            "With twice as many samples, equally well predicted, your loss doubles. Should it?",
        ),
        Mistake(
            "lost parentheses",
            lost_parentheses,
            (
                "Can a penalty be negative? One of your two terms is.",
                "The minus belongs to both terms: mind the brackets.",
            ),
        ),
        Mistake(
            "classes swapped",
            lambda z, y: penalties(z, 1 - y).mean(),
            "A sample with y = 1 and a large logit should pay little. Yours pays most.",
        ),
        Mistake(
            "half of the loss",
            lambda z, y: (-y * F.logsigmoid(z)).mean(),
            "Samples of class 0 pay nothing, whatever the model says. One term is missing.",
        ),
        Mistake(
            "logits taken for probabilities",
            lambda z, y: -(y * torch.log(z) + (1 - y) * torch.log(1 - z)).mean(),
            "A logit can be negative or above 1, and has no logarithm then. It is not yet a p.",
        ),
    ),
    hints=(
        "One sample with y = 1 costs log(1 + e^(−z)), one with y = 0 costs log(1 + e^z).",
        "Both are max(z, 0) − y·z + log(1 + …), with a power of e that is never above 1.",
    ),
)
