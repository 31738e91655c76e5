"""Exercise of lecture 05: count the dead before training."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import backward_of


def dead_by_autograd(layers: list[Tensor]) -> float:
    """Share of the units whose slope is 0 for each sample, by autograd of ReLU."""
    slopes = [backward_of(torch.relu)(Z, torch.ones_like(Z)) for Z in layers]
    dead = [float(unit.abs().sum()) == 0 for layer in slopes for unit in layer.T]
    return sum(dead) / len(dead)


def share(dead: list[Tensor]) -> float:
    """Share of True in several tensors together."""
    return torch.cat([d.flatten() for d in dead]).float().mean().item()


def two_layers() -> list[Tensor]:
    """Three samples, two layers of 4 and 2 units; two of the six units are dead."""
    return [
        torch.tensor([[1.0, -1.0, -2.0, 0.5], [-1.0, -3.0, 2.0, 1.0], [2.0, -0.5, -1.0, 0.2]]),
        torch.tensor([[-1.0, 0.3], [-0.2, -2.0], [-5.0, -1.0]]),
    ]


def draw_layers(generator: Generator) -> Inputs:
    """Pre-activations of two or three layers, most of them negative."""
    n_layers = int(torch.randint(2, 4, (), generator=generator))
    widths = torch.randint(3, 7, (n_layers,), generator=generator).tolist()
    return ([torch.randn(4, width, generator=generator) - 1 for width in widths],)


DEAD_UNITS = Exercise(
    id="dead_units",
    title="Count the dead before training",
    signature="dead_units(layers)",
    points=2,
    minutes=10,
    returns="a number (float)",
    between=(0, 1),
    reference=dead_by_autograd,
    cases=(
        Case("one layer, one sample", lambda: ([torch.tensor([[1.0, -1.0, -2.0, 3.0, -4.0]])],)),
        Case("one layer, three samples", lambda: (two_layers()[:1],)),
        Case("two layers", lambda: (two_layers(),)),
        Case("all alive", lambda: ([torch.tensor([[1.0, -1.0], [-1.0, 1.0]])],)),
        Case(
            "a unit at exactly 0",
            lambda: ([torch.tensor([[0.0, 1.0, 2.0], [-1.0, 3.0, -1.0]])],),
            costs=0.5,
        ),
    ),
    draw=draw_layers,
    mistakes=(
        Mistake(
            "share of zeros",
            lambda layers: share([Z <= 0 for Z in layers]),
            (
                "A unit that is off for some samples is not dead. What do you count?",
                "First ask of each unit whether it is off for *every* sample; then the share.",
            ),
        ),
        Mistake(
            "off for any sample",
            lambda layers: share([(Z <= 0).any(dim=0) for Z in layers]),
            "One sample that passes keeps a unit alive. Which word is it: any or all?",
        ),
        Mistake(
            "samples instead of units",
            lambda layers: share([(Z <= 0).all(dim=1) for Z in layers]),
            "You find samples for which all units are off. A unit is a column: which dim?",
        ),
        Mistake(
            "mean of the layers' shares",
            lambda layers: sum(share([(Z <= 0).all(dim=0)]) for Z in layers) / len(layers),
            (
                "One layer is right. Do a layer of 4 and a layer of 2 units count alike?",
                "The share of *all* units: put the verdicts together, then average.",
            ),
        ),
        Mistake(
            "first layer only",
            lambda layers: share([(layers[0] <= 0).all(dim=0)]),
            "Your result does not depend on the second layer.",
        ),
        Mistake(
            "a number, not a share",
            lambda layers: float(sum(int((Z <= 0).all(dim=0).sum()) for Z in layers)),
            "That is how many are dead. Of how many?",
        ),
        Mistake(
            "the living",
            lambda layers: 1 - share([(Z <= 0).all(dim=0) for Z in layers]),
            "That is the share of the units that are alive.",
        ),
        Mistake(
            "0 counts as alive",
            lambda layers: share([(Z < 0).all(dim=0) for Z in layers]),
            "Which slope does PyTorch give ReLU at exactly 0? Is anything learned there?",
        ),
        Mistake(
            "mean below 0",
            lambda layers: share([Z.mean(dim=0) <= 0 for Z in layers]),
            "A unit whose mean is negative may still be on for one sample, and learn from it.",
        ),
    ),
    hints=(
        "For one layer: a table of True and False, then one verdict for each column.",
        "(Z <= 0).all(dim=0) has a verdict for each unit; collect them over the layers.",
    ),
)
