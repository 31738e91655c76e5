"""The drawings of a single unit."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting
from course_utils.plotting.units import UNITS


@pytest.mark.parametrize(
    "draw", [plotting.plot_perceptron, lambda **kw: plotting.plot_unit("step", **kw)]
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax
    plt.close("all")


@pytest.mark.parametrize(
    ("kind", "below", "at_zero", "above"),
    [
        ("step", 0, 0, 1),
        ("sign", -1, 0, 1),
        ("linear", -2, 0, 2),
        ("sigmoid", 1 / (1 + np.e**2), 0.5, 1 / (1 + np.e**-2)),
    ],
)
def test_a_unit_has_the_values_of_its_definition(kind, below, at_zero, above):
    function, _ = UNITS[kind]
    np.testing.assert_allclose(function(np.array([-2.0, 0.0, 2.0])), [below, at_zero, above])


@pytest.mark.parametrize(("kind", "nearby"), [("step", [1]), ("sign", [-1, 1])])
def test_a_jump_is_a_gap_with_a_filled_dot_at_the_value_that_is_taken(kind, nearby):
    curve, _, hollow, filled = plotting.plot_unit(kind).lines
    assert np.isnan(curve.get_ydata()[curve.get_xdata() == 0]).all()
    assert filled.get_xydata().tolist() == [[0, 0]]  # step(0) = sign(0) = 0
    assert filled.get_markerfacecolor() == curve.get_color()
    assert hollow.get_xydata().tolist() == [[0, value] for value in nearby]
    assert hollow.get_markerfacecolor() == "white"
    plt.close("all")


@pytest.mark.parametrize("kind", ["linear", "sigmoid"])
def test_a_curve_without_a_jump_has_no_dots(kind):
    assert all(line.get_marker() == "None" for line in plotting.plot_unit(kind).lines)
    plt.close("all")


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_perceptron_has_a_weight_for_each_input_and_one_bias(n):
    features = [f"$x_{i}$" for i in range(n)]
    ax = plotting.plot_perceptron(features, activation="step")
    texts = [t.get_text() for t in ax.texts]
    assert [t for t in texts if t.startswith("$w")] == [f"$w_{{{i + 1}}}$" for i in range(n)]
    assert texts.count("$b$") == texts.count("step") == 1
    arrows = [p for p in ax.patches if type(p).__name__ == "FancyArrowPatch"]
    assert len(arrows) == n + 3
    plt.close("all")


def test_bad_input_is_refused_in_words():
    with pytest.raises(ValueError, match="choose from"):
        plotting.plot_unit("relu")
    with pytest.raises(ValueError, match="at least one input"):
        plotting.plot_perceptron([])
