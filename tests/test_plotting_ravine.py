"""The ravine counts the steps that torch takes, and draws what can be drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_utils.plotting import plot_ravine


def steps_by_torch(lr, momentum, nesterov, start, steepness=25.0, within=1e-4):
    w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    curvature = torch.tensor([1.0, steepness], dtype=torch.float64)
    sgd = torch.optim.SGD([w], lr=lr, momentum=momentum, nesterov=nesterov)
    for step in range(1001):
        if w.detach().norm() < within:
            return f"{step} steps"
        w.grad = curvature * w.detach()
        sgd.step()
    return "does not arrive"


@pytest.mark.parametrize("lr", [0.001, 0.04, 0.07, 0.0799, 0.1, 0.2])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.5, False), (0.9, False), (0.9, True)])
def test_the_ravine_counts_the_steps_of_torch(lr, momentum, nesterov):
    start = (1.0, 0.3)
    ax = plot_ravine(lr, momentum, nesterov=nesterov, start=start)
    name = "Nesterov" if nesterov else "momentum"
    assert ax.get_legend_handles_labels()[1] == [
        f"plain: {steps_by_torch(lr, 0.0, False, start)}",
        f"{name} {momentum:g}: {steps_by_torch(lr, momentum, nesterov, start)}",
        "minimum",
    ]


def test_the_ravine_draws_only_finite_points_however_it_diverges():
    ax = plot_ravine(5.0, 0.99, steepness=200.0)
    for line in ax.get_lines():
        assert np.isfinite(line.get_xydata()).all()
    ax.figure.draw_without_rendering()


def test_without_momentum_the_ravine_has_one_path():
    labels = plot_ravine(0.04, 0.0).get_legend_handles_labels()[1]
    assert labels == ["plain: 226 steps", "minimum"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lr": 0.0}, "positive lr"),
        ({"lr": -0.1}, "positive lr"),
        ({"steepness": 0.0}, "positive lr"),
        ({"within": 0.0}, "positive lr"),
        ({"momentum": 1.0}, "momentum is a share"),
        ({"momentum": -0.1}, "momentum is a share"),
    ],
)
def test_the_ravine_refuses_nonsense(values, message):
    with pytest.raises(ValueError, match=message):
        plot_ravine(**values)
