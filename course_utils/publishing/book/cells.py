"""What a notebook's cells become in the book. Changes to a copy; the notebook stays as it is."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..assets import PublishingError

# Cells with these tags are for other places: a slide alone, or the machine that runs the notebook.
_ELSEWHERE = {"slide-only", "install"}
_DRAWING = {"ax", "axes", "axs", "describe", "fig", "plotting", "plt", "widgets"}
_CALLOUTS = ("Predict", "Seen")
_WIDGET = re.compile(r"Interactive: ")


def page_of(nb: NotebookNode, *, name: str, launch: str = "") -> NotebookNode:
    """Copy a notebook for the book.

    - speaker notes, slide-only cells and the cell that installs the package go;
    - the alt text of a picture moves from the output's metadata, where `describe` wrote it, to
      the cell's, where MyST-NB reads it;
    - what a check says of the blank exercise goes;
    - code that only imports or only draws is folded away;
    - "**Predict.**" and "**Seen.**" become boxes.

    Parameters
    ----------
    nb
        The notebook, executed.
    name
        What messages call it.
    launch
        HTML to stand below the title, for example links that open the notebook elsewhere.

    Raises
    ------
    PublishingError
        If a picture has no alt text, or one cell shows pictures with different ones.
    """
    page = copy.deepcopy(nb)
    page.cells = [cell for cell in page.cells if not _stays_out(cell)]
    for number, cell in enumerate(page.cells, 1):
        tags = set(cell.metadata.get("tags", []))
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            cell.outputs = []  # "not done yet" below every exercise
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            alt = _alt_text(cell, f"{name}, cell {number} of its page")
            if alt:
                cell.metadata["mystnb"] = {"image": {"alt": alt}}
            _fold(cell, tags)
        elif cell.cell_type == "markdown":
            cell.source = _callouts(cell.source)
    if launch:
        _below_title(page, launch)
    return page


def only_draws(source: str) -> bool:
    r"""Whether code does nothing but draw: there is nothing in it to learn about the subject.

    Parameters
    ----------
    source
        Python code.

    Examples
    --------
    >>> only_draws("fig, ax = plt.subplots()\nax.plot(x, y)\ndescribe(fig, 'A line.')")
    True
    >>> only_draws("loss = bce(model(X), y)\nplotting.plot_fit(model, X, y)")
    False
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(body) and all(_is_drawing(statement) for statement in body)


def _stays_out(cell: NotebookNode) -> bool:
    if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
        return True
    return bool(_ELSEWHERE & set(cell.metadata.get("tags", []))) or not cell.source.strip()


def _alt_text(cell: NotebookNode, where: str) -> str:
    alts = []
    for output in cell.get("outputs", []):
        for mime in output.get("data", {}):
            if mime.startswith("image/"):
                alts.append(str(output.metadata.get(mime, {}).get("alt", "")))
    if "" in alts:
        raise PublishingError(f"{where}: a picture without alt text; show it with describe().")
    if len(set(alts)) > 1:
        raise PublishingError(
            f"{where}: two pictures with different alt texts; give each a cell of its own."
        )
    return alts[0] if alts else ""


def _fold(cell: NotebookNode, tags: set[str]) -> None:
    prompts: tuple[str, ...] = ()
    if "setup" in tags:
        prompts = ("Show the imports and the set-up", "Hide the imports and the set-up")
    elif cell.source.startswith("quiz("):  # the code would give the answer away
        prompts = ("Show the code of this question", "Hide the code of this question")
    elif cell.get("outputs") and only_draws(cell.source):
        prompts = ("Show the code of this figure", "Hide the code of this figure")
        texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        if any(map(_WIDGET.match, texts)):
            prompts = ("Show the code of this widget", "Hide the code of this widget")
    if prompts:
        cell.metadata["tags"] = ["hide-input"]
        options: dict[str, Any] = cell.metadata.setdefault("mystnb", {})
        options.update(code_prompt_show=prompts[0], code_prompt_hide=prompts[1])


def _is_drawing(statement: ast.stmt) -> bool:
    """Whether a statement calls on something that draws, or names what is drawn on."""
    if isinstance(statement, ast.For):
        return all(_is_drawing(inner) for inner in statement.body)
    if isinstance(statement, ast.Assign):
        return _root(statement.value) in _DRAWING
    return isinstance(statement, ast.Expr) and _root(statement.value) in _DRAWING


def _root(node: ast.AST) -> str:
    """Name at the root of ``plt.figure().add_axes(…)[0]``."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _callouts(source: str) -> str:
    """Put a class on each paragraph that opens with one of the signal words."""
    for word in _CALLOUTS:
        pattern = rf"(\A|\n\n)(?=\*\*{word}\.\*\*)"
        source = re.sub(pattern, rf"\1{{.{word.lower()}}}\n", source)
    return source


def _below_title(page: NotebookNode, launch: str) -> None:
    for cell in page.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            title, _, rest = cell.source.partition("\n")
            cell.source = f"{title}\n\n{launch}\n\n{rest.lstrip()}"
            return
