"""Images, kernels and feature maps, many on one Axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .canvas import INK
from .style import CLASS_CMAP, new_axes


def plot_images(
    images: Tensor,
    labels: Sequence[str] | None = None,
    *,
    columns: int = 10,
    signed: bool = False,
    fontsize: float = 12,
    ax: Axes | None = None,
) -> Axes:
    """Show images side by side, in rows of `columns`.

    Parameters
    ----------
    images
        Colour images (N, 3, H, W) with values from 0 to 1, or single channels (N, H, W) or
        (N, 1, H, W) of any size: kernels and feature maps.
    labels
        A word under each image.
    columns
        Images in a row.
    signed
        Draw single channels from blue (negative) over white (0) to orange (positive), all on one
        scale; False draws each from black (its smallest value) to white (its largest).
    fontsize
        Of the labels, in points.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If these are no images, or there is not one label for each.

    Examples
    --------
    >>> import torch
    >>> ax = plot_images(torch.zeros(3, 8, 8), ["a", "b", "c"], columns=3)
    >>> len(ax.images), [text.get_text() for text in ax.texts]
    (3, ['a', 'b', 'c'])
    """
    pictures = _pictures(images)
    if labels is not None and len(labels) != len(pictures):
        raise ValueError(f"{len(pictures)} images have {len(labels)} labels: give one for each.")
    if columns < 1:
        raise ValueError(f"columns must be 1 or more, not {columns}.")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    cell = 1.1 if labels is None else 1.32
    if ax is None:
        ax = new_axes(figsize=(min(11.0, 1.1 * columns), min(11.0, 1.1 * columns) / columns
                               / 1.1 * cell * rows))  # fmt: skip
    ax.set_axis_off()
    look: dict[str, Any] = {"cmap": "gray"}
    if signed:
        limit = max(float(np.abs(pictures).max()), 1e-12)
        look = {"cmap": CLASS_CMAP, "vmin": -limit, "vmax": limit}
    for i, picture in enumerate(pictures):
        left, top = 1.1 * (i % columns), cell * (i // columns)
        ax.imshow(picture, extent=(left, left + 1, top + 1, top), interpolation="nearest", **look)
        ax.add_patch(Rectangle((left, top), 1, 1, fill=False, ec="#BBBBBB", lw=0.8))
        if labels is not None:
            ax.text(left + 0.5, top + 1.06, labels[i], ha="center", va="top", fontsize=fontsize,
                    color=INK)  # fmt: skip
    ax.set_xlim(-0.03, 1.1 * columns - 0.07)
    ax.set_ylim(cell * rows - 0.02, -0.03)
    return ax


def _pictures(images: Tensor) -> NDArray[np.float64]:
    shape = tuple(images.shape)
    if images.ndim == 4 and shape[1] == 1:
        images = images[:, 0]
    is_color = images.ndim == 4 and shape[1] == 3
    if not (is_color or images.ndim == 3) or 0 in shape:
        raise ValueError(
            f"images of shape (N, 3, H, W), (N, 1, H, W) or (N, H, W) can be shown, not {shape}. "
            "Maps of one image are model(X)[0]; a single image is X[:1]."
        )
    values = np.asarray(images.detach().cpu().numpy(), dtype=np.float64)
    return values.transpose(0, 2, 3, 1).clip(0, 1) if is_color else values


def plot_patch(
    values: ArrayLike | Tensor,
    *,
    window: tuple[int, int, int, int] | None = None,
    fmt: str = "g",
    color: str = "#D55E00",
    fontsize: float = 13,
    ax: Axes | None = None,
) -> Axes:
    """Write the numbers of a small image, kernel or map into its pixels.

    Parameters
    ----------
    values
        One channel (H, W), of at most 16 pixels a side.
    window
        Row, column, height and width of a part to frame.
    fmt
        How a number is written.
    color
        Of the frame.
    fontsize
        In points.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `values` are not a small matrix, or the window leaves it.

    Examples
    --------
    >>> ax = plot_patch([[0, 1], [2, 3]], window=(0, 0, 1, 2))
    >>> [text.get_text() for text in ax.texts]
    ['0', '1', '2', '3']
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 2 or not 1 <= max(numbers.shape) <= 16:
        raise ValueError(
            f"numbers fit into a matrix of at most 16 by 16, not into the shape {numbers.shape}."
        )
    if window is not None:
        row, column, height, width = window
        inside = row >= 0 and column >= 0 and height > 0 and width > 0
        if not inside or row + height > numbers.shape[0] or column + width > numbers.shape[1]:
            raise ValueError(f"the window {window} leaves the {numbers.shape} pixels.")
    ax = new_axes(ax, figsize=(0.6 * numbers.shape[1], 0.6 * numbers.shape[0]))
    limit = max(float(np.abs(numbers).max()), 1e-12)
    ax.imshow(numbers, cmap=CLASS_CMAP, vmin=-1.6 * limit, vmax=1.6 * limit)
    for (i, j), number in np.ndenumerate(numbers):
        text = format(number + 0.0, fmt).replace("-", "−")
        ax.text(j, i, text, ha="center", va="center", fontsize=fontsize, color=INK)
    ax.set_xticks(np.arange(-0.5, numbers.shape[1]), labels=[])
    ax.set_yticks(np.arange(-0.5, numbers.shape[0]), labels=[])
    ax.tick_params(length=0)
    ax.grid(color="#999999", linewidth=0.8)
    ax.set_axisbelow(False)
    if window is not None:
        corner = (column - 0.5, row - 0.5)
        ax.add_patch(Rectangle(corner, width, height, fill=False, ec=color, lw=4, zorder=5))
    return ax
