"""Exercise of lecture 05: what is left of an error."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import backward_of


def slopes_of(A: Tensor, activation: str) -> Tensor:
    """Slopes by autograd, at the numbers that went in, found from those that came out."""
    outputs = A.double()
    f, inverse = {
        "sigmoid": (torch.sigmoid, torch.logit),
        "tanh": (torch.tanh, torch.atanh),
    }[activation]
    return backward_of(f)(inverse(outputs), torch.ones_like(outputs))


def error_layer_by_layer(error: Tensor, A: Tensor, activation: str) -> Tensor:
    """Pass an error through one layer after the other, last layer first."""
    passed = error.double()
    for slopes in slopes_of(A, activation).flip(0):
        passed = passed * slopes
    return passed.float()


def with_slope(
    slope: Callable[[Tensor, str], Tensor],
) -> Callable[[Tensor, Tensor, str], Tensor]:
    """Make an answer from a slope, which may be wrong."""
    return lambda error, A, activation: error * slope(A, activation).prod(dim=0)


def slope_at_output(A: Tensor, activation: str) -> Tensor:
    """Takes the outputs for inputs."""
    f = torch.sigmoid if activation == "sigmoid" else torch.tanh
    return backward_of(f)(A, torch.ones_like(A))


def draw_outputs(generator: Generator) -> Inputs:
    """Outputs of 2 to 4 layers of as many units, from one of the two functions."""
    n = int(torch.randint(2, 5, (), generator=generator))
    z, error = torch.randn(n, n, generator=generator), torch.randn(n, generator=generator)
    if torch.rand((), generator=generator) < 0.5:
        return error, torch.sigmoid(z), "sigmoid"
    return error, torch.tanh(z), "tanh"


ERROR_AFTER = Exercise(
    id="error_after",
    title="What is left of an error",
    signature="error_after(error, A, activation)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (n,)",
    reference=error_layer_by_layer,
    atol=1e-8,
    cases=(
        Case(
            "one sigmoid layer",
            lambda: (torch.tensor([1.0, -2.0]), torch.tensor([[0.5, 0.9]]), "sigmoid"),
        ),
        Case(
            "two sigmoid layers",
            lambda: (torch.tensor([1.0, 4.0]), torch.tensor([[0.5, 0.2], [0.75, 0.6]]), "sigmoid"),
        ),
        Case(
            "three tanh layers",
            lambda: (
                torch.tensor([3.0, -1.0]),
                torch.tensor([[0.0, 0.8], [-0.5, 0.1], [0.9, -0.3]]),
                "tanh",
            ),
        ),
        Case(
            "saturated",
            lambda: (torch.tensor([2.0]), torch.tensor([[0.25], [1.0]]), "sigmoid"),
            costs=0.5,
        ),
    ),
    draw=draw_outputs,
    mistakes=(
        Mistake(
            "outputs taken for inputs",
            with_slope(slope_at_output),
            (
                "A holds what came *out*. Do you put it through the function a second time?",
                "The slopes follow from the outputs directly: σ' = σ(1 − σ), and σ is in A.",
            ),
        ),
        Mistake(
            "sigmoid's slope for both",
            with_slope(lambda A, activation: A * (1 - A)),
            "Sigmoid is right. tanh has another formula, with the square of its value.",
        ),
        Mistake(
            "tanh's slope for both",
            with_slope(lambda A, activation: 1 - A**2),
            "tanh is right. For the sigmoid your slopes pass ¼, which its slopes never do.",
        ),
        Mistake(
            "slopes added",
            lambda error, A, activation: error * slopes_of(A, activation).float().sum(dim=0),
            "One layer is right. Does a second layer make the error larger or smaller?",
        ),
        Mistake(
            "slopes averaged",
            lambda error, A, activation: error * slopes_of(A, activation).float().mean(dim=0),
            "With more layers less and less should be left. A mean does not shrink with depth.",
        ),
        Mistake(
            "product over the units",
            lambda error, A, activation: error * slopes_of(A, activation).float().prod(dim=1),
            (
                "You multiply the slopes of one layer's units. Along what does an error travel?",
                "A row of A is a layer. The layers follow each other along dim 0.",
            ),
        ),
        Mistake(
            "error forgotten",
            lambda error, A, activation: slopes_of(A, activation).float().prod(dim=0),
            "That is the product of the slopes. By what is it multiplied?",
        ),
        Mistake(
            "last layer only",
            lambda error, A, activation: error * slopes_of(A, activation).float()[-1],
            "You pass one layer. The error still has to go through those before it.",
        ),
        Mistake(
            "outputs multiplied",
            with_slope(lambda A, activation: A),
            "You multiply by the outputs. The chain rule wants slopes.",
        ),
    ),
    hints=(
        "One layer first: the slope of each unit from its output, times the error.",
        "sigmoid: a(1 − a); tanh: 1 − a². Then a product along the layers, dim=0.",
    ),
)
