"""The hierarchy of features, from pixels to a face, drawn with small images made of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .canvas import INK, arrow, canvas
from .style import COLORS

Image = NDArray[np.float64]  # grey values from 0 (black) to 1 (white)

_LEVELS = ("pixels", "edges", "arrangements\nof edges", "parts", "face")


def plot_feature_hierarchy(
    *,
    labels: Sequence[str] = _LEVELS,
    ax: Axes | None = None,
    fontsize: float = 14,
    size: tuple[float, float] = (11.0, 4.5),
) -> Axes:
    """Draw five levels of features, each built from the one on its left.

    Parameters
    ----------
    labels
        Names of the five levels.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches; the drawing is made for 11 by 4.5.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are not exactly five labels.

    Examples
    --------
    >>> ax = plot_feature_hierarchy()
    >>> len(ax.images)
    17
    """
    if len(labels) != 5:
        raise ValueError(f"The hierarchy has five levels to label, got {len(labels)}.")
    ax = canvas(ax, *size)
    face = _face()
    columns = [_pixels(face), _edges(), _arrangements(), _parts(face)]
    side, gap, bottom = 0.78, 0.13, 0.85
    height = 4 * side + 3 * gap
    for i, patches in enumerate(columns):
        x = 0.3 + 1.85 * i
        for j, patch in enumerate(patches):
            y = bottom + (3 - j) * (side + gap)
            _show(ax, patch, (x, x + side, y, y + side))
        middle = bottom + height / 2
        arrow(ax, (x + side + 0.25, middle), (x + 1.85 - 0.25, middle), color=COLORS["grey"])
    left = 0.3 + 1.85 * 4
    low = bottom + (height - 2.8) / 2
    _show(ax, face, (left, left + 2.8, low, low + 2.8))
    centers = [0.3 + 1.85 * i + side / 2 for i in range(4)] + [left + 1.4]
    for x, text in zip(centers, labels, strict=True):
        ax.text(x, bottom - 0.15, text, ha="center", va="top", fontsize=fontsize, color=INK)
    ax.set(xlim=(0, size[0]), ylim=(0, size[1]))  # imshow has fitted them to the last image
    return ax


def _show(ax: Axes, patch: Image, extent: tuple[float, float, float, float]) -> None:
    ax.imshow(patch, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="nearest")
    x0, x1, y0, y1 = extent
    ax.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=INK, lw=1.0)


def _grid(n: int) -> tuple[Image, Image]:
    """Coordinates from -1 to 1, x to the right and y upwards."""
    steps = (np.arange(n) + 0.5) / n * 2 - 1
    return np.meshgrid(steps, -steps)


def _soft(distance: Image, width: float = 0.05) -> Image:
    """1 inside (distance below 0), 0 outside, with a soft border."""
    return 1 / (1 + np.exp(np.clip(distance / width, -50, 50)))


def _ellipse(x: Image, y: Image, center: tuple[float, float], radii: tuple[float, float]) -> Image:
    return np.hypot((x - center[0]) / radii[0], (y - center[1]) / radii[1]) - 1


def _paint(image: Image, mask: Image, value: float) -> Image:
    return image * (1 - mask) + value * mask


def _face(n: int = 48) -> Image:
    x, y = _grid(n)
    image = np.full((n, n), 0.25)
    image = _paint(image, _soft(_ellipse(x, y, (0, 0.12), (0.8, 0.9))), 0.12)  # hair
    image = _paint(image, _soft(_ellipse(x, y, (0, -0.08), (0.66, 0.82))), 0.82)  # skin
    for eye in (-0.28, 0.28):
        image = _paint(image, _soft(_ellipse(x, y, (eye, 0.14), (0.17, 0.09))), 1.0)
        image = _paint(image, _soft(_ellipse(x, y, (eye, 0.14), (0.075, 0.085))), 0.05)
        image = _paint(image, _soft(_ellipse(x, y, (eye, 0.34), (0.2, 0.035))), 0.2)
    # The nose: a shadow on one side of the ridge, and its tip.
    ridge = np.maximum(np.abs(x - 0.06) - 0.03, np.abs(y + 0.08) - 0.2)
    image = _paint(image, 0.6 * _soft(ridge, 0.03), 0.45)
    image = _paint(image, 0.7 * _soft(_ellipse(x, y, (0, -0.27), (0.13, 0.05))), 0.4)
    smile = np.maximum(np.abs(np.hypot(x, y + 0.22) - 0.36) - 0.035, y + 0.45)
    return _paint(image, _soft(smile, 0.03), 0.25)


def _pixels(face: Image) -> list[Image]:
    corners = ((16, 12), (18, 16), (30, 22), (8, 26))
    return [face[i : i + 3, j : j + 3] for i, j in corners]


def _edges() -> list[Image]:
    """Steps from dark to bright across a line, at four angles."""
    x, y = _grid(12)
    angles = np.deg2rad([0, 45, 90, 135])
    return [_soft(x * np.cos(a) + y * np.sin(a), 0.12) for a in angles]


def _arrangements() -> list[Image]:
    """A corner, a bar, a crossing and an arc: edges that meet."""
    x, y = _grid(16)
    corner = _soft(np.maximum(x - 0.1, y - 0.1), 0.08)
    bar = _soft(np.abs(y) - 0.25, 0.08)
    crossing = np.maximum(bar, _soft(np.abs(x) - 0.25, 0.08))
    arc = _soft(np.abs(np.hypot(x, y - 0.9) - 1.1) - 0.2, 0.08)
    return [corner, bar, crossing, arc]


def _parts(face: Image) -> list[Image]:
    """Crops of the face: an eye, the nose, the mouth, the border of the cheek."""
    corners = ((12, 10), (19, 17), (27, 17), (30, 3))
    return [face[i : i + 14, j : j + 14] for i, j in corners]
