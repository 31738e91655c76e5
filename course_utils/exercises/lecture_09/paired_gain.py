"""Exercise of lecture 09: better, or lucky."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

Three = tuple[float, float, float]


def gain_by_statistics(a: Tensor, b: Tensor) -> Three:
    """Mean and sample deviation by the standard library."""
    gains = [x - y for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    mean, error = statistics.fmean(gains), statistics.stdev(gains) / math.sqrt(len(gains))
    return mean, mean - 2 * error, mean + 2 * error


def gain_like(
    error: Callable[[Tensor, Tensor], Tensor],
    centre: Callable[[Tensor, Tensor], Tensor] = lambda a, b: (a - b).mean(),
    width: float = 2,
) -> Callable[[Tensor, Tensor], Three]:
    """The interval with one of its parts exchanged."""

    def gain(a: Tensor, b: Tensor) -> Three:
        a, b = a.double(), b.double()
        mean, half = centre(a, b).item(), width * error(a, b).item()
        return mean, mean - half, mean + half

    return gain


def standard_error(a: Tensor, b: Tensor) -> Tensor:
    """Of the mean difference."""
    return (a - b).std() / math.sqrt(len(a))


def unpaired_error(a: Tensor, b: Tensor) -> Tensor:
    """As if the two columns came from different splits."""
    return ((a.var() + b.var()) / len(a)).sqrt()


def least_and_largest(a: Tensor, b: Tensor) -> Three:
    """The range of the differences."""
    gains = (a - b).double()
    return gains.mean().item(), gains.min().item(), gains.max().item()


def draw_scores(generator: Generator) -> Inputs:
    """Two methods on the same splits: most of the spread is the splits'."""
    n = whole(generator, 4, 12)
    split = 0.05 * torch.randn(n, generator=generator)
    a = 0.75 + split + 0.01 * torch.randn(n, generator=generator)
    gain = uniform(generator, 0.002, 0.03)
    return a, a - gain + 0.015 * torch.randn(n, generator=generator)


PAIRED_GAIN = Exercise(
    id="paired_gain",
    title="Better, or lucky?",
    signature="paired_gain(a, b)",
    points=1,
    minutes=9,
    returns="a tuple (gain, low, high) of three numbers (float)",
    parts=("gain", "low", "high"),
    reference=gain_by_statistics,
    atol=1e-5,
    cases=(
        Case(
            "accuracies on four splits",
            lambda: (
                torch.tensor([0.75, 0.71, 0.80, 0.73]),
                torch.tensor([0.73, 0.70, 0.76, 0.72]),
            ),
        ),
        Case(
            "eight seeds, no difference to be seen",
            lambda: (
                torch.tensor([0.50, 0.61, 0.47, 0.55, 0.66, 0.52, 0.58, 0.49]),
                torch.tensor([0.53, 0.58, 0.50, 0.54, 0.62, 0.57, 0.55, 0.51]),
            ),
        ),
        Case("losses: a is lower", lambda: (torch.tensor([0.4, 0.9]), torch.tensor([0.8, 1.1]))),
        Case(
            "the same gain everywhere",
            lambda: (torch.tensor([3.0, 5.0, 9.0, 1.0]), torch.tensor([2.5, 4.5, 8.5, 0.5])),
        ),
    ),
    draw=draw_scores,
    mistakes=(
        Mistake(
            "pairs torn apart",
            gain_like(unpaired_error),
            (
                "The same gain in every split: is there any doubt left? Your interval says yes.",
                "A hard split is hard for both methods. Subtract within each split first; "
                "then look at the spread of the differences.",
            ),
        ),
        Mistake(
            "spread of one split, not of the mean",
            gain_like(lambda a, b: (a - b).std()),
            (
                "A hundred times as many splits: does your interval become narrower?",
                "That is the spread of single differences. The mean of n of them varies less, "
                "by the root of n.",
            ),
        ),
        Mistake(
            "divided by n, not by its root",
            gain_like(lambda a, b: (a - b).std() / len(a)),
            "Four times as many splits make the error half as large. How small does yours become?",
        ),
        Mistake(
            "deviation divides by n",
            gain_like(lambda a, b: (a - b).std(correction=0) / math.sqrt(len(a))),
            (
                "Nearly: your interval is a little too narrow, most so for few splits.",
                "The mean was estimated from the same differences, which costs one of them. "
                "NumPy has ddof for that, PyTorch has correction.",
            ),
        ),
        Mistake(
            "correction twice",
            gain_like(lambda a, b: (a - b).std() / math.sqrt(len(a) - 1)),
            "Your interval is too wide: n − 1 belongs into the deviation only, "
            "and torch.std has it there already.",
        ),
        Mistake(
            "one error to each side",
            gain_like(standard_error, width=1),
            "`gain` is right. How many standard errors is it from the middle to each end?",
        ),
        Mistake(
            "1.96 errors to each side",
            gain_like(standard_error, width=1.96),
            "Nearly: 1.96 is meant for very many splits. Asked for are two errors to each side.",
        ),
        Mistake(
            "variance for deviation",
            gain_like(lambda a, b: (a - b).var() / len(a)),
            (
                "Give the scores in per cent: does your interval grow a hundredfold, too?",
                "A variance has the square of the unit. A root over all of it is missing.",
            ),
        ),
        Mistake(
            "b minus a",
            lambda a, b: gain_by_statistics(b, a),
            "The gain of a over b is positive where a has the larger score.",
        ),
        Mistake(
            "least and largest difference",
            least_and_largest,
            "`gain` is right. Least and largest are two splits; asked for is the mean's error.",
        ),
        Mistake(
            "error of a alone",
            gain_like(lambda a, b: a.std() / math.sqrt(len(a))),
            "`gain` is right. You look at the spread of a; which numbers is the gain the mean of?",
        ),
        Mistake(
            "median",
            gain_like(standard_error, centre=lambda a, b: (a - b).median()),
            "The middle of your interval is a median; asked for is the mean difference.",
        ),
    ),
    hints=(
        "By hand for a = (4, 8) and b = (2, 4): the two differences, their mean, their deviation.",
        "One difference for each split; their mean; their deviation (n − 1) over the root of n; "
        "two of these to each side.",
    ),
)
