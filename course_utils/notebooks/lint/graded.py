"""Rules on graded exercises: three cells each, nbgrader's metadata, points, seeds kept secret.

They hold for the sources in ``solutions/`` and, where it makes sense, for what students get.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from ..files import KERNELSPEC, LANGUAGE_INFO, VALID_ID
from ..marks import (
    HIDDEN,
    MARKERS,
    SOLUTION,
    checked_ids,
    heading_of,
    kind_of,
    metadata_of,
    role_of,
    seeds,
    split_regions,
    triples,
)
from .engine import Cell, Finding, Notebook, rule
from .outputs import CELL_METADATA

_RELEASED_METADATA = {"deletable", "editable"}
_KIND = re.compile(r"\([A-Z1-9][\w ]*,[\w ,]*\)|\b(shape|number|string|text|float|integer|int)s?\b")
_TOTALS = re.compile(r"(?P<points>\d+(?:\.\d+)?) points?\D+?(?P<minutes>\d+) minutes?")


@rule("exercise-cells", "an exercise is a task, then its solution, then its check")
def _exercise_cells(nb: Notebook) -> Iterator[Finding]:
    found = list(_exercises(nb))
    if not found:
        yield 0, "write an exercise: a task that begins '## 1 · Title (2 points, 8 minutes)'"
    for place, cells in enumerate(found, start=1):
        number = min(cell.number for cell in cells.values())
        missing = [role for role in ("task", "solution", "check") if role not in cells]
        if missing:
            yield number, f"complete this exercise: it has no {' and no '.join(missing)} cell"
            continue
        heading = heading_of(cells["task"].node)
        if heading is not None and heading.number != place:
            yield number, f"number the exercises 1, 2, 3 …: this is the {place}. of them"


@rule("nbgrader", "nbgrader's metadata (schema 3) are those that `execute` writes")
def _nbgrader(nb: Notebook) -> Iterator[Finding]:
    names: set[str] = set()
    for cell in nb.cells:
        data = cell.node.metadata.get("nbgrader")
        if data is None:
            continue
        name = str(data.get("grade_id", ""))
        if not VALID_ID.match(name) or name in names:
            yield cell.number, f"the grade_id '{name}' is empty, not valid or not unique"
        names.add(name)
        if _is_released(nb) and data.get("checksum") != _checksum(cell.node):
            yield cell.number, "the checksum is not this cell's: run `make exercises`"
    if _is_released(nb):
        return
    for cells in triples(nb.nb):
        for role, node in cells.items():
            if len(cells) == 3 and node.metadata.get("nbgrader") != metadata_of(cells, role):
                place = next(cell.number for cell in nb.cells if cell.node is node)
                yield place, "the metadata are not those of this exercise: run `make execute`"


@rule("exercise-prompt", "a task has an **Example**, a **Section** that helps, and shapes")
def _exercise_prompt(nb: Notebook) -> Iterator[Finding]:
    for cells in _exercises(nb):
        if "task" not in cells or "solution" not in cells:
            continue
        task, solution = cells["task"], cells["solution"]
        for word in ("Example", "Section"):
            if f"**{word}" not in task.source:
                yield task.number, f"add a paragraph that begins with '**{word}'"
        if not _KIND.search(task.source.partition("\n")[2] + solution.source):
            yield task.number, "say what is returned: a shape like (N, 1), a number, a text"
        if '"""' not in solution.source:
            yield solution.number, "give the function a docstring that says what it returns"


@rule("exercise-points", "title, points, minutes are the exercise's own, the head has their sums")
def _exercise_points(nb: Notebook) -> Iterator[Finding]:
    points, minutes = 0.0, 0
    for cells in _exercises(nb):
        heading = heading_of(cells["task"].node) if "task" in cells else None
        if heading is None or "check" not in cells:
            continue
        points, minutes = points + heading.points, minutes + heading.minutes
        for name in checked_ids(cells["check"].source)[:1]:
            exercise = _find(name)
            if exercise is None:
                continue
            wanted = (exercise.title, exercise.points, exercise.minutes)
            if wanted != (heading.title, heading.points, heading.minutes):
                told = f"'{wanted[0]}', {wanted[1]:g} points and {wanted[2]:g} minutes"
                yield cells["task"].number, f"'{name}' is {told}: write that into the heading"
    if minutes:
        head = "\n".join(cell.source for cell in nb.cells[:2])
        total = _TOTALS.search(head)
        if total is None or (float(total["points"]), int(total["minutes"])) != (points, minutes):
            both = f"{points:g} points, {minutes} minutes"
            yield 1, f"tell in the first cell what it all takes: '{both}'"


