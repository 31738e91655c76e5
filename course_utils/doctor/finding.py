"""One line of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SETUP = "run `make lab` (without make: the lines in README.md); then use the Python of .venv."

Status = Literal["ok", "look", "problem"]


@dataclass(frozen=True)
class Finding:
    """One line of the report: how it stands with a topic, and the cure if it does not stand well.

    A `look` deserves attention but the course runs; a `problem` has to be solved first.
    """

    status: Status
    topic: str
    text: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.status:8} {self.topic:9} {self.text}"


def shorten(error: BaseException) -> str:
    """Name an error and give the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
