"""Checks of what a caller gave, with words that help a student."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import torch
from torch import Tensor


def unknown(kind: str, given: str, known: Iterable[str]) -> str:
    """Say what is unknown, what may have been meant, and what there is."""
    names = list(known)
    near = difflib.get_close_matches(given.lower(), [name.lower() for name in names], n=3)
    meant = [name for name in names if name.lower() in near or name.lower() in given.lower()]
    hint = f" Did you mean {' or '.join(repr(name) for name in meant)}?" if meant else ""
    return f"There is no {kind} called {given!r}.{hint} There are: {', '.join(names)}."


def check_noise(noise: float) -> float:
    if isinstance(noise, bool) or not isinstance(noise, (int, float)):
        raise TypeError(f"noise must be a number, but got {noise!r}.")
    if not 0 <= noise < float("inf"):
        raise ValueError(f"noise is a spread and cannot be {noise}: give 0 or more.")
    return float(noise)


def check_pair(X: Tensor, y: Tensor) -> None:
    for name, value in (("X", X), ("y", y)):
        if not isinstance(value, Tensor):
            raise TypeError(
                f"{name} must be a tensor, but it is a {type(value).__name__}: "
                f"torch.tensor({name}, dtype=torch.float32) makes one."
            )
        if value.ndim == 0:
            raise ValueError(f"{name} is a single number; it needs one row for each example.")
    if len(X) != len(y):
        raise ValueError(
            f"X has {len(X)} rows but y has {len(y)}: every row of X needs its own target."
        )
    if len(X) == 0:
        raise ValueError("X and y are empty: there is nothing to learn from.")


def check_floats(name: str, table: Tensor) -> None:
    if not isinstance(table, Tensor):
        raise TypeError(
            f"{name} must be a tensor, but it is a {type(table).__name__}: "
            "torch.tensor(…, dtype=torch.float32) makes one."
        )
    if not table.is_floating_point():
        raise TypeError(f"{name} holds {table.dtype}; turn it into floats first: {name}.float()")
    if table.ndim != 2:
        raise ValueError(
            f"{name} has shape {tuple(table.shape)}, but a table (rows, columns) is needed; "
            "a single column is x.unsqueeze(1)."
        )
    if not bool(torch.isfinite(table).all()):
        raise ValueError(
            f"{name} contains NaN or infinite values: find them with torch.isfinite, and fill or "
            "drop those rows first."
        )


def check_positive(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, but got {value!r}.")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, but got {value}.")


def check_seed(seed: int) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be a whole number, but got {seed!r}.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 2**32 - 1, but got {seed}.")
