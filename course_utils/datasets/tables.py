"""Load the bundled tables: offline, checked, and as tensors."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course_utils.datasets._checks import unknown
from course_utils.datasets.catalogue import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_GENERATED = ("moons", "circles", "blobs", "aniso", "varied", "quantiles", "spirals", "two_clouds")
# Rows that the circulating 759-row file lacks (0-based, in the table of 768).
_ROWS_NOT_IN_759 = (14, 24, 236, 259, 285, 401, 458, 517, 658)


class DatasetError(RuntimeError):
    """A bundled file is missing, damaged or edited."""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """A table as tensors, with its names and its card.

    It can be given to ``fit(model, dataset, …)`` or to a ``DataLoader`` as it is; a row is
    ``X[i], y[i]``. For both tensors at once write ``X, y = dataset.xy``.

    Attributes
    ----------
    X : Tensor, shape (N, D), float32
        Features.
    y : Tensor
        Targets: (N, 1) float32 for regression and for two classes, (N,) int64 for more classes.
    name, variant : str, str or None
        What was asked for.
    feature_names, units : tuple of str
        One entry a column; the unit is ``""`` where there is none.
    target_name, target_unit : str
        The same for `y`.
    class_names : tuple of str or None
        ``class_names[1]`` says what ``y == 1`` means; None for regression.
    card : str
        What, who, when, how, source, licence, and what not to conclude.

    Examples
    --------
    >>> houses = load_dataset("houses")
    >>> houses
    Dataset 'houses': X (3, 1) float32, y (3, 1) float32
      features: size (sq ft)
      target: price (thousand $)
    >>> X, y = houses.xy
    """

    X: Tensor
    y: Tensor
    name: str
    variant: str | None
    feature_names: tuple[str, ...]
    units: tuple[str, ...]
    target_name: str
    target_unit: str
    class_names: tuple[str, ...] | None
    card: str

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.X[index], self.y[index]

    def __repr__(self) -> str:
        variant = f" (variant '{self.variant}')" if self.variant else ""
        tensors = ", ".join(
            f"{name} {tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
            for name, tensor in (("X", self.X), ("y", self.y))
        )
        names = [self.label(name) for name in self.feature_names]
        features = ", ".join(names if len(names) <= 13 else [*names[:3], "…", names[-1]])
        target = self.label(self.target_name)
        if self.class_names is not None:
            target = self.target_name + ": "
            target += ", ".join(f"{k} = {name}" for k, name in enumerate(self.class_names))
        return (
            f"Dataset '{self.name}'{variant}: {tensors}\n  features: {features}\n  target: {target}"
        )

    @property
    def xy(self) -> tuple[Tensor, Tensor]:
        """Both tensors, for ``X, y = dataset.xy``."""
        return self.X, self.y

    def feature(self, *names: str) -> Tensor:
        """Return the named columns of `X`.

        Parameters
        ----------
        *names : str
            Names out of `feature_names`.

        Returns
        -------
        Tensor, shape (N, len(names)), float32
            A copy, in the order asked for.

        Raises
        ------
        ValueError
            For an unknown name, or none.

        Examples
        --------
        >>> load_dataset("mpg").feature("weight").shape
        torch.Size([392, 1])
        """
        if not names:
            raise ValueError(f"name at least one feature: {', '.join(self.feature_names)}")
        for name in names:
            if name not in self.feature_names:
                raise ValueError(unknown(f"feature of '{self.name}'", name, self.feature_names))
        return self.X[:, [self.feature_names.index(name) for name in names]]

    def label(self, name: str) -> str:
        """Return a feature's or the target's name with its unit, for an axis of a figure.

        Examples
        --------
        >>> load_dataset("mpg").label("weight")
        'weight (lb)'
        """
        units = dict(zip(self.feature_names, self.units, strict=True))
        units[self.target_name] = self.target_unit
        if name not in units:
            raise ValueError(unknown(f"column of '{self.name}'", name, units))
        return f"{name} ({units[name]})" if units[name] else name

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame, features first, then the target."""
        import pandas as pd

        frame = pd.DataFrame(self.X.numpy().copy(), columns=list(self.feature_names))
        target = self.y.flatten()
        frame[self.target_name] = (target.long() if self.class_names else target).numpy().copy()
        return frame


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
        values, columns = _from_csv(table)

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
        rows = np.random.RandomState(0).randint(0, len(X), size=2000)
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


def check_data_files() -> list[str]:
    """Check every bundled file; return one sentence for each that is missing or changed.

    Examples
    --------
    >>> check_data_files()
    []
    """
    problems = []
    for table in TABLES.values():
        if table.file is not None:
            try:
                _read_checked(table)
            except DatasetError as error:
                problems.append(str(error))
    return problems


def data_dir() -> Path:
    """Return the folder of the CSV files: inside an installed package, or `data/` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


def _find(name: str) -> Table:
    if not isinstance(name, str):
        raise TypeError(
            f"load_dataset wants a name such as 'diabetes', but got {type(name).__name__}."
        )
    if name in _GENERATED:
        raise ValueError(f"'{name}' is drawn, not loaded: X, y = make_points('{name}')")
    if name not in TABLES:
        raise ValueError(unknown("dataset", name, TABLES))
    return TABLES[name]


def _find_variant(name: str, table: Table, variant: str | None) -> str | None:
    if variant is None:
        return next(iter(table.variants), None)
    if not table.variants:
        raise ValueError(f"'{name}' has no variants: load_dataset('{name}') is all there is.")
    if variant not in table.variants:
        raise ValueError(unknown(f"variant of '{name}'", str(variant), table.variants))
    return variant


def _read_checked(table: Table) -> bytes:
    """Read a file and refuse it unless it is the published one, byte by byte."""
    assert table.file is not None
    path = data_dir() / table.file
    if (path.parent.parent / ".git").exists():
        cure = f"Bring it back with: git restore data/{table.file}"
    else:
        cure = "Install the course package again."
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"The data file {path} is missing. {cure}") from None
    except OSError as error:
        raise DatasetError(
            f"The data file {path} cannot be read ({error.strerror}). {cure}"
        ) from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise DatasetError(
            f"The data file {path} is not the published one: it was edited or damaged "
            f"(its sha256 differs; a spreadsheet that saved it is enough). {cure}"
        )
    return content


def _from_csv(table: Table) -> tuple[NDArray[np.float64], list[str]]:
    header, *rows = csv.reader(_read_checked(table).decode("utf-8").splitlines())
    columns = [table.rename.get(column, column) for column in header]
    kept = [i for i, column in enumerate(columns) if column not in table.drop]
    values = np.array([[float(row[i]) for i in kept] for row in rows])
    return values, [columns[i] for i in kept]


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
