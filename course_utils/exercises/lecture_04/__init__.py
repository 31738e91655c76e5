"""Exercises of lecture 04, wide and deep MLPs."""

from .baseline_scores import BASELINE_SCORES
from .collapse import COLLAPSE
from .gradient_norms import GRADIENT_NORMS
from .hinge_weights import HINGE_WEIGHTS
from .mlp_forward import MLP_FORWARD
from .xor_weights import XOR_WEIGHTS

EXERCISES = (BASELINE_SCORES, MLP_FORWARD, COLLAPSE, HINGE_WEIGHTS, XOR_WEIGHTS, GRADIENT_NORMS)
