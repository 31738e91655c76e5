"""What every diagram is made of: a canvas measured in inches, boxes and arrows.

The unit of a canvas is one inch when the function makes its own figure, so that a font of
14 points always has the same size beside its box. On smaller Axes pass a smaller `fontsize`.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from .style import new_axes

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
