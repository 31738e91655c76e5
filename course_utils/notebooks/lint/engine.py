"""What a rule sees of a notebook, and how rules are written down and run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from ..files import read_notebook

Finding = tuple[int, str]  # number of the cell (0: the whole notebook), what to do


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, which, and what to do about it."""

    path: Path
    cell: int
    rule: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}, cell {self.cell}" if self.cell else f"{self.path}"
        return f"{where}: {self.message} [{self.rule}]"


@dataclass(frozen=True)
class Cell:
    """A cell as the rules see it; `number` counts all cells from 1, as the messages do."""

    number: int
    node: NotebookNode

    @property
    def is_code(self) -> bool:
        """Whether it is a code cell."""
        return bool(self.node.cell_type == "code")

    @property
    def is_text(self) -> bool:
        """Whether it is a Markdown cell."""
        return bool(self.node.cell_type == "markdown")

    @property
    def source(self) -> str:
        """The cell's text."""
        return str(self.node.source)

    @property
    def tags(self) -> list[str]:
        """The cell's tags."""
        return [str(tag) for tag in self.node.metadata.get("tags", [])]

    @property
    def slide_type(self) -> str | None:
        """The slide type; None where the cell continues the slide before it."""
        value = self.node.metadata.get("slideshow", {}).get("slide_type")
        return None if value in (None, "", "-") else str(value)

    @property
    def outputs(self) -> list[NotebookNode]:
        """Outputs of a code cell, nothing for others."""
        return list(self.node.get("outputs", []))

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not blank."""
        return [line for line in self.source.splitlines() if line.strip()]

    @cached_property
    def tree(self) -> ast.Module:
        """Syntax tree of a code cell, magics translated; raises SyntaxError."""
        return ast.parse(TransformerManager().transform_cell(self.source))

    @cached_property
    def headings(self) -> list[tuple[int, int, str]]:
        """Line number from 0, level and text of each heading of a Markdown cell."""
        if not self.is_text:
            return []
        found, fence = [], None
        for number, line in enumerate(self.source.splitlines()):
            mark = re.match(r"\s{0,3}(```+|~~~+)", line)
            if mark:
                fence = None if fence == mark[1][0] else fence or mark[1][0]
            heading = re.match(r"(#{1,6})\s+(.*?)\s*$", line)
            if heading and fence is None:
                found.append((number, len(heading[1]), heading[2]))
        return found


@dataclass(frozen=True)
class Section:
    """A ``##`` section: its heading and its cells, the one with the heading first."""

    title: str
    cells: list[Cell]

    @property
    def number(self) -> int:
        """Number of its first cell."""
        return self.cells[0].number

    @property
    def text(self) -> str:
        """Its Markdown, notes for the speaker excepted."""
        texts = [c.source for c in self.cells if c.is_text and c.slide_type != "notes"]
        return "\n\n".join(texts)


class Notebook:
    """A notebook as the rules see it."""

    def __init__(self, path: Path, nb: NotebookNode) -> None:
        self.path = path
        self.nb = nb
        self.cells = [Cell(number, node) for number, node in enumerate(nb.cells, start=1)]
        self.code = [cell for cell in self.cells if cell.is_code]

    @cached_property
    def parsed(self) -> list[tuple[Cell, ast.Module]]:
        """Code cells with their syntax trees; the rule ``syntax`` speaks of the others."""
        pairs = []
        for cell in self.code:
            try:
                pairs.append((cell, cell.tree))
            except SyntaxError:
                continue
        return pairs

    @cached_property
    def sections(self) -> list[Section]:
        """The ``##`` sections in their order."""
        found: list[Section] = []
        for cell in self.cells:
            titles = [title for _, level, title in cell.headings if level == 2]
            if titles:
                found.append(Section(titles[0], [cell]))
            elif found:
                found[-1].cells.append(cell)
        return found


@dataclass(frozen=True)
class Rule:
    """A house rule: its name, what it demands in one line, and the function that finds breaches."""

    name: str
    demand: str
    find: Callable[[Notebook], Iterator[Finding]]


RULES: dict[str, Rule] = {}


def rule(
    name: str, demand: str
) -> Callable[[Callable[[Notebook], Iterator[Finding]]], Callable[[Notebook], Iterator[Finding]]]:
    """Write a function down as the rule `name`."""

    def register(
        find: Callable[[Notebook], Iterator[Finding]],
    ) -> Callable[[Notebook], Iterator[Finding]]:
        RULES[name] = Rule(name, demand, find)
        return find

    return register


def run_rules(path: str | Path, names: Sequence[str]) -> list[Problem]:
    """Apply the named rules to one notebook file; problems in the order of its cells."""
    path = Path(path)
    notebook = Notebook(path, read_notebook(path))
    problems = [
        Problem(path, cell, name, message)
        for name in names
        for cell, message in RULES[name].find(notebook)
    ]
    return sorted(problems, key=lambda problem: problem.cell)
