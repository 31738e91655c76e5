"""Exercise of lecture 02: the judge of last resort."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column


def neuron_loss(X: Tensor, y: Tensor, w: Tensor) -> Tensor:
    """Half the mean squared error of a sigmoid neuron; several columns of w at once."""
    return ((torch.sigmoid(X @ w) - y) ** 2).sum(dim=0) / (2 * len(X))


def nudge_all(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Central differences, each nudged w a column of its own."""
    nudges = h * torch.eye(len(w), dtype=w.dtype)
    difference = neuron_loss(X, y, w + nudges) - neuron_loss(X, y, w - nudges)
    return difference.reshape(-1, 1) / (2 * h)


def forward_differences(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Nudges up only."""
    nudges = h * torch.eye(len(w), dtype=w.dtype)
    difference = neuron_loss(X, y, w + nudges) - neuron_loss(X, y, w)
    return difference.reshape(-1, 1) / h


def nudge_together(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Nudges all weights at once."""
    difference = neuron_loss(X, y, w + h) - neuron_loss(X, y, w - h)
    return (difference / (2 * h)).expand(len(w)).reshape(-1, 1)


def nudges_stay(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Does not undo a nudge before the next one; works on a copy."""
    return nudges_stay_in_place(X, y, w.clone(), h)


def nudges_stay_in_place(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """The same on the caller's tensor."""
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        w[i] += h
        up = neuron_loss(X, y, w)
        w[i] -= 2 * h
        slopes[i] = (up - neuron_loss(X, y, w)) / (2 * h)
    return slopes


def nudges_taken_back(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Adds and subtracts h on the caller's tensor: it comes back but for the last digits."""
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        w[i] += h
        up = neuron_loss(X, y, w)
        w[i] -= 2 * h
        slopes[i] = (up - neuron_loss(X, y, w)) / (2 * h)
        w[i] += h
    return slopes


def neuron_derivative(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """The exact gradient."""
    w = w.clone().requires_grad_()
    (grad,) = torch.autograd.grad(neuron_loss(X, y, w).sum(), w)
    return grad


def four_students() -> Inputs:
    """Four rows of two features, one w."""
    X = torch.tensor([[2.1, 0.1], [4.2, 0.8], [3.1, 0.9], [3.3, 0.2]])
    return X.double(), column(0.0, 1.0, 0.0, 1.0).double(), column(0.7, -0.9).double()


def draw_neuron(generator: Generator) -> Inputs:
    """A table, targets, weights, and a wide nudge."""
    n, d = between(4, 8, generator), between(2, 4, generator)
    X = torch.randn(n, d, generator=generator).double()
    y = torch.randint(0, 2, (n, 1), generator=generator).double()
    w = torch.randn(d, 1, generator=generator).double()
    return X, y, w, 0.1 * between(3, 8, generator)


NUDGED_GRADIENT = Exercise(
    id="nudged_gradient",
    title="The judge of last resort",
    signature="nudged_gradient(X, y, w, h)",
    points=2,
    minutes=12,
    returns="a float64 tensor of shape (D, 1)",
    reference=nudge_all,
    cases=(
        Case(
            "one weight, a wide nudge",
            lambda: (
                column(1.0, 2.0).double(),
                column(0.0, 1.0).double(),
                column(0.5).double(),
                0.4,
            ),
        ),
        Case("four students, two weights", lambda: (*four_students(), 0.001)),
        Case("the same, a wide nudge", lambda: (*four_students(), 0.4)),
        Case(
            "three weights",
            lambda: (
                torch.tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]]).double(),
                column(1.0, 0.0).double(),
                column(0.3, -0.2, 0.1).double(),
                0.3,
            ),
        ),
    ),
    draw=draw_neuron,
    mistakes=(
        Mistake(
            "nudged up only",
            forward_differences,
            (
                "Compare two places that lie to the left and to the right of w, equally far.",
                "You compare w + h with w. The lecture's formula looks to both sides.",
            ),
        ),
        Mistake(
            "divided by h",
            lambda X, y, w, h: 2 * nudge_all(X, y, w, h),
            "How far apart are w − h and w + h?",
        ),
        Mistake(
            "not divided",
            lambda X, y, w, h: 2 * h * nudge_all(X, y, w, h),
            "That is how much the loss changes. A slope is change divided by distance.",
        ),
        Mistake(
            "down minus up",
            lambda X, y, w, h: -nudge_all(X, y, w, h),
            "If the loss is higher at w + h, the slope is positive. Is yours?",
        ),
        Mistake(
            "all weights at once",
            nudge_together,
            (
                "With one weight it is right. With several, do they all have the same slope?",
                "A partial derivative nudges one weight and leaves the others where they are.",
            ),
        ),
        Mistake(
            "nudges not undone",
            nudges_stay,
            (
                "The first slope is right, the second is not. Where does w[0] stand by then?",
                "Put each weight back before you nudge the next one.",
            ),
        ),
        Mistake(
            "nudges the caller's w",
            nudges_stay_in_place,
            (
                "What does `w` hold after your function has run?",
                "Nudge a copy, w.clone(), or put every weight back: keep its old value.",
            ),
        ),
        Mistake(
            "nudges added and taken away",
            nudges_taken_back,
            (
                "You take every nudge back. Is (0.1 + 0.7) − 0.7 the same as 0.1 in a computer?",
                "The last digit may change. Keep the old value and write it back, or use a copy.",
            ),
        ),
        Mistake(
            "the exact derivative",
            neuron_derivative,
            "A good gradient, but no nudge: with a wide h the slope between two places differs "
            "from the slope in the middle. Use `loss` and h only.",
        ),
    ),
    hints=(
        "For weight i: a copy of w with w[i] + h, a copy with w[i] − h, the loss at both.",
        "The slope along weight i is the difference of the two losses divided by 2h; "
        "a loop over the weights collects them in torch.zeros_like(w).",
    ),
)
