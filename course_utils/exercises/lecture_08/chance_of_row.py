"""Exercise of lecture 08: one new row, and all that was saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Saved = dict[str, Tensor]


def chance_of_difference(row: list[float], saved: Saved) -> float:
    """Value by value in float64; softmax of two is the sigmoid of their difference."""
    mean, std, W, b = (saved[name].tolist() for name in ("mean", "std", "weight", "bias"))
    z = [(x - m) / s for x, m, s in zip(row, mean, std, strict=True)]
    low, high = (sum(x * w for x, w in zip(z, W[k], strict=True)) + b[k] for k in (0, 1))
    return torch.sigmoid(torch.tensor(high - low, dtype=torch.float64)).item()


def read_like(
    scale: Callable[[Tensor, Saved], Tensor] = lambda x, saved: (x - saved["mean"]) / saved["std"],
    read: Callable[[Tensor], Any] = lambda logits: logits.softmax(dim=1)[0, 1].item(),
) -> Callable[[list[float], Saved], Any]:
    """Scale, compute the logits, read off the chance, with one of these exchanged."""

    def chance(row: list[float], saved: Saved) -> Any:
        x = torch.tensor([row], dtype=torch.float32)
        return read(scale(x, saved) @ saved["weight"].T + saved["bias"])

    return chance


def no_batch(row: list[float], saved: Saved) -> float:
    """Forgets that one sample is a batch of one."""
    x = (torch.tensor(row) - saved["mean"]) / saved["std"]
    logits: Tensor = torch.nn.functional.linear(x, saved["weight"], saved["bias"])
    return logits.softmax(dim=1)[0, 1].item()


def not_transposed(row: list[float], saved: Saved) -> float:
    """Multiplies by the weights as they lie there."""
    x = (torch.tensor([row]) - saved["mean"]) / saved["std"]
    logits: Tensor = x @ saved["weight"] + saved["bias"]
    return logits.softmax(dim=1)[0, 1].item()


def new_woman() -> tuple[list[float], Saved]:
    """Glucose, BMI and age of the lecture's new woman."""
    saved = {
        "mean": torch.tensor([121.0, 32.0, 33.0]),
        "std": torch.tensor([30.5, 7.9, 11.8]),
        "weight": torch.tensor([[-0.5, -0.3, -0.1], [0.6, 0.35, 0.2]]),
        "bias": torch.tensor([0.45, -0.4]),
    }
    return [138, 33.6, 47], saved


def far_woman() -> tuple[list[float], Saved]:
    """The same model; all three values are unusually low."""
    return [79, 21.5, 21], new_woman()[1]


def two_features() -> tuple[list[float], Saved]:
    """Two features of very different size, and a sure answer."""
    saved = {
        "mean": torch.tensor([2000.0, 0.5]),
        "std": torch.tensor([800.0, 0.25]),
        "weight": torch.tensor([[1.0, -0.5], [-1.5, 1.0]]),
        "bias": torch.tensor([0.0, 1.0]),
    }
    return [1200, 0.75], saved


def two_small_features() -> tuple[list[float], Saved]:
    """Features that are about as large as scaled ones."""
    saved = {
        "mean": torch.tensor([0.5, 0.4]),
        "std": torch.tensor([0.25, 0.2]),
        "weight": torch.tensor([[0.3, 0.6], [0.5, -0.4]]),
        "bias": torch.tensor([0.1, 0.2]),
    }
    return [0.9, 0.7], saved


def draw_saved(generator: Generator) -> Inputs:
    """A row within the spread of its columns, and a model."""
    d = whole(generator, 3, 6)
    mean = 10 + 90 * torch.rand(d, generator=generator)
    std = 2 + 8 * torch.rand(d, generator=generator)
    weight = torch.randn(2, d, generator=generator) / 2
    saved = {"mean": mean, "std": std, "weight": weight}
    row = mean + std * torch.randn(d, generator=generator)
    return row.tolist(), saved | {"bias": torch.randn(2, generator=generator) / 2}


