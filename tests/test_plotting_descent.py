"""Curves, learning rates and traces (`descent`), and landscapes over two weights (`landscapes`)."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from course_utils import plotting
from course_utils.plotting import COLORS


def bowl(u, v):
    return u**2 + 3 * v**2


def parabola(w):
    return (w - 2) ** 2


# --- plot_descent --------------------------------------------------------------------------------


def points_of(ax, marker="o"):
    return [line.get_xydata() for line in ax.get_lines() if line.get_marker() == marker]


def test_the_points_lie_on_the_curve_and_the_ring_on_the_first():
    ax = plotting.plot_descent(parabola, [0.0, 1.0, 1.5])
    points, ring = points_of(ax)
    assert np.allclose(points, [(0, 4), (1, 1), (1.5, 0.25)])
    assert np.allclose(ring, [(0, 4)])
    w, loss = ax.get_lines()[0].get_data()
    assert np.allclose(loss, (w - 2) ** 2, atol=1e-5)
    assert ax.get_legend() is None


def test_the_default_span_shows_the_whole_path():
    left, right = plotting.plot_descent(parabola, [0.0, 1.0, 5.0]).get_xlim()
    assert left < 0 < 5 < right


def test_several_runs_differ_in_colour_and_marker_and_are_named():
    ax = plotting.plot_descent(parabola, {"slow": [0.0, 0.1], "fast": [0.0, 1.9]})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow", "fast"]
    named = [line for line in ax.get_lines() if line.get_label() in ("slow", "fast")]
    assert len({line.get_marker() for line in named}) == 2
    assert len({to_rgba(line.get_color()) for line in named}) == 2


def test_points_beyond_the_span_or_infinite_are_left_out():
    path = [0.0, 1.0, 50.0, math.inf, math.nan]
    ax = plotting.plot_descent(parabola, path, span=(-1, 4))
    assert points_of(ax)[0][:, 0].tolist() == [0.0, 1.0]
    ax = plotting.plot_descent(parabola, [50.0], span=(-1, 4))
    assert len(ax.get_lines()) == 1  # the curve alone
    ax.figure.canvas.draw()


def test_a_path_of_one_point_or_of_no_finite_point_still_has_a_span():
    for path in ([1.0], [math.nan]):
        left, right = plotting.plot_descent(parabola, path).get_xlim()
        assert right - left == 2


def test_a_curve_that_needs_gradients_is_drawn_too():
    w = torch.tensor(2.0, requires_grad=True)
    ax = plotting.plot_descent(lambda grid: w * grid, [1.0])
    assert points_of(ax)[0].tolist() == [[1.0, 2.0]]


def test_an_empty_path_is_refused_by_name():
    with pytest.raises(ValueError, match="'slow' is empty"):
        plotting.plot_descent(parabola, {"slow": []})


# --- plot_contours, plot_gradient, plot_surface --------------------------------------------------


def test_contour_heights_span_the_loss_and_lie_closer_where_it_is_low():
    ax = plotting.plot_contours(bowl, levels=10, xlim=(-1, 1), ylim=(-2, 2))
    levels = ax.collections[0].levels
    assert len(levels) == 11
    assert math.isclose(levels[0], 0.0, abs_tol=1e-9)
    assert math.isclose(levels[-1], 13.0, rel_tol=1e-6)
    gaps = np.diff(levels)
    assert (np.diff(gaps) > 0).all()


def test_the_axes_are_not_swapped():
    seen = {}

    def spy(u, v):
        seen["u"], seen["v"] = u, v
        return u + 100 * v

    plotting.plot_contours(spy, xlim=(0, 1), ylim=(5, 6))
    assert seen["u"][0, 0] == 0
    assert seen["u"][0, -1] == 1
    assert seen["v"][0, 0] == 5
    assert seen["v"][-1, 0] == 6


def test_contours_can_be_drawn_without_lines():
    with_lines = plotting.plot_contours(bowl)
    without = plotting.plot_contours(bowl, lines=False)
    assert len(with_lines.collections) == len(without.collections) + 1


def test_the_path_on_the_contours_is_the_path_given():
    path = [(1.5, 1.0), (0.5, 0.25), (0.1, 0.0)]
    ax = plotting.plot_contours(bowl, {"run": path}, minimum=(0.0, 0.0))
    marked = next(line for line in ax.get_lines() if line.get_label() == "run")
    assert np.allclose(marked.get_xydata(), path)
    star = next(line for line in ax.get_lines() if line.get_marker() == "*")
    assert star.get_xydata().tolist() == [[0.0, 0.0]]


def test_a_hollow_run_lies_open_below_the_run_it_shares_points_with():
    path = [(1.5, 1.0), (0.5, 0.25)]
    ax = plotting.plot_contours(bowl, {"A": path, "B": path}, hollow=["B"])
    a, b = (next(line for line in ax.get_lines() if line.get_label() == name) for name in "AB")
    assert (a.get_markerfacecolor(), b.get_markerfacecolor()) == (a.get_color(), "none")
    assert b.get_markersize() > a.get_markersize()
    assert b.get_zorder() < a.get_zorder()
    with pytest.raises(ValueError, match=r"hollow names C, but the paths are A, B"):
        plotting.plot_contours(bowl, {"A": path, "B": path}, hollow=["C"])


def test_a_flat_loss_is_drawn_without_a_warning():
    plotting.plot_surface(lambda u, v: 0 * u + 1.0).figure.canvas.draw()
    plotting.plot_contours(lambda u, v: 0 * u + 1.0).figure.canvas.draw()


def test_a_loss_that_is_infinite_in_places_is_drawn_where_it_is_finite():
    ax = plotting.plot_contours(lambda u, v: u.clamp(min=0).log() ** 2)
    ax.figure.canvas.draw()
    assert np.isfinite(ax.collections[0].levels).all()
    with pytest.raises(ValueError, match="no finite loss"):
        plotting.plot_contours(lambda u, v: u * math.nan)


@pytest.mark.parametrize("path", [[1.0, 2.0], [(1.0, 2.0, 3.0)]])
def test_a_path_that_is_not_made_of_pairs_is_refused(path):
    with pytest.raises(ValueError, match=r"pairs \(w1, w2\)"):
        plotting.plot_contours(bowl, path)


def test_the_gradient_arrows_are_opposite_and_of_the_length_asked_for():
    ax = plotting.plot_gradient((1.0, 2.0), (3.0, 4.0), length=0.5)
    arrows = [text for text in ax.texts if text.arrowprops]
    tips = {text.arrowprops["color"]: np.array(text.xy) for text in arrows}
    start = np.array([1.0, 2.0])
    assert np.allclose(tips[COLORS["vermillion"]] - start, [0.3, 0.4])
    assert np.allclose(tips[COLORS["blue"]] - start, [-0.3, -0.4])
    assert all(text.xyann == (1.0, 2.0) for text in arrows)
    names = {text.get_text(): text.xy for text in ax.texts if text.get_text()}
    assert np.allclose(names[r"$+\nabla L$: uphill"], tips[COLORS["vermillion"]])
    assert np.allclose(names[r"$-\nabla L$: our step"], tips[COLORS["blue"]])


@pytest.mark.parametrize("gradient", [(0.0, 0.0), (math.nan, 1.0)])
def test_a_gradient_without_direction_is_refused(gradient):
    with pytest.raises(ValueError, match="points nowhere"):
        plotting.plot_gradient((0.0, 0.0), gradient)


def test_a_surface_needs_three_dimensions():
    with pytest.raises(ValueError, match="projection"):
        plotting.plot_surface(bowl, ax=plt.subplots()[1])
    ax = plt.subplots(subplot_kw={"projection": "3d"})[1]
    assert plotting.plot_surface(bowl, ax=ax) is ax
    assert plotting.plot_surface(bowl).name == "3d"
    ax.figure.canvas.draw()


# --- plot_learning_rates -------------------------------------------------------------------------


def test_learning_rates_are_drawn_as_given_with_limit_and_best():
    ax = plotting.plot_learning_rates([0.01, 0.1, 0.3], [1.0, 1e-3, 50.0], limit=0.2, best=0.1)
    line = ax.get_lines()[0]
    assert np.allclose(line.get_xydata(), [(0.01, 1.0), (0.1, 1e-3), (0.3, 50.0)])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["best: 0.10000", "limit: 0.20000"]
    shaded = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert math.isclose(shaded.x0, 0.2, rel_tol=1e-6)


def test_zeros_and_infinities_go_to_the_edges():
    errors = [1.0, 0.0, 1e-3, math.inf, math.nan]
    ax = plotting.plot_learning_rates([0.1, 0.2, 0.3, 0.4, 0.5], errors)
    assert ax.get_lines()[0].get_ydata().tolist() == [1.0, 1e-3, 1e-3, 1.0, 1.0]
    ax.figure.canvas.draw()


def test_only_zeros_can_still_be_drawn():
    plotting.plot_learning_rates([0.1, 0.2], [0.0, 0.0]).figure.canvas.draw()


def test_learning_rates_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match="2 rates but 1 errors"):
        plotting.plot_learning_rates([0.1, 0.2], [1.0])
    with pytest.raises(ValueError, match="positive"):
        plotting.plot_learning_rates([0.0, 0.2], [1.0, 1.0])


# --- plot_traces ---------------------------------------------------------------------------------


def test_traces_count_from_one_and_differ_in_style():
    ax = plotting.plot_traces({"a": [3.0, 2.0, 1.0], "b": [5.0]}, goal=2.0, logy=True)
    goal, a, b = ax.get_lines()
    assert set(goal.get_ydata()) == {2.0}
    assert a.get_xydata().tolist() == [[1, 3.0], [2, 2.0], [3, 1.0]]
    assert b.get_xydata().tolist() == [[1, 5.0]]
    assert a.get_linestyle() != b.get_linestyle()
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_no_traces_are_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        plotting.plot_traces({})
