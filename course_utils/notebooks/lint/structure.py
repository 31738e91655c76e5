"""Rules on the order of a lecture: title, sections, prose before code, slides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from .engine import Finding, Notebook, rule

FIRST_SECTIONS = ["Goal", "Recap"]
LAST_SECTIONS = ["Pitfalls", "Exercises", "Summary", "Further reading"]
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes"}
MOST_CODE_IN_A_ROW = 2
FEWEST_PREDICTIONS = 3
_YOU_CAN = re.compile(r"^\s*(?:[-*+]|\d+[.)])?\s*[*_]*you can\b", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"\b\d+\b")


@rule("title", "the first cell is `# NN Title`, NN as in the file's name, and no other `#` heading")
def _title(nb: Notebook) -> Iterator[Finding]:
    number = nb.path.name[:2]
    first = nb.cells[0].headings if nb.cells else []
    if not (first and first[0][:2] == (0, 1) and re.match(rf"{number} \S", first[0][2])):
        yield 1, f"begin the notebook with a Markdown cell '# {number} Title'"
    for cell in nb.cells:
        for line, level, title in cell.headings:
            if level == 1 and (cell.number, line) != (1, 0):
                yield cell.number, f"'# {title}': one '#' heading a lecture; use '##' here"


@rule("sections", "`##`: Goal, Recap, concepts, Pitfalls, Exercises, Summary, Further reading")
def _sections(nb: Notebook) -> Iterator[Finding]:
    titles = [section.title for section in nb.sections]
    for name in FIRST_SECTIONS + LAST_SECTIONS:
        if titles.count(name) != 1:
            yield 0, f"write one section '## {name}', here are {titles.count(name)}"
    fixed = [title for title in titles if title in FIRST_SECTIONS + LAST_SECTIONS]
    in_place = titles[:2] == FIRST_SECTIONS and titles[-4:] == LAST_SECTIONS
    complete = sorted(fixed) == sorted(FIRST_SECTIONS + LAST_SECTIONS)
    if complete and not in_place:
        order = ", ".join([*FIRST_SECTIONS, "the concepts", *LAST_SECTIONS])
        yield 0, f"bring the '##' sections in order: {order}"
    if complete and in_place and len(titles) == len(fixed):
        yield 0, "add a '##' section that teaches something, between Recap and Pitfalls"


@rule("heading-place", "a `#` or `##` heading is the first line of its cell")
def _heading_place(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        for line, level, title in cell.headings:
            if level <= 2 and line > 0 and (cell.number, level) != (1, 1):
                yield cell.number, f"begin a new cell at '{'#' * level} {title}', for the slides"


@rule("heading-levels", "heading levels go down one step at a time")
def _heading_levels(nb: Notebook) -> Iterator[Finding]:
    headings = [(cell.number, level, t) for cell in nb.cells for _, level, t in cell.headings]
    for (_, before, _), (number, level, title) in pairwise(headings):
        if level > before + 1:
            yield number, f"'{title}': level {level} after level {before}; use {before + 1}"


@rule("goal", "Goal has three lines that start 'you can', and minutes of teaching and of exercises")
def _goal(nb: Notebook) -> Iterator[Finding]:
    for section in nb.sections:
        if section.title != "Goal":
            continue
        found = len(_YOU_CAN.findall(section.text))
        if found != 3:
            yield section.number, f"write three lines that start 'you can', here are {found}"
        lines = [_NUMBER.sub("#", line) for line in section.text.lower().splitlines()]
        if not any(re.search(r"#.*min.*teaching.*#.*exercises", line) for line in lines):
            message = (
                "say how long it takes, like '75 minutes of teaching, 60 minutes of exercises'"
            )
            yield section.number, message


@rule("predict", "at least 3 '**Predict.**' prompts, each with code to run after it")
def _predict(nb: Notebook) -> Iterator[Finding]:
    found = 0
    for section in nb.sections:
        for place, cell in enumerate(section.cells):
            if not (cell.is_text and "**Predict.**" in cell.source):
                continue
            found += 1
            if not any(later.is_code for later in section.cells[place + 1 :]):
                yield cell.number, "let a code cell that answers follow this '**Predict.**'"
    if found < FEWEST_PREDICTIONS:
        message = f"open experiments with '**Predict.**' and a question: {found}, not yet"
        yield 0, f"{message} {FEWEST_PREDICTIONS}"


@rule("prose", "at most 2 code cells in a row: prose leads, code follows")
def _prose(nb: Notebook) -> Iterator[Finding]:
    row = 0
    for cell in nb.cells:
        row = row + 1 if cell.is_code else 0
        if row == MOST_CODE_IN_A_ROW + 1:
            yield cell.number, "write a sentence before this cell: it is the third code in a row"


@rule("pasted-image", "pictures are drawn by code, not pasted or linked")
def _pasted_image(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        linked = cell.is_text and re.search(r"!\[[^\]]*\]\(|<img\b", cell.source)
        if cell.node.get("attachments") or linked:
            yield cell.number, "draw this picture in a code cell, with alt text"


@rule("slide-type", "the first cell and every `#`, `##`, `###` cell have one; set-up has 'skip'")
def _slide_type(nb: Notebook) -> Iterator[Finding]:
    for cell in nb.cells:
        known = ", ".join(sorted(SLIDE_TYPES))
        heads = bool(cell.headings) and cell.headings[0][0] == 0 and cell.headings[0][1] <= 3
        if cell.slide_type is not None and cell.slide_type not in SLIDE_TYPES:
            yield cell.number, f"slide type '{cell.slide_type}' is unknown; take one of {known}"
        elif "setup" in cell.tags and cell.slide_type != "skip":
            yield cell.number, "give the set-up cell the slide type 'skip'"
        elif (heads or cell.number == 1) and cell.slide_type is None:
            yield cell.number, f"give this cell a slide type, one of {known}"
