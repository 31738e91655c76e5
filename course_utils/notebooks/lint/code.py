"""Rules on code cells: short, one set-up cell, no helpers hidden in a lecture."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from statistics import median

from ..compare import cell_rtol
from ..files import FOLDED, is_quiz
from ..install import TAG as INSTALL
from ..install import install_address
from .engine import Finding, Notebook, rule

LONGEST_CELL = 15
LONGEST_MEDIAN = 6
_TWIN = re.compile(r"twin:[a-z_]+(\.[A-Za-z_]\w*)+\Z")
_MARKER = re.compile(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_\w+)", re.MULTILINE)
_DRAWING = re.compile(r"(ax|axes|axs|plt|fig)(_\w+|\d+)?\Z")


@rule("syntax", "every code cell is Python")
def _syntax(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.code:
        try:
            _ = cell.tree
        except SyntaxError as error:
            yield cell.number, f"mend the syntax: {error.msg}, line {error.lineno}"


@rule("cell-length", f"at most {LONGEST_CELL} lines in a cell; blank ones and long imports free")
def _cell_length(nb: Notebook) -> Iterator[Finding]:
    folded = {cell.number: _folded_imports(tree) for cell, tree in nb.parsed}
    for cell in nb.code:
        length = len(cell.lines) - folded.get(cell.number, 0)
        if length > LONGEST_CELL:
            message = f"{length} lines of code, {LONGEST_CELL} are allowed: split the cell"
            yield cell.number, f"{message}, one idea each"


@rule("median-length", f"half of the code cells have at most {LONGEST_MEDIAN} lines")
def _median_length(nb: Notebook) -> Iterator[Finding]:
    shown = [cell for cell in nb.code if not {INSTALL, FOLDED} & set(cell.tags)]
    lengths = [len(cell.lines) for cell in shown]
    if lengths and median(lengths) > LONGEST_MEDIAN:
        middle = f"{median(lengths):g}"
        yield 0, f"shorten the code: the median cell has {middle} lines, not {LONGEST_MEDIAN}"


@rule("install", "the first code cell is tagged `install`: it fetches the package on Colab")
def _install(nb: Notebook) -> Iterator[Finding]:
    tagged = [cell.number for cell in nb.cells if INSTALL in cell.tags]
    if not nb.code:
        return
    first = nb.code[0]
    if tagged != [first.number]:
        cure = "run `python -m course_utils repository` to have it written"
        yield 0, f"make the first code cell, and no other, the one tagged '{INSTALL}': {cure}"
    elif install_address(first.source) is None or first.slide_type != "skip":
        yield first.number, "let this cell hold what `python -m course_utils repository` writes"


@rule("setup", "one cell tagged `setup`, and it is the first code cell after `install`")
def _setup(nb: Notebook) -> Iterator[Finding]:
    tagged = [cell.number for cell in nb.cells if "setup" in cell.tags]
    others = [cell.number for cell in nb.code if INSTALL not in cell.tags]
    if len(tagged) != 1:
        yield 0, f"tag one cell 'setup' (imports, seed, device), here are {len(tagged)}"
    elif others[:1] != tagged:
        yield tagged[0], "make the cell tagged 'setup' the first code cell after 'install'"


@rule("imports", "imports stand in the set-up cell only")
def _imports(nb: Notebook) -> Iterator[Finding]:
    for cell, tree in nb.parsed:
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))
        if imports and not {"setup", INSTALL} & set(cell.tags):
            yield cell.number, "move the import to the set-up cell"


@rule("plot-helper", "no function in a lecture draws; course_utils.plotting has those")
def _plot_helper(nb: Notebook) -> Iterator[Finding]:
    for cell, tree in nb.parsed:
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            draws = any(
                isinstance(inner, ast.Call) and _is_drawing(inner) for inner in ast.walk(node)
            )
            if draws or node.name.startswith(("plot", "draw")):
                message = f"move '{node.name}' to course_utils.plotting, or draw without a function"
                yield cell.number, message


@rule("show", "no `plt.show()`: figures end with `describe(fig, alt)`")
def _show(nb: Notebook) -> Iterator[Finding]:
    for cell, tree in nb.parsed:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("plt.show", "fig.show"):
                yield cell.number, "end the figure with describe(fig, alt) in place of show()"


@rule("tags", "tags are install, setup, twin:…, rtol=… (with rtol_reason); quiz cells are folded")
def _tags(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        folded = FOLDED in cell.tags, "jupyter" in cell.node.metadata
        if folded != (is_quiz(cell.node),) * 2:
            yield cell.number, f"'{FOLDED}' and a folded source are for quiz cells: `make execute`"
        for tag in cell.tags:
            plain = tag in ("setup", INSTALL, FOLDED) or tag.startswith("rtol=")
            if not plain and not _TWIN.match(tag):
                known = "'install', 'setup', 'twin:training.fit' and 'rtol=5e-2'"
                yield cell.number, f"tag '{tag}' has no meaning here; known are {known}"
        try:
            rtol = cell_rtol(cell.node)
        except ValueError as error:
            yield cell.number, str(error)
            continue
        reason = cell.node.metadata.get("rtol_reason")
        if rtol is not None and not (isinstance(reason, str) and reason.strip()):
            yield cell.number, "say in the cell metadata 'rtol_reason' why the digits may differ"
        if rtol is None and reason is not None:
            yield cell.number, "remove 'rtol_reason', there is no tag 'rtol=…'"
        marker = _MARKER.search(cell.source) if cell.is_code else None
        if marker:
            yield cell.number, f"remove '# {marker[1]}': every output of a lecture is compared"


def _folded_imports(tree: ast.Module) -> int:
    """Count the lines that imports in parentheses take beyond one each."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return sum((node.end_lineno or node.lineno) - node.lineno for node in imports)


def _is_drawing(call: ast.Call) -> bool:
    """Whether the call is one of a method of `ax`, `axes[0]`, `plt`, `fig` or alike."""
    if not isinstance(call.func, ast.Attribute):
        return False
    owner: ast.AST = call.func.value
    while isinstance(owner, ast.Attribute | ast.Subscript):
        owner = owner.value
    return isinstance(owner, ast.Name) and bool(_DRAWING.match(owner.id))
