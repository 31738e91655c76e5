"""Notebooks as checked artefacts: run them clean, lint them, compare their outputs, edit them.

``python -m course_utils.notebooks execute|lint|sync [notebooks or folders]``; ``lectures/`` is
the default.
"""

from __future__ import annotations

from .execute import Execution, execute
from .files import NotebookError, find_notebooks, read_notebook

__all__ = ["Execution", "NotebookError", "execute", "find_notebooks", "read_notebook"]
