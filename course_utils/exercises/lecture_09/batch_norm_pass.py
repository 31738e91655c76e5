"""Exercise of lecture 09: batch norm, in both modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

Pass = Callable[..., tuple[Tensor, Tensor, Tensor]]


def batch_norm_by_torch(
    X: Tensor,
    gamma: Tensor,
    beta: Tensor,
    mean: Tensor,
    var: Tensor,
    training: bool,
    momentum: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """PyTorch's own, which writes into the running statistics."""
    mean, var = mean.clone(), var.clone()
    Y = F.batch_norm(X, mean, var, gamma, beta, training, momentum)
    return Y, mean, var


def batch_norm_like(
    *,
    spread: Callable[[Tensor], Tensor] = lambda X: X.var(dim=0, correction=0),
    to_keep: Callable[[Tensor], Tensor] = lambda X: X.var(dim=0),
    divisor: Callable[[Tensor], Tensor] = lambda var: (var + 1e-5).sqrt(),
    mix: Callable[[float], float] = lambda momentum: momentum,
    by_batch: Callable[[bool], bool] = bool,
    updates: Callable[[bool], bool] = bool,
    affine: bool = True,
) -> Pass:
    """Batch norm with one of its parts exchanged."""

    def normalise(
        X: Tensor,
        gamma: Tensor,
        beta: Tensor,
        mean: Tensor,
        var: Tensor,
        training: bool,
        momentum: float,
    ) -> tuple[Tensor, Tensor, Tensor]:
        centre, width = (X.mean(dim=0), spread(X)) if by_batch(training) else (mean, var)
        Y = (X - centre) / divisor(width)
        if updates(training):
            m = mix(momentum)
            mean, var = (1 - m) * mean + m * X.mean(dim=0), (1 - m) * var + m * to_keep(X)
        return (gamma * Y + beta if affine else Y), mean, var

    return normalise


def rows_normalised(X: Tensor, gamma: Tensor, beta: Tensor, *rest: Any) -> Any:
    """Each row by its own mean: layer norm."""
    Y = F.layer_norm(X, X.shape[1:], gamma, beta)
    return Y, *batch_norm_by_torch(X, gamma, beta, *rest)[1:]


def one_mean_for_all(X: Tensor, gamma: Tensor, beta: Tensor, *rest: Any) -> Any:
    """Mean and variance of the whole table."""
    Y, mean, var = batch_norm_by_torch(X, gamma, beta, *rest)
    if rest[2]:
        Y = gamma * (X - X.mean()) / (X.var(correction=0) + 1e-5).sqrt() + beta
    return Y, mean, var


def normalised_by_the_mixed(
    X: Tensor,
    gamma: Tensor,
    beta: Tensor,
    mean: Tensor,
    var: Tensor,
    training: bool,
    momentum: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Updates what is kept, and normalises by that."""
    _, mean, var = batch_norm_by_torch(X, gamma, beta, mean, var, training, momentum)
    return batch_norm_by_torch(X, gamma, beta, mean, var, False, momentum)


def statistics_in_place(
    X: Tensor,
    gamma: Tensor,
    beta: Tensor,
    mean: Tensor,
    var: Tensor,
    training: bool,
    momentum: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Writes into the caller's running statistics."""
    return F.batch_norm(X, mean, var, gamma, beta, training, momentum), mean, var


def draw_batch(generator: Generator) -> Inputs:
    """A batch, what was learned and what was kept; three of four in training."""
    n, d = whole(generator, 4, 8), whole(generator, 2, 5)
    gamma, mean, shift = (torch.randn(d, generator=generator) for _ in range(3))
    var = 0.5 + torch.rand(d, generator=generator)
    X = shift + 2 * torch.randn(n, d, generator=generator)
    beta = torch.randn(d, generator=generator)
    momentum = uniform(generator, 0.05, 0.3)
    return X, gamma, beta, mean, var, whole(generator, 1, 4) > 1, momentum


def four_rows(training: bool, momentum: float) -> Inputs:
    """Four rows of two features, statistics of earlier batches."""
    return (
        torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 10.0], [7.0, 50.0]]),
        torch.tensor([1.5, -2.0]),
        torch.tensor([0.5, 3.0]),
        torch.tensor([2.0, 20.0]),
        torch.tensor([4.0, 100.0]),
        training,
        momentum,
    )


