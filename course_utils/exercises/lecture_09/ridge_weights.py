"""Exercise of lecture 09: least squares with a penalty."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

Line = tuple[Tensor, Tensor]


def ridge_by_more_rows(X: Tensor, y: Tensor, lam: float) -> Line:
    """Ordinary least squares on more rows: each pulls one weight, and not the bias, towards 0."""
    n, d = X.shape
    X1 = torch.cat([X.double(), torch.ones(n, 1, dtype=torch.float64)], dim=1)
    pull = (n * lam) ** 0.5 * torch.eye(d, d + 1, dtype=torch.float64)
    rows, targets = torch.cat([X1, pull]), torch.cat([y.double(), torch.zeros(d, 1)])
    v = torch.linalg.lstsq(rows, targets).solution.float()
    return v[:-1], v[-1]


def strength(factor: Callable[[Tensor, float], float]) -> Callable[[Tensor, Tensor, float], Line]:
    """The right line for another strength of the penalty."""
    return lambda X, y, lam: ridge_by_more_rows(X, y, factor(X, lam))


def bias_penalised(X: Tensor, y: Tensor, lam: float) -> Line:
    """A column of ones, penalised as all others."""
    X1 = torch.cat([X, torch.ones(len(X), 1)], dim=1).double()
    inner = X1.T @ X1 + len(X) * lam * torch.eye(X1.shape[1])
    v = torch.linalg.solve(inner, X1.T @ y.double()).float()
    return v[:-1], v[-1]


def through_the_origin(X: Tensor, y: Tensor, lam: float) -> Line:
    """No bias."""
    Xd = X.double()
    inner = Xd.T @ Xd + len(X) * lam * torch.eye(X.shape[1])
    return torch.linalg.solve(inner, Xd.T @ y.double()).float(), torch.zeros(1)


def mean_of_targets(X: Tensor, y: Tensor, lam: float) -> Line:
    """The bias that belongs to centred columns."""
    w, _ = ridge_by_more_rows(X, y, lam)
    return w, y.mean(dim=0)


def shrunk_afterwards(X: Tensor, y: Tensor, lam: float) -> Line:
    """All weights by one share."""
    w, b = ridge_by_more_rows(X, y, 0.0)
    return w / (1 + lam), b


def draw_ridge(generator: Generator) -> Inputs:
    """Features with means of their own, targets with noise, a penalty."""
    n, d = whole(generator, 8, 15), whole(generator, 2, 4)
    X = torch.randn(n, d, generator=generator) + torch.randn(d, generator=generator) + 1
    w = 2 * torch.randn(d, 1, generator=generator)
    y = X @ w + 3 + 0.5 * torch.randn(n, 1, generator=generator)
    return X, y, uniform(generator, 0.2, 1.5)


def two_features() -> Line:
    """Five rows, two features that nearly say the same."""
    X = torch.tensor([[1.0, 1.1], [2.0, 1.9], [3.0, 3.2], [4.0, 3.9], [6.0, 6.1]])
    return X, torch.tensor([[2.0], [3.0], [5.5], [6.0], [9.0]])


RIDGE_WEIGHTS = Exercise(
    id="ridge_weights",
    title="Least squares with a penalty",
    signature="ridge_weights(X, y, lam)",
    points=2,
    minutes=12,
    returns="a tuple (w, b) of shapes (D, 1) and (1,)",
    parts=("w", "b"),
    reference=ridge_by_more_rows,
    rtol=1e-3,
    atol=1e-4,
    cases=(
        Case(
            "three points on a line",
            lambda: (
                torch.tensor([[1.0], [2.0], [3.0]]),
                torch.tensor([[3.0], [5.0], [7.0]]),
                0.5,
            ),
        ),
        Case("two features, nearly the same", lambda: (*two_features(), 0.1)),
        Case(
            "more features than rows",
            lambda: (
                torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]),
                torch.tensor([[1.0], [3.0]]),
                0.25,
            ),
        ),
        Case("no penalty", lambda: (*two_features(), 0.0), costs=0.5),
    ),
    draw=draw_ridge,
    mistakes=(
        Mistake(
            "bias penalised",
            bias_penalised,
            (
                "Add 1000 to all targets: the weights should not change. Do yours?",
                "The penalty is on w alone. Centre X and y before solving, or leave the entry "
                "of the bias in the diagonal at 0.",
            ),
        ),
        Mistake(
            "penalty of a sum",
            strength(lambda X, lam: lam / len(X)),
            (
                "Every row twice: the loss is a mean, so nothing should change. Does it?",
                "Set the slope of the loss to 0 and count the factors: the mean has a 1/N "
                "that the penalty has not.",
            ),
        ),
        Mistake(
            "half of the penalty",
            strength(lambda X, lam: lam / 2),
            "The squared errors have no ½ here, and neither has the penalty: the 2 of both "
            "slopes cancels.",
        ),
        Mistake(
            "twice the penalty",
            strength(lambda X, lam: 2 * lam),
            "The slope of λw² is 2λw, and that of the squared error has a 2 as well. What is left?",
        ),
        Mistake(
            "no penalty",
            strength(lambda X, lam: 0.0),
            "That is least squares. Where does `lam` enter?",
        ),
        Mistake(
            "lam squared",
            strength(lambda X, lam: len(X) * lam**2),
            "Added rows are squared with all others: which multiple of the identity gives λ?",
        ),
        Mistake(
            "no bias",
            through_the_origin,
            (
                "Your line always passes through the origin. Does the best one?",
                "Fit on centred columns, then find the b for which the line passes through "
                "the two means.",
            ),
        ),
        Mistake(
            "bias of centred columns",
            mean_of_targets,
            "`w` is right. b is the mean of y only where the columns of X have the mean 0.",
        ),
        Mistake(
            "shrunk afterwards",
            shrunk_afterwards,
            (
                "Right for no λ. You shrink all weights alike; does the penalty?",
                "λ enters the equations for w, in the diagonal, before they are solved.",
            ),
        ),
    ),
    hints=(
        "By hand for x = −1, 1 and y = −2, 2: the loss is (2 − w)² + λw². Where is its slope 0?",
        "Centre X and y; solve (XᵀX + Nλ · identity) w = Xᵀy; b lets the plane pass through "
        "the means.",
    ),
)
