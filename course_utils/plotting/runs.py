"""Many training runs on one pair of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .curves import FIT_LINES, flat
from .style import COLORS, new_axes

_COLORS = tuple(COLORS[c] for c in ("blue", "vermillion", "green", "purple", "orange", "sky"))
_LINE_HEIGHT = 0.062  # of the Axes' height: names that stand closer would overlap


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
    """Draw the losses of several runs, each with its name at the end of its curve.

    Parameters
    ----------
    runs
        Name → losses, one for each epoch, such as ``history["loss"]``. Lengths may differ.
    levels
        Name → a loss to mark with a dotted line: a floor, a bar to beat.
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
    for name, level in (levels or {}).items():
        ax.axhline(level, color="black", lw=1.2, ls=":", zorder=1)
        ax.annotate(name, (0.01, level), (0, -3), xycoords=("axes fraction", "data"),
                    textcoords="offset points", va="top", fontsize=12, zorder=5,
                    bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1})  # fmt: skip
    heights = _spread([_height(ax, values[-1]) for values in curves.values()])
    for (name, values), (color, _), height in zip(curves.items(), cycle(looks), heights):
        share = _place(ax, len(values))
        ax.annotate(name, (share, _height(ax, values[-1])), (1.03, height),
                    xycoords="axes fraction", textcoords="axes fraction", va="center",
                    fontsize=12, color="black", annotation_clip=False,
                    arrowprops={"arrowstyle": "-", "color": color, "lw": 1, "ls": ":"})  # fmt: skip
    return ax


def _height(ax: Axes, value: float) -> float:
    """Height of a value as a share of the Axes, kept inside them."""
    y = ax.transAxes.inverted().transform(ax.transData.transform((1.0, value)))[1]
    return float(np.clip(y, 0.0, 1.0)) if np.isfinite(y) else 1.0


def _place(ax: Axes, epoch: int) -> float:
    x = ax.transAxes.inverted().transform(ax.transData.transform((epoch, ax.get_ylim()[0])))[0]
    return float(np.clip(x, 0.0, 1.0))


def _spread(heights: Sequence[float]) -> list[float]:
    """Move heights apart until each has a line of its own, as little as needed."""
    order = np.argsort(heights, kind="stable")
    placed = np.asarray(heights, float)[order]
    for _ in range(200):
        gaps = np.diff(placed)
        close = gaps < _LINE_HEIGHT - 1e-6
        if not close.any():
            break
        push = np.where(close, (_LINE_HEIGHT - gaps) / 2, 0)
        placed[:-1] -= push
        placed[1:] += push
        placed += max(0.0, -placed[0])
        placed -= max(0.0, placed[-1] - 1.0)
    result = np.empty_like(placed)
    result[order] = placed
    return result.tolist()
