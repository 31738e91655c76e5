"""What several exercises of lecture 08 use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def whole(generator: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def zeros_and_ones(generator: Generator, n: int) -> Tensor:
    """Truths of n samples, int64; both classes occur."""
    y = torch.randint(2, (n,), generator=generator)
    y[:2] = torch.tensor([0, 1])
    return y[torch.randperm(n, generator=generator)]
