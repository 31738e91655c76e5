"""Load the course's tables: offline, checked, and as tensors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course_utils.datasets._checks import unknown
from course_utils.datasets.catalogue import TABLES, Table
from course_utils.datasets.dataset import Dataset
from course_utils.datasets.files import read_csv
from course_utils.datasets.generators import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows that the circulating 759-row file lacks (0-based, in the table of 768).
_ROWS_NOT_IN_759 = (14, 24, 236, 259, 285, 401, 458, 517, 658)


def dataset_names() -> tuple[str, ...]:
    """Return the names that `load_dataset` knows.

    Examples
    --------
    >>> "diabetes" in dataset_names()
    True
    """
    return tuple(TABLES)


def load_dataset(name: str, *, variant: str | None = None) -> Dataset:
    """Load one of the course's tables. No network is used.

    Parameters
    ----------
    name : str
        One of gpa, gpa_experience, line3, houses, have_a_try, hours, two_points, xor, diabetes,
        mpg, wine, digits.
    variant : str, optional
        Only for ``"diabetes"``: ``"768"`` (as measured; the default), ``"759"`` (the scaled file
        of many courses, where label 1 means *no* diabetes) or ``"2000"`` (resampled with
        replacement).

    Returns
    -------
    Dataset
        Fresh tensors at every call: changing them does not change the next load.

    Raises
    ------
    ValueError
        For an unknown name or variant; the nearest names are suggested.
    DatasetError
        If the file is missing or differs from the one that was published.

    Examples
    --------
    >>> load_dataset("diabetes", variant="759").X.shape
    torch.Size([759, 8])
    >>> print(load_dataset("gpa").card.splitlines()[0])
    What: Four students: grade point average, and whether they were admitted.
    """
    table = _find(name)
    variant = _find_variant(name, table, variant)
    if table.file is None:
        values, columns = _from_sklearn(name)
    else:
        values, columns = read_csv(table)

    names, units = zip(*(_name_and_unit(column) for column in columns), strict=True)
    target = names.index(table.target)
    inputs = [i for i in range(len(names)) if i != target]
    X, y = values[:, inputs], values[:, target]
    target_name, classes, card = table.target, table.classes, table.card.text()
    feature_units = tuple(units[i] for i in inputs)
    if variant is not None:
        card = table.card.text(note=table.variants[variant])
    if variant == "759":
        X, y = _course_form(X, y)
        target_name, classes = "no_diabetes", ("diabetes", "no diabetes")
        feature_units = ("scaled",) * len(inputs)
    elif variant == "2000":
        rows = np.random.RandomState(0).randint(0, len(X), size=2000, dtype=np.int64)
        X, y = X[rows], y[rows]

    multiclass = classes is not None and len(classes) > 2
    return Dataset(
        X=torch.tensor(X, dtype=torch.float32),
        y=torch.tensor(y, dtype=torch.int64) if multiclass else _column(y),
        name=name,
        variant=variant,
        feature_names=tuple(names[i] for i in inputs),
        units=feature_units,
        target_name=target_name,
        target_unit=units[target],
        class_names=classes,
        card=card,
    )


def _find(name: str) -> Table:
    if not isinstance(name, str):
        raise TypeError(
            f"load_dataset wants a name such as 'diabetes', but got {type(name).__name__}."
        )
    if name in TABLES:
        return TABLES[name]
    if name in KINDS:
        raise ValueError(f"'{name}' is drawn, not loaded: X, y = make_points('{name}')")
    raise ValueError(unknown("dataset", name, TABLES))


def _find_variant(name: str, table: Table, variant: str | None) -> str | None:
    if variant is None:
        return next(iter(table.variants), None)
    if not table.variants:
        raise ValueError(f"'{name}' has no variants: load_dataset('{name}') is all there is.")
    if variant not in table.variants:
        raise ValueError(unknown(f"variant of '{name}'", str(variant), table.variants))
    return variant


def _from_sklearn(name: str) -> tuple[NDArray[np.float64], list[str]]:
    from sklearn.datasets import load_digits, load_wine

    bunch = load_wine() if name == "wine" else load_digits()
    data, scale = np.asarray(bunch.data, dtype=np.float64), 1.0 if name == "wine" else 16.0
    columns = [column.replace("/", "_or_") for column in bunch.feature_names]
    return np.column_stack([data / scale, bunch.target]), [*columns, TABLES[name].target]


def _name_and_unit(column: str) -> tuple[str, str]:
    """Split ``"weight (lb)"`` into ``("weight", "lb")``."""
    match = re.fullmatch(r"(.+?)(?: \((.+)\))?", column)
    assert match is not None
    return match[1], match[2] or ""


def _column(y: NDArray[np.float64]) -> Tensor:
    return torch.tensor(y, dtype=torch.float32).unsqueeze(1)


def _course_form(
    X: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rebuild the 759-row file: min-max to [-1, 1], minimum stored as 0, label 1 = healthy."""
    low, high = X.min(axis=0), X.max(axis=0)
    scaled = np.where(low == X, 0.0, 2 * (X - low) / (high - low) - 1)
    return np.delete(scaled, _ROWS_NOT_IN_759, axis=0), np.delete(1 - y, _ROWS_NOT_IN_759)
