"""The loss over two directions of the weights, against one network at a time."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.func import functional_call

from course_utils import MLP, LinearRegression, LogisticRegression, plotting

U, V = torch.linspace(-2, 2, 7), torch.linspace(-1, 3, 5)


def random_move(model, only=""):
    return {n: torch.randn_like(p) for n, p in model.named_parameters() if only in n}


def one_by_one(model, data, directions, loss_fn):
    """The oracle: a network for each point, in a double loop."""
    (X, y), (first, second) = data, directions
    rows = []
    for v in V:
        for u in U:
            moved = {name: p.detach().clone() for name, p in model.named_parameters()}
            for step, direction in ((u, first), (v, second)):
                for name, move in direction.items():
                    moved[name] += step * move
            rows.append(loss_fn(functional_call(model, moved, (X,)), y))
    return torch.stack(rows).reshape(len(V), len(U)).detach()


CASES = {
    "all weights": (lambda: MLP(3, 5, 4, 1), ("", ""), nn.MSELoss()),
    "sum": (lambda: MLP(3, 5, 1, activation=nn.Tanh), ("", ""), nn.MSELoss(reduction="sum")),
    "first against last": (lambda: MLP(3, 5, 4, 1), ("layers.0", "layers.4"), nn.MSELoss()),
    "last layer only": (lambda: MLP(3, 5, 1), ("layers.2.weight", "layers.2.bias"), nn.L1Loss()),
    "biases": (lambda: MLP(3, 5, 1), ("bias", "bias"), nn.MSELoss()),
    "a line": (lambda: LinearRegression(3), ("weight", "bias"), nn.MSELoss()),
    "without bias": (lambda: nn.Linear(3, 1, bias=False), ("", ""), nn.MSELoss()),
    "logits": (lambda: MLP(3, 6, 1, activation=nn.Sigmoid), ("", ""), nn.BCEWithLogitsLoss()),
    "classes": (lambda: LogisticRegression(3, 4), ("", ""), nn.CrossEntropyLoss()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("rows", [1, 11])
def test_the_grid_equals_one_network_at_a_time(name, rows):
    make, names, loss_fn = CASES[name]
    model = make()
    X = torch.randn(rows, 3)
    y = (torch.rand(rows, 1) > 0.5).float() if name != "classes" else torch.randint(4, (rows,))
    directions = tuple(random_move(model, only) for only in names)
    grid = plotting.loss_grid(model, (X, y), directions, loss_fn=loss_fn, u=U, v=V)
    torch.testing.assert_close(grid, one_by_one(model, (X, y), directions, loss_fn))


def test_chunks_do_not_change_the_grid(monkeypatch):
    model, data = MLP(3, 5, 1), (torch.randn(9, 3), torch.randn(9, 1))
    directions = random_move(model), random_move(model)
    options = {"loss_fn": nn.MSELoss(), "u": U, "v": V}
    whole = plotting.loss_grid(model, data, directions, **options)
    monkeypatch.setattr("course_utils.plotting.surfaces._CHUNK", 1)
    torch.testing.assert_close(plotting.loss_grid(model, data, directions, **options), whole)


def test_the_model_is_left_as_it_was():
    model, data = MLP(2, 3, 1), (torch.randn(4, 2), torch.randn(4, 1))
    before = [p.detach().clone() for p in model.parameters()]
    directions = random_move(model), random_move(model)
    plotting.plot_loss_surface(model, data, directions, loss_fn=nn.MSELoss(), resolution=5)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert all(p.grad is None for p in model.parameters())


def test_draws_into_the_given_axes_or_makes_its_own():
    model, data = LinearRegression(1), (torch.ones(3, 1), torch.ones(3, 1))
    move = {"linear.weight": torch.ones(1, 1)}, {"linear.bias": torch.ones(1)}
    _, ax = plt.subplots()
    options = {"loss_fn": nn.MSELoss(), "resolution": 9, "marks": {"here": (0, 0), "there": (1, 1)}}
    assert plotting.plot_loss_surface(model, data, move, ax=ax, **options) is ax
    assert [t.get_text() for t in ax.texts] == ["here", "there"]
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[0, 0]], [[1, 1]]]
    assert plotting.plot_loss_surface(model, data, move, **options) is not ax


def test_bad_input_is_refused_in_words():
    model, data = MLP(2, 3, 1), (torch.randn(4, 2), torch.randn(4, 1))
    good = random_move(model), random_move(model)
    steps = {"u": U, "v": V}
    with pytest.raises(ValueError, match="no parameter 'W1'; it has layers.0.weight"):
        plotting.loss_grid(model, data, ({"W1": U}, good[1]), loss_fn=nn.MSELoss(), **steps)
    bad = {"layers.0.weight": U}
    with pytest.raises(ValueError, match=r"has shape \(7,\); the parameter has \(3, 2\)"):
        plotting.loss_grid(model, data, (bad, good[1]), loss_fn=nn.MSELoss(), **steps)
    with pytest.raises(ValueError, match="averages or sums"):
        plotting.loss_grid(model, data, good, loss_fn=nn.MSELoss(reduction="none"), **steps)
    with pytest.raises(ValueError, match="directions that move a parameter"):
        plotting.loss_grid(model, data, ({}, {}), loss_fn=nn.MSELoss(), **steps)
    with pytest.raises(ValueError, match="resolution must be 2"):
        plotting.plot_loss_surface(model, data, good, loss_fn=nn.MSELoss(), resolution=1)
    normed = MLP(2, 3, 1, batch_norm=True)
    moves = random_move(normed), random_move(normed)
    with pytest.raises(ValueError, match="BatchNorm1d"):
        plotting.loss_grid(normed, data, moves, loss_fn=nn.MSELoss(), **steps)
