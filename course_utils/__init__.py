"""Neural networks with PyTorch: the package behind the lectures.

Everything a notebook needs is imported from here::

    from course_utils import fit, load_dataset, seed_everything

A name is looked up in its module when it is first used, so that ``import course_utils`` costs
no more than ``import torch``: matplotlib, pandas and scikit-learn wait until somebody asks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> module that defines it. Sorted by module, then as a lecture meets them.
_EXPORTS: dict[str, str] = {
    # runtime
    "seed_everything": "runtime",
    "get_device": "runtime",
    "measure": "runtime",
    # datasets
    "Dataset": "datasets",
    "Splits": "datasets",
    "load_dataset": "datasets",
    "make_points": "datasets",
    "make_regression": "datasets",
    "make_images": "datasets",
    "IMAGE_CLASSES": "datasets",
    "fetch_images": "datasets",
    "split": "datasets",
    "standardize": "datasets",
    "batches": "datasets",
    # models
    "LinearRegression": "models",
    "LogisticRegression": "models",
    "MLP": "models",
    "ConvNet": "models",
    # activations
    "activation_facts": "activations",
    # training
    "fit": "training",
    "evaluate": "training",
    "History": "training",
    "EarlyStopping": "training",
    "save_checkpoint": "training",
    "load_checkpoint": "training",
    # metrics
    "accuracy": "metrics",
    "precision": "metrics",
    "recall": "metrics",
    "f1": "metrics",
    "r2": "metrics",
    "confusion": "metrics",
    # plotting
    "use_course_style": "plotting",
    "describe": "plotting",
    "plot_history": "plotting",
    "plot_points": "plotting",
    "plot_decision_boundary": "plotting",
    "plot_sigmoid_fit": "plotting",
    "plot_penalty": "plotting",
    "plot_scores": "plotting",
    "plot_confusion": "plotting",
    "plot_perceptron": "plotting",
    "plot_unit": "plotting",
    # widgets
    "explore": "widgets",
    # exercises
    "check": "exercises",
    # questions
    "quiz": "questions",
}

__all__ = ["__version__", *_EXPORTS]


def __getattr__(name: str) -> Any:
    """Import the module behind a public name on first use (PEP 562)."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_EXPORTS[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
