"""Diagrams of ideas: a cycle, circles inside circles, a timeline, a decision tree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Patch

from .canvas import INK, PALE, arrow, box, canvas, text_size
from .style import COLORS

# A leaf is a text; a question comes with its answers, each leading to a tree.
Tree = str | tuple[str, Sequence[tuple[str, "Tree"]]]


def plot_cycle(
    steps: Sequence[str],
    *,
    setup: Sequence[str] = (),
    center: str = "",
    highlight: int | None = None,
    ax: Axes | None = None,
    fontsize: float = 14,
    size: tuple[float, float] = (8.0, 4.5),
) -> Axes:
    r"""Draw steps that follow each other round and round, clockwise.

    The first step stands at the top; with `setup` it stands on the left, where the arrow from
    the last preparation arrives.

    Parameters
    ----------
    steps
        Two or more texts, one for each box; ``"\n"`` breaks a line.
    setup
        Steps that are done once, before the cycle; drawn above each other on the left.
    center
        Text in the middle of the circle, such as ``"one epoch"``.
    highlight
        Index of a step to draw in orange.
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
        If there are fewer than two steps, or no step of that index.

    Examples
    --------
    >>> ax = plot_cycle(["forward", "loss", "backward", "update"], center="one step")
    >>> [text.get_text() for text in ax.texts][:2]
    ['forward', 'loss']
    """
    if len(steps) < 2:
        raise ValueError(f"A cycle needs at least two steps, got {len(steps)}.")
    if highlight is not None and not 0 <= highlight < len(steps):
        raise ValueError(f"highlight={highlight}: the steps are numbered 0 to {len(steps) - 1}.")
    ax = canvas(ax, *size)
    width, height = _common_size(steps, fontsize)
    left = _common_size(setup, fontsize)[0] + 0.5 if setup else 0.0
    middle = ((left + size[0]) / 2, size[1] / 2)
    radii = ((size[0] - left - width) / 2 - 0.1, (size[1] - height) / 2 - 0.1)
    places = _around(middle, radii, len(steps), start=math.pi if setup else math.pi / 2)
    boxes = []
    for i, (step, place) in enumerate(zip(steps, places, strict=True)):
        color = COLORS["orange"] if i == highlight else PALE[0]
        drawn = box(ax, place, step, width=width, height=height, color=color, fontsize=fontsize)
        boxes.append(drawn)
    for i in range(len(steps)):
        j = (i + 1) % len(steps)
        arrow(ax, places[i], places[j], start_patch=boxes[i], end_patch=boxes[j], bend=-0.15)
    if setup:
        last, last_place = _column(ax, setup, fontsize, middle[1])
        arrow(ax, last_place, places[0], start_patch=last, end_patch=boxes[0])
    if center:
        ax.text(*middle, center, ha="center", va="center", fontsize=fontsize, color=INK)
    return ax


def _common_size(texts: Sequence[str], fontsize: float) -> tuple[float, float]:
    sizes = [text_size(text, fontsize) for text in texts]
    return max(w for w, _ in sizes), max(h for _, h in sizes)


def _around(
    middle: tuple[float, float], radii: tuple[float, float], count: int, *, start: float
) -> list[tuple[float, float]]:
    """`count` places on an ellipse, clockwise from the angle `start`."""
    angles = [start - 2 * math.pi * i / count for i in range(count)]
    return [
        (middle[0] + radii[0] * math.cos(angle), middle[1] + radii[1] * math.sin(angle))
        for angle in angles
    ]


def _column(
    ax: Axes, texts: Sequence[str], fontsize: float, bottom: float
) -> tuple[Patch, tuple[float, float]]:
    """Boxes above each other at the left edge, the last one at `bottom`; returns that one."""
    width, height = _common_size(texts, fontsize)
    places = [
        (width / 2 + 0.05, bottom + (height + 0.5) * i) for i in range(len(texts) - 1, -1, -1)
    ]
    boxes = [
        box(ax, place, text, width=width, height=height, color=PALE[6], fontsize=fontsize)
        for place, text in zip(places, texts, strict=True)
    ]
    for i in range(len(texts) - 1):
        arrow(ax, places[i], places[i + 1], start_patch=boxes[i], end_patch=boxes[i + 1])
    return boxes[-1], places[-1]


def plot_nested_circles(
    circles: Sequence[tuple[str, str]],
    *,
    ax: Axes | None = None,
    fontsize: float = 14,
    size: tuple[float, float] = (8.0, 4.5),
) -> Axes:
    r"""Draw sets inside each other, the outermost first, with a note beside each.

    Parameters
    ----------
    circles
        Pairs (name, note) from the outermost to the innermost; a note may break lines by
        ``"\n"`` or be empty.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points; the notes are one point smaller.
    size
        Width and height of the canvas in inches.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no circle at all.

    Examples
    --------
    >>> ax = plot_nested_circles([("mammals", "feed milk"), ("dogs", "bark")])
    >>> len(ax.patches)
    2
    """
    if not circles:
        raise ValueError("plot_nested_circles() needs at least one pair (name, note).")
    ax = canvas(ax, *size)
    outer = size[1] / 2 - 0.05
    x = outer + 0.1
    for i, (name, note) in enumerate(circles):
        radius = outer * (len(circles) - i) / len(circles)
        # All circles touch the ground, so that the name of each fits above the next one.
        ax.add_patch(Circle((x, 0.05 + radius), radius, fc=PALE[i % len(PALE)], ec=INK, lw=1.6))
        inside = outer / len(circles) if i < len(circles) - 1 else radius
        y = 0.05 + 2 * radius - inside
        ax.text(x, y, name, ha="center", va="center", fontsize=fontsize, weight="bold", color=INK)
        if note:
            edge = x + math.sqrt(max(radius**2 - (y - 0.05 - radius) ** 2, 0.0))
            end = x + outer + 0.45
            ax.plot([edge, end], [y, y], color=INK, lw=1.2)
            ax.text(end + 0.1, y, note, va="center", fontsize=fontsize - 1, color=INK)
    return ax


def plot_timeline(
    events: Sequence[tuple[float, str]],
    *,
    ax: Axes | None = None,
    heights: Sequence[float] = (0.55, -0.55, 1.5, -1.5),
    fontsize: float = 12,
    size: tuple[float, float] = (11.0, 4.5),
) -> Axes:
    r"""Draw events on a line that is true to scale, notes above and below in turn.

    Parameters
    ----------
    events
        Pairs (year, note), in order of time; ``"\n"`` breaks a line.
    ax
        Axes to draw on; a new one where None.
    heights
        Length of the stems in inches, taken in turn: positive above the line, negative below.
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
        If there are fewer than two events, or they are not in order of time.

    Examples
    --------
    >>> ax = plot_timeline([(1943, "a neuron on paper"), (1958, "a machine that learns")])
    >>> [text.get_text() for text in ax.texts]
    ['1943\na neuron on paper', '1958\na machine that learns']
    """
    years = [year for year, _ in events]
    if len(events) < 2 or years != sorted(years):
        raise ValueError(f"A timeline needs two or more events in order of time, got {years}.")
    ax = canvas(ax, *size)
    margin, middle = 0.8, size[1] / 2
    scale = (size[0] - 2 * margin) / (years[-1] - years[0])
    ax.plot([0.1, size[0] - 0.1], [middle, middle], color=INK, lw=3, solid_capstyle="round")
    for i, (year, note) in enumerate(events):
        x, stem = margin + scale * (year - years[0]), heights[i % len(heights)]
        ax.plot([x, x], [middle, middle + stem], color=COLORS["grey"], lw=1.2)
        ax.plot([x], [middle], "o", color=COLORS["blue"], ms=9)
        ax.text(
            x,
            middle + stem,
            f"{year}\n{note}",
            ha="center",
            va="bottom" if stem > 0 else "top",
            fontsize=fontsize,
            color=INK,
            bbox={"fc": "white", "ec": "none", "pad": 1.5},
        )
    return ax


def plot_tree(
    tree: Tree,
    *,
    ax: Axes | None = None,
    fontsize: float = 12,
    size: tuple[float, float] = (5.5, 4.5),
) -> Axes:
    r"""Draw a decision tree: questions in boxes, answers on the lines, leaves at the ends.

    Parameters
    ----------
    tree
        A leaf is a text. A question is a pair (text, branches), each branch a pair
        (answer, tree).
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = plot_tree(("Rain?", [("yes", "umbrella"), ("no", ("Cold?", [("yes", "coat")]))]))
    >>> sorted(text.get_text() for text in ax.texts)
    ['Cold?', 'Rain?', 'coat', 'no', 'umbrella', 'yes', 'yes']
    """
    ax = canvas(ax, *size)
    scale = size[0] / _span(tree, fontsize)
    row = (size[1] - 0.9) / max(_depth(tree) - 1, 1)

    def draw(node: Tree, left: float, y: float) -> tuple[Patch, tuple[float, float]]:
        place = (left + scale * _span(node, fontsize) / 2, y)
        if isinstance(node, str):
            return box(ax, place, node, color=PALE[2], fontsize=fontsize), place
        parent = box(ax, place, node[0], color=PALE[1], fontsize=fontsize)
        for answer, child in node[1]:
            drawn, end = draw(child, left, y - row)
            arrow(ax, place, end, start_patch=parent, end_patch=drawn)
            # Nearer to the question, so that the head of the arrow stays free.
            x, height = place[0] + 0.43 * (end[0] - place[0]), place[1] + 0.43 * (end[1] - place[1])
            white = {"fc": "white", "ec": "none", "pad": 0.5}
            ax.text(x, height, answer, ha="center", va="center", fontsize=fontsize, bbox=white)
            left += scale * _span(child, fontsize)
        return parent, place

    draw(tree, 0.0, size[1] - 0.45)
    return ax


def _span(tree: Tree, fontsize: float) -> float:
    """Inches from the left end of a tree to its right end."""
    if isinstance(tree, str):
        return text_size(tree, fontsize)[0] + 0.1
    below = sum(_span(child, fontsize) for _, child in tree[1])
    return max(below, text_size(tree[0], fontsize)[0] + 0.1)


def _depth(tree: Tree) -> int:
    return 1 if isinstance(tree, str) else 1 + max(_depth(child) for _, child in tree[1])
