"""pytest plugin: nbval, but a cell is run and compared the way `execute` stored it.

Loaded by ``addopts = "-p course_utils.notebooks.nbval_plugin"`` in pyproject.toml. nbval still
collects the notebooks (``--nbval``) and shows the failures. What changes:

- Cells run in `Kernel`, as in `execute`: a trailing ``;``, Output widgets and ``clear_output``
  behave, the environment is the same, and a dead kernel or a cell out of time
  (``--nbval-cell-timeout``) fails the rest of the notebook at once.
- A cell that was never executed fails; in nbval it passes unchecked.
- An error or any text on stderr fails, stored or fresh.
- A tag ``rtol=5e-2`` compares the numbers in a cell's output within that tolerance. All else is
  compared word for word, in order, alt texts included (see `compare`).

nbval is pinned, since two of its classes are extended here. Its options for kernels and for
sanitizing have no effect: the kernel is always the running interpreter, and outputs that change
from run to run have no place in a lecture.
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from .compare import cell_rtol, output_difference
from .execute import describe_failure, output_problem
from .files import clean_outputs
from .kernel import Kernel, KernelStoppedError, new_runner


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
    """Put our class in the place of nbval's, where nbval collects a notebook."""
    collectors = yield
    return [
        NotebookFile.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c
        for c in collectors
    ]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the script that `sync` pairs with a notebook: collecting it would run it."""
    paired = collection_path.suffix == ".py" and collection_path.with_suffix(".ipynb").exists()
    return True if paired else None


class CellFailedError(Exception):
    """A cell that does not do again what the notebook says; the message is for people."""


class NotebookFile(IPyNbFile):  # type: ignore[misc]
    """A notebook with one kernel, started before its first cell."""

    notebook_kernel: Kernel | None = None
    stopped: str | None = None  # why no further cell can run

    def collect(self) -> Iterator[pytest.Item]:
        """Take nbval's reading of the notebook, with our cells."""
        for item in super().collect():
            yield NotebookCell.from_parent(
                self, name="", cell_num=item.cell_num, cell=item.cell, options=item.options
            )

    def setup(self) -> None:
        """Start the kernel."""
        self._runner = new_runner()
        self.notebook_kernel = Kernel(
            copy.deepcopy(self.nb),  # the stored outputs stay as they are
            Path(self.path).parent,
            timeout=self.config.option.nbval_cell_timeout,
        )
        self._runner.run(self.notebook_kernel.start())

    def teardown(self) -> None:
        """Stop the kernel."""
        if self.notebook_kernel is not None:
            self._runner.run(self.notebook_kernel.stop())
            self._runner.close()

    def run_cell(self, index: int) -> list[Any]:
        """Run one cell and return its outputs; fails at once where the kernel was stopped."""
        if self.stopped is not None:
            raise CellFailedError(f"not run: {self.stopped}")
        assert self.notebook_kernel is not None
        try:
            return self._runner.run(self.notebook_kernel.run(index))
        except KernelStoppedError as error:
            self.stopped = f"cell {index + 1} had stopped the kernel ({error})"
            raise CellFailedError(str(error)) from error


class NotebookCell(IPyNbCell):  # type: ignore[misc]
    """One code cell; its name is its place among all cells of the notebook, from 1."""

    def __init__(self, name: str, parent: NotebookFile, cell: Any, **kwargs: Any) -> None:
        self.index = next(i for i, other in enumerate(parent.nb.cells) if other is cell)
        super().__init__(f"cell {self.index + 1}", parent, cell=cell, **kwargs)

    def setup(self) -> None:
        """Do nothing: `NotebookFile.run_cell` knows of cells out of time."""

    def runtest(self) -> None:
        """Run the cell and compare its outputs with the stored ones."""
        if self.options["skip"]:
            pytest.skip("the cell is marked NBVAL_SKIP")
        if not self.cell.source.strip():
            return
        if self.cell.execution_count is None:
            raise CellFailedError("it was never executed; run `make execute` and read its output")
        rtol = cell_rtol(self.cell)
        stored, fresh = clean_outputs(self.cell.outputs), self.parent.run_cell(self.index)
        for output in [*fresh, *stored]:
            problem = output_problem(output)
            if problem:
                raise CellFailedError(problem)
        if self.options["check"]:
            difference = output_difference(stored, fresh, rtol=rtol)
            if difference:
                raise CellFailedError(f"its output is not the stored one\n{difference}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """Show the cell and what is wrong with it; no traceback of this plugin."""
        if excinfo.errisinstance((CellFailedError, ValueError)):
            where = describe_failure(self.index, self.cell.source, str(excinfo.value))
            return f"{self.path.name}\n{where}"
        return pytest.Item.repr_failure(self, excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the cell is, for pytest's report."""
        return self.path, 0, self.name
