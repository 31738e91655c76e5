"""Exercise of lecture 08: folds that tear nobody apart."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Folds = list[tuple[Tensor, Tensor]]


def folds_by_lists(groups: Tensor, k: int) -> Folds:
    """Deals the sorted groups, then looks at every row."""
    of_row = groups.tolist()
    fold = {group: place % k for place, group in enumerate(sorted(set(of_row)))}
    folds = []
    for f in range(k):
        rest = [i for i, group in enumerate(of_row) if fold[group] != f]
        held = [i for i, group in enumerate(of_row) if fold[group] == f]
        folds.append((torch.tensor(rest, dtype=torch.int64), torch.tensor(held)))
    return folds


def place_of_group(groups: Tensor) -> Tensor:
    """For each row the place of its group among the sorted groups."""
    return torch.unique(groups, return_inverse=True)[1]


def place_of_appearance(groups: Tensor) -> Tensor:
    """For each row the place of its group in the order of first appearance."""
    order = list(dict.fromkeys(groups.tolist()))
    return torch.tensor([order.index(group) for group in groups.tolist()])


def folds_like(
    fold: Callable[[Tensor, int], Tensor] = lambda groups, k: place_of_group(groups) % k,
    rest: Callable[[Tensor], Tensor] = lambda held: (~held).nonzero()[:, 0],
    number: Callable[[Tensor], Tensor] = lambda held: held.nonzero()[:, 0],
) -> Callable[[Tensor, int], Folds]:
    """Pairs of row numbers from a fold for each row, with one of the parts exchanged."""

    def folds(groups: Tensor, k: int) -> Folds:
        of_row = fold(groups, k)
        masks = [of_row == f for f in range(k)]
        return [(rest(held), number(held)) for held in masks]

    return folds


def blocks(groups: Tensor, k: int) -> Tensor:
    """The first groups into the first fold."""
    place = place_of_group(groups)
    return place * k // (int(place.max()) + 1)


def within_groups(groups: Tensor, k: int) -> Tensor:
    """Deals the rows of each group to all folds."""
    same = groups[:, None] == groups[None]
    earlier = torch.ones(len(groups), len(groups)).tril(-1).bool()
    return (same & earlier).sum(dim=1) % k


def runs_of_rows(groups: Tensor, k: int) -> Tensor:
    """Takes every change of the number for a new group."""
    return torch.unique_consecutive(groups, return_inverse=True)[1] % k


def group_numbers(groups: Tensor, k: int) -> Folds:
    """Returns numbers of groups for numbers of rows."""
    distinct = torch.unique(groups)
    place = torch.arange(len(distinct))
    return [(distinct[place % k != f], distinct[place % k == f]) for f in range(k)]


def four_persons() -> Inputs:
    """Four persons, two rows each."""
    return torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]), 2


def mixed_numbers() -> Inputs:
    """Persons with any numbers, whose rows lie apart."""
    return torch.tensor([31, 7, 12, 7, 31, 40, 15, 7, 12, 31]), 3


def draw_groups(generator: Generator) -> Inputs:
    """Groups with any numbers, rows in any order."""
    count = whole(generator, 5, 8)
    numbers = torch.randperm(60, generator=generator)[:count]
    more = torch.randint(count, (whole(generator, 6, 9),), generator=generator)
    groups = torch.cat([numbers, numbers[more]])
    groups = groups[torch.randperm(len(groups), generator=generator)]
    return groups, whole(generator, 2, 4)


GROUP_FOLDS = Exercise(
    id="group_folds",
    title="Folds that tear nobody apart",
    signature="group_folds(groups, k)",
    points=2,
    minutes=12,
    returns="a list of k pairs (rest, held) of int64 tensors",
    reference=folds_by_lists,
    cases=(
        Case("four persons, two rows each", four_persons),
        Case("any numbers, rows apart", mixed_numbers),
        Case("one row each", lambda: (torch.tensor([4, 2, 9, 5, 8]), 2)),
        Case(
            "as many folds as persons",
            lambda: (torch.tensor([3, 3, 11, 6, 6, 11, 3]), 3),
            costs=0.5,
        ),
    ),
    draw=draw_groups,
    mistakes=(
        Mistake(
            "rows dealt, not groups",
            folds_like(fold=lambda groups, k: torch.arange(len(groups)) % k),
            (
                "Where do the two rows of person 0 go? Both to one side?",
                "You deal rows. Deal persons, and let each row go where its person goes.",
            ),
        ),
        Mistake(
            "rows of a person shared out",
            folds_like(fold=within_groups),
            (
                "You deal the rows of each person to all folds. What will the test ask for then?",
                "That is right for classes (stratified) and wrong for persons: a person's rows "
                "stay together.",
            ),
        ),
        Mistake(
            "number modulo k",
            folds_like(fold=lambda groups, k: groups % k),
            (
                "Right for the numbers 0, 1, 2, 3. Persons may have any number.",
                "Which place has a person among the sorted ones? torch.unique can tell for each "
                "row, with return_inverse=True.",
            ),
        ),
        Mistake(
            "order of appearance",
            folds_like(fold=lambda groups, k: place_of_appearance(groups) % k),
            "Nobody is torn apart. But the persons are dealt in the order of their numbers, "
            "not in the order in which they appear.",
        ),
        Mistake(
            "blocks of groups",
            folds_like(fold=blocks),
            "Nobody is torn apart. But you fill one fold after the other; deal like cards: "
            "first person to fold 0, second to fold 1, and so on.",
        ),
        Mistake(
            "runs taken for groups",
            folds_like(fold=runs_of_rows),
            (
                "Right where the rows of a person stand together. Must they?",
                "The same number further down is the same person: sort, or use torch.unique.",
            ),
        ),
        Mistake(
            "trained on everything",
            folds_like(rest=lambda held: torch.arange(len(held))),
            (
                "How long is your first tensor, and how many rows are there at all?",
                "The rows held out must be missing from the other part, or the test is no test.",
            ),
        ),
        Mistake(
            "pairs the other way round",
            folds_like(
                rest=lambda held: held.nonzero()[:, 0], number=lambda held: (~held).nonzero()[:, 0]
            ),
            "Which of the two is the smaller part? First come the rows for training, "
            "then those held out.",
        ),
        Mistake(
            "masks",
            folds_like(rest=lambda held: ~held, number=lambda held: held),
            "Those are masks of True and False. Asked are row numbers: nonzero() finds them.",
        ),
        Mistake(
            "numbers in a column",
            folds_like(rest=lambda held: (~held).nonzero(), number=lambda held: held.nonzero()),
            "The right numbers, each in a row of its own: nonzero() returns shape (n, 1).",
        ),
        Mistake(
            "numbers of groups",
            group_numbers,
            "Those are the persons of each part. Asked are the numbers of their rows.",
        ),
        Mistake(
            "held rows only",
            lambda groups, k: [held for _, held in folds_by_lists(groups, k)],
            "You give the held-out rows of each fold. A pair has the rows for training as well.",
        ),
    ),
    hints=(
        "Do it by hand for the second case: the persons in order are 7, 12, 15, 31, 40.",
        "torch.unique(groups, return_inverse=True) says for each row which person it is, counted "
        "from 0. Its fold follows from that; then, for each fold, which rows and which not.",
    ),
)
