"""Exercise of lecture 10: what a network costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, nn

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Shape = tuple[int, int, int]
Layers = list[tuple[Any, ...]]
Pair = tuple[int, int]


def costs_by_torch(shape: Shape, layers: Layers) -> Pair:
    """Builds the network, sends one image through, and counts."""
    Z = torch.zeros(1, *shape)
    parameters = macs = 0
    for name, *numbers in layers:
        layer: nn.Module = nn.MaxPool2d(*numbers)
        if name == "conv":
            filters, kernel, stride, padding = numbers
            layer = nn.Conv2d(Z.shape[1], filters, kernel, stride, padding)
        elif name == "linear":
            Z = Z.flatten(1)
            layer = nn.Linear(Z.shape[1], numbers[0])
        Z = layer(Z)
        parameters += sum(p.numel() for p in layer.parameters())
        weights = [p for p in layer.parameters() if p.dim() > 1]
        macs += sum(Z.numel() * weight[0].numel() for weight in weights)
    return parameters, macs


def side(n: int, kernel: int, stride: int, padding: int) -> int:
    """Places of a window along a side."""
    return (n - kernel + 2 * padding) // stride + 1


def count_like(
    size: Callable[[int, int, int, int], int] = side,
    pooled: Callable[[int, int], int] = lambda n, k: n // k,
    weights: Callable[[int, int, int], int] = lambda c, f, k: f * c * k * k,
    biases: Callable[[int, int], int] = lambda f, places: f,
    work: Callable[[int, int, int, int], int] = lambda weights, f, places, before: weights * places,
    flat: Callable[[Shape], int] = math.prod,
) -> Callable[[Shape, Layers], Pair]:
    """Counts with formulas, with one of them exchanged."""

    def costs(shape: Shape, layers: Layers) -> Pair:
        c, h, w = shape
        parameters = macs = 0
        for name, *numbers in layers:
            if name == "pool":
                h, w = pooled(h, numbers[0]), pooled(w, numbers[0])
                continue
            f, before = numbers[0], h * w
            if name == "conv":
                _, k, stride, padding = numbers
                h, w = size(h, k, stride, padding), size(w, k, stride, padding)
                new = weights(c, f, k)
            else:
                new, before, h, w = flat((c, h, w)) * f, 1, 1, 1
            c = f
            parameters += new + biases(f, h * w)
            macs += work(new, f, h * w, before)
        return parameters, macs

    return costs


def lecture_network() -> Inputs:
    """The lecture's network on an image of 3×32×32."""
    linear = [("linear", 120), ("linear", 84), ("linear", 10)]
    conv = [("conv", 6, 5, 1, 0), ("pool", 2), ("conv", 16, 5, 1, 0), ("pool", 2)]
    return (3, 32, 32), [*conv, *linear]


def draw_network(generator: Generator) -> Inputs:
    """Two convolutions and linear layers; what costs a part only in a case does not occur."""
    channels, height, width = (whole(generator, *ends) for ends in ((1, 3), (8, 12), (13, 16)))
    shape = (channels, 2 * height, 2 * width)
    first = ("conv", whole(generator, 4, 8), 2 * whole(generator, 1, 2) + 1, 1, 0)
    second = ("conv", whole(generator, 5, 12), 3, 1, 0)
    linear = [("linear", whole(generator, 11, 40)), ("linear", whole(generator, 3, 10))]
    return shape, [first, ("pool", 2), second, *linear]


