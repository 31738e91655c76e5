"""Exercise of lecture 02: backward through a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column

Gradients = tuple[Tensor, Tensor, Tensor, Tensor]


def net_by_autograd(
    X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor
) -> Gradients:
    """Autograd through PyTorch's own layers."""
    params = [p.clone().requires_grad_() for p in (W1, b1, W2, b2)]
    y_hat = torch.sigmoid(F.linear(torch.tanh(F.linear(X, *params[:2])), *params[2:]))
    g1, g2, g3, g4 = torch.autograd.grad(F.mse_loss(y_hat, y) / 2, params)
    return g1, g2, g3, g4


def net_by_hand(
    X: Tensor,
    y: Tensor,
    W1: Tensor,
    b1: Tensor,
    W2: Tensor,
    b2: Tensor,
    *,
    out: str = "y_hat * (1 - y_hat)",
    hidden: str = "1 - a * a",
    error: str = "y_hat - y",
) -> Gradients:
    """The backward pass; the options put other factors in."""
    a = torch.tanh(X @ W1.T + b1)
    y_hat = torch.sigmoid(a @ W2.T + b2)
    ones = torch.ones_like
    factors = {
        "y_hat * (1 - y_hat)": y_hat * (1 - y_hat),
        "1 - y_hat": 1 - y_hat,
        "1 - a * a": 1 - a * a,
        "a * (1 - a)": a * (1 - a),
        "1 for each row": ones(y_hat),
        "1 for each unit": ones(a),
        "y_hat - y": y_hat - y,
        "y - y_hat": y - y_hat,
        "mean": (y_hat - y).mean() * ones(y),
    }
    d2 = factors[error] / len(X) * factors[out]
    d1 = d2 @ W2 * factors[hidden]
    return d1.T @ X, d1.sum(0), d2.T @ a, d2.sum(0)


def transposed(*inputs: Tensor) -> Gradients:
    """Both weight gradients the other way round."""
    dW1, db1, dW2, db2 = net_by_autograd(*inputs)
    return dW1.T, db1, dW2.T, db2


def scaled(factors: Sequence[float], *inputs: Tensor) -> Gradients:
    """The right gradients times some factors."""
    g1, g2, g3, g4 = (f * g for f, g in zip(factors, net_by_autograd(*inputs), strict=True))
    return g1, g2, g3, g4


def times_n(*inputs: Tensor) -> Gradients:
    """The gradient of the sum."""
    return scaled([len(inputs[0])] * 4, *inputs)


def biases_averaged(*inputs: Tensor) -> Gradients:
    """A mean of deltas that hold 1/N already."""
    return scaled([1, 1 / len(inputs[0])] * 2, *inputs)


def biases_not_summed(
    X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor
) -> Gradients:
    """Gives the deltas themselves for the biases."""
    a = torch.tanh(X @ W1.T + b1)
    y_hat = torch.sigmoid(a @ W2.T + b2)
    d2 = (y_hat - y) / len(X) * y_hat * (1 - y_hat)
    d1 = d2 @ W2 * (1 - a * a)
    return d1.T @ X, d1, d2.T @ a, d2


def random_net(n: int, d: int, h: int, generator: Generator) -> Inputs:
    """Rows, targets between 0 and 1, and a net D–H–1."""
    shapes = [(h, d), (h,), (1, h), (1,)]
    X, y = torch.randn(n, d, generator=generator), torch.rand(n, 1, generator=generator)
    return X, y, *[torch.randn(shape, generator=generator) for shape in shapes]


def net_of_size(n: int, d: int, h: int) -> Inputs:
    """The same, always from one seed."""
    return random_net(n, d, h, torch.Generator().manual_seed(n + 10 * d + 100 * h))


