"""Exercise of lecture 01: the gradient of the loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import column, points_on_a_line, random_table, two_features


def gradient_by_autograd(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient, found by autograd."""
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    grad_w, grad_b = torch.autograd.grad(F.mse_loss(X @ w + b, y), (w, b))
    return grad_w, grad_b


def gradient_of_sum(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets 1/N."""
    error = X @ w + b - y
    return 2 * X.T @ error, 2 * error.sum(dim=0)


def gradient_without_2(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the factor 2."""
    error = X @ w + b - y
    return X.T @ error / len(X), error.mean(dim=0)


def gradient_of_y_minus_prediction(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor
) -> tuple[Tensor, Tensor]:
    """Takes y − ŷ for the error, without the minus of its derivative."""
    error = y - (X @ w + b)
    return 2 * X.T @ error / len(X), 2 * error.mean(dim=0)


def gradient_without_bias(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets b in the prediction."""
    error = X @ w - y
    return 2 * X.T @ error / len(X), 2 * error.mean(dim=0)


def gradient_b_is_not_summed(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Leaves one number for each sample in grad_b."""
    error = X @ w + b - y
    return 2 * X.T @ error / len(X), 2 * error / len(X)


def gradient_b_is_summed(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Averages for w, sums for b."""
    error = X @ w + b - y
    return 2 * X.T @ error / len(X), 2 * error.sum(dim=0)


def gradient_without_x(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the inner derivative: the same slope for every weight."""
    slope = 2 * (X @ w + b - y).mean(dim=0)
    return slope.expand(len(w)).reshape(-1, 1), slope


def draw_model(generator: Generator) -> Inputs:
    """A table, weights and a bias."""
    X, y = random_table(generator)
    w, b = torch.randn(3, 1, generator=generator), torch.randn(1, generator=generator)
    return X, y, w, b


MSE_GRADIENT = Exercise(
    id="mse_gradient",
    title="The gradient of the loss",
    signature="mse_gradient(X, y, w, b)",
    points=2,
    minutes=10,
    returns="a tuple (grad_w, grad_b) of shapes (D, 1) and (1,)",
    parts=("grad_w", "grad_b"),
    reference=gradient_by_autograd,
    cases=(
        Case(
            "three points on a line",
            lambda: (*points_on_a_line(), column(1.0), torch.tensor([0.5])),
        ),
        Case(
            "two features",
            lambda: (*two_features(), column(0.5, -1.0), torch.tensor([2.0])),
        ),
        Case(
            "one sample",
            lambda: (column(3.0), column(1.0), column(2.0), torch.tensor([-1.0])),
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "gradient of the sum",
            gradient_of_sum,
            (
                "With one sample it is right, with three it is three times too large. Why three?",
                "That is the gradient of the sum of the squared errors, not of their mean.",
            ),
        ),
        Mistake(
            "factor 2 missing",
            gradient_without_2,
            (
                "Compare with the slope by finite differences: (L(w + h) − L(w − h)) / 2h.",
                "What is the derivative of e² with respect to e?",
            ),
        ),
        Mistake(
            "sign",
            gradient_of_y_minus_prediction,
            (
                "Where the prediction is too high, the loss must grow with b. Does yours?",
                "e² is the same for ŷ − y and y − ŷ; the derivative of y − ŷ has a minus in front.",
            ),
        ),
        Mistake(
            "bias forgotten",
            gradient_without_bias,
            (
                "Set b = 0 and you are right: where does b enter?",
                "The error is that of the whole prediction, Xw + b.",
            ),
        ),
        Mistake(
            "grad_b not summed",
            gradient_b_is_not_summed,
            (
                "There is one bias, but your grad_b has a number for each sample.",
                "The bias moves all predictions at once: what do their slopes do together?",
            ),
        ),
        Mistake(
            "grad_b summed",
            gradient_b_is_summed,
            "grad_w is right. grad_b is a sum over the samples; the loss is a mean.",
        ),
        Mistake(
            "x forgotten",
            gradient_without_x,
            (
                "All your weights get one slope. Should a feature that is always 0 have any?",
                "How fast does ŷ = x₁w₁ + … + b change with w₁? That factor is missing in grad_w.",
            ),
        ),
    ),
    hints=(
        "Write the error e = Xw + b − y first, shape (N, 1); both gradients use it.",
        "The chain rule: how does the loss change with e, and e with w (or b)? "
        "A product with X.T adds over the samples.",
    ),
)
