"""From a table to what a training loop eats: split, standardise, batch."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from course_utils.datasets._checks import check_floats, check_pair, check_positive, check_seed


class Splits(NamedTuple):
    """Three disjoint parts of a table, each a pair ``(X, y)``."""

    train: tuple[Tensor, Tensor]
    val: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]

    def __repr__(self) -> str:
        sizes = ", ".join(
            f"{name} {len(part[0])}" for name, part in zip(self._fields, self, strict=True)
        )
        return f"Splits({sizes} rows)"


def split(
    X: Tensor,
    y: Tensor,
    *,
    fractions: tuple[float, float, float] = (0.6, 0.2, 0.2),
    stratify: bool | Tensor | None = None,
    seed: int = 0,
) -> Splits:
    """Split rows at random into training, validation and test.

    The shuffled rows are cut at ``N * fractions[0]`` and ``N * (fractions[0] + fractions[1])``,
    rounded to the nearest whole row, halves up; so every row is in exactly one part.

    Parameters
    ----------
    X, y : Tensor, shapes (N, D) and (N, 1) or (N,)
        The table.
    fractions : three floats
        Shares of training, validation and test; they sum to 1. A share of 0 makes an empty part:
        ``(0.8, 0.0, 0.2)`` for training and test only.
    stratify : bool or Tensor of N class labels, optional
        True keeps the shares of the classes in `y` the same in all parts, to within two rows a
        class; labels do the same for the classes they name.
    seed : int
        The same seed gives the same parts, whatever was drawn before.

    Returns
    -------
    Splits
        ``.train``, ``.val`` and ``.test``, each ``(X, y)``; the tensors are copies.

    Raises
    ------
    TypeError, ValueError
        If the tensors do not belong together, or the fractions make no sense.

    Examples
    --------
    >>> from course_utils import make_points
    >>> X, y = make_points("moons", 100)
    >>> parts = split(X, y, stratify=True)
    >>> parts
    Splits(train 60, val 20, test 20 rows)
    >>> X_train, y_train = parts.train
    """
    check_pair(X, y)
    check_seed(seed)
    n = len(X)
    first, second = _cuts(n, fractions)
    rng = np.random.RandomState(seed)
    if stratify is None or stratify is False:
        order = rng.permutation(n)
    else:
        labels = y if stratify is True else stratify
        order = _stratified_order(_as_labels(labels, n), rng)
    rows = [order[:first], order[first:second], order[second:]]
    parts = [torch.from_numpy(rng.permutation(part).astype(np.int64)) for part in rows]
    return Splits(*((X[part], y[part]) for part in parts))


def standardize(train: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """Shift and scale every column to mean 0 and standard deviation 1 **of the training rows**.

    Validation, test and new rows are passed along as `others` and get the training rows' mean
    and standard deviation; their own would leak what the model must not know. A column that is
    constant in `train` is only shifted: there is nothing to divide by.
    First written out in lecture 08.

    Parameters
    ----------
    train : Tensor, shape (N, D), float
        At least two rows; mean and standard deviation (dividing by N) are taken from here only.
    *others : Tensor, shape (M, D), float
        Rows to treat in the same way.

    Returns
    -------
    tuple of Tensor
        As many as were given, in the same order. With one argument: ``(X,) = standardize(X)``.

    Raises
    ------
    TypeError, ValueError
        For anything that is not a table of finite floats, or has other columns than `train`.

    Examples
    --------
    >>> import torch
    >>> train, new = standardize(torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0]]))
    >>> train.tolist(), new.tolist()
    ([[-1.0], [1.0]], [[3.0]])
    """
    for position, table in enumerate((train, *others)):
        name = "train" if position == 0 else f"table {position + 1}"
        check_floats(name, table)
        if table.shape[1] != train.shape[1]:
            raise ValueError(
                f"{name} has {table.shape[1]} columns, but train has {train.shape[1]}: "
                "the same features are needed, in the same order."
            )
    if len(train) < 2:
        raise ValueError("train has one row: a standard deviation needs at least two.")
    mean, std = train.mean(dim=0), train.std(dim=0, correction=0)
    constant = train.amin(dim=0) == train.amax(dim=0)
    std = torch.where(constant, torch.ones_like(std), std)
    # Rounding leaves a constant column's mean a little beside its value.
    mean = torch.where(constant, train[0], mean)
    return tuple((table - mean) / std for table in (train, *others))


def batches(
    X: Tensor, y: Tensor, batch_size: int = 32, *, shuffle: bool = True, seed: int = 0
) -> DataLoader[tuple[Tensor, ...]]:
    """Serve a table in batches: a ``DataLoader`` over a ``TensorDataset`` with its own generator.

    Parameters
    ----------
    X, y : Tensor, shapes (N, D) and (N, 1) or (N,)
        The table.
    batch_size : int
        Rows in a batch; the last batch of an epoch may be smaller.
    shuffle : bool
        Whether every epoch visits the rows in a new random order.
    seed : int
        Seed of the shuffling, independent of torch's global one.

    Returns
    -------
    DataLoader
        Yields pairs ``(X_batch, y_batch)``, ``ceil(N / batch_size)`` of them an epoch.

    Raises
    ------
    TypeError, ValueError
        If the tensors do not belong together, or `batch_size` is no positive whole number.

    Examples
    --------
    >>> from course_utils import make_points
    >>> X, y = make_points("moons", 100)
    >>> [len(y_batch) for X_batch, y_batch in batches(X, y, 32)]
    [32, 32, 32, 4]
    """
    check_pair(X, y)
    check_seed(seed)
    check_positive("batch_size", batch_size)
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(
        TensorDataset(X, y), batch_size=batch_size, shuffle=shuffle, generator=generator
    )


def _cuts(n: int, fractions: tuple[float, float, float]) -> tuple[int, int]:
    shares = tuple(fractions) if isinstance(fractions, (tuple, list)) else ()
    if len(shares) != 3 or any(
        isinstance(s, bool) or not isinstance(s, (int, float)) for s in shares
    ):
        raise ValueError(
            f"fractions wants three numbers (train, val, test), but got {fractions!r}. "
            "For training and test only: (0.8, 0.0, 0.2)."
        )
    if min(shares) < 0 or not math.isclose(sum(shares), 1.0, abs_tol=1e-6):
        raise ValueError(f"fractions must not be negative and must sum to 1, but got {fractions}.")
    # The small addend keeps 0.1 + 0.2 and its like on the intended side of a half.
    first, second = (math.floor(n * s + 0.5 + 1e-9) for s in (shares[0], shares[0] + shares[1]))
    for name, share, size in zip(
        Splits._fields, shares, (first, second - first, n - second), strict=True
    ):
        if (share > 0 or name == "train") and size == 0:
            raise ValueError(
                f"{n} rows are too few for fractions {fractions}: the {name} part would be empty."
            )
    return first, second


def _as_labels(labels: bool | Tensor | None, n: int) -> np.ndarray:
    if not isinstance(labels, Tensor) or labels.numel() != n:
        raise ValueError(
            f"stratify wants True, or a tensor with one class label for each of {n} rows."
        )
    if labels.is_floating_point() and not bool((labels == labels.round()).all()):
        raise ValueError(
            "stratify wants class labels (0, 1, 2, …), but these are measurements. "
            "For a regression leave stratify away."
        )
    return labels.detach().flatten().cpu().numpy()


def _stratified_order(labels: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """Order rows so that every stretch holds the classes in their proportions.

    The k-th of a class's n rows, in random order, sits at (k + 1/2)/n on a line from 0 to 1; the
    rows of all classes are then read off along that line.
    """
    order = rng.permutation(len(labels))
    position = np.empty(len(labels))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels[order] == label)
        position[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    return np.asarray(order[np.argsort(position, kind="stable")])
