"""Exercise of lecture 00: X and y, wherever the target stands."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, numbered


def take_out(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Pick columns by lists of their numbers."""
    everything = list(range(table.shape[1]))
    target = everything.pop(column)
    return table[:, everything], table[:, [target]]


def take_out_by_slices(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Slices that end at column + 1, which is 0 for the last column counted from the end."""
    rest = torch.cat([table[:, :column], table[:, column + 1 :]], dim=1)
    return rest, table[:, column : column + 1]


def take_out_rows(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Takes a row for a column."""
    return torch.cat([table[:column], table[column + 1 :]]), table[column : column + 1]


def draw_table(generator: Generator) -> Inputs:
    """A table of at least 4 columns and rows, and one of its columns, counted from the start."""
    columns = between(4, 7, generator)
    table = torch.randn(between(7, 12, generator), columns, generator=generator)
    return table, between(0, columns - 1, generator)


TAKE_TARGET = Exercise(
    id="take_target",
    title="X and y, wherever the target stands",
    signature="take_target(table, column)",
    points=2,
    minutes=8,
    returns="a tuple (X, y) of shapes (N, D) and (N, 1)",
    parts=("X", "y"),
    reference=take_out,
    cases=(
        Case("the last of three columns", lambda: (numbered(4, 3), 2)),
        Case("the first column", lambda: (numbered(4, 3), 0)),
        Case("a column in the middle", lambda: (numbered(5, 4), 1)),
        Case("one row", lambda: (numbered(1, 3), 2)),
        Case("the last column as −1", lambda: (numbered(3, 3), -1), costs=0.5),
    ),
    draw=draw_table,
    mistakes=(
        Mistake(
            "flat target",
            lambda table, column: (take_out(table, column)[0], table[:, column]),
            (
                "X is right. How many directions does y have, and how many should it have?",
                "A number as index removes a direction. What kind of index keeps it?",
            ),
        ),
        Mistake(
            "target still in X",
            lambda table, column: (table, take_out(table, column)[1]),
            (
                "Could a model read the answer in your X?",
                "X holds the target as well. It is the table without that column.",
            ),
        ),
        Mistake(
            "always the last column",
            lambda table, column: (table[:, :-1], table[:, -1:]),
            (
                "It is right where the target comes last. What happens to `column` in your code?",
                "The target may stand anywhere; only here and there is it the last one.",
            ),
        ),
        Mistake(
            "only the columns before it",
            lambda table, column: (table[:, :column], take_out(table, column)[1]),
            (
                "Where are the columns that stand behind the target?",
                "X has two parts, before and after the target; torch.cat glues tensors together.",
            ),
        ),
        Mistake(
            "−1 as a slice",
            take_out_by_slices,
            (
                "For every column counted from the start it is right. What is −1 + 1?",
                "A slice from −1 to 0 is empty. Turn a negative number into one from the start, "
                "or pick columns by a list.",
            ),
        ),
        Mistake(
            "y before X",
            lambda table, column: take_out(table, column)[::-1],
            "Both are there, in the wrong order: first X, then y.",
        ),
        Mistake(
            "a row instead of a column",
            take_out_rows,
            (
                "You have taken one sample out, with all its features.",
                "The first index counts rows, the second columns: table[:, …] takes all rows.",
            ),
        ),
    ),
    hints=(
        "Print the shapes of both results: they should be (N, D) and (N, 1), as in the lecture.",
        "Make a list of the columns that stay. A list of column numbers is a valid second index.",
    ),
)
