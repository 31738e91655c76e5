"""Judging a classifier at every threshold: ROC, precision and recall, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from .classification import class_numbers
from .curves import FIT_LINES
from .probabilities import plot_scores
from .style import CLASS_MARKERS, COLORS, new_axes

_COLORS = tuple(COLORS[c] for c in ("blue", "vermillion", "green", "purple"))
Floats = NDArray[np.float64]


def plot_roc(
    models: Mapping[str, Tensor],
    y: Tensor,
    *,
    marks: Sequence[float] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the ROC curve: recall against the share of false alarms, over all thresholds.

    Parameters
    ----------
    models
        Name → logits, (N, 1) each. The legend adds the area under the curve.
    y
        (N, 1) of zeros and ones, both present.
    marks
        Probabilities between 0 and 1 whose points are marked on the first curve.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no model, a class is missing, or the logits are not (N, 1).

    Examples
    --------
    >>> y = torch.tensor([[0.0], [1.0], [1.0]])
    >>> ax = plot_roc({"ours": torch.tensor([[-1.0], [0.5], [2.0]])}, y)
    >>> ax.get_legend_handles_labels()[1]
    ['guessing: area 0.5', 'ours: area 1.00']
    """
    curves = {name: _counts(logits, y) for name, logits in _named(models).items()}
    ax = new_axes(ax)
    ax.plot([0, 1], [0, 1], ":", color=COLORS["grey"], label="guessing: area 0.5")
    for (name, (_, found, alarms)), color, style in zip(
        curves.items(), cycle(_COLORS), cycle(FIT_LINES), strict=False
    ):
        tpr, fpr = found / found[-1], alarms / alarms[-1]
        area = float(np.trapezoid(tpr, fpr))
        ax.plot(fpr, tpr, ls=style, color=color, label=f"{name}: area {area:.2f}")
    cuts, found, alarms = next(iter(curves.values()))
    for mark in marks:
        i = _at(mark, cuts)
        _mark(ax, (alarms[i] / alarms[-1], found[i] / found[-1]), mark)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set(xlabel="false alarms: share of class 0 called 1", ylabel="recall")
    ax.legend(loc="lower right")
    return ax