NET_GRADIENTS = Exercise(
    id="net_gradients",
    title="Backward through a network",
    signature="net_gradients(X, y, W1, b1, W2, b2)",
    points=3,
    minutes=20,
    returns="a tuple (dW1, db1, dW2, db2), shaped like W1, b1, W2, b2",
    parts=("dW1", "db1", "dW2", "db2"),
    reference=net_by_autograd,
    cases=(
        Case(
            "one sample, one hidden unit",
            lambda: (
                column(2.0),
                column(1.0),
                column(0.5),
                torch.tensor([-0.5]),
                column(2.0),
                torch.tensor([-1.0]),
            ),
        ),
        Case("four samples, one hidden unit", lambda: net_of_size(4, 2, 1)),
        Case("five samples, 3–4–1", lambda: net_of_size(5, 3, 4)),
        Case("three samples, 3–3–1", lambda: net_of_size(3, 3, 3)),
    ),
    draw=lambda generator: random_net(
        between(4, 7, generator), between(2, 3, generator), between(4, 5, generator), generator
    ),
    mistakes=(
        Mistake(
            "hidden layer with the sigmoid's derivative",
            lambda *inputs: net_by_hand(*inputs, hidden="a * (1 - a)"),
            (
                "dW2 and db2 are right. Which activation does the hidden layer have here?",
                "a (1 − a) belongs to the sigmoid. With a = tanh(z), what is the derivative?",
            ),
        ),
        Mistake(
            "hidden derivative forgotten",
            lambda *inputs: net_by_hand(*inputs, hidden="1 for each unit"),
            (
                "dW2 and db2 are right. What lies between the hidden layer's a and its z?",
                "δ¹ needs the derivative of the hidden activation, element by element.",
            ),
        ),
        Mistake(
            "output derivative forgotten",
            lambda *inputs: net_by_hand(*inputs, out="1 for each row"),
            (
                "Your first delta is the slope with respect to ŷ. Asked is the one before σ.",
                "δ² = ∂L/∂z²: one more link stands between ŷ and z².",
            ),
        ),
        Mistake(
            "half of the sigmoid's derivative",
            lambda *inputs: net_by_hand(*inputs, out="1 - y_hat"),
            "The sigmoid's derivative has two factors; the lecture's pitfall lost the same one.",
        ),
        Mistake(
            "sign",
            lambda *inputs: net_by_hand(*inputs, error="y - y_hat"),
            (
                "Where the prediction is too high, the loss must grow with b2. Does yours?",
                "The derivative of ½ (y − ŷ)² with respect to ŷ has a minus in front of (y − ŷ).",
            ),
        ),
        Mistake(
            "gradient of the sum",
            times_n,
            (
                "With one sample it is right. What does the loss do with several?",
                "1/N is missing in the first delta.",
            ),
        ),
        Mistake(
            "factor 2",
            lambda *inputs: scaled([2.0] * 4, *inputs),
            "Twice too large: this loss has a ½ in front, so that the 2 of the square goes away.",
        ),
        Mistake(
            "biases averaged",
            biases_averaged,
            "The weights are right. 1/N is in the deltas already: do the biases need it again?",
        ),
        Mistake(
            "biases not summed",
            biases_not_summed,
            (
                "One bias serves all rows, but you return a number for each row.",
                "b was added to N rows, so N arrows lead back to it: what do you do with them?",
            ),
        ),
        Mistake(
            "weights transposed",
            transposed,
            "The numbers are right; a gradient has the shape of its weights: (outputs, inputs).",
        ),
        Mistake(
            "errors averaged first",
            lambda *inputs: net_by_hand(*inputs, error="mean"),
            (
                "With one sample it is right. Do all rows have the same error?",
                "Each row keeps its own error until the last sum; you averaged at the start.",
            ),
        ),
    ),
    hints=(
        "Forward first, and keep a (N, H) and ŷ (N, 1). Then δ² (N, 1) from the loss back to z², "
        "and δ¹ (N, H) from δ² back to z¹.",
        "Each delta gives its weights' gradient with the layer's input, and its bias by a sum over "
        "the rows. Nudging one weight by 0.001 tells which of your results is wrong.",
    ),
)
