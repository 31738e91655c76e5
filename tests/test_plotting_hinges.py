"""Hinges and their sums: the lines hold the numbers that they claim to show."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_utils import plotting


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_hinges([0, 1], [1, -2], **kw),
        lambda **kw: plotting.plot_relu_sum(np.sin, 3, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found.get_xdata(), found.get_ydata()


def test_the_sum_is_the_bias_and_all_hinges_together():
    ax = plotting.plot_hinges([-1, 0.5, 2], [1.0, -3.0, 0.5], bias=4, xlim=(-3, 5))
    x, total = line(ax, "sum")
    expected = 4 + np.maximum(x + 1, 0) - 3 * np.maximum(x - 0.5, 0) + 0.5 * np.maximum(x - 2, 0)
    np.testing.assert_allclose(total, expected)
    assert {-1, 0.5, 2} <= set(x.tolist())  # the kinks are sharp
    x, second = line(ax, "hinge at 0.5")
    np.testing.assert_allclose(second, -3 * np.maximum(x - 0.5, 0))


def test_the_thin_lines_add_up_to_the_thick_one_and_all_are_inside():
    ax = plotting.plot_hinges([2400, 3200], [-0.0125, 0.008], 30, xlim=(1600, 5200))
    thin = [line(ax, name)[1] for name in ("bias 30", "hinge at 2400", "hinge at 3200")]
    np.testing.assert_allclose(sum(thin), line(ax, "sum")[1])
    low, high = ax.get_ylim()
    assert all(low < part.min() <= part.max() < high for part in thin)


def test_with_data_the_title_is_the_mean_squared_error():
    x = torch.linspace(-1, 1, 21).reshape(-1, 1)
    assert plotting.plot_hinges([-1, 0], [-1, 2], 1, data=(x, x.abs())).get_title() == "MSE 0.00"
    assert plotting.plot_hinges([5], [1], 0, data=(x, x * 0 + 3)).get_title() == "MSE 9.00"


@pytest.mark.parametrize(("units", "error"), [(1, 1.0), (2, 1.0), (4, 0.2105), (16, 0.01885)])
def test_the_sum_of_hinges_meets_the_function_at_its_knots(units, error):
    ax = plotting.plot_relu_sum(np.sin, units)
    knots, heights = line(ax, "knots")
    np.testing.assert_allclose(knots, np.linspace(0, 2 * np.pi, units + 1)[:-1])
    np.testing.assert_allclose(heights, np.sin(knots))
    assert float(ax.get_title().split()[-1]) == pytest.approx(error, rel=5e-3)


def test_extreme_sliders_draw_without_a_word():
    plotting.plot_hinges([0], [0.0])
    plotting.plot_hinges([3, 3], [1e6, -1e6])
    plotting.plot_relu_sum(np.exp, 200, xlim=(-1e-3, 1e-3), name="exp")


@pytest.mark.parametrize("arguments", [([], []), ([1, 2], [1])])
def test_hinges_without_slopes_are_refused(arguments):
    with pytest.raises(ValueError, match="one each"):
        plotting.plot_hinges(*arguments)


@pytest.mark.parametrize("options", [{"units": 0}, {"units": 4, "xlim": (1.0, 1.0)}])
def test_no_units_or_no_interval_is_refused(options):
    with pytest.raises(ValueError, match="units must be 1 or more and xlim must grow"):
        plotting.plot_relu_sum(np.sin, **options)
