"""Figures around a training: the batches of an epoch, the range test, seen against unseen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .curves import flat
from .style import COLORS, new_axes

_MOST_SAMPLES = 100_000  # more rectangles than that are no picture


def plot_batches(
    n: int = 759, batch_size: int = 32, epochs: int = 1, *, ax: Axes | None = None
) -> Axes:
    """Draw one epoch as a row of batches, and say how many updates the whole training makes.

    Parameters
    ----------
    n
        Samples, up to 100,000.
    batch_size
        Samples in a batch; the last batch of an epoch takes what is left.
    epochs
        Passes over the samples.
    ax
        Axes to draw on; a new one, 8 by 2 inches, where None.

    Returns
    -------
    Axes
        The title holds the arithmetic.

    Raises
    ------
    ValueError
        If a number is not whole and positive, or `n` is above 100,000.

    Examples
    --------
    >>> plot_batches(759, 32, epochs=100).get_title()
    '⌈759 / 32⌉ = 24 iterations per epoch,  × 100 epochs = 2,400 updates'
    """
    for name, count in (("n", n), ("batch_size", batch_size), ("epochs", epochs)):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} must be a whole number, 1 or more, not {count!r}.")
    if n > _MOST_SAMPLES:
        raise ValueError(f"plot_batches() draws up to {_MOST_SAMPLES:,} samples, not {n:,}.")
    iterations = math.ceil(n / batch_size)
    starts = [i * batch_size for i in range(iterations)]
    widths = [min(batch_size, n - start) for start in starts]
    spans = list(zip(starts, widths, strict=True))
    ax = new_axes(ax, figsize=(8, 2))
    edge = 1.5 if iterations <= 120 else 0.0
    shades = [COLORS["blue"] if i % 2 else COLORS["sky"] for i in range(iterations)]
    full = [i for i, width in enumerate(widths) if width == batch_size]
    short = [i for i, width in enumerate(widths) if width < batch_size]
    for chosen, hatch in ((full, None), (short, "///")):
        if chosen:
            colors = COLORS["orange"] if hatch else [shades[i] for i in chosen]
            ax.broken_barh(
                [spans[i] for i in chosen], (0, 1), facecolors=colors, hatch=hatch,
                edgecolors="white", linewidths=edge,
            )  # fmt: skip
    ax.set(xlim=(0, n), ylim=(0, 1), yticks=[])
    ax.grid(False)
    last = f" (the last one, hatched, has {widths[-1]} samples)" if short and full else ""
    ax.set_xlabel(f"sample, in the order of this epoch{last}")
    one = "1 iteration" if iterations == 1 else f"{iterations:,} iterations"
    passes = "1 epoch" if epochs == 1 else f"{epochs:,} epochs"
    per_epoch = f"⌈{n:,} / {batch_size:,}⌉ = {one} per epoch"
    ax.set_title(f"{per_epoch},  × {passes} = {iterations * epochs:,} updates", fontsize=14)
    return ax


def plot_range_test(
    lrs: ArrayLike,
    losses: ArrayLike,
    *,
    jump: float | None = None,
    pick: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss of a short run against the learning rate that grows meanwhile.

    Parameters
    ----------
    lrs, losses
        The rate of each update, positive, and the loss before it. Losses far above the first
        one, infinite or NaN are drawn at the upper edge.
    jump
        The rate at which the loss leaps up: the region from there on is hatched.
    pick
        The rate to train with, marked by a dotted line.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the lengths differ or are 0, or a rate is not positive.

    Examples
    --------
    >>> ax = plot_range_test([0.01, 0.1, 1.0], [0.7, 0.5, 3.0], jump=1.0, pick=0.2)
    >>> ax.get_xscale()
    'log'
    """
    rates, heights = flat(lrs), flat(losses)
    if not len(rates) == len(heights) > 0:
        raise ValueError(f"plot_range_test() got {len(rates)} rates and {len(heights)} losses.")
    if not (rates > 0).all():
        raise ValueError("plot_range_test() needs positive learning rates: its axis is log.")
    ax = new_axes(ax)
    finite = heights[np.isfinite(heights)]
    low = float(finite.min()) if len(finite) else 0.0
    first = float(heights[0]) if np.isfinite(heights[0]) else low + 1.0
    top = first + 0.4 * max(first - low, 0.1)
    drawn = np.clip(np.nan_to_num(heights, nan=np.inf, posinf=np.inf), None, top)
    ax.plot(rates, drawn, "o-", color=COLORS["blue"], ms=4, lw=1.8)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="loss before the update")
    ax.set(xlim=(rates.min(), rates.max() * 1.01), ylim=(low - 0.1 * (top - low), top))
    if pick is not None:
        ax.axvline(pick, color=COLORS["green"], ls=":", lw=3, label=f"take {pick:.2g}")
    if jump is not None:
        right = max(float(rates.max()), jump * 1.01)
        ax.axvspan(jump, right, color=COLORS["vermillion"], alpha=0.18, hatch="//", lw=0)
        ax.axvline(jump, color=COLORS["vermillion"], ls="--", label=f"the loss jumps at {jump:.2g}")
    if pick is not None or jump is not None:
        ax.legend(loc="lower left")
    return ax


def plot_gap(
    names: Sequence[str],
    train: ArrayLike,
    test: ArrayLike,
    *,
    ax: Axes | None = None,
    xlabel: str = "loss",
    labels: tuple[str, str] = ("training", "held out"),
) -> Axes:
    """Draw two numbers for each name, joined by a bar: on seen and on unseen data.

    Parameters
    ----------
    names
        What is compared, top to bottom in the order of the training numbers, largest first.
    train, test
        One number for each name.
    ax
        Axes to draw on; a new one where None.
    xlabel
        What the numbers are.
    labels
        Names of the two kinds of data.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the lengths differ or are 0.

    Examples
    --------
    >>> ax = plot_gap(["SGD", "Adam"], [0.6, 0.3], [0.62, 0.7])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['SGD', 'Adam']
    """
    seen, unseen = flat(train), flat(test)
    if not len(names) == len(seen) == len(unseen) > 0:
        raise ValueError(
            f"plot_gap() got {len(names)} names, {len(seen)} and {len(unseen)} numbers; "
            "it needs as many of each."
        )
    ax = new_axes(ax)
    order = np.argsort(-seen, kind="stable")
    rows = np.arange(len(order))
    ax.hlines(rows, seen[order], unseen[order], color=COLORS["grey"], lw=3, alpha=0.5, zorder=1)
    ax.plot(seen[order], rows, "o", color=COLORS["blue"], ms=10, label=labels[0])
    ax.plot(unseen[order], rows, "D", color=COLORS["vermillion"], ms=9, label=labels[1])
    ax.set_yticks(rows, [names[i] for i in order])
    ax.set(xlabel=xlabel, ylabel="")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax
