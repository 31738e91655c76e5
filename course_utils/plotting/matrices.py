r"""Matrix equations as blocks whose sides show the shapes.

Blocks and signs are listed as they are read::

    plot_shapes([("$X$", ("N", "D")), "@", ("$w$", ("D", 1)), "=", ("$\hat{y}$", ("N", 1))])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from .canvas import INK, PALE, canvas
from .style import COLORS

Block = tuple[str, Any]
_CELL = 0.55  # inches: the side of a cell that shows a number
_THIN = 0.4  # inches: the side of a block of length 1
_GAP = 0.12


def plot_shapes(
    items: Sequence[str | Block],
    *,
    lengths: Mapping[str | int, float] | None = None,
    repeat: Mapping[str, int] | None = None,
    highlight: Sequence[str] = (),
    ax: Axes | None = None,
    fontsize: float = 14,
    size: tuple[float, float] = (8.0, 4.5),
) -> Axes:
    r"""Draw a matrix equation as blocks with their shapes written below.

    Parameters
    ----------
    items
        Signs such as ``"@"``, ``"+"``, ``"="`` and blocks in between. A block is a pair
        (name, shape) with a shape like ``("N", 3)``, ``(3,)`` or ``()``; or a pair
        (name, values) with a tensor, array or list of one or two dimensions, drawn as numbers.
        A shape or tensor with one dimension lies flat, as broadcasting reads it.
    lengths
        Inches for a side of this length or name, such as ``{"N": 2.4, "D": 1.0}``.
    repeat
        Name of a block -> how many of its kind there are: drawn as a pile.
    highlight
        Names of blocks to fill with orange.
    ax
        Axes to draw on; a new one where None.
    fontsize
        In points.
    size
        Width and height of the canvas in inches. A larger equation is drawn smaller.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no block, or one has more than two dimensions.

    Examples
    --------
    >>> ax = plot_shapes([("$X$", ("N", 3)), "@", ("$w$", (3, 1)), "=", ("$z$", ("N", 1))])
    >>> [text.get_text() for text in ax.texts]
    ['$X$', '(N × 3)', '@', '$w$', '(3 × 1)', '=', '$z$', '(N × 1)']
    """
    if not any(isinstance(item, tuple) for item in items):
        raise ValueError('plot_shapes() needs at least one block such as ("X", ("N", 3)).')
    parts = [item if isinstance(item, str) else _sides(*item, lengths or {}) for item in items]
    captions = [_caption(item[1]) if isinstance(item, tuple) else "" for item in items]
    piles = {name: 0.3 for name, count in (repeat or {}).items() if count > 1}
    widths = [
        0.32 if isinstance(part, str) else max(part[0], 0.5 * len(caption) * fontsize / 72)
        for part, caption in zip(parts, captions, strict=True)
    ]
    # A pile reaches further to the right than its front block.
    gaps = [_GAP + (piles.get(item[0], 0.0) if isinstance(item, tuple) else 0.0) for item in items]
    total = sum(widths) + sum(gaps)
    # Names stand above numbers, captions below: about 0.9 inches for both.
    tallest = max(part[1] for part in parts if not isinstance(part, str)) + 0.9
    scale = max(1.0, total / size[0], tallest / size[1])
    fontsize /= scale
    ax = canvas(ax, size[0] * scale, size[1] * scale)
    left, middle = (size[0] * scale - total) / 2, size[1] * scale / 2
    for item, part, width, gap, caption in zip(items, parts, widths, gaps, captions, strict=True):
        x = left + width / 2
        if isinstance(part, str) or isinstance(item, str):
            ax.text(x, middle, str(item), ha="center", va="center", fontsize=fontsize + 4)
        else:
            name, content = item
            fill = COLORS["orange"] if name in highlight else PALE[0]
            count = (repeat or {}).get(name, 1)
            _draw_block(ax, (x, middle), part, name, content, caption, fill, count, fontsize)
        left += width + gap
    return ax


def _as_numbers(content: Any) -> NDArray[np.float64] | None:
    """Return the numbers of a block as a table, None where only a shape was given."""
    if isinstance(content, tuple):
        return None
    array = np.asarray(content.detach() if hasattr(content, "detach") else content, float)
    _two_at_most(array.shape)
    return np.atleast_2d(array)


def _two_at_most(shape: Sequence[Any]) -> None:
    if len(shape) > 2:
        raise ValueError(f"A block has at most two dimensions, this one has the shape {shape}.")


def _caption(content: Any) -> str:
    shape = content if isinstance(content, tuple) else np.shape(content)
    if len(shape) == 1:
        return f"({shape[0]},)"
    return f"({' × '.join(str(side) for side in shape)})"


def _sides(name: str, content: Any, lengths: Mapping[str | int, float]) -> tuple[float, float]:
    """Width and height of a block in inches."""
    numbers = _as_numbers(content)
    if numbers is not None:
        return _CELL * numbers.shape[1], _CELL * numbers.shape[0]
    _two_at_most(content)
    rows, columns = (1,) * (2 - len(content)) + tuple(content)
    return _length(columns, lengths), _length(rows, lengths)


def _length(side: str | int, lengths: Mapping[str | int, float]) -> float:
    if side in lengths:
        return lengths[side]
    if isinstance(side, str):
        return 1.4
    return _THIN if side == 1 else min(0.3 * side, 2.4)


def _draw_block(
    ax: Axes,
    center: tuple[float, float],
    sides: tuple[float, float],
    name: str,
    content: Any,
    caption: str,
    fill: str,
    count: int,
    fontsize: float,
) -> None:
    x, y = center[0] - sides[0] / 2, center[1] - sides[1] / 2
    for i in range(min(count, 4) - 1, -1, -1):  # the pile, the front block last
        corner = (x + 0.09 * i, y + 0.09 * i)
        ax.add_patch(Rectangle(corner, *sides, fc=fill, ec=INK, lw=1.4))
    style: dict[str, Any] = {"ha": "center", "color": INK}
    numbers = _as_numbers(content)
    if numbers is None:
        ax.text(*center, name, va="center", fontsize=fontsize, **style)
    else:
        _draw_numbers(ax, (x, y), sides, numbers, fontsize - 1)
        top = y + sides[1] + 0.08
        ax.text(center[0], top, name, va="bottom", fontsize=fontsize, **style)
    caption = caption if count == 1 else f"{caption}\n{count} times"
    ax.text(center[0], y - 0.1, caption, va="top", fontsize=fontsize - 1, **style)


def _draw_numbers(
    ax: Axes,
    corner: tuple[float, float],
    sides: tuple[float, float],
    numbers: NDArray[np.float64],
    fontsize: float,
) -> None:
    rows, columns = numbers.shape
    for i in range(1, rows):
        ax.plot([corner[0], corner[0] + sides[0]], [corner[1] + _CELL * i] * 2, color=INK, lw=0.7)
    for j in range(1, columns):
        ax.plot([corner[0] + _CELL * j] * 2, [corner[1], corner[1] + sides[1]], color=INK, lw=0.7)
    for i in range(rows):
        for j in range(columns):
            place = (corner[0] + _CELL * (j + 0.5), corner[1] + sides[1] - _CELL * (i + 0.5))
            ax.text(*place, f"{numbers[i, j]:g}", ha="center", va="center", fontsize=fontsize)
