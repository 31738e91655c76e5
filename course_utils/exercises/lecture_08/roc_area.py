"""Exercise of lecture 08: the area, pair by pair."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole, zeros_and_ones


def area_under_steps(scores: Tensor, y: Tensor) -> float:
    """The area under the line through all points of the curve, a threshold for each score."""
    thresholds = torch.unique(scores).flip(0)
    ill, well = scores[y == 1].double(), scores[y == 0].double()
    start = torch.zeros(1, dtype=torch.float64)
    found = torch.cat([start, (ill >= thresholds[:, None]).double().mean(dim=1)])
    alarms = torch.cat([start, (well >= thresholds[:, None]).double().mean(dim=1)])
    return torch.trapezoid(found, alarms).item()


def differences(scores: Tensor, y: Tensor) -> Tensor:
    """Score of each ill sample (rows) minus that of each healthy one (columns)."""
    return scores[y == 1][:, None].double() - scores[y == 0][None].double()


def share_of(count: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], float]:
    """The mean over all pairs of what `count` makes of the differences."""
    return lambda scores, y: count(differences(scores, y)).double().mean().item()


def half_for_ties(d: Tensor) -> Tensor:
    """1, one half or 0 for each pair."""
    return (d > 0).double() + (d == 0).double() / 2


def pairs_in_step(scores: Tensor, y: Tensor) -> float:
    """Compares the first ill sample with the first healthy one only, and so on."""
    ill, well = scores[y == 1], scores[y == 0]
    n = min(len(ill), len(well))
    return half_for_ties(ill[:n] - well[:n]).mean().item()


def mean_against_mean(scores: Tensor, y: Tensor) -> float:
    """Share of ill samples above the mean of the healthy ones."""
    return (scores[y == 1] > scores[y == 0].mean()).double().mean().item()


def draw_scores(generator: Generator) -> Inputs:
    """Scores on a coarse grid, so that some are equal."""
    y = zeros_and_ones(generator, whole(generator, 9, 20))
    noise = torch.randn(len(y), generator=generator)
    return (2 * (noise + 0.8 * y)).round() / 2, y


ROC_AREA = Exercise(
    id="roc_area",
    title="The area, pair by pair",
    signature="roc_area(scores, y)",
    points=2,
    minutes=11,
    returns="a number (float) from 0 to 1",
    between=(0, 1),
    reference=area_under_steps,
    cases=(
        Case(
            "five scores, two of them equal",
            lambda: (torch.tensor([0.1, 0.4, 0.4, 0.8, 0.9]), torch.tensor([0, 0, 1, 1, 0])),
        ),
        Case(
            "seven logits",
            lambda: (
                torch.tensor([-2.0, 0.5, 1.5, -0.5, 3.0, -1.0, 0.25]),
                torch.tensor([0, 0, 1, 1, 1, 0, 0]),
            ),
        ),
        Case(
            "one ill among six",
            lambda: (
                torch.tensor([1.0, 4.0, 2.0, 0.0, 3.0, 5.0]),
                torch.tensor([0, 1, 0, 0, 0, 0]),
            ),
        ),
        Case(
            "all scores equal",
            lambda: (torch.full((5,), 0.3), torch.tensor([1, 0, 0, 1, 0])),
            costs=0.5,
        ),
    ),
    draw=draw_scores,
    mistakes=(
        Mistake(
            "ties count nothing",
            share_of(lambda d: d > 0),
            (
                "A model that says 0.3 to everybody knows nothing. Which area has it with you?",
                "Of two equal scores nobody is in the right order and nobody in the wrong one: "
                "count such a pair half.",
            ),
        ),
        Mistake(
            "ties count fully",
            share_of(lambda d: d >= 0),
            (
                "A model that says 0.3 to everybody is perfect with you.",
                "With >= two equal scores count as rightly ordered. They are so only by half.",
            ),
        ),
        Mistake(
            "the other way round",
            share_of(lambda d: half_for_ties(-d)),
            "Below one half although the model is good? The ill ones should have the higher score.",
        ),
        Mistake(
            "share of all pairs of samples",
            lambda scores, y: half_for_ties(differences(scores, y)).sum().item() / len(y) ** 2,
            (
                "Can a perfect order reach 1 with you?",
                "A pair is one ill and one healthy sample. How many such pairs are there?",
            ),
        ),
        Mistake(
            "divided by the number of samples",
            lambda scores, y: half_for_ties(differences(scores, y)).sum().item() / len(y),
            "You divide a number of pairs by a number of samples. How many pairs are there?",
        ),
        Mistake(
            "a count",
            lambda scores, y: half_for_ties(differences(scores, y)).sum().item(),
            "That is how many pairs are in the right order. Which share of all pairs is it?",
        ),
        Mistake(
            "each one a single partner",
            pairs_in_step,
            "You pair the first with the first, the second with the second. "
            "Every ill sample meets every healthy one: broadcasting, or two loops.",
        ),
        Mistake(
            "accuracy at one half",
            lambda scores, y: (scores.gt(0.5) == y.eq(1)).double().mean().item(),
            (
                "That is the accuracy at one threshold. The area needs none.",
                "Add 1 to all scores: your result changes, an order does not.",
            ),
        ),
        Mistake(
            "how far, not whether",
            share_of(lambda d: d),
            "Multiply all scores by 10: the order stays, your result does not. "
            "Ask of each pair only who is higher.",
        ),
        Mistake(
            "against the mean",
            mean_against_mean,
            "A mean hides the order. Compare each ill sample with each healthy one by itself.",
        ),
        Mistake(
            "one half is zero",
            share_of(lambda d: 2 * half_for_ties(d) - 1),
            "With you guessing has 0. The area of a guess is one half.",
        ),
    ),
    hints=(
        "Do it by hand for the first case: two ill, three healthy, six pairs.",
        "Scores of the ill against scores of the healthy, as a table: 1 where the ill one is "
        "higher, one half where both are equal; then the mean.",
    ),
)
