"""Diagrams of ideas: what stands where, and that nothing sticks out of the canvas."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from course_utils import plotting
from course_utils.plotting.canvas import PALE, arrow, box, canvas, text_size

CLOTHES = ("Rain?", [("yes", "umbrella"), ("no", ("Cold?", [("yes", "coat"), ("no", "shirt")]))])
DRAWINGS = {
    "cycle": lambda **kw: plotting.plot_cycle(["forward", "loss", "backward", "update"], **kw),
    "circles": lambda **kw: plotting.plot_nested_circles([("AI", "acts"), ("ML", "learns")], **kw),
    "timeline": lambda **kw: plotting.plot_timeline([(1943, "a neuron"), (2012, "a net")], **kw),
    "tree": lambda **kw: plotting.plot_tree(CLOTHES, **kw),
    "network": lambda **kw: plotting.plot_network((8, 20, 3, 1), **kw),
    "neuron": plotting.plot_neuron,
    "hierarchy": plotting.plot_feature_hierarchy,
    "shapes": lambda **kw: plotting.plot_shapes([("X", ("N", 3)), "@", ("w", (3, 1))], **kw),
}


def texts(ax):
    return [text.get_text() for text in ax.texts]


def patches(ax, kind):
    return [patch for patch in ax.patches if isinstance(patch, kind)]


@pytest.fixture(params=DRAWINGS, ids=str)
def drawing(request):
    return DRAWINGS[request.param]


def test_a_diagram_is_drawn_into_the_given_axes_or_its_own(drawing):
    _, (left, right) = plt.subplots(1, 2)
    assert drawing(ax=right) is right
    assert not left.has_data()
    assert len(left.patches) == 0
    fresh = drawing()
    assert fresh.figure is not right.figure


def test_a_diagram_has_no_frame_and_is_not_distorted(drawing):
    ax = drawing()
    assert not ax.axison
    assert ax.get_aspect() == 1


def test_every_text_lies_on_the_canvas(drawing):
    plotting.use_course_style()
    ax = drawing()
    ax.figure.canvas.draw()
    frame = ax.get_window_extent().padded(2)
    for text in ax.texts:
        extent = text.get_window_extent()
        assert frame.x0 <= extent.x0, text
        assert extent.x1 <= frame.x1, text
        assert frame.y0 <= extent.y0, text
        assert extent.y1 <= frame.y1, text


def test_texts_do_not_cover_each_other(drawing):
    plotting.use_course_style()
    ax = drawing()
    ax.figure.canvas.draw()
    extents = [text.get_window_extent() for text in ax.texts]
    for i, extent in enumerate(extents):
        for j in range(i):
            assert not extent.overlaps(extents[j]), (ax.texts[i], ax.texts[j])


# --- canvas ------------------------------------------------------------------------------------


def test_a_unit_of_a_fresh_canvas_is_about_an_inch():
    ax = canvas(None, 6, 3)
    assert ax.figure.get_size_inches().tolist() == [6, 3]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 6), (0, 3))


def test_a_box_is_centred_and_grows_with_its_text():
    ax = canvas(None, 6, 3)
    small, large = box(ax, (3, 1), "w"), box(ax, (3, 2), "a long text\nin two lines")
    assert small.get_x() + small.get_width() / 2 == pytest.approx(3)
    assert small.get_y() + small.get_height() / 2 == pytest.approx(1)
    assert small.get_width() < large.get_width()
    assert small.get_height() < large.get_height()


@pytest.mark.parametrize("text", ["w", "propagate it backwards", "WEIGHTS\nAND MORE"])
def test_a_box_holds_its_text(text):
    plotting.use_course_style()
    ax = canvas(None, 6, 3)
    patch = box(ax, (3, 1.5), text)
    ax.figure.canvas.draw()
    inside, border = ax.texts[0].get_window_extent(), patch.get_window_extent()
    assert border.x0 < inside.x0 < inside.x1 < border.x1
    assert border.y0 < inside.y0 < inside.y1 < border.y1
    assert text_size(text, 28) > text_size(text, 14)


def test_an_arrow_goes_from_border_to_border():
    ax = canvas(None, 6, 3)
    left, right = box(ax, (1, 1), "a"), box(ax, (5, 1), "b")
    drawn = arrow(ax, (1, 1), (5, 1), start_patch=left, end_patch=right)
    ax.figure.canvas.draw()
    x = ax.transData.inverted().transform(drawn.get_window_extent())[:, 0]
    assert x[0] > left.get_x() + left.get_width()
    assert x[1] < right.get_x()


# --- cycle -------------------------------------------------------------------------------------


def middle(patch):
    return np.array([patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2])


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_a_cycle_has_a_box_and_an_arrow_for_each_step(n):
    steps = [f"step {i}" for i in range(n)]
    ax = plotting.plot_cycle(steps)
    assert texts(ax) == steps
    assert len(patches(ax, FancyBboxPatch)) == len(patches(ax, FancyArrowPatch)) == n


def test_a_cycle_starts_at_the_top_and_runs_clockwise():
    ax = plotting.plot_cycle(["a", "b", "c", "d"])
    top, right, bottom, left = (middle(patch) for patch in patches(ax, FancyBboxPatch))
    assert top[1] == max(top[1], right[1], bottom[1], left[1])
    assert right[0] > top[0] > left[0]
    assert bottom[1] < left[1]


def test_preparations_come_before_the_cycle_and_only_once():
    ax = plotting.plot_cycle(["forward", "update"], setup=["model", "loss"], center="repeat")
    assert texts(ax) == ["forward", "update", "model", "loss", "repeat"]
    forward, update, model, loss = (middle(patch) for patch in patches(ax, FancyBboxPatch))
    assert model[0] == loss[0] < forward[0] < update[0]
    assert model[1] > loss[1] == pytest.approx(forward[1])
    # 2 within the cycle, 1 between the preparations, 1 into the cycle; none leads back.
    assert len(patches(ax, FancyArrowPatch)) == 4


def test_one_step_of_a_cycle_can_be_highlighted():
    ax = plotting.plot_cycle(["a", "b", "c"], highlight=1)
    fills = [patch.get_facecolor() for patch in patches(ax, FancyBboxPatch)]
    orange = to_rgba(plotting.COLORS["orange"])
    assert [fill == orange for fill in fills] == [False, True, False]


def test_a_cycle_refuses_what_is_none():
    with pytest.raises(ValueError, match="at least two steps, got 1"):
        plotting.plot_cycle(["alone"])
    with pytest.raises(ValueError, match="highlight=2: the steps are numbered 0 to 1"):
        plotting.plot_cycle(["a", "b"], highlight=2)


# --- nested circles ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_each_circle_lies_within_the_one_before(n):
    ax = plotting.plot_nested_circles([(f"set {i}", "") for i in range(n)])
    circles = patches(ax, Circle)
    assert texts(ax) == [f"set {i}" for i in range(n)]
    for outer, inner in itertools.pairwise(circles):
        distance = np.hypot(*np.subtract(outer.center, inner.center))
        assert distance + inner.radius <= outer.radius + 1e-9
        assert inner.radius < outer.radius


def test_the_name_of_a_circle_is_not_inside_the_next():
    ax = plotting.plot_nested_circles([("AI", "x"), ("ML", "y"), ("DL", "z")])
    circles = patches(ax, Circle)
    names = [text for text in ax.texts if text.get_text() in ("AI", "ML", "DL")]
    for name, own, nxt in zip(names, circles, circles[1:], strict=False):
        place = np.array(name.get_position())
        assert np.hypot(*(place - own.center)) < own.radius
        assert np.hypot(*(place - nxt.center)) > nxt.radius


def test_a_note_is_joined_to_the_edge_of_its_circle():
    ax = plotting.plot_nested_circles([("AI", "acts"), ("ML", "learns")])
    for line, circle in zip(ax.lines, patches(ax, Circle), strict=True):
        start = np.array([line.get_xdata()[0], line.get_ydata()[0]])
        assert np.hypot(*(start - circle.center)) == pytest.approx(circle.radius)
    with pytest.raises(ValueError, match=r"at least one pair \(name, note\)"):
        plotting.plot_nested_circles([])


# --- timeline ----------------------------------------------------------------------------------


def test_a_timeline_is_true_to_scale():
    years = [1943, 1958, 1986, 2012]
    ax = plotting.plot_timeline([(year, "x") for year in years])
    x = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(np.diff(x) / np.diff(x).sum(), np.diff(years) / 69)


def test_notes_of_a_timeline_stand_above_and_below_in_turn():
    ax = plotting.plot_timeline([(1, "a"), (2, "b"), (3, "c")], heights=(1, -1))
    line = ax.lines[0].get_ydata()[0]
    assert [text.get_position()[1] > line for text in ax.texts] == [True, False, True]


@pytest.mark.parametrize("events", [[], [(1943, "x")], [(2012, "x"), (1943, "y")]])
def test_a_timeline_needs_events_in_order(events):
    with pytest.raises(ValueError, match="two or more events in order of time"):
        plotting.plot_timeline(events)


# --- tree --------------------------------------------------------------------------------------


def test_a_tree_has_a_box_for_each_question_and_leaf():
    ax = plotting.plot_tree(CLOTHES)
    assert len(patches(ax, FancyBboxPatch)) == 5
    assert len(patches(ax, FancyArrowPatch)) == 4
    fills = [patch.get_facecolor() for patch in patches(ax, FancyBboxPatch)]
    assert fills.count(to_rgba(PALE[1])) == 2  # questions
    assert fills.count(to_rgba(PALE[2])) == 3  # leaves


def test_children_stand_below_their_question_in_order():
    ax = plotting.plot_tree(CLOTHES)
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert place["Rain?"][1] > place["umbrella"][1] == place["Cold?"][1] > place["coat"][1]
    assert place["umbrella"][0] < place["coat"][0] < place["shirt"][0]


def test_boxes_of_a_tree_keep_apart():
    ax = plotting.plot_tree(CLOTHES)
    boxes = [patch.get_extents() for patch in patches(ax, FancyBboxPatch)]
    for i, extent in enumerate(boxes):
        assert not any(extent.overlaps(other) for other in boxes[:i])


def test_a_tree_may_be_a_single_leaf():
    assert texts(plotting.plot_tree("dog")) == ["dog"]
