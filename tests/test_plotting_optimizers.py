"""Races show the paths they are given, still and animated."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from course_utils.plotting import animate_race, plot_race

PATHS = {
    "slow": [(1.5, 1.0), (1.2, 0.7), (0.9, 0.5)],
    "fast": np.array([[1.5, 1.0], [0.1, 0.0]]),
}


def bowl(w1, w2):
    return w1**2 + w2**2


def heads(ax: Axes) -> dict[str, list[float]]:
    """Name of each runner and the point where its marker stands."""
    return {
        line.get_label(): line.get_xydata()[-1].tolist()
        for line in ax.get_lines()
        if not line.get_label().startswith("_")
    }


def test_a_race_draws_every_path_to_its_end_with_its_own_look():
    ax = plot_race(bowl, PATHS, minimum=(0.0, 0.0))
    assert heads(ax) == {"minimum": [0, 0], "slow": [0.9, 0.5], "fast": [0.1, 0.0]}
    drawn = [line.get_xydata().tolist() for line in ax.get_lines()]
    for path in PATHS.values():
        assert np.asarray(path).tolist() in drawn
    looks = {
        (line.get_color(), line.get_marker())
        for line in ax.get_lines()
        if line.get_label() in PATHS
    }
    assert len({color for color, _ in looks}) == len({marker for _, marker in looks}) == 2
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["minimum", "slow", "fast"]


def test_a_long_trail_is_thin_and_hides_neither_heads_nor_the_minimum():
    cloud = np.random.default_rng(0).normal(size=(1001, 2))
    ax = plot_race(bowl, {"long": cloud, "short": PATHS["slow"]}, minimum=(0.0, 0.0))
    trails = {len(line.get_xdata()): line for line in ax.get_lines() if line.get_color() != "white"}
    assert trails[1001].get_linewidth() < 0.5 < 1.5 < trails[3].get_linewidth()
    marks = [line for line in ax.get_lines() if line.get_label() in ("minimum", "long", "short")]
    assert all(mark.get_zorder() > trails[1001].get_zorder() for mark in marks)
    sizes = {mark.get_label(): mark.get_markersize() for mark in marks}
    assert sizes["minimum"] > 2 * sizes["long"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({}, "1 to 6 paths"),
        ({str(i): [(0, 0)] for i in range(7)}, "not 7"),
        ({"a": [1.0, 2.0]}, "'a' has shape"),
        ({"a": np.empty((0, 2))}, "'a' has shape"),
    ],
)
def test_a_race_refuses_what_it_cannot_draw(paths, message):
    with pytest.raises(ValueError, match=message):
        plot_race(bowl, paths)
    plt.close("all")
    with pytest.raises(ValueError, match=message):
        animate_race(bowl, [paths])
    assert plt.get_fignums() == []


def test_an_animated_race_ends_as_the_still_picture_of_the_whole_paths():
    whole = animate_race(bowl, [PATHS], frames=3)
    assert whole.frames.shape[0] == 3
    last = animate_race(bowl, [{name: path[-1:] for name, path in PATHS.items()}], frames=1)
    # the heads stand at the same places; trails and start rings differ
    assert whole.frames[0].shape == last.frames[0].shape
    assert (whole.frames[0] != whole.frames[-1]).any()


def test_a_race_has_no_more_frames_than_steps():
    assert len(animate_race(bowl, [PATHS], frames=50).frames) == 3
    assert len(animate_race(bowl, [PATHS, PATHS], frames=2).frames) == 2


def test_an_animated_race_needs_a_panel():
    with pytest.raises(ValueError, match="at least one panel"):
        animate_race(bowl, [])
