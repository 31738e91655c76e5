"""Computational graphs: boxes for what is computed, arrows for what it is computed from.

A graph is described by its edges alone; where a node stands follows from them::

    edges = [("x", "p"), ("y", "p"), ("p", "g"), ("z", "g")]
    plot_graph(edges, labels={"p": "p = x + y", "g": "g = p z"}, values={"x": 1, "y": 3})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.text import Annotation

from .style import COLORS, new_axes

Edge = tuple[str, str]
Position = tuple[float, float]
Direction = Literal["forward", "backward"]

_FILL = {"input": "#FFFFFF", "operation": "#DCEEF8", "output": "#FBF3C4"}
_ARROWS: dict[str, dict[str, Any]] = {
    "forward": {"color": COLORS["blue"], "linestyle": "-"},
    "backward": {"color": COLORS["vermillion"], "linestyle": (0, (4, 2))},
}


def plot_graph(
    edges: Sequence[Edge],
    *,
    labels: Mapping[str, str] | None = None,
    values: Mapping[str, float | str] | None = None,
    gradients: Mapping[str, float | str] | None = None,
    local: Mapping[Edge, float | str] | None = None,
    positions: Mapping[str, Position] | None = None,
    direction: Direction = "forward",
    fontsize: float = 14,
    ax: Axes | None = None,
) -> Axes:
    """Draw a computational graph from its edges.

    Inputs (nothing leads to them) are white, operations blue, the output yellow. Forward values
    stand above a node in blue, gradients below it in vermillion, both bold. Forward arrows are
    solid and blue; backward arrows run the other way, dashed and red.

    Parameters
    ----------
    edges
        Pairs ``(from, to)`` of node names, in the order of the forward pass.
    labels
        What to write into a node; its name where absent.
    values
        Forward value of a node: a number or ready-made text.
    gradients
        Gradient of the output with respect to a node: a number or ready-made text.
    local
        Text for an edge ``(from, to)``: usually the derivative of `to` with respect to `from`.
    positions
        Column and row (upwards) of nodes that should not stand where the rule puts them: one
        column left of their first consumer, spread evenly over the height.
    direction
        ``"forward"`` or ``"backward"``: which way the arrows point.
    fontsize
        Size of the text in the nodes, in points.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no edge, if the edges form a cycle, if `direction` is neither of the two, or
        if a name outside the graph is given a value, a label, a gradient or a position.

    Examples
    --------
    >>> edges = [("x", "p"), ("y", "p"), ("p", "g"), ("z", "g")]
    >>> ax = plot_graph(edges, labels={"p": "+", "g": "*"}, values={"x": 1, "y": 3, "z": -3})
    >>> sorted(text.get_text() for text in ax.texts if text.get_text())
    ['*', '+', '1', '3', 'x', 'y', 'z', '−3']

    Notes
    -----
    First used in lecture 02.
    """
    if direction not in _ARROWS:
        raise ValueError(f"direction is {direction!r}; it must be 'forward' or 'backward'.")
    places = _places(edges) | dict(positions or {})
    for what, given in (
        ("labels", labels),
        ("values", values),
        ("gradients", gradients),
        ("positions", positions),
    ):
        if unknown := sorted(set(given or ()) - {name for edge in edges for name in edge}):
            raise ValueError(f"{what} names {', '.join(unknown)}, which no edge mentions.")
    if unknown_edges := sorted(set(local or ()) - set(edges)):
        raise ValueError(f"local names {unknown_edges}, which are not edges of the graph.")

    ax = new_axes(ax)
    kinds = _kinds(edges)
    boxes = {
        name: _box(ax, place, (labels or {}).get(name, name), _FILL[kinds[name]], fontsize)
        for name, place in places.items()
    }
    for edge in edges:
        start, end = edge if direction == "forward" else edge[::-1]
        _arrow(ax, boxes[start], boxes[end], direction)
        if edge in (local or {}):
            _edge_text(ax, places[start], places[end], _text((local or {})[edge]), fontsize)
    for name, value in (values or {}).items():
        _beside(ax, boxes[name], _text(value), "above", COLORS["blue"], fontsize)
    for name, gradient in (gradients or {}).items():
        _beside(ax, boxes[name], _text(gradient), "below", COLORS["vermillion"], fontsize)
    columns, rows = zip(*places.values(), strict=True)
    ax.set_xlim(min(columns) - 0.4, max(columns) + 0.4)
    ax.set_ylim(min(rows) - 0.45, max(rows) + 0.45)
    ax.axis("off")
    return ax


def plot_mlp_graph(
    widths: Sequence[int] = (6, 4, 3, 1),
    *,
    direction: Direction = "forward",
    fontsize: float = 14,
    ax: Axes | None = None,
) -> Axes:
    r"""Draw the graph of a network of sigmoid layers with squared error, shapes included.

    A column per layer: the layer's formula above, its weights and bias below. Backwards, the
    column carries the layer's :math:`\delta` and what the weights and bias get from it. ``N`` is
    the number of rows; weights have the shape that ``nn.Linear`` stores, (out, in).

    Parameters
    ----------
    widths
        Number of inputs, of neurons in each hidden layer, and of outputs.
    direction
        ``"forward"``: values, left to right. ``"backward"``: gradients, right to left.
    fontsize
        Size of the text in the boxes, in points.
    ax
        Axes to draw on; a new one, 12 x 4.5 inches, where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than two widths or one is not positive.

    Examples
    --------
    >>> ax = plot_mlp_graph((6, 4, 3, 1))
    >>> sum("W" in text.get_text() and "=" not in text.get_text() for text in ax.texts)
    3
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(
            f"widths is {tuple(widths)}; a network needs at least an input and an output width, "
            "each 1 or more, such as (6, 4, 3, 1)."
        )
    depth = len(widths) - 1
    edges = [(f"a{k - 1}", f"a{k}") for k in range(2, depth + 1)] + [(f"a{depth}", "L")]
    positions: dict[str, Position] = {"L": (depth + 0.8, 1.0)}
    for k in range(1, depth + 1):
        edges += [(f"W{k}", f"a{k}"), (f"b{k}", f"a{k}")]
        positions |= {f"a{k}": (k, 1.0), f"W{k}": (k - 0.25, 0.0), f"b{k}": (k + 0.25, 0.0)}
    if direction == "forward":  # no gradient flows into the data
        edges += [("a0", "a1"), ("y", "L")]
        positions |= {"a0": (0.2, 1.0), "y": (depth + 0.8, 0.0)}
    labels = _forward_labels(widths) if direction == "forward" else _backward_labels(widths)
    ax = new_axes(ax, figsize=(12, 4.5))
    return plot_graph(
        edges, labels=labels, positions=positions, direction=direction, fontsize=fontsize, ax=ax
    )


