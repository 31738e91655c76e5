"""Exercise of lecture 07: the floor of squashed outputs."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake


def floor_by_torch(K: int, low: float, high: float) -> float:
    """What the surest right row that is allowed costs."""
    row = torch.full((1, K), low, dtype=torch.float64)
    row[0, 0] = high
    return F.cross_entropy(row, torch.tensor([0])).item()


def draw_range(generator: Generator) -> Inputs:
    """A number of classes and a range."""
    low = -3 * torch.rand((), generator=generator).item()
    high = 0.3 + 2 * torch.rand((), generator=generator).item()
    return int(torch.randint(2, 50, (), generator=generator)), low, high


SQUASHED_FLOOR = Exercise(
    id="squashed_floor",
    title="The floor of squashed outputs",
    signature="squashed_floor(K, low, high)",
    points=1,
    minutes=9,
    returns="a number (float)",
    reference=floor_by_torch,
    cases=(
        Case("two sigmoids", lambda: (2, 0.0, 1.0)),
        Case("softmax twice, ten classes", lambda: (10, 0.0, 1.0)),
        Case("three outputs of tanh", lambda: (3, -1.0, 1.0)),
        Case("five outputs from 2 to 6", lambda: (5, 2.0, 6.0)),
    ),
    draw=draw_range,
    mistakes=(
        Mistake(
            "K wrong classes",
            lambda K, low, high: math.log(1 + K * math.exp(low - high)),
            "Of K classes one is the true one. How many others are there?",
        ),
        Mistake(
            "range of a sigmoid, always",
            lambda K, low, high: floor_by_torch(K, 0.0, 1.0),
            (
                "Right for a sigmoid. How far can two outputs of tanh lie apart?",
                "Softmax hears differences: the largest possible one is what counts.",
            ),
        ),
        Mistake(
            "upper end only",
            lambda K, low, high: floor_by_torch(K, 0.0, high),
            "Right where the range begins at 0. Only differences count: which one is the largest?",
        ),
        Mistake(
            "worst instead of best",
            lambda K, low, high: math.log(1 + (K - 1) * math.exp(high - low)),
            (
                "For two sigmoids log 2 is the cost of knowing nothing. Is your floor below that?",
                "You gave the truth the smallest output. Which sign has the exponent?",
            ),
        ),
        Mistake(
            "knows nothing",
            lambda K, low, high: math.log(K),
            "That is the cost of equal outputs. The best row has the truth at one end of the "
            "range and all others at the other.",
        ),
        Mistake(
            "the share, not its cost",
            lambda K, low, high: math.exp(-floor_by_torch(K, low, high)),
            "That is the largest share that the truth can get. What does a share cost?",
        ),
        Mistake(
            "one wrong class",
            lambda K, low, high: floor_by_torch(2, low, high),
            "Right for two classes. Every further class takes its part, even from the surest row.",
        ),
        Mistake(
            "zero",
            lambda K, low, high: 0.0,
            "That is the floor of free logits. Here the truth never gets the share 1.",
        ),
    ),
    hints=(
        "Write down the best row for a true class 0: which output is high, which ones are low?",
        "Its cross-entropy: the share of the truth is a fraction; divide above and below by the "
        "exponential of the true output.",
    ),
)
