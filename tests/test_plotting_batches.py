"""The batch calculator counts right; seen and unseen numbers stand where they belong."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.axes import Axes

from course_utils import batches
from course_utils.plotting import plot_batches, plot_gap, plot_range_test


def rectangles(ax: Axes) -> list[tuple[float, float]]:
    """Left and right end of every batch that is drawn."""
    paths = [path for collection in ax.collections for path in collection.get_paths()]
    return sorted((p.get_extents().x0, p.get_extents().x1) for p in paths)


@pytest.mark.parametrize(
    ("n", "batch_size"), [(759, 32), (2000, 500), (1600, 64), (10, 10), (3, 8), (7, 1), (121, 1)]
)
def test_the_batches_drawn_are_those_of_a_data_loader(n, batch_size):
    X = torch.zeros(n, 1)
    sizes = [len(batch) for batch, _ in batches(X, X, batch_size)]
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    drawn = rectangles(plot_batches(n, batch_size))
    assert [right for _, right in drawn] == pytest.approx(ends)
    assert [left for left, _ in drawn] == pytest.approx([0, *ends[:-1]])


@pytest.mark.parametrize(
    ("n", "batch_size", "epochs", "iterations", "updates"),
    [
        (2000, 500, 1, "4 iterations", "4 updates"),
        (759, 32, 100, "24 iterations", "2,400 updates"),
        (1600, 64, 3, "25 iterations", "75 updates"),
        (10_000, 50, 10, "200 iterations", "2,000 updates"),
        (759, 759, 1000, "1 iteration", "1,000 updates"),
        (1, 1, 1, "1 iteration", "1 updates"),
        (100_000, 1, 1, "100,000 iterations", "100,000 updates"),
    ],
)
def test_the_title_does_the_arithmetic(n, batch_size, epochs, iterations, updates):
    title = plot_batches(n, batch_size, epochs).get_title()
    assert f"= {iterations} per epoch" in title
    assert title.endswith(f"= {updates}")


def test_a_short_last_batch_is_hatched_and_named():
    ax = plot_batches(759, 32)
    assert [c.get_hatch() for c in ax.collections] == [None, "///"]
    assert "has 23 samples" in ax.get_xlabel()
    even = plot_batches(64, 32)
    assert [c.get_hatch() for c in even.collections] == [None]
    assert "hatched" not in even.get_xlabel()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 32, 1), "n must be a whole number"),
        ((759, 0, 1), "batch_size must be a whole number"),
        ((759, 32.0, 1), "batch_size must be a whole number"),
        ((759, 32, -1), "epochs must be a whole number"),
        ((100_001, 32, 1), "up to 100,000"),
    ],
)
def test_the_calculator_refuses_what_it_cannot_count(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_batches(*arguments)


def test_the_gap_is_sorted_by_the_training_number_and_keeps_pairs():
    ax = plot_gap(["a", "b", "c"], [0.2, 0.9, 0.5], torch.tensor([0.8, 0.7, 0.6]))
    train, test = ax.get_lines()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "c", "a"]
    assert train.get_xdata().tolist() == [0.9, 0.5, 0.2]
    assert test.get_xdata() == pytest.approx([0.7, 0.6, 0.8])
    assert train.get_ydata().tolist() == test.get_ydata().tolist() == [0, 1, 2]
    assert ax.yaxis_inverted()
    bars = sorted(segment[:, 0].tolist() for segment in ax.collections[0].get_segments())
    assert bars == [
        pytest.approx([0.2, 0.8]),
        pytest.approx([0.5, 0.6]),
        pytest.approx([0.9, 0.7]),
    ]


@pytest.mark.parametrize("numbers", [([], [], []), (["a"], [1.0, 2.0], [1.0]), (["a"], [1.0], [])])
def test_the_gap_needs_as_many_numbers_as_names(numbers):
    with pytest.raises(ValueError, match="as many of each"):
        plot_gap(*numbers)


def test_the_range_test_draws_losses_against_rates_and_marks_both():
    ax = plot_range_test([0.01, 0.1, 1.0, 10.0], [0.8, 0.6, 0.5, 0.7], jump=10.0, pick=2.04)
    curve, pick, jump = ax.get_lines()
    assert curve.get_xdata().tolist() == [0.01, 0.1, 1.0, 10.0]
    assert curve.get_ydata().tolist() == [0.8, 0.6, 0.5, 0.7]
    assert set(pick.get_xdata()) == {2.04}
    assert set(jump.get_xdata()) == {10.0}
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["take 2", "the loss jumps at 10"]
    assert ax.patches[0].get_hatch() == "//"


def test_an_exploding_range_test_stays_inside_the_picture():
    for last in (50.0, math.inf, math.nan):
        ax = plot_range_test([0.01, 0.1, 1.0], [0.8, 0.5, last], jump=1.0)
        heights = ax.get_lines()[0].get_ydata()
        assert heights[:2].tolist() == [0.8, 0.5]
        assert heights[2] == pytest.approx(ax.get_ylim()[1])
        ax.figure.draw_without_rendering()
    plot_range_test([0.1], [math.nan]).figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("rates", "losses", "message"),
    [([0.1], [1.0, 2.0], "1 rates and 2"), ([], [], "0 rates"), ([0.0], [1.0], "positive")],
)
def test_the_range_test_refuses_nonsense(rates, losses, message):
    with pytest.raises(ValueError, match=message):
        plot_range_test(rates, losses)


def test_the_arithmetic_is_the_ceiling_of_the_quotient():
    for n in range(1, 40):
        for batch_size in range(1, 45):
            assert len(rectangles(plot_batches(n, batch_size))) == math.ceil(n / batch_size)
            plt.close("all")
            if batch_size > n:
                break
        if n > 12:
            break
