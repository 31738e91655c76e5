"""Exercises of lecture 10, convolutional networks."""

from .convolve_images import CONVOLVE_IMAGES
from .field_and_jump import FIELD_AND_JUMP
from .image_batch import IMAGE_BATCH
from .kernel_gradient import KERNEL_GRADIENT
from .map_size import MAP_SIZE
from .network_costs import NETWORK_COSTS

EXERCISES = (
    IMAGE_BATCH,
    MAP_SIZE,
    FIELD_AND_JUMP,
    CONVOLVE_IMAGES,
    NETWORK_COSTS,
    KERNEL_GRADIENT,
)
