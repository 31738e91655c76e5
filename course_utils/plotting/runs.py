"""Many training runs on one pair of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .curves import FIT_LINES, flat
from .style import COLORS, new_axes

_COLORS = tuple(COLORS[c] for c in ("blue", "vermillion", "green", "purple", "orange", "sky"))
_FONT_SIZE = 12.0
_LINE_HEIGHT = 1.25 * _FONT_SIZE  # in points: names that stand closer would overlap

# Name, place along the Axes (a share), height (a loss), and the look of the line to the name.
_End = tuple[str, float, float, dict[str, Any]]


def plot_runs(
    runs: Mapping[str, Sequence[float] | ArrayLike],
    *,
    levels: Mapping[str, float] | None = None,
    ylim: tuple[float, float] | None = None,
    logx: bool = False,
    logy: bool = False,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    ax: Axes | None = None,
) -> Axes:
    """Draw the losses of several runs, each with its name to the right of the end of its curve.

    Parameters
    ----------
    runs
        Name → losses, one for each epoch, such as ``history["loss"]``. Lengths may differ.
    levels
        Name → a loss to mark with a dotted line: a floor, a bar to beat. Its name, in italics,
        stands among those of the runs.
    ylim
        Ends of the loss axis; a curve that leaves it has its name at the border.
    logx, logy
        Logarithmic axes.
    xlabel, ylabel
        Names of the axes.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no run, or an empty one.

    Examples
    --------
    >>> ax = plot_runs({"slow": [0.69, 0.65], "fast": [0.69, 0.47]}, levels={"know nothing": 0.69})
    >>> [text.get_text() for text in ax.texts]
    ['know nothing', 'slow', 'fast']
    """
    curves = {name: flat(values) for name, values in runs.items()}
    if not curves or min(map(len, curves.values())) == 0:
        raise ValueError("plot_runs() needs {'name': [loss of epoch 1, loss of epoch 2, …]}.")
    ax = new_axes(ax)
    longest = max(map(len, curves.values()))
    looks = [(color, style) for style in FIT_LINES for color in _COLORS]
    for values, (color, style) in zip(curves.values(), cycle(looks), strict=False):
        ax.plot(range(1, len(values) + 1), values, color=color, ls=style, lw=2)
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    if ylim is not None:
        ax.set_ylim(ylim)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(1, max(longest, 2)))
    ends: list[_End] = []
    for name, level in (levels or {}).items():
        ax.axhline(level, color="black", lw=1.2, ls=":", zorder=1)
        ends.append((name, 1.0, level, {"color": "black", "ls": ":"}))
    for (name, values), (color, style) in zip(curves.items(), cycle(looks), strict=False):
        ends.append((name, _place(ax, len(values)), values[-1], {"color": color, "ls": style}))
    _write_names(ax, ends, italic=len(levels or {}))
    return ax


def _write_names(ax: Axes, ends: Sequence[_End], *, italic: int) -> None:
    """Write names in the margin, each joined to the end of its curve; the first are in italics."""
    heights = [_height(ax, value) for _, _, value, _ in ends]
    points = ax.get_window_extent().height / ax.figure.dpi * 72
    places = _spread(heights, _LINE_HEIGHT / points)
    for i, ((name, share, _, look), height, place) in enumerate(
        zip(ends, heights, places, strict=True)
    ):
        arrow = {"arrowstyle": "-", "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 0, "lw": 1.4}
        ax.annotate(name, (share, height), (1.05, place), xycoords="axes fraction",
                    textcoords="axes fraction", va="center", fontsize=_FONT_SIZE, color="black",
                    fontstyle="italic" if i < italic else "normal", annotation_clip=False,
                    arrowprops=arrow | look)  # fmt: skip


def _height(ax: Axes, value: float) -> float:
    """Height of a value as a share of the Axes, kept inside them."""
    y = ax.transAxes.inverted().transform(ax.transData.transform((1.0, value)))[1]
    return float(np.clip(y, 0.0, 1.0)) if np.isfinite(y) else 1.0


def _place(ax: Axes, epoch: int) -> float:
    x = ax.transAxes.inverted().transform(ax.transData.transform((epoch, ax.get_ylim()[0])))[0]
    return float(np.clip(x, 0.0, 1.0))


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move heights apart until each has a line of its own, as little as squares allow.

    The i-th height from below, less ``i * gap``, must not fall: neighbours that do are pooled into
    their mean, which is the least-squares answer (isotonic regression).
    """
    gap = min(gap, 1 / max(len(heights) - 1, 1))
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(order))
    pools: list[list[float]] = []
    for height in np.asarray(heights, float)[order] - steps:
        pools.append([float(height)])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    placed = np.concatenate([np.full(len(pool), np.mean(pool)) for pool in pools])
    result = np.empty_like(placed)
    result[order] = np.clip(placed, 0, 1 - steps[-1]) + steps
    return result.tolist()
