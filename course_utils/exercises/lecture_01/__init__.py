"""Exercises of lecture 01, linear regression."""

from .descend import DESCEND
from .largest_lr import LARGEST_LR
from .least_squares import LEAST_SQUARES
from .mse import MSE
from .mse_gradient import MSE_GRADIENT
from .standardise import STANDARDISE

EXERCISES = (MSE, MSE_GRADIENT, DESCEND, LEAST_SQUARES, STANDARDISE, LARGEST_LR)
