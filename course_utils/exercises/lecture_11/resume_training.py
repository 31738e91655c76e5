"""Exercise of lecture 11: as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.optim.sgd import sgd

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

State = dict[str, Any]
Resume = Callable[[Tensor, Tensor, State, int, float, float, float], State]


def resumed_by_torch(
    X: Tensor, y: Tensor, state: State, epochs: int, lr: float, gamma: float, shrink: float
) -> State:
    """Autograd, and PyTorch's SGD in the functional form."""
    w, v = state["w"].clone(), state["v"].clone()
    options: dict[str, Any] = {"weight_decay": 0.0, "dampening": 0.0, "maximize": False}
    for epoch in range(state["epoch"], epochs):
        w.requires_grad_()
        (g,) = torch.autograd.grad(F.mse_loss(X @ w, y), w)
        w = w.detach()
        rate = lr * shrink**epoch
        sgd([w], [g], [v], foreach=False, lr=rate, momentum=gamma, nesterov=False, **options)
    return {"epoch": max(epochs, state["epoch"]), "w": w, "v": v}


def started(
    change: Callable[[State], State] = dict,
    epochs_of: Callable[[State, int], int] = lambda state, epochs: epochs,
    rate_of: Callable[[State, float, float], float] = lambda state, lr, shrink: lr,
    result: Callable[[State, State], State] = lambda state, new: new,
) -> Resume:
    """The right training from another start, to another end, or told otherwise."""

    def resume(
        X: Tensor, y: Tensor, state: State, epochs: int, lr: float, gamma: float, shrink: float
    ) -> State:
        rate = rate_of(state, lr, shrink)
        begin = change(state)
        new = resumed_by_torch(X, y, begin, epochs_of(state, epochs), rate, gamma, shrink)
        return result(state, new)

    return resume


def loop_like(
    slope: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda X, y, w: (
        2 * X.T @ (X @ w - y) / len(X)
    ),
    velocity: Callable[[Tensor, Tensor, float], Tensor] = lambda v, g, gamma: gamma * v + g,
    in_place: bool = False,
) -> Resume:
    """The loop by hand, with one part exchanged."""

    def resume(
        X: Tensor, y: Tensor, state: State, epochs: int, lr: float, gamma: float, shrink: float
    ) -> State:
        w, v = state["w"], state["v"]
        for epoch in range(state["epoch"], epochs):
            v = velocity(v, slope(X, y, w), gamma)
            w = w.sub_(lr * shrink**epoch * v) if in_place else w - lr * shrink**epoch * v
        return {"epoch": max(epochs, state["epoch"]), "w": w, "v": v}

    return resume


def started_anew(state: State) -> State:
    """A state of epoch 0."""
    zeros = torch.zeros_like(state["w"])
    return {"epoch": 0, "w": zeros, "v": zeros}


def a_line() -> tuple[Tensor, Tensor]:
    """Four rows of two features, the first of them 1."""
    X = torch.tensor([[1.0, 0.5], [1.0, -1.0], [1.0, 2.0], [1.0, 0.0]])
    return X, torch.tensor([[2.0], [-1.0], [4.0], [1.5]])


def saved(epoch: int, *w: float, v: tuple[float, ...]) -> State:
    """A checkpoint."""
    return {"epoch": epoch, "w": torch.tensor(w)[:, None], "v": torch.tensor(v)[:, None]}


def draw_training(generator: Generator) -> Inputs:
    """Data, a state in mid-training, and some epochs to go."""
    n, d = whole(generator, 5, 9), whole(generator, 2, 3)
    X, y, w, v = (
        torch.randn(shape, generator=generator) for shape in ((n, d), (n, 1), (d, 1), (d, 1))
    )
    epoch = whole(generator, 2, 5)
    rates = uniform(generator, 0.03, 0.1), uniform(generator, 0.5, 0.9)
    shrink = uniform(generator, 0.6, 0.9)
    return X, y, {"epoch": epoch, "w": w, "v": v}, epoch + whole(generator, 2, 4), *rates, shrink


