"""What becomes of cells, names and addresses on the way into the book. No builder, no browser."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks.install import install_source
from course_utils.publishing.assets import PublishingError
from course_utils.publishing.book.__main__ import main
from course_utils.publishing.book.build import build_book
from course_utils.publishing.book.cells import only_draws, page_of
from course_utils.publishing.book.course import Chapter, Course
from course_utils.publishing.book.reference import modules, overview
from course_utils.publishing.book.repository import Repository, launch_row

ALT = "A straight line that rises from left to right."


def picture(alt: str | None = ALT) -> nbformat.NotebookNode:
    metadata = {} if alt is None else {"image/png": {"alt": alt}}
    return new_output("display_data", data={"image/png": "aGVsbG8="}, metadata=metadata)


def sources(*cells: nbformat.NotebookNode, launch: str = "") -> list[str]:
    page = page_of(new_notebook(cells=list(cells)), name="test", launch=launch)
    return [cell.source for cell in page.cells]


def one(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    (found,) = page_of(new_notebook(cells=[cell]), name="test").cells
    return found


def slide(kind: str) -> dict[str, dict[str, str]]:
    return {"slideshow": {"slide_type": kind}}


def test_notes_stay_out_and_skipped_cells_stay_in():
    cells = [new_markdown_cell(kind, metadata=slide(kind)) for kind in ("slide", "notes", "skip")]
    assert sources(*cells) == ["slide", "skip"]


@pytest.mark.parametrize("tag", ["slide-only", "install"])
def test_what_is_for_other_places_stays_out(tag):
    cells = [new_code_cell("pip()", metadata={"tags": [tag]}), new_code_cell("x = 1")]
    assert sources(*cells) == ["x = 1"]


def test_the_alt_text_moves_to_where_the_builder_reads_it():
    cell = one(new_code_cell("model.draw()", outputs=[picture()]))
    assert cell.metadata.mystnb.image.alt == ALT


def test_the_notebook_itself_is_left_alone():
    nb = new_notebook(cells=[new_code_cell("f()", outputs=[picture()], metadata=slide("skip"))])
    before = nbformat.writes(nb)
    page_of(nb, name="test", launch="<p>row</p>")
    assert nbformat.writes(nb) == before


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([picture(None)], "a picture without alt text"),
        ([picture(), picture("Something else is on this one.")], "different alt texts"),
    ],
)
def test_a_picture_that_nobody_can_hear_is_refused(outputs, message):
    with pytest.raises(PublishingError, match=message):
        one(new_code_cell("draw()", outputs=outputs))


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("fig, ax = plt.subplots()\nax.plot(x, y)\ndescribe(fig, 'A line.')", True),
        ("ax = plotting.plot_fit(model, X, y)\nax.set_title('Fit')", True),
        ("for ax, name in zip(axes, names):\n    plotting.plot_unit(ax=ax)", True),
        ("axes[0].set_title('Left')", True),
        ("loss = bce(model(X), y)\nax.plot(loss)", False),
        ("for epoch in range(3):\n    optimizer.step()\n    ax.plot(loss)", False),
        ("print(fig)", False),
        ("def f(", False),
        ("", False),
    ],
)
def test_code_that_only_draws_is_folded(source, folded):
    assert only_draws(source) is folded
    if source:
        cell = one(new_code_cell(source, outputs=[picture()]))
        assert cell.metadata.get("tags", []) == ["hide-input"] * folded


def test_drawing_without_a_picture_is_not_folded():
    assert "tags" not in one(new_code_cell("fig = plt.figure()")).metadata


def test_the_setup_and_the_answers_of_a_question_are_folded():
    for cell in (
        new_code_cell("import torch", metadata={"tags": ["setup"]}),
        new_code_cell('quiz("?", right={"a": "b"}, wrong={"c": "d"})'),
    ):
        assert one(cell).metadata.tags == ["hide-input"]


def test_signal_words_become_boxes():
    text = "Some words.\n\n**Predict.** What now?\n\nThe **Seen.** inside a line is left alone."
    (found,) = sources(new_markdown_cell(text))
    assert found.count("{.") == 1
    assert "\n\n{.predict}\n**Predict.** What now?" in found
    assert sources(new_markdown_cell("**Seen.** It falls."))[0].startswith("{.seen}\n**Seen.**")


def test_links_stand_below_the_title():
    assert sources(new_markdown_cell("# 01 Title\n\nText."), launch="ROW") == [
        "# 01 Title\n\nROW\n\nText."
    ]


def test_without_an_address_there_are_no_dead_buttons():
    row = launch_row("lectures/00_a.ipynb", "../notebooks/lectures/00_a.ipynb", None)
    assert row.count("<a ") == 1
    assert "Download" in row


def test_with_an_address_the_buttons_lead_to_it():
    repository = Repository.parse("https://github.com/me/course/tree/2026/autumn")
    row = launch_row("lectures/00_a.ipynb", "x.ipynb", repository)
    assert "https://colab.research.google.com/github/me/course/blob/2026/autumn/lectures" in row
    binder = "https://mybinder.org/v2/gh/me/course/2026%2Fautumn?urlpath=lab/tree/lectures/00_a"
    assert binder in row


def test_colab_is_offered_only_where_the_notebook_fetches_the_package(tmp_path):
    repository = Repository("me", "course")
    row = launch_row("lectures/00_a.ipynb", "x.ipynb", repository, installs=False)
    assert "colab" not in row
    assert "mybinder" in row

    def installs(source: str) -> bool:
        return Chapter(tmp_path, new_notebook(cells=[new_code_cell(source)]), "lectures").installs

    assert installs(install_source("https://github.com/me/course"))
    assert not installs(install_source())
    assert not installs("import torch")


def test_checks_of_exercises_come_without_their_verdict():
    metadata = {"nbgrader": {"grade": True, "solution": False}}
    verdict = new_output("stream", text="not done yet")
    cell = one(new_code_cell("check(f)", outputs=[verdict], metadata=metadata))
    assert (cell.source, cell.outputs) == ("check(f)", [])


@pytest.mark.parametrize(
    "address", ["", "github.com/me/course", "https://gitlab.com/me/course", "https://github.com/me"]
)
def test_an_address_that_cannot_work_is_refused(address):
    with pytest.raises(PublishingError, match="https://github.com/OWNER/NAME"):
        Repository.parse(address)


@pytest.mark.parametrize("ending", ["", "/", ".git"])
def test_usual_endings_of_an_address_are_understood(ending):
    assert Repository.parse(f"https://github.com/me/course{ending}") == Repository("me", "course")


def test_the_address_is_read_from_pyproject(tmp_path):
    assert Repository.of(tmp_path) is None
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\nname = "x"\n')
    assert Repository.of(tmp_path) is None
    file.write_text('[project.urls]\nRepository = "https://github.com/me/it"\n')
    assert Repository.of(tmp_path) == Repository("me", "it")


def test_reference_names_what_the_package_offers():
    documented = {module.name: module for module in modules()}
    assert {"fit", "evaluate"} <= set(documented["training"].functions)
    assert documented["training"].classes == ["EarlyStopping", "History"]
    assert "accuracy" in documented["metrics"].functions
    assert not any(name.startswith("_") for m in documented.values() for name in m.functions)
    front = overview(list(documented.values()))
    assert "`~course_utils.training.fit`" in front


def test_minutes_and_titles_are_read_from_the_lectures(tmp_path):
    goal = "## Goal\n\n**Time:** 80 minutes of teaching, 45 of\nexercises."
    nb = new_notebook(cells=[new_markdown_cell("# 07 Trees"), new_markdown_cell(goal)])
    (tmp_path / "lectures").mkdir()
    nbformat.write(nb, tmp_path / "lectures" / "07_trees.ipynb")
    (tmp_path / "lectures" / "playground.ipynb").write_text("not a chapter")
    (lecture,) = Course.read(tmp_path).lectures
    assert (lecture.title, lecture.minutes) == ("07 Trees", (80, 45))
    assert lecture.page == "lectures/07_trees"


def test_a_folder_without_lectures_is_refused(tmp_path, capsys):
    assert main(["--course", str(tmp_path), "--out", str(tmp_path / "book")]) == 1
    assert "--course" in capsys.readouterr().err


def test_somebody_elses_folder_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(PublishingError, match="--out"):
        build_book(out=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_a_pdf_without_a_browser_is_a_clear_message(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("course_utils.publishing.book.__main__.find_browser", lambda: None)
    assert main(["--pdf", "--out", str(tmp_path / "book")]) == 1
    assert "apt install chromium" in capsys.readouterr().err
    assert not (tmp_path / "book").exists()


def test_a_wrong_command_line_says_so(capsys):
    assert main(["--nonsense"]) == 2
    assert "usage" in capsys.readouterr().err