CHANCE_OF_ROW = Exercise(
    id="chance_of_row",
    title="One new row, and all that was saved",
    signature="chance_of_row(row, saved)",
    points=1,
    minutes=8,
    returns="a number (float) from 0 to 1",
    between=(0, 1),
    reference=chance_of_difference,
    cases=(
        Case("the new woman", new_woman),
        Case("three low values", far_woman),
        Case("features of very different size", two_features),
        Case("two small features", two_small_features),
    ),
    draw=draw_saved,
    mistakes=(
        Mistake(
            "not scaled",
            read_like(scale=lambda x, saved: x),
            (
                "The model has never seen numbers as large as these. What did it see in training?",
                "saved holds more than weights: bring the row to the form of the training rows.",
            ),
        ),
        Mistake(
            "scaled by its own values",
            read_like(scale=lambda x, saved: (x - x.mean()) / x.std(correction=0)),
            (
                "Glucose, BMI and age have one mean with you. Whose mean should it be?",
                "Each feature is scaled by its own training statistics, which are in saved.",
            ),
        ),
        Mistake(
            "column statistics of one row",
            read_like(
                scale=lambda x, saved: (x - x.mean(dim=0)) / x.std(dim=0, correction=0),
                read=lambda logits: logits.softmax(dim=1)[0, 1].item(),
            ),
            "A table of one row has the spread 0, and 0 / 0 is NaN. "
            "The statistics of the training rows were saved for this.",
        ),
        Mistake(
            "mean not subtracted",
            read_like(scale=lambda x, saved: x / saved["std"]),
            "You divide by the spread. Which number should a quite average row become?",
        ),
        Mistake(
            "not divided",
            read_like(scale=lambda x, saved: x - saved["mean"]),
            "Centred, but glucose still counts in mg/dL. What makes the columns comparable?",
        ),
        Mistake(
            "divided by the variance",
            read_like(scale=lambda x, saved: (x - saved["mean"]) / saved["std"] ** 2),
            "saved holds standard deviations; they need neither a square nor a root.",
        ),
        Mistake(
            "scaled back",
            read_like(scale=lambda x, saved: x * saved["std"] + saved["mean"]),
            "Times std plus mean leads from scaled to measured. You need the other direction.",
        ),
        Mistake(
            "the chance of class 0",
            read_like(read=lambda logits: logits.softmax(dim=1)[0, 0].item()),
            "The two chances add up to 1, and you took the other one. Classes count from 0.",
        ),
        Mistake(
            "softmax over the batch",
            read_like(read=lambda logits: logits.softmax(dim=0)[0, 1].item()),
            (
                "Are you sure to 100 % of everybody?",
                "A batch of one, normalised along the samples, is always 1. "
                "Which dim holds the classes?",
            ),
        ),
        Mistake(
            "a logit",
            read_like(read=lambda logits: logits[0, 1].item()),
            "That is the logit of class 1. What turns both logits into shares?",
        ),
        Mistake(
            "sigmoid of one output",
            read_like(read=lambda logits: torch.sigmoid(logits[0, 1]).item()),
            (
                "Your answer does not change when the logit of class 0 does. Should it?",
                "Two outputs compete: softmax, or the sigmoid of their difference.",
            ),
        ),
        Mistake(
            "the verdict",
            read_like(read=lambda logits: logits.argmax(dim=1).item()),
            "That is the predicted class. Asked is how sure the model is of class 1.",
        ),
        Mistake(
            "the larger chance",
            read_like(read=lambda logits: logits.softmax(dim=1).max().item()),
            "That is how sure the model is of its own verdict, whichever it is. "
            "Asked is the chance of class 1, which may be small.",
        ),
        Mistake(
            "weights not transposed",
            not_transposed,
            (
                "Write the shapes down: (1, D) times which shape gives (1, 2)?",
                "nn.Linear keeps a row of weights for each output, (2, D): transpose it.",
            ),
        ),
        Mistake(
            "no batch dimension",
            no_batch,
            (
                "How many dimensions has torch.tensor(row), and what does dim=1 mean to it?",
                "One sample is a batch of one, of shape (1, D): torch.tensor([row]), or unsqueeze.",
            ),
        ),
    ),
    hints=(
        "Print what you have after each step: the row of shape (1, D), scaled, two logits, "
        "two shares.",
        "Scale by the saved mean and std, then x @ weight.T + bias, softmax along the classes, and "
        "the number of class 1.",
    ),
)
