"""Exercise of lecture 01: the largest learning rate."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import column, points_on_a_line, random_table, two_features


def curvatures(X: Tensor) -> Tensor:
    """Eigenvalues of the second derivatives of the MSE, ascending, by autograd."""
    zeros = torch.zeros(len(X), 1)

    def loss(parameters: Tensor) -> Tensor:
        return F.mse_loss(X @ parameters[:-1] + parameters[-1], zeros)

    size = X.shape[1] + 1
    hessian = torch.autograd.functional.hessian(loss, torch.zeros(size, 1))
    assert isinstance(hessian, Tensor)
    return torch.linalg.eigvalsh(hessian.reshape(size, size))


def largest_rate(X: Tensor) -> float:
    """Two divided by the largest curvature."""
    return 2 / curvatures(X)[-1].item()


def rate_without_ones(X: Tensor) -> float:
    """Forgets the bias."""
    return 2 / torch.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1].item()


LARGEST_LR = Exercise(
    id="largest_lr",
    title="The largest learning rate",
    signature="largest_lr(X)",
    points=2,
    minutes=10,
    returns="a number (float)",
    reference=largest_rate,
    atol=0,  # limits are small numbers
    cases=(
        Case("three points on a line", lambda: points_on_a_line()[:1]),
        Case("two features", lambda: two_features()[:1]),
        Case("large numbers", lambda: (column(20.0, 30.0, 50.0, 10.0, 40.0),)),
    ),
    draw=lambda generator: random_table(generator)[:1],
    mistakes=(
        Mistake(
            "1 / curvature",
            lambda X: 1 / curvatures(X)[-1].item(),
            (
                "With your rate the loss falls quickly. How much larger can it be before it grows?",
                "At 1 / curvature the factor 1 − η · curvature is 0. At which η is it −1?",
            ),
        ),
        Mistake(
            "smallest curvature",
            lambda X: 2 / curvatures(X)[0].item(),
            (
                "Train with half of your rate: the loss explodes. Which direction is steepest?",
                "Every direction must be stable. Which eigenvalue gives the strictest limit?",
            ),
        ),
        Mistake(
            "column of ones forgotten",
            rate_without_ones,
            (
                "Your limit is that of a model without bias.",
                "The bias has a curvature too: use X_1, X with a column of ones.",
            ),
        ),
        Mistake(
            "the sum's curvature",
            lambda X: largest_rate(X) / len(X),
            "That is the limit for the sum of the squares. The mean is curved N times less.",
        ),
        Mistake(
            "factor 2 of the curvature",
            lambda X: 2 * largest_rate(X),
            "Twice too large: the second derivative of e² has a factor, too. (2/N, not 1/N.)",
        ),
        Mistake(
            "the curvature itself",
            lambda X: curvatures(X)[-1].item(),
            "That is the largest curvature. A steep valley asks for small steps: what comes next?",
        ),
    ),
    hints=(
        "The second derivatives of the MSE are (2/N) X_1ᵀX_1, whatever y is.",
        "torch.linalg.eigvalsh gives the curvatures, ascending; then the limit from the lecture.",
    ),
)
