"""Figures of optimizers: races on a loss surface, still and animated."""

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
_LONG = 1000  # steps from which on a trail is a cloud, and drawn thin


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
    be told apart; those of more than 1000 steps are thin. They start together, at the white ring.

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
    >>> ax = plot_race(lambda w1, w2: w1**2 + w2**2, {"SGD": [(1, 1), (0.5, 0.5)]})
    >>> ax.get_legend_handles_labels()[1]
    ['SGD']

    Notes
    -----
    First used in lecture 06.
    """
    ax = _field(f, ax, xlim, ylim, minimum)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _add_runners(ax, paths, loc)
    return ax


def _field(
    f: Surface, ax: Axes | None, xlim: Span, ylim: Span, minimum: tuple[float, float] | None
) -> Axes:
    """Draw the contours of a race, with a star so large that no head hides it."""
    ax = plot_contours(f, ax=ax, xlim=xlim, ylim=ylim, minimum=minimum, levels=_LEVELS)
    if minimum is not None:
        ax.lines[-1].set_markersize(23)
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
        width, alpha = (0.4, 0.5) if len(path) > _LONG else (1.6, 1.0)
        (halo,) = ax.plot(*path.T, color="white", lw=1.75 * width, alpha=0.7 * alpha, zorder=3)
        (trail,) = ax.plot(*path.T, color=color, lw=width, alpha=alpha, zorder=3)
        (head,) = ax.plot(
            *path[-1:].T, marker, color=color, ms=9, mec="white", mew=1.2, label=name, zorder=6
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
    >>> animate_race(lambda w1, w2: w1**2 + w2**2, [paths], frames=2)
    <Animation of 2 frames, 448 x 400 pixels>
    """
    if not panels:
        raise ValueError("animate_race() needs at least one panel of paths.")
    width, n = 5.6 * len(panels), len(panels)
    figure, axes = plt.subplots(1, n, figsize=(width, 5), dpi=80, squeeze=False, layout="none")
    # A layout engine would take longer than all the frames.
    figure.subplots_adjust(0.8 / width, 0.13, 1 - 0.15 / width, 0.97, wspace=0.2)
    runners: list[Runner] = []
    try:
        for ax, paths in zip(axes[0], panels, strict=True):
            _field(f, ax, xlim, ylim, minimum)
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


def _pairs(name: str, path: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(path, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"the path {name!r} has shape {points.shape}; a race needs (steps + 1, 2): "
            "a list of pairs (w1, w2)."
        )
    return points
