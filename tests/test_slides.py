"""What becomes of a lecture's cells on slides, and the command. No browser."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks.timing import read_plan
from course_utils.publishing import slides as slides_module
from course_utils.publishing.assets import PublishingError, find_browser, read_script
from course_utils.publishing.slides import find_lectures, print_pdf, slides_html, write_slides
from course_utils.publishing.slides_cells import prepare, shorten, split_parts
from course_utils.publishing.slides_command import main

ROOT = Path(__file__).resolve().parents[1]
ALT = 'Nine "points" & a line < that rises.'
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def words(text, kind=None):
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    return new_markdown_cell(text, metadata=metadata)


def code(source, *outputs, kind=None):
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata, execution_count=1)


def printed(text="1\n"):
    return new_output("stream", text=text)


def picture(alt=ALT):
    return new_output("display_data", data={"image/png": DOT}, metadata={"image/png": {"alt": alt}})


def widget():
    return new_output("execute_result", data={"text/plain": "Interactive: run this notebook to …"})


def lecture(*cells):
    plan = "**Plan, 12 minutes.** Goal and recap 2 · Downhill 10. Break when you like."
    head = [words("# 02 Downhill & up", "slide"), words("## Recap", "slide"), words(plan, "notes")]
    return new_notebook(cells=[*head, *cells])


def on_slides(nb):
    """For each slide, what it shows; notes excepted."""
    parts = split_parts(nb)
    return [[cell.source for cell in slide.cells] for part in parts for slide in part.slides]


def test_cells_stand_on_the_slides_that_their_types_say():
    nb = lecture(
        words("## Downhill", "slide"),
        code("a"),
        words("hidden", "skip"),
        code("b"),
        words("Ask.", "notes"),
        words("c", "subslide"),
        code("", kind="subslide"),
    )
    assert on_slides(nb)[2:] == [["## Downhill", "a", "b"], ["c"]]


def test_the_notebook_itself_is_left_alone():
    nb = lecture(words("## Downhill", "slide"), code("describe(fig, 'A line.')", picture()))
    before = nbformat.writes(nb)
    prepare(nb)
    assert nbformat.writes(nb) == before


def notes_by_slide(nb):
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in nb.cells]
    found = []
    for kind, cell in zip(kinds, nb.cells, strict=True):
        if kind in ("slide", "subslide"):
            found.append("")
        elif kind == "notes":
            found[-1] = cell.source
    return found


def test_every_slide_of_a_part_has_its_minutes_and_notes_its_own_where_there_are():
    nb = lecture(
        words("## Downhill", "slide"),
        words("steep", "subslide"),
        words("Ask: which way?", "notes"),
        words("flat", "subslide"),
        words("## Summary", "slide"),
    )
    prepared = prepare(nb)
    title, recap, downhill, steep, flat, summary = notes_by_slide(prepared)
    assert title == recap
    assert recap.startswith("*Goal and recap (2 minutes)*\n\n**Plan, 12 minutes.**")
    assert downhill == steep == flat == "*Downhill (10 minutes)*\n\nAsk: which way?"
    assert summary == ""
    nb.cells.insert(-1, words("Ask: and here?", "notes"))
    assert notes_by_slide(prepare(nb))[-2].endswith("\n\nAsk: and here?")
    assert "and here" not in notes_by_slide(prepare(nb))[-3]


def test_the_minutes_are_shared_among_the_slides_as_seconds():
    nb = lecture(words("## Downhill", "slide"), words("a", "subslide"), words("b", "subslide"))
    timings = [
        int(cell.metadata.slideshow.data.timing)
        for cell in prepare(nb).cells
        if "data" in cell.metadata.get("slideshow", {})
    ]
    assert timings == [60, 60, 200, 200, 200]


def steps(*cells):
    shown = prepare(lecture(words("## Downhill", "slide"), *cells)).cells[5:-1]
    return [(bool(c.metadata.get("course_step")), "course_answer" in c.metadata) for c in shown]


def test_an_answer_comes_one_step_after_its_question():
    asked, seen = words("**Predict.** How many?"), words("**Seen.** Nine.")
    assert steps(asked, code("9", printed()), seen) == [
        (False, False),
        (False, True),
        (True, False),
    ]
    assert steps(words("A sentence."), code("9", printed()), seen) == [(False, False)] * 3
    # A cell that prints nothing answers nothing; after an answer, all that follows waits.
    assert steps(asked, code("def f(): ..."), code("f()", printed()), code("g()", printed())) == [
        (False, False),
        (False, False),
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("describe(fig, 'A line.')", 'describe(fig, "…")'),
        (
            "describe(\n    axes[0],\n    'A '\n    'line.',\n)  # fmt: skip",
            'describe(axes[0], "…")',
        ),
        ("x = [1,\n  2]  # fmt: skip\ny = 1\n", "x = [1,\n  2]\ny = 1"),
        ("for ax in axes:\n    describe(ax, text)", "for ax in axes:\n    describe(ax, text)"),
        ("x = 1\nalt = 'A '\ndescribe(ax, alt + 'line.')", 'x = 1\ndescribe(ax, "…")'),
        (
            "name = 'A'\nprint(name)\ndescribe(ax, name)",
            "name = 'A'\nprint(name)\ndescribe(ax, \"…\")",
        ),
        ("text = draw()\ndescribe(ax, text)", 'text = draw()\ndescribe(ax, "…")'),
        ("%matplotlib inline\nx = 1", "%matplotlib inline\nx = 1"),
        ("describe(table)", "describe(table)"),
    ],
)
def test_alt_texts_and_formatters_comments_leave_the_code(source, shown):
    assert shorten(source) == shown


def test_the_figure_before_it_stands_in_for_a_widget():
    nb = lecture(
        words("## Downhill", "slide"),
        code("draw()", picture("The first of two figures.")),
        code("draw()", picture("The second of two figures.")),
        code("widgets.slope()", widget(), kind="subslide"),
    )
    last = prepare(nb).cells[-2]
    assert [list(out.data) for out in last.outputs] == [["image/png"], ["text/plain"]]
    assert last.outputs[0].metadata["image/png"].alt == "The second of two figures."
    # Beside a figure of its own it needs none, and before the first there is none.
    beside = [*nb.cells[:6], code("widgets.slope()", widget())]
    for cells in (beside, [nb.cells[0], nb.cells[-1]]):
        outputs = [
            out for c in prepare(new_notebook(cells=cells)).cells for out in c.get("outputs", [])
        ]
        assert sum("text/plain" in out.data for out in outputs) == 1
        assert sum("image/png" in out.data for out in outputs) == len(cells) // 3


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("lecture") / "02_downhill.ipynb"
    nb = lecture(
        words("## Downhill", "slide"),
        code("x = 1", picture(), printed("a < b\n")),
        words("$x_1 < 2$ is *shown*."),
        words("Never shown.", "skip"),
        new_code_cell("quiz('Never shown.')", metadata={"tags": ["remove-input"]}),
    )
    nbformat.write(nb, path)
    return slides_html(path)


def test_the_page_loads_nothing_from_elsewhere(page):
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"""(?:src|href)=["'](?!data:)[^"']+""", own) == []
    assert re.findall(r"@import|url\((?!data:)", own) == []
    assert page.count("</script>") == 4


def test_the_page_keeps_alt_texts_and_escapes_what_is_printed(page):
    soup = BeautifulSoup(page, "html.parser")
    assert [image["alt"] for image in soup("img")] == [ALT]
    assert [pre.text.strip() for pre in soup("pre")] == ["x = 1", "a < b"]
    assert soup.title.text == "02 Downhill & up"
    assert "shown" in [emphasis.text for emphasis in soup("em")]


def test_the_page_holds_notes_and_timing_and_hides_what_is_skipped(page):
    soup = BeautifulSoup(page, "html.parser")
    assert "Never shown." not in page
    assert [aside.text.split()[0] for aside in soup("aside")] == ["Goal", "Goal", "Downhill"]
    leaves = [section for section in soup("section") if not section.find("section")]
    assert [section["data-timing"] for section in leaves] == ["60", "60", "600"]


def test_a_script_cannot_end_its_element(tmp_path):
    file = tmp_path / "a.js"
    file.write_text('x = "</script><!-- </SCRIPT";\n//# sourceMappingURL=a.js.map\ny = a < b;')
    text = read_script(file)
    assert "</script" not in text.lower()
    assert "<!--" not in text
    assert "sourceMapping" not in text
    assert text.endswith("y = a < b;")


def test_lectures_are_found_by_number_and_by_path(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    (four,) = find_lectures(["4"])
    assert four.name.startswith("04_")
    assert find_lectures(["04", str(four)]) == [four, four]
    assert find_lectures([]) == sorted(Path("lectures").glob("[0-9][0-9]_*.ipynb"))
    for name in ("44", "", "four", "lectures/absent.ipynb"):
        with pytest.raises(PublishingError, match=r"There is no lecture .* Name a number: 00, 01"):
            find_lectures([name])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PublishingError, match="Go to the course's folder"):
        find_lectures([])


def test_the_command_writes_and_fails_with_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["00", "--out", str(tmp_path / "new" / "folder")]) == 0
    written = tmp_path / "new" / "folder" / "00_tensors.html"
    assert capsys.readouterr().out == f"{written}\n"
    assert "<title>00 " in written.read_text(encoding="utf-8")
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("COURSE_BROWSER", "no-such-browser")
    for words_, message in (
        (["99"], "There is no lecture '99'."),
        (["00", "--out", str(blocked)], f"Cannot write {blocked / '00_tensors.html'}: "),
        (["00", "--pdf", "--out", str(tmp_path)], "COURSE_BROWSER is 'no-such-browser'"),
    ):
        assert main(words_) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert err.startswith(message)
    assert main(["--nonsense"]) == 2


def test_without_a_browser_printing_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(slides_module, "find_browser", lambda: None)
    with pytest.raises(PublishingError, match=r"needs Chromium .* \?print-pdf"):
        print_pdf(tmp_path / "a.html")


def test_a_notebook_with_nothing_to_show_is_refused(tmp_path):
    nbformat.write(new_notebook(cells=[words("x", "skip")]), tmp_path / "05_x.ipynb")
    with pytest.raises(PublishingError, match="no cell to show"):
        write_slides(tmp_path / "05_x.ipynb", tmp_path)


def test_a_named_browser_is_taken(monkeypatch, tmp_path):
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("COURSE_BROWSER", str(program))
    assert find_browser() == program


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("**Plan, 9 minutes.** Goal and recap 4 · Downhill 5.", (4, 5)),
        ("**Plan, 9 minutes.** Goal and recap 4 · A 2nd\nway 5. Break there.\n\nMore.", (4, 5)),
        ("**Plan, 9 minutes.** Goal and recap 4 · Downhill.", None),
        ("Timing: Goal 4 · Downhill 5.", None),
    ],
)
def test_a_plan_is_read(text, parts):
    plan = read_plan(text)
    assert (plan and tuple(minutes for _, minutes in plan.parts)) == parts
