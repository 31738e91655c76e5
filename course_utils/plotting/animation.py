"""Animations as one small picture file, and the decision boundary of a network in training.

Only what moves is drawn again; all frames share one palette, and a frame stores only the pixels
that changed since the frame before. So 50 frames take well under a second and a megabyte.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .classification import plot_decision_boundary, plot_points
from .style import CLASS_CMAP

if TYPE_CHECKING:
    from PIL import Image

_UNCHANGED = 255  # index of the transparent colour: what stands there already, stays
_COMMON = 128  # colours kept exactly; the other 127 are averages
_SHADES = 15  # of a probability: the fewer, the smaller the file
_FORMATS: dict[str, dict[str, Any]] = {
    "PNG": {"disposal": 0, "blend": 1, "transparency": _UNCHANGED},
    "GIF": {"disposal": 1, "optimize": False, "transparency": _UNCHANGED},
}


@dataclass(frozen=True)
class Animation:
    """Frames that play in a notebook, on a page and in the slides, for ever.

    Show it with ``describe(animation, "alt text")``, as any figure. It travels as an animated
    PNG, because JupyterLab, nbconvert and the book all show ``image/png``; `save` writes a GIF
    as well.

    Attributes
    ----------
    frames : (F, H, W) uint8
        Index of each pixel's colour.
    palette : (K, 3) uint8
        The colours, at most 255.
    durations : F numbers
        How long each frame stands, in milliseconds.
    """

    frames: NDArray[np.uint8] = field(repr=False)
    palette: NDArray[np.uint8] = field(repr=False)
    durations: tuple[int, ...] = field(repr=False)

    def __repr__(self) -> str:
        count, height, width = self.frames.shape
        return f"<Animation of {count} frames, {width} x {height} pixels>"

    def _repr_png_(self) -> bytes:
        return self.encode("PNG")

    def encode(self, format: str = "PNG") -> bytes:
        """Return the bytes of a picture file, ``"PNG"`` (animated) or ``"GIF"``."""
        if format not in _FORMATS:
            raise ValueError(f"an animation is written as {' or '.join(_FORMATS)}, not {format!r}.")
        first, *rest = self._pictures()
        file = io.BytesIO()
        first.save(
            file, format=format, save_all=True, append_images=rest, loop=0,
            duration=list(self.durations), **_FORMATS[format],
        )  # fmt: skip
        return file.getvalue()

    def save(self, path: str | Path) -> None:
        """Write a file whose format its name tells: ``.png`` or ``.gif``."""
        Path(path).write_bytes(self.encode(Path(path).suffix.removeprefix(".").upper()))

    def _pictures(self) -> Iterable[Image.Image]:
        from PIL import Image

        colors = np.zeros((256, 3), dtype=np.uint8)
        colors[: len(self.palette)] = self.palette
        before = np.full_like(self.frames[0], _UNCHANGED)
        for frame in self.frames:
            changed = np.where(frame == before, np.uint8(_UNCHANGED), frame)
            picture = Image.fromarray(changed)
            picture.putpalette(colors.tobytes())  # a picture of numbers becomes one of colours
            before = frame
            yield picture


def animate(
    figure: Figure,
    update: Callable[[int], Sequence[Artist]],
    frames: int | Iterable[int],
    *,
    fps: float = 10.0,
    hold: float = 1.5,
) -> Animation:
    """Draw a figure again and again while `update` moves things on it.

    The figure is closed afterwards.

    Parameters
    ----------
    figure
        What stands still: axes, contours, legends.
    update
        ``update(k)`` brings things on the figure to frame k, or draws new ones, and returns
        all that move, bottom to top.
    frames
        Numbers given to `update`; a count n stands for 0 … n − 1.
    fps
        Frames in a second.
    hold
        How long the last frame stands, in seconds.

    Returns
    -------
    Animation

    Raises
    ------
    ValueError
        If there is no frame, or `fps` or `hold` is not positive.

    Examples
    --------
    >>> figure, ax = plt.subplots(figsize=(3, 2))
    >>> (dot,) = ax.plot([0], [0], "o")
    >>> def update(k):
    ...     dot.set_data([k / 9], [k / 9])
    ...     return [dot]
    >>> animate(figure, update, 10)
    <Animation of 10 frames, 300 x 200 pixels>
    """
    numbers = list(range(frames)) if isinstance(frames, int) else list(frames)
    if not numbers:
        raise ValueError("animate() needs at least one frame.")
    if not (fps > 0 and hold > 0):
        raise ValueError(f"animate() needs a positive fps and hold, not {fps} and {hold}.")
    try:
        pictures = _draw(figure, update, numbers)
    finally:
        plt.close(figure)
    indices, palette = _share_palette(pictures)
    still = round(1000 / fps)
    durations = (*[still] * (len(numbers) - 1), round(1000 * hold))
    return Animation(indices, palette, durations)


def animate_boundary(
    model: torch.nn.Module,
    states: Mapping[int, Mapping[str, torch.Tensor]],
    X: torch.Tensor,
    y: torch.Tensor,
    *,
    resolution: int = 80,
    fps: float = 10.0,
) -> Animation:
    """Animate how a classifier of two features divides the plane while it learns.

    The probability is shown in a few shades, which keeps the file small.

    Parameters
    ----------
    model
        The trained classifier; it is left as it was.
    states
        Epoch → a copy of ``model.state_dict()`` from then, collected by a hook of `fit`.
    X, y
        The samples, as for `plot_decision_boundary`.
    resolution
        Points of the grid along each axis.
    fps
        Frames in a second.

    Returns
    -------
    Animation

    Raises
    ------
    ValueError
        If there is no state, or as `plot_decision_boundary`.

    Examples
    --------
    >>> X, y = torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0], [1.0]])
    >>> model = torch.nn.Linear(2, 1)
    >>> states = {0: model.state_dict()}
    >>> animate_boundary(model, states, X, y)
    <Animation of 1 frames, 560 x 360 pixels>
    """
    if not states:
        raise ValueError(
            "animate_boundary() got no states; collect them while training: "
            "states[epoch] = copy.deepcopy(model.state_dict())."
        )
    final = {name: value.clone() for name, value in model.state_dict().items()}
    figure, ax = plt.subplots(figsize=(7, 4.5), dpi=80)
    plot_points(X, y, ax=ax)
    samples: list[Artist] = [*ax.collections, *ax.lines]
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))  # beside: it need not be drawn again
    shading: list[Artist] = []

    def update(epoch: int) -> list[Artist]:
        while shading:
            shading.pop().remove()
        before = set(ax.get_children())
        model.load_state_dict(states[epoch])
        plot_decision_boundary(model, X, ax=ax, resolution=resolution)
        shading.extend(artist for artist in ax.get_children() if artist not in before)
        for image in ax.images:
            image.set_cmap(CLASS_CMAP.resampled(_SHADES))
        ax.set_title(f"epoch {epoch}")
        return [*sorted(shading, key=Artist.get_zorder), *samples, ax.title]

    try:
        return animate(figure, update, states, fps=fps)
    finally:
        model.load_state_dict(final)


def _draw(
    figure: Figure, update: Callable[[int], Sequence[Artist]], numbers: Sequence[int]
) -> list[NDArray[np.uint8]]:
    """Draw what stands still once, and what moves once for each frame."""
    canvas: Any = FigureCanvasAgg(figure)  # parts of it carry no types
    for artist in update(numbers[0]):
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    figure.set_layout_engine("none")  # the layout is settled; moving things must not shift it
    pictures = []
    for number in numbers:
        canvas.restore_region(background)
        for artist in update(number):
            (artist.axes or figure).draw_artist(artist)
        pictures.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return pictures


def _share_palette(
    pictures: Sequence[NDArray[np.uint8]],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Choose 255 colours for all pictures and paint them with the nearest of these."""
    coded = [picture.astype(np.int32) @ (65536, 256, 1) for picture in pictures]
    palette = _choose_palette(coded[0], coded[-1])
    index = np.zeros(coded[0].shape, dtype=np.uint8)
    painted, before = [], np.full_like(coded[0], -1)
    for code in coded:
        changed = code != before
        colors, places = np.unique(code[changed], return_inverse=True)
        index = index.copy()
        index[changed] = _nearest(_channels(colors), palette)[places]
        painted.append(index)
        before = code
    return np.stack(painted), palette


def _choose_palette(*codes: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Keep the commonest colours as they are; let a median cut stand for the rest."""
    from PIL import Image

    colors, counts = np.unique(np.concatenate([code.ravel() for code in codes]), return_counts=True)
    colors, counts = colors[np.argsort(-counts)], np.sort(counts)[::-1]
    if len(colors) <= _UNCHANGED:
        return _channels(colors)
    common, rest = colors[:_COMMON], colors[_COMMON:]
    weights = np.sqrt(counts[_COMMON:]).astype(int)  # soft edges have many colours, each rare
    crowd = Image.fromarray(np.repeat(_channels(rest), weights, axis=0)[None])
    cut = crowd.quantize(_UNCHANGED - _COMMON, method=Image.Quantize.MEDIANCUT)
    others = np.array(cut.getpalette(), dtype=np.uint8).reshape(-1, 3)
    return np.concatenate([_channels(common), others[: _UNCHANGED - _COMMON]])


def _channels(codes: NDArray[np.int32]) -> NDArray[np.uint8]:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)


def _nearest(colors: NDArray[np.uint8], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    c, p = colors.astype(np.float32), palette.astype(np.float32)
    return ((p**2).sum(axis=1) - 2 * c @ p.T).argmin(axis=1).astype(np.uint8)
