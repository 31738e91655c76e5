"""What a lecture's cells become on slides: notes, timing, steps, and code without its alt texts.

These are changes to a copy in memory. The notebook stays the one source, and nbconvert nests the
cells into slides afterwards.
"""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..notebooks.timing import OPENING, TimingPlan, timing_plan

_NEW_SLIDE = {"slide", "subslide"}
_WIDGET = re.compile(r"Interactive: run this notebook to ")
PREDICT = "**Predict.**"


@dataclass
class Slide:
    """The cells that stand on one slide, and the speaker notes that stand beside them."""

    cells: list[NotebookNode]
    notes: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[NotebookNode]:
        """Outputs that are pictures."""
        return [out for cell in self.cells for out in cell.get("outputs", []) if is_picture(out)]


@dataclass
class Part:
    """A slide and the subslides below it."""

    slides: list[Slide] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading of its first cell, without the marks; empty where there is none."""
        source = self.slides[0].cells[0].source if self.slides else ""
        found = re.match(r"#+\s+(.*)", source)
        return found[1].strip() if found else ""


def prepare(nb: NotebookNode) -> NotebookNode:
    """Copy a lecture for presenting.

    - cells of type *skip* go; a slide without notes of its own gets all those of its part, so that
      the speaker's window is never empty, with the minutes planned for the part (title, goal and
      recap share theirs);
    - what answers a question ("**Predict.**") comes one step after it;
    - the words of ``describe(fig, …)`` leave the code: they are the picture's alt text already;
    - code tagged *remove-input* (the source of a quiz) is not shown, only what it puts out;
    - where a slide shows only that a widget was here, the figure before it stands in.

    Parameters
    ----------
    nb
        A lecture, executed.

    Returns
    -------
    NotebookNode
        A copy that `nbconvert.SlidesExporter` can nest into slides.
    """
    parts = split_parts(nb)
    plan = timing_plan(nb)
    cells: list[NotebookNode] = []
    for part, planned in _as_planned(parts):
        minutes = _minutes(planned[-1], plan)
        beside = [slide for other in planned for slide in other.slides]
        _stand_in_for_widgets(part)
        for number, slide in enumerate(part.slides):
            for cell in slide.cells:
                if cell.cell_type == "code":
                    cell.source = shorten(cell.source)
                    cell.metadata["course_bare"] = "remove-input" in cell.metadata.get("tags", [])
            _answers_wait(slide)
            kind = "subslide" if number else "slide"
            slide.cells[0].metadata["slideshow"] = {
                "slide_type": kind,
                "data": {"timing": str(round(60 * minutes / len(beside)))},
            }
            for cell in slide.cells[1:]:
                if cell.metadata.get("slideshow", {}).get("slide_type") != "fragment":
                    cell.metadata.pop("slideshow", None)
            cells += slide.cells
            title = part.title if len(planned) == 1 else OPENING
            notes = _note_cell(title, slide, beside, minutes)
            if notes is not None:
                cells.append(notes)
    copied: NotebookNode = nbformat.from_dict({**nb, "cells": cells})
    return copied


def split_parts(nb: NotebookNode) -> list[Part]:
    """Sort copies of the cells into parts and slides, by their slide types."""
    parts: list[Part] = []
    for cell in map(copy.deepcopy, nb.cells):
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind == "skip" or (cell.cell_type == "code" and not cell.source.strip()):
            continue
        if not parts:
            parts.append(Part())
        if kind == "notes":
            if parts[-1].slides:
                parts[-1].slides[-1].notes.append(cell.source)
            continue
        if kind == "slide" and parts[-1].slides:
            parts.append(Part())
        if kind in _NEW_SLIDE or not parts[-1].slides:
            parts[-1].slides.append(Slide([]))
        parts[-1].slides[-1].cells.append(cell)
    return [part for part in parts if part.slides]


def shorten(source: str) -> str:
    r"""Leave out of code what only machines read: alt texts and formatters' comments.

    Parameters
    ----------
    source
        Python code.

    Returns
    -------
    str
        The code, with ``describe(fig, "…")`` for a call with the text written out.

    Examples
    --------
    >>> print(shorten("x = 1  # fmt: skip\ndescribe(fig, 'A line that rises.')"))
    x = 1
    describe(fig, "…")
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic: shown as it is
        return source.rstrip()
    lines = source.splitlines()
    calls = [node for node in tree.body if _is_describe(node) and node.col_offset == 0]
    for node in reversed(tree.body):
        if node in calls:
            figure = ast.unparse(node.value.args[0])  # type: ignore[attr-defined]
            lines[node.lineno - 1 : node.end_lineno] = [f'describe({figure}, "…")']
        elif _only_names_a_text(node, tree, calls):
            del lines[node.lineno - 1 : node.end_lineno]
    shown = "\n".join(re.sub(r"\s*# fmt: (skip|on|off)$", "", line) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", shown).rstrip()


def is_picture(output: NotebookNode) -> bool:
    """Tell whether an output is a picture."""
    return any(mime.startswith("image/") for mime in output.get("data", {}))


def is_widget(output: NotebookNode) -> bool:
    """Tell whether an output is what a widget leaves in a notebook that is not running."""
    return bool(_WIDGET.match(str(output.get("data", {}).get("text/plain", ""))))


def _is_describe(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "describe"
        and len(call.args) == 2
    )


def _only_names_a_text(node: ast.stmt, tree: ast.Module, calls: list[ast.stmt]) -> bool:
    """Whether a line only gives a name to a part of an alt text: ``alt = "A line " …``."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
        return False
    name = node.targets[0].id
    texts = [call.value.args[1] for call in calls]  # type: ignore[attr-defined]
    inside = sum(_uses(text, name) for text in texts)
    return inside > 0 and inside == _uses(tree, name) and not _calls_something(node.value)


def _uses(tree: ast.AST, name: str) -> int:
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
    return sum(isinstance(node.ctx, ast.Load) for node in nodes)


def _calls_something(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))


def _answers_wait(slide: Slide) -> None:
    """After a question show the code that answers; its output, and all that follows, are steps."""
    asked = started = False
    for cell in slide.cells:
        cell.metadata["course_step"] = started
        if PREDICT in cell.source and cell.cell_type == "markdown":
            asked = True
        elif asked and cell.get("outputs"):
            cell.metadata["course_answer"] = True
            asked, started = False, True


def _stand_in_for_widgets(part: Part) -> None:
    """Mark what widgets left behind, and repeat the figure before it on a slide without one."""
    latest: list[NotebookNode] = []
    for slide in part.slides:
        for cell in slide.cells:
            for output in list(cell.get("outputs", [])):
                if not is_widget(output):
                    continue
                output.metadata["course_widget"] = True
                if not slide.figures and latest:
                    cell.outputs.insert(0, copy.deepcopy(latest[-1]))
        latest = slide.figures or latest


def _minutes(part: Part, plan: TimingPlan | None) -> int:
    return plan.minutes_of(part.title) if plan else 0


def _as_planned(parts: list[Part]) -> list[tuple[Part, list[Part]]]:
    """Each part with those that share its minutes in the plan: the opening ends with *Recap*."""
    titles = [part.title for part in parts]
    opening = parts[: titles.index("Recap") + 1] if "Recap" in titles else []
    return [(part, opening if place < len(opening) else [part]) for place, part in enumerate(parts)]


def _note_cell(title: str, slide: Slide, beside: list[Slide], minutes: int) -> NotebookNode | None:
    head = [f"*{title} ({minutes} minutes)*"] if minutes else []
    notes = slide.notes or [note for other in beside for note in other.notes]
    if not head + notes:
        return None
    metadata: dict[str, Any] = {"slideshow": {"slide_type": "notes"}}
    text = "\n\n".join(head + notes)
    cell: NotebookNode = nbformat.v4.new_markdown_cell(text, metadata=metadata)
    return cell
