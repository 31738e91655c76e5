"""What `load_dataset` returns: the tensors of a table with their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_utils.datasets._checks import unknown

if TYPE_CHECKING:
    import pandas as pd


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
    >>> from course_utils import load_dataset
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
        >>> from course_utils import load_dataset
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
        >>> from course_utils import load_dataset
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
