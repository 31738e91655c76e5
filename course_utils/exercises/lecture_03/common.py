"""What several exercises of lecture 03 use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def hours() -> tuple[Tensor, Tensor]:
    """Four students, as in the lecture."""
    return column(1.0, 2.0, 3.0, 4.0), column(0.0, 0.0, 1.0, 1.0)


def eight_verdicts() -> tuple[Tensor, Tensor]:
    """Eight logits and truths; the thresholds 0.2, 0.5, 0.6 and 0.99 part them differently."""
    z = column(-2.0, -1.0, 0.3, 0.8, 3.0, -0.5, 1.5, -3.0)
    return z, column(0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)


def draw_logits(generator: Generator) -> tuple[Tensor, Tensor]:
    """From 6 to 12 logits, most between −4 and 4, and their truths, of both classes."""
    n = int(torch.randint(6, 13, (), generator=generator))
    y = (torch.rand(n, 1, generator=generator) < 0.5).float()
    y[0], y[1] = 0, 1
    return 2 * torch.randn(n, 1, generator=generator), y
