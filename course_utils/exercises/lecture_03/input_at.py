"""Exercise of lecture 03, "how many hours for that chance?"."""

from __future__ import annotations

import math

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake


def input_by_bisection(w: float, b: float, p: float) -> float:
    """Halve the interval in which the probability passes p."""
    low, high = -1e4, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        z = max(-700.0, min(700.0, w * middle + b))
        below = 1 / (1 + math.exp(-z)) < p
        low, high = (middle, high) if below == (w > 0) else (low, middle)
    return (low + high) / 2


def draw_unit(generator: Generator) -> Inputs:
    """A weight of either sign, a bias, a probability."""
    w, b, p = torch.rand(3, generator=generator).tolist()
    return (w + 0.5) * (1 if p < 0.6 else -1), 4 * b - 2, 0.1 + 0.8 * p


INPUT_AT = Exercise(
    id="input_at",
    title="How many hours for that chance?",
    signature="input_at(w, b, p)",
    points=1,
    minutes=6,
    returns="a number (float)",
    reference=input_by_bisection,
    cases=(
        Case("a chance of one half", lambda: (1.0, -2.5, 0.5)),
        Case("a chance of 90 %", lambda: (1.2, -2.6, 0.9)),
        Case("a chance of 20 %", lambda: (0.8, 1.0, 0.2)),
        Case("more is worse", lambda: (-2.0, 3.0, 0.7)),
    ),
    draw=draw_unit,
    mistakes=(
        Mistake(
            "bias added",
            lambda w, b, p: (math.log(p / (1 - p)) + b) / w,
            (
                "Put your answer back into w · x + b. Do you get the logit that you wanted?",
                "Solve z = xw + b for x step by step: on which side does b end up?",
            ),
        ),
        Mistake(
            "always one half",
            lambda w, b, p: -b / w,
            (
                "A chance of one half is right. Does your answer depend on p at all?",
                "−b/w is where the logit is 0. Which logit has the probability p?",
            ),
        ),
        Mistake(
            "probability taken for the logit",
            lambda w, b, p: (p - b) / w,
            (
                "You treat p as if it were z. What stands between the two?",
                "First find the logit z whose sigmoid is p: the logarithm of the odds.",
            ),
        ),
        Mistake(
            "odds without a logarithm",
            lambda w, b, p: (p / (1 - p) - b) / w,
            "Odds of 1 belong to a chance of one half, but to which logit? A step is missing.",
        ),
        Mistake(
            "log p alone",
            lambda w, b, p: (math.log(p) - b) / w,
            "log p is never above 0, a logit may be. Odds are p against what is left.",
        ),
        Mistake(
            "odds upside down",
            lambda w, b, p: (math.log((1 - p) / p) - b) / w,
            "You find the input where the *other* class has the probability p.",
        ),
        Mistake(
            "decimal logarithm",
            lambda w, b, p: (math.log10(p / (1 - p)) - b) / w,
            "Nearly: the sigmoid is made of e, so which logarithm undoes it?",
        ),
    ),
    hints=(
        "Two steps: from the probability to the logit, from the logit to the input.",
        "The logit is the logarithm of the odds p / (1 − p). Then solve z = xw + b for x.",
    ),
)
