"""Exercise of lecture 06: warm up, then half a cosine."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole


def rates_on_two_grids(lr: float, start: float, warmup: int, epochs: int) -> list[float]:
    """A grid of rates, then a grid of angles; the tests compare it with PyTorch's schedulers."""
    rise = torch.linspace(start, 1, warmup + 1, dtype=torch.float64)[:-1]
    angles = torch.linspace(0, math.pi / 2, epochs - warmup + 1, dtype=torch.float64)[:-1]
    return (lr * torch.cat([rise, angles.cos() ** 2])).tolist()


def schedule_like(
    rise: Callable[[float, int, int], float] = lambda start, epoch, warmup: (
        start + (1 - start) * epoch / warmup
    ),
    fall: Callable[[int, int, int], float] = lambda epoch, warmup, epochs: half_wave(
        (epoch - warmup) / (epochs - warmup)
    ),
    first: int = 0,
) -> Callable[[float, float, int, int], list[float]]:
    """Both parts of the schedule, with one exchanged."""

    def rates(lr: float, start: float, warmup: int, epochs: int) -> list[float]:
        return [
            lr * (rise(start, e, warmup) if e < warmup else fall(e, warmup, epochs))
            for e in range(first, epochs + first)
        ]

    return rates


def half_wave(share: float) -> float:
    """From 1 to 0 along half a cosine."""
    return (1 + math.cos(math.pi * share)) / 2


def share(epoch: int, warmup: int, epochs: int) -> float:
    """How much of the second part is over."""
    return (epoch - warmup) / (epochs - warmup)


def draw_schedule(generator: Generator) -> Inputs:
    """A rate and lengths of the two parts."""
    warmup = whole(generator, 2, 6)
    lr, start = uniform(generator, 0.05, 2.0), uniform(generator, 0.05, 0.5)
    return lr, start, warmup, warmup + whole(generator, 4, 15)


WARMUP_COSINE = Exercise(
    id="warmup_cosine",
    title="Warm up, then half a cosine",
    signature="warmup_cosine(lr, start, warmup, epochs)",
    points=2,
    minutes=13,
    returns="a list of as many numbers (float) as there are epochs",
    reference=rates_on_two_grids,
    cases=(
        Case("two epochs of warm-up, four of cosine", lambda: (1.0, 0.5, 2, 6)),
        Case("five of 40 epochs, as in the lecture", lambda: (0.1, 0.1, 5, 40)),
        Case("no warm-up", lambda: (0.2, 0.1, 0, 8), costs=0.5),
    ),
    draw=draw_schedule,
    mistakes=(
        Mistake(
            "cosine over all epochs",
            schedule_like(
                fall=lambda epoch, warmup, epochs: half_wave((epoch - warmup) / epochs),
            ),
            (
                "Your rate does not come near 0 at the end. How many epochs has the cosine?",
                "The warm-up takes its epochs away: the half wave has epochs − warmup of them.",
            ),
        ),
        Mistake(
            "cosine not shifted",
            schedule_like(fall=lambda epoch, warmup, epochs: half_wave(epoch / epochs)),
            (
                "Look at the seam: which rate has the first epoch after the warm-up?",
                "The cosine must begin when the warm-up ends: count its epochs from there.",
            ),
        ),
        Mistake(
            "warm-up forgotten",
            lambda lr, start, warmup, epochs: [lr * half_wave(e / epochs) for e in range(epochs)],
            "A good cosine, from the first epoch on. Where are the epochs of warm-up?",
        ),
        Mistake(
            "warm-up from zero",
            schedule_like(rise=lambda start, epoch, warmup: epoch / warmup),
            (
                "Which rate has your first epoch? An epoch at rate 0 learns nothing.",
                "The straight line begins at start · lr and ends at lr.",
            ),
        ),
        Mistake(
            "warm-up one epoch short",
            schedule_like(
                rise=lambda start, epoch, warmup: start + (1 - start) * epoch / (warmup - 1)
            ),
            (
                "How often does the full rate occur in your list?",
                "Epoch `warmup`, the first of the cosine, is the first with the full rate: "
                "the line needs `warmup` strides to get there.",
            ),
        ),
        Mistake(
            "line without its start",
            schedule_like(rise=lambda start, epoch, warmup: start + epoch / warmup),
            "The line begins rightly and ends above lr. How far has it to rise, from start · lr?",
        ),
        Mistake(
            "whole wave",
            schedule_like(
                fall=lambda epoch, warmup, epochs: half_wave(2 * share(epoch, warmup, epochs))
            ),
            "Your rate comes up again at the end. Half a wave reaches from angle 0 to which angle?",
        ),
        Mistake(
            "quarter wave",
            schedule_like(
                fall=lambda epoch, warmup, epochs: math.cos(
                    math.pi / 2 * share(epoch, warmup, epochs)
                )
            ),
            (
                "Halfway through the cosine the rate should be lr / 2. What is yours?",
                "You use a quarter of the wave. Half a wave runs from 1 to −1: shift and scale it.",
            ),
        ),
        Mistake(
            "twice the rate",
            schedule_like(
                fall=lambda epoch, warmup, epochs: 2 * half_wave(share(epoch, warmup, epochs))
            ),
            "1 + cos begins at 2. The first epoch of the cosine should have the rate lr.",
        ),
        Mistake(
            "upside down",
            schedule_like(
                fall=lambda epoch, warmup, epochs: 1 - half_wave(share(epoch, warmup, epochs))
            ),
            "Your rate falls to 0 at the seam and then rises. Which sign has the cosine?",
        ),
        Mistake(
            "epochs from 1",
            schedule_like(first=1),
            "Your list begins with the second epoch: its first entry should be start · lr. "
            "Count from 0.",
        ),
        Mistake(
            "straight line down",
            schedule_like(fall=lambda epoch, warmup, epochs: 1 - share(epoch, warmup, epochs)),
            "Both ends are right. In between it should fall along a cosine, not a straight line.",
        ),
    ),
    hints=(
        "Do it by hand for lr = 1, start = 0.5, warmup = 2, epochs = 6: a list of six.",
        "Two formulas: a straight line while epoch < warmup; then lr times (1 + cos(π · x)) / 2, "
        "where x goes from 0 to 1 over the rest.",
    ),
)
