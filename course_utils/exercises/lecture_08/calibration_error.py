"""Exercise of lecture 08, "does 80 % mean 80 %?"."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole, zeros_and_ones


def error_by_lists(p: Tensor, y: Tensor, bins: int) -> float:
    """Sample by sample: what is said too much in a bin is counted in persons."""
    surplus: dict[int, float] = {}
    for said, truth in zip(p.tolist(), y.tolist(), strict=True):
        place = min(int(said * bins), bins - 1)
        surplus[place] = surplus.get(place, 0.0) + said - truth
    return sum(map(abs, surplus.values())) / len(p)


def bin_of(p: Tensor, bins: int) -> Tensor:
    """Number of the bin of each sample; a chance of 1 belongs to the last."""
    return (p * bins).long().clamp(max=bins - 1)


def error_like(
    place: Callable[[Tensor, int], Tensor] = bin_of,
    gap: Callable[[Tensor, Tensor], Tensor] = lambda p, y: (p.mean() - y.mean()).abs(),
    together: Callable[[Tensor, Tensor], Tensor] = lambda gaps, sizes: (
        (gaps * sizes).sum() / sizes.sum()
    ),
    skip_empty: bool = True,
) -> Callable[[Tensor, Tensor, int], float]:
    """Gaps of all bins, put together, with one of the parts exchanged."""

    def error(p: Tensor, y: Tensor, bins: int) -> float:
        p, truth = p.double(), y.double()
        inside = [place(p, bins) == b for b in range(bins)]
        inside = [mask for mask in inside if bool(mask.any()) or not skip_empty]
        gaps = torch.stack([gap(p[mask], truth[mask]) for mask in inside])
        sizes = torch.stack([mask.double().sum() for mask in inside])
        return together(gaps, sizes).item()

    return error


def error_between(
    inside: Callable[[Tensor, float, float], Tensor],
) -> Callable[[Tensor, Tensor, int], float]:
    """Masks from the edges of each bin."""

    def error(p: Tensor, y: Tensor, bins: int) -> float:
        p, total = p.double(), 0.0
        for b in range(bins):
            mask = inside(p, b / bins, (b + 1) / bins)
            total += abs((p[mask].sum() - y[mask].sum()).item()) / len(p)
        return total

    return error


def against_the_middle(p: Tensor, y: Tensor, bins: int) -> float:
    """Compares with the middle of the bin in place of what was said."""
    middle = (bin_of(p, bins) + 0.5) / bins
    return error_like(place=lambda _, bins: bin_of(p, bins))(middle, y, bins)


def equally_full(p: Tensor, bins: int) -> Tensor:
    """As many samples in each bin."""
    return p.argsort(stable=True).argsort() * bins // len(p)


def sureness(p: Tensor, y: Tensor, bins: int) -> float:
    """How sure the verdict is, against how often it is right."""
    right = (p > 0.5) == (y == 1)
    return error_like()(torch.maximum(p, 1 - p), right, bins)


def twelve_women() -> Inputs:
    """Chances and truths of twelve women."""
    p = [0.1, 0.9, 0.3, 0.6, 0.8, 0.45, 0.7, 0.2, 0.05, 0.95, 0.35, 0.15]
    return torch.tensor(p), torch.tensor([0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0])


def sure_women() -> Inputs:
    """All chances near 0 or 1."""
    p = torch.tensor([0.02, 0.97, 0.01, 0.03, 0.99, 0.96, 0.04])
    return p, torch.tensor([0, 1, 0, 1, 0, 1, 0]), 5


def draw_chances(generator: Generator) -> Inputs:
    """Chances of all sizes, four bins or more."""
    y = zeros_and_ones(generator, whole(generator, 15, 30))
    return torch.rand(len(y), generator=generator) ** 2, y, whole(generator, 4, 7)


CALIBRATION_ERROR = Exercise(
    id="calibration_error",
    title="Does 80 % mean 80 %?",
    signature="calibration_error(p, y, bins)",
    points=2,
    minutes=14,
    returns="a number (float) from 0 to 1",
    between=(0, 1),
    reference=error_by_lists,
    cases=(
        Case("twelve women, two bins", lambda: (*twelve_women(), 2)),
        Case("the same, four bins", lambda: (*twelve_women(), 4)),
        Case("empty bins in the middle", sure_women),
        Case(
            "chances on the edges, 0 and 1 too",
            lambda: (
                torch.tensor([0.0, 1.0, 0.25, 1.0, 0.5, 0.9, 0.75, 0.4]),
                torch.tensor([0, 1, 1, 0, 0, 1, 0, 0]),
                4,
            ),
            costs=0.5,
        ),
    ),
    draw=draw_chances,
    mistakes=(
        Mistake(
            "bins count alike",
            error_like(together=lambda gaps, sizes: gaps.mean()),
            (
                "A bin of one woman counts as much as one of a hundred with you. Should it?",
                "Weight each gap by the share of samples in its bin.",
            ),
        ),
        Mistake(
            "empty bins",
            error_like(skip_empty=False),
            (
                "Right where every bin has samples. What is the mean of nobody?",
                "0 / 0 is NaN, and NaN · 0 too: leave empty bins out before you add.",
            ),
        ),
        Mistake(
            "divided by all bins",
            lambda p, y, bins: (
                error_like(together=lambda gaps, sizes: gaps.sum())(p, y, bins) / bins
            ),
            "You divide by the number of bins, the empty ones included. "
            "Which share of the samples has each?",
        ),
        Mistake(
            "gaps cancel",
            error_like(
                gap=lambda p, y: p.mean() - y.mean(),
                together=lambda gaps, sizes: ((gaps * sizes).sum() / sizes.sum()).abs(),
            ),
            (
                "Too sure in one bin, too modest in another: may the two cancel?",
                "Take the absolute value of each bin's gap, before they are added.",
            ),
        ),
        Mistake(
            "sign kept",
            error_like(gap=lambda p, y: p.mean() - y.mean()),
            "Can an error be negative? Each bin's gap counts by its size, without its sign.",
        ),
        Mistake(
            "sample by sample",
            lambda p, y, bins: (p - y).abs().double().mean().item(),
            (
                "Nothing of your result depends on the bins. Is one woman ever 80 % ill?",
                "First the means within each bin, then their difference.",
            ),
        ),
        Mistake(
            "middle of the bin",
            against_the_middle,
            "You compare with the middle of the bin. Compare with the mean of what was said "
            "by the samples in it.",
        ),
        Mistake(
            "worst bin",
            error_like(together=lambda gaps, sizes: gaps.max()),
            "That is the gap of the worst bin. Asked is the mean over all samples.",
        ),
        Mistake(
            "squared gaps",
            error_like(gap=lambda p, y: (p.mean() - y.mean()) ** 2),
            "Your gaps are squared. Their size is asked for, in the unit of a probability.",
        ),
        Mistake(
            "a chance of 1 left out",
            error_between(lambda p, low, high: (p >= low) & (p < high)),
            (
                "In which bin is a chance of exactly 1 with you?",
                "The last bin is closed at both ends: it takes 1 as well.",
            ),
        ),
        Mistake(
            "edges in the lower bin",
            error_between(lambda p, low, high: (p > low) & (p <= high) | (p == 0) & (low == 0)),
            "Look at a chance on the edge of two intervals: it belongs to the upper one.",
        ),
        Mistake(
            "edges in two bins",
            error_between(lambda p, low, high: (p >= low) & (p <= high)),
            "A chance on the edge of two intervals counts twice with you. "
            "One of the two comparisons must be strict; which one?",
        ),
        Mistake(
            "equally full bins",
            error_like(place=equally_full),
            "Your bins hold equally many samples. Asked are intervals of equal width.",
        ),
        Mistake(
            "sureness against hits",
            sureness,
            "You ask how often verdicts are right. Asked is how often class 1 comes, "
            "against the chance that was given for it.",
        ),
        Mistake(
            "verdicts in place of chances",
            error_like(
                gap=lambda p, y: (p.gt(0.5).double().mean() - y.mean()).abs(),
            ),
            "You turned the chances into 0 and 1 first. The chance itself is what is judged.",
        ),
        Mistake(
            "samples, not shares",
            lambda p, y, bins: error_by_lists(p, y, bins) * len(p),
            "A share of what? Divide by the number of all samples.",
        ),
    ),
    hints=(
        "Do it by hand with two bins: who is below one half, what was said of them on average, "
        "and how many of them are ill?",
        "For each bin that is not empty: |mean of p − mean of y| times its share of all samples; "
        "add these.",
    ),
)
