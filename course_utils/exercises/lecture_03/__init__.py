"""Exercises of lecture 03, logistic regression."""

from .counts_at import COUNTS_AT
from .input_at import INPUT_AT
from .log_loss_gradient import LOG_LOSS_GRADIENT
from .log_loss_of_logits import LOG_LOSS
from .perceptron_pass import PERCEPTRON_PASS
from .precision_recall import PRECISION_RECALL

EXERCISES = (INPUT_AT, LOG_LOSS, LOG_LOSS_GRADIENT, COUNTS_AT, PRECISION_RECALL, PERCEPTRON_PASS)
