"""Exercise of lecture 06: a step of PyTorch's momentum."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor
from torch.optim.sgd import sgd

from ...checks import Case, Exercise, Inputs, Mistake
from .common import TwoTensors, uniform, whole


def momentum_by_torch(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """One step of PyTorch's SGD; its functional form, as an optimiser takes seconds to load."""
    w, v = w.clone(), v.clone()
    options: dict[str, Any] = {"weight_decay": 0.0, "dampening": 0.0, "maximize": False}
    sgd([w], [g], [v], foreach=False, lr=lr, momentum=gamma, nesterov=nesterov, **options)
    return w, v


def rate_inside(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """The form of many textbooks."""
    v = gamma * v + lr * g
    return w - (lr * g + gamma * v if nesterov else v), v


def mean_of_gradients(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """A running mean instead of a fading sum."""
    v = gamma * v + (1 - gamma) * g
    return w - lr * (g + gamma * v if nesterov else v), v


def old_velocity(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Moves before the velocity is new."""
    return w - lr * (g + gamma * v if nesterov else v), gamma * v + g


def no_look_ahead(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Plain momentum always; so does g + γ · old velocity."""
    v = gamma * v + g
    return w - lr * v, v


def only_the_velocity(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Nesterov without the present gradient."""
    v = gamma * v + g
    return w - lr * (gamma * v if nesterov else v), v


def uphill(w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool) -> TwoTensors:
    """Adds the step."""
    new_w, v = momentum_by_torch(w, g, v, lr, gamma, nesterov)
    return 2 * w - new_w, v


def velocity_not_kept(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Returns the old velocity."""
    return momentum_by_torch(w, g, v, lr, gamma, nesterov)[0], v


def velocity_in_place(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Changes the caller's velocity."""
    v.mul_(gamma).add_(g)
    return w - lr * (g + gamma * v if nesterov else v), v


def draw_momentum(generator: Generator) -> Inputs:
    """Weights, gradient, velocity of a random shape."""
    shape = (whole(generator, 2, 4), whole(generator, 1, 3))
    w, g, v = (torch.randn(shape, generator=generator) for _ in range(3))
    lr, gamma = uniform(generator, 0.05, 0.4), uniform(generator, 0.4, 0.95)
    return w, g, v, lr, gamma, bool(whole(generator, 0, 1))


MOMENTUM_STEP = Exercise(
    id="momentum_step",
    title="A step of PyTorch's momentum",
    signature="momentum_step(w, g, v, lr, gamma, nesterov)",
    points=2,
    minutes=10,
    returns="a tuple (w, v) of tensors shaped like w",
    parts=("w", "v"),
    reference=momentum_by_torch,
    cases=(
        Case(
            "one weight",
            lambda: (
                torch.tensor([1.0]),
                torch.tensor([3.0]),
                torch.tensor([2.0]),
                0.1,
                0.5,
                False,
            ),
        ),
        Case(
            "the same with Nesterov",
            lambda: (torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([2.0]), 0.1, 0.5, True),
        ),
        Case(
            "a table of weights",
            lambda: (
                torch.tensor([[1.0, -2.0], [0.0, 4.0]]),
                torch.tensor([[0.5, 1.0], [-1.0, 2.0]]),
                torch.tensor([[3.0, 0.0], [1.0, -2.0]]),
                0.2,
                0.9,
                False,
            ),
        ),
        Case(
            "first step: no velocity yet",
            lambda: (
                torch.tensor([2.0, 0.0, -1.0]),
                torch.tensor([1.0, -1.0, 4.0]),
                torch.zeros(3),
                0.1,
                0.9,
                True,
            ),
        ),
    ),
    draw=draw_momentum,
    mistakes=(
        Mistake(
            "learning rate inside the velocity",
            rate_inside,
            (
                "w is right, v is too small. Where does your learning rate enter?",
                "That is the form of many textbooks. PyTorch's velocity sums the bare gradients; "
                "the rate comes in when w moves.",
            ),
        ),
        Mistake(
            "a running mean",
            mean_of_gradients,
            (
                "On a constant slope g, what should v grow to: g, or g / (1 − γ)?",
                "Adam's m is a running mean. Momentum is a fading sum: g comes in whole.",
            ),
        ),
        Mistake(
            "step with the old velocity",
            old_velocity,
            (
                "In the very first step v is 0: does your w move at all?",
                "The velocity first, then the step with the new velocity.",
            ),
        ),
        Mistake(
            "no look ahead",
            no_look_ahead,
            (
                "Plain momentum is right. What is different with nesterov=True?",
                "g + γ · v with the old v is the new velocity, so nothing changes. "
                "Which v belongs into Nesterov's step?",
            ),
        ),
        Mistake(
            "Nesterov always",
            lambda w, g, v, lr, gamma, nesterov: momentum_by_torch(w, g, v, lr, gamma, True),
            "Nesterov is right. Plain momentum moves along v itself: ask for `nesterov`.",
        ),
        Mistake(
            "Nesterov without the gradient",
            only_the_velocity,
            "You look ahead along γ · v, but the slope where you stand counts as well.",
        ),
        Mistake("uphill", uphill, "v is right; w goes uphill. Against the gradient means minus."),
        Mistake(
            "velocity not kept",
            velocity_not_kept,
            "w is right. The next step needs the velocity of this one: return the new v.",
        ),
        Mistake(
            "changes its inputs",
            velocity_in_place,
            "Methods that end in _ and operators like += change the caller's tensor. "
            "Make a new one: v = γ · v + g.",
        ),
    ),
    hints=(
        "Do the first case by hand: w = 1, g = 3, v = 2, η = 0.1, γ = 0.5.",
        "New velocity first; plain momentum moves along it, Nesterov along g plus γ times it.",
    ),
)
