"""Exercise of lecture 11: the largest batch that fits."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Shapes = list[tuple[int, ...]]
Answer = Callable[[int, int, Shapes, int, str], int]
COPIES = {"sgd": 0, "momentum": 1, "adam": 2}


def batch_by_tensors(
    budget: int, n_parameters: int, shapes: Shapes, bits: int, optimizer: str
) -> int:
    """Asks tensors without memory for their bytes, and halves the interval."""
    w = torch.empty(n_parameters, device="meta")
    fixed = sum(part.nbytes for part in [w, w, *[w] * COPIES[optimizer]])
    dtype = {16: torch.bfloat16, 32: torch.float32}[bits]

    def fits(size: int) -> bool:
        held = [torch.empty(size, *shape, dtype=dtype, device="meta") for shape in shapes]
        return fixed + sum(part.nbytes for part in held) <= budget

    if not fits(1):
        return 0
    low, high = 1, 2
    while fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def batch_like(
    *,
    copies: Callable[[str], int] = lambda optimizer: 2 + COPIES[optimizer],
    weight_bits: Callable[[int], int] = lambda bits: 32,
    values: Callable[[Shapes], int] = lambda shapes: sum(map(math.prod, shapes)),
    to_bytes: int = 8,
    rounded: Callable[[float], float] = math.floor,
    least: float = 0,
) -> Answer:
    """The formula with one of its parts exchanged."""

    def largest(budget: int, n_parameters: int, shapes: Shapes, bits: int, optimizer: str) -> int:
        fixed = copies(optimizer) * n_parameters * weight_bits(bits) // 8
        each = values(shapes) * bits / to_bytes
        return max(least, rounded((budget - fixed) / each))  # type: ignore[return-value]

    return largest


def parameters_for_each_sample(
    budget: int, n_parameters: int, shapes: Shapes, bits: int, optimizer: str
) -> int:
    """Lets every sample bring its own weights."""
    fixed = (2 + COPIES[optimizer]) * n_parameters * 4
    each = fixed + sum(math.prod(shape) for shape in shapes) * bits // 8
    return budget // each


def draw_budget(generator: Generator) -> Inputs:
    """A network, a budget that it does not fill, an optimiser."""
    n_parameters = whole(generator, 1_000, 60_000)
    channels, side = whole(generator, 4, 16), whole(generator, 8, 20)
    shapes = [
        (channels, side, side),
        (2 * channels, side // 2, side // 2),
        (whole(generator, 5, 40),),
    ]
    bits = 16 * whole(generator, 1, 2)
    budget = 16 * n_parameters + whole(generator, 900_000, 9_000_000)
    return budget, n_parameters, shapes, bits, ("sgd", "momentum", "adam")[whole(generator, 0, 2)]


LARGEST_BATCH = Exercise(
    id="largest_batch",
    title="The largest batch that fits",
    signature="largest_batch(budget, n_parameters, shapes, bits, optimizer)",
    points=2,
    minutes=12,
    returns="a whole number (int)",
    reference=batch_by_tensors,
    cases=(
        Case(
            "a small network, Adam",
            lambda: (1_000_000, 10_000, [(100,), (50,), (10,)], 32, "adam"),
        ),
        Case(
            "plain SGD, activations in 16 bits",
            lambda: (2_000_000, 62_006, [(6, 28, 28), (16, 10, 10), (10,)], 16, "sgd"),
        ),
        Case(
            "momentum, one layer",
            lambda: (600_000, 20_000, [(250, 3)], 32, "momentum"),
        ),
        Case("not even the weights fit", lambda: (9_000, 1_000, [(20,)], 32, "adam"), costs=0.5),
    ),
    draw=draw_budget,
    mistakes=(
        Mistake(
            "gradients forgotten",
            batch_like(copies=lambda optimizer: 1 + COPIES[optimizer]),
            (
                "Weights and the optimiser's means: what else has the size of the weights?",
                "After backward() every parameter has its .grad.",
            ),
        ),
        Mistake(
            "optimiser forgotten",
            batch_like(copies=lambda optimizer: 2),
            "Right for plain SGD. What do momentum and Adam remember for each weight?",
        ),
        Mistake(
            "weights alone",
            batch_like(copies=lambda optimizer: 1),
            (
                "That is enough to predict. Which further numbers does training keep?",
                "A gradient for each weight; and what the optimiser remembers of it.",
            ),
        ),
        Mistake(
            "one number of Adam",
            batch_like(copies=lambda optimizer: 2 + min(COPIES[optimizer], 1)),
            "Right for SGD and momentum. How many running means has Adam for each weight?",
        ),
        Mistake(
            "no number of momentum",
            batch_like(copies=lambda optimizer: 4 if optimizer == "adam" else 2),
            "Right for SGD and Adam. What does momentum remember for each weight?",
        ),
        Mistake(
            "the optimiser alone, not the gradients",
            batch_like(copies=lambda optimizer: max(COPIES[optimizer], 1)),
            "Weights, gradients, and the optimiser's numbers: these are three things to add.",
        ),
        Mistake(
            "bits for bytes",
            batch_like(to_bytes=1),
            "Your batch is too small by a factor of about 8: how many bits has a byte?",
        ),
        Mistake(
            "always 4 bytes",
            lambda budget, n_parameters, shapes, bits, optimizer: batch_by_tensors(
                budget, n_parameters, shapes, 32, optimizer
            ),
            "Right for 32 bits. How many bytes has an activation of 16?",
        ),
        Mistake(
            "weights in few bits as well",
            batch_like(weight_bits=lambda bits: bits),
            "Right for 32 bits. In mixed precision the weights and all that belongs to them "
            "stay in float32.",
        ),
        Mistake(
            "sizes added within a shape",
            batch_like(values=lambda shapes: sum(sum(shape) for shape in shapes)),
            "How many numbers has a tensor of shape (6, 28, 28)? Not 62.",
        ),
        Mistake(
            "largest layer only",
            batch_like(values=lambda shapes: max(math.prod(shape) for shape in shapes)),
            "The backward pass needs the activations of all layers, not of the largest alone.",
        ),
        Mistake(
            "weights for each sample",
            parameters_for_each_sample,
            (
                "Does a second sample bring a second copy of the weights?",
                "One part of the memory is there once; the other grows with the batch.",
            ),
        ),
        Mistake(
            "rounded up",
            batch_like(rounded=math.ceil),
            "Nearly: with your last sample the memory overflows. In which direction to round?",
        ),
        Mistake(
            "a batch below 0",
            batch_like(least=-math.inf),
            "Right where the weights fit. A batch cannot be negative: return 0 then.",
        ),
        Mistake(
            "not a whole number",
            batch_like(rounded=float, least=0.0),
            "A batch has whole samples. // divides and rounds down.",
        ),
    ),
    hints=(
        "Two sums in bytes: what is there once, and what each sample adds.",
        "Once: 4 bytes for each parameter, times weights + gradients + the optimiser's numbers. "
        "For each sample: all its activations. What is left of the budget, divided.",
    ),
)
