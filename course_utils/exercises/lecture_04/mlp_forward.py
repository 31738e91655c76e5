"""Exercise of lecture 04: a network from a list."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from ...checks import Case, Exercise, Inputs, Mistake
from .common import Activation, Tensors, a_number, column, draw_layers, layers, linear_modules


def forward_by_modules(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """PyTorch's own layers in a row, with ReLU between them."""
    first, *rest = linear_modules(Ws, bs)
    chain = nn.Sequential(first, *(part for layer in rest for part in (nn.ReLU(), layer)))
    with torch.no_grad():
        output: Tensor = chain(X)
    return output


def forward(
    X: Tensor, Ws: Tensors, bs: Tensors, f: Activation = torch.relu, last: bool = False
) -> Tensor:
    """Forward pass with any activation, after the last layer too if asked for."""
    A = X
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        Z = A @ W + b
        A = f(Z) if last or i < len(Ws) - 1 else Z
    return A


def forward_bias_after_relu(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Adds the bias outside of the activation."""
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = torch.relu(A @ W) + b
    return A @ Ws[-1] + bs[-1]


def forward_one_relu(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Activates only the first layer."""
    if len(Ws) == 1:
        return forward(X, Ws, bs)
    A = torch.relu(X @ Ws[0] + bs[0])
    return forward(A, Ws[1:], bs[1:], lambda Z: Z)


def forward_transposed(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Takes the weights for those of nn.Linear."""
    return forward(X, [W.T for W in Ws], bs)


def forward_without_biases(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Forgets the biases."""
    return forward(X, Ws, [torch.zeros_like(b) for b in bs])


def small_network() -> Inputs:
    """Two rows, 2 → 2 → 1, whole numbers."""
    X = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    Ws = [torch.tensor([[1.0, -1.0], [2.0, 1.0]]), column(1.0, 2.0)]
    return X, Ws, [torch.tensor([0.0, 3.0]), torch.tensor([-9.0])]


def draw_forward(generator: Generator) -> Inputs:
    """A network and some rows."""
    Ws, bs = draw_layers(generator)
    return torch.randn(a_number(generator, 3, 8), len(Ws[0]), generator=generator), Ws, bs


MLP_FORWARD = Exercise(
    id="mlp_forward",
    title="A network from a list",
    signature="mlp_forward(X, Ws, bs)",
    points=2,
    minutes=8,
    returns="a float32 tensor of shape (N, K)",
    reference=forward_by_modules,
    cases=(
        Case("2 → 2 → 1, whole numbers", small_network),
        Case(
            "3 → 4 → 3 → 2",
            lambda: (torch.linspace(-2, 2, 15).reshape(5, 3), *layers(3, 4, 3, 2)),
        ),
        Case(
            "one row",
            lambda: (torch.tensor([[0.5, -1.0]]), *layers(2, 5, 4, 3, 1)),
        ),
        Case(
            "a single layer",
            lambda: (column(1.0, -2.0), [torch.tensor([[1.0, -3.0]])], [torch.tensor([0.5, 1.0])]),
            costs=0.5,
        ),
    ),
    draw=draw_forward,
    mistakes=(
        Mistake(
            "ReLU after the last layer",
            lambda X, Ws, bs: forward(X, Ws, bs, last=True),
            (
                "No output of yours is negative. May a logit be?",
                "The last layer has no activation: it is a regressor's answer, or a logit.",
            ),
        ),
        Mistake(
            "no activation",
            lambda X, Ws, bs: forward(X, Ws, bs, lambda Z: Z),
            (
                "One layer is right, several are not. Does anything bend between them?",
                "Without something non-linear in between, your network is one linear map.",
            ),
        ),
        Mistake(
            "sigmoid",
            lambda X, Ws, bs: forward(X, Ws, bs, torch.sigmoid),
            "Your hidden activations lie between 0 and 1. Which activation does the task name?",
        ),
        Mistake(
            "biases forgotten",
            forward_without_biases,
            "Where do the bs enter? Without them a row of zeros always gives 0.",
        ),
        Mistake(
            "bias outside of the ReLU",
            forward_bias_after_relu,
            (
                "Which comes first in a layer, the bias or the ReLU? Do one unit by hand.",
                "The bias moves the knot of the hinge: it belongs into what is clipped.",
            ),
        ),
        Mistake(
            "only the first layer is activated",
            forward_one_relu,
            "Right with one hidden layer, wrong with more: which layers does your ReLU reach?",
        ),
        Mistake(
            "transposed weights",
            forward_transposed,
            "nn.Linear stores its weights (n_out, n_in); these are (n_in, n_out), as in the "
            "lecture's equations. Samples are rows.",
        ),
    ),
    hints=(
        "Begin with A = X and put A through one layer after the other, in a loop.",
        "Every layer computes A @ W + b. All but the last clip the result at 0.",
    ),
)
