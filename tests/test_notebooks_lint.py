"""Every house rule fires, alone, on a small lecture that breaks it; a good one breaks none."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks.files import KERNELSPEC, LANGUAGE_INFO
from course_utils.notebooks.install import install_source
from course_utils.notebooks.lint import ANY_NOTEBOOK, LECTURE, RULES, lint, rules_for

Change = Callable[[NotebookNode], None]


def markdown(source: str, slide: str | None = "slide") -> NotebookNode:
    metadata = {"slideshow": {"slide_type": slide}} if slide else {}
    return new_markdown_cell(source, metadata=metadata)


def code(source: str, *outputs: NotebookNode, **metadata: object) -> NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def picture(alt: str, data: str = "AAAA") -> NotebookNode:
    return new_output(
        "display_data", {"image/png": data}, metadata={"image/png": {"alt": alt}} if alt else {}
    )


PLAN = "**Plan, 70 minutes.** Goal and recap 2 · The line 63 · Pitfalls 5. Break when you like."
HINTS = "**Ask:** does it rise? **Usual wrong answer:** no. **Point at:** the right end."


def good_lecture() -> list[NotebookNode]:
    """The shortest lecture that keeps every rule; the tests below know its places by name."""
    return [
        markdown("# 07 A line"),
        markdown(PLAN, "notes"),
        markdown(
            "## Goal\n\n- you can draw a line\n- You can tilt it\n- **You can** stop\n\n"
            "70 minutes of teaching, 5 of exercises."
        ),
        code(install_source(), tags=["install"], slideshow={"slide_type": "skip"}),
        code("import math", tags=["setup"], slideshow={"slide_type": "skip"}),
        markdown("## Recap\n\nWhat is a slope?"),
        markdown("## The line\n\n**Predict.** Does it rise?"),
        code("fig = line()\ndescribe(fig, alt)", picture("A straight line that rises from 0 to 1")),
        markdown(HINTS, "notes"),
        markdown("**Predict.** And now?", None),
        code("math.pi", printed("3.14"), tags=["rtol=1e-2"], rtol_reason="a test of the tag"),
        code("def rise(x):\n    return 2 * x", tags=["twin:models.LinearRegression"]),
        markdown("## Pitfalls\n\n**Predict.** What breaks?"),
        code("1"),
        markdown(HINTS, "notes"),
        markdown("## Exercises"),
        markdown("## Summary"),
        markdown("## Further reading"),
    ]


TITLE, TIMING, GOAL, INSTALL, SETUP, RECAP, CONCEPT, FIGURE, NOTE = range(9)
TEXT, TAGGED, TWIN, PITFALLS, RUN, BUG, EXERCISES, SUMMARY, READING = range(9, 18)


def notebook(cells: list[NotebookNode]) -> NotebookNode:
    nb = new_notebook(cells=cells)
    nb.metadata = copy.deepcopy({"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    count = 0
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
    return nb


def write(path: Path, nb: NotebookNode) -> Path:
    path.write_text(json.dumps(nb), encoding="utf-8")
    return path


def source(place: int, text: str) -> Change:
    """Replace the text of a cell."""
    return lambda nb: nb.cells[place].update(source=text)


def more(place: int, text: str) -> Change:
    """Add lines to a cell."""
    return lambda nb: nb.cells[place].update(source=f"{nb.cells[place].source}\n{text}")


def output(place: int, *outputs: NotebookNode) -> Change:
    """Replace the outputs of a cell."""
    return lambda nb: nb.cells[place].update(outputs=list(outputs))


def metadata(place: int, **changes: object) -> Change:
    """Set metadata of a cell; None removes a key."""

    def change(nb: NotebookNode) -> None:
        nb.cells[place].metadata.update(changes)
        for key in [key for key, value in changes.items() if value is None]:
            del nb.cells[place].metadata[key]

    return change


def slide(place: int, slide_type: str) -> Change:
    return metadata(place, slideshow={"slide_type": slide_type})


def drop(*places: int) -> Change:
    """Remove cells; the counts stay 1…n."""

    def change(nb: NotebookNode) -> None:
        nb.cells = [cell for place, cell in enumerate(nb.cells) if place not in places]
        nb.update(notebook(nb.cells))

    return change


def insert(place: int, *cells: NotebookNode) -> Change:
    """Add cells before a place; the counts stay 1…n."""

    def change(nb: NotebookNode) -> None:
        nb.cells[place:place] = copy.deepcopy(list(cells))
        nb.update(notebook(nb.cells))

    return change


def swap(first: int, second: int) -> Change:
    def change(nb: NotebookNode) -> None:
        nb.cells[first], nb.cells[second] = nb.cells[second], nb.cells[first]

    return change


def count(place: int, value: int | None) -> Change:
    return lambda nb: nb.cells[place].update(execution_count=value)


def both(*changes: Change) -> Change:
    def change(nb: NotebookNode) -> None:
        for part in changes:
            part(nb)

    return change


def minutes(total: str, *, line: str) -> Change:
    """Let plan and Goal agree on another total."""

    def change(nb: NotebookNode) -> None:
        nb.cells[TIMING].source = PLAN.replace("70", total).replace("63", line)
        nb.cells[GOAL].source = nb.cells[GOAL].source.replace("70", total)

    return change


LONG_IMPORT = "from math import (\n" + "    pi,\n" * 20 + ")"
BREACHES: list[tuple[str, int, Change]] = [  # rule, number of the cell it names, what breaks it
    ("title", 1, source(TITLE, "# 08 A line")),
    ("title", 1, source(TITLE, "A line")),
    ("title", 17, insert(SUMMARY, markdown("# Two"))),
    ("sections", 0, drop(RECAP)),
    ("sections", 0, drop(READING)),
    ("sections", 0, swap(EXERCISES, SUMMARY)),
    ("sections", 0, insert(READING, markdown("## Summary"))),
    ("sections", 0, source(CONCEPT, "### The line\n\n**Predict.** Does it rise?")),
    ("heading-place", 16, source(SUMMARY - 1, "## Exercises\n\nOne.\n\n## Exercises, continued")),
    ("heading-levels", 16, more(EXERCISES, "#### Too deep")),
    ("goal", 3, source(GOAL, "## Goal\n\n- you can\n\n70 minutes of teaching, 5 of exercises")),
    ("goal", 3, source(GOAL, "## Goal\n\n- you can a\n- you can b\n- you can c\n\n10 minutes")),
    ("predict", 0, source(TEXT, "And now?")),
    ("predict", 17, more(SUMMARY, "**Predict.** Nothing follows.")),
    ("prose", 13, insert(TAGGED, code("2"))),
    ("pasted-image", 10, more(TEXT, "![a picture](line.png)")),
    ("pasted-image", 10, more(TEXT, '<img src="line.png">')),
    ("slide-type", 16, metadata(EXERCISES, slideshow=None)),
    ("slide-type", 16, slide(EXERCISES, "slides")),
    ("slide-type", 5, slide(SETUP, "slide")),
    ("timing-plan", 2, source(TIMING, "Keep an eye on the clock.")),
    ("timing-plan", 2, source(TIMING, PLAN.replace("63", "64"))),
    ("timing-plan", 2, source(TIMING, PLAN.replace("The line", "Lines"))),
    ("timing-plan", 2, source(TIMING, PLAN.replace("Pitfalls 5", "Pitfalls 3 · Break 2"))),
    ("timing-plan", 2, source(TIMING, PLAN.replace("70", "80").replace("63", "73"))),
    ("timing-plan", 2, minutes("50", line="43")),
    ("timing-plan", 2, minutes("95", line="88")),
    ("teaching-notes", 7, drop(NOTE)),
    ("teaching-notes", 7, source(NOTE, HINTS.replace("**Point at:**", "See"))),
    ("teaching-notes", 13, source(BUG, "Show the first one.")),
    ("syntax", 14, source(RUN, "1 +")),
    ("cell-length", 14, source(RUN, "1\n\n" * 16)),
    ("median-length", 0, both(*(source(place, "1\n" * 7) for place in (TAGGED, TWIN, RUN)))),
    ("setup", 0, both(metadata(SETUP, tags=None), source(SETUP, "1"))),
    ("setup", 7, insert(SETUP, code("1"), markdown("Words.", None))),
    ("install", 0, metadata(RUN, tags=["install"])),
    ("install", 4, source(INSTALL, "pip()")),
    ("install", 4, source(INSTALL, install_source("me/course now"))),
    ("install", 4, slide(INSTALL, "slide")),
    ("imports", 14, source(RUN, "def f():\n    from math import pi\n    return pi")),
    ("plot-helper", 14, source(RUN, "def plot_it(x):\n    return x")),
    ("plot-helper", 14, source(RUN, "def show_line(ax):\n    ax.plot([0, 1])")),
    ("plot-helper", 14, source(RUN, "def panel():\n    axes[0, 1].set_title('x')")),
    ("show", 14, source(RUN, "plt.show()")),
    ("tags", 16, metadata(EXERCISES, tags=["hide"])),
    ("tags", 14, metadata(RUN, tags=["remove-input"])),
    ("tags", 14, metadata(RUN, jupyter={"source_hidden": True})),
    ("tags", 14, source(RUN, 'quiz("1 + 1?", right={"2": "Yes."}, wrong={"11": "Text."})')),
    ("tags", 14, metadata(RUN, tags=["twin:training"])),
    ("tags", 14, metadata(RUN, tags=["rtol=0.01"])),
    ("tags", 14, metadata(RUN, tags=["rtol=2"])),
    ("tags", 14, metadata(RUN, rtol_reason="no tag")),
    ("tags", 14, source(RUN, "# NBVAL_IGNORE_OUTPUT\n1")),
    ("executed", 14, count(RUN, None)),
    ("executed", 11, count(TAGGED, 7)),
    ("executed", 14, source(RUN, " ")),
    ("errors", 14, output(RUN, new_output("error", ename="E", evalue="v", traceback=[]))),
    ("errors", 14, output(RUN, printed("UserWarning: old", "stderr"))),
    ("errors", 14, output(RUN, printed("Traceback (most recent call last):\n"))),
    ("alt-text", 8, output(FIGURE, picture(""))),
    ("alt-text", 8, output(FIGURE, picture("a line"))),
    ("alt-text", 8, source(FIGURE, "line()")),
    ("output-size", 14, output(RUN, printed("1\n" * 31))),
    ("output-size", 8, output(FIGURE, picture("A straight line that rises", "A" * 300_000))),
    ("portable-output", 14, output(RUN, printed("<function f at 0x7f3a9c2b1d30>"))),
    ("portable-output", 14, output(RUN, printed("saved /home/ada/line.png"))),
    ("portable-output", 14, output(RUN, printed("saved C:\\Users\\ada"))),
    ("portable-output", 14, output(RUN, printed("tensor(1., device='cuda:0')"))),
    ("metadata", 0, lambda nb: nb.metadata.update(widgets={})),
    ("metadata", 0, lambda nb: nb.metadata.language_info.update(version="3.11.2")),
    ("metadata", 14, metadata(RUN, collapsed=True)),
    ("metadata", 14, lambda nb: nb.cells[RUN].update(id="cell-0")),
    ("metadata", 14, lambda nb: nb.cells[RUN].update(id="not valid")),
]


def test_a_good_lecture_has_no_problems(tmp_path):
    assert lint(write(tmp_path / "07_line.ipynb", notebook(good_lecture()))) == []


@pytest.mark.parametrize(
    ("rule", "cell", "change"), BREACHES, ids=[f"{b[0]}-{n}" for n, b in enumerate(BREACHES)]
)
def test_a_breach_is_found_and_nothing_else(tmp_path, rule, cell, change):
    nb = notebook(good_lecture())
    change(nb)
    problems = lint(write(tmp_path / "07_line.ipynb", nb))
    assert {problem.rule for problem in problems} == {rule}, problems
    assert cell in {problem.cell for problem in problems}
    assert all(len(problem.message) > 20 for problem in problems)


def test_every_rule_has_a_breach():
    assert {rule for rule, _, _ in BREACHES} == set(LECTURE)  # tests/test_release.py has others


@pytest.mark.parametrize(
    "change",
    [
        more(SETUP, LONG_IMPORT),
        output(RUN, printed("12 km/h, 3/4 and 0x1F")),
        output(RUN, printed("1\n" * 30)),
        more(EXERCISES, "```\n# not a heading\n```"),
        source(RUN, "%precision 3\ndef rise(line):\n    return line.plot"),
    ],
    ids=["long-import", "harmless-text", "thirty-lines", "fenced-heading", "magic"],
)
def test_what_is_allowed_is_not_a_problem(tmp_path, change):
    nb = notebook(good_lecture())
    change(nb)
    assert lint(write(tmp_path / "07_line.ipynb", nb)) == []


def test_a_problem_says_where_what_and_which_rule(tmp_path):
    nb = notebook(good_lecture())
    nb.cells[RUN].source = "plt.show()"
    path = write(tmp_path / "07_line.ipynb", nb)
    (problem,) = lint(path)
    message = "end the figure with describe(fig, alt) in place of show()"
    assert str(problem) == f"{path}, cell 14: {message} [show]"


def test_the_profile_follows_the_name():
    assert rules_for("lectures/07_line.ipynb") == LECTURE
    assert rules_for("lectures/playground.ipynb") == ANY_NOTEBOOK
    assert set(ANY_NOTEBOOK) < set(RULES)
