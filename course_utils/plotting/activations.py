"""Activation functions: the curve, its slope, and a sheet of facts about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..activations import (
    ACTIVATIONS,
    ActivationFacts,
    Function,
    activation_facts,
    resolve_activation,
    value_and_slope,
)
from .style import COLORS, new_axes

_ROOM = 0.08  # of the height, above and below the curves


def plot_activation(
    name_or_fn: str | Function,
    *,
    ax: Axes | None = None,
    limit: float = 4.0,
    slope: bool = True,
    ylim: tuple[float, float] | None = None,
    title: str | None = None,
    legend: bool = True,
    facts: ActivationFacts | None = None,
) -> Axes:
    """Draw an activation function and, dashed, its slope. Jumps are gaps, not steep flanks.

    Parameters
    ----------
    name_or_fn
        A key of `ACTIVATIONS` such as ``"relu"``, or any element-wise function of a tensor.
    ax
        Axes to draw on; a new one where None.
    limit
        Drawn from ``-limit`` to ``limit``, in steps of a four-hundredth of it.
    slope
        Draw the derivative too.
    ylim
        Ends of the vertical axis; all of the curve where None.
    title
        The name, where None.
    legend
        Name the two curves.
    facts
        What `activation_facts` says, where it is known already.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the name is unknown, `limit` is not above 0, or the function is no activation.

    Examples
    --------
    >>> ax = plot_activation("relu")
    >>> ax.get_title(), ax.get_legend_handles_labels()[1]
    ('relu', ['f', "f'"])
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit}; the curve is drawn from -limit to limit, above 0.")
    function = resolve_activation(name_or_fn)
    facts = facts or activation_facts(function, limit=max(10.0, limit))
    z = torch.linspace(-limit, limit, 801, dtype=torch.float64)
    value, derivative = value_and_slope(function, z)
    breaks = {"f": facts.jumps, "f'": (*facts.jumps, *facts.kinks)}
    curves = {"f": value, "f'": derivative} if slope else {"f": value}
    ax = new_axes(ax)
    ax.axhline(0, color=COLORS["grey"], lw=0.8, zorder=1)
    ax.axvline(0, color=COLORS["grey"], lw=0.8, zorder=1)
    looks = {"f": (COLORS["blue"], "-", 3.0), "f'": (COLORS["vermillion"], "--", 2.2)}
    for name, heights in curves.items():
        color, style, width = looks[name]
        positions, heights_gap = _with_gaps(z.numpy(), heights.numpy(), breaks[name])
        ax.plot(positions, heights_gap, color=color, ls=style, lw=width, label=name, zorder=3)
    for at in facts.jumps:
        if abs(at) <= limit:
            middle, _ = value_and_slope(function, torch.tensor([at], dtype=torch.float64))
            ax.plot([at], middle.numpy(), "o", color=COLORS["blue"], ms=6, zorder=4)
    low = min(float(heights.min()) for heights in curves.values())
    high = max(float(heights.max()) for heights in curves.values())
    room = _ROOM * max(high - low, 1e-3)
    ax.set(xlim=(-limit, limit), ylim=ylim or (low - room, high + room))
    default = name_or_fn if isinstance(name_or_fn, str) else "your function"
    ax.set(xlabel="z", title=default if title is None else title)
    if legend and slope:
        ax.legend(loc="upper left")
    return ax


def plot_activation_facts(
    name_or_fn: str | Function,
    *,
    ax: Axes | None = None,
    fontsize: float = 13,
    facts: ActivationFacts | None = None,
) -> Axes:
    r"""Write the derived facts about an activation function as a sheet, beside its curve.

    Parameters
    ----------
    name_or_fn
        A key of `ACTIVATIONS`, or any element-wise function of a tensor.
    ax
        Axes to write on; a new one where None.
    fontsize
        In points.
    facts
        What `activation_facts` says, where it is known already.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the name is unknown or the function is no activation.

    Examples
    --------
    >>> ax = plot_activation_facts("relu")
    >>> [text.get_text() for text in ax.texts][:4]
    ['f(z)', '$\\max(0, z)$', 'range', '[0, ∞)']
    """
    facts = facts or activation_facts(name_or_fn)
    known = isinstance(name_or_fn, str) and name_or_fn in ACTIVATIONS
    rows = {"f(z)": ACTIVATIONS[str(name_or_fn)].equation} if known else {}
    rows |= facts.row()
    ax = new_axes(ax)
    ax.set_axis_off()
    heights = np.linspace(0.96, 0.04, len(rows))
    for height, (name, words) in zip(heights, rows.items(), strict=True):
        style: dict[str, Any] = {"va": "center", "fontsize": fontsize, "transform": ax.transAxes}
        ax.text(0.38, height, name, ha="right", color=COLORS["grey"], **style)
        ax.text(0.43, height, words, ha="left", **style)
    return ax


def _with_gaps(
    x: NDArray[np.float64], y: NDArray[np.float64], breaks: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the points at the breaks out and put a NaN there, so that the line is interrupted."""
    for at in breaks:
        close = np.abs(x - at) < 1e-6
        x, y = x[~close], y[~close]
        i = int(np.searchsorted(x, at))
        x, y = np.insert(x, i, at), np.insert(y, i, np.nan)
    return x, y
