"""Races and the ravine show the paths they are given or computed, still and animated."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from course_utils.plotting import animate_race, plot_race, plot_ravine

PATHS = {
    "slow": [(1.5, 1.0), (1.2, 0.7), (0.9, 0.5)],
    "fast": np.array([[1.5, 1.0], [0.1, 0.0]]),
}


def bowl(u, v):
    return u**2 + v**2


def heads(ax: Axes) -> dict[str, list[float]]:
    """Name of each runner and the point where its marker stands."""
    return {
        line.get_label(): line.get_xydata()[-1].tolist()
        for line in ax.get_lines()
        if not line.get_label().startswith("_")
    }


def test_a_race_draws_every_path_to_its_end_with_its_own_look():
    ax = plot_race(bowl, PATHS, minimum=(0.0, 0.0))
    assert heads(ax) == {"minimum": [0, 0], "slow": [0.9, 0.5], "fast": [0.1, 0.0]}
    drawn = [line.get_xydata().tolist() for line in ax.get_lines()]
    for path in PATHS.values():
        assert np.asarray(path).tolist() in drawn
    looks = {
        (line.get_color(), line.get_marker())
        for line in ax.get_lines()
        if line.get_label() in PATHS
    }
    assert len({color for color, _ in looks}) == len({marker for _, marker in looks}) == 2
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["minimum", "slow", "fast"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({}, "1 to 6 paths"),
        ({str(i): [(0, 0)] for i in range(7)}, "not 7"),
        ({"a": [1.0, 2.0]}, "'a' has shape"),
        ({"a": np.empty((0, 2))}, "'a' has shape"),
    ],
)
def test_a_race_refuses_what_it_cannot_draw(paths, message):
    with pytest.raises(ValueError, match=message):
        plot_race(bowl, paths)
    plt.close("all")
    with pytest.raises(ValueError, match=message):
        animate_race(bowl, [paths])
    assert plt.get_fignums() == []


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


def test_an_animated_race_ends_as_the_still_picture_of_the_whole_paths():
    whole = animate_race(bowl, [PATHS], frames=3)
    assert whole.frames.shape[0] == 3
    last = animate_race(bowl, [{name: path[-1:] for name, path in PATHS.items()}], frames=1)
    # the heads stand at the same places; trails and start rings differ
    assert whole.frames[0].shape == last.frames[0].shape
    assert (whole.frames[0] != whole.frames[-1]).any()


def test_a_race_has_no_more_frames_than_steps():
    assert len(animate_race(bowl, [PATHS], frames=50).frames) == 3
    assert len(animate_race(bowl, [PATHS, PATHS], frames=2).frames) == 2


def test_an_animated_race_needs_a_panel():
    with pytest.raises(ValueError, match="at least one panel"):
        animate_race(bowl, [])
