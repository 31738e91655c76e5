"""What students get: notebooks without solutions and hidden tests, made from the sources.

``python -m course_utils exercises`` writes ``lectures/exercises/`` from ``lectures/solutions/``.
What a released cell looks like is nbgrader's business: its own preprocessors remove, lock and
sum up, in the order of its ``generate_assignment``, so that both ways give the same cells.
Without nbgrader all else works: the released notebooks lie in the repository.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .execute import Execution, Work, execute_all
from .files import NotebookError, clean, dumps, find_notebooks, read_notebook
from .marks import HIDDEN, MARKERS, SOLUTION, mark, seeds, split_regions

_SHORTEST_SECRET = 6  # characters; of a line like "else:" nobody can tell whence it came


def student_version(source: NotebookNode) -> NotebookNode:
    """Make the notebook for students: blank, locked, with nbgrader's checksums; not executed.

    Parameters
    ----------
    source
        A notebook of ``solutions/``; it stays as it is.

    Raises
    ------
    NotebookError
        Where nbgrader is not installed, or refuses the source (a region without end, say).
    """
    nb = clean(source)
    mark(nb)
    for cell in nb.cells:
        _split_all(cell.source)  # every region ends
        cell.pop("attachments", None)  # a picture of a solution would stay behind
    resources: dict[str, Any] = {}
    for preprocessor in _nbgrader_steps():
        try:
            nb, resources = preprocessor().preprocess(nb, resources)
        except Exception as error:  # nbgrader raises many kinds
            raise NotebookError(f"nbgrader cannot release this notebook: {error}") from error
    return clean(nb)


def _nbgrader_steps() -> list[Callable[[], Any]]:
    """Take the steps of nbgrader's `GenerateAssignment` that change cells, in its order."""
    try:
        from nbgrader import preprocessors
    except ImportError as error:
        cure = "install it with: python -m pip install 'nbgrader>=0.9.5' (the extra 'grading')"
        raise NotebookError(f"making exercises needs nbgrader; {cure}") from error
    return [
        preprocessors.LockCells,
        preprocessors.ClearSolutions,
        preprocessors.ClearOutput,
        preprocessors.ClearHiddenTests,
        preprocessors.ClearMarkScheme,
        preprocessors.ComputeChecksums,
        preprocessors.CheckCellMetadata,
    ]


def find_leaks(source: NotebookNode, released: str) -> list[str]:
    """Search the text of a released file for what only the source may hold.

    That is every line of a solution or hidden test that stands nowhere else in the source,
    every seed of a hidden test, and the markers themselves.

    Parameters
    ----------
    source
        The notebook of ``solutions/``.
    released
        The whole released file, as stored.

    Returns
    -------
    list of str
        What was found; empty where nothing leaks.
    """
    public: list[str] = []
    secret: list[str] = []
    hidden_seeds: list[str] = []
    for cell in source.cells:
        outside, inside = _split_all(cell.source)
        public += outside
        secret += inside
        hidden_seeds += seeds("\n".join(inside))
    known = "\n".join(public)
    lines = {line.strip() for line in secret}
    wanted = [line for line in lines if len(line) >= _SHORTEST_SECRET and line not in known]
    found = [line for line in sorted([*wanted, *MARKERS]) if _holds(released, line)]
    for seed in sorted(set(hidden_seeds)):
        if re.search(rf"(?<![0-9A-Za-z]){seed}(?![0-9A-Za-z])", released):
            found.append(f"the seed {seed}")
    return found


def _split_all(source: str) -> tuple[list[str], list[str]]:
    try:
        outside, solution = split_regions(source, SOLUTION)
        outside, hidden = split_regions("\n".join(outside), HIDDEN)
    except ValueError as error:
        raise NotebookError(str(error)) from error
    return outside, solution + hidden


def _holds(released: str, line: str) -> bool:
    return line in released or json.dumps(line, ensure_ascii=False)[1:-1] in released


