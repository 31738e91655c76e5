"""Exercises of lecture 08, data pipelines and workflow."""

from .calibration_error import CALIBRATION_ERROR
from .chance_of_row import CHANCE_OF_ROW
from .fill_missing import FILL_MISSING
from .group_folds import GROUP_FOLDS
from .roc_area import ROC_AREA
from .twin_share import TWIN_SHARE

EXERCISES = (
    TWIN_SHARE,
    CHANCE_OF_ROW,
    FILL_MISSING,
    GROUP_FOLDS,
    ROC_AREA,
    CALIBRATION_ERROR,
)