BATCH_NORM_PASS = Exercise(
    id="batch_norm_pass",
    title="Batch norm in both modes",
    signature="batch_norm_pass(X, gamma, beta, mean, var, training, momentum)",
    points=2,
    minutes=14,
    returns="a tuple (Y, mean, var) of shapes (N, D), (D,) and (D,)",
    parts=("Y", "mean", "var"),
    reference=batch_norm_by_torch,
    cases=(
        Case("four rows, training", lambda: four_rows(True, 0.1)),
        Case("the same rows after training", lambda: four_rows(False, 0.1)),
        Case(
            "first batch, plain scale",
            lambda: (
                torch.tensor([[0.0], [2.0], [4.0]]),
                torch.ones(1),
                torch.zeros(1),
                torch.zeros(1),
                torch.ones(1),
                True,
                0.25,
            ),
        ),
        Case(
            "a feature that hardly varies",
            lambda: (
                torch.tensor([[1.0, 0.0], [1.002, 1.0], [1.004, 5.0]]),
                torch.tensor([1.0, 2.0]),
                torch.zeros(2),
                torch.zeros(2),
                torch.ones(2),
                True,
                0.1,
            ),
            costs=0.5,
        ),
    ),
    draw=draw_batch,
    rtol=1e-3,
    atol=1e-5,
    mistakes=(
        Mistake(
            "divides by N − 1 in the batch",
            batch_norm_like(spread=lambda X: X.var(dim=0)),
            (
                "`mean` and `var` are right. Has the normalised batch the variance 1, with 1/N?",
                "Two variances: by N to normalise, by N − 1 to keep. torch.var takes N − 1 "
                "unless you say correction=0.",
            ),
        ),
        Mistake(
            "keeps the variance of the batch",
            batch_norm_like(to_keep=lambda X: X.var(dim=0, correction=0)),
            (
                "Only `var` is wrong, by a little, most so in small batches.",
                "What is kept is an estimate for all data: divide by N − 1 there.",
            ),
        ),
        Mistake(
            "momentum the other way round",
            batch_norm_like(mix=lambda momentum: 1 - momentum),
            "`Y` is right. In PyTorch `momentum` is the share of the new batch: 0.1 is little.",
        ),
        Mistake(
            "kept statistics in training",
            batch_norm_like(by_batch=lambda training: False),
            (
                "In training, has each column of your normalised batch the mean 0?",
                "While it trains, a batch is normalised by its own mean and variance; "
                "the kept ones are for later.",
            ),
        ),
        Mistake(
            "mixed statistics in training",
            normalised_by_the_mixed,
            (
                "`mean` and `var` are right. Has each column of your normalised batch the mean 0?",
                "The mixed statistics are for later. A batch in training is normalised by its own "
                "alone: use other names for them.",
            ),
        ),
        Mistake(
            "statistics of the batch after training",
            batch_norm_like(by_batch=lambda training: True),
            (
                "Training is right. After it, may a prediction depend on the other rows?",
                "With training=False use `mean` and `var` as they were given.",
            ),
        ),
        Mistake(
            "goes on counting after training",
            batch_norm_like(updates=lambda training: True),
            "Training is right. After it, predicting must not change what was kept.",
        ),
        Mistake(
            "nothing kept",
            batch_norm_like(updates=lambda training: False),
            "`Y` is right. Each batch in training should move `mean` and `var` a little.",
        ),
        Mistake(
            "variance as divisor",
            batch_norm_like(divisor=lambda var: var + 1e-5),
            "A feature measured in mm instead of m: is your Y the same? Divide by the deviation.",
        ),
        Mistake(
            "eps beside the root",
            batch_norm_like(divisor=lambda var: var.sqrt() + 1e-5),
            "Only a feature that hardly varies shows it: does eps stand under the root or beside?",
        ),
        Mistake(
            "eps forgotten",
            batch_norm_like(divisor=torch.sqrt),
            "Only a feature that hardly varies shows it: 10⁻⁵ is added to the variance.",
        ),
        Mistake(
            "scale and shift forgotten",
            batch_norm_like(affine=False),
            "Mean 0 and variance 1, well. What do gamma and beta do after that?",
        ),
        Mistake(
            "rows instead of columns",
            rows_normalised,
            "You normalise each sample by itself: that is layer norm. A feature is a column.",
        ),
        Mistake(
            "one mean for all features",
            one_mean_for_all,
            "You have one mean for the whole table. Each feature, each column, needs its own.",
        ),
        Mistake(
            "changes its inputs",
            statistics_in_place,
            "Operators like *= and methods that end in _ change the caller's mean and var. "
            "Make new ones.",
        ),
    ),
    hints=(
        "By hand for the column 0, 2, 4: mean 2, variance 8/3 to normalise, 4 to keep.",
        "In training: statistics of the columns of X, for Y; and the old ones mixed with the new, "
        "to keep. Otherwise the given ones, unchanged. Last gamma · … + beta.",
    ),
)
