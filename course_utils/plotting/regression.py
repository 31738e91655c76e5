"""Figures of regression: fits and their errors, residuals, the noise model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TypeAlias

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor, nn

from .curves import FIT_COLORS, FIT_LINES, flat
from .style import COLORS, new_axes

Fit: TypeAlias = "Callable[[Tensor], Tensor] | tuple[float, float]"


def plot_fit(
    X: Tensor,
    y: Tensor,
    fits: Mapping[str, Fit] | None = None,
    *,
    ax: Axes | None = None,
    xlim: tuple[float, float] | None = None,
    errors: bool = False,
    xlabel: str = "x",
    ylabel: str = "y",
    point_label: str | None = None,
    alpha: float = 1.0,
) -> Axes:
    """Draw one-feature data as points and fitted models as lines.

    Parameters
    ----------
    X, y
        (N, 1) each: the feature and the target.
    fits
        Name → model. A model is a pair ``(w, b)`` for the line ``w * x + b``, an ``nn.Module``,
        or any function from (M, 1) inputs to (M, 1) predictions.
    ax
        Axes to draw on; a new one where None.
    xlim
        Where the lines begin and end; a little beyond the data where None.
    errors
        Draw the error of each point under the first fit, as a thin vertical line.
    xlabel, ylabel
        Names of the axes, with units.
    point_label
        Name of the points in the legend; they have no entry where None.
    alpha
        Opacity of the points: below 1 where hundreds of them overlap.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `X` and `y` are no columns of one length, or `errors` is asked for without a fit.

    Examples
    --------
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> ax = plot_fit(X, 2 * X, {"y = 2x": (2.0, 0.0)})
    >>> [line.get_label() for line in ax.get_lines()][-1]
    'y = 2x'

    Notes
    -----
    First used in lecture 01.
    """
    x, targets = _column("X", X), _column("y", y)
    if len(x) != len(targets):
        raise ValueError(f"plot_fit() got {len(x)} rows of X but {len(targets)} of y.")
    fits = fits or {}
    if errors and not fits:
        raise ValueError("errors=True needs a fit to measure from: fits={'line': (w, b)}.")
    ax = new_axes(ax)
    if errors:
        first = _values(next(iter(fits.values())), X)
        ax.vlines(x, targets, first, color=FIT_COLORS[0], linewidth=2, alpha=0.6, zorder=2)
    size = 8 if len(x) <= 30 else 5
    ax.plot(
        x, targets, "o", color=COLORS["black"], ms=size, alpha=alpha, mec="white", mew=0.6,
        label=point_label or "_points", zorder=4,
    )  # fmt: skip
    margin = 0.06 * (x.max() - x.min()) or 1.0
    left, right = xlim or (x.min() - margin, x.max() + margin)
    grid = torch.linspace(left, right, 201).reshape(-1, 1)
    looks = zip(cycle(FIT_COLORS), cycle(FIT_LINES), strict=False)
    for (name, fit), (color, style) in zip(fits.items(), looks, strict=False):
        ax.plot(grid.flatten(), _values(fit, grid), ls=style, color=color, label=name, zorder=3)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if fits or point_label:
        ax.legend()
    return ax


def plot_residuals(
    X: Tensor,
    y: Tensor,
    predictions: Tensor,
    *,
    ax: Axes | None = None,
    bins: int | None = None,
    xlabel: str = "x",
    ylabel: str = "residual y − ŷ",
    alpha: float = 1.0,
) -> Axes:
    """Draw what a model leaves unexplained, ``y - prediction``, against the feature.

    Parameters
    ----------
    X, y, predictions
        (N, 1) each.
    ax
        Axes to draw on; a new one where None.
    bins
        Cut the points into this many groups of equal size along `X` and mark the mean of each:
        a bow in the marks is a pattern that the model has missed.
    xlabel, ylabel
        Names of the axes, with units.
    alpha
        Opacity of the points.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the three are no columns of one length, or there are more bins than points.

    Examples
    --------
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> ax = plot_residuals(X, X**2, 4 * X - 3)
    >>> ax.get_lines()[1].get_ydata().tolist()
    [0.0, -1.0, 0.0]
    """
    x, targets = _column("X", X), _column("y", y)
    predicted = _column("predictions", predictions)
    if not len(x) == len(targets) == len(predicted):
        raise ValueError(
            f"plot_residuals() got {len(x)} rows of X, {len(targets)} of y and "
            f"{len(predicted)} predictions; one of each is needed for every point."
        )
    if bins is not None and not 1 <= bins <= len(x):
        raise ValueError(f"bins must lie between 1 and the {len(x)} points, not {bins}.")
    ax = new_axes(ax)
    left_over = targets - predicted
    ax.axhline(0, color=COLORS["blue"], linewidth=1.6)
    ax.plot(
        x, left_over, "o", color=COLORS["black"], ms=8 if len(x) <= 30 else 5, alpha=alpha,
        mec="white", mew=0.6,
    )  # fmt: skip
    if bins is not None:
        groups = np.array_split(np.argsort(x, kind="stable"), bins)
        middles = [x[group].mean() for group in groups]
        means = [left_over[group].mean() for group in groups]
        ax.plot(
            middles, means, "D-", color=COLORS["vermillion"], ms=9, mec="white",
            label="mean of a group of neighbours",
        )  # fmt: skip
        ax.legend()
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


def plot_noise(
    X: Tensor,
    y: Tensor,
    line: tuple[float, float],
    noise_std: float,
    *,
    ax: Axes | None = None,
    width: float | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
) -> Axes:
    """Draw the model "a line plus Gaussian noise": a bell curve upright at each point.

    Each bell is centred on the line, with standard deviation `noise_std` along y; a dot marks where
    the point itself sits, and a bar how high its bell is there: the point's likelihood.

    Parameters
    ----------
    X, y
        (N, 1) each, a handful of points.
    line
        Slope and intercept ``(w, b)``.
    noise_std
        Standard deviation of the noise, in units of y.
    ax
        Axes to draw on; a new one where None.
    width
        Height of a bell's peak, in units of x; 8 % of the range of `X` where None.
    xlabel, ylabel
        Names of the axes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `noise_std` is not positive, or `X` and `y` are no columns of one length.

    Examples
    --------
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> ax = plot_noise(X, 2 * X + 0.3, (2.0, 0.0), noise_std=0.5)
    >>> len(ax.collections)
    4
    """
    if not noise_std > 0:
        raise ValueError(
            f"noise_std is a standard deviation and must be positive, not {noise_std}."
        )
    x, targets = _column("X", X), _column("y", y)
    if len(x) != len(targets):
        raise ValueError(f"plot_noise() got {len(x)} rows of X but {len(targets)} of y.")
    ax = new_axes(ax)
    w, b = line
    peak = width if width is not None else 0.08 * float(np.ptp(x)) or 1.0
    steps = np.linspace(-3, 3, 121)
    for at in x:
        center = w * at + b
        bell = at + peak * np.exp(-(steps**2) / 2)
        ax.fill_betweenx(
            center + noise_std * steps, at, bell, color=COLORS["sky"], alpha=0.45, lw=0, zorder=1
        )
    heights = peak * np.exp(-((targets - w * x - b) ** 2) / (2 * noise_std**2))
    ax.hlines(targets, x, x + heights, color=COLORS["vermillion"], linewidth=3, zorder=3)
    ax.plot(x, targets, "o", color=COLORS["black"], mec="white", zorder=4)
    ends = np.array([x.min() - peak, x.max() + 2 * peak])
    ax.plot(ends, w * ends + b, color=COLORS["blue"], zorder=2)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


def _values(fit: Fit, X: Tensor) -> NDArray[np.float64]:
    """Predictions of a pair (w, b), a module on any device, or a function, (M,)."""
    if isinstance(fit, tuple):
        w, b = fit
        return flat(w * X + b)
    if isinstance(fit, nn.Module):
        own = next(fit.parameters(), X)
        X = X.to(device=own.device, dtype=own.dtype)
    with torch.no_grad():
        return flat(fit(X))


def _column(name: str, values: Tensor) -> NDArray[np.float64]:
    is_column = isinstance(values, Tensor) and values.ndim == 2 and values.shape[1] == 1
    if not is_column or len(values) == 0:
        shape = tuple(values.shape) if hasattr(values, "shape") else type(values).__name__
        raise ValueError(
            f"{name} must be a tensor of shape (N, 1) with at least one row, but got {shape}. "
            "One column of numbers is values.reshape(-1, 1); of several features choose one."
        )
    return flat(values)
