"""What several exercises of lecture 07 use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def logits_of_animals() -> Tensor:
    """Three samples, four classes: cat, dog, owl, bee."""
    return torch.tensor([[2.0, 1.0, 0.0, -1.0], [0.5, 3.0, -2.0, 1.0], [-1.0, 0.0, 1.5, 1.0]])


def huge_logits() -> Tensor:
    """A row that overflows, and one that underflows."""
    return torch.tensor([[1000.0, 1001.0, 1002.0], [-900.0, -902.0, -901.0]])


def draw_logits(generator: Generator) -> tuple[Tensor, Tensor]:
    """Logits of 4 to 8 samples and 3 to 5 classes, and true classes."""
    n = int(torch.randint(4, 9, (), generator=generator))
    k = int(torch.randint(3, 6, (), generator=generator))
    Z = 2 * torch.randn(n, k, generator=generator)
    return Z, torch.randint(k, (n,), generator=generator)
