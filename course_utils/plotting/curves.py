"""Curves over one axis, and points marked on them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .style import COLORS, new_axes

# One look for the k-th model, wherever it appears: line, marker on a loss curve, legend.
FIT_COLORS = tuple(COLORS[c] for c in ("blue", "vermillion", "green", "purple", "orange"))
FIT_LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1.5)))
FIT_MARKERS = ("o", "s", "^", "D", "v")


def plot_curves(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    ax: Axes | None = None,
    logy: bool = False,
    xlabel: str = "x",
    ylabel: str = "value",
) -> Axes:
    """Draw curves over one axis, each with its own colour and line style.

    Parameters
    ----------
    x
        (M,) positions. A NaN in a curve leaves a gap: that is how a jump is drawn.
    curves
        Name → (M,) values. A single curve is drawn in grey, so that `marks` stand out.
    marks
        Name → point ``(x, value)`` to mark. Their colours and markers follow the order of the
        fits in `plot_fit`, so that a line and its loss can be shown side by side.
    ax
        Axes to draw on; a new one where None.
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
        If there is no curve, or one of another length than `x`.

    Examples
    --------
    >>> e = np.linspace(-2, 2, 81)
    >>> ax = plot_curves(e, {"squared": e**2, "absolute": abs(e)}, xlabel="error")
    >>> len(ax.get_lines())
    2
    """
    if not curves:
        raise ValueError("plot_curves() got nothing to draw: pass {'name': values}.")
    positions = flat(x)
    ax = new_axes(ax)
    for i, (name, values) in enumerate(curves.items()):
        heights = flat(values)
        if len(heights) != len(positions):
            raise ValueError(
                f"the curve {name!r} has {len(heights)} values for {len(positions)} positions."
            )
        color = COLORS["grey"] if marks and len(curves) == 1 else FIT_COLORS[i % len(FIT_COLORS)]
        style = FIT_LINES[i % len(FIT_LINES)]
        ax.plot(positions, heights, ls=style, color=color, label=name, zorder=2)
    looks = zip(cycle(FIT_COLORS), cycle(FIT_MARKERS), strict=False)
    for (name, (at, height)), (color, marker) in zip((marks or {}).items(), looks, strict=False):
        ax.plot(
            [at], [height], marker, color=color, ms=12, mec="white", label=name, ls="none", zorder=4
        )
    if logy:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(curves) + len(marks or {}) > 1:
        ax.legend()
    return ax


def flat(values: ArrayLike | Tensor) -> NDArray[np.float64]:
    """Return numbers of any kind and shape, on any device, as a flat float64 array.

    Examples
    --------
    >>> flat([[1], [2]]).tolist()
    [1.0, 2.0]
    """
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values, dtype=np.float64).reshape(-1)
