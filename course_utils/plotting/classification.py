"""Classifiers of two features: their samples, and where in the plane their answer changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from torch import Tensor, nn

from .style import CLASS_CMAP, CLASS_COLORS, CLASS_MARKERS, new_axes

Model = Callable[[Tensor], Tensor]
Limits = tuple[float, float, float, float]

_MARGIN = 0.08  # free space around the points, as a share of their range
_WHITE = np.ones(3)


def plot_points(
    X: Tensor,
    y: Tensor,
    *,
    ax: Axes | None = None,
    class_names: Sequence[str] | None = None,
    feature_names: Sequence[str] | None = None,
    size: float | None = None,
    legend: bool = True,
) -> Axes:
    """Draw samples with two features; every class has a colour and a marker of its own.

    Parameters
    ----------
    X
        (N, 2), float.
    y
        (N, 1) of zeros and ones, or (N,) of class numbers.
    ax
        Axes to draw on; a new one where None.
    class_names, feature_names
        Names for the legend and the axes; "class 0", … and "$x_1$", "$x_2$" where None.
    size
        Area of a marker in square points; smaller for many samples where None.
    legend
        Whether to explain the markers.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `X` has not two columns, or `y` does not hold a class number for each row.

    Examples
    --------
    >>> ax = plot_points(torch.tensor([[0.0, 1.0], [2.0, 3.0]]), torch.tensor([[0.0], [1.0]]))
    >>> [c.get_label() for c in ax.collections]
    ['class 0', 'class 1']
    """
    points = _two_features(X)
    labels = class_numbers(y, len(points))
    ax = new_axes(ax)
    size = (40.0 if len(points) <= 700 else 14.0) if size is None else size
    for k in np.unique(labels):
        ax.scatter(
            points[labels == k, 0],
            points[labels == k, 1],
            s=size,
            c=CLASS_COLORS[k % len(CLASS_COLORS)],
            marker=CLASS_MARKERS[k % len(CLASS_MARKERS)],
            edgecolors="black",
            linewidths=0.5,
            label=class_name(class_names, k),
            zorder=3,
        )
    _name_axes(ax, feature_names)
    if legend:
        ax.legend(frameon=True, framealpha=0.9)
    return ax


def plot_decision_boundary(
    model: Model,
    X: Tensor,
    y: Tensor | None = None,
    *,
    ax: Axes | None = None,
    limits: Limits | None = None,
    resolution: int = 200,
    threshold: float = 0.0,
    class_names: Sequence[str] | None = None,
    feature_names: Sequence[str] | None = None,
    colorbar: bool = False,
    legend: bool = True,
) -> Axes:
    """Shade the plane by what a classifier says, and draw the line where its answer changes.

    With one logit the shading is the probability of class 1 (blue 0, white one half, orange 1);
    with K logits it is the winner's colour, the stronger the surer. The model sees the whole
    grid in one batch, in evaluation mode, and is left as it was.

    Parameters
    ----------
    model
        Any function of an (M, 2) tensor that returns logits, (M, 1) or (M, K): a module, or
        ``lambda X: model((X - mean) / std)`` where the model was trained on standardised
        features. The grid is made on the module's device, or for a plain function on `X`'s.
    X
        (N, 2), float: the samples, which set the limits of the picture.
    y
        (N, 1) or (N,): their classes. Where None the samples are not drawn.
    ax
        Axes to draw on; a new one where None.
    limits
        Left, right, bottom and top; a little more than the samples' range where None.
    resolution
        Points of the grid along each axis.
    threshold
        With one logit: where the line is drawn. 0 is a probability of one half.
    class_names, feature_names, legend
        As for `plot_points`.
    colorbar
        With one logit: add a scale of the probability.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the samples have not two features, or the model does not return finite logits of
        shape (M, 1) or (M, K).

    Examples
    --------
    >>> X = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
    >>> ax = plot_decision_boundary(nn.Linear(2, 1), X, torch.tensor([[0.0], [1.0]]))
    >>> ax.get_xlabel()
    '$x_1$'
    """
    points = _two_features(X)
    if resolution < 2:
        raise ValueError(f"resolution must be 2 or more points along an axis, not {resolution}.")
    left, right, bottom, top = _limits_around(points) if limits is None else limits
    if not (left < right and bottom < top):
        raise ValueError(f"limits must be (left, right, bottom, top), growing; got {limits}.")
    across, up = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    grid = torch.tensor(np.stack(np.meshgrid(across, up), axis=-1), dtype=torch.float32)
    logits = logits_on(model, grid.reshape(-1, 2).to(X.device)).reshape(resolution, resolution, -1)
    ax = new_axes(ax)
    extent = (left, right, bottom, top)
    style: dict[str, Any] = {"origin": "lower", "aspect": "auto", "extent": extent, "zorder": 0}
    if logits.shape[-1] == 1:
        probability = torch.sigmoid(torch.from_numpy(logits[..., 0])).numpy()
        image = ax.imshow(probability, cmap=CLASS_CMAP, vmin=0, vmax=1, alpha=0.55, **style)
        if colorbar:
            ax.figure.colorbar(image, ax=ax, label="P(class 1)")
        margins = [logits[..., 0] - threshold]
    else:
        ax.imshow(_winner_image(logits), **style)
        margins = [_lead(logits, k) for k in range(logits.shape[-1])]
    for margin in margins:
        if margin.min() < 0 < margin.max():
            ax.contour(across, up, margin, levels=[0.0], colors="black", linewidths=2.2, zorder=2)
    if y is not None:
        plot_points(X, y, ax=ax, class_names=class_names, legend=legend)
    _name_axes(ax, feature_names)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.grid(False)
    return ax


def logits_on(model: Model, grid: Tensor) -> NDArray[np.float32]:
    """Ask the model about all rows at once: (M, K), in evaluation mode, without gradients."""
    module = model if isinstance(model, nn.Module) else None
    was_training = [m for m in module.modules() if m.training] if module is not None else []
    if module is not None:
        parameter = next(module.parameters(), None)
        grid = grid if parameter is None else grid.to(parameter.device, parameter.dtype)
        module.eval()
    try:
        with torch.no_grad():
            logits = model(grid)
    finally:
        for part in was_training:
            part.training = True
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(grid):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ValueError(
            f"the model was asked about {len(grid)} points and returned {shape}; logits of shape "
            f"({len(grid)}, 1) or ({len(grid)}, K) are needed. A column is z.reshape(-1, 1)."
        )
    if not torch.isfinite(logits).all():
        raise ValueError("the model returned NaN or infinite logits: did its training diverge?")
    return np.asarray(logits.detach().float().cpu().numpy())


def _lead(logits: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """By how much class k's logit leads the best of the others."""
    return np.asarray(logits[..., k] - np.delete(logits, k, axis=-1).max(axis=-1))


