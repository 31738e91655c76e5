"""The ravine: a descent with momentum beside one without."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .landscapes import plot_contours

_DRAWN = 40  # steps


def plot_ravine(
    lr: float = 0.04,
    momentum: float = 0.9,
    *,
    steepness: float = 25.0,
    start: tuple[float, float] = (1.0, 0.5),
    nesterov: bool = False,
    within: float = 1e-4,
    ax: Axes | None = None,
) -> Axes:
    """Draw a descent into a ravine without momentum and with it, and count the steps of both.

    The loss is ``(w1² + steepness · w2²) / 2``. The legend says after how many steps (at most
    1000) a path is closer than `within` to the minimum for the first time; the first 40 are drawn.

    Parameters
    ----------
    lr
        Learning rate. Plain descent diverges from ``2 / steepness`` on.
    momentum
        Share of the velocity that is kept, in [0, 1). With 0 only the plain path is drawn.
    steepness
        Curvature across the ravine; along it, it is 1.
    start
        First point.
    nesterov
        Look ahead before measuring the slope.
    within
        Distance from the minimum that counts as arrived.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `lr`, `steepness` or `within` are not positive, or `momentum` is not in [0, 1).

    Examples
    --------
    >>> ax = plot_ravine(lr=0.04, momentum=0.9)
    >>> ax.get_legend_handles_labels()[1]
    ['plain: 226 steps', 'momentum 0.9: 150 steps', 'minimum']
    """
    if not (lr > 0 and steepness > 0 and within > 0):
        raise ValueError("plot_ravine() needs a positive lr, steepness and distance.")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum is a share in [0, 1), not {momentum}.")
    curvature = np.array([1.0, steepness])
    runs = {"plain": (0.0, False)}
    if momentum > 0:
        runs[f"{'Nesterov' if nesterov else 'momentum'} {momentum:g}"] = (momentum, nesterov)
    paths: dict[str, list[tuple[float, float]]] = {}
    for name, (gamma, ahead) in runs.items():
        path = _roll(np.array(start), curvature, lr, gamma, ahead)
        near = np.flatnonzero(np.hypot(*path.T) < within)
        words = f"{near[0]} steps" if len(near) else "does not arrive"
        first = path[: _DRAWN + 1]
        seen = first[np.isfinite(first).all(axis=1)]
        paths[f"{name}: {words}"] = [(float(x), float(y)) for x, y in seen]
    ax = plot_contours(
        lambda w1, w2: (w1**2 + steepness * w2**2) / 2,
        paths,
        ax=ax,
        xlim=(-0.6, 1.15),
        ylim=(-1.1, 0.7),
        minimum=(0.0, 0.0),
        levels=14,
    )
    ax.legend(
        frameon=True, framealpha=0.92, edgecolor="none", loc="lower left",
        title=f"steps to arrive ({_DRAWN} drawn)", title_fontsize=12, alignment="left",
    )  # fmt: skip
    return ax


def _roll(
    w: NDArray[np.float64], curvature: NDArray[np.float64], lr: float, gamma: float, ahead: bool
) -> NDArray[np.float64]:
    """Return 1000 steps of descent with momentum on a bowl; NaN once it has left the picture."""
    path, velocity = [w], np.zeros(2)
    for _ in range(1000):
        slope = curvature * w
        velocity = gamma * velocity + slope
        w = w - lr * (slope + gamma * velocity if ahead else velocity)
        if np.hypot(*w) > 1e6:
            w = np.full(2, np.nan)
        path.append(w)
    return np.array(path)
