"""Exercise of lecture 01: steps downhill."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import column, points_on_a_line, two_features
from .mse_gradient import draw_model, gradient_by_autograd


def descend_by_autograd(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Gradient descent; without torch's optimizer, whose first use imports for a second."""
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        w, b = w - lr * grad_w, b - lr * grad_b
    return w, b


def descend_upwards(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adds the gradient."""
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        w, b = w + lr * grad_w, b + lr * grad_b
    return w, b


def descend_without_reset(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adds every gradient to the earlier ones, as a forgotten zero_grad does."""
    sum_w, sum_b = torch.zeros_like(w), torch.zeros_like(b)
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        sum_w, sum_b = sum_w + grad_w, sum_b + grad_b
        w, b = w - lr * sum_w, b - lr * sum_b
    return w, b


def descend_one_after_the_other(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Moves w before it computes the gradient of b."""
    for _ in range(steps):
        w = w - lr * gradient_by_autograd(X, y, w, b)[0]
        b = b - lr * gradient_by_autograd(X, y, w, b)[1]
    return w, b


def descend_with_the_first_gradient(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Computes the gradient once, before the loop."""
    grad_w, grad_b = gradient_by_autograd(X, y, w, b)
    return w - steps * lr * grad_w, b - steps * lr * grad_b


def descend_one_step(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Returns inside the loop."""
    return descend_by_autograd(X, y, w, b, lr, min(steps, 1))


def descend_in_place(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Changes the caller's tensors."""
    new_w, new_b = descend_by_autograd(X, y, w, b, lr, steps)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b


def descend_without_bias(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Leaves b where it is."""
    for _ in range(steps):
        w = w - lr * gradient_by_autograd(X, y, w, b)[0]
    return w, b.clone()


def draw_descent(generator: Generator) -> Inputs:
    """A model, a small learning rate, a few steps."""
    return *draw_model(generator), 0.02, int(torch.randint(3, 9, (), generator=generator))


DESCEND = Exercise(
    id="descend",
    title="Steps downhill",
    signature="descend(X, y, w, b, lr, steps)",
    points=2,
    minutes=12,
    returns="a tuple (w, b) of shapes (D, 1) and (1,)",
    parts=("w", "b"),
    reference=descend_by_autograd,
    cases=(
        Case(
            "one step",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.1, 1),
        ),
        Case(
            "ten steps",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.05, 10),
        ),
        Case(
            "two features, four steps",
            lambda: (*two_features(), column(0.0, 1.0), torch.tensor([-1.0]), 0.1, 4),
        ),
        Case(
            "no step at all",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.1, 0),
            costs=0.5,
        ),
    ),
    draw=draw_descent,
    mistakes=(
        Mistake(
            "uphill",
            descend_upwards,
            (
                "Print the loss after each step. Does it fall?",
                "The gradient points to where the loss grows.",
            ),
        ),
        Mistake(
            "gradients add up",
            descend_without_reset,
            (
                "The first step is right, the second is not. What is left over from the first?",
                "backward() adds to what is in .grad. Each step needs a fresh gradient.",
            ),
        ),
        Mistake(
            "w moves before b's gradient",
            descend_one_after_the_other,
            (
                "w is right after one step, b is not. At which w did you take b's gradient?",
                "Compute both gradients at the same point, then move both parameters.",
            ),
        ),
        Mistake(
            "gradient only once",
            descend_with_the_first_gradient,
            (
                "Your steps are all equally long. Do they shrink near the minimum?",
                "The gradient belongs to a place; after each step you stand somewhere else.",
            ),
        ),
        Mistake(
            "one step only",
            descend_one_step,
            "After one step it ends, however many were asked for. Where does your `return` stand?",
        ),
        Mistake(
            "changes its inputs",
            descend_in_place,
            "Start with copies, w.clone() and b.clone(), or write w = w − … instead of w -= ….",
        ),
        Mistake(
            "bias stands still",
            descend_without_bias,
            "w moves but b stays: a model has all its parameters trained.",
        ),
    ),
    hints=(
        "Do one step first, with steps=1, and compare it with a step by hand.",
        "The loop's body: the gradient at the present w and b, then an update of both. "
        "Your mse_gradient can help.",
    ),
)
