"""Exercises of lecture 07, softmax and cross-entropy."""

from .kl_divergence import KL_DIVERGENCE
from .logit_gradient import LOGIT_GRADIENT
from .mean_cross_entropy import MEAN_CROSS_ENTROPY
from .softmax_at import SOFTMAX_AT
from .squashed_floor import SQUASHED_FLOOR
from .top_accuracy import TOP_ACCURACY

EXERCISES = (
    TOP_ACCURACY,
    SOFTMAX_AT,
    MEAN_CROSS_ENTROPY,
    LOGIT_GRADIENT,
    SQUASHED_FLOOR,
    KL_DIVERGENCE,
)