def _winner_image(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give each point the winner's colour, paler where the winner is less sure."""
    probability = torch.softmax(torch.from_numpy(logits), dim=-1).numpy()
    winner, n_classes = probability.argmax(axis=-1), logits.shape[-1]
    sureness = (probability.max(axis=-1) - 1 / n_classes) / (1 - 1 / n_classes)
    palette = np.array([to_rgb(CLASS_COLORS[k % len(CLASS_COLORS)]) for k in range(n_classes)])
    weight = (0.1 + 0.45 * sureness)[..., None]
    return np.asarray(_WHITE + weight * (palette[winner] - _WHITE))


def _limits_around(points: NDArray[np.float64]) -> Limits:
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, _MARGIN * (high - low), 0.5)
    return (
        float(low[0] - margin[0]),
        float(high[0] + margin[0]),
        float(low[1] - margin[1]),
        float(high[1] + margin[1]),
    )


def _two_features(X: Tensor) -> NDArray[np.float64]:
    if not isinstance(X, Tensor) or X.ndim != 2 or X.shape[1] != 2 or len(X) == 0:
        shape = tuple(X.shape) if isinstance(X, Tensor) else type(X).__name__
        raise ValueError(
            f"a picture of the plane needs samples with two features, (N, 2), not {shape}. "
            "Choose two columns: X[:, [0, 1]]."
        )
    return as_numpy(X)


def class_numbers(y: Tensor, n: int) -> NDArray[np.int64]:
    """Return the class numbers in `y`, (N, 1) or (N,), as whole numbers (N,)."""
    labels = as_numpy(y)
    if (
        labels.shape not in ((n,), (n, 1))
        or (labels != np.round(labels)).any()
        or (labels < 0).any()
    ):
        raise ValueError(
            f"y must hold a class number (0, 1, 2, …) for each of {n} samples, shape ({n}, 1) "
            f"or ({n},); it has shape {tuple(labels.shape)}."
        )
    return labels.reshape(-1).astype(np.int64)


def as_numpy(values: Tensor) -> NDArray[np.float64]:
    """Return a tensor's values, from any device, as float64."""
    return np.asarray(torch.as_tensor(values).detach().cpu().double().numpy())


def class_name(names: Sequence[str] | None, k: int) -> str:
    """Return the name of class k for a legend."""
    return f"class {k}" if names is None else names[k]


def _name_axes(ax: Axes, names: Sequence[str] | None) -> None:
    if names is not None:
        ax.set(xlabel=names[0], ylabel=names[1])
    elif not ax.get_xlabel():
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