def release(
    folder: str | Path = "lectures",
    numbers: Sequence[str] = (),
    *,
    jobs: int = 2,
    timeout: float = 300,
    report: Callable[[Execution], None] | None = None,
) -> list[Execution]:
    """Make and run the students' notebooks; write them to ``exercises/``.

    A second run changes no byte. A blank notebook with an error in it is not written, and
    neither is one in which something of its source is left.

    Parameters
    ----------
    folder
        The folder that holds ``solutions/`` and ``exercises/``.
    numbers
        Which lectures, as "01"; all where empty.
    jobs
        How many notebooks run side by side.
    timeout
        Seconds that one cell may take.
    report
        Called with each `Execution` as soon as it is known.

    Raises
    ------
    NotebookError
        Where there is no such source.
    """
    pairs = list(_pairs(Path(folder), numbers))
    Path(folder, "exercises").mkdir(exist_ok=True)
    works = [
        Work(target, partial(_blank, source), partial(_refuse_leaks, source))
        for source, target in pairs
    ]
    return execute_all(works, jobs=jobs, timeout=timeout, report=report)


def drift(folder: str | Path = "lectures", numbers: Sequence[str] = ()) -> list[str]:
    """Compare the released notebooks with their sources, without running anything.

    Sources, metadata, ids and order of all cells must be those of `student_version`; nothing may
    leak. Outputs are compared when the tests run the notebooks.

    Returns
    -------
    list of str
        One line for each notebook that must be made anew, or removed.
    """
    pairs = list(_pairs(Path(folder), numbers))
    found = []
    for source, target in pairs:
        problem = _difference(source, target)
        if problem:
            found.append(f"{target}: {problem}: run `make exercises`")
    targets = {target for _, target in pairs}
    if not numbers:
        left = [path for path in Path(folder, "exercises").glob("*.ipynb") if path not in targets]
        found += [f"{path}: has no source in solutions/; remove it" for path in sorted(left)]
    return found


def _difference(source: Path, target: Path) -> str | None:
    if not target.exists():
        return "is missing"
    wanted, stored = _blank(source), read_notebook(target)
    if find_leaks(read_notebook(source), target.read_text(encoding="utf-8")):
        return "holds something that only the source may hold"
    if dumps(stored) != target.read_text(encoding="utf-8"):
        return "is not stored clean"
    for number, (ours, theirs) in enumerate(zip(wanted.cells, stored.cells, strict=False), 1):
        if _without_outputs(ours) != _without_outputs(theirs):
            return f"cell {number} is not that of {source}"
    if len(wanted.cells) != len(stored.cells):
        return f"has {len(stored.cells)} cells, {len(wanted.cells)} are in {source}"
    return None


def _without_outputs(cell: NotebookNode) -> NotebookNode:
    cell = copy.deepcopy(cell)
    cell.pop("outputs", None)
    cell.pop("execution_count", None)
    return cell


def _blank(source: Path) -> NotebookNode:
    try:
        return student_version(read_notebook(source))
    except NotebookError as error:
        raise NotebookError(f"{source}: {error}") from error


def _refuse_leaks(source: Path, released: str) -> None:
    leaks = find_leaks(read_notebook(source), released)
    if leaks:
        shown = "\n".join(f"    {line}" for line in leaks)
        raise NotebookError(f"  this would leave {source.name} with what is secret:\n{shown}")


def _pairs(folder: Path, numbers: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """Go through the sources and the files made from them."""
    solutions = folder / "solutions"
    sources = find_notebooks([solutions]) if solutions.is_dir() else []
    for number in numbers:
        if not any(path.name.startswith(f"{number}_") for path in sources):
            there = ", ".join(path.name[:2] for path in sources) or "none"
            raise NotebookError(f"{solutions} has no notebook '{number}_…'; there are: {there}.")
    for path in sources:
        if not numbers or path.name[:2] in numbers:
            yield path, folder / "exercises" / path.name
