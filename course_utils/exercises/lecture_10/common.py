"""What several exercises of lecture 10 use."""

from __future__ import annotations

import torch
from torch import Generator


def whole(generator: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))
