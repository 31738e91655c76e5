"""Exercise of lecture 02: the loop, from memory."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column
from .sgd_step import step_by_torch

Trained = tuple[Tensor, Tensor, Tensor]


def batches_by_torch(
    X: Tensor,
    y: Tensor,
    w: Tensor,
    b: Tensor,
    lr: float,
    batch_size: int,
    epochs: int,
    *,
    reset: str = "batch",
    reduction: str = "mean",
    measure_after: bool = False,
) -> Trained:
    """Mini-batch training with PyTorch's own loss, autograd and SGD; the options make it wrong."""
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    losses = []
    for _ in range(epochs):
        if reset == "epoch":
            w.grad = b.grad = None
        for X_part, y_part in zip(X.split(batch_size), y.split(batch_size), strict=True):
            if reset == "batch":
                w.grad = b.grad = None
            loss = F.mse_loss(X_part @ w + b, y_part, reduction=reduction)
            loss.backward()
            with torch.no_grad():
                for p in (w, b):
                    assert p.grad is not None
                    p.copy_(step_by_torch([p], [p.grad], lr)[0])
            if measure_after:
                loss = F.mse_loss(X_part @ w + b, y_part)
            losses.append(loss.detach())
    return w.detach(), b.detach(), torch.stack(losses)


def last_batch_dropped(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Leaves out the rows that fill no whole batch."""
    whole = max(len(X) // batch_size, 1) * batch_size
    return batches_by_torch(X[:whole], y[:whole], w, b, lr, batch_size, epochs)


def whole_table_each_time(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Cuts batches and then uses the whole table."""
    updates = epochs * len(X.split(batch_size))
    return batches_by_torch(X, y, w, b, lr, len(X), updates)


def last_loss_only(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """One loss for each epoch."""
    w, b, losses = batches_by_torch(X, y, w, b, lr, batch_size, epochs)
    return w, b, losses.reshape(epochs, -1)[:, -1]


def train_in_place(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Trains the caller's own tensors."""
    new_w, new_b, losses = batches_by_torch(X, y, w, b, lr, batch_size, epochs)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b, losses


def five_rows() -> Inputs:
    """Five rows of two features, a model, a learning rate."""
    X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [2.0, 1.5], [0.5, -1.0]])
    return X, column(3.0, -1.0, 0.5, 2.0, 1.0), column(0.5, -1.0), torch.tensor([2.0]), 0.1


def draw_training(generator: Generator) -> Inputs:
    """A table whose last batch is smaller than the others."""
    n = 2 * between(3, 5, generator) + 1
    X = torch.randn(n, 2, generator=generator)
    y, w = torch.randn(n, 1, generator=generator) + 1, torch.randn(2, 1, generator=generator)
    return X, y, w, torch.randn(1, generator=generator), 0.05, 2, between(2, 4, generator)


TRAIN_IN_BATCHES = Exercise(
    id="train_in_batches",
    title="The loop, from memory",
    signature="train_in_batches(X, y, w, b, lr, batch_size, epochs)",
    points=2,
    minutes=14,
    returns="a tuple (w, b, losses) of shapes (D, 1), (1,) and (number of updates,)",
    parts=("w", "b", "losses"),
    reference=batches_by_torch,
    seconds=6.0,  # a student's first optimiser may take a slow machine seconds to build
    cases=(
        Case("one batch, one epoch", lambda: (*five_rows(), 5, 1)),
        Case(
            "four rows in two batches",
            lambda: (*[t[:4] for t in five_rows()[:2]], *five_rows()[2:], 2, 1),
        ),
        Case("five rows in batches of two, three epochs", lambda: (*five_rows(), 2, 3)),
        Case("a batch larger than the table", lambda: (*five_rows(), 32, 4)),
    ),
    draw=draw_training,
    mistakes=(
        Mistake(
            "no reset",
            lambda *inputs: batches_by_torch(*inputs, reset="never"),
            (
                "The first update is right, the second is not. What is left over from the first?",
                "backward() adds to what is in .grad. When must the old gradient go?",
            ),
        ),
        Mistake(
            "reset once per epoch",
            lambda *inputs: batches_by_torch(*inputs, reset="epoch"),
            (
                "With one batch per epoch it is right. What about the second batch of an epoch?",
                "The gradient is reset for every epoch; it should be for every update.",
            ),
        ),
        Mistake(
            "loss after the update",
            lambda *inputs: batches_by_torch(*inputs, measure_after=True),
            "w and b are right. When do you measure the loss: before its update, or after?",
        ),
        Mistake(
            "sum instead of mean",
            lambda *inputs: batches_by_torch(*inputs, reduction="sum"),
            "Your loss adds over the rows of a batch: with twice the rows the steps double.",
        ),
        Mistake(
            "last batch dropped",
            last_batch_dropped,
            (
                "Five rows in batches of two: how many batches are there?",
                "The last batch may be smaller than the others; its rows count as well.",
            ),
        ),
        Mistake(
            "the whole table in each update",
            whole_table_each_time,
            (
                "With one batch it is right. Which rows does the second update use?",
                "You loop over batches, but the loss is that of the whole table.",
            ),
        ),
        Mistake(
            "one epoch only",
            lambda X, y, w, b, lr, batch_size, epochs: batches_by_torch(
                X, y, w, b, lr, batch_size, 1
            ),
            "It ends after one pass over the table. What is `epochs` for?",
        ),
        Mistake(
            "one loss for each epoch",
            last_loss_only,
            "w and b are right. `losses` has a number for each update, not for each epoch.",
        ),
        Mistake(
            "changes its inputs",
            train_in_place,
            "You train the caller's own tensors. Start with copies: w.clone(), b.clone().",
        ),
    ),
    hints=(
        "One epoch is a loop over X.split(batch_size) and y.split(batch_size), zipped together.",
        "In it: the loss of this batch, its gradient, the update of w and b under no_grad, the "
        "reset. Start from w.clone().requires_grad_() if autograd shall find the gradient.",
    ),
)
