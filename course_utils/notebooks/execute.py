"""Run notebooks from top to bottom and write them back clean."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from .files import NotebookError, clean, dumps, find_notebooks, read_notebook, write_text
from .kernel import Kernel, KernelStoppedError, new_runner
from .marks import kind_of, mark

SLOW_CELL = 20.0  # seconds; the house rule's limit for one cell
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_SHOWN_LINES = 12


@dataclass(frozen=True)
class Execution:
    """What became of one notebook.

    Attributes
    ----------
    path
        The notebook.
    seconds
        Wall time, the kernel's start included.
    slowest
        Number and seconds of the slowest cell.
    changed
        Whether the file was rewritten.
    error
        None, or a message with the cell, its source and what went wrong; then the file was
        left as it was.
    """

    path: Path
    seconds: float
    slowest: tuple[int, float] = (0, 0.0)
    changed: bool = False
    error: str | None = None

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.path}: FAILED, file left as it was\n{self.error}"
        state = "rewritten" if self.changed else "unchanged"
        number, seconds = self.slowest
        line = f"{self.path}: {state}, {self.seconds:.1f} s"
        if seconds >= SLOW_CELL:
            line += f" — cell {number} took {seconds:.1f} s, the limit is {SLOW_CELL:.0f} s"
        return line


@dataclass(frozen=True)
class Work:
    """A notebook to run and to write.

    Attributes
    ----------
    path
        Where it is written; the kernel works in the folder.
    make
        Makes the clean notebook.
    inspect
        Is called with the text before it is written; a `NotebookError` prevents that.
    """

    path: Path
    make: Callable[[], NotebookNode]
    inspect: Callable[[str], None] = lambda text: None


def execute(
    paths: Iterable[str | Path],
    *,
    jobs: int = 2,
    timeout: float = 300,
    report: Callable[[Execution], None] | None = None,
) -> list[Execution]:
    """Run notebooks in fresh kernels and write them back clean.

    Cells are counted 1…n, ids, tags and metadata are kept, and whatever differs from run to run
    is left out, so that a second run changes no byte. In ``solutions/`` nbgrader's metadata are
    written (see `marks`). A notebook with an error, or with text on
    the error stream (a warning is one), is not written.

    Parameters
    ----------
    paths
        Notebook files, or folders of them.
    jobs
        How many notebooks run side by side.
    timeout
        Seconds that one cell may take.
    report
        Called with each `Execution` as soon as it is known.

    Returns
    -------
    list of Execution
        One for each notebook, in the order of `paths`.
    """
    works = [Work(path, partial(_stored, path)) for path in find_notebooks(paths)]
    return execute_all(works, jobs=jobs, timeout=timeout, report=report)


def execute_all(
    works: Sequence[Work],
    *,
    jobs: int = 2,
    timeout: float = 300,
    report: Callable[[Execution], None] | None = None,
) -> list[Execution]:
    """Run notebooks that need not be in a file yet, and write each to its path (see `execute`)."""
    jobs = max(1, min(jobs, len(works)))

    async def run_all() -> list[Execution]:
        free = asyncio.Semaphore(jobs)

        async def run_one(work: Work) -> Execution:
            async with free:
                result = await _run(work, timeout=timeout)
                if report is not None:
                    report(result)
                return result

        return list(await asyncio.gather(*map(run_one, works)))

    with new_runner() as runner:
        return runner.run(run_all())


def _stored(path: Path) -> NotebookNode:
    nb = clean(read_notebook(path))
    if kind_of(path) == "solutions":
        mark(nb)
    return nb


async def _run(work: Work, *, timeout: float) -> Execution:
    start, path = time.perf_counter(), work.path
    try:
        nb = work.make()
        slowest = await execute_notebook(nb, path.parent, timeout=timeout)
        text = dumps(nb)
        work.inspect(text)
        changed = write_text(path, text)
    except NotebookError as error:
        return Execution(path, time.perf_counter() - start, error=str(error))
    return Execution(path, time.perf_counter() - start, slowest, changed)


async def execute_notebook(
    nb: NotebookNode, folder: Path, *, timeout: float = 300
) -> tuple[int, float]:
    """Run every code cell of `nb` in place; return number and seconds of the slowest one."""
    kernel = Kernel(nb, folder, timeout=timeout)
    count, slowest = 0, (0, 0.0)
    try:
        await kernel.start()
        for index, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if not cell.source.strip():
                continue
            count += 1
            start = time.perf_counter()
            try:
                outputs = await kernel.run(index)
            except KernelStoppedError as error:
                raise NotebookError(describe_failure(index, cell.source, str(error))) from error
            slowest = max(slowest, (index + 1, time.perf_counter() - start), key=lambda s: s[1])
            cell.execution_count = count
            for output in outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
                problem = output_problem(output)
                if problem:
                    raise NotebookError(describe_failure(index, cell.source, problem))
    except KernelStoppedError as error:
        raise NotebookError(str(error)) from error
    finally:
        await kernel.stop()
    return slowest


def output_problem(output: NotebookNode) -> str | None:
    """Say what is wrong with an output that no lecture may have: an error, text on stderr."""
    if output.output_type == "error":
        lines = _ANSI.sub("", "\n".join(output.traceback)).strip().splitlines()
        if len(lines) > _SHOWN_LINES:
            lines = ["…", *lines[-_SHOWN_LINES:]]
        return "\n".join(lines) or f"{output.ename}: {output.evalue}"
    if output.output_type == "stream" and output.name == "stderr":
        text = _ANSI.sub("", output.text).strip()
        return f"the cell wrote to the error stream (a warning?), which a lecture must not:\n{text}"
    return None


def describe_failure(index: int, source: str, problem: str) -> str:
    """Put into one message the cell's number (counted from 1), its source and the problem."""
    body = "\n".join(f"    | {line}" for line in source.splitlines())
    why = "\n".join(f"    {line}" for line in problem.splitlines())
    return f"  cell {index + 1}:\n{body}\n{why}"
