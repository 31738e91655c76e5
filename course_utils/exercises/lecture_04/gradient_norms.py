"""Exercise of lecture 04, "does a gradient arrive?"."""

from __future__ import annotations

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import Activation, Tensors, a_number, column, layers
from .mlp_forward import forward


def norms(
    X: Tensor, y: Tensor, Ws: Tensors, bs: Tensors, *, f: Activation = torch.sigmoid,
    reduction: str = "mean", last: bool = False, biases: bool = False, power: int = 1,
) -> Tensor:  # fmt: skip
    """Norms of the gradients of all weight matrices, by autograd."""
    Ws, bs = ([t.clone().requires_grad_() for t in part] for part in (Ws, bs))
    z = forward(X, Ws, bs, f, last)
    loss = F.binary_cross_entropy_with_logits(z, y, reduction=reduction)
    dWs, dbs = (torch.autograd.grad(loss, part, retain_graph=True) for part in (Ws, bs))
    squares = [dW.square().sum() for dW in dWs]
    if biases:
        squares = [s + db.square().sum() for s, db in zip(squares, dbs, strict=True)]
    return torch.stack(squares).sqrt() ** power


def two_layers() -> Inputs:
    """Four rows, 2 → 3 → 1."""
    X = torch.tensor([[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0], [0.0, -1.5]])
    return X, column(1.0, 0.0, 0.0, 1.0), *layers(2, 3, 1)


def draw_gradients(generator: Generator) -> Inputs:
    """A network with one logit, rows, labels."""
    widths = [a_number(generator, 2, 5) for _ in range(a_number(generator, 2, 4))]
    Ws, bs = layers(*widths, 1, generator=generator)
    X = torch.randn(a_number(generator, 4, 9), widths[0], generator=generator)
    return X, (torch.rand(len(X), 1, generator=generator) > 0.4).float(), Ws, bs


GRADIENT_NORMS = Exercise(
    id="gradient_norms",
    title="Does a gradient arrive?",
    signature="gradient_norms(X, y, Ws, bs)",
    points=2,
    minutes=14,
    returns="a float32 tensor of shape (L,)",
    reference=norms,
    rtol=1e-3,
    atol=1e-8,
    cases=(
        Case(
            "one layer",
            lambda: (
                column(1.0, 2.0),
                column(1.0, 0.0),
                [column(0.5)],
                [torch.tensor([0.0])],
            ),
        ),
        Case("2 → 3 → 1", two_layers),
        Case(
            "3 → 3 → 3 → 3 → 1",
            lambda: (
                torch.linspace(-1, 1, 18).reshape(6, 3),
                column(1.0, 0.0, 1.0, 1.0, 0.0, 1.0),
                *layers(3, 3, 3, 3, 1),
            ),
        ),
        Case(
            "one row",
            lambda: (torch.tensor([[0.9, -0.2]]), column(0.0), *layers(2, 4, 2, 1)),
        ),
    ),
    draw=draw_gradients,
    mistakes=(
        Mistake(
            "gradient of the sum",
            partial(norms, reduction="sum"),
            (
                "With one row it is right. What happens to your norms with twice as many rows?",
                "The loss is the mean over the rows.",
            ),
        ),
        Mistake(
            "squared norms",
            partial(norms, power=2),
            "A norm is a length: the root of the sum of the squares.",
        ),
        Mistake(
            "last layer first",
            lambda X, y, Ws, bs: norms(X, y, Ws, bs).flip(0),
            "The numbers are right, from back to front. Backward passes begin at the end; "
            "the result should begin at the input.",
        ),
        Mistake(
            "biases included",
            partial(norms, biases=True),
            "Slightly too large: only the weight matrices count, not their biases.",
        ),
        Mistake(
            "sigmoid twice",
            partial(norms, last=True),
            (
                "Is your output a logit, or a probability already?",
                "binary_cross_entropy_with_logits applies a sigmoid of its own.",
            ),
        ),
        Mistake(
            "no hidden activation",
            partial(norms, f=lambda Z: Z),
            "Right for one layer. What stands between the layers of this network?",
        ),
        Mistake(
            "ReLU",
            partial(norms, f=torch.relu),
            "Those are the norms of a ReLU network. The network of the diagnosis has another unit.",
        ),
        Mistake(
            "size of an entry",
            lambda X, y, Ws, bs: (
                norms(X, y, Ws, bs) / torch.tensor([math.sqrt(W.numel()) for W in Ws])
            ),
            "Divided by the root of the number of weights: the norm itself has no mean in it.",
        ),
    ),
    hints=(
        "Autograd may help: copies of the matrices that require gradients, a forward pass, a loss.",
        "The forward pass is mlp_forward with sigmoids; the loss is "
        "F.binary_cross_entropy_with_logits; then one norm for each W.grad.",
    ),
)
