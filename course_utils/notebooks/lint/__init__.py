"""The house rules of the notebooks, checked: every message says what to do.

The rules live beside each other by subject (`structure`, `code`, `outputs`); ``lint --rules``
prints them all. A profile is a list of rules, so that exercises can have their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from . import code, outputs, structure  # noqa: F401  (importing them writes their rules down)
from .engine import RULES, Problem, run_rules

LECTURE: tuple[str, ...] = tuple(RULES)
# What any notebook of the house keeps to, a lecture or not.
ANY_NOTEBOOK: tuple[str, ...] = ("syntax", "executed", "errors", "portable-output", "output-size")

__all__ = ["ANY_NOTEBOOK", "LECTURE", "RULES", "Problem", "lint", "rules_for"]


def rules_for(path: str | Path) -> tuple[str, ...]:
    """Choose the profile by the file's name: ``NN_topic.ipynb`` in ``lectures/`` is a lecture."""
    return LECTURE if re.match(r"\d\d_", Path(path).name) else ANY_NOTEBOOK


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
