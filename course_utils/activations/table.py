"""Activation functions by name, and the slope of any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Activation:
    """A function that is applied to each number by itself, with the equation to print."""

    function: Function
    equation: str

    def __call__(self, z: Tensor) -> Tensor:
        """Apply the function to each element of `z`."""
        return self.function(z)


def _prelu(z: Tensor) -> Tensor:
    return F.prelu(z, z.new_tensor(0.25))  # the slope nn.PReLU starts with


def _softsign(z: Tensor) -> Tensor:
    # |z| as a maximum: the second derivative of abs() would load PyTorch's compiler, for a second.
    return z / (torch.maximum(z, -z) + 1)


# The classics, then what else PyTorch offers element by element, then two newer ones.
ACTIVATIONS: dict[str, Activation] = {
    "step": Activation(lambda z: (torch.sign(z) + 1) / 2, r"$0,\ \frac{1}{2}$ at 0$,\ 1$"),
    "sign": Activation(torch.sign, r"$-1,\ 0,\ 1$"),
    "linear": Activation(lambda z: z, r"$z$"),
    "piecewise": Activation(lambda z: (z + 0.5).clamp(0, 1), r"$z + \frac{1}{2}$ in $[0, 1]$"),
    "sigmoid": Activation(torch.sigmoid, r"$1\,/\,(1 + e^{-z})$"),
    "tanh": Activation(torch.tanh, r"$(e^{2z} - 1)\,/\,(e^{2z} + 1)$"),
    "relu": Activation(F.relu, r"$\max(0, z)$"),
    "softplus": Activation(F.softplus, r"$\ln(1 + e^z)$"),
    "relu6": Activation(F.relu6, r"$\min(\max(0, z), 6)$"),
    "leaky_relu": Activation(F.leaky_relu, r"$z$ or $0.01\,z$"),
    "prelu": Activation(_prelu, r"$z$ or $a\,z$, $a = 0.25$ at first"),
    "elu": Activation(F.elu, r"$z$ or $e^z - 1$"),
    "selu": Activation(F.selu, r"$1.0507\,(z$ or $1.6733\,(e^z - 1))$"),
    "threshold": Activation(lambda z: F.threshold(z, 1.0, 0.0), r"$z$ if $z > 1$ else $0$"),
    "hardtanh": Activation(F.hardtanh, r"$\max(\min(z, 1), -1)$"),
    "softshrink": Activation(F.softshrink, r"$z \mp \frac{1}{2}$ outside of $\pm\frac{1}{2}$"),
    "tanhshrink": Activation(F.tanhshrink, r"$z - \tanh z$"),
    "logsigmoid": Activation(F.logsigmoid, r"$\ln \sigma(z)$"),
    "softsign": Activation(_softsign, r"$z\,/\,(1 + |z|)$"),
    "gelu": Activation(F.gelu, r"$z\,\Phi(z)$"),
    "silu": Activation(F.silu, r"$z\,\sigma(z)$"),
}
CLASSICS = ("step", "sign", "linear", "piecewise", "sigmoid", "tanh", "relu", "softplus")


def resolve_activation(name_or_fn: str | Function) -> Function:
    """Return a function by its name, or the function itself.

    Parameters
    ----------
    name_or_fn
        A key of `ACTIVATIONS`, or an element-wise function of a tensor (a module will do).

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> resolve_activation("relu")(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    if not isinstance(name_or_fn, str):
        return name_or_fn
    if name_or_fn not in ACTIVATIONS:
        raise ValueError(
            f"activation {name_or_fn!r} is unknown; choose from {', '.join(ACTIVATIONS)}, or pass "
            "a function of a tensor."
        )
    return ACTIVATIONS[name_or_fn]


def value_and_slope(function: Function, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return f(z) and f'(z) of an element-wise function, the slope by autograd.

    First written out in lecture 05.

    Parameters
    ----------
    function
        Element-wise: the output has the shape of the input.
    z
        Any shape, floating point.

    Raises
    ------
    ValueError
        If the output has another shape, or is not a number somewhere.

    Examples
    --------
    >>> value_and_slope(torch.sigmoid, torch.tensor([0.0]))
    (tensor([0.5000]), tensor([0.2500]))
    """
    value, slope = derivatives(function, z, 1)
    return value, slope


def derivatives(function: Function, z: Tensor, order: int = 2) -> list[Tensor]:
    """f, f', f'' up to an order. What does not depend on z any more has the derivative 0."""
    z = z.detach().clone().requires_grad_()
    value = function(z)
    if value.shape != z.shape:
        raise ValueError(
            f"the function turned shape {tuple(z.shape)} into {tuple(value.shape)}; an activation "
            "works on each element by itself and keeps the shape."
        )
    if value.isnan().any():
        at = z[value.isnan()][0].item()
        raise ValueError(
            f"the function is not a number (NaN) at z = {at:g}. Does an exponential overflow? "
            "inf / inf and inf - inf are NaN: rewrite it so that only negative numbers go into exp."
        )
    found = [value]
    for i in range(order):
        last, grad = found[-1], None
        if last.requires_grad:
            (grad,) = torch.autograd.grad(
                last.sum(), z, create_graph=i + 1 < order, allow_unused=True
            )
        found.append(torch.zeros_like(z) if grad is None else grad)
    return [t.detach() for t in found]
