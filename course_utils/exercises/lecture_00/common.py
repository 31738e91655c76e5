"""What several exercises of lecture 00 use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def numbered(rows: int, columns: int) -> Tensor:
    """A table whose entries are all different: row 1 is 11, 12, 13, row 2 is 21, 22, 23."""
    return torch.arange(1.0, rows + 1).reshape(-1, 1) * 10 + torch.arange(1.0, columns + 1)


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def between(low: int, high: int, generator: Generator) -> int:
    """Draw a whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))
