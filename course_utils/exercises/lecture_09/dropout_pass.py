"""Exercise of lecture 09: dropout with given dice."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole


def dropout_by_torch(X: Tensor, u: Tensor, p: float, training: bool) -> Tensor:
    """PyTorch's own kernel for a given mask: the backward pass is the forward one again."""
    if not training:
        return X.clone()
    return torch.ops.aten.native_dropout_backward(X, u >= p, 1 / (1 - p))


def dropout_like(
    keep: Callable[[Tensor, float], Tensor] = lambda u, p: u >= p,
    scale: Callable[[Tensor, float], Tensor | float] = lambda keep, p: 1 / (1 - p),
) -> Callable[[Tensor, Tensor, float, bool], Tensor]:
    """Dropout with its mask or its factor exchanged, in training only."""

    def dropout(X: Tensor, u: Tensor, p: float, training: bool) -> Tensor:
        mask = keep(u, p)
        return X * mask * scale(mask, p) if training else X

    return dropout


def the_old_way(X: Tensor, u: Tensor, p: float, training: bool) -> Tensor:
    """Drops without scaling and makes up for it afterwards, as the first articles did."""
    return X * (u >= p) if training else X * (1 - p)


def drops_in_place(X: Tensor, u: Tensor, p: float, training: bool) -> Tensor:
    """Writes zeros into the caller's activations."""
    if not training:
        return X
    X[u < p] = 0
    return X / (1 - p)


def draw_dropout(generator: Generator) -> Inputs:
    """Activations without a zero, random numbers for each, a share, three of four in training."""
    shape = (whole(generator, 3, 6), whole(generator, 4, 8))
    X = 0.5 + torch.rand(shape, generator=generator)
    u = torch.rand(shape, generator=generator)
    p = uniform(generator, 0.2, 0.45)
    return X, u, p, whole(generator, 1, 4) > 1


def two_rows() -> tuple[Tensor, Tensor]:
    """Activations and random numbers, three of eight below ½."""
    X = torch.tensor([[1.0, 2.0, -3.0, 4.0], [0.5, -1.0, 6.0, 8.0]])
    return X, torch.tensor([[0.9, 0.3, 0.7, 0.6], [0.1, 0.8, 0.95, 0.45]])


DROPOUT_PASS = Exercise(
    id="dropout_pass",
    title="Dropout with given dice",
    signature="dropout_pass(X, u, p, training)",
    points=1,
    minutes=6,
    returns="a float32 tensor of shape (N, D)",
    reference=dropout_by_torch,
    cases=(
        Case("two rows, half of the units", lambda: (*two_rows(), 0.5, True)),
        Case("two rows, a fifth of the units", lambda: (*two_rows(), 0.2, True)),
        Case("after training", lambda: (*two_rows(), 0.5, False)),
        Case("p = 0", lambda: (*two_rows(), 0.0, True)),
    ),
    draw=draw_dropout,
    mistakes=(
        Mistake(
            "not scaled",
            dropout_like(scale=lambda keep, p: 1.0),
            (
                "The next layer adds your values up. Is its sum as large as without dropout?",
                "On average only the share 1 − p is left. Which factor makes up for that?",
            ),
        ),
        Mistake(
            "scaled down",
            dropout_like(scale=lambda keep, p: 1 - p),
            "What is left should make up for what was dropped. Do your values grow or shrink?",
        ),
        Mistake(
            "scaled by 1 / p",
            dropout_like(scale=lambda keep, p: 1 / p if p else float("inf")),
            (
                "Right for a half, by chance. Nearly nothing dropped: how large are your values?",
                "p is the share that is dropped. Which share is kept?",
            ),
        ),
        Mistake(
            "scaled by what happens to be left",
            dropout_like(scale=lambda keep, p: keep.numel() / keep.sum()),
            (
                "Your factor differs from draw to draw; it should depend on p alone.",
                "Only the mean over many draws has to be kept, so the factor is 1 / (1 − p) "
                "whatever this draw has left.",
            ),
        ),
        Mistake(
            "keeps what should be dropped",
            dropout_like(keep=lambda u, p: u < p),
            (
                "With p = 0 nothing is dropped. What does your function return there?",
                "A value is dropped where its u is smaller than p. Turn the comparison round.",
            ),
        ),
        Mistake(
            "drops after training, too",
            lambda X, u, p, training: dropout_by_torch(X, u, p, True),
            "Training is right. What should a network do with its units when it predicts?",
        ),
        Mistake(
            "never drops",
            lambda X, u, p, training: X,
            "That is what happens after training. Ask for `training`.",
        ),
        Mistake(
            "training the other way round",
            lambda X, u, p, training: dropout_by_torch(X, u, p, not training),
            "You drop when predicting and not when training. Which branch is which?",
        ),
        Mistake(
            "scales after training instead",
            the_old_way,
            (
                "It can be done so, and was at first. What does PyTorch do after training?",
                "PyTorch scales in training, so that predicting needs nothing at all.",
            ),
        ),
        Mistake(
            "scales in both modes",
            lambda X, u, p, training: dropout_by_torch(X, u, p, True) if training else X / (1 - p),
            "Training is right. Nothing is dropped afterwards, so nothing has to be made up for.",
        ),
        Mistake(
            "throws dice of its own",
            lambda X, u, p, training: F.dropout(X, p, training),
            "Your zeros stand elsewhere: the dice are thrown already, and lie in `u`.",
        ),
        Mistake(
            "changes its input",
            drops_in_place,
            "`X[…] = 0` writes into the caller's tensor. Multiply by a mask, or use torch.where.",
        ),
    ),
    hints=(
        "By hand for p = 0.5: which values stay, and what do they become?",
        "A mask of what is kept, u ≥ p; times X; divided by the share that is kept. "
        "After training X as it is.",
    ),
)
