"""Exercise of lecture 03: prediction minus truth."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import column, hours


def gradient_by_autograd(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of the mean log loss by autograd."""
    w, b = w.detach().clone().requires_grad_(), b.detach().clone().requires_grad_()
    loss = F.binary_cross_entropy_with_logits(X @ w + b, y)
    grad_w, grad_b = torch.autograd.grad(loss, [w, b])
    return grad_w, grad_b


def gradient_of(
    slope: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Make a gradient from a slope by the logit, which may be wrong."""

    def gradient(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        delta = slope(X @ w + b, y) / len(X)
        return X.T @ delta, delta.sum(dim=0)

    return gradient


def squared_error_slope(z: Tensor, y: Tensor) -> Tensor:
    """Slope of (σ(z) − y)²."""
    p = torch.sigmoid(z)
    return 2 * (p - y) * p * (1 - p)


def draw_model(generator: Generator) -> Inputs:
    """A table with two classes, and a model."""
    n, d = (int(torch.randint(low, 9, (), generator=generator)) for low in (4, 2))
    y = (torch.rand(n, 1, generator=generator) < 0.5).float()
    w = torch.randn(d, 1, generator=generator)
    return torch.randn(n, d, generator=generator) + 1, y, w, torch.randn(1, generator=generator)


LOG_LOSS_GRADIENT = Exercise(
    id="log_loss_gradient",
    title="Prediction minus truth",
    signature="log_loss_gradient(X, y, w, b)",
    points=2,
    minutes=12,
    returns="a tuple (grad_w, grad_b) of shapes (D, 1) and (1,)",
    parts=("grad_w", "grad_b"),
    reference=gradient_by_autograd,
    cases=(
        Case("a model that knows nothing", lambda: (*hours(), column(0.0), torch.tensor([0.0]))),
        Case("four students", lambda: (*hours(), column(1.2), torch.tensor([-2.6]))),
        Case(
            "three features",
            lambda: (
                torch.tensor([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0], [-2.0, 1.0, 1.0]] * 2)[:5],
                column(1.0, 0.0, 0.0, 1.0, 1.0),
                column(0.5, -1.0, 0.25),
                torch.tensor([0.3]),
            ),
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "gradient of the sum",
            lambda X, y, w, b: tuple(len(X) * g for g in gradient_by_autograd(X, y, w, b)),
            (
                "Off by one factor everywhere. Is it the number of samples?",
                "That is the gradient of the sum of the penalties. The loss is their mean.",
            ),
        ),
        Mistake(
            "truth minus prediction",
            gradient_of(lambda z, y: y - torch.sigmoid(z)),
            (
                "The size is right. Does your gradient point to where the loss grows?",
                "A prediction above the truth must give a positive slope. Which way round?",
            ),
        ),
        Mistake(
            "no sigmoid",
            gradient_of(lambda z, y: z - y),
            (
                "You compare the truth, 0 or 1, with a logit. With what should it be compared?",
                "Prediction minus truth: the prediction is a probability.",
            ),
        ),
        Mistake(
            "gradient of the squared error",
            gradient_of(squared_error_slope),
            (
                "A sample that is certain and wrong hardly pulls in yours. Which loss does that?",
                "That is the gradient of (σ − y)². In the log loss the factor σ(1 − σ) cancels.",
            ),
        ),
        Mistake(
            "slope of the sigmoid left in",
            gradient_of(lambda z, y: squared_error_slope(z, y) / 2),
            "The factor σ(1 − σ) cancels against the slope of the logarithm. Look again there.",
        ),
        Mistake(
            "factor 2",
            gradient_of(lambda z, y: 2 * (torch.sigmoid(z) - y)),
            "Twice too large: the 2 belongs to the squared error. There is no square here.",
        ),
        Mistake(
            "wrong class",
            gradient_of(lambda z, y: (z > 0).float() - y),
            "Predicted class minus truth is 0 for each sample on the right side, however unsure.",
        ),
        Mistake(
            "a row for grad_w",
            lambda X, y, w, b: (
                gradient_by_autograd(X, y, w, b)[0].T,
                gradient_by_autograd(X, y, w, b)[1],
            ),
            "`nn.Linear` keeps its weight as a row, (1, D). Here w is a column, and so is grad_w.",
        ),
        Mistake(
            "bias summed, weights averaged",
            lambda X, y, w, b: (
                gradient_by_autograd(X, y, w, b)[0],
                len(X) * gradient_by_autograd(X, y, w, b)[1],
            ),
            "grad_w is right. You divide it by N; is the bias not part of the same mean?",
        ),
    ),
    hints=(
        "One sample first: its slope by the logit, then by w_j and by b (chain rule).",
        "(σ(z) − y) is a column (N, 1). Multiply by which form of X to get (D, 1), then ÷ N.",
    ),
)
