"""The widgets of the lectures, in their order. Each takes no arguments and stands alone."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ..datasets import load_dataset
from ..plotting import interactive
from .controls import Choice, Slider
from .panels import Explorer, explore


def slope_and_loss() -> Explorer:
    """Lecture 01: a slope, its line through three points, and its place on the parabola."""
    X, y = load_dataset("line3").xy

    def draw(axes: Any, w: float) -> None:
        interactive.plot_slope_and_loss(X, y, w, axes)

    return explore(
        draw,
        panels=2,
        w=Slider(0.0, 4.0, 0.1, 0.5, label="weight w"),
        alt="Three points of y = 2x, the line {w:.1f} x with its errors, and the parabola of the "
        "loss with this line marked on it. {title}.",
    )


def line_and_loss() -> Explorer:
    """Lecture 01: slope and bias of a line through three houses, with the live MSE."""
    X, y = load_dataset("houses").xy

    def draw(axes: Any, w: float, b: float) -> None:
        interactive.plot_line_and_loss(
            X, y, w, b, axes, wlim=(-0.05, 0.25), blim=(-60, 420),
            xlabel="size (sq ft)", ylabel="price (thousand $)",
        )  # fmt: skip

    return explore(
        draw,
        panels=2,
        w=Slider(-0.05, 0.25, 0.001, 0.1, label="slope w"),
        b=Slider(-60.0, 420.0, 1.0, 150.0, label="bias b", unit="thousand $"),
        alt="Three houses and the line {w:.3f} x + {b:.0f} with its errors; beside it the place "
        "of this line in the valley of the loss. {title}.",
    )


def learning_rate() -> Explorer:
    """Lecture 02: a ball on the parabola of the loss, step by step."""

    def mse(w: Tensor) -> Tensor:
        return 14 / 3 * (w - 2) ** 2

    def draw(ax: Any, lr: float, steps: int) -> None:
        interactive.plot_ball(mse, 0.5, lr, steps, span=(0.0, 4.0), ax=ax)

    return explore(
        draw,
        lr=Slider(0.005, 0.24, 0.005, 0.03, label="learning rate"),
        steps=Slider(0, 30, 1, 5),
        alt="Descent from w = 0.5 on a parabola with its minimum at 2, learning rate {lr:.3f}: "
        "{title}.",
    )


def graph_steps() -> Explorer:
    """Lecture 02: forward and backward through the graph of g = (x + y) z, node by node."""

    def draw(ax: Any, step: int, x: int, y: int, z: int) -> None:
        interactive.plot_graph_step(step, x, y, z, ax=ax)

    numbers: Any = {"x": Slider(-5, 5, 1, 1), "y": Slider(-5, 5, 1, 3), "z": Slider(-5, 5, 1, -3)}
    return explore(
        draw,
        step=Slider(0, 7, 1, 0),
        alt="Graph of g = (x + y) z with all values and gradients known so far. Step {step}, "
        "{title}.",
        **numbers,
    )


def two_valleys() -> Explorer:
    """Lecture 02: start and learning rate on a curve with two valleys, the left one deeper."""

    def valleys(w: Tensor) -> Tensor:
        return (w**2 - 1) ** 2 + 0.4 * w

    def draw(ax: Any, start: float, lr: float, steps: int) -> None:
        interactive.plot_ball(valleys, start, lr, steps, span=(-1.9, 1.9), ax=ax)

    return explore(
        draw,
        start=Slider(-1.9, 1.9, 0.05, 1.8),
        lr=Slider(0.01, 0.3, 0.01, 0.05, label="learning rate"),
        steps=Slider(0, 60, 1, 60),
        alt="Descent on a curve with a deep left and a shallow right valley, from {start:.2f} with "
        "learning rate {lr:.2f}: {title}.",
    )


def penalty() -> Explorer:
    """Lecture 03: what one sample pays under the log loss."""

    def draw(ax: Any, p: float, y: int) -> None:
        interactive.plot_one_penalty(p, y, ax=ax)

    return explore(
        draw,
        p=Slider(0.01, 0.99, 0.01, 0.9, label="predicted probability p"),
        y=Choice([1, 0], label="true class y"),
        alt="The two penalty curves of the log loss with one sample marked. {title}.",
    )
