"""Exercise of lecture 00: all distances at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column, numbered


def exact_distances(A: Tensor, B: Tensor) -> Tensor:
    """PyTorch's own, without the detour over a product that costs digits."""
    return torch.cdist(A, B, compute_mode="donot_use_mm_for_euclid_dist")


def pairwise(A: Tensor, B: Tensor) -> Tensor:
    """All differences, (N, M, D)."""
    return A[:, None, :] - B[None, :, :]


def large_tables() -> tuple[Tensor, Tensor]:
    """Two tables of 500 rows, 250 000 pairs."""
    generator = torch.Generator().manual_seed(0)
    A, B = torch.randn(2, 500, 3, generator=generator)
    return A, B


def draw_two_tables(generator: Generator) -> Inputs:
    """Two tables with one number of columns."""
    d = between(2, 4, generator)
    A = torch.randn(between(3, 6, generator), d, generator=generator)
    return A, torch.randn(between(7, 10, generator), d, generator=generator)


def row_by_row(A: Tensor, B: Tensor) -> Any:
    """Each row with its partner only."""
    return ((A - B) ** 2).sum(dim=1).sqrt()


DISTANCES = Exercise(
    id="distances",
    title="All distances at once",
    signature="distances(A, B)",
    points=2,
    minutes=14,
    seconds=1.0,
    rtol=1e-3,
    atol=1e-3,
    returns="a float32 tensor of shape (N, M)",
    reference=exact_distances,
    cases=(
        Case("one point and one point", lambda: (torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))),
        Case(
            "two points and three points",
            lambda: (
                torch.tensor([[0.0, 0.0], [1.0, 1.0]]),
                torch.tensor([[1.0, 0.0], [4.0, 5.0], [-2.0, 1.0]]),
            ),
        ),
        Case(
            "three points and three points",
            lambda: (numbered(3, 2), torch.tensor([[11.0, 12.0], [0.0, 0.0], [30.0, 29.0]])),
        ),
        Case("one feature", lambda: (column(1.0, -2.0), column(5.0, 0.0, 2.0, -2.0))),
        Case("500 points and 500 points", large_tables),
    ),
    draw=draw_two_tables,
    mistakes=(
        Mistake(
            "squares of the distances",
            lambda A, B: (pairwise(A, B) ** 2).sum(dim=2),
            "From (0, 0) to (3, 4) it is 5. Which last step of Pythagoras is missing?",
        ),
        Mistake(
            "sum of absolute differences",
            lambda A, B: pairwise(A, B).abs().sum(dim=2),
            (
                "From (0, 0) to (3, 4) you walk 3 and then 4. What does a bird fly?",
                "Square, add over the features, and take the root of the sum, in this order.",
            ),
        ),
        Mistake(
            "mean over the features",
            lambda A, B: (pairwise(A, B) ** 2).mean(dim=2).sqrt(),
            "With one feature it is right. Does Pythagoras add or average?",
        ),
        Mistake(
            "transposed",
            lambda A, B: exact_distances(B, A),
            "Entry (i, j) belongs to row i of A and row j of B; yours are the other way round.",
        ),
        Mistake(
            "row by row",
            row_by_row,
            (
                "You compare row i with row i only. And if A and B have different sizes?",
                "Every row of A should meet every row of B. Give A the shape (N, 1, D).",
            ),
        ),
        Mistake(
            "summed over B",
            lambda A, B: (pairwise(A, B) ** 2).sum(dim=1).sqrt(),
            (
                "Which of the three directions (N, M, D) should disappear?",
                "You add over the rows of B; one distance adds over the features.",
            ),
        ),
        Mistake(
            "no square at all",
            lambda A, B: pairwise(A, B).sum(dim=2).abs(),
            "Differences of +3 and −3 cancel in your sum. What makes all of them positive first?",
        ),
    ),
    hints=(
        "Two loops over 500 rows visit 250 000 pairs one by one: too slow. Start with the shapes: "
        "A as (N, 1, D) minus B, (M, D). What comes out?",
        "A[:, None, :] − B has shape (N, M, D). Then square, add over D, take the root.",
    ),
)
