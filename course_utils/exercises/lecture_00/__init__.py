"""Exercises of lecture 00, tensors."""

from .all_scores import ALL_SCORES
from .cure_dtypes import CURE_DTYPES
from .differences import DIFFERENCES
from .distances import DISTANCES
from .draw_rows import DRAW_ROWS
from .take_target import TAKE_TARGET

EXERCISES = (TAKE_TARGET, CURE_DTYPES, ALL_SCORES, DIFFERENCES, DRAW_ROWS, DISTANCES)
