"""Exercise of lecture 03: one pass of Rosenblatt's rule."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import column, hours
from .log_loss_gradient import draw_model

Pass = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor, int]]


def step(z: float) -> float:
    """1 above 0, else 0."""
    return float(z > 0)


def rule(
    verdict: Callable[[float], float] = step,
    change: Callable[[float, float], float] = lambda truth, a: truth - a,
    *,
    bias: float = 1.0,
    at_once: bool = False,
    most: int | None = None,
) -> Pass:
    """Make a pass of Rosenblatt's rule in plain numbers, one part of which may be wrong."""

    def one_pass(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
        start = [*w.flatten().tolist(), b.item()]
        now, changes = list(start), 0
        for x, truth in zip(X.tolist(), y.flatten().tolist(), strict=True):
            used = start if at_once else now
            a = verdict(sum(p * value for p, value in zip(used, [*x, 1.0], strict=True)))
            if changes != most and change(truth, a):
                row = [*x, bias]
                now = [p + change(truth, a) * v for p, v in zip(now, row, strict=True)]
                changes += 1
        return torch.tensor(now[:-1]).reshape(-1, 1), torch.tensor(now[-1:]), changes

    return one_pass


def sigmoid_verdict(z: float) -> float:
    """A probability in the place of the step."""
    return torch.sigmoid(torch.tensor(z)).item()


def pass_in_place(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
    """Changes the caller's tensors."""
    new_w, new_b, changes = rule()(X, y, w, b)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b, changes


def count_all(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
    """Counts every sample as a change."""
    return *rule()(X, y, w, b)[:2], len(X)


def from_zero(n_features: int) -> tuple[Tensor, Tensor]:
    """Weights and bias of 0."""
    return torch.zeros(n_features, 1), torch.zeros(1)


PERCEPTRON_PASS = Exercise(
    id="perceptron_pass",
    title="One pass of Rosenblatt's rule",
    signature="perceptron_pass(X, y, w, b)",
    points=2,
    minutes=12,
    returns="a tuple (w, b, changes) of shapes (D, 1) and (1,), and a whole number (int)",
    parts=("w", "b", "changes"),
    reference=rule(),
    cases=(
        Case("one sample, from zero", lambda: (column(2.0), column(1.0), *from_zero(1))),
        Case("four students, from zero", lambda: (*hours(), *from_zero(1))),
        Case("four students, once more", lambda: (*hours(), column(3.0), torch.tensor([1.0]))),
        Case(
            "two features",
            lambda: (
                torch.tensor([[1.0, -2.0], [3.0, 0.5], [-1.0, 1.0], [0.5, 2.0], [-2.0, -1.0]]),
                column(1.0, 0.0, 1.0, 0.0, 1.0),
                *from_zero(2),
            ),
        ),
        Case(
            "nothing to learn",
            lambda: (*hours(), column(2.0), torch.tensor([-5.0])),
            costs=0.5,
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "all verdicts at the start",
            rule(at_once=True),
            (
                "The first change is right. With which weights do you judge the next sample?",
                "Each sample meets the weights that the one before it left behind.",
            ),
        ),
        Mistake(
            "away from the truth",
            rule(change=lambda truth, a: a - truth),
            "Say y = 1 and a = 0: z was too low. Does your change raise it for this sample?",
        ),
        Mistake(
            "bias never moves",
            rule(bias=0.0),
            "w is right at first, b stays. Think of b as the weight of an input that is always 1.",
        ),
        Mistake(
            "0 counts as above",
            rule(lambda z: float(z >= 0)),
            "What does your step answer at z = 0? The task says 1 only *above* 0.",
        ),
        Mistake(
            "sigmoid instead of step",
            rule(sigmoid_verdict),
            "Your changes are fractions: that is gradient descent. Rosenblatt's a is 0 or 1.",
        ),
        Mistake(
            "logit instead of verdict",
            rule(lambda z: z),
            "You subtract z itself. The unit answers with a step of z: 0 or 1.",
        ),
        Mistake(
            "only class 1 teaches",
            rule(change=lambda truth, a: truth * (truth - a)),
            (
                "Samples of class 0 that are called 1 change nothing. Should they?",
                "Adding y · x is the rule for targets −1 and 1. With 0 and 1 it is (y − a) · x.",
            ),
        ),
        Mistake(
            "one change only",
            rule(most=1),
            "After the first change it ends. Where does your `return` (or `break`) stand?",
        ),
        Mistake(
            "counts all samples",
            count_all,
            "w and b are right. Count the samples that changed something, not all of them.",
        ),
        Mistake(
            "changes its inputs",
            pass_in_place,
            "Start with w.clone() and b.clone(), or write w = w + … instead of w += ….",
        ),
    ),
    hints=(
        "Take the four students from zero, by hand: only the third changes something.",
        "For each row: z from the present w and b, a = 1 if z > 0 else 0, then the two updates.",
    ),
)
