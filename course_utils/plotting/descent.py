"""Figures of gradient descent: balls on curves, learning rates, traces of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from matplotlib.axes import Axes

from .style import COLORS, new_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Curve = Callable[[torch.Tensor], torch.Tensor]
T = TypeVar("T")

RUN_COLORS = tuple(COLORS[name] for name in ("vermillion", "blue", "green", "purple", "orange"))
RUN_MARKERS = ("o", "s", "^", "D", "v")
_RUN_LINES = ("-", "--", "-.", ":")


def plot_descent(
    f: Curve,
    paths: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    span: tuple[float, float] | None = None,
    xlabel: str = "weight w",
    ylabel: str = "loss",
) -> Axes:
    """Draw a curve and the points that a descent visited on it.

    Parameters
    ----------
    f
        The loss as a function of one weight: a tensor of weights in, a tensor of losses out.
    paths
        The weights visited, first to last; or several such runs, each under its name. A big
        ring marks where a run starts. Points outside `span`, infinite or NaN are not drawn.
    ax
        Axes to draw on; a new one where None.
    span
        Left and right end of the weight axis; a little more than the paths need where None.
    xlabel, ylabel
        Names of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a path is empty.

    Examples
    --------
    >>> ax = plot_descent(lambda w: (w - 2) ** 2, [0.0, 1.0, 1.5, 1.75])
    >>> ax.get_ylabel()
    'loss'

    Notes
    -----
    First used in lecture 02.
    """
    runs = named_runs(paths)
    ax = new_axes(ax)
    left, right = span or _widened([w for path in runs.values() for w in path])
    grid = torch.linspace(left, right, 401)
    ax.plot(grid, to_numbers(f(grid)), color=COLORS["grey"], zorder=1)
    for (name, path), color, marker in zip(
        runs.items(), cycle(RUN_COLORS), cycle(RUN_MARKERS), strict=False
    ):
        seen = np.array([w for w in path if np.isfinite(w) and left <= w <= right])
        if not len(seen):
            continue
        heights = to_numbers(f(torch.tensor(seen)))
        ax.plot(seen, heights, color=color, linewidth=1.2, alpha=0.8, zorder=2)
        ax.plot(seen, heights, marker, color=color, markeredgecolor="white", label=name, zorder=3)
        ax.plot(seen[:1], heights[:1], "o", color=color, ms=15, mfc="none", mew=2, zorder=3)
    ax.set(xlim=(left, right), xlabel=xlabel, ylabel=ylabel)
    if any(runs):
        ax.legend()
    return ax


def plot_learning_rates(
    lrs: Sequence[float],
    errors: Sequence[float],
    *,
    ax: Axes | None = None,
    limit: float | None = None,
    best: float | None = None,
    ylabel: str = "loss at the end",
) -> Axes:
    """Draw how good the result of a descent is against its learning rate.

    Parameters
    ----------
    lrs
        Learning rates, all positive.
    errors
        What was left after the descent with each of them. Zeros and infinities are drawn at the
        edge of what the others span.
    ax
        Axes to draw on; a new one where None.
    limit
        The rate above which the descent diverges: the region beyond is shaded.
    best
        The best rate, marked by a dotted line.
    ylabel
        What `errors` are.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the two lengths differ or a rate is not positive.

    Examples
    --------
    >>> ax = plot_learning_rates([0.01, 0.1, 0.3], [1.0, 0.001, 50.0], limit=0.2)
    >>> ax.get_xscale(), ax.get_yscale()
    ('log', 'log')
    """
    if len(lrs) != len(errors):
        raise ValueError(f"plot_learning_rates() got {len(lrs)} rates but {len(errors)} errors.")
    if not all(lr > 0 for lr in lrs):
        raise ValueError("plot_learning_rates() needs positive learning rates: its axis is log.")
    ax = new_axes(ax)
    heights = np.asarray(errors, dtype=float)
    usable = heights[np.isfinite(heights) & (heights > 0)]
    low, high = (usable.min(), usable.max()) if len(usable) else (1.0, 1.0)
    drawn = np.clip(np.nan_to_num(heights, nan=high, posinf=high), low, high)
    ax.plot(lrs, drawn, "o-", color=COLORS["blue"], ms=5)
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel=ylabel)
    if best is not None:
        ax.axvline(best, color=COLORS["green"], linestyle=":", label=f"best: {best:.5f}")
    if limit is not None:
        right = max(max(lrs), limit) * 1.05
        ax.axvspan(limit, right, color=COLORS["vermillion"], alpha=0.18, hatch="//", lw=0)
        ax.axvline(limit, color=COLORS["vermillion"], ls="--", label=f"limit: {limit:.5f}")
        ax.set_xlim(min(lrs) * 0.95, right)
    if best is not None or limit is not None:
        ax.legend()
    return ax


def plot_traces(
    traces: Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    goal: float | None = None,
    logy: bool = False,
    xlabel: str = "epoch",
    ylabel: str = "weight w",
) -> Axes:
    """Draw how numbers move over the steps of a training, each as a line with its own style.

    Parameters
    ----------
    traces
        Name of the run → its value after step 1, 2, 3, …
    ax
        Axes to draw on; a new one where None.
    goal
        The value that it should reach: a thin grey line.
    logy
        Draw the values on a logarithmic axis.
    xlabel, ylabel
        Names of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no trace.

    Examples
    --------
    >>> ax = plot_traces({"with reset": [1.3, 1.5], "without": [1.4, 2.3]}, goal=2.0)
    >>> len(ax.get_lines())
    3
    """
    if not traces:
        raise ValueError("plot_traces() got nothing to draw: pass {'name': [numbers]}.")
    ax = new_axes(ax)
    if goal is not None:
        ax.axhline(goal, color=COLORS["grey"], linewidth=1.2)
    for (name, values), color, line in zip(
        traces.items(), cycle(RUN_COLORS), cycle(_RUN_LINES), strict=False
    ):
        ax.plot(range(1, len(values) + 1), values, line, color=color, label=name)
    if logy:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def named_runs(paths: Sequence[T] | Mapping[str, Sequence[T]]) -> dict[str, Sequence[T]]:
    """Return the runs under their names; a single run has the empty name."""
    runs = dict(paths) if isinstance(paths, Mapping) else {"": paths}
    for name, path in runs.items():
        if not len(path):
            raise ValueError(f"The path {name!r} is empty: there is no step to draw.")
    return runs


def _widened(weights: Sequence[float]) -> tuple[float, float]:
    """Return the range of the finite weights plus 15 % on both sides."""
    finite = [w for w in weights if np.isfinite(w)] or [0.0]
    margin = 0.15 * (max(finite) - min(finite)) or 1.0
    return min(finite) - margin, max(finite) + margin


def to_numbers(t: torch.Tensor) -> NDArray[np.float64]:
    """Return a tensor, on any device and with a gradient or without, as a float64 array."""
    return np.asarray(t.detach().cpu().double().numpy())
