"""Training: the loop that lecture 01 writes, as a function with good manners."""

from .checkpoint import load_checkpoint, save_checkpoint
from .history import History
from .loop import evaluate, fit
from .stopping import EarlyStopping

__all__ = [
    "EarlyStopping",
    "History",
    "evaluate",
    "fit",
    "load_checkpoint",
    "save_checkpoint",
]
