"""Exercise of lecture 11: one gradient of many parts."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Gradients = list[Tensor]


def merged_by_numpy(gradients: Gradients, sizes: list[int]) -> Tensor:
    """NumPy's weighted average of the parts that hold samples."""
    parts = [(g.double().numpy(), n) for g, n in zip(gradients, sizes, strict=True) if n]
    values, weights = zip(*parts, strict=True)
    return torch.from_numpy(np.asarray(np.average(values, axis=0, weights=weights))).float()


def held_parts_alike(gradients: Gradients, sizes: list[int]) -> Tensor:
    """The mean of the gradients that there are."""
    return torch.stack([g for g, n in zip(gradients, sizes, strict=True) if n]).mean(dim=0)


def weighted(
    weight: Callable[[Tensor], Tensor],
) -> Callable[[Gradients, list[int]], Tensor]:
    """A sum with other weights, made from the sizes; an empty part makes it NaN."""

    def merge(gradients: Gradients, sizes: list[int]) -> Tensor:
        weights = weight(torch.tensor(sizes, dtype=torch.float32))
        return torch.tensordot(weights, torch.stack(gradients), dims=1)

    return merge


def empty_parts_count(gradients: Gradients, sizes: list[int]) -> Tensor:
    """0 · NaN is NaN."""
    total = sum(n * g for n, g in zip(sizes, gradients, strict=True))
    return torch.as_tensor(total) / sum(sizes)


def merged_in_place(gradients: Gradients, sizes: list[int]) -> Tensor:
    """Adds all up in the first gradient."""
    total = gradients[0]
    total *= sizes[0]
    for g, n in zip(gradients[1:], sizes[1:], strict=True):
        if n:
            total += n * g
    total /= sum(sizes)
    return total


def full_parts_only(gradients: Gradients, sizes: list[int]) -> Tensor:
    """Leaves out the parts that are smaller than the largest one."""
    full = [g for g, n in zip(gradients, sizes, strict=True) if n == max(sizes)]
    return torch.stack(full).mean(dim=0)


def gradient_of(X: Tensor, y: Tensor, w: Tensor) -> Tensor:
    """Of the mean squared error of a part; NaN for a part without samples."""
    return 2 * X.T @ (X @ w - y) / len(X) if len(X) else torch.full_like(w, math.nan)


def parts_of(generator: Generator, sizes: list[int], d: int) -> Inputs:
    """Gradients of a linear model on parts of these sizes."""
    w, parts = torch.randn(d, 1, generator=generator), []
    for n in sizes:
        X = torch.randn(n, d, generator=generator)
        parts.append(gradient_of(X, torch.randn(n, 1, generator=generator), w))
    return parts, sizes


def draw_parts(generator: Generator) -> Inputs:
    """Full parts and a short one, one of them perhaps empty."""
    full = whole(generator, 5, 9)
    sizes = [full] * whole(generator, 1, 3) + [whole(generator, 1, full - 1)]
    sizes += [0] * whole(generator, 0, 1)
    return parts_of(generator, sizes, whole(generator, 2, 4))


MERGE_GRADIENTS = Exercise(
    id="merge_gradients",
    title="One gradient of many parts",
    signature="merge_gradients(gradients, sizes)",
    points=1,
    minutes=8,
    returns="a float32 tensor of the shape of one gradient",
    reference=merged_by_numpy,
    cases=(
        Case(
            "parts of 8, 8 and 4 samples",
            lambda: ([torch.tensor([v, -1.0]) for v in (2.0, 4.0, -6.0)], [8, 8, 4]),
        ),
        Case(
            "two equal parts",
            lambda: ([torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [-1.0]])], [10, 10]),
        ),
        Case(
            "one part",
            lambda: ([torch.tensor([[1.0, 2.0, 4.0]])], [3]),
        ),
        Case(
            "a worker without samples",
            lambda: (
                [torch.tensor([3.0]), torch.tensor([math.nan]), torch.tensor([9.0])],
                [4, 0, 2],
            ),
            costs=0.5,
        ),
    ),
    draw=draw_parts,
    mistakes=(
        Mistake(
            "every part counts alike",
            weighted(lambda n: torch.full_like(n, 1 / len(n))),
            (
                "Right for equal parts. Should 4 samples count as much as 8?",
                "Each gradient is a mean over its own part: weigh it by how many samples it has. "
                "One of an empty part must not even be multiplied: 0 · NaN is NaN.",
            ),
        ),
        Mistake(
            "every part with samples counts alike",
            held_parts_alike,
            "You leave empty parts out, well. Should 4 samples count as much as 8?",
        ),
        Mistake(
            "only added up",
            weighted(torch.ones_like),
            (
                "Two equal parts: should their common gradient be larger than both?",
                "The mean loss of all samples is a weighted mean of the parts' losses, not a sum.",
            ),
        ),
        Mistake(
            "divided by the number of parts",
            weighted(lambda n: n / len(n)),
            "The weights should add up to 1. You weigh by samples and divide by parts.",
        ),
        Mistake(
            "not divided",
            weighted(lambda n: n),
            "That is the gradient of the summed loss. The loss is a mean over all samples.",
        ),
        Mistake(
            "smaller parts weigh more",
            weighted(lambda n: (1 / n) / (1 / n).sum()),
            "A part of 4 samples weighs more with you than one of 8. Turn it round.",
        ),
        Mistake(
            "as if all had the size of the first",
            weighted(lambda n: n / (n[0] * len(n))),
            "Right where all parts have one size. How many samples are there really?",
        ),
        Mistake(
            "the last part alone",
            lambda gradients, sizes: gradients[-1].clone(),
            "Only the last part is left: are the gradients reset between the parts?",
        ),
        Mistake(
            "short parts dropped",
            full_parts_only,
            "The samples of the shorter part are lost. They count too, each as much as any other.",
        ),
        Mistake(
            "0 times NaN",
            empty_parts_count,
            (
                "Right where every part holds samples. What is 0 · NaN?",
                "A mean over nothing is NaN, and stays it. Leave empty parts out before you add.",
            ),
        ),
        Mistake(
            "changes the first gradient",
            merged_in_place,
            "Operators like += and *= on gradients[0] change the caller's tensor. "
            "Begin with a new one: torch.zeros_like(…).",
        ),
    ),
    hints=(
        "By hand for the first case: 20 samples. Which share of them has each part?",
        "Each gradient times its number of samples; the sum of that over all samples. "
        "Empty parts are left out.",
    ),
)
