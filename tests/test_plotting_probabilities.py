"""Curves, histograms and tables of probabilities show the values they are given."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_utils import plotting
from course_utils.plotting.probabilities import _crossings

X = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
Y = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
COUNTS = torch.tensor([[8, 2], [0, 5]])


def straight(X):
    """Logits of a model whose boundary is at 2.4."""
    return 2.5 * X - 6


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_sigmoid_fit(straight, X, Y, **kw),
        lambda **kw: plotting.plot_penalty(**kw),
        lambda **kw: plotting.plot_confusion(COUNTS, **kw),
        lambda **kw: plotting.plot_scores(straight(X), Y, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax
    plt.close("all")


def test_the_curve_is_the_probability_and_the_boundary_is_minus_b_over_w():
    ax = plotting.plot_sigmoid_fit(straight, X, Y, label="fit", class_names=("no", "yes"))
    x, p = ax.lines[0].get_data()
    np.testing.assert_allclose(p, 1 / (1 + np.exp(6 - 2.5 * x)), rtol=1e-4)
    assert ax.texts[0].get_text() == "50 % at 2.40"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["fit", "no", "yes"]
    no, yes = ax.lines[-2:]
    assert no.get_xdata().tolist() == [1, 2]
    assert yes.get_xdata().tolist() == [3, 4]
    assert set(yes.get_ydata()) == {1}
    plt.close("all")


def test_the_curve_takes_the_dashes_it_is_given():
    ax = plotting.plot_sigmoid_fit(straight, X, linestyle="-.")
    assert ax.lines[0].get_linestyle() == "-."
    plt.close("all")


def test_a_boundary_out_of_sight_is_not_marked():
    assert not plotting.plot_sigmoid_fit(lambda X: X + 50, X).texts
    assert not plotting.plot_sigmoid_fit(straight, X, boundary=False).texts
    plt.close("all")


def test_crossings_are_found_between_and_on_grid_points():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    assert _crossings(x, np.array([-1, 1, 1, -3], dtype=np.float32)) == [0.5, 2.25]
    assert _crossings(x, np.array([-1, 0, 1, 2], dtype=np.float32)) == [1.0]


def test_penalties_are_minus_the_logarithm_of_what_the_truth_was_given():
    ax = plotting.plot_penalty(mark=0.2)
    (p, yes), (q, no) = (line.get_data() for line in ax.lines if len(line.get_xdata()) > 2)
    np.testing.assert_allclose(yes, -np.log(p))
    np.testing.assert_allclose(no, -np.log(1 - q))
    assert [t.get_text() for t in ax.texts] == [f"{-math.log(0.2):.3f}", f"{-math.log(0.8):.3f}"]
    plt.close("all")


@pytest.mark.parametrize("mark", [0.1, 0.2, 0.8, 0.9])
def test_away_from_the_crossing_no_penalty_is_struck_through_by_a_curve(mark):
    ax = plotting.plot_penalty(mark=mark)
    ax.figure.canvas.draw()
    curves = [line for line in ax.lines if len(line.get_xdata()) > 2]
    for text in ax.texts:
        box = text.get_window_extent()
        for curve in curves:
            x, y = ax.transData.transform(curve.get_xydata()).T
            inside = (box.x0 < x) & (x < box.x1) & (box.y0 < y) & (y < box.y1)
            assert not inside.any()
    plt.close("all")


def test_confusion_shows_counts_and_shares_of_the_true_class():
    ax = plotting.plot_confusion(COUNTS, class_names=("no", "yes"))
    assert [t.get_text() for t in ax.texts] == ["8\n80 %", "2\n20 %", "0\n0 %", "5\n100 %"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["no", "yes"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    plt.close("all")


def test_confusion_of_ten_classes_or_of_an_absent_class():
    assert plotting.plot_confusion(torch.eye(10).long()).texts[0].get_text() == "1"
    absent = plotting.plot_confusion(torch.tensor([[0, 0], [1, 3]]))
    assert absent.texts[0].get_text() == "0\n0 %"
    plt.close("all")


def test_scores_count_every_sample_once():
    logits = torch.tensor([[-3.0], [-1.0], [0.5], [4.0], [1.0]])
    y = torch.tensor([[0.0], [1.0], [0.0], [1.0], [1.0]])
    ax = plotting.plot_scores(logits, y, bins=4, threshold=0.3)
    heights = [sum_of_bars(patch, bins=4) for patch in ax.patches]
    assert heights == [2, 3]
    assert ax.lines[0].get_xdata()[0] == 0.3
    assert not plotting.plot_scores(logits, y, threshold=None).lines
    plt.close("all")


def sum_of_bars(outline, bins):
    x, height = np.asarray(outline.get_xy()).T
    return round(sum(height[np.searchsorted(x[: 2 * bins + 1], c)] for c in centres(bins)))


def centres(bins):
    return (np.arange(bins) + 0.5) / bins


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plotting.plot_sigmoid_fit(straight, X[:, 0]), "one feature"),
        (lambda: plotting.plot_sigmoid_fit(lambda X: X.expand(-1, 2), X), "one logit"),
        (lambda: plotting.plot_sigmoid_fit(straight, X, Y + 0.5), "class number"),
        (lambda: plotting.plot_penalty(mark=1.0), "strictly between"),
        (lambda: plotting.plot_confusion(COUNTS[0]), "square"),
        (lambda: plotting.plot_confusion(-COUNTS), "square"),
        (lambda: plotting.plot_confusion(COUNTS, class_names=("a",)), "1 class names"),
        (lambda: plotting.plot_scores(X[:, 0], Y), "one logit"),
        (lambda: plotting.plot_scores(X, Y[:3]), "class number"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
    plt.close("all")
