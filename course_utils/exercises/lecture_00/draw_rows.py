"""Exercise of lecture 00: a draw that repeats and disturbs nobody."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, numbered


def draw_with_own_generator(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Leaves the notebook's generator alone."""
    following = torch.rand(1)  # first: nothing that comes later can have disturbed it
    order = torch.randperm(len(table), generator=torch.Generator().manual_seed(seed))
    return table[order[:n]], following


def seeds_everybody(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Seeds the generator that all others draw from."""
    torch.manual_seed(seed)
    return table[torch.randperm(len(table))[:n]], torch.rand(1)


def without_seed(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draws with whatever state there is."""
    return table[torch.randperm(len(table))[:n]], torch.rand(1)


def picked(table: Tensor, order: Tensor) -> tuple[Tensor, Tensor]:
    """Rows in an order, and the number that the untouched generator draws."""
    return table[order], torch.rand(1)


def draw_draw(generator: Generator) -> Inputs:
    """A table, a number of rows, a seed other than 0."""
    rows = between(8, 20, generator)
    table = torch.randn(rows, 3, generator=generator)
    return table, between(2, rows - 3, generator), between(1, 10_000, generator)


def seeded(seed: int) -> Generator:
    """A generator of one's own."""
    return torch.Generator().manual_seed(seed)


DRAW_ROWS = Exercise(
    id="draw_rows",
    title="A draw that repeats and disturbs nobody",
    signature="draw_rows(table, n, seed)",
    points=2,
    minutes=10,
    returns="a tuple (rows, following) of shapes (n, D) and (1,)",
    parts=("rows", "following"),
    reference=draw_with_own_generator,
    cases=(
        Case("three of ten rows", lambda: (numbered(10, 2), 3, 1)),
        Case("the same with another seed", lambda: (numbered(10, 2), 3, 2)),
        Case("all rows, in another order", lambda: (numbered(6, 3), 6, 7)),
        Case("one row", lambda: (numbered(8, 1), 1, 137), 0.5),
    ),
    draw=draw_draw,
    mistakes=(
        Mistake(
            "the notebook's generator seeded",
            seeds_everybody,
            (
                "`rows` is right. But what will the rest of the notebook draw after your call?",
                "torch.manual_seed sets the one generator that everybody uses. "
                "Draw from a torch.Generator of your own.",
            ),
        ),
        Mistake(
            "seed not used",
            without_seed,
            (
                "Call it twice with one seed: do you get the same rows?",
                "`seed` is not used. A generator of your own takes it by .manual_seed(seed).",
            ),
        ),
        Mistake(
            "own generator without its seed",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=torch.Generator())[:n]
            ),
            (
                "You disturb nobody. But do two seeds give different rows?",
                "A new torch.Generator always starts alike; it has to be told your seed.",
            ),
        ),
        Mistake(
            "with replacement",
            lambda table, n, seed: picked(
                table, torch.randint(len(table), (n,), generator=seeded(seed))
            ),
            (
                "Can a row come twice in your draw?",
                "torch.randint draws with replacement. A shuffled order holds every row once.",
            ),
        ),
        Mistake(
            "only among the first rows",
            lambda table, n, seed: picked(table, torch.randperm(n, generator=seeded(seed))),
            (
                "Can the last row of the table ever be drawn?",
                "You shuffle n numbers. How many rows are there to choose from?",
            ),
        ),
        Mistake(
            "all rows",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=seeded(seed))
            ),
            "The order is right; how many rows were asked for?",
        ),
        Mistake(
            "the last of the order",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=seeded(seed))[-n:]
            ),
            "A good draw, but the check expects the first n of the shuffled order.",
        ),
        Mistake(
            "not shuffled",
            lambda table, n, seed: picked(table, torch.arange(n)),
            "These are the first rows of the table, not random ones.",
        ),
    ),
    hints=(
        "torch.randperm(…) gives the numbers of all rows in random order; take the first n.",
        "Make a torch.Generator, seed it, and hand it to torch.randperm by `generator=`.",
    ),
)
