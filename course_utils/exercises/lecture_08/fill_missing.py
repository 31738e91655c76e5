"""Exercise of lecture 08: fill what was not measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Tables = tuple[Tensor, Tensor]


def filled_by_lists(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """Entry by entry, with the median of Python's statistics."""
    tables = []
    medians = {
        c: statistics.median_low([x for x in X_train[:, c].tolist() if x != 0]) for c in columns
    }
    for X in (X_train, X_new):
        rows = []
        for row in X.tolist():
            flags = [float(row[c] == 0) for c in columns]
            kept = [medians[c] if c in medians and x == 0 else x for c, x in enumerate(row)]
            rows.append(kept + flags)
        tables.append(torch.tensor(rows))
    return tables[0], tables[1]


def median_of_measured(column: Tensor) -> Tensor:
    """The lower one of two in the middle, as the exercise wants it."""
    return column[column != 0].median()


def fill_like(
    middle: Callable[[Tensor], Tensor] = median_of_measured,
    source: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda train, new, own: train,
    flags: Callable[[Tensor, Tensor], Tensor] = lambda before, after: before.eq(0).float(),
    flags_first: bool = False,
    every_column: bool = False,
) -> Callable[[Tensor, Tensor, list[int]], Tables]:
    """Fills both tables, with one of the parts exchanged."""

    def fill(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
        tables = []
        for X in (X_train, X_new):
            table = X.clone()
            looked_at = source(X_train, X_new, X)
            for c in range(X.shape[1]) if every_column else columns:
                column = looked_at[:, c]
                number = middle(column) if bool((column != 0).any()) else torch.tensor(0.0)
                table[:, c] = torch.where(X[:, c] == 0, number, X[:, c])
            marks = flags(X[:, columns], table[:, columns])
            tables.append(torch.cat([marks, table] if flags_first else [table, marks], dim=1))
        return tables[0], tables[1]

    return fill


def one_median(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """One median for all columns together."""
    number = median_of_measured(X_train[:, columns].flatten())
    return fill_like(middle=lambda column: number)(X_train, X_new, columns)


def new_rows_left(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """Fills the training rows only."""
    filled, _ = filled_by_lists(X_train, X_new, columns)
    return filled, torch.cat([X_new, (X_new[:, columns] == 0).float()], dim=1)


def no_flags(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """Fills, and keeps it a secret."""
    D = X_train.shape[1]
    train, new = filled_by_lists(X_train, X_new, columns)
    return train[:, :D], new[:, :D]


def fill_in_place(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """Fills the caller's tables."""
    tables = filled_by_lists(X_train, X_new, columns)
    for X, table in zip((X_train, X_new), tables, strict=True):
        X[:] = table[:, : X.shape[1]]
    return tables


def one_flag(X_train: Tensor, X_new: Tensor, columns: list[int]) -> Tables:
    """One flag for the whole row."""
    return fill_like(flags=lambda before, after: before.eq(0).any(dim=1, keepdim=True).float())(
        X_train, X_new, columns
    )


def women() -> Inputs:
    """Pregnancies, glucose, BMI; the last two have zeros that cannot be."""
    train = [
        [0.0, 148.0, 33.6],
        [1.0, 85.0, 0.0],
        [8.0, 0.0, 23.5],
        [0.0, 89.0, 28.1],
        [2.0, 0.0, 43.1],
        [3.0, 116.0, 0.0],
        [5.0, 197.0, 29.4],
        [1.0, 125.0, 30.5],
        [4.0, 110.0, 37.6],
    ]
    new = [[0.0, 0.0, 31.0], [6.0, 168.0, 0.0], [2.0, 0.0, 0.0], [1.0, 100.0, 27.0]]
    return torch.tensor(train), torch.tensor(new), [1, 2]


def last_column_only() -> Inputs:
    """One column to fill; the zeros of the others are true."""
    train = torch.tensor([[0.0, 5.0, 0.0], [3.0, 0.0, 80.0], [1.0, 2.0, 20.0], [0.0, 1.0, 30.0]])
    return train, torch.tensor([[0.0, 0.0, 0.0], [2.0, 4.0, 100.0]]), [2]


def even_number() -> Inputs:
    """Four measured values: there is no single one in the middle."""
    train = torch.tensor([[10.0, 1.0], [0.0, 2.0], [40.0, 3.0], [20.0, 4.0], [70.0, 6.0]])
    return train, torch.tensor([[0.0, 9.0], [50.0, 8.0]]), [0]


def all_measured() -> Inputs:
    """No zero in the new rows."""
    train = torch.tensor([[4.0, 0.0], [0.0, 7.0], [5.0, 9.0], [9.0, 8.0]])
    return train, torch.tensor([[1.0, 2.0]]), [0, 1]


def draw_missing(generator: Generator) -> Inputs:
    """Tables with an odd number of measured values in every column."""
    n, m, D = 9, whole(generator, 4, 7), whole(generator, 3, 5)
    train = 1 + 50 * torch.rand(n, D, generator=generator)
    new = 1 + 70 * torch.rand(m, D, generator=generator)
    for table, count in ((train, 2), (new, 1)):
        for c in range(D):
            table[torch.randperm(len(table), generator=generator)[:count], c] = 0.0
    columns = torch.randperm(D, generator=generator)[:2].sort().values
    return train, new, columns.tolist()


FILL_MISSING = Exercise(
    id="fill_missing",
    title="Fill what was not measured",
    signature="fill_missing(X_train, X_new, columns)",
    points=2,
    minutes=13,
    returns="a tuple (filled_train, filled_new) of float32 tensors",
    parts=("filled_train", "filled_new"),
    reference=filled_by_lists,
    cases=(
        Case("nine women and four new ones", women),
        Case("zeros that are true in other columns", last_column_only),
        Case("an even number of measured values", even_number, costs=0.5),
        Case("nothing is missing in the new rows", all_measured),
    ),
    draw=draw_missing,
    mistakes=(
        Mistake(
            "zeros among the measurements",
            fill_like(middle=lambda column: column.median()),
            (
                "Your median is too small. Of which numbers did you take it?",
                "A missing value is no measurement: leave the zeros out before the median.",
            ),
        ),
        Mistake(
            "each table its own medians",
            fill_like(source=lambda train, new, own: own),
            (
                "The training rows are right. May the new rows choose their own number?",
                "A woman alone has no median. What fills the new rows was learned in training.",
            ),
        ),
        Mistake(
            "medians of both tables",
            fill_like(source=lambda train, new, own: torch.cat([train, new])),
            (
                "Your medians change when the new rows do. Who may look at them?",
                "That is a leak: everything that is learned from data is learned from X_train.",
            ),
        ),
        Mistake(
            "mean instead of median",
            fill_like(middle=lambda column: column[column != 0].mean()),
            "One large outlier moves your number a long way. Which middle is asked for?",
        ),
        Mistake(
            "between the two in the middle",
            fill_like(middle=lambda column: column[column != 0].quantile(0.5)),
            "Right for an odd number of values. Of two in the middle the smaller one is asked, "
            "as torch.median gives it.",
        ),
        Mistake(
            "every column filled",
            fill_like(every_column=True),
            (
                "May a woman have had no pregnancies?",
                "Only in the columns that are named does 0 mean missing.",
            ),
        ),
        Mistake(
            "one median for all columns",
            one_median,
            "Glucose and BMI have one number with you. Each column has a median of its own.",
        ),
        Mistake(
            "new rows not filled",
            new_rows_left,
            "`filled_train` is right. The new rows have zeros too: fill with the same medians.",
        ),
        Mistake(
            "no flags",
            no_flags,
            "Filled well, but nobody can see any more what was missing: where are the flags?",
        ),
        Mistake(
            "flags after the filling",
            fill_like(flags=lambda before, after: after.eq(0).float()),
            (
                "All your flags are 0. When did you look for zeros?",
                "After the filling there are none: ask the table as it came.",
            ),
        ),
        Mistake(
            "flags the other way round",
            fill_like(flags=lambda before, after: before.ne(0).float()),
            "A flag is 1 where the value was missing. Yours is 1 where it was measured.",
        ),
        Mistake(
            "flags in front",
            fill_like(flags_first=True),
            "The right numbers, but the flags come after the columns of the table.",
        ),
        Mistake(
            "one flag for a row",
            one_flag,
            "Which of the values was missing? Each named column has a flag of its own.",
        ),
        Mistake(
            "changes its inputs",
            fill_in_place,
            "X[missing] = … writes into the caller's table; afterwards nobody knows what was "
            "missing. Begin with a clone, or use torch.where.",
        ),
    ),
    hints=(
        "Do it by hand for the second case: the measured values 80, 20, 30, and two new rows.",
        "For each named column: the median of X_train's values that are not 0, put in where "
        "either table has 0; at the end, the flags of the tables as they came.",
    ),
)
