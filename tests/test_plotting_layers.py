"""Shapes of layers, hidden spaces and gradient norms: artists against numbers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn

from course_utils import plotting

X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_layer_shapes((2, 3, 1), **kw),
        lambda **kw: plotting.plot_hidden_space(torch.tanh, X, Y, **kw),
        lambda **kw: plotting.plot_gradient_norms({"net": [0.1, 1.0]}, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax


def texts(ax):
    return [[t.get_text() for t in row.texts] for row in ax.child_axes]


@pytest.mark.parametrize("widths", [(1, 1), (1, 5, 2, 1), (8, 6, 4, 1), (1, 1000, 1)])
def test_each_layer_has_a_row_with_its_shapes(widths):
    rows = texts(plotting.plot_layer_shapes(widths, batch=759))
    assert len(rows) == len(widths) - 1
    for i, (row, n_in, n_out) in enumerate(zip(rows, widths, widths[1:], strict=False), start=1):
        shapes = [text for text in row if text.startswith("(") and text[1].isdigit()]
        weights = f"({n_in} × {n_out})"
        assert shapes == [f"(759 × {n_out})", f"(759 × {n_in})", weights, f"({n_out},)"]
        assert f"$W^{{[{i}]}}$" in row
        assert ("relu(" in row) == (i < len(rows))  # the last layer has no activation


def test_the_activation_is_named_as_asked():
    assert "σ(" in texts(plotting.plot_layer_shapes((2, 3, 1), activation="σ"))[0]


@pytest.mark.parametrize("widths", [(3,), (), (3, 0, 1)])
def test_widths_that_make_no_network_are_refused(widths):
    with pytest.raises(ValueError, match="such as \\(1, 5, 2, 1\\)"):
        plotting.plot_layer_shapes(widths)


def test_points_lie_where_the_hidden_units_put_them():
    ax = plotting.plot_hidden_space(lambda x: 2 * x + 1, X, Y, grid=0)
    drawn = np.concatenate([collection.get_offsets() for collection in ax.collections])
    expected = 2 * X + 1
    np.testing.assert_allclose(drawn[:2], expected[Y[:, 0] == 0])
    np.testing.assert_allclose(drawn[2:], expected[Y[:, 0] == 1])
    assert not ax.lines


def test_the_line_is_where_the_logit_is_zero():
    ax = plotting.plot_hidden_space(lambda x: x, X, Y, grid=0, line=([1.0, -2.0], -0.5))
    (line,) = ax.lines
    a1, a2 = line.get_data()
    np.testing.assert_allclose(np.asarray(a1) - 2 * np.asarray(a2) - 0.5, 0, atol=1e-9)
    left, right = ax.get_xlim()
    assert min(a1) < left < right < max(a1)  # it crosses the whole picture


def test_grid_lines_are_bent_by_the_encoding():
    ax = plotting.plot_hidden_space(lambda x: x**2, X, Y, grid=4)
    assert len(ax.lines) == 8
    assert all(len(line.get_xdata()) == 100 for line in ax.lines)
    assert all((np.asarray(line.get_ydata()) >= 0).all() for line in ax.lines)


def test_a_module_can_encode_and_keeps_no_gradient():
    layer = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    plotting.plot_hidden_space(layer, X, Y)
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_all_points_in_one_place_and_an_output_without_weights_draw_all_the_same():
    plotting.plot_hidden_space(lambda x: x * 0, X, Y, line=([0.0, 0.0], 1.0))


def test_an_encoding_of_other_than_two_units_is_refused():
    with pytest.raises(ValueError, match="needs two hidden units"):
        plotting.plot_hidden_space(nn.Linear(2, 3), X, Y)


def test_norms_are_drawn_layer_by_layer_and_a_zero_leaves_a_gap():
    ax = plotting.plot_gradient_norms({"a": [1e-9, 0.0, 0.5], "b": [0.1]})
    first, second = ax.lines
    assert first.get_xdata().tolist() == [1, 2, 3]
    np.testing.assert_array_equal(first.get_ydata(), [1e-9, np.nan, 0.5])
    assert (ax.get_yscale(), second.get_label()) == ("log", "b")
    assert first.get_marker() != second.get_marker()


@pytest.mark.parametrize("norms", [{}, {"a": []}, {"a": [-1.0]}])
def test_norms_that_cannot_be_drawn_are_refused(norms):
    with pytest.raises(ValueError, match="norm"):
        plotting.plot_gradient_norms(norms)
