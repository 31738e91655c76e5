"""Several runs on one pair of axes: curves, levels, and names that do not overlap."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from course_utils import plotting

MANY = {f"run {i}": np.linspace(0.7, 0.46 + 1e-4 * i, 50) for i in range(8)}


def test_draws_into_the_given_axes_or_makes_its_own():
    _, ax = plt.subplots()
    assert plotting.plot_runs(MANY, ax=ax) is ax
    assert plotting.plot_runs(MANY) is not ax


def test_curves_start_at_epoch_one_and_may_differ_in_length():
    ax = plotting.plot_runs({"a": [3.0, 2.0, 1.0], "b": [5.0]}, levels={"floor": 0.5})
    a, b, floor = ax.lines
    assert (a.get_xdata().tolist(), a.get_ydata().tolist()) == ([1, 2, 3], [3, 2, 1])
    assert (b.get_xdata().tolist(), b.get_ydata().tolist()) == ([1], [5])
    assert set(floor.get_ydata()) == {0.5}
    assert [t.get_text() for t in ax.texts] == ["floor", "a", "b"]


@pytest.mark.parametrize("ylim", [None, (0.4, 0.8), (0.6, 0.8), (0.0, 0.3)])
def test_names_of_runs_that_end_together_stand_apart_and_inside(ylim):
    ax = plotting.plot_runs(MANY, ylim=ylim, levels={"floor": 0.45})
    ax.figure.canvas.draw()
    boxes = sorted((Text.get_window_extent(t) for t in ax.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 0.5 for low, high in pairwise(boxes))
    heights = [t.xyann[1] for t in ax.texts]
    assert -0.01 <= min(heights) <= max(heights) <= 1.01
    assert min(box.x0 for box in boxes) > ax.get_window_extent().x1  # nothing hides a curve


def test_names_with_room_stand_at_the_height_of_their_ends():
    runs = {"alone": [1.0, 0.9], "low": [1.0, 0.2], "also low": [1.0, 0.201]}
    ax = plotting.plot_runs(runs, ylim=(0, 1))
    heights = {t.get_text(): t.xyann[1] for t in ax.texts}
    assert heights["alone"] == pytest.approx(0.9)  # those that crowd below do not push it
    assert (heights["low"] + heights["also low"]) / 2 == pytest.approx(0.2005)


def test_more_names_than_lines_still_stand_inside_and_in_order():
    runs = {f"run {i}": [1.0, 0.5 + 1e-3 * i] for i in range(60)}
    heights = [t.xyann[1] for t in plotting.plot_runs(runs).texts]
    assert (np.diff(heights) > 0).all()
    assert -1e-6 <= heights[0] < heights[-1] <= 1 + 1e-6


def test_names_keep_the_order_of_the_ends():
    ax = plotting.plot_runs({"high": [1.0, 0.51], "low": [1.0, 0.5], "middle": [1.0, 0.505]})
    heights = {t.get_text(): t.xyann[1] for t in ax.texts}
    assert heights["low"] < heights["middle"] < heights["high"]


def test_a_diverged_run_is_drawn_as_far_as_it_goes():
    plotting.plot_runs({"bad": [1.0, 50.0, float("nan")], "good": [1.0, 0.5, 0.4]}, ylim=(0, 1))


def test_logarithmic_axes_on_demand():
    ax = plotting.plot_runs({"a": [10.0, 1.0, 0.1]}, logx=True, logy=True)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


@pytest.mark.parametrize("runs", [{}, {"a": []}])
def test_nothing_to_draw_is_refused(runs):
    with pytest.raises(ValueError, match="loss of epoch 1"):
        plotting.plot_runs(runs)
