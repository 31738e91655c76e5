"""Exercises of lecture 02, gradient descent and backpropagation."""

from .best_and_limit import BEST_AND_LIMIT
from .graph_gradients import GRAPH_GRADIENTS
from .net_gradients import NET_GRADIENTS
from .nudged_gradient import NUDGED_GRADIENT
from .sgd_step import SGD_STEP
from .train_in_batches import TRAIN_IN_BATCHES

EXERCISES = (
    SGD_STEP,
    BEST_AND_LIMIT,
    GRAPH_GRADIENTS,
    NUDGED_GRADIENT,
    TRAIN_IN_BATCHES,
    NET_GRADIENTS,
)
