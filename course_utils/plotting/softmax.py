"""Softmax and cross-entropy: shares as bars, their gradient, floors of losses, read images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .classification import as_numpy, class_numbers
from .curves import FIT_COLORS, FIT_LINES, flat
from .style import COLORS, new_axes


def plot_softmax(
    logits: Sequence[float] | Tensor,
    *,
    temperature: float = 1.0,
    names: Sequence[str] | None = None,
    highlight: int | None = None,
    label: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw the shares that softmax gives to logits, a bar for each class.

    Parameters
    ----------
    logits
        (K,) of any sign and size.
    temperature
        The logits are divided by it first: small makes the largest share 1, large makes all equal.
    names
        Names below the bars; the logits themselves where None.
    highlight
        Class whose bar is hatched and drawn in orange, such as the true one.
    label
        Write each share above its bar, with two decimals.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than two logits, one is not finite, or the temperature is not positive.

    Examples
    --------
    >>> ax = plot_softmax([1.0, 2.0, 3.0])
    >>> [text.get_text() for text in ax.texts]
    ['0.09', '0.24', '0.67']
    """
    scores = _scores(logits)
    if not temperature > 0:
        raise ValueError(f"the temperature must be above 0, not {temperature}.")
    if names is not None and len(names) != len(scores):
        raise ValueError(f"{len(names)} names for {len(scores)} logits.")
    shares = torch.softmax(torch.from_numpy(scores) / temperature, dim=0).numpy()
    ax = new_axes(ax)
    for k, share in enumerate(shares):
        _bar(ax, k, share, marked=k == highlight)
        if label:
            small = 12 if len(shares) <= 8 else 10
            ax.text(k, share + 0.015, f"{share:.2f}", ha="center", va="bottom", fontsize=small)
    shown = (
        [f"{score:g}".replace("-", "−") for score in np.round(scores, 2)]
        if names is None
        else list(names)
    )
    ax.set(xticks=range(len(shares)), xticklabels=shown, ylim=(0, 1.1))
    ax.set(xlabel="logit" if names is None else "class", ylabel="share")
    ax.grid(False, axis="x")
    return ax


