"""The cell that makes a lecture run where only the notebook was opened, as on Colab.

It is the first code cell, tagged ``install`` and of slide type *skip*, so that slides and book
leave it out. Where the package is there it does nothing and prints nothing; the lecture's outputs
are the same with it. The address in it is the one of ``pyproject.toml``::

    [project.urls]
    Repository = "https://github.com/you/course"

``python -m course_utils repository URL`` writes the address there and into every lecture.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .files import dumps, find_notebooks, read_notebook, write_text

TAG = "install"
NOT_SET = "https://address-not-set.invalid/course"  # no such place can exist: nothing is fetched
_SOURCE = """\
from importlib.util import find_spec

if find_spec("course_utils") is None:  # on Colab: fetch the package, once
    get_ipython().run_line_magic("pip", "install -q git+{address}")"""
_PATTERN = re.compile(re.escape(_SOURCE).replace(re.escape("{address}"), r'(?P<address>[^"\s]+)'))


def install_source(address: str = NOT_SET) -> str:
    """Return the code of the cell that installs the package from a repository.

    Parameters
    ----------
    address
        Of the repository, as ``git clone`` takes it; ``@branch`` may follow.

    Examples
    --------
    >>> print(install_source("https://github.com/me/course").splitlines()[-1].strip())
    get_ipython().run_line_magic("pip", "install -q git+https://github.com/me/course")
    """
    return _SOURCE.format(address=address)


def install_address(source: str) -> str | None:
    """Read the address out of an install cell; None if `source` is anything else."""
    found = _PATTERN.fullmatch(source)
    return found["address"] if found else None


def with_install(nb: NotebookNode, address: str = NOT_SET) -> NotebookNode:
    """Put the install cell before a notebook's first code cell, or its address up to date.

    Execution counts move on by one, as a run from top to bottom would count.

    Parameters
    ----------
    nb
        A notebook; changed in place and returned.
    address
        See `install_source`.
    """
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    if code and TAG in code[0].metadata.get("tags", []):
        code[0].source = install_source(address)
        return nb
    place = nb.cells.index(code[0]) if code else len(nb.cells)
    for cell in code:
        _count_on(cell)
    cell = nbformat.v4.new_code_cell(
        install_source(address),
        id=TAG,
        execution_count=1,
        metadata={"slideshow": {"slide_type": "skip"}, "tags": [TAG]},
    )
    nb.cells.insert(place, cell)
    return nb


def set_address(address: str = NOT_SET, notebooks: list[Path] | None = None) -> list[Path]:
    """Write an address into the install cells of the lectures.

    Parameters
    ----------
    address
        See `install_source`.
    notebooks
        Files; None takes ``lectures/NN_*.ipynb``.

    Returns
    -------
    list of Path
        The files that changed.
    """
    paths = find_notebooks() if notebooks is None else notebooks
    lectures = [path for path in paths if re.match(r"\d\d_", path.name)]
    return [
        path
        for path in lectures
        if write_text(path, dumps(with_install(read_notebook(path), address)))
    ]


def _count_on(cell: NotebookNode) -> None:
    if cell.execution_count is not None:
        cell.execution_count += 1
    for output in cell.outputs:
        if output.get("execution_count") is not None:
            output.execution_count += 1
