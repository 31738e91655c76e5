"""Activation functions by name, and what can be said about any of them: derived, not looked up.

`activation_facts` knows no formulas. It evaluates a function in float64, lets autograd
differentiate it twice, and bisects every gap of a grid to find jumps and kinks.
"""

from .facts import ActivationFacts, activation_facts
from .table import (
    ACTIVATIONS,
    CLASSICS,
    Activation,
    Function,
    resolve_activation,
    value_and_slope,
)

__all__ = [
    "ACTIVATIONS",
    "CLASSICS",
    "Activation",
    "ActivationFacts",
    "Function",
    "activation_facts",
    "resolve_activation",
    "value_and_slope",
]
