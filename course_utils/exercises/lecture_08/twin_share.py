"""Exercise of lecture 08, "how many test rows have a twin?"."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole


def share_by_sets(X_train: Tensor, X_test: Tensor) -> float:
    """Looks every test row up in the set of training rows."""
    known = set(map(tuple, X_train.tolist()))
    return sum(tuple(row) in known for row in X_test.tolist()) / len(X_test)


def pairs_of_equal_rows(X_train: Tensor, X_test: Tensor) -> Tensor:
    """Which test row equals which training row: (rows of X_test, rows of X_train)."""
    return X_test[:, None].eq(X_train[None]).all(dim=2)


def distinct_rows(X: Tensor) -> int:
    """How many rows remain when copies are thrown away."""
    return len(torch.unique(X, dim=0))


def twins_at_the_same_place(X_train: Tensor, X_test: Tensor) -> float:
    """Compares the first test row with the first training row, and so on."""
    n = min(len(X_train), len(X_test))
    return X_test[:n].eq(X_train[:n]).all(dim=1).sum().item() / len(X_test)


def rows_lost(X_train: Tensor, X_test: Tensor) -> float:
    """Counts what torch.unique throws away: copies within a part as well."""
    both = torch.cat([X_train, X_test])
    return (len(both) - distinct_rows(both)) / len(X_test)


def draw_tables(generator: Generator) -> Inputs:
    """Two tables of few different values, some rows of the one copied into the other."""
    X_train = torch.randint(3, (whole(generator, 8, 12), 4), generator=generator).float()
    X_test = torch.randint(3, (whole(generator, 4, 7), 4), generator=generator).float()
    copied = torch.randint(len(X_train), (3,), generator=generator)
    X_test = torch.cat([X_test, X_train[copied]])
    return X_train, X_test[torch.randperm(len(X_test), generator=generator)]


TWIN_SHARE = Exercise(
    id="twin_share",
    title="How many test rows have a twin?",
    signature="twin_share(X_train, X_test)",
    points=1,
    minutes=7,
    returns="a number (float) from 0 to 1",
    between=(0, 1),
    reference=share_by_sets,
    cases=(
        Case(
            "four rows and three",
            lambda: (
                torch.tensor([[1.0, 85.0], [8.0, 183.0], [1.0, 89.0], [0.0, 137.0]]),
                torch.tensor([[8.0, 183.0], [5.0, 116.0], [1.0, 89.0]]),
            ),
        ),
        Case(
            "the same values in other combinations",
            lambda: (
                torch.tensor([[1.0, 2.0], [2.0, 3.0], [3.0, 1.0]]),
                torch.tensor([[1.0, 3.0], [2.0, 3.0], [2.0, 1.0], [1.0, 1.0]]),
            ),
        ),
        Case(
            "copies within both parts",
            lambda: (
                torch.tensor([[4.0, 0.5, 1.0]] * 2 + [[7.0, 2.5, 3.0]] + [[9.0, 9.0, 9.0]] * 3),
                torch.tensor(
                    [
                        [4.0, 0.5, 1.0],
                        [6.0, 6.0, 6.0],
                        [6.0, 6.0, 6.0],
                        [7.0, 2.5, 3.0],
                        [4.0, 0.5, 1.0],
                    ]
                ),
            ),
        ),
        Case("nobody has a twin", lambda: (torch.eye(3), 2 * torch.eye(3)[:2])),
    ),
    draw=draw_tables,
    mistakes=(
        Mistake(
            "one equal value is enough",
            lambda X_train, X_test: (
                X_test[:, None].eq(X_train[None]).any(dim=2).any(dim=1).double().mean().item()
            ),
            (
                "Two women of the same age: are they the same woman?",
                "A twin agrees in every column: which of your two any should be all?",
            ),
        ),
        Mistake(
            "each value somewhere",
            lambda X_train, X_test: torch.isin(X_test, X_train).all(dim=1).double().mean().item(),
            (
                "Look at the rows (1, 2), (2, 3), (3, 1): is (1, 3) one of them?",
                "torch.isin looks for single values in the whole table. A twin is a whole row: "
                "compare row with row.",
            ),
        ),
        Mistake(
            "sums of the rows",
            lambda X_train, X_test: (
                torch.isin(X_test.sum(dim=1), X_train.sum(dim=1)).double().mean().item()
            ),
            "(1, 3) and (2, 2) have the same sum and are no twins. Compare all columns.",
        ),
        Mistake(
            "share of the training rows",
            lambda X_train, X_test: share_by_sets(X_test, X_train),
            "You count training rows that occur in the test part. Asked is the other way round.",
        ),
        Mistake(
            "share of all pairs",
            lambda X_train, X_test: pairs_of_equal_rows(X_train, X_test).double().mean().item(),
            (
                "How many comparisons do you average over, and how many test rows are there?",
                "First ask for each test row whether any training row equals it; then the mean.",
            ),
        ),
        Mistake(
            "every twin counted",
            lambda X_train, X_test: pairs_of_equal_rows(X_train, X_test).sum().item() / len(X_test),
            "A test row with two twins in training counts twice with you. It has a twin or not.",
        ),
        Mistake(
            "same place only",
            twins_at_the_same_place,
            "You compare row 0 with row 0, row 1 with row 1. A twin may stand in any row.",
        ),
        Mistake(
            "copies within the test part",
            lambda X_train, X_test: 1 - distinct_rows(X_test) / len(X_test),
            "Those are copies inside the test part. What does the training part hold?",
        ),
        Mistake(
            "copies anywhere",
            rows_lost,
            (
                "Right where no part has copies of its own.",
                "What torch.unique throws away may be a second copy in the same part. "
                "Ask each test row whether the training part has it.",
            ),
        ),
        Mistake(
            "distinct test rows",
            lambda X_train, X_test: share_by_sets(X_train, torch.unique(X_test, dim=0)),
            "You threw copies away before counting. Every row of the test part counts.",
        ),
        Mistake(
            "rows without a twin",
            lambda X_train, X_test: 1 - share_by_sets(X_train, X_test),
            "That is the share of honest rows, those without a twin.",
        ),
        Mistake(
            "per cent",
            lambda X_train, X_test: 100 * share_by_sets(X_train, X_test),
            "The numbers are right, in per cent. A share lies between 0 and 1.",
        ),
        Mistake(
            "a count",
            lambda X_train, X_test: share_by_sets(X_train, X_test) * len(X_test),
            "That is a number of rows. Asked is their share of the test part.",
        ),
    ),
    hints=(
        "By hand, for the first case: which of the three test rows stand in the training part?",
        "Compare every test row with every training row; all columns must agree, with any of the "
        "training rows; then the share of test rows.",
    ),
)
