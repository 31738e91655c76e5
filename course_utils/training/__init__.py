"""Training: the loop that lecture 01 writes, as a function with good manners."""

from .history import History
from .loop import evaluate, fit

__all__ = ["History", "evaluate", "fit"]
