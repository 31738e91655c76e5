"""Exercises of lecture 09, generalisation and regularisation."""

from .batch_norm_pass import BATCH_NORM_PASS
from .dropout_pass import DROPOUT_PASS
from .paired_gain import PAIRED_GAIN
from .ridge_weights import RIDGE_WEIGHTS
from .shift_images import SHIFT_IMAGES
from .stop_early import STOP_EARLY

EXERCISES = (
    DROPOUT_PASS,
    PAIRED_GAIN,
    STOP_EARLY,
    SHIFT_IMAGES,
    BATCH_NORM_PASS,
    RIDGE_WEIGHTS,
)
