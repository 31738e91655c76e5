"""The widgets of lecture 11. Each takes no arguments and stands alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from ..plotting.performance import plot_memory, plot_speedup
from .controls import Choice, Slider
from .panels import Explorer, explore

# Bytes of a weight, a gradient, a number of the optimiser's, an activation. Autocast keeps a copy
# of each weight in 16 bits beside the one in 32.
_BYTES = {"float32": (4, 4, 4, 4), "mixed (bfloat16)": (4 + 2, 4, 4, 2), "bfloat16": (2, 2, 2, 2)}
_STATES = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}
_BANDWIDTHS = {"between machines, 1 Gbit/s": 1.25e8, "between machines, 25 Gbit/s": 3.1e9,
               "between GPUs, 300 GB/s": 3e11}  # fmt: skip


def memory_calculator() -> Explorer:
    """Lecture 11: what holds memory while an MLP trains."""

    def draw(
        ax: Any, width: int, hidden: int, batch_size: int, optimizer: str, numbers: str
    ) -> None:
        widths = (784, *(width,) * hidden, 10)
        parameters = sum((a + 1) * b for a, b in pairwise(widths))
        weight, gradient, state, activation = _BYTES[numbers]
        held = {"parameters": parameters * weight, "gradients": parameters * gradient}
        held["optimiser"] = _STATES[optimizer] * parameters * state
        held["activations"] = activation * batch_size * sum(widths)
        plot_memory({f"batch {batch_size:,}": held}, ax=ax)
        share = held["activations"] / sum(held.values())
        ax.set_title(f"{parameters:,} parameters, activations {100 * share:.0f} %", pad=40)

    return explore(
        draw,
        figsize=(9.0, 3.2),
        width=Slider(16, 4096, 16, 512, label="width", unit="units"),
        hidden=Slider(1, 20, 1, 3, label="hidden layers"),
        batch_size=Slider(1, 4096, 1, 256, label="batch size"),
        optimizer=Choice(list(_STATES), "Adam"),
        numbers=Choice(list(_BYTES), label="numbers"),
        alt="Memory while a network of {hidden} hidden layers of {width} units trains with batches "
        "of {batch_size}, {optimizer} and {numbers} numbers: {title}.",
    )


def scaling_calculator() -> Explorer:
    """Lecture 11: how far more processes carry, with a serial part and gradients to exchange."""

    def draw(ax: Any, step: float, serial: float, parameters: float, network: str) -> None:
        counts = 2.0 ** np.arange(9)
        alone = step / 1000
        shared = serial * alone + (1 - serial) * alone / counts
        # A ring passes 2 (p - 1) / p of all gradients through each process, 4 bytes each.
        exchange = 2 * (counts - 1) / counts * 4 * parameters / _BANDWIDTHS[network]
        curves = {"serial part only (Amdahl)": alone / shared,
                  "and gradients exchanged": alone / (shared + exchange)}  # fmt: skip
        plot_speedup(counts, curves, ax=ax)
        ax.set_ylim(1 / 16, 300)
        best = curves["and gradients exchanged"]
        at = counts[best.argmax()]
        found = f"at best {best.max():.3g} times as fast, with {at:.0f} processes"
        ax.set_title(found if at > 1 else "more processes only make it slower")

    return explore(
        draw,
        figsize=(8.0, 4.8),
        step=Slider(1, 1000, 0.1, 100, label="one step of one process", unit="ms", log=True),
        serial=Slider(0.0, 0.5, 0.01, 0.02, label="serial share of it"),
        parameters=Slider(1e4, 1e9, 0.1, 1e6, log=True),
        network=Choice(list(_BANDWIDTHS)),
        alt="Speed-up against the number of processes on doubly logarithmic axes, for a step of "
        "{step:.3g} ms, {parameters:.3g} parameters, a serial share of {serial:.2f}, network "
        "{network}: {title}.",
    )
