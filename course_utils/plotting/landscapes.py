"""Loss surfaces over two weights: contour lines, paths on them, the gradient, and 3-D views."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from matplotlib.axes import Axes

from .descent import RUN_COLORS, RUN_MARKERS, named_runs, to_numbers
from .style import COLORS, new_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Surface = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Span = tuple[float, float]

_SOLID: dict[str, Any] = {"mec": "white", "mew": 0.8, "ms": 6}
_HOLLOW: dict[str, Any] = {"mfc": "none", "mew": 1.6, "ms": 10}


def plot_contours(
    f: Surface,
    paths: Sequence[Sequence[float]] | Mapping[str, Sequence[Sequence[float]]] | None = None,
    *,
    ax: Axes | None = None,
    xlim: Span = (-2.0, 2.0),
    ylim: Span = (-2.0, 2.0),
    levels: int = 16,
    lines: bool = True,
    hollow: Collection[str] = (),
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
    lines
        Draw the lines themselves; without them the bands of colour remain, enough for a small
        panel and a third of the file.
    hollow
        Names of runs to draw with open markers and below the others, so that a run they share
        points with stays visible.
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
        If a path is empty, if its points are not pairs, if the loss is nowhere finite, or if
        `hollow` names a run that is not there.

    Examples
    --------
    >>> ax = plot_contours(lambda u, v: u**2 + 3 * v**2, [(1.5, 1.0), (0.8, 0.2)])
    >>> len(ax.get_lines()) > 0
    True
    """
    runs = {} if paths is None else named_runs(paths)
    for name, path in runs.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2:
            raise ValueError(
                f"The path {name!r} has shape {np.shape(path)}; plot_contours needs (steps, 2): "
                "a list of pairs (w1, w2)."
            )
    if unknown := sorted(set(hollow) - set(runs)):
        raise ValueError(
            f"hollow names {', '.join(unknown)}, but the paths are {', '.join(runs) or 'none'}."
        )
    ax = new_axes(ax)
    u, v, heights = _grid(f, xlim, ylim)
    finite = heights[np.isfinite(heights)]
    if not len(finite):
        raise ValueError("plot_contours() found no finite loss in this range of weights.")
    low = float(finite.min())
    high = max(float(finite.max()), low + 1e-9)  # a flat loss has one height
    steps = low + (high - low) * np.linspace(0, 1, levels + 1) ** 2
    ax.contourf(u, v, heights, levels=steps, cmap="cividis", alpha=0.55)
    if lines:
        ax.contour(u, v, heights, levels=steps, cmap="cividis", linewidths=0.8)
    for (name, path), color, marker in zip(
        runs.items(), cycle(RUN_COLORS), cycle(RUN_MARKERS), strict=False
    ):
        x, y = np.asarray(path, dtype=float).T
        below = 0.5 if name in hollow else 0.0
        look = _HOLLOW if name in hollow else _SOLID
        ax.plot(x, y, color="white", linewidth=3.2, zorder=3 - below)
        ax.plot(x, y, color=color, linewidth=1.6, zorder=3 - below)
        ax.plot(x, y, marker, color=color, label=name, zorder=4 - below, **look)
        ax.plot(x[:1], y[:1], "o", color=color, ms=13, mfc="none", mew=2, zorder=4 - below)
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
        side = "left" if tip[0] > x else "right"
        back = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": color}
        ax.annotate(
            name,
            tip,
            xytext=(6 if side == "left" else -6, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            bbox=back,
            zorder=7,
        )
    ax.plot(*at, "o", color="black", ms=8, zorder=7)
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
        u, v, heights, cmap="cividis", rstride=2, cstride=2, linewidth=0, antialiased=False
    )
    ax.set(xticklabels=[], yticklabels=[], zticklabels=[])
    ax.view_init(elev=38, azim=-60)  # type: ignore[attr-defined]
    return ax


def _grid(
    f: Surface, xlim: Span, ylim: Span, *, points: int = 121
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    u, v = torch.meshgrid(
        torch.linspace(*xlim, points), torch.linspace(*ylim, points), indexing="xy"
    )
    return to_numbers(u), to_numbers(v), to_numbers(f(u, v))
