"""The drawings of activation functions."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_utils import activation_facts, plotting
from course_utils.activations import ACTIVATIONS


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def lines(ax):
    return {line.get_label(): line for line in ax.lines if line.get_label() in ("f", "f'")}


@pytest.mark.parametrize("draw", [plotting.plot_activation, plotting.plot_activation_facts])
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw("relu", ax=ax) is ax
    assert draw("relu") is not ax


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_function_is_drawn_with_its_values(name):
    drawn = lines(plotting.plot_activation(name, limit=3))
    x, y = drawn["f"].get_data()
    there = ~np.isnan(y)
    expected = ACTIVATIONS[name](torch.tensor(x[there])).numpy()
    np.testing.assert_allclose(y[there], expected, atol=1e-12)
    assert x[0] == -3
    assert x[-1] == 3


def test_the_slope_is_drawn_dashed_beside_the_function():
    drawn = lines(plotting.plot_activation("tanh"))
    x, y = drawn["f'"].get_data()
    np.testing.assert_allclose(y, 1 - np.tanh(x) ** 2, atol=1e-12)
    assert drawn["f'"].get_linestyle() == "--"
    assert "f'" not in lines(plotting.plot_activation("tanh", slope=False))


def test_jumps_are_gaps_with_a_dot_at_the_value():
    ax = plotting.plot_activation("step")
    x, y = lines(ax)["f"].get_data()
    assert x[np.isnan(y)].tolist() == [0]
    assert [line.get_ydata()[0] for line in ax.lines if line.get_marker() == "o"] == [0.5]


def test_kinks_are_gaps_in_the_slope_only():
    drawn = lines(plotting.plot_activation("relu6", limit=7))
    x, slope = drawn["f'"].get_data()
    assert x[np.isnan(slope)].tolist() == [0, 6]
    assert not np.isnan(drawn["f"].get_ydata()).any()


def test_a_function_of_your_own_can_be_drawn_with_a_title():
    ax = plotting.plot_activation(torch.sin, limit=0.5, title="sine", ylim=(-1, 1))
    assert ax.get_title() == "sine"
    assert ax.get_ylim() == (-1, 1)
    assert plotting.plot_activation(torch.sin, limit=100).get_title() == "your function"


def test_the_sheet_holds_the_facts_and_the_equation_of_a_known_function():
    texts = [t.get_text() for t in plotting.plot_activation_facts("relu").texts]
    row = activation_facts("relu").row()
    assert texts[:2] == ["f(z)", ACTIVATIONS["relu"].equation]
    assert dict(zip(texts[2::2], texts[3::2], strict=True)) == row
    assert "f(z)" not in [t.get_text() for t in plotting.plot_activation_facts(torch.tanh).texts]


def test_bad_input_is_refused_in_words():
    with pytest.raises(ValueError, match="choose from"):
        plotting.plot_activation("rely")
    with pytest.raises(ValueError, match="above 0"):
        plotting.plot_activation("relu", limit=0)
