"""Diagrams of ideas: boxes, arrows, circles, a timeline, a tree, and blocks that are matrices.

A diagram is drawn on a canvas whose unit is one inch when the function makes its own figure, so
that a font of 14 points always has the same size beside its box. On smaller Axes pass a smaller
`fontsize`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from .style import COLORS, new_axes

INK = "#222222"
# Pale fills on which black text reads well, in the order in which a diagram uses them.
PALE = ("#DCEBF5", "#FBEBC8", "#D5EFE6", "#F6E3EC", "#E9F5FC", "#F9E0D2", "#EFEFEF")


def canvas(ax: Axes | None, width: float, height: float) -> Axes:
    """Return Axes without frame or ticks, `width` by `height` units, equal in both directions."""
    ax = new_axes(ax, figsize=(width, height))
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    return ax


def box(
    ax: Axes,
    center: tuple[float, float],
    text: str,
    *,
    width: float | None = None,
    height: float | None = None,
    color: str = PALE[0],
    fontsize: float = 14,
) -> FancyBboxPatch:
    """Draw a rounded box with text in it; without a size it fits the text."""
    width = text_size(text, fontsize)[0] if width is None else width
    height = text_size(text, fontsize)[1] if height is None else height
    corner = (center[0] - width / 2, center[1] - height / 2)
    style = "round,pad=0,rounding_size=0.1"
    patch = FancyBboxPatch(corner, width, height, boxstyle=style, fc=color, ec=INK, lw=1.4)
    ax.add_patch(patch)
    ax.text(*center, text, ha="center", va="center", fontsize=fontsize, color=INK)
    return patch


def arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    start_patch: Patch | None = None,
    end_patch: Patch | None = None,
    bend: float = 0.0,
    color: str = INK,
) -> FancyArrowPatch:
    """Draw an arrow; with patches given it runs from border to border."""
    patch = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        connectionstyle=f"arc3,rad={bend}",
        patchA=start_patch,
        patchB=end_patch,
        shrinkA=3,
        shrinkB=3,
        mutation_scale=18,
        lw=1.8,
        color=color,
    )
    ax.add_patch(patch)
    return patch


def text_size(text: str, fontsize: float) -> tuple[float, float]:
    """Width and height in inches of a box that holds `text`, margins included."""
    lines = text.split("\n")
    longest = max(len(line) for line in lines)
    return 0.60 * fontsize / 72 * longest + 0.3, 1.3 * fontsize / 72 * len(lines) + 0.2


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
