"""Zeros, parts, trials, rows and chances are drawn with the numbers they are given."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from course_utils import plotting
from course_utils.plotting import CLASS_COLORS, COLORS

TABLE = torch.tensor([[0.0, 10.0], [2.0, 20.0], [4.0, 60.0]])


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_zeros([0.0, 1.0, 2.0], **kw),
        lambda **kw: plotting.plot_parts({"a": [0, 1, 2]}, **kw),
        lambda **kw: plotting.plot_trials({"a": [0.5]}, **kw),
        lambda **kw: plotting.plot_row([1.0, 15.0], TABLE, ["a", "b"], **kw),
        lambda **kw: plotting.plot_chances({"a": 0.5}, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax


def test_zeros_have_a_bar_of_their_own():
    values = torch.tensor([[0.0], [0.0], [0.0], [5.0], [7.0], [7.0]])
    ax = plotting.plot_zeros(values, bins=2, name="insulin (µU/mL)")
    assert [bar.get_height() for bar in ax.patches] == [1, 2, 3]
    assert ax.patches[-1].get_hatch() == "//"
    assert ax.texts[0].get_text() == "3 zeros"
    assert ax.get_xlabel() == "insulin (µU/mL)"


@pytest.mark.parametrize(("values", "count"), [([1.0, 2.0], 0), ([0.0, 0.0], 1), ([0.0], 1)])
def test_all_or_no_zeros(values, count):
    assert len(plotting.plot_zeros(values).texts) == count


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_a_histogram_needs_finite_values(values):
    with pytest.raises(ValueError, match="plot_zeros"):
        plotting.plot_zeros(values)


def test_strips_have_a_block_for_each_run_of_a_part():
    ax = plotting.plot_parts({"random": [0, 2, 2, 0, 1], "fold": torch.tensor([1, 1, 0, 0, 0])})
    assert [(p.get_x(), p.get_width()) for p in ax.patches] == [
        (0, 1), (1, 2), (3, 1), (4, 1), (0, 2), (2, 3),
    ]  # fmt: skip
    assert [p.get_hatch() for p in ax.patches] == ["", "..", "", "//", "//", ""]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["random", "fold"]
    names = [t.get_text() for t in ax.get_legend().get_texts()]
    assert names == ["training", "validation", "test"]
    only = plotting.plot_parts({"fold": [0, 1]}, names=("rest", "held out"))
    assert [t.get_text() for t in only.get_legend().get_texts()] == ["rest", "held out"]


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": [0, 3]}, {"a": [-1]}])
def test_unknown_parts_are_refused(rows):
    with pytest.raises(ValueError, match="plot_parts"):
        plotting.plot_parts(rows)


def test_trials_are_dots_on_a_bar_up_to_their_mean():
    ax = plotting.plot_trials({"leaky": [0.9, 1.0], "clean": [0.7]}, levels={"majority": 0.65})
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.95, 0.7])
    assert list(ax.lines[0].get_xdata()) == [0.9, 1.0]
    assert [t.get_text() for t in ax.texts] == ["0.95", "0.70"]
    assert ax.get_legend_handles_labels()[1] == ["majority 0.65"]
    assert ax.yaxis_inverted()
    for wrong in ({}, {"a": []}):
        with pytest.raises(ValueError, match="plot_trials"):
            plotting.plot_trials(wrong)


def test_a_row_stands_at_its_standard_scores():
    row = [2.0, 75.0]
    ax = plotting.plot_row(row, TABLE, ["a (mm)", "b (kg)"])
    z = (np.array(row) - TABLE.numpy().mean(axis=0)) / TABLE.numpy().std(axis=0)
    np.testing.assert_allclose([line.get_xdata()[0] for line in ax.lines[:2]], z, rtol=1e-6)
    assert [line.get_marker() for line in ax.lines[:2]] == ["o", "D"]  # 75 is outside
    low, high = np.quantile(TABLE.numpy()[:, 0], [0.05, 0.95])
    scale = TABLE.numpy()[:, 0].std()
    assert ax.patches[0].get_width() == pytest.approx((high - low) / scale, rel=1e-6)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a (mm): 2", "b (kg): 75"]
    far = plotting.plot_row([2.0, 1e6], TABLE, ["a", "b"])
    assert far.get_xlim()[1] > far.lines[1].get_xdata()[0]


def test_a_constant_column_divides_by_no_zero():
    ax = plotting.plot_row([1.0], torch.ones(3, 1), ["a"])
    assert np.isfinite(ax.lines[0].get_xdata()).all()


@pytest.mark.parametrize(
    ("row", "table", "names"),
    [
        ([1.0], TABLE, ["a", "b"]),
        ([1.0, 2.0], TABLE, ["a"]),
        ([1.0, 2.0], TABLE[:1], ["a", "b"]),
        ([1.0], TABLE[:, 0], ["a"]),
    ],
)
def test_a_row_needs_its_table(row, table, names):
    with pytest.raises(ValueError, match="plot_row"):
        plotting.plot_row(row, table, names)


def test_chances_are_bars_in_the_colour_of_the_called_class():
    ax = plotting.plot_chances({"net": 1.0, "line": 0.379, "none": 0.0})
    assert [bar.get_width() for bar in ax.patches] == [1.0, 0.379, 0.0]
    assert [t.get_text() for t in ax.texts] == ["1.000", "0.379", "0.000"]
    colors = [to_rgb(bar.get_facecolor()) for bar in ax.patches]
    assert colors == [to_rgb(CLASS_COLORS[k]) for k in (1, 0, 0)]
    assert COLORS["blue"] == CLASS_COLORS[0]
    for wrong in ({}, {"a": 1.2}, {"a": math.nan}):
        with pytest.raises(ValueError, match="plot_chances"):
            plotting.plot_chances(wrong)
