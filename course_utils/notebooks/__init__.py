"""Notebooks as checked artefacts: run them clean, lint them, compare their outputs, edit them.

``python -m course_utils.notebooks execute|lint|sync [notebooks or folders]``; ``lectures/`` is
the default.
"""

from __future__ import annotations

from .execute import Execution, execute
from .files import NotebookError, find_notebooks, read_notebook
from .lint import Problem, lint
from .sync import sync

__all__ = [
    "Execution",
    "NotebookError",
    "Problem",
    "execute",
    "find_notebooks",
    "lint",
    "read_notebook",
    "sync",
]
