"""Exercise of lecture 05: the way back through hard tanh."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import backward_of


def clamp_edges(z: Tensor, error: Tensor) -> Tensor:
    """Lets the error through at the kinks as well, as the slope of `clamp` does."""
    return error * (z.abs() <= 1)


def draw_layer(generator: Generator) -> Inputs:
    """Pre-activations and errors, (5, 4); some on a kink."""
    z = (4 * torch.randn(5, 4, generator=generator)).round() / 2
    return z, torch.randn(5, 4, generator=generator)


HARDTANH_BACKWARD = Exercise(
    id="hardtanh_backward",
    title="The way back through hard tanh",
    signature="hardtanh_backward(z, error)",
    points=1,
    minutes=7,
    returns="a float32 tensor, shaped like z",
    reference=backward_of(F.hardtanh),
    cases=(
        Case(
            "four units",
            lambda: (torch.tensor([-2.0, -0.5, 0.5, 3.0]), torch.tensor([1.0, 2.0, -3.0, 4.0])),
        ),
        Case(
            "two samples",
            lambda: (
                torch.tensor([[0.2, -1.5, 0.9], [1.1, 0.0, -0.7]]),
                torch.tensor([[0.5, -2.0, 0.1], [3.0, -0.25, 2.0]]),
            ),
        ),
        Case(
            "exactly at the kinks",
            lambda: (torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([5.0, 6.0, 7.0])),
            costs=0.5,
        ),
    ),
    draw=draw_layer,
    mistakes=(
        Mistake(
            "slope without the error",
            lambda z, error: (z.abs() < 1).float(),
            (
                "That is the slope alone. Does your result depend on the error?",
                "The chain rule: what arrives from behind, times the slope here.",
            ),
        ),
        Mistake(
            "passes at the kinks",
            clamp_edges,
            "Between and outside you are right. The task says what the slope at −1 and 1 is.",
        ),
        Mistake(
            "slope of the smooth tanh",
            backward_of(torch.tanh),
            "1 − tanh² belongs to the smooth one. Hard tanh has three straight pieces.",
        ),
        Mistake(
            "the error is clamped",
            lambda z, error: error.clamp(-1, 1),
            (
                "You send the error through the function. Does your result depend on z?",
                "Backwards the error meets a slope, and the slope is taken at z.",
            ),
        ),
        Mistake(
            "function instead of slope",
            lambda z, error: error * z.clamp(-1, 1),
            "You multiply by the output of hard tanh. The way back multiplies by its slope.",
        ),
        Mistake(
            "ReLU's slope",
            lambda z, error: error * ((z > 0) & (z < 1)),
            "Left of 0 you let nothing through. Where does hard tanh begin to be flat?",
        ),
        Mistake(
            "only one side",
            lambda z, error: error * (z < 1),
            "z = −2 lets the error through in yours. Is hard tanh steep there?",
        ),
        Mistake(
            "outside instead of inside",
            lambda z, error: error * (z.abs() >= 1),
            "You pass where the function is flat and block where it rises.",
        ),
    ),
    hints=(
        "Sketch hard tanh. Which slope has each of its three pieces?",
        "The error, where z lies strictly between −1 and 1; elsewhere 0.",
    ),
)
