"""Tables on their way into a model: missing values, parts, trials, the place of one row."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .curves import flat
from .style import CLASS_COLORS, COLORS, new_axes

_BARS = tuple(COLORS[c] for c in ("blue", "vermillion", "green", "purple"))
_PARTS = ((COLORS["sky"], ""), (COLORS["orange"], "//"), (COLORS["green"], ".."))


def plot_zeros(
    values: ArrayLike | Tensor, *, name: str = "value", bins: int = 30, ax: Axes | None = None
) -> Axes:
    """Draw the histogram of a column, its exact zeros as a bar of their own.

    Parameters
    ----------
    values
        (N,) or (N, 1), finite.
    name
        The column with its unit, below the axis.
    bins
        Number of bars for the values that are not zero.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are no values, or one is not finite.

    Examples
    --------
    >>> plot_zeros([0.0, 0.0, 3.0, 5.0], name="insulin").texts[0].get_text()
    '2 zeros'
    """
    column = flat(values)
    if len(column) == 0 or not np.isfinite(column).all():
        raise ValueError("plot_zeros() needs at least one value, and finite ones.")
    zeros, rest = int((column == 0).sum()), column[column != 0]
    ax = new_axes(ax)
    span = float(np.ptp(column)) or 1.0
    if len(rest):
        ax.hist(rest, bins, color=COLORS["blue"], alpha=0.75, edgecolor="white", lw=0.5)
    if zeros:
        ax.bar(0, zeros, width=span / 30, color=COLORS["vermillion"], hatch="//", ec="black")
        ax.annotate(f"{zeros} zeros", (0, zeros), xytext=(-6, 5), textcoords="offset points")
        ax.set_ylim(top=max(ax.get_ylim()[1], 1.15 * zeros))
    ax.set(xlabel=name, ylabel="rows")
    return ax


def plot_parts(
    rows: Mapping[str, ArrayLike | Tensor],
    *,
    names: Sequence[str] = ("training", "validation", "test"),
    xlabel: str = "row of the table",
    ax: Axes | None = None,
) -> Axes:
    """Draw which part of the data each row of a table belongs to, one strip for each split.

    Parameters
    ----------
    rows
        Name of a strip → (N,) part numbers 0, 1, 2; from top to bottom.
    names
        Names of the parts, at most three.
    xlabel
        What runs along the strips.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no strip, or a part number without a name.

    Examples
    --------
    >>> ax = plot_parts({"hold out": [0, 0, 0, 1, 2]})
    >>> [int(block.get_width()) for block in ax.patches]
    [3, 1, 1]
    """
    strips = {name: flat(parts).astype(int) for name, parts in rows.items()}
    known = range(min(len(names), len(_PARTS)))
    if not strips or any(len(p) == 0 or not set(p.tolist()) <= {*known} for p in strips.values()):
        raise ValueError(
            "plot_parts() needs {'name of the strip': [part of row 0, part of row 1, …]} with "
            f"part numbers from 0 to {len(known) - 1}: {', '.join(names)}."
        )
    ax = new_axes(ax)
    for height, parts in enumerate(strips.values()):
        for start, stop in _runs(parts):
            color, hatch = _PARTS[parts[start]]
            ax.barh(height, float(stop - start), left=start, height=0.7, color=color,
                    hatch=hatch, edgecolor="black", lw=0.8)  # fmt: skip
    used = sorted({int(k) for parts in strips.values() for k in parts})
    keys = [Patch(fc=_PARTS[k][0], hatch=_PARTS[k][1], ec="black", label=names[k]) for k in used]
    ax.legend(handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(used))
    ax.set_yticks(range(len(strips)), list(strips))
    ax.set(xlabel=xlabel, xlim=(0, max(map(len, strips.values()))))
    ax.set_ylim(len(strips) - 0.5, -0.5)
    ax.grid(False)
    return ax


def plot_trials(
    trials: Mapping[str, Sequence[float]],
    *,
    levels: Mapping[str, float] | None = None,
    xlabel: str = "test accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar for each way of testing, up to its mean, with the single trials as dots.

    Parameters
    ----------
    trials
        Name → numbers, one for each split or seed; from top to bottom.
    levels
        Name → a number to mark with a dotted line, such as a baseline.
    xlabel
        What the numbers are.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are no trials, or a name has none.

    Examples
    --------
    >>> ax = plot_trials({"honest": [0.70, 0.74], "leaky": [0.96]})
    >>> [text.get_text() for text in ax.texts]
    ['0.72', '0.96']
    """
    if not trials or min(map(len, trials.values())) == 0:
        raise ValueError("plot_trials() needs {'name': [number of trial 1, number of trial 2, …]}.")
    ax = new_axes(ax)
    highest = max(max(values) for values in trials.values())
    for row, (values, color) in enumerate(
        zip(trials.values(), itertools.cycle(_BARS), strict=False)
    ):
        mean = float(np.mean(values))
        ax.barh(row, mean, height=0.55, color=color, alpha=0.45, edgecolor=color, lw=1.5)
        ax.plot(values, [row] * len(values), "o", color=color, mec="black", ms=8, zorder=3)
        text = f"{mean:.2f}"
        ax.text(max(values) + 0.02 * highest, row, text, va="center", fontsize=14)
    for name, level in (levels or {}).items():
        ax.axvline(level, color="black", ls=":", lw=1.8, label=f"{name} {level:.2f}")
    ax.set_yticks(range(len(trials)), list(trials))
    ax.set(xlabel=xlabel, xlim=(0, 1.12 * highest), ylim=(len(trials) - 0.5, -0.5))
    ax.grid(axis="y", visible=False)
    if levels:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(levels))
    return ax


