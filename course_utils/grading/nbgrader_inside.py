"""Let stock ``nbgrader autograde`` mark in our sandbox: a preprocessor in place of its `Execute`.

In ``nbgrader_config.py`` of a course::

    c = get_config()
    from course_utils.grading.nbgrader_inside import PREPROCESSORS
    c.Autograde.autograde_preprocessors = PREPROCESSORS
    c.OverwriteCells.add_missing_cells = True

No kernel is started and nothing of a submission is executed in nbgrader's process. Test cells get
the outputs from which nbgrader's own scoring reads the marks; other cells stay without outputs.
"""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Float, Integer

from .assignment import Assignment, AssignmentError, load_assignment
from .cells import cells_of
from .launch import GraderError, Zygote
from .sandbox import Limits, die_with_parent, why_unsafe


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader carries no types
    """Marks a submission in the sandbox and writes the outputs that nbgrader scores."""

    cpu = Integer(60, help="CPU seconds that one submission may use").tag(config=True)
    memory = Integer(1024, help="memory in MB that one submission may use").tag(config=True)
    seconds = Float(300.0, help="after which a submission is given up").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark the notebook; its checks and set-up come from the source, not from the student."""
        assignment = _assignment(nb, self._source(resources["nbgrader"]))
        limits = replace(Limits(), cpu_seconds=self.cpu, memory=self.memory << 20)
        marks = _Judge.shared(limits, assignment.modules).marks(assignment, nb, self.seconds)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                mark = marks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
                if mark is not None:
                    cell.outputs = outputs(*mark)
        return nb, resources

    def _source(self, about: dict[str, str]) -> Path:
        """Find the source as nbgrader does: through the converter that uses this preprocessor."""
        course = self.parent.parent.coursedir
        folder = course.format_path(course.source_directory, ".", about["assignment"])
        return Path(course.root) / folder / f"{about['notebook']}.ipynb"


# nbgrader's own list, with one step exchanged.
PREPROCESSORS = [
    GradeInSandbox if step is Execute else step
    for step in Autograde.class_traits()["autograde_preprocessors"].default()
]


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
    try:
        assignment = load_assignment(source)
    except AssignmentError as error:
        raise GraderError(str(error)) from None
    restored = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in nb.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    checks = (replace(c, source=restored.get(c.name, c.source)) for c in assignment.checks)
    return replace(assignment, checks=tuple(checks))


class _Judge:
    """One zygote for all submissions that this process of nbgrader marks."""

    _one: _Judge | None = None

    def __init__(self, limits: Limits, modules: tuple[str, ...]) -> None:
        from .lanes import warm_up

        if why := why_unsafe():
            raise GraderError(
                f"no sandbox here ({why}). Grade on Linux, or take our lines out of "
                "nbgrader_config.py: then students' code runs with your rights."
            )
        warm_up()
        self.key = (limits, modules, os.getpid())
        self.zygote = Zygote(limits=limits, modules=modules)

    @classmethod
    def shared(cls, limits: Limits, modules: tuple[str, ...]) -> _Judge:
        """Return the one that is there, or a new one where other limits or modules are asked."""
        if cls._one is None or cls._one.key != (limits, modules, os.getpid()):
            cls.end()
            cls._one = cls(limits, modules)
        return cls._one

    @classmethod
    def end(cls) -> None:
        """End the zygote, and every worker with it."""
        one, cls._one = cls._one, None
        if one is not None and one.key[2] == os.getpid():
            one.zygote.close()

    def marks(
        self, assignment: Assignment, nb: NotebookNode, seconds: float
    ) -> dict[str, tuple[float, float, str]]:
        """Judge in a process of its own, so that a check that never ends can be given up."""
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_judge, args=(theirs, self.zygote, assignment, nb))
        process.start()
        theirs.close()
        try:
            told = ours.recv() if ours.poll(seconds) else f"time limit of {seconds:g} s"
        except EOFError:
            told = "the process that judged it died"
        finally:
            process.kill()
            process.join()
            ours.close()
        if isinstance(told, str):  # what is left of it ends with the zygote
            type(self).end()
            return {check.name: (0.0, check.points, told) for check in assignment.checks}
        if isinstance(told, GraderError):
            raise told
        return dict(told)


def _judge(line: Connection, zygote: Zygote, assignment: Assignment, nb: NotebookNode) -> None:
    from .marking import mark

    die_with_parent()
    try:
        cells = cells_of(json.dumps(nb).encode())
        marked = mark(assignment, cells, zygote.lanes[0])
        told = [
            (check.name, (one.points, one.max_points, one.message))
            for check, one in zip(assignment.checks, marked.marks, strict=True)
        ]
        line.send(told)
    except GraderError as error:
        line.send(error)


atexit.register(_Judge.end)
