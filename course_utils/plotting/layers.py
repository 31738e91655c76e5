"""Inside a network: the shapes of its layers, what they make of the inputs, their gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, pairwise
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from .canvas import canvas
from .classification import plot_points
from .curves import FIT_COLORS, FIT_LINES, FIT_MARKERS
from .matrices import plot_shapes
from .style import COLORS, new_axes

Encode = Callable[[Tensor], Tensor]


def plot_layer_shapes(
    widths: Sequence[int],
    *,
    batch: str | int = "N",
    activation: str = "relu",
    ax: Axes | None = None,
    fontsize: float = 14,
    size: tuple[float, float] | None = None,
) -> Axes:
    r"""Write a network out as block equations, one line for each layer, with all shapes.

    Parameters
    ----------
    widths
        Features, hidden widths, outputs: ``(1, 5, 2, 1)``.
    batch
        Number of rows, or its name.
    activation
        Name of the function between the layers; the last layer has none.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches; 8 by 1.6 for each layer where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than two widths, or one is below 1.

    Examples
    --------
    >>> ax = plot_layer_shapes((1, 5, 2, 1))
    >>> [text.get_text() for text in ax.child_axes[0].texts if "×" in text.get_text()]
    ['(N × 5)', '(N × 1)', '(1 × 5)']
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(
            f"widths={tuple(widths)}: a network has features and outputs, each 1 or more, "
            "such as (1, 5, 2, 1)."
        )
    layers = list(pairwise(widths))
    size = size or (8.0, 1.6 * len(layers))
    ax = canvas(ax, *size)
    # Sides grow with the logarithm: 1000 units fit beside 1.
    lengths: dict[str | int, float] = {n: 0.48 + 0.11 * np.log2(n) ** 0.8 for n in widths}
    lengths[batch] = 0.95
    share = 1 / len(layers)
    for i, (n_in, n_out) in enumerate(layers, start=1):
        row = ax.inset_axes((0, 1 - share * i, 1, share))
        before = "$X$" if i == 1 else f"$A^{{[{i - 1}]}}$"
        last = i == len(layers)
        result = r"$\hat{y}$" if last else f"$A^{{[{i}]}}$"
        # Blanks make room: a sign is as wide as one character.
        left, right = ([], []) if last else (["", f"{activation}(", ""], [")"])
        product = [(before, (batch, n_in)), "@", (f"$W^{{[{i}]}}$", (n_in, n_out))]
        bias = (f"$b^{{[{i}]}}$", (n_out,))
        blocks: list[Any] = [(result, (batch, n_out)), "=", *left, *product, "+", bias, *right]
        plot_shapes(
            blocks, lengths=lengths, ax=row, fontsize=fontsize, size=(size[0], size[1] * share)
        )
    return ax


