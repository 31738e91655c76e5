"""Axes in, Axes out: what all functions that draw have in common."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from torch import nn

from course_utils import History, plotting

X = torch.tensor([[1.0], [2.0], [4.0]])
Y = torch.tensor([[0.0], [0.0], [1.0]])
PLANE = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
LINE = nn.Linear(1, 1)
MOVES = tuple({"weight": torch.ones(1, 1), "bias": torch.tensor([b])} for b in (0.0, 1.0))
SCORES = torch.tensor([[0.0, 1.0], [2.0, 0.0], [0.0, 3.0]])


def bowl(u, v):
    return u**2 + 3 * v**2


def history() -> History:
    run = History()
    for epoch, loss in enumerate([0.7, 0.5], start=1):
        run.append({"epoch": epoch, "loss": loss})
    return run


def watched() -> History:
    run = history()
    for row, value in zip(run.rows, [0.7, 0.8], strict=True):
        row["val_loss"] = value
    return run


# What each function needs at least. Positions first, then names.
BINARY = torch.tensor([[0.0], [0.0], [1.0]])
ARGUMENTS: dict[str, tuple[tuple, dict]] = {
    "plot_activation": (("relu",), {}),
    "plot_activation_facts": (("relu",), {}),
    "plot_batches": ((), {}),
    "plot_best_epoch": ((watched(),), {}),
    "plot_calibration": (({"m": torch.tensor([[-2.0], [0.5], [1.0]])}, BINARY), {}),
    "plot_chances": (({"net": 0.9, "line": 0.4},), {}),
    "plot_confusion": ((torch.tensor([[8, 2], [0, 5]]),), {}),
    "plot_contours": ((bowl, [(1.0, 1.0), (0.5, 0.2)]), {}),
    "plot_curves": ((np.linspace(-1, 1, 5), {"line": np.arange(5.0)}), {}),
    "plot_cycle": ((["forward", "loss", "backward"],), {}),
    "plot_decision_boundary": ((nn.Linear(2, 1), PLANE, XOR), {}),
    "plot_descent": ((lambda w: w**2, [2.0, 1.0, 0.5]), {}),
    "plot_dropout": (((2, 3, 1), [[1, 0, 1]]), {}),
    "plot_errors": (([1, 2], [2.0, 1.0], [2.5, 2.0]), {}),
    "plot_feature_hierarchy": ((), {}),
    "plot_fit": ((X, Y, {"line": (2.0, 0.0)}), {}),
    "plot_floors": (({"run": [1.0, 0.5]}, {"floor": 0.4}), {}),
    "plot_gap": ((["a", "b"], [1.0, 2.0], [3.0, 2.5]), {}),
    "plot_gradient": (((1.0, 1.0), (3.0, 4.0)), {}),
    "plot_gradient_norms": (({"net": [0.1, 1.0]},), {}),
    "plot_graph": (([("x", "p"), ("y", "p")],), {}),
    "plot_hidden_space": ((torch.tanh, PLANE, XOR), {}),
    "plot_hinges": (([0, 1], [1, -2]), {}),
    "plot_history": ((history(),), {}),
    "plot_images": ((torch.rand(4, 3, 5, 5),), {"columns": 2}),
    "plot_layer_shapes": (((2, 3, 1),), {}),
    "plot_learning_rates": (([0.01, 0.1], [1.0, 0.1]), {}),
    "plot_logit_gradient": (([1.0, 2.0], 1), {}),
    "plot_loss_surface": ((LINE, (X, Y), MOVES), {"loss_fn": nn.MSELoss()}),
    "plot_memory": (({"batch 1": {"parameters": 4000.0, "gradients": 100.0}},), {}),
    "plot_mlp_graph": ((), {}),
    "plot_nested_circles": (([("AI", "acts"), ("ML", "learns")],), {}),
    "plot_network": (((8, 20, 3, 1),), {}),
    "plot_neuron": ((), {}),
    "plot_noise": ((X, Y, (2.0, 0.0), 1.0), {}),
    "plot_parts": (({"random": [0, 1, 2, 0]},), {}),
    "plot_patch": (([[1.0, -2.0], [0.5, 0.0]],), {}),
    "plot_penalty": ((), {}),
    "plot_perceptron": ((), {}),
    "plot_points": ((PLANE, XOR), {}),
    "plot_precision_recall": (({"m": torch.tensor([[-2.0], [0.5], [1.0]])}, BINARY), {}),
    "plot_race": ((bowl, {"slow": [(1.5, 1.0), (1.2, 0.7)]}), {}),
    "plot_range_test": (([0.1, 1.0], [0.7, 0.5]), {}),
    "plot_ravine": ((), {}),
    "plot_readings": ((torch.zeros(3, 9), SCORES, torch.tensor([0, 1, 1])), {}),
    "plot_receptive_field": (([("conv", 3, 1), ("pool", 2, 2)],), {}),
    "plot_relu_sum": ((np.sin, 3), {}),
    "plot_residuals": ((X, Y, 2 * X), {}),
    "plot_roc": (({"m": torch.tensor([[-2.0], [0.5], [1.0]])}, BINARY), {}),
    "plot_row": (([1.0, 15.0], torch.tensor([[0.0, 10.0], [2.0, 20.0]]), ["a", "b"]), {}),
    "plot_runs": (({"slow": [0.69, 0.65], "fast": [0.69, 0.47]},), {}),
    "plot_scores": ((X - 2, Y), {}),
    "plot_shape_flow": (([(3, 8, 8), (10,)], ["flatten"]), {}),
    "plot_shapes": (([("X", ("N", 3)), "@", ("w", (3, 1))],), {}),
    "plot_sigmoid_fit": ((LINE, X, Y), {}),
    "plot_softmax": (([1.0, 2.0, 3.0],), {}),
    "plot_spans": (([("data", 0.0, 0.002), ("forward", 0.002, 0.003)],), {}),
    "plot_speedup": (([1, 2, 4], {"run": [1.0, 1.8, 3.0]}), {}),
    "plot_surface": ((bowl,), {}),
    "plot_threshold": ((torch.tensor([[-2.0], [0.5], [1.0]]), BINARY), {}),
    "plot_timeline": (([(1943, "a neuron"), (2012, "a net")],), {}),
    "plot_traces": (({"a": [1.0, 2.0]},), {}),
    "plot_tree": ((("Rain?", [("yes", "umbrella"), ("no", "coat")]),), {}),
    "plot_trials": (({"leaky": [0.9, 1.0], "clean": [0.7]},), {}),
    "plot_unit": (("step",), {}),
    "plot_windows": ((8, 3), {}),
    "plot_zeros": (([0.0, 1.0, 2.0],), {}),
}


def draw(name: str, ax: Axes | None = None) -> Axes:
    positions, names = ARGUMENTS[name]
    return getattr(plotting, name)(*positions, **names, ax=ax)


def numbered(ax: Axes) -> bool:
    """Tell whether the vertical axis has numbers; names of things explain themselves."""
    texts = [label.get_text() for label in ax.get_yticklabels()]
    return any(text.lstrip("−-$")[:1].isdigit() for text in texts)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_function_that_draws_is_tested_here():
    public = {name for name in plotting.__all__ if name.startswith("plot_")}
    assert set(ARGUMENTS) == public, "give the function sample arguments in ARGUMENTS"


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_figure_is_drawn_on_the_axes_it_is_given_and_nowhere_else(name):
    options = {"projection": "3d"} if name == "plot_surface" else {}
    fig, (left, right) = plt.subplots(1, 2, subplot_kw=options)
    untouched, empty = len(left.get_children()), len(right.get_children())
    assert draw(name, right) is right
    assert len(right.get_children()) > empty
    assert len(left.get_children()) == untouched
    assert not left.has_data()
    assert plt.get_fignums() == [fig.number]
    fig.draw_without_rendering()  # warnings are errors


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_figure_makes_its_own_axes_when_it_gets_none(name):
    current = plt.figure()  # must not be drawn into
    ax = draw(name)
    assert isinstance(ax, Axes)
    assert ax.figure is not current
    assert len(plt.get_fignums()) == 2
    assert current.get_children() == [current.patch]
    # An arrow goes onto a figure that has its names; a patch is its numbers.
    if ax.axison and name not in ("plot_gradient", "plot_patch"):
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_title() or not numbered(ax)
    ax.figure.draw_without_rendering()
