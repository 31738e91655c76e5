"""What the playground offers: every list of the page, in the order in which it shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

DATA = {  # (3): three classes
    "circles": "Circles",
    "xor": "XOR",
    "moons": "Moons",
    "spirals": "Spirals",
    "aniso": "Squeezed moons",
    "two_clouds": "Two clouds",
    "blobs": "Blobs (3)",
    "varied": "Uneven blobs (3)",
    "quantiles": "Rings (3)",
    "wine": "Wine (3)",
    "diabetes": "Diabetes",
}
TABLES = ("wine", "diabetes")  # measured, not drawn: no noise to choose, but columns
SCALE_FREE = ("quantiles",)  # its noise only stretches the picture, which is standardised anyway


@dataclass(frozen=True)
class Feature:
    """A number computed from a point, and the same as Python source."""

    label: str
    code: str
    compute: Callable[[Tensor, Tensor], Tensor]


FEATURES = {
    "x1": Feature("x₁", "x1", lambda x1, x2: x1),
    "x2": Feature("x₂", "x2", lambda x1, x2: x2),
    "x1sq": Feature("x₁²", "x1**2", lambda x1, x2: x1**2),
    "x2sq": Feature("x₂²", "x2**2", lambda x1, x2: x2**2),
    "x1x2": Feature("x₁x₂", "x1 * x2", lambda x1, x2: x1 * x2),
    "sin1": Feature("sin πx₁", "torch.sin(torch.pi * x1)", lambda x1, x2: torch.sin(torch.pi * x1)),
    "sin2": Feature("sin πx₂", "torch.sin(torch.pi * x2)", lambda x1, x2: torch.sin(torch.pi * x2)),
}

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}


@dataclass(frozen=True)
class Optimizer:
    """An optimizer of PyTorch with the arguments that make it what its label says."""

    label: str
    make: Callable[..., torch.optim.Optimizer]
    arguments: dict[str, Any] = field(default_factory=dict)


OPTIMIZERS = {
    "sgd": Optimizer("SGD", torch.optim.SGD),
    "momentum": Optimizer("SGD, momentum 0.9", torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": Optimizer("SGD, Nesterov", torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "rmsprop": Optimizer("RMSprop", torch.optim.RMSprop),
    "adagrad": Optimizer("Adagrad", torch.optim.Adagrad),
    "adam": Optimizer("Adam", torch.optim.Adam),
    "adamw": Optimizer("AdamW", torch.optim.AdamW),
}

PENALTIES = {"none": "None", "l1": "L1", "l2": "L2", "dropout": "Dropout"}
STRENGTHS = {"none": 0.0, "l1": 0.001, "l2": 0.01, "dropout": 0.2}  # what each starts with

MOST_LAYERS = 6
MOST_UNITS = 10
