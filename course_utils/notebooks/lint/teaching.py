"""Rules on what a colleague needs who teaches a lecture: a timing plan, and notes that say how."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..timing import OPENING, timing_plan
from .engine import Finding, Notebook, rule
from .structure import FIRST_SECTIONS, LAST_SECTIONS

SHORTEST, LONGEST = 60, 90  # minutes of teaching
_TEACHING = re.compile(r"(\d+) minutes of teaching")
_HINTS = {
    "the question to ask": re.compile(r"\*\*Ask\b"),
    "the usual wrong answer": re.compile(r"\*\*Usual wrong answers?\b"),
    "what to point at": re.compile(r"\*\*Point at\b"),
}


@rule("timing-plan", f"the first note is a plan: {SHORTEST} to {LONGEST} minutes, part by part")
def _timing_plan(nb: Notebook) -> Iterator[Finding]:
    notes = [cell for cell in nb.cells if cell.slide_type == "notes"]
    number = notes[0].number if notes else 0
    plan = timing_plan(nb.nb)
    if plan is None:
        form = f"'**Plan, 75 minutes.** {OPENING} 5 · A section 40 · Pitfalls 30.'"
        yield number, f"write the timing plan as the first note, like {form}"
        return
    wanted = [OPENING, *_taught(nb)]
    names = [name for name, _ in plan.parts]
    if names != wanted and len(wanted) > 2:  # without a concept the rule on sections speaks
        odd = [name for name in names if name not in wanted]
        odd += [name for name in wanted if name not in names]
        what = f"not as in the lecture: {', '.join(odd)}" if odd else "in another order"
        yield number, f"name the sections in the plan as their headings do ({what})"
    total = sum(minutes for _, minutes in plan.parts)
    if total != plan.total:
        yield number, f"the parts of the plan add up to {total} minutes, not {plan.total}"
    said = [int(m[1]) for s in nb.sections if s.title == "Goal" for m in _TEACHING.finditer(s.text)]
    if said and said != [plan.total]:
        heads = ", ".join(map(str, said))
        yield number, f"the plan has {plan.total} minutes, the section Goal says {heads}"
    if not SHORTEST <= plan.total <= LONGEST:
        yield number, f"teach {SHORTEST} to {LONGEST} minutes; the plan has {plan.total}"


@rule("teaching-notes", "each part has notes: **Ask**, **Usual wrong answer**, **Point at**")
def _teaching_notes(nb: Notebook) -> Iterator[Finding]:
    taught = _taught(nb)
    for section in nb.sections:
        if section.title not in taught:
            continue
        notes = "\n".join(c.source for c in section.cells if c.slide_type == "notes")
        missing = [name for name, pattern in _HINTS.items() if not pattern.search(notes)]
        if missing:
            what = ", ".join(missing)
            yield section.number, f"say in the speaker notes of '{section.title}': {what}"


def _taught(nb: Notebook) -> list[str]:
    """Titles of the sections that a teacher goes through: the concepts, and Pitfalls."""
    read_at_home = {*FIRST_SECTIONS, *LAST_SECTIONS} - {"Pitfalls"}
    return [section.title for section in nb.sections if section.title not in read_at_home]
