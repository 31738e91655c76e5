"""Rules on what is stored: executed, clean, described, the same on every machine."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from ..files import KERNELSPEC, LANGUAGE_INFO, VALID_ID
from .engine import Cell, Finding, Notebook, rule

LARGEST_OUTPUT = 300_000  # bytes of one cell's outputs in the file
MOST_LINES = 30
SHORTEST_ALT = 20
CELL_METADATA = {"alt", "jupyter", "rtol_reason", "slideshow", "tags"}  # jupyter: a folded quiz
_NOT_PORTABLE = {
    "an address in memory": re.compile(r"\b0x[0-9a-fA-F]{6,}"),
    "a path of this machine": re.compile(
        r"(?<![\w.])/(?:home|Users|root|tmp|var|usr|opt|mnt|private|work)/\w|\b[A-Z]:\\\w"
    ),
    "the name of a device": re.compile(r"device(?:=|\(type=)'?(?:cuda|mps|xpu)"),
}


@rule("executed", "every code cell was run, from top to bottom: counts 1…n")
def _executed(nb: Notebook) -> Iterator[Finding]:
    expected = 0
    for cell in nb.code:
        if not cell.lines:
            yield cell.number, "remove the empty code cell"
            continue
        expected += 1
        count = cell.node.get("execution_count")
        if count != expected:
            found = "was not run" if count is None else f"has the count {count}, not {expected}"
            yield cell.number, f"the cell {found}: run `make execute`"
            return


@rule("errors", "no error, no traceback, nothing on stderr in any output")
def _errors(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield cell.number, f"the output is an error ({output.ename}): catch and print it"
            elif output.get("name") == "stderr":
                yield cell.number, "there is text on stderr: cure the warning, do not store it"
            elif any("Traceback (most recent call last)" in text for text in _texts(output)):
                yield cell.number, "print the error's message, not the traceback"


@rule("alt-text", f"every picture has alt text of {SHORTEST_ALT} characters or more, by describe()")
def _alt_text(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.code:
        pictures = [
            str(output.metadata.get(mime, {}).get("alt", ""))
            for output in cell.outputs
            for mime in output.get("data", {})
            if mime.startswith("image/")
        ]
        if pictures and not _calls(cell, "describe"):
            yield cell.number, "end the figure with describe(fig, alt)"
        elif any(len(alt.strip()) < SHORTEST_ALT for alt in pictures):
            message = f"describe the picture in {SHORTEST_ALT} characters or more"
            yield cell.number, f"{message}: what is drawn, and what it shows"


@rule("output-size", f"at most {LARGEST_OUTPUT // 1000} KB and {MOST_LINES} lines of text a cell")
def _output_size(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.code:
        size = len(json.dumps(cell.outputs, ensure_ascii=False).encode())
        if size > LARGEST_OUTPUT:
            limit = LARGEST_OUTPUT // 1000
            yield cell.number, f"the outputs take {size // 1000} KB, {limit} are allowed"
        lines = sum(len(text.splitlines()) for out in cell.outputs for text in _printed(out))
        if lines > MOST_LINES:
            yield cell.number, f"{lines} lines of text, {MOST_LINES} are allowed: print less"


@rule("portable-output", "no addresses, no paths of a machine, no GPU's name in an output")
def _portable_output(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.code:
        texts = [text for output in cell.outputs for text in _texts(output)]
        for what, pattern in _NOT_PORTABLE.items():
            found = next((m[0] for m in map(pattern.search, texts) if m), None)
            if found:
                yield cell.number, f"the output holds {what} ('{found}…'), which differs elsewhere"


@rule("metadata", "no metadata but kernel, language, tags, slides, rtol_reason, alt; ids are valid")
def _metadata(nb: Notebook) -> Iterator[Finding]:
    if nb.nb.metadata != {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}:
        yield 0, "the notebook's metadata is not the course's: run `make execute`"
    seen = set()
    for cell in nb.cells:
        extra = sorted(set(cell.node.metadata) - CELL_METADATA)
        if extra:
            yield cell.number, f"remove the cell metadata {', '.join(extra)}"
        name = str(cell.node.get("id", ""))
        if not VALID_ID.match(name) or name in seen:
            yield cell.number, f"the cell id '{name}' is not valid or not unique: `make execute`"
        seen.add(name)


def _calls(cell: Cell, name: str) -> bool:
    try:
        nodes = list(ast.walk(cell.tree))
    except SyntaxError:
        return False
    return any(isinstance(n, ast.Call) and ast.unparse(n.func) == name for n in nodes)


def _texts(output: NotebookNode) -> list[str]:
    """Collect every piece of text of an output, alt texts included."""
    if output.output_type == "stream":
        return [str(output.text)]
    data = output.get("data", {})
    texts = [text for mime, text in data.items() if isinstance(text, str) and "image" not in mime]
    alts = [str(output.metadata.get(mime, {}).get("alt", "")) for mime in data]
    return texts + alts


def _printed(output: NotebookNode) -> list[str]:
    """Collect what a reader sees as lines of text: prints and plain results."""
    if output.output_type == "stream":
        return [str(output.text)]
    return [str(output.get("data", {}).get("text/plain", ""))]
