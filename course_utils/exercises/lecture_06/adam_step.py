"""Exercise of lecture 06: a step of Adam."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.optim.adam import adam

from ...checks import Case, Exercise, Inputs, Mistake
from .common import ThreeTensors, uniform, whole


def adam_by_torch(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    decay: float = 0.0,
    step: Callable[..., None] = adam,
) -> ThreeTensors:
    """Step number t of PyTorch's Adam, or of its AdamW, in the functional form."""
    w, m, q, steps_before = w.clone(), m.clone(), q.clone(), torch.tensor(float(t - 1))
    options = {"amsgrad": False, "maximize": False, "foreach": False, "weight_decay": decay}
    betas = {"beta1": beta1, "beta2": beta2}
    step([w], [g], [m], [q], [], [steps_before], lr=lr, eps=eps, **betas, **options)
    return w, m, q


def adam_like(
    *,
    square: Callable[[Tensor], Tensor] = torch.square,
    correction: Callable[[float, int], float] = lambda beta, t: 1 - beta**t,
    divisor: Callable[[Tensor, float], Tensor] = lambda q, eps: q.sqrt() + eps,
    keep_corrected: bool = False,
    swap: bool = False,
) -> Callable[..., ThreeTensors]:
    """Adam with one of its parts exchanged."""

    def step(
        w: Tensor,
        g: Tensor,
        m: Tensor,
        q: Tensor,
        t: int,
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> ThreeTensors:
        if swap:
            beta1, beta2 = beta2, beta1
        m, q = beta1 * m + (1 - beta1) * g, beta2 * q + (1 - beta2) * square(g)
        mean = torch.div(m, correction(beta1, t))
        squares = torch.div(q, correction(beta2, t))
        w = w - lr * mean / divisor(squares, eps)
        return (w, mean, squares) if keep_corrected else (w, m, q)

    return step


def eps_before_correction(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> ThreeTensors:
    """Adds eps to the root before it is corrected."""
    m, q = beta1 * m + (1 - beta1) * g, beta2 * q + (1 - beta2) * g**2
    rate = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (q.sqrt() + eps), m, q


def means_in_place(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> ThreeTensors:
    """Changes the caller's means."""
    m.mul_(beta1).add_((1 - beta1) * g)
    q.mul_(beta2).add_((1 - beta2) * g**2)
    return w - lr * m / (1 - beta1**t) / ((q / (1 - beta2**t)).sqrt() + eps), m, q


def draw_state(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
    """Weights, gradient, both means and the number of the step."""
    shape = (whole(generator, 2, 4), whole(generator, 1, 3))
    w, g, m = (torch.randn(shape, generator=generator) for _ in range(3))
    q = 0.2 + torch.rand(shape, generator=generator)
    return w, g, m, q, whole(generator, 2, 20)


def draw_adam(generator: Generator) -> Inputs:
    """A state in mid-training, with coefficients of its own."""
    lr, beta1 = uniform(generator, 0.05, 0.3), uniform(generator, 0.6, 0.9)
    return *draw_state(generator), lr, beta1, uniform(generator, 0.92, 0.99), 1e-8


ADAM_STEP = Exercise(
    id="adam_step",
    title="A step of Adam",
    signature="adam_step(w, g, m, q, t, lr, beta1=0.9, beta2=0.999, eps=1e-8)",
    points=2,
    minutes=14,
    returns="a tuple (w, m, q) of tensors shaped like w",
    parts=("w", "m", "q"),
    reference=adam_by_torch,
    cases=(
        Case(
            "first step, two weights",
            lambda: (
                torch.tensor([1.0, 1.0]),
                torch.tensor([100.0, -0.01]),
                torch.zeros(2),
                torch.zeros(2),
                1,
                0.1,
                0.9,
                0.999,
                1e-8,
            ),
        ),
        Case(
            "fifth step, three weights",
            lambda: (
                torch.tensor([0.5, -1.0, 2.0]),
                torch.tensor([1.0, -2.0, 0.5]),
                torch.tensor([0.3, 0.4, -0.2]),
                torch.tensor([0.5, 1.0, 0.25]),
                5,
                0.1,
                0.8,
                0.95,
                1e-8,
            ),
        ),
        Case(
            "gradients no larger than eps",
            lambda: (
                torch.tensor([[0.0], [1.0]]),
                torch.tensor([[0.01], [-0.02]]),
                torch.tensor([[0.02], [0.01]]),
                torch.tensor([[0.0002], [0.0001]]),
                3,
                0.5,
                0.9,
                0.99,
                0.01,
            ),
            costs=0.5,
        ),
    ),
    draw=draw_adam,
    mistakes=(
        Mistake(
            "no bias correction",
            adam_like(correction=lambda beta, t: 1.0),
            (
                "Adam's first step has the length of the learning rate. How long is yours?",
                "Both means begin at 0 and are too small at first. Which divisor makes up for it?",
            ),
        ),
        Mistake(
            "(1 − β) to the power t",
            adam_like(correction=lambda beta, t: (1 - beta) ** t),
            (
                "In the first step you are right. What should the correction tend to later on?",
                "It should tend to 1. Yours tends to 0: what exactly is raised to the power t?",
            ),
        ),
        Mistake(
            "counts from 0",
            adam_like(correction=lambda beta, t: math.nan if t == 1 else 1 - beta ** (t - 1)),
            "t counts from 1 already: the first step has t = 1. With t − 1 you divide by 0 there.",
        ),
        Mistake(
            "counts one too many",
            adam_like(correction=lambda beta, t: 1 - beta ** (t + 1)),
            "t is the number of the step you are making, counted from 1; nothing needs adding.",
        ),
        Mistake(
            "corrected means returned",
            adam_like(keep_corrected=True),
            (
                "w is right. Let the next step start from what you return: is it still right?",
                "The corrected means serve this step only; keep m and q as they were before.",
            ),
        ),
        Mistake(
            "eps inside the root",
            adam_like(divisor=lambda q, eps: (q + eps).sqrt()),
            "Only small gradients show it: where does eps stand, under the root or beside it?",
        ),
        Mistake(
            "eps before the correction",
            eps_before_correction,
            "Nearly. You correct after adding eps; correct q first, take the root, then add eps.",
        ),
        Mistake(
            "root forgotten",
            adam_like(divisor=lambda q, eps: q + eps),
            (
                "Multiply the loss by 1000: does your step stay the same?",
                "m has the unit of the gradient, q of its square. What makes the units cancel?",
            ),
        ),
        Mistake(
            "gradient not squared",
            adam_like(square=lambda g: g, divisor=lambda q, eps: q.abs().sqrt() + eps),
            "m is right, q is not. Can a mean of squares become smaller by a negative gradient?",
        ),
        Mistake(
            "changes its inputs",
            means_in_place,
            "Operators like *= and methods that end in _ change the caller's m and q. "
            "Make new ones: m = …",
        ),
        Mistake(
            "betas swapped",
            adam_like(swap=True),
            "beta1 belongs to the mean of gradients, beta2 to the mean of squares.",
        ),
    ),
    hints=(
        "Print your first step: it should be lr for each weight, against the sign of g.",
        "In this order: the two means, then copies of them divided by 1 − βᵗ, then the step. "
        "Return the means as they were before the division.",
    ),
)
