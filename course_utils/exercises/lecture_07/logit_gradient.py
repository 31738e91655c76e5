"""Exercise of lecture 07: the pull on every logit."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...checks import Case, Exercise, Mistake
from .common import draw_logits, huge_logits, logits_of_animals


def gradient_by_autograd(Z: Tensor, y: Tensor) -> Tensor:
    """The gradient, found by autograd."""
    Z = Z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(Z, y), Z)
    return gradient


def only_the_true_logit(Z: Tensor, y: Tensor) -> Tensor:
    """Forgets that the other classes pay."""
    hot = F.one_hot(y, Z.shape[1])
    return hot * (Z.softmax(dim=1) - hot) / len(Z)


def as_many_classes_as_seen(Z: Tensor, y: Tensor) -> Tensor:
    """Lets one_hot guess K."""
    return (Z.softmax(dim=1) - F.one_hot(y)) / len(Z)


def each_share_alone(Z: Tensor, y: Tensor) -> Tensor:
    """Takes the softmax for K sigmoids: one derivative p (1 − p) for each class."""
    p = Z.softmax(dim=1)
    return (p - F.one_hot(y, Z.shape[1])) * p * (1 - p) / len(Z)


LOGIT_GRADIENT = Exercise(
    id="logit_gradient",
    title="The pull on every logit",
    signature="logit_gradient(Z, y)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (N, K)",
    reference=gradient_by_autograd,
    cases=(
        Case("three animals", lambda: (logits_of_animals(), torch.tensor([1, 3, 2]))),
        Case(
            "one sample, two classes",
            lambda: (torch.tensor([[math.log(3.0), 0.0]]), torch.tensor([1])),
        ),
        Case("a class that does not occur", lambda: (logits_of_animals(), torch.tensor([2, 0, 1]))),
        Case("logits of a thousand", lambda: (huge_logits(), torch.tensor([0, 1])), costs=1),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "gradient of the sum",
            lambda Z, y: len(Z) * gradient_by_autograd(Z, y),
            "With one sample it is right, with three it is three times too large. "
            "The loss is a mean.",
        ),
        Mistake(
            "sign",
            lambda Z, y: -gradient_by_autograd(Z, y),
            (
                "A larger true logit makes the loss smaller. Which sign has its slope?",
                "Truth minus share is the direction of descent; the gradient points uphill.",
            ),
        ),
        Mistake(
            "mean over N · K",
            lambda Z, y: gradient_by_autograd(Z, y) / Z.shape[1],
            "Too small by the factor K: the loss is a mean over samples, a sum over classes.",
        ),
        Mistake(
            "only the true logit",
            only_the_true_logit,
            (
                "What does a row of the gradient add up to? It should be 0.",
                "The other classes pay as well, each its own share.",
            ),
        ),
        Mistake(
            "one-hot as wide as the largest class",
            as_many_classes_as_seen,
            (
                "Which shape has F.one_hot(torch.tensor([2, 0, 1])), and which one has Z?",
                "The last class may be absent from y: tell one_hot how many there are.",
            ),
        ),
        Mistake(
            "softmax over the samples",
            lambda Z, y: (Z.softmax(dim=0) - F.one_hot(y, Z.shape[1])) / len(Z),
            "Rows of the gradient should add up to 0. Along which dim is your softmax?",
        ),
        Mistake(
            "shares without the truth",
            lambda Z, y: Z.softmax(dim=1) / len(Z),
            "All your slopes are positive: every logit would be pushed down, also the true one.",
        ),
        Mistake(
            "logits minus truth",
            lambda Z, y: (Z - F.one_hot(y, Z.shape[1])) / len(Z),
            "You compare logits with the truth. What is it that lies between 0 and 1?",
        ),
        Mistake(
            "an inner derivative too many",
            each_share_alone,
            (
                "A sure and wrong sample has a slope near 0 with you. Should it?",
                "p(1 − p) belongs to the squared error. With cross-entropy logarithm and "
                "exponential cancel.",
            ),
        ),
    ),
    hints=(
        "Add up each row of your result: 0? And its true entry: negative, the others positive?",
        "Share minus truth, where the truth is a table of one-hot rows; and the loss is a mean.",
    ),
)
