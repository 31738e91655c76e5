"""Matrix equations as blocks: the sides of the blocks, the shapes and numbers written on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color

from course_utils import plotting
from course_utils.plotting import COLORS


def texts(ax):
    return [text.get_text() for text in ax.texts]


def sides(ax):
    return [(patch.get_width(), patch.get_height()) for patch in ax.patches]


def test_sides_follow_the_shape():
    product = [("X", ("N", "D")), "@", ("w", ("D", 1)), "=", ("z", ("N", 1))]
    ax = plotting.plot_shapes(product, lengths={"N": 2.0, "D": 1.0, 1: 0.3})
    assert sides(ax) == [(1.0, 2.0), (0.3, 1.0), (0.3, 2.0)]
    assert texts(ax) == ["X", "(N × D)", "@", "w", "(D × 1)", "=", "z", "(N × 1)"]


@pytest.mark.parametrize(
    ("shape", "caption"), [((), "()"), ((3,), "(3,)"), ((3, 1), "(3 × 1)"), ((1, 3), "(1 × 3)")]
)
def test_shapes_of_all_kinds_are_written_as_python_knows_them(shape, caption):
    ax = plotting.plot_shapes([("a", shape)])
    assert texts(ax) == ["a", caption]
    assert texts(plotting.plot_shapes([("a", torch.zeros(shape))]))[-1] == caption


def test_one_direction_lies_flat_as_broadcasting_reads_it():
    (flat, column) = sides(plotting.plot_shapes([("a", (5,)), ("b", (5, 1))]))
    assert flat[0] > flat[1]
    assert flat == column[::-1]


def test_numbers_are_written_into_their_cells():
    values = torch.tensor([[2.1, 0.1, -3.0], [4.2, 0.8, 5.0]], requires_grad=True)
    ax = plotting.plot_shapes([("X", values)])
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert set(place) == {"2.1", "0.1", "-3", "4.2", "0.8", "5", "X", "(2 × 3)"}
    assert place["2.1"][0] == place["4.2"][0] < place["0.1"][0] < place["-3"][0]
    assert place["2.1"][1] == place["0.1"][1] > place["4.2"][1]
    assert place["X"][1] > place["2.1"][1] > place["4.2"][1] > place["(2 × 3)"][1]


def test_arrays_and_lists_are_values_tuples_are_shapes():
    assert "7" in texts(plotting.plot_shapes([("b", [7.0])]))
    assert "7" in texts(plotting.plot_shapes([("b", np.array([7]))]))
    assert texts(plotting.plot_shapes([("b", (7,))])) == ["b", "(7,)"]


def test_a_block_of_many_is_a_pile_that_says_how_many():
    ax = plotting.plot_shapes([("W", (1, 3)), "@", ("x", (3, 1))], repeat={"x": 100})
    assert len(ax.patches) == 1 + 4
    assert "(3 × 1)\n100 times" in texts(ax)


def test_blocks_and_signs_do_not_overlap():
    items = [("W", (1, 3)), "@", ("x", (3, 1)), "=", ("z", (1, 1))]
    ax = plotting.plot_shapes(items, repeat={"x": 100, "z": 100})
    signs = [text.get_position()[0] for text in ax.texts if text.get_text() in "@="]
    x_pile = [patch for patch in ax.patches if patch.get_height() > 0.5]
    right = max(patch.get_x() + patch.get_width() for patch in x_pile)
    assert right < signs[1]
    assert signs[0] < min(patch.get_x() for patch in x_pile)


def test_a_wide_equation_is_drawn_smaller_not_cut():
    ax = plotting.plot_shapes([("a", ("N", 1)), "+", ("b", ("N", 1))], lengths={1: 9.0})
    low, high = ax.get_xlim()
    assert high > 18
    assert all(low <= p.get_x() and p.get_x() + p.get_width() <= high for p in ax.patches)


def test_a_tall_equation_is_drawn_smaller_not_cut():
    ax = plotting.plot_shapes([("X", torch.zeros(12, 1))])
    low, high = ax.get_ylim()
    assert all(low <= p.get_y() and p.get_y() + p.get_height() <= high for p in ax.patches)


def test_blocks_can_be_highlighted():
    ax = plotting.plot_shapes([("a", (2, 2)), ("b", (2, 2))], highlight=["b"])
    assert [same_color(p.get_facecolor(), COLORS["orange"]) for p in ax.patches] == [False, True]


def test_what_is_no_equation_is_refused():
    with pytest.raises(ValueError, match="at least one block"):
        plotting.plot_shapes(["="])
    for content in ((2, 3, 4), torch.zeros(2, 3, 4)):
        with pytest.raises(ValueError, match=r"at most two dimensions.*2, 3, 4"):
            plotting.plot_shapes([("X", content)])
