"""Exercises of lecture 06, optimisers."""

from .adam_step import ADAM_STEP
from .count_updates import COUNT_UPDATES
from .decay_step import DECAY_STEP
from .epoch_batches import EPOCH_BATCHES
from .momentum_step import MOMENTUM_STEP
from .warmup_cosine import WARMUP_COSINE

EXERCISES = (COUNT_UPDATES, EPOCH_BATCHES, MOMENTUM_STEP, ADAM_STEP, DECAY_STEP, WARMUP_COSINE)
