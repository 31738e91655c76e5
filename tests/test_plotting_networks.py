"""Networks as circles and lines."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color
from matplotlib.patches import Circle, Ellipse
from torch import nn

from course_utils import plotting
from course_utils.plotting import COLORS


def texts(ax):
    return [text.get_text() for text in ax.texts]


def circles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


@pytest.mark.parametrize("widths", [(1, 1), (2, 1), (3, 4, 4, 2), (6, 6)])
def test_a_circle_for_each_unit_and_a_line_for_each_weight(widths):
    ax = plotting.plot_network(widths)
    assert len(circles(ax)) == sum(widths)
    weights = sum(a * b for a, b in itertools.pairwise(widths))
    assert len(ax.lines) == weights
    columns = sorted({round(circle.center[0], 6) for circle in circles(ax)})
    assert len(columns) == len(widths)


def test_lines_join_units_of_neighbouring_layers():
    ax = plotting.plot_network((2, 3))
    centers = {tuple(np.round(circle.center, 6)) for circle in circles(ax)}
    for line in ax.lines:
        ends = [tuple(np.round(end, 6)) for end in line.get_xydata()]
        assert set(ends) <= centers
        assert ends[0][0] < ends[1][0]


@pytest.mark.parametrize(("width", "drawn"), [(6, 6), (7, 6), (1000, 6)])
def test_a_wide_layer_is_shortened_with_dots(width, drawn):
    ax = plotting.plot_network((width, 1))
    assert len(circles(ax)) == drawn + 1
    assert texts(ax).count("⋮") == (width > 6)


@pytest.mark.parametrize("max_units", [1, 2, 5])
def test_the_number_of_circles_can_be_chosen(max_units):
    ax = plotting.plot_network((8, 3), max_units=max_units)
    assert len(circles(ax)) == max_units + min(3, max_units)


def test_circles_of_a_column_do_not_touch():
    centers = np.array([circle.center for circle in circles(plotting.plot_network((1000, 1)))])
    column = np.sort(centers[centers[:, 0] == centers[0, 0], 1])
    radius = circles(plotting.plot_network((1000, 1)))[0].radius
    assert np.diff(column).min() > 2 * radius


def test_names_of_layers_and_weights_by_default():
    found = texts(plotting.plot_network((3, 4, 2)))
    assert found[:3] == ["input", "hidden 1", "output"]
    assert found[3:] == [r"$W^{[1]},\ b^{[1]}$", r"$W^{[2]},\ b^{[2]}$"]


def test_own_labels_stand_below_layers_above_gaps_and_in_units():
    ax = plotting.plot_network(
        (2, 1),
        layer_labels=["features", "score"],
        edge_labels=["2 × 1"],
        unit_labels=[["GPA", "exp"], []],
    )
    place = {text.get_text(): text.get_position() for text in ax.texts}
    left, right = place["features"][0], place["score"][0]
    assert place["2 × 1"][0] == pytest.approx((left + right) / 2)
    assert place["2 × 1"][1] > place["GPA"][1] > place["exp"][1] > place["features"][1]
    assert set(place) == {"features", "score", "2 × 1", "GPA", "exp"}


def test_weights_set_colour_style_and_width_of_the_lines():
    matrix = torch.tensor([[1.0, -2.0], [0.0, 0.5]])  # (outputs, inputs)
    lines = plotting.plot_network((2, 2), weights=[matrix]).lines
    drawn = [matrix[j, i].item() for i in range(2) for j in range(2)]
    for line, value in zip(lines, drawn, strict=True):
        color = COLORS["blue"] if value >= 0 else COLORS["vermillion"]
        assert same_color(line.get_color(), color)
        assert line.get_linestyle() == ("-" if value >= 0 else "--")
        assert line.get_linewidth() == pytest.approx(0.3 + 4 * abs(value) / 2)


def test_weights_of_a_shortened_layer_belong_to_the_units_shown():
    matrix = torch.zeros(1, 100)
    matrix[0, -1] = 1.0  # the last unit is shown, at the bottom
    lines = plotting.plot_network((100, 1), weights=[matrix]).lines
    assert np.argmax([line.get_linewidth() for line in lines]) == len(lines) - 1


def test_weights_may_come_straight_from_a_layer_and_be_all_zero():
    layer = nn.Linear(3, 2)
    assert len(plotting.plot_network((3, 2), weights=[layer.weight]).lines) == 6
    zero = plotting.plot_network((3, 2), weights=[torch.zeros(2, 3)])
    assert {line.get_linewidth() for line in zero.lines} == {0.3}


def test_a_highlighted_unit_stands_out_with_the_lines_into_it():
    ax = plotting.plot_network((3, 4, 2), highlight=(1, 2))
    orange = [patch for patch in circles(ax) if same_color(patch.get_facecolor(), COLORS["orange"])]
    lines = [line for line in ax.lines if same_color(line.get_color(), COLORS["orange"])]
    assert len(orange) == 1
    assert len(lines) == 3
    assert all(tuple(line.get_xydata()[1]) == tuple(orange[0].center) for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"widths": (3,)}, "at least an input and an output layer"),
        ({"widths": (3, 0, 1)}, "each with one unit or more"),
        ({"widths": (3, 1), "layer_labels": ["x"]}, "layer_labels has 1 entries, expected 2"),
        ({"widths": (3, 1), "edge_labels": ["x", "y"]}, "edge_labels has 2 entries, expected 1"),
        ({"widths": (3, 1), "unit_labels": []}, "unit_labels has 0 entries, expected 2"),
        (
            {"widths": (3, 1), "weights": [torch.zeros(3, 1)]},
            r"weights have the shapes \[\(3, 1\)\], expected \(outputs, inputs\): \[\(1, 3\)\]",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(arguments, message):
    with pytest.raises(ValueError, match=message):
        plotting.plot_network(**arguments)


def test_the_nerve_cell_takes_labels_in_another_language():
    words = ("Dendriten", "Synapse", "Zellkörper", "Axon")
    assert tuple(texts(plotting.plot_neuron(labels=words))) == words
    with pytest.raises(ValueError, match="four labels to place, got 2"):
        plotting.plot_neuron(labels=("soma", "axon"))


def test_the_label_soma_points_at_the_body_and_not_at_the_nucleus():
    ax = plotting.plot_neuron()
    (label,) = [text for text in ax.texts if text.get_text() == "soma"]
    (body,) = [patch for patch in ax.patches if isinstance(patch, Ellipse) and patch.width > 1]
    (nucleus,) = [patch for patch in ax.patches if getattr(patch, "center", None) == body.center
                  and patch is not body]  # fmt: skip
    place = ax.transData.transform(label.xy)
    assert body.contains_point(place)
    assert not nucleus.contains_point(place)
