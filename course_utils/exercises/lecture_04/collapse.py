"""Exercise of lecture 04: many linear layers are one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Generator, Tensor, nn

from ...checks import Case, Exercise, Inputs, Mistake
from .common import Tensors, column, draw_layers, layers, linear_modules


def collapse_by_probing(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Ask the network itself: its answer to zeros is the bias, to unit vectors bias + weights."""
    chain = nn.Sequential(*linear_modules(Ws, bs)).double()
    n_in = len(Ws[0])
    with torch.no_grad():
        bias = chain(torch.zeros(1, n_in, dtype=torch.float64))
        weights = chain(torch.eye(n_in, dtype=torch.float64)) - bias
    return weights.float(), bias[0].float()


def product(Ws: Sequence[Tensor]) -> Tensor:
    """Multiply matrices in this order."""
    return reduce(torch.matmul, Ws)


def biases_added(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Adds the biases up."""
    return product(Ws), reduce(torch.add, bs)


def order_turned(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Multiplies the last layer with the first, as books with columns do."""
    return product(Ws[::-1]), collapse_by_probing(Ws, bs)[1]


def own_weights_on_the_bias(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Sends a bias through the weights of the layer that adds it."""
    total = torch.zeros(1)
    for W, b in zip(Ws, bs, strict=True):
        total = (total + b) @ W
    return product(Ws), total


def draw_linear(generator: Generator) -> Inputs:
    """Linear layers."""
    return draw_layers(generator)


COLLAPSE = Exercise(
    id="collapse",
    title="Many linear layers are one",
    signature="collapse(Ws, bs)",
    points=1,
    minutes=8,
    returns="a tuple (W, b) of shapes (D, K) and (K,)",
    parts=("W", "b"),
    reference=collapse_by_probing,
    atol=1e-5,
    cases=(
        Case(
            "1 → 1 → 1",
            lambda: ([column(2.0), column(-3.0)], [torch.tensor([1.0]), torch.tensor([4.0])]),
        ),
        Case("2 → 3 → 2", lambda: layers(2, 3, 2)),
        Case("3 → 4 → 2 → 1", lambda: layers(3, 4, 2, 1)),
        Case("2 → 2 → 2 → 2", lambda: layers(2, 2, 2, 2)),
        Case("a single layer", lambda: layers(3, 2), costs=0.5),
    ),
    draw=draw_linear,
    mistakes=(
        Mistake(
            "biases added",
            biases_added,
            (
                "W is right. What happens to the first bias on its way through the next layer?",
                "The next layer multiplies everything that reaches it, earlier biases included.",
            ),
        ),
        Mistake(
            "last bias only",
            lambda Ws, bs: (product(Ws), bs[-1].clone()),
            (
                "W is right. Put a row of zeros through the layers: what comes out?",
                "The earlier biases arrive too, multiplied by the weights that follow them.",
            ),
        ),
        Mistake(
            "order turned round",
            order_turned,
            (
                "Which matrix meets the row x first?",
                "With samples as rows the layers stand from left to right: x W₁ W₂.",
            ),
        ),
        Mistake(
            "a bias through its own layer",
            own_weights_on_the_bias,
            (
                "In x W + b: is b multiplied by W?",
                "A bias passes through the weights of the *next* layers only.",
            ),
        ),
        Mistake(
            "bias as a row",
            lambda Ws, bs: tuple(
                t.reshape(-1, Ws[-1].shape[1]) for t in collapse_by_probing(Ws, bs)
            ),
            "The numbers are right; b has two dimensions where (K,) is asked for.",
        ),
        Mistake(
            "as nn.Linear stores it",
            lambda Ws, bs: (collapse_by_probing(Ws, bs)[0].T, collapse_by_probing(Ws, bs)[1]),
            "The numbers are right, W is (n_out, n_in). Ours have one row for each input.",
        ),
    ),
    hints=(
        "Write two layers on paper, (x W₁ + b₁) W₂ + b₂, and multiply out.",
        "Go layer by layer: what you have so far is a W and a b; the next layer changes both.",
    ),
)
