"""Exercise of lecture 01: standardise without looking at the test rows."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from ...datasets import standardize
from .common import column, random_table


def own_statistics(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Each part with its own statistics."""
    return standardize(train)[0], standardize(test)[0]


def joint_statistics(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Statistics of both parts together."""
    both = torch.cat([train, test])
    mean, std = both.mean(dim=0), both.std(dim=0, correction=0)
    return (train - mean) / std, (test - mean) / std


def unbiased(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Divides by N − 1."""
    mean, std = train.mean(dim=0), train.std(dim=0)
    return (train - mean) / std, (test - mean) / std


def over_everything(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """One mean and one deviation for all columns."""
    mean, std = train.mean(), train.std(correction=0)
    return (train - mean) / std, (test - mean) / std


def by_variance(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Divides by the variance."""
    mean, variance = train.mean(dim=0), train.var(dim=0, correction=0)
    return (train - mean) / variance, (test - mean) / variance


def over_rows(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Statistics of each row."""
    mean, std = train.mean(dim=1, keepdim=True), train.std(dim=1, keepdim=True, correction=0)
    return (train - mean) / std, (test - mean) / std


def only_shifted(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Does not scale."""
    return train - train.mean(dim=0), test - train.mean(dim=0)


def draw_two_tables(generator: Generator) -> Inputs:
    """A training and a test table of other sizes."""
    (train, _), (test, _) = random_table(generator), random_table(generator)
    return train * 3, test


STANDARDISE = Exercise(
    id="standardise",
    title="Standardise without looking at the test rows",
    signature="standardise(train, test)",
    points=2,
    minutes=8,
    returns="a tuple (train, test) of tensors, shapes as before",
    parts=("train", "test"),
    reference=standardize,
    cases=(
        Case(
            "one feature",
            lambda: (column(1.0, 2.0, 3.0, 6.0), column(4.0, 10.0)),
        ),
        Case(
            "area and rooms",
            lambda: (
                torch.tensor([[800.0, 2.0], [1500.0, 3.0], [2600.0, 3.0]]),
                torch.tensor([[2000.0, 5.0], [1000.0, 1.0], [1700.0, 4.0]]),
            ),
        ),
        Case(
            "as many rows as features",
            lambda: (
                torch.tensor([[1.0, 9.0], [2.0, -3.0]]),
                torch.tensor([[0.0, 1.0], [3.0, 5.0]]),
            ),
        ),
    ),
    draw=draw_two_tables,
    mistakes=(
        Mistake(
            "own statistics for the test rows",
            own_statistics,
            (
                "train is right. What would you do if the test set were a single row?",
                "The test rows must get exactly the same shift and scale as the training rows.",
            ),
        ),
        Mistake(
            "statistics of both",
            joint_statistics,
            (
                "May the training rows change when somebody gives you other test rows?",
                "Test rows stand for data not yet seen: they may not enter mean and deviation.",
            ),
        ),
        Mistake(
            "N − 1",
            unbiased,
            "Nearly. std() divides by N − 1 unless told otherwise; look at its `correction`.",
        ),
        Mistake(
            "one mean for all columns",
            over_everything,
            (
                "Square feet and rooms share one mean and one deviation. Is each column centred?",
                "Each feature has its own mean: along which `dim` do you average?",
            ),
        ),
        Mistake(
            "variance instead of deviation",
            by_variance,
            "Your columns have mean 0 but not deviation 1. In which unit is what you divide by?",
        ),
        Mistake(
            "rows instead of columns",
            over_rows,
            "You mix square feet with rooms: mean and deviation belong to a column, not to a row.",
        ),
        Mistake(
            "shifted only", only_shifted, "The mean is 0 now; standardising has a second step."
        ),
    ),
    hints=(
        "Print mean and standard deviation of each column of your result for train: 0 and 1?",
        "Take mean and deviation from train, one for each column; use them on both tables.",
    ),
)