def plot_row(
    row: Sequence[float] | Tensor,
    table: Tensor,
    names: Sequence[str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw where a row stands among the rows of a table, feature by feature.

    A bar spans the middle nine tenths of each column, in standard deviations from its mean; the
    row's values are dots, vermillion diamonds where they lie outside of the whole column.

    Parameters
    ----------
    row
        (D,) values, in the units of the table.
    table
        (N, D), float, N of at least 2.
    names
        D names, with units.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If row, table and names do not have the same number of features.

    Examples
    --------
    >>> table = torch.tensor([[0.0, 1.0], [2.0, 5.0]])
    >>> [t.get_text() for t in plot_row([1.0, 9.0], table, ["a", "b"]).get_yticklabels()]
    ['a: 1', 'b: 9']
    """
    values = torch.as_tensor(row, dtype=torch.float64).flatten()
    columns = table.detach().double().cpu()
    if table.ndim != 2 or len(table) < 2 or not len(values) == len(names) == table.shape[1]:
        raise ValueError(
            f"plot_row() got {len(values)} values and {len(names)} names for a table of shape "
            f"{tuple(table.shape)}; it needs one of each for every column, and two or more rows."
        )
    ax = new_axes(ax)
    mean, std = columns.mean(dim=0), columns.std(dim=0, correction=0).clamp_min(1e-12)
    low, high = (torch.quantile(columns, q, dim=0) for q in (0.05, 0.95))
    outside = (values < columns.amin(dim=0)) | (values > columns.amax(dim=0))
    places = ((values - mean) / std).tolist()
    for i, place in enumerate(places):
        left, right = ((end[i] - mean[i]) / std[i] for end in (low, high))
        ax.barh(
            i, float(right - left), left=float(left), height=0.45, color=COLORS["sky"], alpha=0.6
        )
        look = ("D", COLORS["vermillion"]) if outside[i] else ("o", COLORS["blue"])
        ax.plot(place, i, look[0], color=look[1], mec="black", ms=10)
    ax.axvline(0, color="black", lw=1, ls=":")
    labels = [f"{name}: {value:g}" for name, value in zip(names, _short(values), strict=True)]
    ax.set_yticks(range(len(names)), labels)
    widest = max(4.0, *(abs(place) + 0.5 for place in places))
    ax.set(xlim=(-widest, widest), ylim=(len(names) - 0.5, -0.5))
    ax.set_xlabel("standard deviations from the mean")
    ax.grid(axis="y", visible=False)
    return ax


def plot_chances(chances: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Draw what several models say about one sample: P(class 1) as bars.

    Parameters
    ----------
    chances
        Name → probability between 0 and 1; from top to bottom.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no model, or a number is no probability.

    Examples
    --------
    >>> ax = plot_chances({"net": 1.0, "logistic": 0.38})
    >>> [text.get_text() for text in ax.texts]
    ['1.000', '0.380']
    """
    if not chances or not all(0 <= p <= 1 for p in chances.values()):
        raise ValueError("plot_chances() needs {'model': probability between 0 and 1, …}.")
    ax = new_axes(ax)
    for i, (p, hatch) in enumerate(zip(chances.values(), ["", "//", "..", "xx"] * 9, strict=False)):
        color = CLASS_COLORS[int(p > 0.5)]
        look: dict[str, Any] = {"color": color, "alpha": 0.7, "hatch": hatch, "edgecolor": "black"}
        ax.barh(i, p, height=0.5, **look)
        left = p < 0.8
        ax.text(p + 0.03 if left else p - 0.03, i, f"{p:.3f}", ha="left" if left else "right",
                va="center", fontsize=14, zorder=4,
                bbox={"fc": "white", "ec": "none", "pad": 2})  # fmt: skip
    ax.axvline(0.5, color="black", ls="--", lw=1.5)
    ax.set_yticks(range(len(chances)), list(chances))
    ax.set(xlim=(0, 1), ylim=(len(chances) - 0.5, -0.5), xlabel="P(class 1)")
    ax.grid(axis="y", visible=False)
    return ax


def _runs(parts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Start and end of every stretch of equal numbers."""
    cuts = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(parts)]
    return list(itertools.pairwise(cuts))


def _short(values: Tensor) -> list[float]:
    return [float(f"{value:.3g}") for value in values.tolist()]
