"""Toy data, drawn when asked for: the same seed gives the same points everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course_utils.datasets._checks import check_noise, check_positive, check_seed, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = tuple[NDArray[np.float64], NDArray[np.int64]]
    Draw = Callable[[int, float, np.random.RandomState], Points]


def make_points(
    kind: str, n: int = 400, *, noise: float | None = None, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Draw labelled points in the plane.

    ============ ======= ===================================================== =================
    kind         classes what it looks like                                    noise (default)
    ============ ======= ===================================================== =================
    moons        2       two interleaved half circles                          spread (0.05)
    circles      2       a circle in a circle of twice its radius              spread (0.05)
    blobs        3       three round clouds, with centres that depend on seed  spread (1.0)
    aniso        2       moons, squeezed by a linear map                       spread (0.05)
    varied       3       clouds with spreads 1, 2.5 and 0.5                    factor (1.0)
    quantiles    3       one cloud, cut into a disc and two rings              spread (1.0)
    xor          2       four clouds at the corners of the unit square         spread (0.15)
    spirals      2       two spirals of one and a half turns                   spread (0.03)
    two_clouds   2       wide clouds at (-3, 30) and (25, 11)                  factor (1.0)
    ============ ======= ===================================================== =================

    Parameters
    ----------
    kind : str
        A name of the table above.
    n : int
        Points in all, shared as evenly as possible by the classes.
    noise : float, optional
        The spread (standard deviation) of the points, or a factor on spreads of several sizes;
        each kind's own, as in the table, when left away.
    seed : int
        The same seed gives the same points.

    Returns
    -------
    X : Tensor, shape (n, 2), float32
    y : Tensor
        Shape (n, 1), float32 with two classes; shape (n,), int64 with three.

    Raises
    ------
    TypeError, ValueError
        For an unknown kind or numbers out of range.

    Notes
    -----
    The six sets of lecture 04: ``n=500`` and moons, circles, aniso, quantiles with any seed,
    blobs with ``seed=8``, varied with ``seed=170``. Lecture 03's clouds: two_clouds, ``n=600``.

    Examples
    --------
    >>> X, y = make_points("moons", 100, noise=0.1)
    >>> X.shape, y.shape, y.sum().item()
    (torch.Size([100, 2]), torch.Size([100, 1]), 50.0)
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(unknown("kind of points", str(kind), KINDS))
    check_positive("n", n)
    check_seed(seed)
    draw, default_noise, n_classes = KINDS[kind]
    if n < n_classes:
        raise ValueError(f"'{kind}' has {n_classes} classes and needs n >= {n_classes}, not {n}.")
    noise = default_noise if noise is None else check_noise(noise)
    points, labels = draw(n, noise, np.random.RandomState(seed))
    X = torch.tensor(points, dtype=torch.float32)
    if n_classes == 2:
        return X, torch.tensor(labels, dtype=torch.float32).unsqueeze(1)
    return X, torch.tensor(labels, dtype=torch.int64)


def make_regression(
    n: int = 200,
    *,
    weights: Sequence[float] = (2.0,),
    bias: float = 1.0,
    noise: float = 0.1,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    """Draw points about a known line (or plane): ``y = X @ weights + bias + noise``.

    Parameters
    ----------
    n : int
        Points.
    weights : sequence of float
        One slope for each feature; their number is D.
    bias : float
        The value at ``X = 0``.
    noise : float
        Standard deviation of the noise on `y`.
    seed : int
        The same seed gives the same points.

    Returns
    -------
    X : Tensor, shape (n, D), float32
        Standard normal.
    y : Tensor, shape (n, 1), float32

    Raises
    ------
    TypeError, ValueError
        For numbers out of range.

    Examples
    --------
    >>> X, y = make_regression(3, weights=(2.0, -1.0), noise=0.0)
    >>> bool(((X[:, :1] * 2 - X[:, 1:] + 1 - y).abs() < 1e-5).all())
    True
    """
    check_positive("n", n)
    check_seed(seed)
    slopes = np.asarray(weights, dtype=np.float64)
    if slopes.ndim != 1 or slopes.size == 0:
        raise ValueError(f"weights wants one number for each feature, as (2.0,), not {weights!r}.")
    noise = check_noise(noise)
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((n, slopes.size))
    y = X @ slopes[:, None] + bias + noise * rng.standard_normal((n, 1))
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def _moons(n: int, noise: float, rng: np.random.RandomState) -> Points:
    from sklearn.datasets import make_moons

    points, labels = make_moons(n_samples=n, noise=noise, random_state=rng)
    return points, labels


def _circles(n: int, noise: float, rng: np.random.RandomState) -> Points:
    from sklearn.datasets import make_circles

    points, labels = make_circles(n_samples=n, factor=0.5, noise=noise, random_state=rng)
    return points, labels


def _aniso(n: int, noise: float, rng: np.random.RandomState) -> Points:
    points, labels = _moons(n, noise, rng)
    return points @ np.array([[0.6, -0.6], [-0.4, 0.8]]), labels


def _blobs(n: int, noise: float, rng: np.random.RandomState) -> Points:
    from sklearn.datasets import make_blobs

    points, labels = make_blobs(n_samples=n, centers=3, cluster_std=noise, random_state=rng)
    return points, labels


def _varied(n: int, noise: float, rng: np.random.RandomState) -> Points:
    from sklearn.datasets import make_blobs

    spreads = [1.0 * noise, 2.5 * noise, 0.5 * noise]
    points, labels = make_blobs(n_samples=n, centers=3, cluster_std=spreads, random_state=rng)
    return points, labels


def _quantiles(n: int, noise: float, rng: np.random.RandomState) -> Points:
    from sklearn.datasets import make_gaussian_quantiles

    points, labels = make_gaussian_quantiles(
        cov=noise**2, n_samples=n, n_classes=3, random_state=rng
    )
    return points, labels


def _xor(n: int, noise: float, rng: np.random.RandomState) -> Points:
    # Corners in turn, so that classes and corners share the points evenly.
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])[rng.permutation(np.arange(n) % 4)]
    labels = (corners[:, 0] != corners[:, 1]).astype(np.int64)
    return corners + noise * rng.standard_normal((n, 2)), labels


def _spirals(n: int, noise: float, rng: np.random.RandomState) -> Points:
    labels = rng.permutation(np.arange(n) % 2)
    # The square root spreads points evenly along the arm, whose turns grow outwards.
    radius = np.sqrt(rng.uniform(0.01, 1.0, size=n))
    angle = 3 * np.pi * radius + np.pi * labels
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + noise * rng.standard_normal((n, 2)), labels


def _two_clouds(n: int, noise: float, rng: np.random.RandomState) -> Points:
    labels = rng.permutation(np.arange(n) % 2)
    centres = np.array([[-3.0, 30.0], [25.0, 11.0]])[labels]
    spreads = np.array([[8.0, 13.0], [9.0, 11.0]])[labels]
    return centres + noise * spreads * rng.standard_normal((n, 2)), labels


# kind -> how it is drawn, its own noise, number of classes
KINDS: dict[str, tuple[Draw, float, int]] = {
    "moons": (_moons, 0.05, 2),
    "circles": (_circles, 0.05, 2),
    "blobs": (_blobs, 1.0, 3),
    "aniso": (_aniso, 0.05, 2),
    "varied": (_varied, 1.0, 3),
    "quantiles": (_quantiles, 1.0, 3),
    "xor": (_xor, 0.15, 2),
    "spirals": (_spirals, 0.03, 2),
    "two_clouds": (_two_clouds, 1.0, 2),
}
