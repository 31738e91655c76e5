"""Sliders over the figures of the course: thin shells, no mathematics.

``explore(draw, w=(0.0, 4.0, 0.1, 1.0), alt="…")`` makes a figure that follows its sliders, and
the named ones are those of the lectures. Each stands beside a static figure: a page without a
kernel shows that one, and in the place of the sliders a line that says so.
"""

from .controls import Choice, Slider
from .generalisation import polynomial, regularisers
from .images import output_size
from .lectures import (
    graph_steps,
    learning_rate,
    line_and_loss,
    penalty,
    slope_and_loss,
    two_valleys,
)
from .networks import (
    activation_explorer,
    batch_calculator,
    diabetes_cures,
    hinges,
    relu_sum,
    softmax_shares,
    toy_classifier,
)
from .panels import Experiment, Explorer, explore
from .performance import memory_calculator, scaling_calculator
from .workflow import one_patient, rare_class

__all__ = [
    "Choice",
    "Experiment",
    "Explorer",
    "Slider",
    "activation_explorer",
    "batch_calculator",
    "diabetes_cures",
    "explore",
    "graph_steps",
    "hinges",
    "learning_rate",
    "line_and_loss",
    "memory_calculator",
    "one_patient",
    "output_size",
    "penalty",
    "polynomial",
    "rare_class",
    "regularisers",
    "relu_sum",
    "scaling_calculator",
    "slope_and_loss",
    "softmax_shares",
    "toy_classifier",
    "two_valleys",
]
