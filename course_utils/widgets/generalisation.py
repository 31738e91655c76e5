"""The widgets of lecture 09. Each takes no arguments and stands alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..datasets import make_points
from ..models import MLP
from ..plotting.classification import plot_decision_boundary
from ..plotting.generalisation import plot_best_epoch
from ..plotting.regression import plot_fit
from ..training import History, fit
from .controls import Slider
from .panels import Explorer, explore


def polynomial() -> Explorer:
    """Lecture 09: degree, number of points and decay of a polynomial."""

    def draw(ax: Any, degree: int, n: int, decay: float) -> None:
        x, y = _noisy_sine(n, seed=1)
        x_new, y_new = _noisy_sine(1000, seed=2)
        powers = np.arange(degree + 1)
        table = x.numpy().astype(float) ** powers
        # Ridge as least squares: extra rows pull each coefficient but the constant to 0.
        pull = math.sqrt(decay * n) * np.diag((powers > 0).astype(float))
        rows, targets = np.vstack([table, pull]), np.vstack([y.numpy(), np.zeros((degree + 1, 1))])
        w = np.linalg.lstsq(rows, targets, rcond=None)[0]

        def predict(inputs: Tensor) -> Tensor:
            return torch.tensor(inputs.numpy().astype(float) ** powers @ w)

        curves = {f"degree {degree}": predict, "truth": lambda t: (math.pi * t).sin()}
        plot_fit(x, y, curves, xlim=(-1, 1), ax=ax)
        seen, new = (((predict(a) - b) ** 2).mean().item() for a, b in ((x, y), (x_new, y_new)))
        ax.set(ylim=(-2.2, 2.2), title=f"MSE {seen:.3f} on these points, {new:.3g} on new ones")

    return explore(
        draw,
        degree=Slider(0, 15, 1, 5),
        n=Slider(5, 100, 1, 20, label="points"),
        decay=Slider(1e-8, 1.0, 0.5, 1e-8, log=True),
        alt="A polynomial of degree {degree} through {n} noisy points of a sine, with decay "
        "{decay:.1e}: {title}.",
    )


def regularisers() -> Explorer:
    """Lecture 09: width, dropout and weight decay of a network on few noisy points."""
    epochs, lr = 400, 0.02
    (X, y), val = (make_points("moons", n, noise=0.3, seed=s) for n, s in ((60, 1), (500, 2)))

    def run(on_epoch_end: Any, width: int, dropout: float, decay: float) -> Any:
        torch.manual_seed(0)
        model = MLP(2, width, width, 1, dropout=dropout)
        adamw = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
        history = fit(
            model, (X, y), loss_fn=nn.BCEWithLogitsLoss(), optimizer=adamw, epochs=epochs, val=val,
            progress=False, on_epoch_end=on_epoch_end,
        )  # fmt: skip
        return model.cpu(), history

    def draw(
        axes: Any, result: tuple[nn.Module, History], width: int, dropout: float, decay: float
    ) -> None:
        model, history = result
        plot_decision_boundary(model, X, y, ax=axes[0], resolution=100, legend=False)
        axes[0].set_title(f"validation loss {history['val_loss'][-1]:.2f} at the end")
        plot_best_epoch(history, ax=axes[1])
        axes[1].set(ylim=(0, 1.5), ylabel="loss (nats)")

    return explore(
        draw,
        run=run,
        epochs=epochs,
        panels=2,
        width=Slider(1, 100, 1, 50, label="units in a layer"),
        dropout=Slider(0.0, 0.9, 0.1, 0.0),
        decay=Slider(0.0, 5.0, 0.1, 0.0, label="weight decay"),
        alt="60 noisy points of two moons and the decision surface of a network with two layers of "
        "{width} units, dropout {dropout:.1f}, weight decay {decay:.1f}; beside it training and "
        "validation loss. {title}.",
    )


def _noisy_sine(n: int, *, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=g) - 1
    return x, torch.sin(math.pi * x) + 0.3 * torch.randn(n, 1, generator=g)
