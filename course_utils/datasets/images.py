"""Small colour images of ten classes, drawn when asked for: nothing to download."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course_utils.datasets._checks import check_noise, check_positive, check_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

IMAGE_CLASSES = (
    "disc", "ring", "square", "frame", "triangle", "plus", "cross",
    "stripes", "checks", "dots",
)  # fmt: skip


def make_images(
    n: int = 1000, *, image_size: int = 32, noise: float = 0.1, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Draw colour images of ten classes of shapes and textures, each somewhere in its image.

    Place, size, both colours and, for textures, direction and period are drawn anew for every
    image, so that no single pixel tells the class: 0 disc, 1 ring, 2 square, 3 frame (an empty
    square), 4 triangle, 5 plus, 6 cross (a plus on its side), and three textures in a round
    window, 7 stripes, 8 checks, 9 dots. The names are in `IMAGE_CLASSES`.

    Parameters
    ----------
    n : int
        Images in all, shared as evenly as possible by the classes.
    image_size : int
        Height and width in pixels, 16 or more.
    noise : float
        Standard deviation of the noise on each pixel.
    seed : int
        The same seed gives the same images.

    Returns
    -------
    X : Tensor, shape (n, 3, image_size, image_size), float32
        Red, green and blue, 0 (dark) to 1 (bright).
    y : Tensor, shape (n,), int64

    Raises
    ------
    TypeError, ValueError
        For numbers out of range.

    Examples
    --------
    >>> X, y = make_images(20)
    >>> X.shape, y.bincount().tolist()
    (torch.Size([20, 3, 32, 32]), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    """
    check_positive("n", n)
    check_positive("image_size", image_size)
    check_seed(seed)
    noise = check_noise(noise)
    if image_size < 16:
        raise ValueError(f"image_size must be at least 16 to show a shape, not {image_size}.")
    rng = np.random.RandomState(seed)
    labels = rng.permutation(np.arange(n) % len(IMAGE_CLASSES))
    images = np.stack([_image(int(k), image_size, rng) for k in labels])
    images += noise * rng.standard_normal(images.shape)
    X = torch.tensor(images.clip(0, 1), dtype=torch.float32)
    return X, torch.tensor(labels, dtype=torch.int64)


def _image(k: int, size: int, rng: np.random.RandomState) -> Grid:
    """One image (3, size, size): a shape in one colour before a background in another."""
    radius = size * rng.uniform(0.19, 0.31)
    row, column = rng.uniform(radius, size - 1 - radius, size=2)
    y, x = np.mgrid[:size, :size].astype(np.float64)
    mask = _SHAPES[k]((x - column) / radius, (y - row) / radius, rng)
    back, front = rng.uniform(0, 1, size=(2, 3))
    # Colours of one brightness would hide the shape: push the two apart, either way round.
    gap = front.mean() - back.mean()
    shift = max(0.0, 0.4 - abs(gap)) / 2 * (1 if gap > 0 else -1)
    colors = (back - shift).clip(0, 1), (front + shift).clip(0, 1)
    return np.asarray(np.where(mask, colors[1][:, None, None], colors[0][:, None, None]))


# Each tells which points belong to it; x and y run from -1 to 1 across the shape.


def _disc(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return x**2 + y**2 <= 1


def _ring(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return (x**2 + y**2 <= 1) & (x**2 + y**2 >= 0.36)


def _square(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return np.maximum(abs(x), abs(y)) <= 0.9


def _frame(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    side = np.maximum(abs(x), abs(y))
    return (side <= 0.9) & (side >= 0.55)


def _triangle(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return (y <= 0.8) & (2 * abs(x) <= y + 1)


def _plus(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return (np.minimum(abs(x), abs(y)) <= 0.28) & (np.maximum(abs(x), abs(y)) <= 1)


def _cross(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    turn = np.sqrt(0.5)
    return _plus(turn * (x - y), turn * (x + y), rng)


def _waves(x: Grid, y: Grid, rng: np.random.RandomState) -> tuple[Grid, Grid]:
    """Two waves across each other, in any direction, with two to three periods in the window."""
    angle, frequency = rng.uniform(0, np.pi), np.pi * rng.uniform(2.0, 2.8) / 2
    start = rng.uniform(0, 2 * np.pi, size=2)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    return np.sin(2 * frequency * along + start[0]), np.sin(2 * frequency * across + start[1])


def _stripes(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    return _disc(x, y, rng) & (_waves(x, y, rng)[0] > 0)


def _checks(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    first, second = _waves(x, y, rng)
    return _disc(x, y, rng) & (first * second > 0)


def _dots(x: Grid, y: Grid, rng: np.random.RandomState) -> NDArray[np.bool_]:
    first, second = _waves(x, y, rng)
    return _disc(x, y, rng) & (first + second > 0.7)


_SHAPES: tuple[Callable[[Grid, Grid, np.random.RandomState], NDArray[np.bool_]], ...] = (
    _disc, _ring, _square, _frame, _triangle, _plus, _cross, _stripes, _checks, _dots,
)  # fmt: skip