def _forward_labels(widths: Sequence[int]) -> dict[str, str]:
    depth = len(widths) - 1
    labels = {"a0": "$X$" + f"\nN×{widths[0]}", "y": f"$y$\nN×{widths[-1]}", "L": "$L$\nnumber"}
    for k in range(1, depth + 1):
        before = "X" if k == 1 else rf"a^{{[{k - 1}]}}"
        out = r"\hat{y}" if k == depth else rf"a^{{[{k}]}}"
        labels[f"a{k}"] = (
            rf"$z^{{[{k}]}} = {before} {{W^{{[{k}]}}}}^\top + b^{{[{k}]}}$"
            f"\n${out} = \\sigma(z^{{[{k}]}})$\nN×{widths[k]}"
        )
        labels[f"W{k}"] = rf"$W^{{[{k}]}}$" + f"\n{widths[k]}×{widths[k - 1]}"
        labels[f"b{k}"] = rf"$b^{{[{k}]}}$" + f"\n{widths[k]}"
    return labels


def _backward_labels(widths: Sequence[int]) -> dict[str, str]:
    depth = len(widths) - 1
    labels = {"L": "$L$\nstart: 1"}
    for k in range(1, depth + 1):
        before = "X" if k == 1 else rf"a^{{[{k - 1}]}}"
        if k == depth:
            delta = r"-\frac{1}{N} (y - \hat{y})"
        else:
            delta = rf"(\delta^{{[{k + 1}]}} W^{{[{k + 1}]}})"
        labels[f"a{k}"] = (
            rf"$\delta^{{[{k}]}} = {delta}$"
            f"\n$\\odot\\;\\sigma'(z^{{[{k}]}})$\nN×{widths[k]}"
        )
        labels[f"W{k}"] = (
            rf"$\partial L / \partial W^{{[{k}]}}$ ="
            f"\n${{\\delta^{{[{k}]}}}}^\\top {before}$\n{widths[k]}×{widths[k - 1]}"
        )
        labels[f"b{k}"] = (
            rf"$\partial L / \partial b^{{[{k}]}}$ ="
            f"\n$\\Sigma_{{rows}}\\,\\delta^{{[{k}]}}$\n{widths[k]}"
        )
    return labels


