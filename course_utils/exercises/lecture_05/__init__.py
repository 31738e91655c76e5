"""Exercises of lecture 05, activation functions."""

from .dead_units import DEAD_UNITS
from .elu import ELU
from .error_after import ERROR_AFTER
from .hardtanh_backward import HARDTANH_BACKWARD
from .slope_gap import SLOPE_GAP
from .softplus import SOFTPLUS

EXERCISES = (ELU, HARDTANH_BACKWARD, ERROR_AFTER, DEAD_UNITS, SOFTPLUS, SLOPE_GAP)
