"""One case after it was tried."""

from __future__ import annotations

from dataclasses import dataclass

from .compare import Complaint
from .exercise import Case
from .outcome import Outcome


@dataclass(frozen=True)
class Tried:
    """A case, what came of it, and what is wrong with the value that was returned."""

    case: Case
    outcome: Outcome
    complaint: Complaint | None = None

    @property
    def right(self) -> bool:
        """Whether the answer was right in this case."""
        return self.outcome.status == "returned" and self.complaint is None
