"""What several exercises of lecture 05 use."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Elementwise = Callable[[Tensor], Tensor]


def backward_of(f: Elementwise) -> Callable[[Tensor, Tensor], Tensor]:
    """Make the backward pass of an activation, by autograd."""

    def backward(z: Tensor, error: Tensor) -> Tensor:
        z = z.detach().clone().requires_grad_()
        (passed,) = torch.autograd.grad(f(z), z, grad_outputs=error)
        return passed

    return backward
