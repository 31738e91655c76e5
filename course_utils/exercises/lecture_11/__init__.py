"""Exercises of lecture 11, performance and scaling."""

from .class_means import CLASS_MEANS
from .largest_batch import LARGEST_BATCH
from .merge_gradients import MERGE_GRADIENTS
from .resume_training import RESUME_TRAINING
from .scaled_step import SCALED_STEP
from .speed_up import SPEED_UP

EXERCISES = (
    SPEED_UP,
    MERGE_GRADIENTS,
    CLASS_MEANS,
    LARGEST_BATCH,
    SCALED_STEP,
    RESUME_TRAINING,
)
