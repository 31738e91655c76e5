"""Exercise of lecture 02: one step for all parameters."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.optim.sgd import sgd

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column


def step_by_torch(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """One step of PyTorch's SGD; its functional form, as an optimiser takes seconds to load."""
    moved = [p.detach().clone() for p in params]
    sgd(
        moved,
        [grad.clone() for grad in grads],
        [None] * len(moved),  # no momentum yet
        lr=lr,
        weight_decay=0.0,
        momentum=0.0,
        dampening=0.0,
        nesterov=False,
        maximize=False,
    )
    return moved


def step_is_watched(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Lets autograd watch the update."""
    return [p - lr * grad for p, grad in zip(params, grads, strict=True)]


def step_in_place(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Changes the caller's tensors."""
    with torch.no_grad():
        for p, grad in zip(params, grads, strict=True):
            p -= lr * grad
    return params


def step_in_place_and_watched(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Changes the caller's tensors in the open."""
    for p, grad in zip(params, grads, strict=True):
        p -= lr * grad
    return params


def a_layer(watched: bool = False) -> Inputs:
    """Weights and biases of a layer with their gradients."""
    params = [torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), torch.tensor([0.5, -1.0])]
    grads = [torch.tensor([[0.5, 0.0, -1.0], [2.0, -1.0, 4.0]]), torch.tensor([1.0, -3.0])]
    return [p.requires_grad_(watched) for p in params], grads, 0.1


def draw_step(generator: Generator) -> Inputs:
    """Two to four tensors of different shapes."""
    shapes = [(between(2, 4, generator), between(2, 3, generator)), (3,), (1, 2), (1,)]
    shapes = shapes[: between(2, 4, generator)]
    params = [torch.randn(shape, generator=generator) for shape in shapes]
    grads = [torch.randn(shape, generator=generator) for shape in shapes]
    return params, grads, 0.05 * between(1, 6, generator)


SGD_STEP = Exercise(
    id="sgd_step",
    title="One step for all parameters",
    signature="sgd_step(params, grads, lr)",
    points=1,
    minutes=6,
    returns="a list of tensors, shaped like those in params",
    reference=step_by_torch,
    seconds=6.0,  # a student's first optimiser may take a slow machine seconds to build
    cases=(
        Case("one weight", lambda: ([torch.tensor([3.0])], [torch.tensor([-16.0])], 0.1)),
        Case("a layer: weights and biases", a_layer),
        Case(
            "three tensors",
            lambda: (
                [column(1.0, 2.0), torch.tensor([0.5]), torch.tensor([[4.0, -1.0]])],
                [column(-3.0, 2.0), torch.tensor([0.0]), torch.tensor([[1.0, 0.25]])],
                0.5,
            ),
        ),
        Case("parameters that autograd watches", lambda: a_layer(watched=True), costs=0.5),
    ),
    draw=draw_step,
    mistakes=(
        Mistake(
            "uphill",
            lambda params, grads, lr: [
                p.detach() + lr * grad for p, grad in zip(params, grads, strict=True)
            ],
            (
                "The first case: the slope is −16. Which way does the loss fall?",
                "The gradient points uphill. Which sign takes you down?",
            ),
        ),
        Mistake(
            "autograd watches the update",
            step_is_watched,
            (
                "The numbers are right. Is the update a part of the model?",
                "Autograd need not see the update: torch.no_grad(), as in the lecture.",
            ),
        ),
        Mistake(
            "changes its inputs",
            step_in_place,
            (
                "What do the caller's tensors hold after the call?",
                "`p -= …` writes into the tensor that you were given. `p - …` makes a new one.",
            ),
        ),
        Mistake(
            "changes its inputs, watched",
            step_in_place_and_watched,
            (
                "`-=` changes the caller's tensors, and autograd refuses where it watches them.",
                "Make new tensors, and do so where autograd does not look.",
            ),
        ),
        Mistake(
            "only the first tensor",
            lambda params, grads, lr: [params[0].detach() - lr * grads[0]],
            "How many tensors go in, and how many come out? Look where your `return` stands.",
        ),
        Mistake(
            "no learning rate",
            lambda params, grads, lr: step_by_torch(params, grads, 1.0),
            "Your step is the whole gradient. What makes it shorter?",
        ),
        Mistake(
            "the step instead of the place",
            lambda params, grads, lr: [-lr * grad for grad in grads],
            "That is how far to go. Asked is where you arrive.",
        ),
    ),
    hints=(
        "Do it for the first tensor and its gradient: w − η · gradient.",
        "Go through both lists together, with zip, and collect the new tensors in a list.",
    ),
)
