"""Networks as circles and lines, and the nerve cell that lent them its vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from .canvas import INK, PALE, canvas
from .style import COLORS

Floats = NDArray[np.float64]
Place = tuple[float, float]


def plot_network(
    widths: Sequence[int],
    *,
    layer_labels: Sequence[str] | None = None,
    edge_labels: Sequence[str] | None = None,
    unit_labels: Sequence[Sequence[str]] | None = None,
    weights: Sequence[Any] | None = None,
    highlight: tuple[int, int] | None = None,
    max_units: int = 6,
    ax: Axes | None = None,
    fontsize: float = 14,
    size: Place = (8.0, 4.5),
) -> Axes:
    r"""Draw a fully connected network: a column of circles per layer, a line per weight.

    Parameters
    ----------
    widths
        Units per layer, input first: ``(8, 6, 4, 1)``.
    layer_labels
        One text per layer, drawn below its column. By default "input", "hidden 1", …, "output".
    edge_labels
        One text per gap between layers, drawn above it, for instance with shapes:
        ``"$W^{[1]}$: 8 × 6"``. By default the names of the gap's weights and biases.
    unit_labels
        For each layer the texts inside its circles; an empty list leaves a layer blank.
    weights
        For each gap a matrix (outputs, inputs), as nn.Linear stores it. Then a line is blue for a
        positive weight, vermillion and dashed for a negative one, thick for a large one.
    highlight
        (layer, unit), counted from 0: this unit and the lines into it are drawn in orange.
    max_units
        A wider layer is drawn with this many circles and dots between them.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than two layers, or labels or weights do not fit the widths.

    Examples
    --------
    >>> ax = plot_network((3, 4, 1), edge_labels=["3 × 4", "4 × 1"])
    >>> len(ax.patches), len(ax.lines)
    (8, 16)
    """
    widths = _checked_widths(widths, layer_labels, edge_labels, unit_labels)
    matrices = _checked_weights(widths, weights)
    ax = canvas(ax, *size)
    columns = _columns(widths, size, max_units)
    for gap in range(len(widths) - 1):
        matrix = matrices[gap] if matrices is not None else None
        _draw_edges(ax, columns[gap], columns[gap + 1], matrix, gap + 1, highlight)
    for layer, column in enumerate(columns):
        texts = unit_labels[layer] if unit_labels is not None else ()
        _draw_units(ax, column, layer, len(widths), texts, highlight, fontsize)
        if len(column) < widths[layer]:
            x, y = column[0][1][0], (column[0][1][1] + column[-1][1][1]) / 2
            ax.text(x, y, "⋮", ha="center", va="center", fontsize=fontsize + 10, color=INK)
    centers = [column[0][1][0] for column in columns]
    floor = min(column[-1][1][1] for column in columns) - 0.4
    style: dict[str, Any] = {"ha": "center", "fontsize": fontsize, "color": INK}
    for x, text in zip(centers, layer_labels or _layer_names(len(widths)), strict=True):
        ax.text(x, floor, text, va="top", **style)
    default = [rf"$W^{{[{i}]}},\ b^{{[{i}]}}$" for i in range(1, len(widths))]
    for i, text in enumerate(default if edge_labels is None else edge_labels):
        x = (centers[i] + centers[i + 1]) / 2
        ceiling = max(columns[i][0][1][1], columns[i + 1][0][1][1]) + 0.25
        ax.text(x, ceiling, text, va="bottom", **style)
    return ax


def _layer_names(count: int) -> list[str]:
    return ["input", *(f"hidden {i}" for i in range(1, count - 1)), "output"]


def _checked_widths(widths: Sequence[int], *labels: Sequence[Any] | None) -> list[int]:
    widths = [int(width) for width in widths]
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(
            f"widths={widths}: a network has at least an input and an output layer, "
            "each with one unit or more, such as (8, 6, 4, 1)."
        )
    names = ("layer_labels", "edge_labels", "unit_labels")
    for name, given, due in zip(names, labels, (0, -1, 0), strict=True):
        if given is not None and len(given) != len(widths) + due:
            raise ValueError(f"{name} has {len(given)} entries, expected {len(widths) + due}.")
    return widths


def _checked_weights(widths: list[int], weights: Sequence[Any] | None) -> list[Floats] | None:
    if weights is None:
        return None
    # Parameters of a model still carry a gradient: detach what can be detached.
    arrays = [np.asarray(w.detach() if hasattr(w, "detach") else w, float) for w in weights]
    due = [(n_out, n_in) for n_in, n_out in pairwise(widths)]
    if [array.shape for array in arrays] != due:
        shapes = [array.shape for array in arrays]
        raise ValueError(f"weights have the shapes {shapes}, expected (outputs, inputs): {due}.")
    return arrays


def _columns(widths: list[int], size: Place, max_units: int) -> list[list[tuple[int, Place]]]:
    """For each layer the drawn units: number and place, from top to bottom."""
    bottom, top = 1.1, size[1] - 0.65
    step = min(0.9, (top - bottom) / max(1, min(max(widths), max_units + 1) - 1))
    columns = []
    for layer, width in enumerate(widths):
        x = 0.9 + (size[0] - 1.8) * layer / (len(widths) - 1)
        if width <= max_units:
            units, slots = list(range(width)), width
            rows = units
        else:  # leave a slot in the middle for the dots
            upper = (max_units + 1) // 2
            units = [*range(upper), *range(width - (max_units - upper), width)]
            rows = [*range(upper), *range(upper + 1, max_units + 1)]
            slots = max_units + 1
        first = (bottom + top) / 2 + step * (slots - 1) / 2
        columns.append(
            [(unit, (x, first - step * row)) for unit, row in zip(units, rows, strict=True)]
        )
    return columns


def _draw_edges(
    ax: Axes,
    left: list[tuple[int, Place]],
    right: list[tuple[int, Place]],
    matrix: Floats | None,
    layer: int,
    highlight: tuple[int, int] | None,
) -> None:
    largest = float(np.abs(matrix).max()) or 1.0 if matrix is not None else 1.0
    for i, start in left:
        for j, end in right:
            color, width, style = COLORS["grey"], 1.0, "-"
            if matrix is not None:
                color = COLORS["blue"] if matrix[j, i] >= 0 else COLORS["vermillion"]
                width = 0.3 + 4 * abs(float(matrix[j, i])) / largest
                style = "-" if matrix[j, i] >= 0 else "--"
            if highlight == (layer, j):
                color, width = COLORS["orange"], max(width, 2.5)
            ax.plot([start[0], end[0]], [start[1], end[1]], style, color=color, lw=width, zorder=1)


def _draw_units(
    ax: Axes,
    column: list[tuple[int, Place]],
    layer: int,
    n_layers: int,
    texts: Sequence[str],
    highlight: tuple[int, int] | None,
    fontsize: float,
) -> None:
    fill = PALE[0] if layer == 0 else PALE[2] if layer == n_layers - 1 else PALE[1]
    step = column[0][1][1] - column[1][1][1] if len(column) > 1 else 0.9
    radius = min(0.27, 0.4 * step)
    for unit, place in column:
        color = COLORS["orange"] if highlight == (layer, unit) else fill
        ax.add_patch(Circle(place, radius, fc=color, ec=INK, lw=1.4, zorder=2))
        if unit < len(texts):
            style: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 3}
            ax.text(*place, texts[unit], fontsize=fontsize - 1, color=INK, **style)


def plot_neuron(
    *,
    labels: Sequence[str] = ("dendrites\n(receivers)", "synapse", "soma", "axon"),
    ax: Axes | None = None,
    fontsize: float = 13,
    size: Place = (5.5, 4.5),
) -> Axes:
    """Draw a nerve cell: branches that receive, a body that sums, a fibre that sends.

    Parameters
    ----------
    labels
        Texts for the dendrites, a synapse, the soma and the axon.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches; the drawing is made for 5.5 by 4.5.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are not exactly four labels.

    Examples
    --------
    >>> ax = plot_neuron()
    >>> [text.get_text() for text in ax.texts][2:]
    ['soma', 'axon']
    """
    if len(labels) != 4:
        raise ValueError(f"plot_neuron() has four labels to place, got {len(labels)}.")
    ax = canvas(ax, *size)
    soma = (2.2, 2.3)
    tips = [(0.35, 3.6), (0.2, 2.75), (0.2, 1.8), (0.45, 0.9), (1.2, 4.0), (1.6, 0.6)]
    for tip in tips:
        bend = (0.55 * tip[0] + 0.45 * soma[0], 0.25 * tip[1] + 0.75 * soma[1])
        _curve(ax, [soma, bend, tip], width=4.0)
        halfway = (bend[0] / 2 + (soma[0] + tip[0]) / 4, bend[1] / 2 + (soma[1] + tip[1]) / 4)
        side = (tip[0] + 0.25, tip[1] + (0.45 if tip[1] > soma[1] else -0.45))
        _curve(ax, [halfway, (side[0] + 0.05, tip[1]), side], width=2.2)
    ends = [(5.1, 3.0), (5.25, 2.35), (5.1, 1.7)]
    _curve(ax, [soma, (3.2, 2.0), (4.4, 2.35)], width=5.0)
    for end in ends:
        _curve(ax, [(4.4, 2.35), (4.75, 2.35), end], width=2.5)
    for place in [*tips, *ends]:
        ax.add_patch(Circle(place, 0.09, fc=COLORS["vermillion"], ec="none", zorder=4))
    ax.add_patch(Ellipse(soma, 1.15, 0.95, fc=PALE[1], ec=INK, lw=1.6, zorder=3))
    ax.add_patch(Circle(soma, 0.17, fc=COLORS["grey"], ec=INK, lw=1.0, zorder=4))
    body = (soma[0] + 0.25, soma[1] - 0.28)  # beside the nucleus, which has no label
    spots = [((1.05, 3.05), (2.6, 4.2)), (ends[0], (4.75, 3.75)), (body, (2.75, 1.1))]
    spots.append(((3.6, 2.2), (4.0, 1.1)))
    for text, (place, words) in zip(labels, spots, strict=True):
        ax.annotate(
            text,
            place,
            words,
            ha="center",
            va="center",
            fontsize=fontsize,
            color=INK,
            zorder=6,
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 1.0},
        )
    return ax


def _curve(ax: Axes, points: Sequence[Place], *, width: float) -> None:
    """Draw a quadratic Bézier curve from the first point to the third."""
    path = Path(list(points), [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    ax.add_patch(PathPatch(path, fc="none", ec=COLORS["grey"], lw=width, capstyle="round"))
