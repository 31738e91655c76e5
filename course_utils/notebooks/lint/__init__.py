"""The house rules of the notebooks, checked: every message says what to do.

The rules live beside each other by subject (`structure`, `teaching`, `code`, `outputs`, `graded`);
``lint --rules`` prints them all. A profile is a list of rules; exercises have their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..marks import kind_of
from . import (  # noqa: F401  (importing writes their rules down)
    code,
    graded,
    outputs,
    structure,
    teaching,
)
from .engine import RULES, Problem, run_rules

LECTURE: tuple[str, ...] = tuple(name for name in RULES if name not in graded.NAMES)
# What any notebook of the house keeps to, a lecture or not.
ANY_NOTEBOOK: tuple[str, ...] = ("syntax", "executed", "errors", "portable-output", "output-size")
# What sources with solutions and the students' notebooks keep to.
EXERCISES: tuple[str, ...] = (
    *ANY_NOTEBOOK,
    *("title", "heading-place", "heading-levels", "pasted-image", "setup", "imports", "show"),
    *("tags", "alt-text"),
    *graded.NAMES,
)

__all__ = ["ANY_NOTEBOOK", "EXERCISES", "LECTURE", "RULES", "Problem", "lint", "rules_for"]


def rules_for(path: str | Path) -> tuple[str, ...]:
    """Choose the profile: ``NN_topic.ipynb`` is a lecture, in ``solutions/`` one with exercises."""
    kind = kind_of(path)
    if kind == "other":
        return ANY_NOTEBOOK
    return LECTURE if kind == "lecture" else EXERCISES


def lint(path: str | Path, rules: Sequence[str] | None = None) -> list[Problem]:
    """Check one notebook against the house rules.

    Parameters
    ----------
    path
        The notebook file.
    rules
        Names of rules; None chooses by the file's name (see `rules_for`).

    Returns
    -------
    list of Problem
        What to mend, in the order of the cells; empty for a good notebook.
    """
    return run_rules(path, rules_for(path) if rules is None else rules)
