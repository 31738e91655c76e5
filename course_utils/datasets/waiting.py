"""A dataset whose samples take their time, as files on a slow disk do."""

from __future__ import annotations

import time

from torch import Tensor
from torch.utils.data import Dataset


class Waiting(Dataset[tuple[Tensor, Tensor]]):
    """Samples (X[i], y[i]) that arrive only after a while; nothing is computed meanwhile.

    It stands in for a disk or a network in lecture 11, and lives here because the workers of a
    DataLoader must be able to import the class of their dataset: they cannot import a notebook.

    Parameters
    ----------
    X
        (N, …) inputs.
    y
        (N, …) targets.
    seconds
        How long each sample takes, 0 or more.

    Raises
    ------
    ValueError
        If X and y differ in length, or `seconds` is negative.

    Examples
    --------
    >>> import torch
    >>> X_0, y_0 = Waiting(torch.ones(4, 3), torch.zeros(4, 1), seconds=0.001)[0]
    >>> X_0.tolist(), y_0.tolist()
    ([1.0, 1.0, 1.0], [0.0])
    """

    def __init__(self, X: Tensor, y: Tensor, *, seconds: float = 0.01) -> None:
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} rows and y has {len(y)}; they must be as many.")
        if seconds < 0:
            raise ValueError(f"a sample cannot take {seconds} seconds; give 0 or more.")
        self.X, self.y, self.seconds = X, y, seconds

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        time.sleep(self.seconds)
        return self.X[i], self.y[i]
