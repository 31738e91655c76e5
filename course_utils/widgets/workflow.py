"""The widgets of lecture 08. Each takes no arguments and stands alone."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from ..datasets import Dataset, load_dataset, split
from ..models import MLP, LogisticRegression
from ..plotting.evaluation import plot_threshold
from ..plotting.workflow import plot_chances, plot_row
from ..training import fit
from .controls import Slider
from .panels import Explorer, explore

_SHIFT = 1.5  # distance of the two clouds along each axis, in standard deviations
_MEASURED: dict[str, Any] = {
    "pregnancies": Slider(0, 17, 1, 2, unit="count"),
    "glucose": Slider(40, 200, 1, 138, unit="mg/dL"),
    "blood_pressure": Slider(24, 122, 1, 62, unit="mm Hg"),
    "skin_thickness": Slider(0, 99, 1, 35, unit="mm"),
    "insulin": Slider(0, 850, 5, 0, unit="µU/mL"),
    "bmi": Slider(18.0, 68.0, 0.1, 33.6, unit="kg/m²"),
    "pedigree": Slider(0.05, 2.5, 0.001, 0.127, unit="score"),
    "age": Slider(21, 81, 1, 47, unit="years"),
}


def one_patient() -> Explorer:
    """Lecture 08: eight measurements of one woman, and what three models make of them."""
    diabetes = load_dataset("diabetes")
    units = zip(diabetes.feature_names, diabetes.units, strict=True)
    names = [f"{name.replace('_', ' ')} ({unit})" for name, unit in units]

    def draw(axes: Any, **values: float) -> None:
        table, models = _models()
        row = torch.tensor([[float(values[name]) for name in diabetes.feature_names]])
        plot_row(row, table, names, ax=axes[0])
        with torch.no_grad():
            scaled = (row - table.mean(dim=0)) / table.std(dim=0, correction=0)
            chances = {name: _chance(model(scaled)) for name, model in models.items()}
        plot_chances(chances, ax=axes[1])
        axes[0].set_title("This woman among 461")
        axes[1].set(title="Three models, three degrees of sureness", xlabel="P(diabetes)")

    return explore(
        draw,
        panels=2,
        figsize=(13.0, 4.5),
        continuous=False,
        alt="Eight measurements of one woman, age {age}, glucose {glucose}, beside the spread of "
        "the table, and the probability of diabetes by three models.",
        **_MEASURED,
    )


def rare_class() -> Explorer:
    """Lecture 08: a rare class, class weights and a threshold."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2000, 2, generator=generator)

    def draw(ax: Any, share: float, threshold: float, weighted: bool) -> None:
        rare = max(1, round(share * len(noise)))
        y = (torch.arange(len(noise)) < rare).float().reshape(-1, 1)
        # The best possible classifier of two such clouds is known; equal weights for both
        # classes take away the logarithm of their odds.
        logits = _SHIFT * (noise + _SHIFT * y).sum(dim=1, keepdim=True) - _SHIFT**2
        plot_threshold(logits if weighted else logits + math.log(share / (1 - share)), y,
                       threshold, ax=ax)  # fmt: skip

    return explore(
        draw,
        share=Slider(0.01, 0.5, 0.01, 0.05, label="share of class 1"),
        threshold=Slider(0.02, 0.98, 0.02, 0.5),
        weighted=False,
        alt="Scores of 2,000 samples, {share:.2f} of them of class 1, and the threshold "
        "{threshold:.2f}: {title}.",
    )


@cache
def _models() -> tuple[Tensor, dict[str, nn.Module]]:
    """Training rows, and three models trained on them after standardising."""
    data: Dataset = load_dataset("diabetes")
    X, y = split(data.X, data.y, stratify=True, seed=0).train
    Z = (X - X.mean(dim=0)) / X.std(dim=0, correction=0)
    models: dict[str, nn.Module] = {}
    with torch.random.fork_rng(devices=[]):
        for name, epochs in (("net, 700 epochs", 700), ("net, 13 epochs", 13)):
            torch.manual_seed(0)
            net = MLP(8, 20, 20, 2)
            models[name] = _trained(net, Z, y.flatten().long(), nn.CrossEntropyLoss(), epochs)
        line = LogisticRegression(8)
        models["logistic"] = _trained(line, Z, y, nn.BCEWithLogitsLoss(), 300)
    return X, models


def _trained(model: nn.Module, X: Tensor, y: Tensor, loss_fn: Any, epochs: int) -> nn.Module:
    adam = torch.optim.Adam(model.parameters(), lr=0.01 if epochs != 300 else 0.1)
    fit(model, (X, y), loss_fn=loss_fn, optimizer=adam, epochs=epochs, progress=False)
    return model.eval()


def _chance(logits: Tensor) -> float:
    one = logits if logits.shape[1] == 1 else logits[:, 1:] - logits[:, :1]
    return torch.sigmoid(one).item()
