"""The widgets of lectures 04 to 07. Each takes no arguments and stands alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn

from ..activations import ACTIVATIONS, activation_facts
from ..datasets import load_dataset, make_points, standardize
from ..models import MLP
from ..plotting.activations import plot_activation, plot_activation_facts
from ..plotting.batches import plot_batches
from ..plotting.classification import plot_decision_boundary
from ..plotting.hinges import plot_hinges, plot_relu_sum
from ..plotting.runs import plot_runs
from ..plotting.softmax import plot_softmax
from ..training import History, fit
from .controls import Choice, Slider
from .panels import Explorer, explore

_UNITS = {"ReLU": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def hinges() -> Explorer:
    """Lecture 04: two hinges by hand, to follow the cars better than a line does."""
    mpg = load_dataset("mpg")
    data = mpg.feature("weight"), mpg.y
    per_1000 = "mpg per 1,000 lb"

    def draw(
        ax: Any, knot_1: int, slope_1: float, knot_2: int, slope_2: float, bias: float
    ) -> None:
        slopes = [slope_1 / 1000, slope_2 / 1000]
        plot_hinges([knot_1, knot_2], slopes, bias, data=data, ax=ax)
        ax.set(ylim=(-40, 50), xlabel="weight (lb)", ylabel="miles per gallon")

    return explore(
        draw,
        knot_1=Slider(1600, 5200, 50, 2400, label="first knot", unit="lb"),
        slope_1=Slider(-20.0, 20.0, 0.2, -12.6, label="its slope", unit=per_1000),
        knot_2=Slider(1600, 5200, 50, 3200, label="second knot", unit="lb"),
        slope_2=Slider(-20.0, 20.0, 0.2, 8.0, label="its slope", unit=per_1000),
        bias=Slider(10.0, 45.0, 0.2, 30.0, label="height at the left", unit="mpg"),
        alt="392 cars, two hinges with knots at {knot_1} and {knot_2} lb, and their sum. {title}.",
    )


def relu_sum() -> Explorer:
    """Lecture 04: a sum of hinges that meets the sine at equally spaced knots."""

    def draw(ax: Any, units: int) -> None:
        plot_relu_sum(np.sin, units, name="sin x", ax=ax)

    alt = "The sine over one period and a polygon of ReLU units that follows it. {title}."
    return explore(draw, units=Slider(1, 64, 1, 4, label="hidden units"), alt=alt)


def toy_classifier() -> Explorer:
    """Lecture 04: width, depth and activation of a network on toy data."""
    epochs = 300

    def run(on_epoch_end: Any, data: str, width: int, depth: int, activation: str) -> Any:
        X, y = make_points(data, 300, seed=0)
        (X,) = standardize(X)
        torch.manual_seed(0)
        outputs = 1 if y.is_floating_point() else int(y.max()) + 1
        model = MLP(2, *[width] * depth, outputs, activation=_UNITS[activation])
        loss_fn = nn.BCEWithLogitsLoss() if outputs == 1 else nn.CrossEntropyLoss()
        adam = torch.optim.Adam(model.parameters(), lr=0.03)
        history = fit(
            model, (X, y), loss_fn=loss_fn, optimizer=adam, epochs=epochs, progress=False,
            on_epoch_end=on_epoch_end,
        )  # fmt: skip
        return model.cpu(), X, y, history

    def draw(ax: Any, result: Any, data: str, width: int, depth: int, activation: str) -> None:
        model, X, y, history = result
        plot_decision_boundary(model, X, y, ax=ax, resolution=100)
        parameters = sum(p.numel() for p in model.parameters())
        ax.set_title(f"{parameters} parameters, loss {history['loss'][-1]:.3f}")

    return explore(
        draw,
        run=run,
        epochs=epochs,
        data=Choice(["circles", "moons", "xor", "spirals", "blobs", "quantiles"]),
        width=Slider(1, 50, 1, 3, label="units in a layer"),
        depth=Slider(0, 6, 1, 1, label="hidden layers"),
        activation=Choice(list(_UNITS)),
        alt="Decision surface on {data} of a network with {depth} hidden layers of {width} units, "
        "{activation}. {title}.",
    )


def diabetes_cures() -> Explorer:
    """Lecture 04: learning rate, activation and optimiser for the diabetes network."""
    data, epochs = load_dataset("diabetes", variant="759").xy, 1000
    optimizers: dict[str, Any] = {
        "SGD": torch.optim.SGD,
        "SGD, momentum 0.9": lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.9),
        "Adam": torch.optim.Adam,
    }

    def run(on_epoch_end: Any, lr: float, activation: str, optimizer: str) -> History:
        torch.manual_seed(0)
        model = MLP(8, 6, 4, 1, activation=_UNITS[activation])
        return fit(
            model, data, loss_fn=nn.BCEWithLogitsLoss(), epochs=epochs, progress=False,
            optimizer=optimizers[optimizer](model.parameters(), lr=lr), on_epoch_end=on_epoch_end,
        )  # fmt: skip

    def draw(ax: Any, history: History, lr: float, activation: str, optimizer: str) -> None:
        levels = {"base rate": 0.6453, "logistic regression": 0.4717}
        plot_runs({activation: history["loss"]}, levels=levels, ylim=(0.3, 0.8), ax=ax)
        ax.set_title(f"{optimizer}, lr {lr:.2g}: loss {history['loss'][-1]:.3f}")

    return explore(
        draw,
        run=run,
        epochs=epochs,
        lr=Slider(0.001, 10.0, 0.25, 0.1, label="learning rate", log=True),
        activation=Choice(["sigmoid", "tanh", "ReLU"]),
        optimizer=Choice(list(optimizers)),
        alt="Training loss of the 8-6-4-1 network with {activation} on the diabetes data, and the "
        "losses of the base rate and of logistic regression. {title}.",
    )


def activation_explorer() -> Explorer:
    """Lecture 05: any activation function, its slope, and the facts about it."""
    facts = cache(activation_facts)

    def draw(axes: Any, name: str, limit: float, slope: bool) -> None:
        plot_activation(name, limit=limit, slope=slope, facts=facts(name), ax=axes[0])
        plot_activation_facts(name, facts=facts(name), ax=axes[1])

    return explore(
        draw,
        panels=2,
        name=Choice(list(ACTIVATIONS), "relu", label="function"),
        limit=Slider(1.0, 10.0, 0.5, 4.0, label="from −z to z"),
        slope=True,
        alt="The activation function {name} from −{limit:.1f} to {limit:.1f}, and a sheet of facts "
        "about it and its slope.",
    )


def batch_calculator() -> Explorer:
    """Lecture 06: samples, batch size and epochs give iterations and updates."""

    def draw(ax: Any, n: int, batch_size: int, passes: int) -> None:
        plot_batches(n, batch_size, passes, ax=ax)

    return explore(
        draw,
        figsize=(8.0, 2.2),
        n=Slider(1, 5000, 1, 759, label="samples"),
        batch_size=Slider(1, 512, 1, 32, label="batch size"),
        passes=Slider(1, 200, 1, 100, label="epochs"),
        alt="One epoch as a row of batches: {title}.",
    )


def softmax_shares() -> Explorer:
    """Lecture 07: four logits and a temperature give four shares."""

    def draw(ax: Any, temperature: float, **logits: float) -> None:
        plot_softmax(list(logits.values()), temperature=temperature, ax=ax)
        shares = ", ".join(text.get_text() for text in ax.texts)
        ax.set_title(f"T = {temperature:.2g}: shares {shares}")

    starts = {"z_0": 2.0, "z_1": 1.0, "z_2": 0.0, "z_3": -1.0}
    logits: Any = {
        name: Slider(-5.0, 5.0, 0.1, start, label=f"logit {name[-1]}")
        for name, start in starts.items()
    }
    return explore(
        draw,
        temperature=Slider(0.1, 10.0, 0.05, 1.0, log=True),
        alt="Softmax shares of the logits {z_0:.1f}, {z_1:.1f}, {z_2:.1f} and {z_3:.1f} as bars. "
        "{title}.",
        **logits,
    )