def plot_precision_recall(
    models: Mapping[str, Tensor],
    y: Tensor,
    *,
    marks: Sequence[float] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw precision against recall over all thresholds, and the level of guessing.

    Parameters
    ----------
    models, y, marks, ax
        As for `plot_roc`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As for `plot_roc`.

    Examples
    --------
    >>> y = torch.tensor([[0.0], [1.0], [1.0]])
    >>> ax = plot_precision_recall({"ours": torch.tensor([[-1.0], [0.5], [2.0]])}, y)
    >>> ax.get_legend_handles_labels()[1]
    ['guessing: 0.67', 'ours']
    """
    curves = {name: _counts(logits, y) for name, logits in _named(models).items()}
    share = float(y.double().mean())
    ax = new_axes(ax)
    ax.axhline(share, ls=":", color=COLORS["grey"], label=f"guessing: {share:.2f}")
    for (name, (_, found, alarms)), color, style in zip(
        curves.items(), cycle(_COLORS), cycle(FIT_LINES), strict=False
    ):
        called = found[1:] + alarms[1:]  # where nobody is called 1 there is no precision
        ax.plot(found[1:] / found[-1], found[1:] / called, ls=style, color=color, label=name)
    cuts, found, alarms = next(iter(curves.values()))
    for mark in marks:
        i = max(_at(mark, cuts), 1)
        _mark(ax, (found[i] / found[-1], found[i] / (found[i] + alarms[i])), mark, left=True)
    ax.set(xlim=(-0.02, 1.02), ylim=(0, 1.04), xlabel="recall", ylabel="precision")
    ax.legend(loc="lower left")
    return ax


def plot_calibration(
    models: Mapping[str, Tensor], y: Tensor, *, bins: int = 5, ax: Axes | None = None
) -> Axes:
    """Draw how often class 1 came true, against how probable a classifier called it.

    Samples are sorted by their predicted probability into `bins` intervals of equal width; a
    mark is the mean of its interval, the larger the more samples. On the diagonal a classifier
    means what it says.

    Parameters
    ----------
    models, y, ax
        As for `plot_roc`.
    bins
        Number of intervals between 0 and 1, at least 2; empty ones have no point.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As for `plot_roc`, and if `bins` is below 2.

    Examples
    --------
    >>> y = torch.tensor([[0.0], [1.0]])
    >>> ax = plot_calibration({"ours": torch.tensor([[-1.0], [1.0]])}, y, bins=2)
    >>> [round(float(p), 2) for p in ax.lines[1].get_xdata()]
    [0.27, 0.73]
    """
    if bins < 2:
        raise ValueError(f"plot_calibration() needs 2 or more bins, not {bins}.")
    named, ax = _named(models), new_axes(ax)
    ax.plot([0, 1], [0, 1], ":", color=COLORS["grey"], label="says what it means")
    for (name, logits), color, style, marker in zip(
        named.items(), cycle(_COLORS), cycle(FIT_LINES), cycle(CLASS_MARKERS), strict=False
    ):
        z, labels = _checked(logits, y)
        p = torch.sigmoid(torch.from_numpy(z)).numpy()
        place = np.minimum((p * bins).astype(int), bins - 1)
        full = np.unique(place)
        said = [p[place == k].mean() for k in full]
        came = [labels[place == k].mean() for k in full]
        sizes = 20 + 600 * np.bincount(place, minlength=bins)[full] / len(place)
        ax.plot(said, came, ls=style, color=color, lw=1.5)
        ax.scatter(said, came, sizes, marker=marker, color=color, ec="black", label=name, zorder=3)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set(xlabel="predicted P(class 1)", ylabel="share that is class 1")
    ax.legend(loc="lower right", markerscale=0.6)
    return ax


def plot_threshold(
    logits: Tensor, y: Tensor, threshold: float = 0.5, *, ax: Axes | None = None
) -> Axes:
    """Draw the scores of both classes with a threshold; the title holds what it brings.

    Parameters
    ----------
    logits, y
        (N, 1) each, both classes present.
    threshold
        Probability above which class 1 is called, strictly between 0 and 1.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Counts on a logarithmic axis, so that a rare class can be seen.

    Raises
    ------
    ValueError
        If the threshold is no probability, or as for `plot_roc`.

    Examples
    --------
    >>> y = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
    >>> plot_threshold(torch.tensor([[-2.0], [1.0], [2.0], [-1.0]]), y).get_title()
    'accuracy 0.50, precision 0.50, recall 0.50'
    """
    z, labels = _checked(logits, y)
    if not 0 < threshold < 1:
        raise ValueError(f"threshold is a probability strictly between 0 and 1, not {threshold}.")
    called = z > np.log(threshold / (1 - threshold))
    right = float((called == (labels == 1)).mean())
    both = int((called & (labels == 1)).sum())
    precision = f"{both / called.sum():.2f}" if called.any() else "none"
    ax = plot_scores(logits, y, threshold=threshold, ax=ax)
    ax.set_yscale("log")
    ax.set_ylim(0.5, 30 * len(z))
    ax.set_title(f"accuracy {right:.2f}, precision {precision}, recall {both / labels.sum():.2f}")
    return ax


def _named(models: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    if not isinstance(models, Mapping) or not models:
        raise ValueError("models must be {'name': logits of shape (N, 1), …}, with one or more.")
    return models


def _checked(logits: Tensor, y: Tensor) -> tuple[Floats, NDArray[np.int64]]:
    """Return logits and labels as flat arrays, both classes present."""
    if logits.ndim != 2 or logits.shape[1] != 1:
        raise ValueError(
            f"one logit for each sample is needed, (N, 1), not {tuple(logits.shape)}. With two "
            "outputs take their difference: z[:, 1:] - z[:, :1]."
        )
    labels = class_numbers(y, len(logits))
    if set(np.unique(labels)) != {0, 1}:
        raise ValueError("y must hold both classes, 0 and 1: with one class nothing is judged.")
    return np.asarray(logits.detach().double().cpu().numpy())[:, 0], labels


def _counts(logits: Tensor, y: Tensor) -> tuple[Floats, Floats, Floats]:
    """Thresholds on the logit, falling; class 1 found and class 0 called 1 at each."""
    z, labels = _checked(logits, y)
    order = np.argsort(-z, kind="stable")
    last = np.append(np.flatnonzero(np.diff(z[order])), len(z) - 1)  # equal scores: one step
    found = np.cumsum(labels[order])[last]
    alarms = np.cumsum(1 - labels[order])[last]
    cuts = np.append(np.inf, z[order][last])
    return cuts, np.append(0.0, found), np.append(0.0, alarms)


def _at(probability: float, cuts: Floats) -> int:
    """Index of the last sample that is called 1 above this probability."""
    if not 0 < probability < 1:
        raise ValueError(f"marks are probabilities between 0 and 1, not {probability}.")
    return int((cuts > np.log(probability / (1 - probability))).sum()) - 1


def _mark(ax: Axes, at: tuple[float, float], mark: float, *, left: bool = False) -> None:
    ax.plot(*at, "o", color="white", mec="black", mew=2, ms=10, zorder=4)
    aside, ha = ((-9, -22), "right") if left else ((10, -14), "left")
    ax.annotate(f"threshold {mark:g}", at, xytext=aside, textcoords="offset points", ha=ha,
                bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1})  # fmt: skip
