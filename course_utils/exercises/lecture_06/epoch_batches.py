"""Exercise of lecture 06: cut an epoch into batches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor
from torch.utils.data import DataLoader, TensorDataset

from ...checks import Case, Exercise, Inputs, Mistake
from .common import TwoTensors, whole

Rows = list[tuple[Tensor, Tensor]]


def batches_by_loader(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Any:
    """The batches of a DataLoader that goes through the rows in this order."""
    return list(DataLoader(TensorDataset(X, y), batch_size, sampler=order.tolist()))


def cut(X: Tensor, y: Tensor, batch_size: int, stop: int) -> Rows:
    """Slices that begin before `stop`."""
    starts = range(0, stop, batch_size)
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in starts]


def last_batch_lost(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Counts the batches with //."""
    return cut(X[order], y[order], batch_size, len(X) // batch_size * batch_size)


def empty_batch(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Counts one batch too many where they fit exactly."""
    return cut(X[order], y[order], batch_size, (len(X) // batch_size + 1) * batch_size)


def chunks(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """As many batches as a batch should have rows."""
    return [(X[rows], y[rows]) for rows in order.chunk(batch_size)]


def one_row_too_few(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Ends each slice a row early."""
    starts = range(0, len(X), batch_size)
    return [(X[order[i : i + batch_size - 1]], y[order[i : i + batch_size - 1]]) for i in starts]


def filled_up(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Fills the last batch with rows from the beginning."""
    rows = torch.cat([order, order[: -len(order) % batch_size]])
    return [(X[part], y[part]) for part in rows.split(batch_size)]


def first_batch_only(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Returns inside the loop."""
    return cut(X[order], y[order], batch_size, 1)


def table(n: int, n_features: int = 2) -> TwoTensors:
    """Rows that can be told apart, and their class numbers."""
    X = torch.arange(float(n * n_features)).reshape(n, n_features)
    return X, torch.arange(n) * 11


def draw_table(generator: Generator) -> Inputs:
    """A table, a random order of its rows, and a batch size."""
    n = whole(generator, 9, 25)
    X = torch.randn(n, 3, generator=generator)
    order = torch.randperm(n, generator=generator)
    return X, torch.randint(1000, (n,), generator=generator), order, whole(generator, 2, 5)


EPOCH_BATCHES = Exercise(
    id="epoch_batches",
    title="Cut an epoch into batches",
    signature="epoch_batches(X, y, order, batch_size)",
    points=1,
    minutes=8,
    returns="a list of pairs (X_batch, y_batch)",
    reference=batches_by_loader,
    cases=(
        Case("five rows, batches of 2", lambda: (*table(5), torch.tensor([3, 0, 4, 2, 1]), 2)),
        Case("six rows, batches of 3", lambda: (*table(6), torch.tensor([2, 0, 1, 5, 3, 4]), 3)),
        Case(
            "seven rows, batches of 3",
            lambda: (*table(7, 1), torch.tensor([6, 1, 5, 0, 2, 4, 3]), 3),
        ),
        Case("one batch holds all", lambda: (*table(3), torch.tensor([1, 2, 0]), 5), costs=0.5),
    ),
    draw=draw_table,
    mistakes=(
        Mistake(
            "last batch lost",
            last_batch_lost,
            (
                "Count the rows in all your batches together: N?",
                "Where N / batch_size leaves a rest, those rows make one more, shorter batch. "
                "A slice may reach beyond the end.",
            ),
        ),
        Mistake(
            "order ignored",
            lambda X, y, order, batch_size: cut(X, y, batch_size, len(X)),
            (
                "Your batches are cut well, but the rows come as they stand in the table.",
                "`order` holds row numbers: the first batch takes the rows order[:batch_size].",
            ),
        ),
        Mistake(
            "y not shuffled",
            lambda X, y, order, batch_size: cut(X[order], y, batch_size, len(X)),
            (
                "Does each row of X still stand beside its own target?",
                "Only X goes through `order`. Such a training runs, and learns nothing.",
            ),
        ),
        Mistake(
            "the inverse order",
            lambda X, y, order, batch_size: cut(
                X[order.argsort()], y[order.argsort()], batch_size, len(X)
            ),
            (
                "If order begins with 3, which row should come first?",
                "You sort by `order`; it holds row numbers, to be used as an index.",
            ),
        ),
        Mistake(
            "batch_size batches",
            chunks,
            (
                "How many rows has your first batch, and how many should it have?",
                "chunk(n) makes n pieces; split(n) makes pieces of n.",
            ),
        ),
        Mistake(
            "an empty batch",
            empty_batch,
            (
                "Right where rows are left over. Look at the last batch where none are.",
                "The mean loss of an empty batch is NaN. Let the starts end before N: "
                "range has a third number, the step.",
            ),
        ),
        Mistake(
            "one row too few",
            one_row_too_few,
            "Each batch lacks a row: a slice a:b already ends before b.",
        ),
        Mistake(
            "last batch filled up",
            filled_up,
            "Some rows are seen twice in your epoch. The last batch may be shorter.",
        ),
        Mistake(
            "first batch only",
            first_batch_only,
            "You return a single batch. Where does your `return` stand?",
        ),
    ),
    hints=(
        "Write down by hand which rows are in each batch, for order (3, 0, 4, 2, 1) and size 2.",
        "Cut `order` into pieces of batch_size numbers; each piece picks rows of X and of y.",
    ),
)
