"""Figures of lecture 09: the artists hold the right numbers, bad input is refused."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_utils import History
from course_utils.plotting import plot_best_epoch, plot_dropout, plot_errors


def run(train, val, key="loss"):
    history = History()
    for epoch, (a, b) in enumerate(zip(train, val, strict=True), start=1):
        history.append({"epoch": epoch, key: a, f"val_{key}": b})
    return history


def test_the_best_epoch_is_marked_on_the_validation_curve():
    ax = plot_best_epoch(run([3, 2, 1, 0.5], [3, 2.5, 2, 2.2]))
    train, held_out, mark, line = ax.get_lines()
    assert train.get_ydata().tolist() == [3, 2, 1, 0.5]
    assert held_out.get_ydata().tolist() == [3, 2.5, 2, 2.2]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (3, 2)
    assert line.get_xdata()[0] == 3
    assert ax.get_title() == "best epoch: 3 of 4"
    shade = ax.patches[0].get_bbox()
    assert (shade.x0, shade.x1) == (3, 4)


def test_the_largest_accuracy_is_best():
    history = run([0.5, 0.6, 0.9], [0.5, 0.7, 0.6], "accuracy")
    ax = plot_best_epoch(history, "accuracy", largest=True, legend=False)
    assert ax.get_title() == "best epoch: 2 of 3"
    assert ax.get_legend() is None


@pytest.mark.parametrize("logy", [False, True])
def test_a_run_of_one_epoch_can_be_drawn(logy):
    ax = plot_best_epoch(run([1.0], [2.0]), logy=logy)
    assert ax.get_yscale() == ("log" if logy else "linear")
    ax.figure.canvas.draw()


def test_a_run_without_validation_is_refused():
    history = History()
    history.append({"epoch": 1, "loss": 1.0})
    with pytest.raises(KeyError, match="val_loss"):
        plot_best_epoch(history)


def test_errors_show_median_and_middle_half_and_mark_the_best():
    rng = np.random.default_rng(0)
    train, held_out = rng.random((9, 4)), 1 + rng.random((9, 4))
    ax = plot_errors([1, 2, 4, 8], train, torch.tensor(held_out), logx=True)
    first, second, mark = ax.get_lines()
    assert np.allclose(first.get_ydata(), np.median(train, axis=0))
    assert np.allclose(second.get_ydata(), np.median(held_out, axis=0))
    at = np.median(held_out, axis=0).argmin()
    assert mark.get_xdata()[0] == [1, 2, 4, 8][at]
    band = ax.collections[1].get_paths()[0].vertices[:, 1]
    low, high = np.quantile(held_out, [0.25, 0.75], axis=0)
    assert np.isclose(band.min(), low.min())
    assert np.isclose(band.max(), high.max())


def test_single_trials_have_no_band_and_need_no_mark():
    ax = plot_errors([1, 2], [1.0, 2.0], [2.0, 3.0], best=False, logy=True)
    assert len(ax.get_lines()) == 2
    assert not ax.collections


def test_errors_and_settings_must_agree():
    with pytest.raises(ValueError, match="'validation' has 3 errors for 2 settings"):
        plot_errors([1, 2], [1.0, 2.0], [1.0, 2.0, 3.0])


def test_dropped_units_lose_their_weights():
    ax = plot_dropout((3, 4, 2), [torch.tensor([2.0, 0.0, 0.0, 2.0])])
    lines = [line for line in ax.get_lines() if len(line.get_xdata()) == 2]
    crosses = [line for line in ax.get_lines() if line.get_marker() == "x"]
    assert len(lines) == 3 * 2 + 2 * 2
    assert len(crosses) == 2
    assert len(ax.patches) == 9
    assert ax.get_title() == "10 of 20 weights in use"


def test_a_network_may_lose_all_or_nothing():
    assert plot_dropout((2, 3, 1), [[0, 0, 0]]).get_title() == "0 of 9 weights in use"
    assert plot_dropout((2, 3, 1), [[1, 1, 1]]).get_title() == "9 of 9 weights in use"


@pytest.mark.parametrize(("widths", "kept"), [((2, 3, 1), [[1, 0]]), ((2, 11, 1), [[1] * 11])])
def test_masks_that_do_not_fit_are_refused(widths, kept):
    with pytest.raises(ValueError, match="hidden layers of"):
        plot_dropout(widths, kept)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")
