"""The timing plan of a lecture: which part takes how many minutes.

It is the first note for the speaker, and begins like this::

    **Plan, 80 minutes.** Goal and recap 4 · Downhill 16 · The loop 55 · Pitfalls 5.

The names are those of the sections. Free text may follow: where to break, what to leave out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

OPENING = "Goal and recap"
_PLAN = re.compile(
    r"\*\*Plan, (?P<total>\d+) minutes\.\*\*\s*(?P<items>[^\n].*?\d)\.(?=\s|\Z)", re.S
)
_ITEM = re.compile(r"(?P<title>.+?)\s+(?P<minutes>\d+)\Z", re.S)


@dataclass(frozen=True)
class TimingPlan:
    """Minutes of teaching: the total as written, and each part with its minutes."""

    total: int
    parts: tuple[tuple[str, int], ...]

    def minutes_of(self, section: str) -> int:
        """Minutes of a section; 0 where the plan does not name it.

        Examples
        --------
        >>> plan = TimingPlan(20, (("Goal and recap", 4), ("Downhill", 16)))
        >>> plan.minutes_of("Downhill"), plan.minutes_of("Recap"), plan.minutes_of("Summary")
        (16, 4, 0)
        """
        name = OPENING if section == "Recap" else section
        return dict(self.parts).get(name, 0)


def read_plan(text: str) -> TimingPlan | None:
    """Read the plan at the beginning of a speaker's note; None where there is none.

    Examples
    --------
    >>> read_plan("**Plan, 20 minutes.** Goal and recap 4 · Downhill 16. Break at the end.")
    TimingPlan(total=20, parts=(('Goal and recap', 4), ('Downhill', 16)))
    >>> read_plan("**Ask:** which line learns?") is None
    True
    """
    found = _PLAN.match(text)
    items = [_ITEM.match(item.strip()) for item in found["items"].split("·")] if found else []
    if not found or not all(items):
        return None
    parts = [(re.sub(r"\s+", " ", m["title"]), int(m["minutes"])) for m in items if m]
    return TimingPlan(int(found["total"]), tuple(parts))


def timing_plan(nb: NotebookNode) -> TimingPlan | None:
    """Read the plan of a lecture, from the first of its notes that has one."""
    for cell in nb.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            plan = read_plan(cell.source)
            if plan is not None:
                return plan
    return None