def _places(edges: Sequence[Edge]) -> dict[str, Position]:
    """Put each node one column left of its first consumer, inputs included; spread the rows."""
    if not edges:
        raise ValueError("plot_graph() got no edges: pass pairs such as [('x', 'p'), ('y', 'p')].")
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    consumers = {name: [end for start, end in edges if start == name] for name in names}
    distance: dict[str, int] = {}

    def steps_to_the_end(name: str, walked: tuple[str, ...]) -> int:
        if name in walked:
            raise ValueError(f"The edges form a cycle: {' → '.join((*walked, name))}.")
        if name not in distance:
            further = [steps_to_the_end(end, (*walked, name)) for end in consumers[name]]
            distance[name] = 1 + max(further, default=-1)
        return distance[name]

    last = max(steps_to_the_end(name, ()) for name in names)
    columns: dict[int, list[str]] = {}
    for name in names:
        columns.setdefault(last - distance[name], []).append(name)
    tallest = max(len(column) for column in columns.values())
    return {
        name: (float(column), tallest - (row + 0.5) * tallest / len(members) - 0.5)
        for column, members in columns.items()
        for row, name in enumerate(members)
    }


def _kinds(edges: Sequence[Edge]) -> dict[str, str]:
    starts, ends = {edge[0] for edge in edges}, {edge[1] for edge in edges}
    return {
        name: "input" if name not in ends else "operation" if name in starts else "output"
        for name in starts | ends
    }


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _box(ax: Axes, place: Position, label: str, fill: str, fontsize: float) -> Annotation:
    style = {"boxstyle": "round,pad=0.45", "facecolor": fill, "edgecolor": COLORS["black"]}
    return ax.annotate(
        label, place, ha="center", va="center", fontsize=fontsize, bbox=style, zorder=3
    )


def _arrow(ax: Axes, start: Annotation, end: Annotation, direction: Direction) -> None:
    ax.annotate(
        "",
        end.xy,
        xytext=start.xy,
        arrowprops={
            "arrowstyle": "-|>",
            "mutation_scale": 20,
            "lw": 2,
            "patchA": start.get_bbox_patch(),
            "patchB": end.get_bbox_patch(),
            "shrinkA": 1,
            "shrinkB": 2,
            **_ARROWS[direction],
        },
        zorder=4,
    )


def _edge_text(ax: Axes, start: Position, end: Position, text: str, fontsize: float) -> None:
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    back = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
    ax.annotate(text, middle, ha="center", va="center", fontsize=fontsize - 1, bbox=back, zorder=5)


def _beside(ax: Axes, box: Annotation, text: str, side: str, color: str, fontsize: float) -> None:
    lines = box.get_text().count("\n") + 1
    offset = fontsize * (0.72 * lines + 0.5)
    ax.annotate(
        text,
        box.xy,
        xytext=(0, offset if side == "above" else -offset),
        textcoords="offset points",
        ha="center",
        va="bottom" if side == "above" else "top",
        color=color,
        fontsize=fontsize,
        fontweight="bold",
        zorder=6,
    )