@rule("exercise-check", "a check cell checks one exercise of this lecture that exists, for points")
def _exercise_check(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        names = set(checked_ids(cell.source)) if cell.is_code else set()
        for name in sorted(names):
            if _find(name, lecture=nb.path.name[:2]) is None:
                yield cell.number, f"there is no exercise '{name}' for lecture {nb.path.name[:2]}"
    for cells in _exercises(nb):
        check = cells.get("check")
        if check is None:
            continue
        if len(set(checked_ids(check.source))) != 1:
            yield check.number, "check one exercise in this cell"
        if not re.search(r"\.points\s*\Z", "\n".join(_visible(check))):
            yield check.number, "end the cell with check(…).points: nbgrader reads that number"


@rule(
    "hidden-tests", "seeds stand in hidden tests only, each check has one, its number nowhere else"
)
def _hidden_tests(nb: Notebook) -> Iterator[Finding]:
    every_line = "\n".join(cell.source for cell in nb.cells)
    used: set[str] = set()
    for cell in nb.cells:
        is_check = role_of(cell.node) == "check"
        try:
            outside, inside = split_regions(cell.source, HIDDEN)
        except ValueError as error:
            yield cell.number, f"mend the hidden tests: {error}"
            continue
        if seeds("\n".join(outside)) and checked_ids("\n".join(outside)):
            yield cell.number, "name no seed outside of the hidden tests"
        if _is_released(nb):
            if any(marker in cell.source for marker in MARKERS):
                yield cell.number, "students must not see this marker: run `make exercises`"
            continue
        if inside and not is_check:
            yield cell.number, "hidden tests stand in the check cell of an exercise"
        secret = seeds("\n".join(inside))
        if is_check and not secret:
            yield cell.number, "add hidden tests: the same check with a seed"
        for seed in secret:
            if seed in used or len(re.findall(rf"\b{seed}\b", every_line)) != secret.count(seed):
                yield cell.number, f"take another seed than {seed}: it stands elsewhere as well"
            used.add(seed)


@rule("solution-region", "a solution is one region, inside of a function, so that a blank one runs")
def _solution_region(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        is_solution = role_of(cell.node) == "solution"
        if _is_released(nb):
            continue
        try:
            _, inside = split_regions(cell.source, SOLUTION)
        except ValueError as error:
            yield cell.number, f"mend the solution: {error}"
            continue
        if inside and not is_solution:
            yield cell.number, "the solution stands in no exercise: run `make execute`"
        if not is_solution:
            continue
        if sum(SOLUTION[0] in line for line in cell.lines) != 1:
            yield cell.number, f"write one region '{SOLUTION[0]}' … '{SOLUTION[1]}'"
        elif not _runs_blank(cell.source):
            yield cell.number, "put the solution inside of a function: a blank notebook must run"


@rule("exercise-metadata", "no metadata but kernel, language, tags, slides, nbgrader's; valid ids")
def _exercise_metadata(nb: Notebook) -> Iterator[Finding]:
    if nb.nb.metadata != {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}:
        yield 0, "the notebook's metadata is not the course's: run `make execute`"
    allowed = CELL_METADATA | {"nbgrader"} | (_RELEASED_METADATA if _is_released(nb) else set())
    seen = set()
    for cell in nb.cells:
        extra = sorted(set(cell.node.metadata) - allowed)
        if extra:
            yield cell.number, f"remove the cell metadata {', '.join(extra)}"
        if cell.node.id in seen:
            yield cell.number, f"the cell id '{cell.node.id}' is not unique: `make execute`"
        seen.add(cell.node.id)


NAMES = (
    "exercise-cells",
    "nbgrader",
    "exercise-prompt",
    "exercise-points",
    "exercise-check",
    "hidden-tests",
    "solution-region",
    "exercise-metadata",
)


def _is_released(nb: Notebook) -> bool:
    return kind_of(nb.path) == "exercises"


def _exercises(nb: Notebook) -> Iterator[dict[str, Cell]]:
    """Group cells by exercise: sources by what is written, released ones by their metadata."""
    by_node = {id(cell.node): cell for cell in nb.cells}
    if not _is_released(nb):
        for cells in triples(nb.nb):
            yield {role: by_node[id(node)] for role, node in cells.items()}
        return
    groups: dict[str, dict[str, Cell]] = {}
    for cell in nb.cells:
        role = role_of(cell.node)
        if role is not None:
            name = str(cell.node.metadata.nbgrader.get("grade_id", ""))
            groups.setdefault(re.sub(r"-(task|check)\Z", "", name), {})[role] = cell
    yield from groups.values()


def _visible(check: Cell) -> list[str]:
    try:
        return split_regions(check.source, HIDDEN)[0]
    except ValueError:
        return []


def _find(name: str, *, lecture: str | None = None) -> Any:
    """Look up an exercise; None where there is none. Not at the top: that imports torch."""
    from ...exercises import exercises_of, find_exercise, lectures

    if lecture is not None:
        known = exercises_of(lecture) if lecture in lectures() else ()
        return next((exercise for exercise in known if exercise.id == name), None)
    try:
        return find_exercise(name)
    except KeyError:
        return None


def _runs_blank(source: str) -> bool:
    """Whether the region is part of a function's body, where nothing runs before a call."""
    lines = source.split("\n")
    number = 1 + next(n for n, line in enumerate(lines) if SOLUTION[0] in line)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True  # the rule `syntax` speaks of it
    return any(
        isinstance(node, ast.FunctionDef)
        and node.lineno < number <= (node.end_lineno or node.lineno)
        for node in ast.walk(tree)
    )


def _checksum(node: NotebookNode) -> str:
    """Sum up a cell as nbgrader does: source, type, flags, id, points."""
    data = node.metadata.nbgrader
    locked = not data.solution and (data.grade or data.locked)
    flags = f"{data.grade}{data.solution}{locked}"
    points = str(float(data.get("points", 0))) if data.grade else ""
    text = f"{node.source}{node.cell_type}{flags}{data.grade_id}{points}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
