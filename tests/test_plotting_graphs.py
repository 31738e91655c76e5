"""Computational graphs from their edges, and the graph of a network."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from course_utils import plotting
from course_utils.plotting import COLORS

EDGES = [("x", "p"), ("y", "p"), ("p", "g"), ("z", "g")]


def boxes(ax):
    """Name in the box → its annotation."""
    return {text.get_text(): text for text in ax.texts if text.get_bbox_patch() and text.get_text()}


def arrows(ax):
    """Pairs (from, to) of positions, in the direction of the arrow."""
    return [(text.xyann, text.xy) for text in ax.texts if text.arrowprops]


def test_it_draws_into_the_given_axes_and_returns_them():
    fig, (left, right) = plt.subplots(1, 2)
    assert plotting.plot_graph(EDGES, ax=right) is right
    assert not left.texts
    assert plotting.plot_mlp_graph(ax=left) is left
    fig.canvas.draw()


def test_it_makes_its_own_axes_when_none_are_given():
    plt.figure()
    plotting.plot_graph(EDGES).figure.canvas.draw()
    plotting.plot_mlp_graph().figure.canvas.draw()
    assert len(plt.get_fignums()) == 3


def test_every_node_has_a_box_and_every_edge_an_arrow():
    ax = plotting.plot_graph(EDGES)
    places = {name: box.xy for name, box in boxes(ax).items()}
    assert set(places) == {"x", "y", "z", "p", "g"}
    assert sorted(arrows(ax)) == sorted((places[a], places[b]) for a, b in EDGES)


def test_backward_arrows_run_the_other_way_dashed_and_in_another_colour():
    forward = plotting.plot_graph(EDGES)
    backward = plotting.plot_graph(EDGES, direction="backward")
    assert sorted(arrows(backward)) == sorted((b, a) for a, b in arrows(forward))
    looks = [
        {(t.arrowprops["color"], str(t.arrowprops["linestyle"])) for t in ax.texts if t.arrowprops}
        for ax in (forward, backward)
    ]
    assert looks[0] == {(COLORS["blue"], "-")}
    assert looks[1] == {(COLORS["vermillion"], "(0, (4, 2))")}


def test_arrows_always_lead_to_the_right_and_inputs_stand_beside_their_consumer():
    ax = plotting.plot_graph(EDGES)
    assert all(start[0] < end[0] for start, end in arrows(ax))
    places = {name: box.xy for name, box in boxes(ax).items()}
    assert places["z"][0] == places["p"][0] == 1  # one column left of g
    assert places["x"][0] == places["y"][0] == 0


def test_no_two_boxes_share_a_place():
    chain = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c"), ("c", "e"), ("f", "e")]
    places = [box.xy for box in boxes(plotting.plot_graph(chain)).values()]
    assert len(set(places)) == len(places) == 6


def test_inputs_operations_and_output_differ_in_fill():
    fills = {
        name: box.get_bbox_patch().get_facecolor()
        for name, box in boxes(plotting.plot_graph(EDGES)).items()
    }
    assert fills["x"] == fills["y"] == fills["z"]
    assert len({fills["x"], fills["p"], fills["g"]}) == 3


def test_values_stand_above_in_blue_and_gradients_below_in_red():
    ax = plotting.plot_graph(EDGES, values={"x": 1.0, "g": -12}, gradients={"x": -3.0, "g": "one"})
    seen = {text.get_text(): text for text in ax.texts}
    for value in ("1", "−12"):
        assert to_rgba(seen[value].get_color()) == to_rgba(COLORS["blue"])
        assert seen[value].xyann[1] > 0
    for gradient in ("−3", "one"):
        assert to_rgba(seen[gradient].get_color()) == to_rgba(COLORS["vermillion"])
        assert seen[gradient].xyann[1] < 0
    assert seen["−3"].xy == boxes(ax)["x"].xy


def test_a_local_derivative_stands_in_the_middle_of_its_arrow():
    ax = plotting.plot_graph(EDGES, local={("p", "g"): "× z"})
    places = {name: np.array(box.xy) for name, box in boxes(ax).items()}
    text = next(text for text in ax.texts if text.get_text() == "× z")
    assert np.allclose(text.xy, (places["p"] + places["g"]) / 2)


def test_labels_and_positions_can_be_given():
    ax = plotting.plot_graph(EDGES, labels={"p": "p = x + y"}, positions={"z": (0.5, -1.0)})
    found = boxes(ax)
    assert "p = x + y" in found
    assert "p" not in found
    assert found["z"].xy == (0.5, -1.0)
    assert ax.get_ylim()[0] < -1.0


@pytest.mark.parametrize(
    ("edges", "more", "message"),
    [
        ([], {}, "no edges"),
        ([("a", "b"), ("b", "a")], {}, "cycle: a → b → a"),
        ([("a", "a")], {}, "cycle"),
        (EDGES, {"direction": "sideways"}, "'forward' or 'backward'"),
        (EDGES, {"values": {"q": 1}}, "values names q"),
        (EDGES, {"gradients": {"q": 1}}, "gradients names q"),
        (EDGES, {"labels": {"q": "?"}}, "labels names q"),
        (EDGES, {"positions": {"q": (0, 0)}}, "positions names q"),
        (EDGES, {"local": {("g", "p"): 1}}, "not edges"),
    ],
)
def test_descriptions_that_are_no_graph_are_refused_in_words(edges, more, message):
    with pytest.raises(ValueError, match=message):
        plotting.plot_graph(edges, **more)


# --- plot_mlp_graph ------------------------------------------------------------------------------


def shapes(ax):
    """Last line of every box: the shapes."""
    return sorted(name.splitlines()[-1] for name in boxes(ax))


def test_the_forward_graph_of_6_4_3_1_shows_every_shape():
    ax = plotting.plot_mlp_graph((6, 4, 3, 1))
    expected = ["N×6", "N×4", "N×3", "N×1", "N×1", "4×6", "3×4", "1×3", "4", "3", "1", "number"]
    assert shapes(ax) == sorted(expected)
    assert len(arrows(ax)) == 3 + 1 + 6 + 1  # layers, loss, weights and biases, target


def test_the_backward_graph_has_a_delta_per_layer_and_no_gradient_for_the_data():
    ax = plotting.plot_mlp_graph((6, 4, 3, 1), direction="backward")
    expected = ["N×4", "N×3", "N×1", "4×6", "3×4", "1×3", "4", "3", "1", "start: 1"]
    assert shapes(ax) == sorted(expected)
    assert len(arrows(ax)) == 2 + 1 + 6
    assert not any(name.startswith(("$X$", "$y$")) for name in boxes(ax))


def test_gradients_have_the_shapes_that_a_linear_layer_stores():
    from torch import nn

    widths = (5, 7, 2)
    found = shapes(plotting.plot_mlp_graph(widths, direction="backward"))
    for before, after in pairwise(widths):
        layer = nn.Linear(before, after)
        assert "×".join(map(str, layer.weight.shape)) in found
        assert str(*layer.bias.shape) in found


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("widths", [(1, 1), (100, 50, 20, 10, 1)])
def test_other_depths_are_drawn_too(widths, direction):
    plotting.plot_mlp_graph(widths, direction=direction).figure.canvas.draw()


@pytest.mark.parametrize("widths", [(), (3,), (3, 0)])
def test_a_network_needs_two_positive_widths(widths):
    with pytest.raises(ValueError, match="input and an output width"):
        plotting.plot_mlp_graph(widths)
