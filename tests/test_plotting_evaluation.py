"""ROC, precision–recall, calibration and thresholds show what scikit-learn and hands compute."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from course_utils import accuracy, plotting, precision, recall

DRAWERS = {
    "roc": lambda z, y, **kw: plotting.plot_roc({"m": z}, y, **kw),
    "precision_recall": lambda z, y, **kw: plotting.plot_precision_recall({"m": z}, y, **kw),
    "calibration": lambda z, y, **kw: plotting.plot_calibration({"m": z}, y, **kw),
    "threshold": lambda z, y, **kw: plotting.plot_threshold(z, y, **kw),
}


def scores(n=200, ties=False):
    y = (torch.rand(n, 1) > 0.7).float()
    z = torch.randn(n, 1) + y
    return (z * 2).round() / 2 if ties else z, y


@pytest.mark.parametrize("draw", DRAWERS.values(), ids=DRAWERS)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(*scores(), ax=ax) is ax
    assert draw(*scores()) is not ax


@pytest.mark.parametrize("draw", DRAWERS.values(), ids=DRAWERS)
@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        (torch.zeros(4, 2), torch.tensor([[0.0], [1.0], [0.0], [1.0]]), r"\(N, 1\)"),
        (torch.zeros(3, 1), torch.zeros(3, 1), "both classes"),
        (torch.zeros(3, 1), torch.ones(3, 1), "both classes"),
    ],
)
def test_what_cannot_be_judged_is_refused(draw, z, y, message):
    with pytest.raises(ValueError, match=message):
        draw(z, y)


@pytest.mark.parametrize("draw", [plotting.plot_roc, plotting.plot_precision_recall])
def test_models_come_by_name(draw):
    z, y = scores()
    for wrong in ({}, z):
        with pytest.raises(ValueError, match="models must be"):
            draw(wrong, y)
    with pytest.raises(ValueError, match="between 0 and 1"):
        draw({"m": z}, y, marks=(1.0,))


@pytest.mark.parametrize("ties", [False, True])
def test_the_roc_curve_and_its_area_are_scikit_learns(ties):
    z, y = scores(ties=ties)
    ax = plotting.plot_roc({"m": z}, y)
    fpr, tpr, _ = roc_curve(y.flatten(), z.flatten(), drop_intermediate=False)
    np.testing.assert_allclose(ax.lines[1].get_xdata(), fpr)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), tpr)
    area = roc_auc_score(y.flatten(), z.flatten())
    assert ax.get_legend_handles_labels()[1][1] == f"m: area {area:.2f}"


@pytest.mark.parametrize("ties", [False, True])
def test_the_precision_recall_curve_is_scikit_learns(ties):
    z, y = scores(ties=ties)
    ax = plotting.plot_precision_recall({"m": z}, y)
    p, r, _ = precision_recall_curve(y.flatten(), z.flatten())
    np.testing.assert_allclose(ax.lines[1].get_xdata(), r[:-1][::-1])  # its last point is made up
    np.testing.assert_allclose(ax.lines[1].get_ydata(), p[:-1][::-1])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), y.mean(), rtol=1e-6)


@pytest.mark.parametrize("mark", [0.2, 0.5, 0.8])
def test_marks_sit_where_the_metrics_say(mark):
    z, y = scores()
    t = math.log(mark / (1 - mark))
    found, right = recall(z, y, threshold=t), precision(z, y, threshold=t)
    alarms = ((z > t) & (y == 0)).sum().item() / (y == 0).sum().item()
    roc = plotting.plot_roc({"m": z}, y, marks=(mark,)).lines[-1]
    assert [*roc.get_xdata(), *roc.get_ydata()] == pytest.approx([alarms, found])
    both = plotting.plot_precision_recall({"m": z}, y, marks=(mark,)).lines[-1]
    assert [*both.get_xdata(), *both.get_ydata()] == pytest.approx([found, right])


def test_calibration_marks_are_means_of_their_bins_and_as_large_as_their_share():
    p = torch.tensor([0.1, 0.2, 0.3, 0.7, 1.0])
    y = torch.tensor([[0.0], [0.0], [1.0], [0.0], [1.0]])
    z = torch.logit(p.clamp(max=1 - 1e-7)).reshape(-1, 1)
    ax = plotting.plot_calibration({"m": z}, y, bins=2)
    places = ax.collections[0].get_offsets()
    np.testing.assert_allclose(places, [[0.2, 1 / 3], [0.85, 0.5]], atol=1e-6)
    np.testing.assert_allclose(ax.collections[0].get_sizes(), [20 + 360, 20 + 240])
    with pytest.raises(ValueError, match="2 or more bins"):
        plotting.plot_calibration({"m": z}, y, bins=1)


@pytest.mark.parametrize("threshold", [0.02, 0.5, 0.8])
def test_the_title_holds_accuracy_precision_recall(threshold):
    z, y = scores()
    t = math.log(threshold / (1 - threshold))
    three = [metric(z, y, threshold=t) for metric in (accuracy, precision, recall)]
    title = plotting.plot_threshold(z, y, threshold).get_title()
    assert title == "accuracy {:.2f}, precision {:.2f}, recall {:.2f}".format(*three)


def test_nobody_called_has_no_precision():
    z, y = torch.tensor([[-2.0], [-1.0]]), torch.tensor([[0.0], [1.0]])
    assert "precision none" in plotting.plot_threshold(z, y).get_title()
    for wrong in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="strictly between"):
            plotting.plot_threshold(z, y, wrong)
