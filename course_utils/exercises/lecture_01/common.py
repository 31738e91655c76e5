"""What several exercises of lecture 01 use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def points_on_a_line() -> tuple[Tensor, Tensor]:
    """Three points on y = 2x, as in the lecture."""
    return column(1.0, 2.0, 3.0), column(2.0, 4.0, 6.0)


def two_features() -> tuple[Tensor, Tensor]:
    """Four rows of two features, on no plane."""
    X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [2.0, 1.5]])
    return X, column(3.0, -1.0, 0.5, 2.0)


def random_table(generator: Generator, n_features: int = 3) -> tuple[Tensor, Tensor]:
    """A table of 5 to 12 rows, its columns with different means, and targets."""
    n = int(torch.randint(5, 13, (), generator=generator))
    X = torch.randn(n, n_features, generator=generator) + torch.arange(float(n_features))
    return X, torch.randn(n, 1, generator=generator) + 2
