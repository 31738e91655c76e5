"""Training against new data: the best epoch, errors over a setting, units dropped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .canvas import canvas
from .style import COLORS, new_axes

if TYPE_CHECKING:
    from ..training import History

TRAIN, HELD_OUT = COLORS["blue"], COLORS["vermillion"]


def plot_best_epoch(
    history: History,
    key: str = "loss",
    *,
    largest: bool = False,
    logy: bool = False,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a training curve and its validation curve, and mark the best epoch of the second.

    What lies behind that epoch is shaded: there the model goes on learning its training rows.

    Parameters
    ----------
    history
        What `fit` returned, with validation data.
    key
        ``"loss"``, or a metric such as ``"accuracy"``.
    largest
        True where large values are good.
    logy
        A logarithmic axis for the values.
    legend
        Name the two curves.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Its title names the best epoch.

    Raises
    ------
    KeyError
        If the history lacks the column or its validation values.

    Examples
    --------
    >>> from course_utils import History
    >>> history = History()
    >>> for epoch, (a, b) in enumerate([(0.7, 0.7), (0.5, 0.6), (0.3, 0.8)], start=1):
    ...     history.append({"epoch": epoch, "loss": a, "val_loss": b})
    >>> plot_best_epoch(history).get_title()
    'best epoch: 2 of 3'
    """
    train, held_out = history[key], history[f"val_{key}"]
    best = history.best(f"val_{key}", largest=largest)
    ax = new_axes(ax)
    epochs = history["epoch"]
    ax.plot(epochs, train, color=TRAIN, label="training")
    ax.plot(epochs, held_out, "--", color=HELD_OUT, label="validation")
    at = best["epoch"], best[f"val_{key}"]
    ax.plot(*at, "D", color=HELD_OUT, mec="black", ms=9, zorder=4, label="best epoch")
    ax.axvline(at[0], color="black", ls=":", lw=1.4, zorder=1)
    ax.axvspan(at[0], max(epochs[-1], at[0]), color=HELD_OUT, alpha=0.08, lw=0, zorder=0)
    if logy:
        ax.set_yscale("log")
    ax.set(xlabel="epoch", ylabel=key, xlim=(epochs[0], max(epochs[-1], epochs[0] + 1)))
    ax.set_title(f"best epoch: {at[0]:.0f} of {epochs[-1]:.0f}")
    if legend:
        ax.legend()
    return ax


def plot_errors(
    x: ArrayLike,
    train: ArrayLike | Tensor,
    held_out: ArrayLike | Tensor,
    *,
    names: tuple[str, str] = ("training", "validation"),
    best: bool = True,
    logx: bool = False,
    logy: bool = False,
    xlabel: str = "setting",
    ylabel: str = "error",
    ax: Axes | None = None,
) -> Axes:
    """Draw two errors over a setting (a degree, a width, a number of samples), with their spread.

    Parameters
    ----------
    x
        (M,) values of the setting, rising.
    train, held_out
        (M,) errors, or (S, M) errors of S trials: then the line is the median of the trials, the
        band spans the middle half of them.
    names
        What the two curves are called.
    best
        Mark the smallest median on held-out data.
    logx, logy
        Logarithmic axes.
    xlabel, ylabel
        Names of the axes, with units.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If errors and settings differ in number.

    Examples
    --------
    >>> ax = plot_errors([1, 2, 3], [3.0, 2.0, 1.0], [[3.5, 2.5, 4.0], [3.7, 2.1, 5.0]])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['training', 'validation', 'best: 2']
    """
    positions = np.asarray(x, dtype=float)
    ax = new_axes(ax)
    looks = (("-", "o", TRAIN), ("--", "s", HELD_OUT))
    medians = []
    for errors, name, (style, marker, color) in zip((train, held_out), names, looks, strict=True):
        trials = _trials(errors)
        if trials.shape[1] != len(positions):
            raise ValueError(
                f"{name!r} has {trials.shape[1]} errors for {len(positions)} settings in x."
            )
        low, middle, high = np.quantile(trials, [0.25, 0.5, 0.75], axis=0)
        ax.plot(positions, middle, style, marker=marker, ms=6, color=color, label=name)
        if len(trials) > 1:
            ax.fill_between(positions, low, high, color=color, alpha=0.18, lw=0)
        medians.append(middle)
    if best:
        at = int(np.argmin(medians[1]))
        ax.plot(positions[at], medians[1][at], "D", color=HELD_OUT, mec="black", ms=11,
                zorder=4, label=f"best: {positions[at]:g}", ls="none")  # fmt: skip
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def plot_dropout(
    widths: Sequence[int], kept: Sequence[ArrayLike | Tensor], *, ax: Axes | None = None
) -> Axes:
    """Draw a small network in which dropout has taken some hidden units out.

    Parameters
    ----------
    widths
        Units in each layer, input first; at most 10 in a layer.
    kept
        For each hidden layer one number per unit: 0 (dropped) or anything else (kept).
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Its title counts the weights in use.

    Raises
    ------
    ValueError
        If the masks do not fit the hidden layers, or a layer is too wide to draw.

    Examples
    --------
    >>> plot_dropout((3, 4, 2), [[1, 0, 0, 1]]).get_title()
    '10 of 20 weights in use'
    """
    masks = [np.asarray(mask, dtype=float).reshape(-1) != 0 for mask in kept]
    if [len(mask) for mask in masks] != list(widths[1:-1]) or max(widths) > 10:
        raise ValueError(
            f"kept has masks of {[len(mask) for mask in masks]} units for hidden layers of "
            f"{list(widths[1:-1])}; draw at most 10 units in a layer."
        )
    alive = [np.ones(widths[0], bool), *masks, np.ones(widths[-1], bool)]
    ax = canvas(ax, 4.0, 3.6)
    places = [
        [(0.6 + 2.8 * i / (len(widths) - 1), 1.8 - 0.48 * (k - (n - 1) / 2)) for k in range(n)]
        for i, n in enumerate(widths)
    ]
    used = 0
    for (left, right), (on, then) in zip(pairwise(places), pairwise(alive), strict=True):
        for a, is_a in zip(left, on, strict=True):
            for b, is_b in zip(right, then, strict=True):
                if is_a and is_b:
                    used += 1
                    ax.plot(*zip(a, b, strict=True), color=TRAIN, lw=1.3, alpha=0.7, zorder=1)
    for column, on in zip(places, alive, strict=True):
        for (x, y), is_on in zip(column, on, strict=True):
            face = "#DCEBF5" if is_on else "white"
            edge = TRAIN if is_on else COLORS["grey"]
            ax.add_patch(Circle((x, y), 0.17, fc=face, ec=edge, lw=1.8, zorder=2))
            if not is_on:
                ax.plot([x], [y], "x", color=COLORS["grey"], ms=10, mew=2, zorder=3)
    total = sum(a * b for a, b in pairwise(widths))
    ax.set_title(f"{used} of {total} weights in use")
    return ax


def _trials(errors: ArrayLike | Tensor) -> NDArray[np.float64]:
    values = errors.detach().cpu().numpy() if isinstance(errors, Tensor) else errors
    return np.atleast_2d(np.asarray(values, dtype=float))
