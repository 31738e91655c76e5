"""Figures of time and memory hold the numbers they are given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import plot_memory, plot_spans, plot_speedup


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def bars_of(collection):
    """Left, right of each bar of a `broken_barh`."""
    boxes = [path.get_extents() for path in collection.get_paths()]
    return [(round(box.x0, 6), round(box.x1, 6)) for box in boxes]


def test_spans_begin_at_zero_and_keep_their_lengths():
    spans = [("data", 5.0, 5.002), ("forward", 5.002, 5.003), ("data", 5.003, 5.009)]
    ax = plot_spans(spans)
    data, forward = ax.collections
    assert bars_of(data) == [(0, 2), (3, 9)]
    assert bars_of(forward) == [(2, 3)]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["data  89 %", "forward  11 %"]
    assert ax.get_xlim() == pytest.approx((0, 9))


def test_spans_in_seconds_and_microseconds():
    assert plot_spans([("a", 0.0, 2.0)], unit="s").get_xlim() == (0, 2)
    assert plot_spans([("a", 0.0, 2e-6)], unit="µs").get_xlim() == pytest.approx((0, 2))


def test_a_span_of_no_length_is_drawn():
    ax = plot_spans([("a", 1.0, 1.0)])
    assert bars_of(ax.collections[0]) == [(0, 0)]


@pytest.mark.parametrize(
    ("spans", "unit"), [([], "ms"), ([("a", 1, 0)], "ms"), ([("a", 0, 1)], "h")]
)
def test_spans_that_make_no_sense_are_refused(spans, unit):
    with pytest.raises(ValueError, match=r"plot_spans\(\) needs"):
        plot_spans(spans, unit=unit)


def test_memory_is_stacked_and_totalled_in_a_unit_that_fits():
    ax = plot_memory({"a": {"p": 2e6, "g": 1e6}, "b": {"p": 2e6, "acts": 6.5e6}}, limit=9e6)
    found = {c.get_label(): [(b.get_x(), b.get_width()) for b in c] for c in ax.containers}
    assert found == {"p": [(0, 2), (0, 2)], "g": [(2, 1), (2, 0)], "acts": [(3, 0), (2, 6.5)]}
    assert [t.get_text() for t in ax.texts] == ["3 MB", "8.5 MB"]
    assert ax.get_xlabel() == "memory (MB)"
    assert ax.get_lines()[0].get_xdata()[0] == 9


@pytest.mark.parametrize(
    ("size", "text"), [(12, "12 bytes"), (999, "999 bytes"), (4e3, "4 KB"), (3e12, "3,000 GB")]
)
def test_memory_of_any_size_has_a_unit(size, text):
    assert plot_memory({"a": {"p": size}}).texts[0].get_text() == text


@pytest.mark.parametrize("cases", [{}, {"a": {}}, {"a": {"p": -1}}])
def test_memory_without_numbers_is_refused(cases):
    with pytest.raises(ValueError, match=r"plot_memory\(\) needs"):
        plot_memory(cases)


def test_speedup_is_drawn_beside_the_ideal():
    counts = [1, 2, 4]
    ax = plot_speedup(counts, {"run": [1.0, 1.5, 2.0]})
    ideal, run = ax.get_lines()
    assert ideal.get_ydata().tolist() == counts
    assert run.get_ydata().tolist() == [1, 1.5, 2]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    ax.figure.draw_without_rendering()
    assert "2" in [t.get_text() for t in ax.get_xticklabels()]


def test_many_processes_are_a_line_without_markers():
    ax = plot_speedup(np.arange(1, 100), {"run": np.ones(99)})
    assert ax.get_lines()[1].get_marker() in ("", "None")


@pytest.mark.parametrize(
    ("counts", "curves", "words"),
    [
        ([1, 2], {"a": [1.0]}, "needs 2 numbers"),
        ([1, 2], {}, "needs 2 numbers"),
        ([], {"a": []}, "needs 0 numbers"),
        ([0, 1], {"a": [1, 2]}, "positive"),
        ([1, 2], {"a": [1, 0]}, "positive"),
    ],
)
def test_speedups_that_make_no_sense_are_refused(counts, curves, words):
    with pytest.raises(ValueError, match=words):
        plot_speedup(counts, curves)
