"""Notebooks as checked artefacts: run them clean, lint them, compare their outputs, edit them.

``python -m course_utils.notebooks execute|lint|sync [notebooks or folders]``; ``lectures/`` and
its folders are the default. ``exercises [NN]`` makes the students' notebooks (see `release`).
"""

from __future__ import annotations

from .execute import Execution, execute
from .files import NotebookError, find_notebooks, read_notebook
from .lint import Problem, lint
from .release import drift, release, student_version
from .sync import sync

__all__ = [
    "Execution",
    "NotebookError",
    "Problem",
    "drift",
    "execute",
    "find_notebooks",
    "lint",
    "read_notebook",
    "release",
    "student_version",
    "sync",
]
