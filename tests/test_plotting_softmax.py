"""Bars of shares, gradients, floors and read images show the values they are given."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgb

from course_utils import plotting
from course_utils.plotting import COLORS

LOGITS = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0]
IMAGES = torch.arange(45.0).reshape(5, 9)
SCORES = torch.tensor([[0.0, math.log(3.0)]]).repeat(5, 1)
Y = torch.tensor([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_softmax(LOGITS, **kw),
        lambda **kw: plotting.plot_logit_gradient(LOGITS, 3, **kw),
        lambda **kw: plotting.plot_floors({"a": [1.0, 0.5]}, {"floor": 0.4}, **kw),
        lambda **kw: plotting.plot_readings(IMAGES, SCORES, Y, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax


@pytest.mark.parametrize("temperature", [0.05, 0.5, 1.0, 3.0, 100.0])
def test_the_bars_are_the_shares_at_that_temperature(temperature):
    ax = plotting.plot_softmax(LOGITS, temperature=temperature)
    powers = np.exp((np.array(LOGITS) - 4) / temperature)
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(heights, powers / powers.sum(), rtol=1e-12)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == list("1234123")
    assert ax.get_xlabel() == "logit"


def test_logits_of_a_thousand_are_drawn_as_well():
    ax = plotting.plot_softmax([1000.0, 1001.0, 1002.0])
    assert [text.get_text() for text in ax.texts] == ["0.09", "0.24", "0.67"]


def test_names_and_the_marked_class_can_be_told_without_colour():
    ax = plotting.plot_softmax(torch.zeros(3), names="abc", highlight=1, label=False)
    assert [bar.get_hatch() for bar in ax.patches] == [None, "//", None]
    assert to_rgb(ax.patches[1].get_facecolor()) == to_rgb(COLORS["orange"])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == list("abc")
    assert not ax.texts


@pytest.mark.parametrize(
    ("logits", "options", "message"),
    [
        ([1.0], {}, "two or more finite numbers"),
        ([[1.0, 2.0]], {}, r"logits\[i\]"),
        ([1.0, math.inf], {}, "finite"),
        ([1.0, math.nan], {}, "finite"),
        ([1.0, 2.0], {"temperature": 0.0}, "above 0"),
        ([1.0, 2.0], {"temperature": math.nan}, "above 0"),
        ([1.0, 2.0], {"names": "abc"}, "3 names for 2 logits"),
    ],
)
def test_what_softmax_cannot_show_is_refused(logits, options, message):
    with pytest.raises(ValueError, match=message):
        plotting.plot_softmax(logits, **options)


@pytest.mark.parametrize("true", range(4))
def test_the_gradient_bars_are_what_autograd_finds(true):
    logits = torch.tensor([0.3, -1.2, 2.5, 0.0], dtype=torch.float64, requires_grad=True)
    F.cross_entropy(logits[None], torch.tensor([true])).backward()
    ax = plotting.plot_logit_gradient(logits, true)
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(heights, logits.grad.numpy(), rtol=1e-10)
    assert [i for i, bar in enumerate(ax.patches) if bar.get_hatch()] == [true]
    assert ax.texts[true].get_text().startswith("−")


def test_a_class_that_does_not_exist_has_no_gradient():
    for true in (-1, 2):
        with pytest.raises(ValueError, match="the classes are 0 to 1"):
            plotting.plot_logit_gradient([0.0, 1.0], true)


def test_curves_and_floors_have_names_and_stand_where_they_should():
    ax = plotting.plot_floors({"one": [1.0, 0.5, 0.4], "two": torch.ones(2)}, {"floor": 0.3})
    one, two, floor = ax.lines
    assert one.get_xdata().tolist() == [1, 2, 3]
    assert one.get_ydata().tolist() == [1.0, 0.5, 0.4]
    assert two.get_ydata().tolist() == [1, 1]
    assert one.get_linestyle() != two.get_linestyle()
    assert list(floor.get_ydata()) == [0.3, 0.3]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]
    assert ax.texts[0].get_text() == "floor 0.300"
    assert ax.texts[0].xy == (3, 0.3)


@pytest.mark.parametrize("curves", [{}, {"empty": []}])
def test_no_curve_is_refused(curves):
    with pytest.raises(ValueError, match=r"nothing to draw|holds no losses"):
        plotting.plot_floors(curves)


def test_each_image_is_shown_with_truth_reading_and_share():
    ax = plotting.plot_readings(IMAGES, SCORES, Y, columns=2, class_names=("no", "yes"))
    assert len(ax.images) == 5
    np.testing.assert_array_equal(ax.images[3].get_array(), IMAGES[3].reshape(3, 3).numpy())
    words = [text.get_text() for text in ax.texts]
    assert words[0] == "true no, read yes (0.75)"
    assert words[1] == "true yes, read yes (0.75)"
    left, right, bottom, top = ax.images[4].get_extent()
    assert ax.get_xlim()[0] <= left < right <= ax.get_xlim()[1]
    assert ax.get_ylim()[0] <= bottom < top <= ax.get_ylim()[1]


@pytest.mark.parametrize(
    ("images", "scores", "y"),
    [
        (torch.ones(5, 8), SCORES, Y),  # 8 pixels are no square
        (torch.ones(4, 9), SCORES, Y),
        (torch.ones(0, 9), SCORES[:0], Y[:0]),
        (IMAGES, SCORES, Y[:3]),
    ],
)
def test_readings_that_do_not_fit_together_are_refused(images, scores, y):
    with pytest.raises(ValueError, match=r"needs images|class number"):
        plotting.plot_readings(images, scores, y)
