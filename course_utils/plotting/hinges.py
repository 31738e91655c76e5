"""What ReLU units are made of: clipped lines, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from .curves import FIT_COLORS, FIT_LINES, flat
from .style import COLORS, new_axes

Floats = NDArray[np.float64]


def plot_hinges(
    knots: Sequence[float],
    slopes: Sequence[float],
    bias: float = 0.0,
    *,
    data: tuple[ArrayLike, ArrayLike] | None = None,
    xlim: tuple[float, float] | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
    ax: Axes | None = None,
) -> Axes:
    r"""Draw a sum of hinges: ``bias + slope_1 relu(x - knot_1) + slope_2 relu(x - knot_2) + …``.

    Each hinge and the bias are thin lines, as they enter the sum; the sum is thick. With data the
    mean squared error stands in the title.

    Parameters
    ----------
    knots
        Where each hinge starts to rise.
    slopes
        Its slope from there on; what it adds to the slope of the sum.
    bias
        Height of the sum left of all knots.
    data
        x and y to draw as points, (N,) or (N, 1) each.
    xlim
        Ends of the x axis; those of the data, or a little more than the knots.
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
        If there is no knot, or not one slope for each.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 9)
    >>> ax = plot_hinges([-1, 0], [-1, 2], bias=1, data=(x, abs(x)))
    >>> ax.get_title()
    'MSE 0.00'
    """
    if not len(knots) or len(knots) != len(slopes):
        raise ValueError(
            f"plot_hinges() got {len(knots)} knots and {len(slopes)} slopes: one each."
        )
    ax = new_axes(ax)
    points = None if data is None else (flat(data[0]), flat(data[1]))
    if xlim is None:
        inside = np.asarray(knots, float) if points is None else points[0]
        reach = 0.0 if points is not None else max(1.0, 0.3 * float(np.ptp(inside)))
        xlim = (float(inside.min()) - reach, float(inside.max()) + reach)
    if points is not None:
        ax.plot(*points, "o", color=COLORS["grey"], ms=5, alpha=0.5, zorder=1)
        error = np.mean((_sum_of_hinges(points[0], knots, slopes, bias) - points[1]) ** 2)
        ax.set_title(f"MSE {error:.2f}")
    x = np.unique(np.concatenate([np.linspace(*xlim, 201), np.asarray(knots, float)]))
    parts = [np.full_like(x, bias)]
    ax.plot(x, parts[0], color="black", ls=":", lw=1.8, label=f"bias {bias:g}", zorder=2)
    for i, (knot, slope) in enumerate(zip(knots, slopes, strict=True)):
        look = {"color": FIT_COLORS[1:][i % 4], "ls": FIT_LINES[1:][i % 4]}
        parts.append(slope * np.maximum(x - knot, 0))
        ax.plot(x, parts[-1], lw=1.8, label=f"hinge at {knot:g}", zorder=2, **look)
    total = np.sum(parts, axis=0)
    ax.plot(x, total, color=FIT_COLORS[0], lw=3.5, label="sum", zorder=3)
    at = _sum_of_hinges(np.asarray(knots, float), knots, slopes, bias)
    ax.plot(knots, at, "o", color=FIT_COLORS[0], mec="white", ms=10, zorder=4)
    heights = np.concatenate([total, *parts, *([] if points is None else points[1:])])
    room = 0.08 * max(float(np.ptp(heights)), 1e-9)
    ax.set(xlim=xlim, ylim=(heights.min() - room, heights.max() + room))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def plot_relu_sum(
    f: Callable[[Floats], Floats],
    units: int,
    *,
    xlim: tuple[float, float] = (0.0, 2 * np.pi),
    name: str = "target",
    ax: Axes | None = None,
) -> Axes:
    r"""Draw a function and the sum of hinges that meets it at equally spaced knots.

    One hidden layer of ReLU units, set by hand: unit i starts at knot i and adds the change of
    slope there, so that the sum is the polygon through ``units + 1`` points of the function.

    Parameters
    ----------
    f
        The function, of an array of positions.
    units
        Hidden units, 1 or more.
    xlim
        The interval.
    name
        The function's name in the legend.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are no units, or the interval is empty.

    Examples
    --------
    >>> plot_relu_sum(np.sin, 8).get_title()
    '8 units: largest error 0.0704'
    """
    if units < 1 or not xlim[0] < xlim[1]:
        raise ValueError(f"units must be 1 or more and xlim must grow; got {units} and {xlim}.")
    ax = new_axes(ax)
    knots = np.linspace(*xlim, units + 1)
    x = np.linspace(*xlim, 16 * units + 1 if units > 60 else 1001)
    polygon = np.interp(x, knots, f(knots))
    ax.plot(x, f(x), color=COLORS["grey"], lw=5, alpha=0.55, label=name)
    ax.plot(x, polygon, color=FIT_COLORS[0], label="sum of hinges")
    ax.plot(knots[:-1], f(knots[:-1]), "o", color=COLORS["vermillion"], ms=6, label="knots")
    error = float(np.abs(polygon - f(x)).max())
    words = "unit" if units == 1 else "units"
    ax.set(title=f"{units} {words}: largest error {error:.3g}", xlabel="x", ylabel="y", xlim=xlim)
    ax.legend()
    return ax


def _sum_of_hinges(
    x: Floats, knots: Sequence[float], slopes: Sequence[float], bias: float
) -> Floats:
    hinges = np.maximum(x[:, None] - np.asarray(knots, float), 0)
    return np.asarray(bias + hinges @ np.asarray(slopes, float))
