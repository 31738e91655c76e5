"""Exercise of lecture 10, "how large is the map?"."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Layers = list[tuple[int, int, int]]


def size_by_torch(size: int, layers: Layers) -> int:
    """Sends a row of zeros through PyTorch's convolutions."""
    row = torch.zeros(1, 1, size)
    for kernel, stride, padding in layers:
        row = F.conv1d(row, torch.zeros(1, 1, kernel), stride=stride, padding=padding)
    return row.shape[2]


def chain(step: Callable[[int, int, int, int], int]) -> Callable[[int, Layers], int]:
    """One formula, layer by layer."""

    def size_after(size: int, layers: Layers) -> int:
        for kernel, stride, padding in layers:
            size = step(size, kernel, stride, padding)
        return size

    return size_after


def draw_layers(generator: Generator) -> Inputs:
    """Three or four layers on a row that is long enough."""
    layers = [
        (whole(generator, 2, 6), whole(generator, 1, 3), whole(generator, 0, 2))
        for _ in range(whole(generator, 3, 4))
    ]
    return whole(generator, 200, 400), [(k, s, min(p, k // 2)) for k, s, p in layers]


def lecture_network() -> Inputs:
    """The lecture's network: convolution, pooling, convolution, pooling."""
    return 32, [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]


MAP_SIZE = Exercise(
    id="map_size",
    title="How large is the map?",
    signature="map_size(size, layers)",
    points=1,
    minutes=6,
    returns="a whole number (int)",
    reference=size_by_torch,
    cases=(
        Case("the lecture's network", lecture_network),
        Case("a window that would hang over", lambda: (7, [(4, 2, 0)])),
        Case("padding and strides", lambda: (225, [(7, 2, 3), (3, 2, 1), (4, 3, 1), (3, 1, 1)])),
        Case("a kernel of 2, padded", lambda: (12, [(2, 1, 1), (5, 2, 2)])),
        Case("no layer at all", lambda: (28, []), costs=0.5),
    ),
    draw=draw_layers,
    mistakes=(
        Mistake(
            "rounded up",
            chain(lambda n, k, s, p: math.ceil((n - k + 2 * p) / s) + 1),
            (
                "7 pixels, a kernel of 4, stride 2: draw the windows. Does a third one fit?",
                "A window that would hang over is left out: round down.",
            ),
        ),
        Mistake(
            "rounded to the nearest",
            chain(lambda n, k, s, p: round((n - k + 2 * p) / s) + 1),
            "round() goes both ways. A window that would hang over is left out, always.",
        ),
        Mistake(
            "one too few",
            chain(lambda n, k, s, p: (n - k + 2 * p) // s),
            (
                "5 pixels, a kernel of 5: how many places has it?",
                "You count the steps between the windows. The first window counts too.",
            ),
        ),
        Mistake(
            "one added too early",
            chain(lambda n, k, s, p: (n - k + 2 * p + 1) // s),
            "With stride 1 you are right. The 1 stands for the first window, whatever the stride: "
            "where does it belong?",
        ),
        Mistake(
            "padding on one side",
            chain(lambda n, k, s, p: (n - k + p) // s + 1),
            "Right without padding. How many ends has a row?",
        ),
        Mistake(
            "padding forgotten",
            chain(lambda n, k, s, p: (n - k) // s + 1),
            "Right without padding. What do the zeros do to the length of the row?",
        ),
        Mistake(
            "stride forgotten",
            chain(lambda n, k, s, p: n - k + 2 * p + 1),
            "Right with stride 1. Of the starts of a window, every how many-th counts?",
        ),
        Mistake(
            "kernel forgotten",
            chain(lambda n, k, s, p: (n - 1 + 2 * p) // s + 1),
            "With you a kernel of 5 has a place at each pixel. Where must the last window start?",
        ),
        Mistake(
            "kernel and stride exchanged",
            chain(lambda n, k, s, p: (n - s + 2 * p) // k + 1),
            "In which order come the three numbers of a layer: kernel, stride, padding.",
        ),
        Mistake(
            "border of half a kernel",
            chain(lambda n, k, s, p: (n - 2 * (k // 2) + 2 * p - 1) // s + 1),
            "Right for odd kernels. How much shorter does a kernel of 2 make a row?",
        ),
        Mistake(
            "last layer only",
            lambda size, layers: size_by_torch(size, layers[-1:]),
            "Right for a single layer. Each layer begins with the size that the one before left.",
        ),
        Mistake(
            "not a whole number",
            lambda size, layers: float(size_by_torch(size, layers)),
            "The right numbers, as floats. Count pixels in whole numbers, with //.",
        ),
    ),
    hints=(
        "Do it by hand for the second case: the windows start at 0, 2, … How many fit?",
        "Go through the layers one by one; size = (size − kernel + 2 · padding) divided by the "
        "stride, rounded down, plus 1.",
    ),
)
