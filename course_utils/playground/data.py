"""Points in the plane: drawn or measured, split, standardised with the training part's numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..datasets import load_dataset, make_points, split, standardize
from ..datasets.generators import KINDS
from .choices import FEATURES, SCALE_FREE, TABLES
from .settings import Settings, SettingsError

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Plane:
    """Training and validation points, with their names.

    Attributes
    ----------
    train, val
        ``(X, y)`` with X (N, 2) standardised by the training points.
    axes
        What the two coordinates are.
    class_names
        Two or three.
    columns
        Of a table, the features that can be chosen for the axes.
    """

    train: Pair
    val: Pair
    axes: tuple[str, str]
    class_names: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def n_outputs(self) -> int:
        """One logit for two classes, else one for each class."""
        return 1 if len(self.class_names) == 2 else len(self.class_names)


def prepare(settings: Settings) -> Plane:
    """Load or draw the points that the settings ask for.

    Raises
    ------
    SettingsError
        For columns that the table does not have.
    """
    axes: tuple[str, str] = ("x₁", "x₂")
    columns: tuple[str, ...] = ()
    if settings.data in TABLES:
        dataset = load_dataset(settings.data)
        X, y = dataset.xy
        classes, columns = dataset.class_names or (), dataset.feature_names
        if settings.columns != "pca":
            first, second = settings.columns.split("+")
            try:
                X = dataset.feature(first, second)
            except ValueError as error:
                raise SettingsError("columns", str(error)) from None
            axes = (f"{first}, standardised", f"{second}, standardised")
    else:
        X, y = make_points(settings.data, settings.n, noise=noise_of(settings), seed=settings.seed)
        classes = tuple(f"class {k}" for k in range(KINDS[settings.data][2]))
    (X_train, y_train), (X_val, y_val), _ = split(
        X, y, fractions=fractions(settings), stratify=True, seed=settings.seed
    )
    X_train, X_val = standardize(X_train, X_val)
    if settings.data in TABLES and settings.columns == "pca":
        X_train, X_val = standardize(*principal_components(X_train, X_val))
        axes = ("principal component 1", "principal component 2")
    return Plane((X_train, y_train), (X_val, y_val), axes, classes, columns)


def noise_of(settings: Settings) -> float:
    """Return the noise that `make_points` is given: a multiple of the kind's own."""
    own = KINDS[settings.data][1]
    return own if settings.data in SCALE_FREE else round(own * settings.noise, 6)


def fractions(settings: Settings) -> tuple[float, float, float]:
    """Return the shares of training, validation and test (there is none)."""
    return settings.train / 100, round(1 - settings.train / 100, 2), 0.0


def principal_components(train: Tensor, *others: Tensor, n: int = 2) -> tuple[Tensor, ...]:
    """Project tables on the directions in which the training rows vary most.

    Parameters
    ----------
    train : Tensor, shape (N, D), float
        Standardised rows; mean and directions are taken from here only.
    *others : Tensor, shape (M, D), float
        Rows to project in the same way.
    n
        How many components.

    Returns
    -------
    tuple of Tensor
        As many as were given, each with `n` columns. A direction's sign is free; here its
        largest entry is positive.

    Examples
    --------
    >>> (line,) = principal_components(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), n=1)
    >>> [round(x, 3) for x in line.flatten().tolist()]
    [-2.5, 2.5]
    """
    mean = train.mean(dim=0)
    _, _, directions = torch.linalg.svd(train - mean, full_matrices=False)
    directions = directions[:n]
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    directions = directions * largest.sign()
    return tuple((table - mean) @ directions.T for table in (train, *others))


def compute_features(X: Tensor, names: tuple[str, ...]) -> Tensor:
    """Return the named features of points (N, 2) as (N, len(names)) float32.

    Examples
    --------
    >>> compute_features(torch.tensor([[2.0, 3.0]]), ("x1", "x1x2")).tolist()
    [[2.0, 6.0]]
    """
    return torch.stack([FEATURES[name].compute(X[:, 0], X[:, 1]) for name in names], dim=1)
