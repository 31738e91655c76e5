"""Exercise of lecture 10: how far it sees, how far it jumps."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Layers = list[tuple[int, int]]
Pair = tuple[int, int]


def seen_by_autograd(layers: Layers) -> Pair:
    """Which pixels have a gradient, of the first number and of its neighbour."""
    length = 2  # of the last map; backwards to the image that is just long enough
    for kernel, stride in reversed(layers):
        length = (length - 1) * stride + kernel
    image = torch.ones(1, 1, length, dtype=torch.float64, requires_grad=True)
    Z = image
    for kernel, stride in layers:
        Z = F.conv1d(Z, torch.ones(1, 1, kernel, dtype=torch.float64) / kernel, stride=stride)
    one, two = (torch.autograd.grad(Z[0, 0, i], image, retain_graph=True)[0] for i in (0, 1))
    field, start = one.ne(0).sum(), two.ne(0).double().argmax()
    return int(field), int(start)


def walk(
    grow: Callable[[int, int, int, int], int] = lambda field, jump, k, s: field + (k - 1) * jump,
    further: Callable[[int, int], int] = lambda jump, s: jump * s,
    first: Pair = (1, 1),
) -> Callable[[Layers], Pair]:
    """From the image to the last layer, with one of the parts exchanged."""

    def pair(layers: Layers) -> Pair:
        field, jump = first
        for kernel, stride in layers:
            field, jump = grow(field, jump, kernel, stride), further(jump, stride)
        return field, jump

    return pair


def no_jump_of_last(layers: Layers) -> Pair:
    """Leaves the last layer's stride out of the jump."""
    return seen_by_autograd(layers)[0], math.prod(stride for _, stride in layers[:-1])


def draw_stack(generator: Generator) -> Inputs:
    """Three to five layers with strides, never the same from both ends."""
    layers = [
        (whole(generator, 2, 5), whole(generator, 1, 3)) for _ in range(whole(generator, 3, 5))
    ]
    return ([(5, 2), *layers, (3, 1)],)


FIELD_AND_JUMP = Exercise(
    id="field_and_jump",
    title="How far it sees, how far it jumps",
    signature="field_and_jump(layers)",
    points=1,
    minutes=9,
    returns="a tuple (field, jump) of whole numbers (int)",
    parts=("field", "jump"),
    reference=seen_by_autograd,
    cases=(
        Case("the lecture's network", lambda: ([(5, 1), (2, 2), (5, 1), (2, 2)],)),
        Case("three convolutions of 3", lambda: ([(3, 1), (3, 1), (3, 1)],)),
        Case("strides at the beginning", lambda: ([(7, 2), (3, 3), (4, 1), (3, 2)],)),
        Case("one layer", lambda: ([(4, 2)],)),
        Case("no layer at all", lambda: ([],), costs=0.5),
    ),
    draw=draw_stack,
    mistakes=(
        Mistake(
            "strides forgotten in the field",
            walk(grow=lambda field, jump, k, s: field + k - 1),
            (
                "Right for stride 1. After pooling, how many pixels lie between two neighbours?",
                "Deep in the network a kernel's neighbours are several pixels apart: "
                "each layer adds k − 1 times that distance.",
            ),
        ),
        Mistake(
            "own stride counted too early",
            walk(grow=lambda field, jump, k, s: field + (k - 1) * jump * s),
            (
                "One layer with a kernel of 4 and stride 2: how many pixels can it see at all?",
                "A layer's own stride moves its window, it does not widen it. "
                "Only the strides before it count.",
            ),
        ),
        Mistake(
            "only the own stride",
            walk(grow=lambda field, jump, k, s: field + (k - 1) * s),
            "You take each layer's own stride. What counts is the product of all before it.",
        ),
        Mistake(
            "from the wrong end",
            lambda layers: walk()(layers[::-1]),
            "The list begins at the image. In your field the strides of later layers count, "
            "not those of earlier ones.",
        ),
        Mistake(
            "k in place of k − 1",
            walk(grow=lambda field, jump, k, s: field + k * jump),
            "One layer with a kernel of 4 sees 4 pixels. With you it sees 5.",
        ),
        Mistake(
            "the one pixel forgotten",
            walk(first=(0, 1)),
            "One pixel too few, always. How many pixels does a number of the image itself see?",
        ),
        Mistake(
            "kernels multiplied",
            walk(grow=lambda field, jump, k, s: field * k),
            "Two convolutions of 3 see 5 pixels, not 9: their windows overlap.",
        ),
        Mistake(
            "strides added",
            walk(further=lambda jump, s: jump + s - 1),
            "Two layers of stride 2: a step of one is two steps before, and each of these …? "
            "Strides do not add up.",
        ),
        Mistake(
            "strides added from 0",
            lambda layers: (seen_by_autograd(layers)[0], sum(s for _, s in layers)),
            "`field` is right. Four layers of stride 1 jump by one pixel, not by four.",
        ),
        Mistake(
            "last stride left out of the jump",
            no_jump_of_last,
            "`field` is right. For the jump every layer counts, the last one as well.",
        ),
        Mistake(
            "stride of the last layer",
            lambda layers: (seen_by_autograd(layers)[0], layers[-1][1] if layers else 1),
            "`field` is right. Your jump is counted on the last map but one, "
            "and asked in pixels of the image.",
        ),
        Mistake(
            "both exchanged",
            lambda layers: seen_by_autograd(layers)[::-1],
            "The right numbers, in the other order: first how far it sees, then the jump.",
        ),
    ),
    hints=(
        "Do it by hand for one layer: a kernel of 4 and stride 2, on a row of pixels.",
        "Begin with field 1 and jump 1, at the image. Each layer widens the field by (k − 1) "
        "times the jump so far; only then the jump grows by the factor of its stride.",
    ),
)
