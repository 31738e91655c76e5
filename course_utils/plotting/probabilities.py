"""What a classifier says in numbers: probabilities, penalties, and counts of right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from torch import Tensor

from .classification import Model, as_numpy, class_name, class_numbers, logits_on
from .style import CLASS_COLORS, CLASS_MARKERS, COLORS, new_axes


def plot_sigmoid_fit(
    model: Model,
    X: Tensor,
    y: Tensor | None = None,
    *,
    ax: Axes | None = None,
    xlim: tuple[float, float] | None = None,
    xlabel: str = "$x$",
    ylabel: str = "P(class 1)",
    label: str | None = None,
    color: str = COLORS["green"],
    linestyle: str = "-",
    boundary: bool = True,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """Draw the probability that a one-feature classifier gives to class 1.

    Parameters
    ----------
    model
        A function of an (M, 1) tensor that returns one logit for each row, (M, 1).
    X
        (N, 1), float: the samples.
    y
        (N, 1) of zeros and ones: where given, the samples are drawn at height 0 or 1.
    ax
        Axes to draw on; a new one where None.
    xlim
        Range of the feature; a little more than the samples' where None.
    xlabel, ylabel
        Names of the axes, with the unit.
    label, color, linestyle
        Name (for the legend), colour and dashes of the curve.
    boundary
        Mark where the curve crosses one half, and write the value there.
    class_names
        Names of the two classes for the legend.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is not exactly one feature and one logit.

    Examples
    --------
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> ax = plot_sigmoid_fit(lambda X: 2 * X - 4, X)
    >>> ax.texts[0].get_text()
    '50 % at 2.00'
    """
    if X.ndim != 2 or X.shape[1] != 1:
        raise ValueError(
            f"plot_sigmoid_fit() draws one feature, X of shape (N, 1), not {tuple(X.shape)}. "
            "For two features use plot_decision_boundary()."
        )
    at = as_numpy(X)[:, 0]
    if xlim is None:
        margin = 0.25 * float(np.ptp(at)) or 0.5
        xlim = (float(at.min()) - margin, float(at.max()) + margin)
    line = np.linspace(*xlim, 401)
    grid = torch.tensor(line[:, None], dtype=torch.float32)
    logits = logits_on(model, grid.to(X.device))
    if logits.shape[1] != 1:
        raise ValueError(
            f"plot_sigmoid_fit() needs one logit for each sample, but got {logits.shape[1]}."
        )
    ax = new_axes(ax)
    probability = torch.sigmoid(torch.from_numpy(logits[:, 0])).numpy()
    ax.plot(line, probability, linestyle, color=color, label=label)
    if boundary:
        for crossing in _crossings(line, logits[:, 0]):
            ax.plot([crossing, crossing], [0, 0.5], ":", color=color, lw=1.8)
            ax.annotate(
                f"50 % at {crossing:.2f}",
                (crossing, 0.5),
                xytext=(10, -6),
                textcoords="offset points",
                color=color,
            )
    if y is not None:
        labels = class_numbers(y, len(at))
        for k in np.unique(labels):
            ax.plot(
                at[labels == k],
                labels[labels == k],
                CLASS_MARKERS[k],
                color=CLASS_COLORS[k],
                markeredgecolor="black",
                label=class_name(class_names, k),
                zorder=3,
            )
    ax.set(xlim=xlim, ylim=(-0.06, 1.06), xlabel=xlabel, ylabel=ylabel)
    if ax.get_legend_handles_labels()[1]:
        ax.legend()
    return ax


def plot_penalty(
    *, ax: Axes | None = None, mark: float | None = None, floor: float = 0.005
) -> Axes:
    """Draw the penalty of the log loss for one sample against the predicted probability.

    Parameters
    ----------
    ax
        Axes to draw on; a new one where None.
    mark
        A probability between 0 and 1 at which both penalties are marked and written out.
    floor
        Distance that the curves keep from 0 and 1, where a penalty is infinite.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `mark` is not between 0 and 1: the penalty has no value there.

    Examples
    --------
    >>> ax = plot_penalty(mark=0.5)
    >>> [text.get_text() for text in ax.texts]
    ['0.693', '0.693']
    """
    if mark is not None and not 0 < mark < 1:
        raise ValueError(f"mark is a probability strictly between 0 and 1, not {mark}.")
    ax = new_axes(ax)
    p = np.linspace(floor, 1 - floor, 400)
    for k, line, formula in ((1, "-", r"$-\log\,p$"), (0, "--", r"$-\log(1-p)$")):
        right = p if k == 1 else 1 - p
        name = f"$y = {k}$: {formula}"
        ax.plot(p, -np.log(right), line, color=CLASS_COLORS[k], label=name)
        if mark is not None:
            height = -np.log(mark if k == 1 else 1 - mark)
            ax.plot(mark, height, CLASS_MARKERS[k], color=CLASS_COLORS[k], mec="black", zorder=3)
            at, text, place = (mark, height), f"{height:.3f}", "offset points"
            aside, ha = (9, "left") if k == 1 else (-9, "right")  # away from its own curve
            ax.annotate(text, at, xytext=(aside, 6), textcoords=place, ha=ha)
    ax.set(xlim=(0, 1), ylim=(0, -np.log(floor)), xlabel="predicted probability $p$ of class 1")
    ax.set_ylabel("penalty (nats)")
    ax.legend(loc="upper center")
    return ax


def plot_confusion(
    counts: Tensor,
    *,
    ax: Axes | None = None,
    class_names: Sequence[str] | None = None,
) -> Axes:
    r"""Draw a confusion matrix: rows are the true classes, columns the predicted ones.

    Each cell holds its count and its share of the row; the shading follows the share.

    Parameters
    ----------
    counts
        (K, K) of counts, as `confusion` returns them.
    ax
        Axes to draw on; a new one where None.
    class_names
        Names of the K classes; their numbers where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `counts` is not square, or a count is negative.

    Examples
    --------
    >>> ax = plot_confusion(torch.tensor([[8, 2], [1, 9]]))
    >>> [text.get_text() for text in ax.texts][:2]
    ['8\n80 %', '2\n20 %']
    """
    table = as_numpy(counts)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.min() < 0:
        raise ValueError(
            f"plot_confusion() needs a square table of counts, not one of shape "
            f"{tuple(table.shape)}. Make it with confusion(logits, y)."
        )
    n_classes = len(table)
    if class_names is not None and len(class_names) != n_classes:
        raise ValueError(f"{len(class_names)} class names for {n_classes} classes.")
    names = list(class_names) if class_names is not None else [str(k) for k in range(n_classes)]
    totals = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, totals, out=np.zeros(table.shape), where=totals > 0)
    ax = new_axes(ax)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    small = n_classes > 4
    for (i, j), share in np.ndenumerate(shares):
        count = f"{table[i, j]:g}"
        ax.text(
            j,
            i,
            count if small else f"{count}\n{share:.0%}".replace("%", " %"),
            ha="center",
            va="center",
            fontsize=12 if small else 16,
            color="white" if share > 0.65 else "black",
        )
    ticks = range(n_classes)
    ax.set(xticks=ticks, yticks=ticks, xticklabels=names, yticklabels=names)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.grid(False)
    return ax


def plot_scores(
    logits: Tensor,
    y: Tensor,
    *,
    ax: Axes | None = None,
    threshold: float | None = 0.5,
    bins: int = 20,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """Draw how the predicted probabilities of class 1 are spread, for each true class.

    Parameters
    ----------
    logits
        (N, 1): one logit for each sample.
    y
        (N, 1) of zeros and ones.
    ax
        Axes to draw on; a new one where None.
    threshold
        Probability above which class 1 is predicted, drawn as a line; none where None.
    bins
        Number of bars between 0 and 1.
    class_names
        Names of the two classes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is not one logit for each sample.

    Examples
    --------
    >>> ax = plot_scores(torch.tensor([[-2.0], [3.0]]), torch.tensor([[0.0], [1.0]]))
    >>> ax.get_xlabel()
    'predicted P(class 1)'
    """
    if logits.ndim != 2 or logits.shape[1] != 1:
        raise ValueError(
            f"plot_scores() needs one logit for each sample, (N, 1), not {tuple(logits.shape)}."
        )
    labels = class_numbers(y, len(logits))
    probability = torch.sigmoid(logits.detach().double()).cpu().numpy()[:, 0]
    ax = new_axes(ax)
    edges = np.linspace(0, 1, bins + 1).tolist()
    for k, hatch in ((0, "//"), (1, "..")):
        ax.hist(
            probability[labels == k],
            edges,
            histtype="stepfilled",
            facecolor=(*to_rgb(CLASS_COLORS[k]), 0.35),
            edgecolor=CLASS_COLORS[k],
            hatch=hatch,
            linewidth=2,
            label=class_name(class_names, k),
        )
    if threshold is not None:
        ax.axvline(threshold, color="black", ls="--", label=f"threshold {threshold:g}")
    ax.set(xlim=(0, 1), xlabel="predicted P(class 1)", ylabel="samples")
    ax.set_ylim(0, 1.45 * ax.get_ylim()[1])  # room for the legend above the bars
    ax.legend(loc="upper right")
    return ax


def _crossings(x: NDArray[np.float64], logits: NDArray[np.float32]) -> list[float]:
    """Where the logit changes its sign, between grid points by a straight line."""
    z = logits.astype(np.float64)
    before = np.flatnonzero(np.sign(z[:-1]) * np.sign(z[1:]) < 0)
    between = [x[i] - z[i] * (x[i + 1] - x[i]) / (z[i + 1] - z[i]) for i in before]
    return sorted([float(c) for c in between] + [float(c) for c in x[z == 0]])
