"""Exercise of lecture 01: the mean squared error."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import column, random_table


def draw_predictions(generator: Generator) -> Inputs:
    """Predictions and targets."""
    X, y = random_table(generator, 1)
    return X, y


MSE = Exercise(
    id="mse",
    title="The mean squared error",
    signature="mse(y_hat, y)",
    points=1,
    minutes=4,
    returns="a float32 tensor of shape ()",
    reference=F.mse_loss,
    cases=(
        Case("two samples", lambda: (column(1.0, 4.0), column(2.0, 1.0))),
        Case("four samples", lambda: (column(0.0, 1.0, -2.0, 5.0), column(0.5, -1.0, 2.0, 5.0))),
        Case(
            "two outputs", lambda: (torch.tensor([[1.0, 2.0]] * 3), torch.tensor([[0.0, 5.0]] * 3))
        ),
        Case("perfect predictions", lambda: (column(3.0, -7.0), column(3.0, -7.0))),
    ),
    draw=draw_predictions,
    mistakes=(
        Mistake(
            "sum instead of mean",
            lambda y_hat, y: ((y_hat - y) ** 2).sum(),
            (
                "With twice as many samples, equally well predicted, your loss doubles. Should it?",
                "That is the sum of the squared errors; the M of MSE is missing.",
            ),
        ),
        Mistake(
            "no square",
            lambda y_hat, y: (y_hat - y).mean(),
            (
                "Errors of +3 and −3: does your loss see them?",
                "Errors of different signs must not cancel. Which step of MSE prevents that?",
            ),
        ),
        Mistake(
            "absolute error",
            lambda y_hat, y: (y_hat - y).abs().mean(),
            "That is the mean absolute error (MAE). In MSE twice the error counts fourfold.",
        ),
        Mistake(
            "square of the mean",
            lambda y_hat, y: (y_hat - y).mean() ** 2,
            (
                "Errors of +3 and −3: does your loss see them?",
                "You average first and square then. Turn the two steps around.",
            ),
        ),
        Mistake(
            "root",
            lambda y_hat, y: ((y_hat - y) ** 2).mean().sqrt(),
            "That is the root of the mean squared error (RMSE); leave the last step out.",
        ),
        Mistake(
            "half of it",
            lambda y_hat, y: ((y_hat - y) ** 2).mean() / 2,
            "Some books put ½ before the loss, to make the derivative tidy. Our MSE has none.",
        ),
        Mistake(
            "not averaged",
            lambda y_hat, y: (y_hat - y) ** 2,
            "You have one squared error for each sample. The loss is a single number.",
        ),
    ),
    hints=(
        "Do it by hand for ŷ = (1, 4) and y = (2, 1): errors, their squares, the mean.",
        "The steps are: subtract, square, average over everything.",
    ),
)
