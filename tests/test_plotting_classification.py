"""The figures of two-feature classifiers hold the numbers of the model they draw."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba
from torch import nn

from course_utils import plotting
from course_utils.plotting.style import CLASS_COLORS

X = torch.tensor([[0.0, 0.0], [4.0, 1.0], [2.0, 2.0], [3.0, 0.5]])
Y = torch.tensor([[0.0], [1.0], [0.0], [1.0]])


def line_through(slope: float, offset: float = 0.0):
    """Logits of the class below the line x2 = slope x1 + offset."""
    return lambda X: slope * X[:, :1] + offset - X[:, 1:]


def boundary_points(ax):
    """Vertices of all contour lines on the Axes."""
    paths = [
        path
        for c in ax.collections
        if type(c).__name__ == "QuadContourSet"
        for path in c.get_paths()
    ]
    return np.concatenate([p.vertices for p in paths]) if paths else np.empty((0, 2))


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_points(X, Y, **kw),
        lambda **kw: plotting.plot_decision_boundary(line_through(1.0), X, Y, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax
    plt.close("all")


def test_each_class_has_its_points_its_colour_and_its_name():
    ax = plotting.plot_points(X, Y, class_names=("no", "yes"), feature_names=("a (cm)", "b (g)"))
    for k, cloud in enumerate(ax.collections):
        np.testing.assert_allclose(cloud.get_offsets(), X[Y[:, 0] == k])
        assert tuple(cloud.get_facecolor()[0]) == to_rgba(CLASS_COLORS[k])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["no", "yes"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a (cm)", "b (g)")
    plt.close("all")


def test_points_take_class_numbers_and_twelve_classes():
    many = torch.arange(12)
    ax = plotting.plot_points(torch.randn(12, 2), many, legend=False)
    assert len(ax.collections) == 12
    assert ax.get_legend() is None
    plt.close("all")


def test_the_boundary_lies_where_the_logit_is_zero():
    ax = plotting.plot_decision_boundary(line_through(0.5, 0.2), X)
    points = boundary_points(ax)
    assert len(points) > 10
    np.testing.assert_allclose(points[:, 1], 0.5 * points[:, 0] + 0.2, atol=1e-5)
    plt.close("all")


def test_a_threshold_moves_the_boundary_to_that_logit():
    ax = plotting.plot_decision_boundary(line_through(0.5), X, threshold=0.3)
    points = boundary_points(ax)
    np.testing.assert_allclose(0.5 * points[:, 0] - points[:, 1], 0.3, atol=1e-5)
    plt.close("all")


def test_the_shading_is_the_probability_of_class_1_and_stands_the_right_way_up():
    ax = plotting.plot_decision_boundary(line_through(1.0), X, limits=(-1, 3, -2, 2), resolution=5)
    image = ax.images[0]
    shown = np.asarray(image.get_array())
    across, up = np.meshgrid(np.linspace(-1, 3, 5), np.linspace(-2, 2, 5))
    np.testing.assert_allclose(shown, 1 / (1 + np.exp(-(across - up))), rtol=1e-5)
    assert image.origin == "lower"
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert image.get_extent() == [-1, 3, -2, 2]
    plt.close("all")


def test_with_k_logits_the_winner_gives_the_colour_and_boundaries_are_ties():
    centres = torch.tensor([[0.0, 0.0], [4.0, 0.0], [2.0, 4.0]])
    model = nn.Linear(2, 3)
    with torch.no_grad():  # the logits of the nearest centre are the largest
        model.weight.copy_(2 * centres)
        model.bias.copy_(-(centres**2).sum(dim=1))
    ax = plotting.plot_decision_boundary(model, centres, torch.arange(3), resolution=61)
    logits = model(torch.tensor(boundary_points(ax), dtype=torch.float32))
    best_two = logits.topk(2, dim=1).values
    assert (best_two[:, 0] - best_two[:, 1]).abs().max() < 1e-3 * 30
    left, right, bottom, top = ax.images[0].get_extent()
    colours = np.asarray(ax.images[0].get_array())
    for k, (x, y) in enumerate(centres.tolist()):
        row, col = (
            round((y - bottom) / (top - bottom) * 60),
            round((x - left) / (right - left) * 60),
        )
        full = np.array(to_rgba(CLASS_COLORS[k])[:3])
        np.testing.assert_allclose(colours[row, col], 1 + 0.55 * (full - 1), atol=0.02)
    plt.close("all")


def test_two_logits_and_their_difference_draw_the_same_boundary():
    two = plotting.plot_decision_boundary(
        lambda X: torch.cat([X[:, 1:], X[:, :1]], dim=1), X, resolution=40
    )
    one = plotting.plot_decision_boundary(line_through(1.0), X, resolution=40)
    np.testing.assert_allclose(
        np.ptp(boundary_points(two), axis=0), np.ptp(boundary_points(one), axis=0), atol=1e-4
    )
    plt.close("all")


def test_the_model_sees_the_grid_once_in_evaluation_mode_and_is_left_as_it_was():
    seen = []

    class Spy(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.frozen = nn.Linear(2, 1), nn.Dropout(0.5)

        def forward(self, X):
            seen.append((len(X), self.training, self.frozen.training, torch.is_grad_enabled()))
            return self.linear(X)

    model = Spy()
    model.frozen.eval()
    state = torch.get_rng_state()
    plotting.plot_decision_boundary(model, X, resolution=30)
    assert seen == [(900, False, False, False)]
    assert model.training
    assert model.linear.training
    assert not model.frozen.training
    assert torch.equal(torch.get_rng_state(), state)
    plt.close("all")


def test_a_model_that_fails_is_still_put_back_into_training_mode():
    model = nn.Sequential(nn.Linear(3, 1))
    with pytest.raises(RuntimeError):
        plotting.plot_decision_boundary(model, X)
    assert model.training
    plt.close("all")


def test_a_model_that_never_changes_its_mind_draws_no_line():
    ax = plotting.plot_decision_boundary(lambda X: torch.full((len(X), 1), 3.0), X, Y)
    assert len(boundary_points(ax)) == 0
    plt.close("all")


def test_one_sample_or_a_constant_feature_still_leaves_room():
    ax = plotting.plot_decision_boundary(line_through(1.0), torch.tensor([[1.0, 2.0]]))
    assert ax.get_xlim() == (0.5, 1.5)
    assert ax.get_ylim() == (1.5, 2.5)
    plt.close("all")


def test_the_colour_bar_is_there_on_request_only():
    assert len(plotting.plot_decision_boundary(line_through(1.0), X).figure.axes) == 1
    with_bar = plotting.plot_decision_boundary(line_through(1.0), X, colorbar=True).figure.axes
    assert [ax.get_ylabel() for ax in with_bar] == ["$x_2$", "P(class 1)"]
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plotting.plot_points(X[:, :1], Y), "two features"),
        (lambda: plotting.plot_points([[1, 2]], Y), "not list"),
        (lambda: plotting.plot_points(X[:0], Y[:0]), "two features"),
        (lambda: plotting.plot_points(X, Y[:2]), "class number"),
        (lambda: plotting.plot_points(X, Y + 0.5), "class number"),
        (lambda: plotting.plot_points(X, Y - 1), "class number"),
        (lambda: plotting.plot_decision_boundary(lambda X: X[:, 0], X), r"reshape\(-1, 1\)"),
        (lambda: plotting.plot_decision_boundary(lambda X: 1.0, X), "returned float"),
        (lambda: plotting.plot_decision_boundary(lambda X: X[:, :1] / 0, X), "diverge"),
        (lambda: plotting.plot_decision_boundary(nn.Linear(2, 1), X, resolution=1), "resolution"),
        (
            lambda: plotting.plot_decision_boundary(nn.Linear(2, 1), X, limits=(1, 0, 0, 1)),
            "limits",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
    plt.close("all")
