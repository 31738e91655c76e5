"""Exercise of lecture 00: no silent broadcast."""

from __future__ import annotations

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column


def draw_predictions(generator: Generator) -> Inputs:
    """Predictions as a column, targets as a column or flat."""
    n = between(3, 9, generator)
    y_hat, y = torch.randn(n, 1, generator=generator), torch.randn(n, 1, generator=generator)
    return y_hat, y.flatten() if between(0, 1, generator) else y


DIFFERENCES = Exercise(
    id="differences",
    title="No silent broadcast",
    signature="differences(y_hat, y)",
    points=1,
    minutes=5,
    returns="a float32 tensor of shape (N, 1)",
    reference=lambda y_hat, y: torch.sub(y_hat, y.view(len(y_hat), 1)),
    cases=(
        Case("targets as a column", lambda: (column(1.0, 2.0, 4.0), column(1.5, 0.0, 5.0))),
        Case("flat targets", lambda: (column(1.0, 2.0, 4.0), torch.tensor([1.5, 0.0, 5.0]))),
        Case(
            "perfect predictions, flat targets",
            lambda: (column(1.0, 2.0, 3.0, 4.0, 5.0), torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])),
        ),
        Case("one sample", lambda: (column(3.0), torch.tensor([1.0]))),
    ),
    draw=draw_predictions,
    mistakes=(
        Mistake(
            "silent broadcast",
            lambda y_hat, y: y_hat - y,
            (
                "How many differences should five samples have?",
                "A flat y is read as a row, and every prediction meets every target. "
                "Give y its second direction first.",
            ),
        ),
        Mistake(
            "flat result",
            lambda y_hat, y: y_hat.flatten() - y.flatten(),
            (
                "The numbers are right. Which shape is asked for?",
                "You made both flat; make both columns instead.",
            ),
        ),
        Mistake(
            "always one more direction",
            lambda y_hat, y: y_hat - y.unsqueeze(1),
            (
                "Flat targets are right now. And targets that are a column already?",
                "unsqueeze adds a direction in any case; reshape says what comes out.",
            ),
        ),
        Mistake(
            "predictions flattened",
            lambda y_hat, y: y_hat.squeeze() - y,
            "Now the prediction has lost its direction. Which of the two should be mended?",
        ),
        Mistake(
            "a row",
            lambda y_hat, y: y_hat.T - y,
            "You have turned the predictions into a row; samples belong into rows of their own.",
        ),
        Mistake(
            "target minus prediction",
            lambda y_hat, y: y.reshape(-1, 1) - y_hat,
            "The shape is right. Which is subtracted from which?",
        ),
    ),
    hints=(
        "Print both shapes before you subtract. What does PyTorch make of (N, 1) and (N,)?",
        "y.reshape with the right two numbers turns a flat tensor and a column into a column.",
    ),
)