NETWORK_COSTS = Exercise(
    id="network_costs",
    title="What a network costs",
    signature="network_costs(shape, layers)",
    points=2,
    minutes=14,
    returns="a tuple (parameters, macs) of whole numbers (int)",
    parts=("parameters", "macs"),
    reference=costs_by_torch,
    cases=(
        Case("one convolution", lambda: ((3, 8, 8), [("conv", 4, 3, 1, 0)])),
        Case("two linear layers", lambda: ((1, 5, 7), [("linear", 6), ("linear", 3)])),
        Case("the lecture's network", lecture_network),
        Case(
            "stride, padding, and a pooling that leaves a rest",
            lambda: (
                (2, 21, 30),
                [("conv", 5, 5, 2, 2), ("pool", 2), ("conv", 8, 3, 1, 1), ("linear", 10)],
            ),
            costs=1,
        ),
    ),
    draw=draw_network,
    mistakes=(
        Mistake(
            "biases forgotten",
            count_like(biases=lambda f, places: 0),
            "`macs` is right. Each unit and each kernel has one more number, besides its weights.",
        ),
        Mistake(
            "one bias for a layer",
            count_like(biases=lambda f, places: 1),
            "`macs` is right. How many biases has a layer of 120 units?",
        ),
        Mistake(
            "a bias at every place",
            count_like(biases=lambda f, places: f * places),
            "`macs` is right. A bias is shared by all places of a map, as the weights are.",
        ),
        Mistake(
            "weights at every place",
            lambda shape, layers: (
                count_like(biases=lambda f, places: 0)(shape, layers)[1],
                costs_by_torch(shape, layers)[1],
            ),
            "`macs` is right. The weights of a kernel are shared: "
            "they count once, however many places there are.",
        ),
        Mistake(
            "input channels forgotten",
            count_like(weights=lambda c, f, k: f * k * k),
            (
                "A kernel on a colour image: of how many numbers does it consist?",
                "Each kernel reads all channels that come in: C · k · k weights.",
            ),
        ),
        Mistake(
            "always the image's channels",
            lambda shape, layers: count_like(weights=lambda c, f, k: f * shape[0] * k * k)(
                shape, layers
            ),
            (
                "The first convolution is right. How many channels come into the second one?",
                "As many as the layer before has kernels.",
            ),
        ),
        Mistake(
            "k in place of k · k",
            count_like(weights=lambda c, f, k: f * c * k),
            "A kernel is a square: how many weights has one of 5×5, for each channel?",
        ),
        Mistake(
            "one place only",
            count_like(work=lambda weights, f, places, before: weights),
            (
                "`parameters` is right. How often is each weight of a kernel used?",
                "At every place of its map: the work is weights times places.",
            ),
        ),
        Mistake(
            "places of the input",
            count_like(work=lambda weights, f, places, before: weights * before),
            (
                "`parameters` is right. For which numbers do you count the work?",
                "A multiply-add serves one number of the result: count the places of the map that "
                "comes out, not of that which goes in.",
            ),
        ),
        Mistake(
            "biases among the multiply-adds",
            count_like(work=lambda weights, f, places, before: (weights + f) * places),
            "`parameters` is right. A bias is added, but multiplied with nothing: "
            "it is no multiply-add.",
        ),
        Mistake(
            "two for each",
            lambda shape, layers: (
                costs_by_torch(shape, layers)[0],
                2 * costs_by_torch(shape, layers)[1],
            ),
            "`parameters` is right. Product and addition together count as one.",
        ),
        Mistake(
            "pooling without effect",
            count_like(pooled=lambda n, k: n),
            (
                "Right without pooling. It has no weights; but what does it do to the map?",
                "Windows of 2 halve height and width for everything that follows.",
            ),
        ),
        Mistake(
            "pooling rounded up",
            count_like(pooled=lambda n, k: math.ceil(n / k)),
            "A map of 11 pixels, windows of 2: a window that would hang over is left out.",
        ),
        Mistake(
            "stride forgotten",
            count_like(size=lambda n, k, s, p: side(n, k, 1, p)),
            "Right with stride 1. Which size has the map with stride 2?",
        ),
        Mistake(
            "padding forgotten",
            count_like(size=lambda n, k, s, p: side(n, k, s, 0)),
            "Right without padding. What do the zeros do to the size of the map?",
        ),
        Mistake(
            "channels alone reach the linear layer",
            count_like(flat=lambda shape: shape[0]),
            (
                "How many numbers does flattening make of 16 maps of 5×5?",
                "A linear layer reads every number of every map: C · H · W.",
            ),
        ),
        Mistake(
            "both exchanged",
            lambda shape, layers: costs_by_torch(shape, layers)[::-1],
            "The right numbers, in the other order: parameters first.",
        ),
    ),
    hints=(
        "Do the first case by hand: 4 kernels of 3×3×3 and a bias each; a map of 6×6.",
        "Go through the layers and keep the shape (C, H, W) up to date. Work: for each number of "
        "the result as many multiply-adds as the kernel, or the unit, has weights.",
    ),
)
