"""Edit a notebook as a Python file: a pair of ``NN.ipynb`` and a git-ignored ``NN.py``.

The ``.py`` is jupytext's percent format, with the cell's id among the metadata in the line
``# %%``. Cells keep their ids when they are moved or rewritten, and the outputs of those whose
source did not change.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .files import NotebookError, clean, dumps, find_notebooks, read_notebook, write_text

_FORMAT = {
    "extension": ".py",
    "format_name": "percent",
    "cell_metadata_filter": "all",
    "notebook_metadata_filter": "-all",
}
_STATE = "# In step with the notebook at state"


def sync(paths: Iterable[str | Path]) -> list[str]:
    """Bring each notebook and its ``.py`` file to the state of the one that was changed.

    The ``.py`` file is made where there is none. Its first line holds a digest of the state in
    which both were last in step; that tells which of the two has changed since, whatever the
    files' dates say.

    Parameters
    ----------
    paths
        Notebooks, their ``.py`` files, or folders of them.

    Returns
    -------
    list of str
        A line on each pair.

    Raises
    ------
    NotebookError
        Where both have changed; then nothing is overwritten.
    """
    notebooks = []
    for path in map(Path, paths):
        notebooks.append(path.with_suffix(".ipynb") if path.suffix == ".py" else path)
    return [_sync_pair(path) for path in find_notebooks(notebooks)]


def _sync_pair(path: Path) -> str:
    script_path = path.with_suffix(".py")
    nb = clean(read_notebook(path))
    ours = to_percent(nb)
    if not script_path.exists():
        write_text(script_path, _with_state(ours))
        return f"{script_path} written"
    state, theirs = _split_state(script_path.read_text(encoding="utf-8"))
    if theirs == ours:
        return f"{path} and {script_path.name} agree"
    if state == _digest(theirs):
        write_text(script_path, _with_state(ours))
        return f"{script_path} written from {path.name}"
    if state != _digest(ours):
        raise NotebookError(
            f"{path} and {script_path.name} have both changed since they were last in step: "
            "delete the .py file, or restore the notebook with git."
        )
    edited = from_percent(theirs, nb)
    write_text(path, dumps(edited))
    write_text(script_path, _with_state(to_percent(edited)))
    stale = sum(c.cell_type == "code" and c.execution_count is None for c in edited.cells)
    todo = f"; {stale} cells to run: `make execute`" if stale else ""
    return f"{path} written from {script_path.name}{todo}"


def to_percent(nb: NotebookNode) -> str:
    """Write a notebook as a percent script that holds ids, tags and metadata of its cells.

    Raises
    ------
    NotebookError
        Where reading the script would not give the same cells again (a line ``# %%`` in a cell).
    """
    text: str = _jupytext().writes(_with_ids(nb), fmt=_FORMAT)
    again = from_percent(text, nb)
    pairs = zip_longest(clean(nb).cells, again.cells, fillvalue=NotebookNode())
    for number, (cell, back) in enumerate(pairs, start=1):
        if any(cell.get(key) != back.get(key) for key in ("source", "metadata", "id")):
            raise NotebookError(f"cell {number} cannot be written as a percent script; change it.")
    return text


def from_percent(text: str, nb: NotebookNode) -> NotebookNode:
    """Read a percent script; the outputs of unchanged cells come from `nb`, found by their ids."""
    edited: NotebookNode = _jupytext().reads(text, fmt=_FORMAT)
    stored = {cell.id: cell for cell in nb.cells}
    for cell in edited.cells:
        cell["id"] = cell.metadata.pop("id", "")
        old = stored.get(cell.id)
        if cell.cell_type == "code" and old is not None and old.cell_type == "code":
            if old.source == cell.source:
                cell.outputs, cell.execution_count = old.outputs, old.execution_count
        elif cell.cell_type == "markdown" and old is not None and "attachments" in old:
            cell.attachments = old.attachments
    return clean(edited)


def _with_state(script: str) -> str:
    return f"{_STATE} {_digest(script)}\n{script}"


def _split_state(text: str) -> tuple[str, str]:
    first, _, script = text.partition("\n")
    return (first.removeprefix(_STATE).strip(), script) if first.startswith(_STATE) else ("", text)


def _digest(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()[:16]


def _with_ids(nb: NotebookNode) -> NotebookNode:
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        cell.metadata["id"] = cell.id
    return nb


def _jupytext() -> Any:
    try:
        import jupytext
    except ImportError as error:
        raise NotebookError("jupytext is missing: pip install jupytext") from error
    return jupytext
