"""The figures of regression hold the numbers they are given, on the Axes they are given."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from course_utils import LinearRegression
from course_utils.plotting import plot_curves, plot_fit, plot_noise, plot_residuals

X = torch.tensor([[1.0], [2.0], [4.0]])
Y = torch.tensor([[2.0], [5.0], [7.0]])
POSITIONS = np.linspace(-1, 1, 5)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lines_by_name(ax: Axes) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {line.get_label(): line.get_data() for line in ax.get_lines()}


def test_plot_fit_draws_points_pairs_functions_and_modules():
    model = LinearRegression(1)
    with torch.no_grad():
        model.linear.weight.fill_(3.0)
        model.linear.bias.fill_(-1.0)
    fits = {"pair": (2.0, 0.5), "function": lambda x: x**2, "module": model}
    ax = plot_fit(X, Y, fits, point_label="data", xlabel="size (sq ft)", ylabel="price")
    drawn = lines_by_name(ax)
    assert np.array_equal(drawn["data"], ([1, 2, 4], [2, 5, 7]))
    for name, expected in {
        "pair": lambda x: 2 * x + 0.5,
        "function": lambda x: x**2,
        "module": lambda x: 3 * x - 1,
    }.items():
        x, y = drawn[name]
        assert x[0] < 1
        assert x[-1] > 4
        assert np.allclose(y, expected(x), atol=1e-4)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["data", *fits]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("size (sq ft)", "price")


def test_plot_fit_tells_fits_apart_without_colour():
    ax = plot_fit(X, Y, {str(w): (float(w), 0.0) for w in range(5)})
    styles = [(line.get_linestyle(), line._dash_pattern[1]) for line in ax.get_lines()[1:]]
    assert len({str(style) for style in styles}) == 5


def test_plot_fit_measures_errors_from_the_first_fit():
    ax = plot_fit(X, Y, {"near": (2.0, 0.0), "far": (0.0, 50.0)}, errors=True)
    (bars,) = ax.collections
    segments = [np.asarray(segment) for segment in bars.get_segments()]
    assert np.allclose(segments, [[[1, 2], [1, 2]], [[2, 5], [2, 4]], [[4, 7], [4, 8]]])


def test_plot_fit_leaves_a_model_as_it_was():
    model = LinearRegression(1).train()
    plot_fit(X, Y, {"model": model})
    assert model.training
    assert model.linear.weight.grad is None


def test_plot_fit_draws_lines_where_it_is_told_and_a_single_point():
    ax = plot_fit(X, Y, {"line": (1.0, 0.0)}, xlim=(0.0, 10.0))
    assert lines_by_name(ax)["line"][0][[0, -1]].tolist() == [0.0, 10.0]
    x, _ = lines_by_name(plot_fit(X[:1], Y[:1], {"line": (1.0, 0.0)}))["line"]
    assert x[0] < 1 < x[-1]


def test_plot_fit_without_a_fit_is_a_scatter_without_legend():
    ax = plot_fit(X, Y)
    assert len(ax.get_lines()) == 1
    assert ax.get_legend() is None


def test_plot_fit_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match=r"y must be a tensor of shape \(N, 1\).*reshape\(-1, 1\)"):
        plot_fit(X, Y.flatten())
    with pytest.raises(ValueError, match=r"X must be .* but got \(3, 2\)"):
        plot_fit(torch.zeros(3, 2), Y)
    with pytest.raises(ValueError, match=r"X must be .* but got list"):
        plot_fit([[1.0]], Y)
    with pytest.raises(ValueError, match="at least one row"):
        plot_fit(X[:0], Y[:0])
    with pytest.raises(ValueError, match="3 rows of X but 2 of y"):
        plot_fit(X, Y[:2])
    with pytest.raises(ValueError, match="needs a fit"):
        plot_fit(X, Y, errors=True)


def test_plot_residuals_draws_target_minus_prediction():
    ax = plot_residuals(X, Y, 2 * X)
    zero, points = ax.get_lines()
    assert set(zero.get_ydata()) == {0}
    assert np.array_equal(points.get_data(), ([1, 2, 4], [0, 1, -1]))


def test_plot_residuals_marks_the_mean_of_neighbours():
    x = torch.tensor([[4.0], [1.0], [3.0], [2.0]])
    y = torch.tensor([[7.0], [0.0], [5.0], [2.0]])
    ax = plot_residuals(x, y, torch.zeros(4, 1), bins=2)
    means = ax.get_lines()[-1]
    assert np.allclose(means.get_data(), ([1.5, 3.5], [1.0, 6.0]))


def test_plot_residuals_accepts_predictions_that_carry_a_gradient():
    ax = plot_residuals(X, Y, LinearRegression(1)(X))
    assert np.isfinite(ax.get_lines()[1].get_ydata()).all()


def test_plot_residuals_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="predictions must be a tensor of shape"):
        plot_residuals(X, Y, Y.flatten())
    with pytest.raises(ValueError, match="3 rows of X, 3 of y and 2 predictions"):
        plot_residuals(X, Y, Y[:2])
    with pytest.raises(ValueError, match="between 1 and the 3 points, not 4"):
        plot_residuals(X, Y, Y, bins=4)


def test_plot_curves_draws_values_gaps_and_marks():
    step = torch.tensor([-1.0, -1.0, math.nan, 1.0, 1.0])
    ax = plot_curves(POSITIONS, {"V": abs(POSITIONS), "step": step}, marks={"a": (0.5, 0.5)})
    drawn = lines_by_name(ax)
    assert np.array_equal(drawn["V"][1], abs(POSITIONS))
    assert np.array_equal(drawn["step"][1], step, equal_nan=True)
    assert np.array_equal(drawn["a"], ([0.5], [0.5]))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["V", "step", "a"]


def test_marks_look_like_the_lines_of_plot_fit():
    marks = {"w = 1": (1.0, 1.0), "w = 2": (2.0, 0.0)}
    curve = plot_curves(POSITIONS, {"loss": POSITIONS**2}, marks=marks)
    fit = plot_fit(X, Y, {"w = 1": (1.0, 0.0), "w = 2": (2.0, 0.0)})
    marked = {line.get_label(): line.get_color() for line in curve.get_lines()}
    lines = {line.get_label(): line.get_color() for line in fit.get_lines()}
    assert marked["loss"] not in lines.values()
    assert all(marked[name] == lines[name] for name in marks)


def test_plot_curves_can_have_a_logarithmic_axis_and_refuses_nothing_to_draw():
    assert plot_curves([1, 2], {"loss": [10.0, 0.1]}, logy=True).get_yscale() == "log"
    with pytest.raises(ValueError, match="nothing to draw"):
        plot_curves([1, 2], {})
    with pytest.raises(ValueError, match="'loss' has 3 values for 2 positions"):
        plot_curves([1, 2], {"loss": [1, 2, 3]})


def test_plot_noise_stands_a_bell_on_the_line_at_each_point():
    ax = plot_noise(X, Y, (2.0, 0.0), 0.5, width=0.3)
    *bells, bars = ax.collections
    assert len(bells) == len(X)
    for bell, x in zip(bells, X.flatten().tolist(), strict=True):
        corners = bell.get_paths()[0].vertices
        peak = corners[corners[:, 0].argmax()]
        assert np.allclose(peak, [x + 0.3, 2 * x], atol=1e-6)
        assert np.isclose(corners[:, 1].min(), 2 * x - 1.5)
        assert np.isclose(corners[:, 1].max(), 2 * x + 1.5)
    # errors 0, 1, −1 with σ = 0.5: the bell's height falls to exp(−2) of its peak
    lengths = [np.ptp(np.asarray(bar)[:, 0]) for bar in bars.get_segments()]
    assert np.allclose(lengths, 0.3 * np.exp([0, -2, -2]))


def test_plot_noise_draws_a_single_point_and_refuses_a_bad_noise_std():
    assert len(plot_noise(X[:1], Y[:1], (2.0, 0.0), 0.5).collections) == 2
    for noise_std in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="must be positive"):
            plot_noise(X, Y, (2.0, 0.0), noise_std)
    with pytest.raises(ValueError, match="3 rows of X but 1 of y"):
        plot_noise(X, Y[:1], (2.0, 0.0), 1.0)