def plot_hidden_space(
    encode: Encode,
    X: Tensor,
    y: Tensor,
    *,
    line: tuple[Sequence[float], float] | None = None,
    grid: int = 17,
    size: float | None = None,
    names: tuple[str, str] = ("$a_1$", "$a_2$"),
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw where two hidden units put the samples, and what becomes of the plane's grid lines.

    Parameters
    ----------
    encode
        A function of inputs (M, 2) that returns two hidden activations, (M, 2). The identity,
        ``lambda X: X``, draws the plane as it is.
    X, y
        (N, 2) and (N, 1) or (N,): samples and their classes.
    line
        Weights and bias of the output layer: the line where ``w1 a1 + w2 a2 + b = 0``.
    grid
        Lines of the input plane in each direction, drawn in grey after the mapping; 0 for none.
    size, legend
        As for `plot_points`.
    names
        Names of the two axes.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `encode` does not return two columns.

    Examples
    --------
    >>> X, y = torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0], [1.0]])
    >>> ax = plot_hidden_space(torch.tanh, X, y, line=([1.0, 1.0], -0.5), grid=5)
    >>> len(ax.lines)
    11
    """
    with torch.no_grad():
        hidden = encode(X).cpu()
        if hidden.shape != (len(X), 2):
            raise ValueError(
                f"encode() returned shape {tuple(hidden.shape)} for {len(X)} samples; a picture "
                f"of the plane needs two hidden units, ({len(X)}, 2)."
            )
        ax = new_axes(ax)
        for path in _grid_lines(X, grid):
            a1, a2 = encode(path).cpu().numpy().T
            ax.plot(a1, a2, color=COLORS["grey"], lw=0.7, alpha=0.6, zorder=1)
    plot_points(hidden, y, ax=ax, feature_names=names, size=size, legend=legend)
    low, high = hidden.min(dim=0).values, hidden.max(dim=0).values
    room = 0.12 * (high - low).clamp(min=1e-3)
    left, bottom = (low - room).tolist()
    right, top = (high + room).tolist()
    ax.set(xlim=(left, right), ylim=(bottom, top))
    if line is not None:
        (w1, w2), b = line
        # Two points far out on the line: its foot, and along it in both directions.
        norm = w1**2 + w2**2 or 1.0
        foot, reach = (-b * w1 / norm, -b * w2 / norm), 100 * max(right - left, top - bottom)
        ends = [(foot[0] - s * reach * w2, foot[1] + s * reach * w1) for s in (-1, 1)]
        ax.plot(*zip(*ends, strict=True), color="black", lw=2.4, zorder=2)
        ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.grid(False)
    return ax


def _grid_lines(X: Tensor, count: int) -> list[Tensor]:
    """Straight lines over the samples' range, across and up, (100, 2) each."""
    if count < 1:
        return []
    low, high = X.min(dim=0).values, X.max(dim=0).values
    margin = 0.1 * (high - low)
    ends = list(zip((low - margin).tolist(), (high + margin).tolist(), strict=True))
    across, up = (torch.linspace(*end, 100, device=X.device) for end in ends)
    lines = [torch.stack([across, torch.full_like(across, at)], 1) for at in _steps(ends[1], count)]
    return lines + [torch.stack([torch.full_like(up, at), up], 1) for at in _steps(ends[0], count)]


def _steps(ends: tuple[float, float], count: int) -> list[float]:
    steps: list[float] = np.linspace(*ends, count).tolist()
    return steps


def plot_gradient_norms(
    norms: Mapping[str, Sequence[float]], *, ax: Axes | None = None, ylabel: str = "gradient norm"
) -> Axes:
    """Draw the size of the gradient of each layer, on a logarithmic axis, for several networks.

    Parameters
    ----------
    norms
        Name of the network → one norm for each layer, from the first to the last. A norm of 0
        cannot be drawn on this axis and leaves a gap.
    ax
        Axes to draw on; a new one where None.
    ylabel
        Name of the axis.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or a norm is negative.

    Examples
    --------
    >>> ax = plot_gradient_norms({"sigmoid": [1e-3, 1e-2, 0.1], "relu": [0.1, 0.1, 0.1]})
    >>> ax.get_yscale(), len(ax.lines)
    ('log', 2)
    """
    if not norms or any(len(values) == 0 for values in norms.values()):
        raise ValueError("plot_gradient_norms() needs {'name': [norm of layer 1, layer 2, …]}.")
    if any(value < 0 for values in norms.values() for value in values):
        raise ValueError("a norm cannot be negative; pass layer.weight.grad.norm().item().")
    ax = new_axes(ax)
    looks = zip(cycle(FIT_COLORS), cycle(FIT_LINES), cycle(FIT_MARKERS), strict=False)
    for (name, values), (color, style, marker) in zip(norms.items(), looks, strict=False):
        heights = [value if value > 0 else np.nan for value in values]
        layers = range(1, len(heights) + 1)
        ax.plot(layers, heights, color=color, ls=style, marker=marker, label=name)
    ax.set_yscale("log")
    ax.set(xlabel="layer (1 is next to the inputs)", ylabel=ylabel)
    ax.set_xticks(range(1, max(map(len, norms.values())) + 1))
    ax.legend()
    return ax