RESUME_TRAINING = Exercise(
    id="resume_training",
    title="As if nothing had happened",
    signature="resume_training(X, y, state, epochs, lr, gamma, shrink)",
    points=2,
    minutes=14,
    returns='a dictionary with the keys "epoch", "w" and "v"',
    reference=resumed_by_torch,
    rtol=1e-3,
    atol=1e-5,
    seconds=10.0,  # a process's first torch.optim object loads code for a second or more
    cases=(
        Case(
            "from the start, three epochs",
            lambda: (*a_line(), saved(0, 0.0, 0.0, v=(0.0, 0.0)), 3, 0.1, 0.5, 1.0),
        ),
        Case(
            "after two of five epochs",
            lambda: (*a_line(), saved(2, 0.5, 1.0, v=(-1.0, 0.4)), 5, 0.1, 0.9, 0.5),
        ),
        Case(
            "one epoch is missing",
            lambda: (*a_line(), saved(3, 1.2, -0.5, v=(0.3, -2.0)), 4, 0.2, 0.5, 0.8),
        ),
        Case(
            "finished already",
            lambda: (*a_line(), saved(6, 1.0, 1.5, v=(0.2, 0.1)), 6, 0.1, 0.9, 0.9),
            costs=0.5,
        ),
    ),
    draw=draw_training,
    mistakes=(
        Mistake(
            "velocity from 0",
            started(lambda state: {**state, "v": torch.zeros_like(state["w"])}),
            (
                "Right from the start, wrong from a checkpoint. What does momentum remember?",
                "The velocity was saved as well: begin with the one in `state`.",
            ),
        ),
        Mistake(
            "weights from 0",
            started(lambda state: {**state, "w": torch.zeros_like(state["w"])}),
            "Right from the start only. Whose weights do you begin with?",
        ),
        Mistake(
            "begins anew",
            started(started_anew),
            (
                "You train from epoch 0, whatever has been saved.",
                "Weights, velocity and the number of the next epoch are all in `state`.",
            ),
        ),
        Mistake(
            "`epochs` further ones",
            started(epochs_of=lambda state, epochs: state["epoch"] + epochs),
            (
                "Right from the start. How many epochs has the whole training, in the end?",
                "`epochs` counts those before the checkpoint, too: "
                "go from state['epoch'] to `epochs`.",
            ),
        ),
        Mistake(
            "the schedule begins anew",
            started(rate_of=lambda state, lr, shrink: lr / shrink ** state["epoch"]),
            (
                "Which rate has your first epoch after the checkpoint? "
                "It should be smaller than lr.",
                "The rate belongs to the number of the epoch in the whole training, "
                "not to how many were trained here.",
            ),
        ),
        Mistake(
            "an epoch is skipped",
            started(lambda state: {**state, "epoch": state["epoch"] + 1}),
            "state['epoch'] says how many epochs are done. Counted from 0, "
            "which number has the next one?",
        ),
        Mistake(
            "an epoch is done twice",
            started(lambda state: {**state, "epoch": max(state["epoch"] - 1, 0)}),
            "One epoch is trained a second time: that of number state['epoch'] − 1 is done.",
        ),
        Mistake(
            "number of the epoch not kept",
            started(result=lambda state, new: {**new, "epoch": state["epoch"]}),
            "Weights and velocity are right. Resume from what you return: where would it begin?",
        ),
        Mistake(
            "number of the last epoch",
            started(result=lambda state, new: {**new, "epoch": new["epoch"] - 1}),
            "Weights and velocity are right. `epoch` says how many are done, "
            "not which was the last.",
        ),
        Mistake(
            "velocity not kept",
            started(result=lambda state, new: {**new, "v": state["v"]}),
            "The weights are right; the next one to resume would begin with an old velocity.",
        ),
        Mistake(
            "gradient of the sum",
            loop_like(slope=lambda X, y, w: 2 * X.T @ (X @ w - y)),
            "Your gradient is N times too large. The loss is a mean over the rows.",
        ),
        Mistake(
            "gradient without its 2",
            loop_like(slope=lambda X, y, w: X.T @ (X @ w - y) / len(X)),
            "Half of the gradient: what is the slope of a square?",
        ),
        Mistake(
            "no momentum",
            loop_like(velocity=lambda v, g, gamma: g),
            "That is plain gradient descent. Where does gamma enter?",
        ),
        Mistake(
            "a running mean",
            loop_like(velocity=lambda v, g, gamma: gamma * v + (1 - gamma) * g),
            "PyTorch's velocity is gamma · v + g: the gradient comes in whole.",
        ),
        Mistake(
            "changes the checkpoint",
            loop_like(in_place=True),
            "The checkpoint itself has changed: `-=` writes into its tensors. Make new ones, "
            "or clone them first.",
        ),
    ),
    hints=(
        "By hand: after two of five epochs, which numbers have the epochs still to be trained?",
        "Take w and v from `state`. For each epoch from state['epoch'] to `epochs` − 1: gradient, "
        "velocity, step with the rate of that epoch. Return all three.",
    ),
)
