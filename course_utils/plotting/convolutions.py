"""How convolutions change sizes: windows along a row, shapes layer by layer, receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .canvas import INK, PALE, canvas
from .style import COLORS, new_axes


def plot_windows(
    size: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw every place of a kernel along one row of pixels, and count them.

    Parameters
    ----------
    size
        Pixels in the row.
    kernel
        Pixels that the kernel covers.
    stride
        Pixels from one place to the next.
    padding
        Zeros added at either end; they are drawn dashed.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Its title is the formula with its numbers.

    Raises
    ------
    ValueError
        For sizes below 1 (padding below 0). A kernel longer than the padded row is drawn, with
        the title that it does not fit.

    Examples
    --------
    >>> plot_windows(32, 5).get_title()
    '(32 − 5 + 2·0) / 1 + 1 = 28'
    >>> plot_windows(7, 4, stride=2).get_title()
    '(7 − 4 + 2·0) / 2 + 1 = 2.5 → 2'
    """
    if min(size, kernel, stride) < 1 or padding < 0:
        raise ValueError(
            f"size {size}, kernel {kernel} and stride {stride} must be 1 or more, padding "
            f"{padding} 0 or more."
        )
    ax = new_axes(ax)
    total, room = size + 2 * padding, size + 2 * padding - kernel
    for i in range(total):
        zero = i < padding or i >= size + padding
        ax.add_patch(Rectangle((i - padding, 0), 1, 1, fc="white" if zero else PALE[0], ec=INK,
                               ls="--" if zero else "-", lw=1.2))  # fmt: skip
    count = max(0, room // stride + 1)
    starts = [-padding + stride * j for j in range(count)]
    step = 0.62
    for j, start in enumerate(starts):
        ax.add_patch(Rectangle((start, -0.5 - step * (j + 1)), kernel, 0.8 * step,
                               fc=COLORS["orange"], ec=INK, lw=1, alpha=0.9))  # fmt: skip
    unused = room % stride if room >= 0 else 0
    if unused:
        end = size + padding - unused
        ax.add_patch(Rectangle((end, 0), unused, 1, fc="none", ec=COLORS["vermillion"],
                               hatch="////", lw=0))  # fmt: skip
    if room < 0:
        ax.set_title(f"a kernel of {kernel} does not fit into {total}")
    else:
        formula = f"({size} − {kernel} + 2·{padding}) / {stride} + 1"
        ax.set_title(f"{formula} = {_result(room, stride)}")
    ax.set_xlim(-padding - 0.6, size + padding + 0.6)
    ax.set_ylim(-0.9 - step * max(count, 4), 1.4)
    ax.set_xlabel(f"row of {size} pixels" + (f", {padding} zeros at either end" * (padding > 0)))
    ax.set_ylabel("places of the kernel")
    ax.set_yticks([])
    ax.grid(visible=False)
    return ax


def _result(room: int, stride: int) -> str:
    exact, count = room / stride + 1, room // stride + 1
    return f"{count}" if exact == count else f"{exact:.3g} → {count}"


def plot_shape_flow(
    shapes: Sequence[Sequence[int]],
    steps: Sequence[str],
    *,
    fontsize: float = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw what flows through a network of images: a block for each shape, a step between two.

    Parameters
    ----------
    shapes
        Without the batch: (channels, height, width) for maps, (features,) for vectors.
    steps
        What happens between a shape and the next, such as "conv 5×5": one less than shapes.
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
        If there are fewer than two shapes, a shape is neither maps nor a vector, or the steps do
        not fit.

    Examples
    --------
    >>> ax = plot_shape_flow([(3, 32, 32), (6, 28, 28), (4704,)], ["conv", "flatten"])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['3×32×32', '6×28×28', '4704', 'conv', 'flatten']
    """
    if len(shapes) < 2 or len(steps) != len(shapes) - 1:
        raise ValueError(
            f"{len(shapes)} shapes and {len(steps)} steps: give two shapes or more, and one step "
            "between each two."
        )
    if any(len(shape) not in (1, 3) for shape in shapes):
        raise ValueError(f"a shape is (channels, height, width) or (features,): {list(shapes)}.")
    width = 11.0
    ax = canvas(ax, width, 4.0)
    middle, tallest = 2.3, max(max(shape[1:], default=1) for shape in shapes)
    # Each shape gets a column as wide as its share; steps sit between the columns.
    wants = [_extent(shape, tallest) for shape in shapes]
    gap = (width - 0.2 - sum(w for w, _ in wants)) / len(shapes)
    left, spots = 0.1 + gap / 2, []
    for shape, (w, h) in zip(shapes, wants, strict=True):
        _block(ax, left, middle, shape, (w, h))
        text = "×".join(map(str, shape))
        ax.text(left + w / 2, middle + h / 2 + 0.12, text, ha="center", va="bottom",
                fontsize=fontsize, color=INK, fontweight="bold")  # fmt: skip
        spots.append((left, left + w))
        left += w + gap
    for i, (step, (_, end), (start, _)) in enumerate(
        zip(steps, spots[:-1], spots[1:], strict=True)
    ):
        ax.annotate("", (start - 0.03, middle), (end + 0.03, middle),
                    arrowprops={"arrowstyle": "-|>", "lw": 1.6, "color": INK})  # fmt: skip
        low = 0.62 if i % 2 else 0.18  # two rows, so that long words do not meet
        ax.text((end + start) / 2, low, step, ha="center", va="bottom", fontsize=fontsize,
                color=COLORS["blue"])  # fmt: skip
        ax.plot([(end + start) / 2] * 2, [low + 0.27, middle - 0.12], color="#BBBBBB", lw=1,
                zorder=0)  # fmt: skip
    return ax


def _extent(shape: Sequence[int], tallest: int) -> tuple[float, float]:
    """Width and height of a block in inches; the stack leans by a little for each channel."""
    if len(shape) == 1:
        return 0.18, 0.45 + 0.25 * np.log2(shape[0]) * 0.75
    side = 0.25 + 1.0 * max(shape[1:]) / tallest
    lean = 0.045 * (min(shape[0], 16) - 1)
    return side + lean, side + lean


def _block(
    ax: Axes, left: float, middle: float, shape: Sequence[int], extent: tuple[float, float]
) -> None:
    width, height = extent
    bottom = middle - height / 2
    if len(shape) == 1:
        ax.add_patch(Rectangle((left, bottom), width, height, fc=PALE[1], ec=INK, lw=1.2))
        return
    count = min(shape[0], 16)
    lean = 0.045 * (count - 1)
    for i in range(count):  # from the back, up and to the right, to the front
        shift = lean - 0.045 * i
        ax.add_patch(Rectangle((left + shift, bottom + shift), width - lean, height - lean,
                               fc=PALE[0], ec=INK, lw=0.8))  # fmt: skip


def plot_receptive_field(layers: Sequence[tuple[str, int, int]], *, ax: Axes | None = None) -> Axes:
    """Draw, along one row, which pixels one number of the last layer depends on.

    Parameters
    ----------
    layers
        Name, kernel and stride of each layer, from the first: ``("conv 5", 5, 1)``.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        The layers from below, the pixels at the bottom; the rows' labels say how many are seen.

    Raises
    ------
    ValueError
        If there is no layer, or a kernel or stride is below 1.

    Examples
    --------
    >>> ax = plot_receptive_field([("conv 5", 5, 1), ("pool", 2, 2)])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['pixels: 6', 'conv 5: 2', 'pool: 1']
    """
    if not layers or min(min(kernel, stride) for _, kernel, stride in layers) < 1:
        raise ValueError("give at least one layer, with a kernel and a stride of 1 or more.")
    # Backwards: how many cells of the row below does one stretch of this row see?
    seen = [1]
    for _, kernel, stride in reversed(layers):
        seen.append((seen[-1] - 1) * stride + kernel)
    seen.reverse()
    jumps = np.cumprod([1, *(stride for _, _, stride in layers)])
    ax = new_axes(ax)
    names = ["pixels", *(name for name, _, _ in layers)]
    # Centre of the first cell of each row, in pixels.
    first = 0.5
    starts = [0.5]
    for (_, kernel, _), jump in zip(layers, jumps, strict=False):
        first += (kernel - 1) / 2 * jump
        starts.append(first)
    tops = []
    for level, (count, jump, start) in enumerate(zip(seen, jumps, starts, strict=True)):
        color = COLORS["orange"] if level == len(layers) else PALE[0]
        half = min(0.45 * float(jump), 0.9)
        for i in range(count):
            x = start + i * float(jump)
            ax.add_patch(Rectangle((x - half, level - 0.22), 2 * half, 0.44, fc=color, ec=INK,
                                   lw=1.2))  # fmt: skip
        tops.append((start - half, start + (count - 1) * float(jump) + half))
    for level, ((l0, r0), (l1, r1)) in enumerate(pairwise(tops)):
        for a, b in ((l0, l1), (r0, r1)):
            ax.plot([a, b], [level + 0.22, level + 0.78], color=COLORS["grey"], lw=1.4, ls="--")
    ax.set_yticks(range(len(names)), [f"{n}: {c}" for n, c in zip(names, seen, strict=True)])
    ax.set_xlim(-0.7, seen[0] + 0.7)
    ax.set_ylim(-0.6, len(layers) + 0.6)
    ax.set_xlabel("pixel along a row")
    ax.grid(visible=False)
    return ax
