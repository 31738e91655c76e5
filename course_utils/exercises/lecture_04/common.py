"""What several exercises of lecture 04 use."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

Tensors = list[Tensor]
Activation = Callable[[Tensor], Tensor]


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def a_number(generator: Generator, low: int, high: int) -> int:
    """Draw a whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def layers(*widths: int, generator: Generator | None = None) -> tuple[Tensors, Tensors]:
    """Weights (n_in, n_out) and biases (n_out,) of a network; always the same without generator."""
    draw = generator or torch.Generator().manual_seed(len(widths))
    Ws = [torch.randn(n_in, n_out, generator=draw) for n_in, n_out in pairwise(widths)]
    bs = [torch.randn(n_out, generator=draw) for n_out in widths[1:]]
    return Ws, bs


def draw_layers(generator: Generator) -> tuple[Tensors, Tensors]:
    """A network of two to four layers, each two to five wide."""
    widths = [a_number(generator, 2, 5) for _ in range(a_number(generator, 3, 5))]
    return layers(*widths, generator=generator)


def linear_modules(Ws: Tensors, bs: Tensors) -> list[nn.Linear]:
    """Make PyTorch's own layers with these parameters."""
    modules = []
    for W, b in zip(Ws, bs, strict=True):
        module = nn.Linear(*W.shape)
        with torch.no_grad():
            module.weight.copy_(W.T)
            module.bias.copy_(b)
        modules.append(module)
    return modules
