"""Figures of optimizers: races on a loss surface, still and animated, and the ravine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from .animation import Animation, animate
from .landscapes import Span, Surface, plot_contours
from .style import COLORS

RUNNER_COLORS = tuple(
    COLORS[name] for name in ("vermillion", "yellow", "sky", "black", "purple", "green")
)
RUNNER_MARKERS = ("o", "s", "^", "D", "v", "P")
_LEVELS = 14  # contour lines: few, so that the paths stand out


@dataclass(frozen=True)
class Runner:
    """One path on a surface as it is drawn: the trail, the marker at its head, the points.

    Attributes
    ----------
    path
        (steps + 1, 2), the points visited, first to last.
    artists
        The lines to redraw when it moves: trail below, head above.
    """

    path: NDArray[np.float64]
    artists: tuple[Line2D, Line2D, Line2D]

    def move_to(self, step: int) -> None:
        """Draw the path up to `step`; the last step where the path is shorter."""
        step = min(step, len(self.path) - 1)
        halo, trail, head = self.artists
        for line in (halo, trail):
            line.set_data(*self.path[: step + 1].T)
        head.set_data(*self.path[step : step + 1].T)


def plot_race(
    f: Surface,
    paths: Mapping[str, ArrayLike],
    *,
    ax: Axes | None = None,
    xlim: Span = (-2.0, 2.0),
    ylim: Span = (-2.0, 2.0),
    minimum: tuple[float, float] | None = None,
    xlabel: str = "weight $w_1$",
    ylabel: str = "weight $w_2$",
    loc: str = "best",
) -> Axes:
    """Draw paths on the contour lines of a loss: a trail each, and a marker where it ends.

    Unlike `plot_contours` it marks no single steps, so that long paths and several of them can
    be told apart. They start together, at the white ring.

    Parameters
    ----------
    f
        The loss as a function of two weights: two tensors of one shape in, one out.
    paths
        Name → points visited, (steps + 1, 2); up to six.
    ax
        Axes to draw on; a new one where None.
    xlim, ylim
        The ranges of the two weights.
    minimum
        A point to mark with a star.
    xlabel, ylabel
        Names of the axes.
    loc
        Place of the legend.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no path, there are more than six, or one is no list of pairs.

    Examples
    --------
    >>> ax = plot_race(lambda u, v: u**2 + v**2, {"SGD": [(1, 1), (0.5, 0.5)]})
    >>> ax.get_legend_handles_labels()[1]
    ['SGD']

    Notes
    -----
    First used in lecture 06.
    """
    ax = plot_contours(f, ax=ax, xlim=xlim, ylim=ylim, minimum=minimum, levels=_LEVELS)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _add_runners(ax, paths, loc)
    return ax


def _add_runners(ax: Axes, paths: Mapping[str, ArrayLike], loc: str) -> list[Runner]:
    """Draw the paths of a race, with a legend, and return them as things that can be moved."""
    if not 0 < len(paths) <= len(RUNNER_MARKERS):
        raise ValueError(
            f"a race needs 1 to {len(RUNNER_MARKERS)} paths on one picture, not {len(paths)}. "
            "Draw several pictures beside each other."
        )
    points = {name: _pairs(name, path) for name, path in paths.items()}
    runners = []
    for (name, path), color, marker in zip(
        points.items(), RUNNER_COLORS, RUNNER_MARKERS, strict=False
    ):
        (halo,) = ax.plot(*path.T, color="white", lw=2.8, alpha=0.7, zorder=3)
        (trail,) = ax.plot(*path.T, color=color, lw=1.6, zorder=3)
        (head,) = ax.plot(
            *path[-1:].T, marker, color=color, ms=11, mec="white", mew=1.3, label=name, zorder=6
        )
        runners.append(Runner(path, (halo, trail, head)))
    start = next(iter(points.values()))[0]
    ax.plot(*start, "o", color="white", ms=14, mfc="none", mew=2.4, zorder=4)
    look: dict[str, Any] = {
        "loc": loc,
        "framealpha": 0.92,
        "edgecolor": "none",
        "handletextpad": 0.3,
    }
    ax.legend(frameon=True, **look)
    return runners


def animate_race(
    f: Surface,
    panels: Sequence[Mapping[str, ArrayLike]],
    *,
    frames: int = 50,
    xlim: Span = (-2.0, 2.0),
    ylim: Span = (-2.0, 2.0),
    minimum: tuple[float, float] | None = None,
    loc: str = "best",
    fps: float = 10.0,
) -> Animation:
    """Animate the races that `plot_race` draws, in panels beside each other.

    Parameters
    ----------
    f, xlim, ylim, minimum, loc
        As for `plot_race`.
    panels
        For each panel: name → points visited, (steps + 1, 2). All paths advance together; a
        short one waits at its end.
    frames
        How many pictures the longest path is cut into.
    fps
        Frames in a second.

    Returns
    -------
    Animation

    Raises
    ------
    ValueError
        If there is no panel, or as `plot_race`.

    Examples
    --------
    >>> paths = {"slow": [(1.5, 1), (1, 0.5)], "fast": [(1.5, 1), (0.1, 0)]}
    >>> animate_race(lambda u, v: u**2 + v**2, [paths], frames=2)
    <Animation of 2 frames, 448 x 400 pixels>
    """
    if not panels:
        raise ValueError("animate_race() needs at least one panel of paths.")
    width, n = 5.6 * len(panels), len(panels)
    figure, axes = plt.subplots(1, n, figsize=(width, 5), dpi=80, squeeze=False, layout="none")
    # A layout engine would take longer than all the frames.
    figure.subplots_adjust(0.8 / width, 0.13, 1 - 0.15 / width, 0.97, wspace=0.16)
    runners: list[Runner] = []
    try:
        for ax, paths in zip(axes[0], panels, strict=True):
            plot_contours(f, ax=ax, xlim=xlim, ylim=ylim, minimum=minimum, levels=_LEVELS)
            runners += _add_runners(ax, paths, loc)
    except ValueError:
        plt.close(figure)
        raise
    last = max(len(runner.path) for runner in runners) - 1
    count = axes[0, 0].text(
        0.02, 0.95, "", transform=axes[0, 0].transAxes, fontsize=13, zorder=7,
        bbox={"fc": "white", "ec": "none", "alpha": 0.9},
    )  # fmt: skip
    moved = [artist for runner in runners for artist in runner.artists]

    def update(step: int) -> list[Artist]:
        for runner in runners:
            runner.move_to(step)
        count.set_text(f"step {step}")
        return [*sorted(moved, key=Artist.get_zorder), count]

    steps = np.linspace(0, last, min(frames, last + 1)).round().astype(int).tolist()
    return animate(figure, update, steps, fps=fps)


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
    1000) a path is closer than `within` to the minimum for the first time; 40 are drawn.

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
        seen = path[:41][np.isfinite(path[:41]).all(axis=1)]
        paths[f"{name}: {words}"] = [(float(x), float(y)) for x, y in seen]
    ax = plot_contours(
        lambda u, v: (u**2 + steepness * v**2) / 2,
        paths,
        ax=ax,
        xlim=(-0.6, 1.15),
        ylim=(-0.9, 0.7),
        minimum=(0.0, 0.0),
        levels=_LEVELS,
    )
    ax.legend(frameon=True, framealpha=0.92, edgecolor="none", loc="lower left")
    return ax


def _pairs(name: str, path: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(path, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"the path {name!r} has shape {points.shape}; a race needs (steps + 1, 2): "
            "a list of pairs (w1, w2)."
        )
    return points


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