def plot_logit_gradient(
    logits: Sequence[float] | Tensor,
    true: int,
    *,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the gradient of one sample's cross-entropy on its logits: share minus target.

    Descent moves each logit against its bar: the true one up, all others down.

    Parameters
    ----------
    logits
        (K,) of one sample.
    true
        Number of the true class; its bar is hatched and orange.
    names
        Names of the classes; their numbers where None.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `true` is none of the K classes, or the logits are no (K,) finite numbers.

    Examples
    --------
    >>> ax = plot_logit_gradient([0.0, 0.0], true=0)
    >>> [float(bar.get_height()) for bar in ax.patches]
    [-0.5, 0.5]
    """
    scores = _scores(logits)
    if not 0 <= true < len(scores):
        raise ValueError(f"true is {true}, but the classes are 0 to {len(scores) - 1}.")
    error = torch.softmax(torch.from_numpy(scores), dim=0).numpy()
    error[true] -= 1
    ax = new_axes(ax)
    for k, height in enumerate(error):
        _bar(ax, k, height, marked=k == true)
        above = height >= 0
        ax.text(
            k,
            height + (0.03 if above else -0.03),
            f"{height:+.2f}".replace("-", "−"),
            ha="center",
            va="bottom" if above else "top",
            fontsize=12,
        )
    ax.axhline(0, color="black", lw=1.2)
    shown = list(names) if names is not None else [str(k) for k in range(len(error))]
    ax.set(xticks=range(len(error)), xticklabels=shown, ylim=(-1.15, 1.15))
    ax.set(xlabel="class", ylabel="gradient on the logit")
    ax.grid(False, axis="x")
    return ax


def plot_floors(
    curves: Mapping[str, ArrayLike],
    floors: Mapping[str, float] | None = None,
    *,
    ax: Axes | None = None,
    xlabel: str = "epoch",
    ylabel: str = "cross-entropy",
) -> Axes:
    """Draw loss curves, each with its own name, above the values they cannot go below.

    Parameters
    ----------
    curves
        Name → (E,) losses, the first of epoch 1.
    floors
        Name → height: a dotted line across, with its name and value written on it at the right.
    ax
        Axes to draw on; a new one where None.
    xlabel, ylabel
        Names of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no curve, or an empty one.

    Examples
    --------
    >>> ax = plot_floors({"training": [0.7, 0.5, 0.48]}, {"floor": 0.478})
    >>> ax.texts[0].get_text()
    'floor 0.478'
    """
    if not curves:
        raise ValueError("plot_floors() got nothing to draw: pass {'name': losses}.")
    ax = new_axes(ax)
    longest = 1
    for i, (name, values) in enumerate(curves.items()):
        heights = flat(values)
        if len(heights) == 0:
            raise ValueError(f"the curve {name!r} holds no losses.")
        longest = max(longest, len(heights))
        color, line = FIT_COLORS[i % len(FIT_COLORS)], FIT_LINES[i % len(FIT_LINES)]
        ax.plot(range(1, len(heights) + 1), heights, ls=line, color=color, lw=2, label=name)
    for name, height in (floors or {}).items():
        ax.axhline(height, color="black", ls=":", lw=1.8, zorder=1)
        ax.annotate(
            f"{name} {height:.3f}",
            (longest, height),
            xytext=(0, -5),  # points: clear of the line, and of the curves, which lie above it
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=12,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def plot_readings(
    images: Tensor,
    logits: Tensor,
    y: Tensor,
    *,
    columns: int = 4,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Tile small images; above each stand the true class, the predicted one and its share.

    Parameters
    ----------
    images
        (N, S * S): square images as flat rows, 0 (paper) to larger (ink).
    logits
        (N, K) of the same samples.
    y
        (N,) true classes.
    columns
        Images in a row.
    class_names
        Names of the K classes; their numbers where None.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the rows are no square images, or images, logits and classes differ in number.

    Examples
    --------
    >>> ax = plot_readings(torch.eye(4)[:2], torch.tensor([[0.0, 9.0], [0.0, 9.0]]), torch.ones(2))
    >>> len(ax.images), ax.texts[0].get_text()
    (2, 'true 1, read 1 (1.00)')
    """
    pixels = as_numpy(images)
    side = round(pixels.shape[-1] ** 0.5) if pixels.ndim == 2 else 0
    if side == 0 or side**2 != pixels.shape[1] or len(logits) != len(pixels) or len(pixels) == 0:
        raise ValueError(
            f"plot_readings() needs images (N, S * S) and logits (N, K), not "
            f"{tuple(images.shape)} and {tuple(logits.shape)}."
        )
    labels = class_numbers(y, len(pixels))
    shares = torch.softmax(logits.detach().cpu().double(), dim=1).numpy()
    rows = -(-len(pixels) // columns)
    ax = new_axes(ax, figsize=(2.4 * columns, 2.3 * rows))
    for i, (image, share) in enumerate(zip(pixels, shares, strict=True)):
        left, bottom = 1.5 * (i % columns), -1.35 * (i // columns)
        square = (left, left + 1, bottom, bottom + 1)
        ax.imshow(image.reshape(side, side), cmap="Greys", extent=square, vmin=0, zorder=1)
        ax.add_patch(Rectangle((left, bottom), 1, 1, fill=False, ec=COLORS["grey"], lw=1))
        true, read = (_name(class_names, int(k)) for k in (labels[i], share.argmax()))
        text = f"true {true}, read {read} ({share.max():.2f})"
        ax.text(left + 0.5, bottom + 1.05, text, ha="center", va="bottom", fontsize=12)
    ax.set(xlim=(-0.25, 1.5 * columns - 0.25), ylim=(-1.35 * (rows - 1) - 0.05, 1.3))
    ax.set_axis_off()
    return ax


def _scores(logits: Sequence[float] | Tensor) -> NDArray[np.float64]:
    scores = as_numpy(torch.as_tensor(logits, dtype=torch.float64))
    if scores.ndim != 1 or len(scores) < 2 or not np.isfinite(scores).all():
        raise ValueError(
            f"one sample's logits are wanted: two or more finite numbers, shape (K,), not an array "
            f"of shape {scores.shape}. A row of a batch is logits[i]."
        )
    return scores


def _bar(ax: Axes, k: int, height: float, *, marked: bool) -> None:
    color, hatch = (COLORS["orange"], "//") if marked else (COLORS["blue"], None)
    ax.bar(k, height, width=0.7, color=color, hatch=hatch, edgecolor="black", linewidth=0.8)


def _name(names: Sequence[str] | None, k: int) -> str:
    return str(k) if names is None else names[k]
