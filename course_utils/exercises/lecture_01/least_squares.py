"""Exercise of lecture 01: the best line without training."""

from __future__ import annotations

import torch
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import column, random_table, two_features


def least_squares_centred(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Least squares by the pseudo-inverse of the centred columns, in float64."""
    X_mean, y_mean = X.double().mean(dim=0), y.double().mean(dim=0)
    w = torch.linalg.pinv(X.double() - X_mean) @ (y.double() - y_mean)
    return w.float(), (y_mean - X_mean @ w).float()


def through_the_origin(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the column of ones."""
    return torch.linalg.lstsq(X, y).solution, torch.zeros(1)


def with_ones(X: Tensor, y: Tensor) -> Tensor:
    """Parameters of X with a column of ones, the bias last."""
    X1 = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    return torch.linalg.lstsq(X1, y).solution


LEAST_SQUARES = Exercise(
    id="least_squares",
    title="The best line without training",
    signature="least_squares(X, y)",
    points=1,
    minutes=6,
    returns="a tuple (w, b) of shapes (D, 1) and (1,)",
    parts=("w", "b"),
    reference=least_squares_centred,
    rtol=1e-3,
    atol=1e-4,
    cases=(
        Case(
            "three points on a line",
            lambda: (column(1.0, 2.0, 3.0), column(3.0, 5.0, 7.0)),
        ),
        Case("two features", two_features),
    ),
    draw=random_table,
    mistakes=(
        Mistake(
            "through the origin",
            through_the_origin,
            (
                "Your line always passes through (0, 0). Does the best one?",
                "A bias is the weight of a feature that is 1 in every row: the column of ones.",
            ),
        ),
        Mistake(
            "all in one tensor",
            with_ones,
            "The parameters are right, w and b still in one column. Take it apart: (w, b).",
        ),
        Mistake(
            "w and b swapped",
            lambda X, y: (with_ones(X, y)[-1:], with_ones(X, y)[:-1].reshape(-1)),
            "You return (b, w). The last row belongs to the column of ones if that stood last.",
        ),
        Mistake(
            "b as (1, 1)",
            lambda X, y: (with_ones(X, y)[:-1], with_ones(X, y)[-1:]),
            "The numbers are right; b has shape (1, 1) where (1,) is asked for: solution[-1].",
        ),
    ),
    hints=(
        "Build X_1, X with a column of ones, and let torch.linalg.lstsq find the parameters.",
        "solution has D + 1 rows: D weights, and the bias where the ones stand.",
    ),
)
