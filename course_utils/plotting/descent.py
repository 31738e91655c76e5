"""Figures of gradient descent: balls on curves, paths on contours, surfaces, learning rates."""

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
Surface = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Span = tuple[float, float]
T = TypeVar("T")

_RUN_COLORS = tuple(COLORS[name] for name in ("vermillion", "blue", "green", "purple", "orange"))
_RUN_MARKERS = ("o", "s", "^", "D", "v")
_RUN_LINES = ("-", "--", "-.", ":")


def plot_descent(
    f: Curve,
    paths: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    span: Span | None = None,
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
    runs = _named(paths)
    ax = new_axes(ax)
    left, right = span or _widened([w for path in runs.values() for w in path])
    grid = torch.linspace(left, right, 401)
    ax.plot(grid, _values(f(grid)), color=COLORS["grey"], zorder=1)
    for (name, path), color, marker in zip(
        runs.items(), cycle(_RUN_COLORS), cycle(_RUN_MARKERS), strict=False
    ):
        seen = np.array([w for w in path if np.isfinite(w) and left <= w <= right])
        if not len(seen):
            continue
        heights = _values(f(torch.tensor(seen)))
        ax.plot(seen, heights, color=color, linewidth=1.2, alpha=0.8, zorder=2)
        ax.plot(seen, heights, marker, color=color, markeredgecolor="white", label=name, zorder=3)
        ax.plot(seen[:1], heights[:1], "o", color=color, ms=15, mfc="none", mew=2, zorder=3)
    ax.set(xlim=(left, right), xlabel=xlabel, ylabel=ylabel)
    if any(runs):
        ax.legend()
    return ax


def plot_contours(
    f: Surface,
    paths: Sequence[Sequence[float]] | Mapping[str, Sequence[Sequence[float]]] | None = None,
    *,
    ax: Axes | None = None,
    xlim: Span = (-2.0, 2.0),
    ylim: Span = (-2.0, 2.0),
    levels: int = 16,
    minimum: tuple[float, float] | None = None,
    xlabel: str = "weight $w_1$",
    ylabel: str = "weight $w_2$",
) -> Axes:
    """Draw the contour lines of a loss over two weights, and paths that walk on them.

    The lines lie closer where the loss is low (their heights grow with the square of their
    number), because that is where a descent ends. Dark is low, light is high.

    Parameters
    ----------
    f
        The loss as a function of two weights: two tensors of one shape in, one out.
    paths
        Points ``(w1, w2)`` visited, shape (steps, 2); or several such runs, each under its name.
    ax
        Axes to draw on; a new one where None.
    xlim, ylim
        The ranges of the two weights.
    levels
        Number of contour lines.
    minimum
        A point to mark with a star.
    xlabel, ylabel
        Names of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a path is empty or its points are not pairs.

    Examples
    --------
    >>> ax = plot_contours(lambda u, v: u**2 + 3 * v**2, [(1.5, 1.0), (0.8, 0.2)])
    >>> ax.get_xlim()
    (-2.0, 2.0)
    """
    runs = {} if paths is None else _named(paths)
    for name, path in runs.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2:
            raise ValueError(
                f"The path {name!r} has shape {np.shape(path)}; plot_contours needs (steps, 2): "
                "a list of pairs (w1, w2)."
            )
    ax = new_axes(ax)
    u, v, heights = _grid(f, xlim, ylim)
    low, high = float(heights.min()), float(heights.max())
    steps = low + (high - low) * np.linspace(0, 1, levels + 1) ** 2
    ax.contourf(u, v, heights, levels=steps, cmap="cividis", alpha=0.55)
    ax.contour(u, v, heights, levels=steps, cmap="cividis", linewidths=0.8)
    for (name, path), color, marker in zip(
        runs.items(), cycle(_RUN_COLORS), cycle(_RUN_MARKERS), strict=False
    ):
        x, y = np.asarray(path, dtype=float).T
        ax.plot(x, y, color="white", linewidth=3.2, zorder=3)
        ax.plot(x, y, color=color, linewidth=1.6, zorder=3)
        ax.plot(x, y, marker, color=color, ms=6, mec="white", mew=0.8, label=name, zorder=4)
        ax.plot(x[:1], y[:1], "o", color=color, ms=13, mfc="none", mew=2, zorder=4)
    if minimum is not None:
        ax.plot(*minimum, "*", color="white", mec="black", ms=18, label="minimum", zorder=5)
    ax.set(xlim=xlim, ylim=ylim, xlabel=xlabel, ylabel=ylabel)
    ax.grid(False)
    if any(runs):
        ax.legend()
    return ax


def plot_gradient(
    at: tuple[float, float],
    gradient: tuple[float, float],
    *,
    ax: Axes | None = None,
    length: float = 1.0,
) -> Axes:
    """Draw the gradient at a point, uphill, and the way that descent takes, downhill.

    Parameters
    ----------
    at
        The point ``(w1, w2)``.
    gradient
        The gradient there. Only its direction is drawn.
    ax
        Axes to draw on (usually those of `plot_contours`); a new one where None.
    length
        Length of both arrows, in units of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the gradient is zero: it has no direction.

    Examples
    --------
    >>> ax = plot_contours(lambda u, v: u**2 + v**2)
    >>> _ = plot_gradient((1.0, 1.0), (2.0, 2.0), ax=ax)
    """
    size = float(np.hypot(*gradient))
    if not size > 0:
        raise ValueError("plot_gradient() got a gradient of length 0: it points nowhere.")
    ax = new_axes(ax)
    x, y = at
    for sign, color, name in (
        (1, COLORS["vermillion"], r"$+\nabla L$: uphill"),
        (-1, COLORS["blue"], r"$-\nabla L$: our step"),
    ):
        tip = (x + sign * length * gradient[0] / size, y + sign * length * gradient[1] / size)
        ax.annotate(
            "",
            tip,
            xytext=at,
            arrowprops={"arrowstyle": "-|>", "color": color, "lw": 3, "mutation_scale": 22},
            zorder=6,
        )
        ax.plot([], [], color=color, lw=3, label=name)
    ax.plot(*at, "o", color="black", ms=8, zorder=7)
    ax.legend()
    return ax


def plot_surface(
    f: Surface,
    *,
    ax: Axes | None = None,
    xlim: Span = (-2.0, 2.0),
    ylim: Span = (-2.0, 2.0),
) -> Axes:
    """Draw a loss over two weights as a surface in three dimensions, without tick labels.

    Parameters
    ----------
    f
        The loss as a function of two weights: two tensors of one shape in, one out.
    ax
        Axes made with ``projection="3d"``; new ones where None.
    xlim, ylim
        The ranges of the two weights.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `ax` is flat.

    Examples
    --------
    >>> ax = plot_surface(lambda u, v: u**2 - v**2)
    >>> ax.name
    '3d'
    """
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(subplot_kw={"projection": "3d"})
    if ax.name != "3d":
        raise ValueError(
            "plot_surface() got flat Axes. Make them with "
            'plt.subplots(subplot_kw={"projection": "3d"}), or use plot_contours().'
        )
    u, v, heights = _grid(f, xlim, ylim, points=61)
    ax.plot_surface(  # type: ignore[attr-defined]
        u, v, heights, cmap="cividis", rstride=2, cstride=2, linewidth=0, antialiased=True
    )
    ax.set(xticklabels=[], yticklabels=[], zticklabels=[])
    ax.view_init(elev=38, azim=-60)  # type: ignore[attr-defined]
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
        traces.items(), cycle(_RUN_COLORS), cycle(_RUN_LINES), strict=False
    ):
        ax.plot(range(1, len(values) + 1), values, line, color=color, label=name)
    if logy:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def _named(paths: Sequence[T] | Mapping[str, Sequence[T]]) -> dict[str, Sequence[T]]:
    """Return the runs under their names; a single run has the empty name."""
    runs = dict(paths) if isinstance(paths, Mapping) else {"": paths}
    for name, path in runs.items():
        if not len(path):
            raise ValueError(f"The path {name!r} is empty: there is no step to draw.")
    return runs


def _widened(weights: Sequence[float]) -> Span:
    """Return the range of the finite weights plus 15 % on both sides."""
    finite = [w for w in weights if np.isfinite(w)] or [0.0]
    margin = 0.15 * (max(finite) - min(finite)) or 1.0
    return min(finite) - margin, max(finite) + margin


def _values(t: torch.Tensor) -> NDArray[np.float64]:
    return np.asarray(t.detach().cpu().double().numpy())


def _grid(
    f: Surface, xlim: Span, ylim: Span, *, points: int = 121
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    u, v = torch.meshgrid(
        torch.linspace(*xlim, points), torch.linspace(*ylim, points), indexing="xy"
    )
    return _values(u), _values(v), _values(f(u, v))
