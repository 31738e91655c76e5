"""Self-test questions: choose an answer, read at once whether it is right and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from zlib import crc32

_BOX = "border-left: 4px solid {color}; padding: 4px 12px; margin: 6px 0"
_BLUE, _GREEN, _VERMILLION = "#0072B2", "#009E73", "#D55E00"  # borders only: any page's text reads
_LETTERS = "ABCDEFG"


@dataclass(frozen=True)
class Quiz:
    """A question with one right answer and an explanation for every option.

    It shows as HTML that opens and closes by itself, without a kernel and without scripts: so it
    answers in JupyterLab, on the slides and in the book alike. Made by `quiz`.
    """

    question: str
    right: tuple[str, str]
    wrong: tuple[tuple[str, str], ...]

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Text, explanation and verdict of every option, in an order that tells nothing."""
        everything = [(*self.right, True), *((*each, False) for each in self.wrong)]
        return sorted(everything, key=lambda each: crc32((self.question + each[0]).encode()))

    def __repr__(self) -> str:
        lines = [f"{_LETTERS[i]}) {text}" for i, (text, _, _) in enumerate(self.options)]
        return "\n".join([self.question, *lines])

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{_rich(self.question)}</strong></p>"]
        for i, (text, why, is_right) in enumerate(self.options):
            color, verdict = (_GREEN, "✓ Right.") if is_right else (_VERMILLION, "✗ No.")
            answer = f"<strong>{verdict}</strong> {_rich(why)}"
            parts.append(
                f"<details><summary>{_LETTERS[i]} · {_rich(text)}</summary>"
                f'<p style="{_BOX.format(color=color)}">{answer}</p></details>'
            )
        return f'<div class="course-quiz" style="{_BOX.format(color=_BLUE)}">{"".join(parts)}</div>'


def quiz(question: str, *, right: Mapping[str, str], wrong: Mapping[str, str]) -> Quiz:
    """Ask a multiple-choice question; each option opens to say whether it is right and why.

    Parameters
    ----------
    question
        One sentence. Backticks set code; formulas in plain letters (σ′, ½, x²).
    right
        The one right option and why it is right: ``{"option": "because …"}``.
    wrong
        One to six wrong options, each with the thought behind it and what is wrong with it.

    Returns
    -------
    Quiz
        Shown when it is the last value of a cell. The order of the options depends on their
        words alone: the same on every run, and no hint.

    Raises
    ------
    ValueError
        If there is not exactly one right option, no wrong one or more than six, an option twice,
        or an option without an explanation.

    Examples
    --------
    >>> ask = quiz("What is 2 + 2?", right={"4": "Two and two."}, wrong={"22": "That is text."})
    >>> print(ask)
    What is 2 + 2?
    A) 4
    B) 22
    """
    if len(right) != 1 or not 1 <= len(wrong) <= 6 or set(right) & set(wrong):
        raise ValueError(
            f"quiz() needs one right option and one to six other ones that are wrong; got right: "
            f"{list(right)}, wrong: {list(wrong)}."
        )
    silent = [text for text, why in {**right, **wrong}.items() if not why.strip()]
    if silent or not question.strip():
        raise ValueError(
            "quiz() needs a question and an explanation for every option; missing: "
            f"{silent or 'the question'}."
        )
    (answer,) = right.items()
    return Quiz(question, answer, tuple(wrong.items()))


def _rich(text: str) -> str:
    """Escape for HTML; what stands in backticks becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
