"""Three of nbgrader's steps exchanged: those that execute, that save marks and check metadata."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer

from ..assignment import Assignment, AssignmentError, load_assignment
from ..launch import GraderError
from ..sandbox import Limits
from .book import KeptGradebook, use_kept_gradebooks
from .judge import Judge

_MOST = 10_000  # cells' metadata found valid; a class has as many as the notebook has cells

Resources = dict[str, Any]


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader carries no types
    """Marks a submission in the sandbox and writes the outputs that nbgrader scores."""

    cpu = Integer(60, help="CPU seconds that one submission may use").tag(config=True)
    memory = Integer(1024, help="memory in MB that one submission may use").tag(config=True)
    seconds = Float(300.0, help="after which a submission is given up").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Mark the notebook; its checks and set-up come from the source, not from the student."""
        assignment = _assignment(nb, self._source(resources["nbgrader"]))
        limits = replace(Limits(), cpu_seconds=self.cpu, memory=self.memory << 20)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        marks = Judge.marks(assignment, json.dumps(nb).encode(), limits, self.seconds)
        for cell in nb.cells:
            mark = marks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if mark is not None and cell.cell_type == "code":
                cell.outputs = outputs(*mark)
        return nb, resources

    def _source(self, about: dict[str, str]) -> Path:
        """Find the source as nbgrader does: through the converter that uses this preprocessor."""
        course = self.parent.parent.coursedir
        folder = course.format_path(course.source_directory, ".", about["assignment"])
        return Path(course.root) / folder / f"{about['notebook']}.ipynb"


class CheckCellMetadata(preprocessors.CheckCellMetadata):  # type: ignore[misc]
    """nbgrader's own, except that what was found valid once is not compared with the schema again.

    nbgrader compiles its schema for every cell of every submission. The metadata that it looks at
    are the same for a whole class, for an earlier step has put the source's back.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Check the metadata of all cells; see nbgrader."""
        try:
            _validator().validate_nb(nb)
        except ValidationError:
            self.log.error(traceback.format_exc())
            text = "Notebook failed to validate; the nbgrader metadata may be corrupted."
            self.log.error(text)
            raise ValidationError(text) from None
        return nb, resources


class SaveAutoGrades(preprocessors.SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own, with one transaction for a notebook instead of one for each cell.

    It is also what has nbgrader keep its gradebook from the first submission on.
    """

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        if not use_kept_gradebooks():
            self.log.info("This nbgrader opens its gradebook in a way of its own; that takes time.")

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """Save what one cell earned; see nbgrader."""
        if isinstance(self.gradebook, KeptGradebook):
            self.gradebook.hold()
        changed: tuple[NotebookNode, Resources]
        changed = super().preprocess_cell(cell, resources, cell_index)
        return changed


class _Validator(MetadataValidator):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.valid: set[tuple[str, str]] = set()

    def validate_cell(self, cell: NotebookNode) -> None:
        marks = cell.metadata.get("nbgrader")
        if marks is None:
            return
        key = (cell.cell_type, json.dumps(marks, sort_keys=True))
        if key in self.valid:
            return
        super().validate_cell(cell)
        if marks.get("cell_type", cell.cell_type) == cell.cell_type:  # else it warns, every time
            if len(self.valid) >= _MOST:
                self.valid.clear()
            self.valid.add(key)


@lru_cache(maxsize=1)
def _validator() -> _Validator:
    return _Validator()


_OURS = {
    preprocessors.Execute: GradeInSandbox,
    preprocessors.CheckCellMetadata: CheckCellMetadata,
    preprocessors.SaveAutoGrades: SaveAutoGrades,
}


def _steps(name: str) -> list[type]:
    """Take nbgrader's own list, with our steps in place of theirs."""
    return [_OURS.get(step, step) for step in Autograde.class_traits()[name].default()]


SANITIZERS = _steps("sanitize_preprocessors")
PREPROCESSORS = _steps("autograde_preprocessors")


def outputs(points: float, worth: float, message: str) -> list[NotebookNode]:
    """Make the outputs of a test cell from which nbgrader reads the points.

    An error is zero, a number is that many points, neither is all of them.

    Examples
    --------
    >>> [each.output_type for each in outputs(0.5, 2, "Nearly.")]
    ['stream', 'execute_result']
    >>> [each.output_type for each in outputs(0, 2, "No.")]
    ['stream', 'error']
    """
    made = [NotebookNode(output_type="stream", name="stdout", text=message)] if message else []
    if points >= worth:
        return made
    if points > 0:
        data = {"text/plain": repr(float(points))}
        return [
            *made,
            NotebookNode(
                output_type="execute_result", data=data, metadata={}, execution_count=None
            ),
        ]
    first = message.strip().split("\n")[0] or "no points"
    return [
        *made,
        NotebookNode(output_type="error", ename="NotRight", evalue=first, traceback=[first]),
    ]


def _assignment(nb: NotebookNode, source: Path) -> Assignment:
    """Take set-up and checks from the source; the checks' code as nbgrader's database has it.

    nbgrader has put its own version of every test cell back before: there, tests that it wrote by
    itself (AUTOTEST) are complete, while the source has only their one line.
    """
    restored = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in nb.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    try:
        about = source.stat()
        assignment = _loaded(source, (about.st_mtime_ns, about.st_size, about.st_ino))
    except OSError as error:
        raise GraderError(f"{source}: {error.strerror}.") from None
    except AssignmentError as error:
        raise GraderError(str(error)) from None
    checks = (replace(c, source=restored.get(c.name, c.source)) for c in assignment.checks)
    return replace(assignment, checks=tuple(checks))


@lru_cache(maxsize=64)
def _loaded(source: Path, version: tuple[int, ...]) -> Assignment:
    return load_assignment(source)
