"""Reading, cleaning and writing notebook files, so that equal content gives equal bytes.

A notebook in the repository holds its sources, its outputs and as little else as possible: no
widget state, no timings, no interpreter version. Whoever runs it again on the same machine gets
the same file, byte for byte.
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

KERNELSPEC: dict[str, Any] = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE_INFO: dict[str, Any] = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}

# What editors leave behind in a cell's metadata, and nobody needs.
_EDITOR_METADATA = {"ExecuteTime", "autoscroll", "collapsed", "execution", "scrolled", "trusted"}
_EDITOR_METADATA |= {"jp-MarkdownHeadingCollapsed", "jupyter"}
_EDITOR_METADATA |= {"lines_to_next_cell", "lines_to_end_of_cell_marker"}  # jupytext
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # its model id changes at every run
_PROGRESS = re.compile(r"\[\d+:\d+(:\d+)?[<,].*\]\s*\Z")  # how tqdm's line ends: [00:01<00:09, …]
FOLDED = "remove-input"  # on the cells of questions
VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")  # the notebook format's own rule


class NotebookError(Exception):
    """A notebook that cannot be used; the message says which one, where and why."""


def find_notebooks(paths: Iterable[str | Path] = ("lectures",)) -> list[Path]:
    """List the notebooks among `paths`; a folder stands for the notebooks directly in it.

    Parameters
    ----------
    paths
        Files ending in ``.ipynb``, or folders.

    Returns
    -------
    list of Path
        Sorted within each folder, every file once.

    Raises
    ------
    NotebookError
        For a path that does not exist or is no notebook.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            found.update(dict.fromkeys(sorted(path.glob("*.ipynb"))))
        elif path.suffix == ".ipynb" and path.is_file():
            found[path] = None
        else:
            raise NotebookError(f"{path}: no such notebook or folder.")
    return list(found)


def read_notebook(path: str | Path) -> NotebookNode:
    """Read a notebook file as format 4.5 or later (the formats with cell ids)."""
    path = Path(path)
    try:
        # Without nbformat's validation, which invents random ids; `clean` gives stable ones.
        raw = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, nbformat.reader.NotJSONError) as error:
        raise NotebookError(f"{path}: cannot be read as a notebook ({error}).") from error
    if raw.get("nbformat") != 4:
        found = raw.get("nbformat")
        raise NotebookError(f"{path}: notebook format {found}; save it in format 4 (JupyterLab).")
    raw.nbformat_minor = max(5, raw.get("nbformat_minor", 0))
    notebook: NotebookNode = raw
    return notebook


def dumps(nb: NotebookNode) -> str:
    """Return the cleaned notebook as text: sorted keys, indented by one, a newline at the end."""
    nb = clean(nb)
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as error:
        raise NotebookError(f"not a valid notebook: {error.message}") from error
    text: str = nbformat.writes(nb)
    return text.rstrip("\n") + "\n"


def write_text(path: str | Path, text: str) -> bool:
    """Write `text` in one step, and only where it changes the file; True if it did."""
    path, data = Path(path), text.encode("utf-8")
    if path.exists() and path.read_bytes() == data:
        return False
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def clean(nb: NotebookNode) -> NotebookNode:
    """Copy a notebook without what differs from run to run or from editor to editor."""
    nb = copy.deepcopy(nb)
    nb.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    seen: set[str] = set()
    for cell in nb.cells:
        cell["id"] = _usable_id(cell, seen)
        seen.add(cell.id)
        cell.metadata = _clean_metadata(cell.metadata)
        if is_quiz(cell):
            _fold_source(cell)
        if cell.cell_type == "code":
            cell.outputs = clean_outputs(cell.outputs)
            if not cell.source.strip():
                cell.execution_count = None
    return nb


def is_quiz(cell: NotebookNode) -> bool:
    """Tell whether a cell asks a self-test question; its source holds the answer.

    Examples
    --------
    >>> is_quiz(nbformat.v4.new_code_cell('quiz("Which sign?", right={}, wrong={})'))
    True
    """
    return cell.cell_type == "code" and cell.source.startswith("quiz(")


def _fold_source(cell: NotebookNode) -> None:
    """Fold the source in JupyterLab, and leave it out of pages."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["tags"] = [*(t for t in cell.metadata.get("tags", []) if t != FOLDED), FOLDED]


def clean_outputs(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of a stream; remove progress bars and views of widgets.

    A progress bar comes and goes with the speed of the machine, and a view belongs to a kernel
    that is gone. The text beside the view stays.
    """
    cleaned: list[NotebookNode] = []
    for output in map(copy.deepcopy, outputs):
        if cleaned and output.output_type == cleaned[-1].output_type == "stream":
            before = cleaned[-1]
            if output.name == before.name:
                before.text += output.text
                continue
        if "data" in output:
            is_widget = output.data.pop(_WIDGET_VIEW, None) is not None
            is_bar = is_widget and _PROGRESS.search(output.data.get("text/plain", ""))
            if is_bar or not output.data:
                continue
            output.pop("transient", None)
        cleaned.append(output)
    for output in cleaned:
        if output.output_type == "stream":  # what a terminal shows after "\r"
            output.text = re.sub(r"^.*\r(?=[^\n])", "", output.text, flags=re.MULTILINE)
    return cleaned


def _clean_metadata(metadata: NotebookNode) -> NotebookNode:
    kept = {key: value for key, value in metadata.items() if key not in _EDITOR_METADATA}
    if kept.get("slideshow", {}).get("slide_type", "x") in ("", "-"):
        del kept["slideshow"]
    if not kept.get("tags", True):
        del kept["tags"]
    cleaned: NotebookNode = nbformat.from_dict(kept)
    return cleaned


def _usable_id(cell: NotebookNode, taken: set[str]) -> str:
    """Keep the cell's id where valid and free; otherwise one made from its content."""
    if VALID_ID.match(str(cell.get("id", ""))) and cell.id not in taken:
        return str(cell.id)
    for attempt in range(len(taken) + 1):
        text = f"{cell.cell_type}\n{cell.source}\n{attempt}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        if digest not in taken:
            break
    return digest
