"""Exercise of lecture 05: bend it, whatever its shape."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake


def line_of_five() -> Tensor:
    """Five numbers on both sides of 0."""
    return torch.tensor([-2.0, -0.5, 0.0, 1.0, 3.0])


def elu_in_place(z: Tensor, alpha: float) -> Tensor:
    """Changes the caller's tensor."""
    z.copy_(F.elu(z, alpha))
    return z


def elu_of_one(z: Tensor, alpha: float) -> Tensor:
    """Asks a whole tensor whether it is above 0."""
    return z if z > 0 else alpha * (torch.exp(z) - 1)


def draw_images(generator: Generator) -> Inputs:
    """A tensor with four axes, and an alpha."""
    z = 2 * torch.randn(2, 3, 2, 2, generator=generator)
    return z, 0.3 + torch.rand((), generator=generator).item() * 2


ELU = Exercise(
    id="elu",
    title="Bend it, whatever its shape",
    signature="elu(z, alpha)",
    points=1,
    minutes=7,
    returns="a float32 tensor, shaped like z",
    reference=F.elu,
    cases=(
        Case("five numbers, alpha 1", lambda: (line_of_five(), 1.0)),
        Case("a layer, alpha 2", lambda: (torch.tensor([[-1.0, 0.5], [2.0, -3.0]]), 2.0)),
        Case("images", lambda: (torch.linspace(-3, 3, 24).reshape(2, 3, 2, 2), 0.5)),
        Case("a single number", lambda: (torch.tensor(-1.5), 0.7)),
        Case("large numbers", lambda: (torch.tensor([-200.0, 200.0]), 1.5), 0.5),
    ),
    draw=draw_images,
    mistakes=(
        Mistake(
            "one number at a time",
            elu_of_one,
            (
                "`if` asks one question. A layer has an answer for each of its numbers.",
                "torch.where(question, then, otherwise) asks element by element.",
            ),
        ),
        Mistake(
            "does not pass 0",
            lambda z, alpha: torch.where(z > 0, z, alpha * torch.exp(z)),
            "At z = 0 both pieces should meet. What does your left piece give just below 0?",
        ),
        Mistake(
            "a leak, not a bend",
            lambda z, alpha: torch.where(z > 0, z, alpha * z),
            "That is leaky ReLU: a straight line on the left. ELU levels off at −alpha.",
        ),
        Mistake(
            "alpha in the exponent",
            lambda z, alpha: torch.where(z > 0, z, torch.exp(alpha * z) - 1),
            "Yours always levels off at −1. At which height should it?",
        ),
        Mistake(
            "alpha on both sides",
            lambda z, alpha: torch.where(z > 0, alpha * z, alpha * (torch.exp(z) - 1)),
            "With alpha = 1 you are right. What should z = 1 become, whatever alpha is?",
        ),
        Mistake(
            "alpha forgotten",
            lambda z, alpha: F.elu(z),
            "You are right for alpha = 1. Do you use alpha at all?",
        ),
        Mistake(
            "left side upside down",
            lambda z, alpha: torch.where(z > 0, z, alpha * (1 - torch.exp(z))),
            "Negative inputs should give negative outputs: mind the order of the difference.",
        ),
        Mistake(
            "0 times infinity",
            lambda z, alpha: (z > 0) * z + (z <= 0) * alpha * (torch.exp(z) - 1),
            (
                "Moderate numbers are right. What is exp(200) in float32, and 0 times that?",
                "Multiplying by 0 does not switch off an infinity. torch.where does, or a clamp.",
            ),
        ),
        Mistake(
            "changes its input",
            elu_in_place,
            "Do not write into z: the backward pass may still need it. Make a new tensor.",
        ),
    ),
    hints=(
        "Try z = −2, 0 and 1 by hand, with alpha = 1 and alpha = 2.",
        "Two pieces, chosen element by element: torch.where(z > 0, …, …).",
    ),
)
