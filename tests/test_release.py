"""From a source with solutions to what students get: nothing secret, nothing random, no drift."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.exercises import exercises_of
from course_utils.notebooks import (
    NotebookError,
    drift,
    execute,
    find_notebooks,
    lint,
    read_notebook,
    release,
    student_version,
    sync,
)
from course_utils.notebooks.__main__ import main
from course_utils.notebooks.files import dumps
from course_utils.notebooks.lint import EXERCISES, LECTURE, RULES, graded, rules_for
from course_utils.notebooks.marks import HIDDEN, SOLUTION, kind_of, mark, role_of, split_regions
from course_utils.notebooks.release import find_leaks
from course_utils.notebooks.sync import from_percent, to_percent

pytest.importorskip("nbgrader", reason="making exercises needs nbgrader (the extra 'grading')")

LECTURES = Path(__file__).resolve().parents[1] / "lectures"
SOURCES = find_notebooks([LECTURES / "solutions"]) if (LECTURES / "solutions").is_dir() else []
RELEASED = find_notebooks([LECTURES / "exercises"]) if (LECTURES / "exercises").is_dir() else []
Change = Callable[[NotebookNode], None]

HEAD, SETUP, TASK, ANSWER, CHECK = range(5)


def small_source() -> NotebookNode:
    """A source with one exercise, as an author writes it: no metadata but the tag."""
    nb = new_notebook(
        cells=[
            new_markdown_cell("# 01 A line: exercises\n\nOne exercise: 1 point, 4 minutes."),
            new_code_cell("from course_utils import check", metadata={"tags": ["setup"]}),
            new_markdown_cell(
                "## 1 · The mean squared error (1 point, 4 minutes)\n\nWrite `mse`: a number.\n\n"
                "**Example.** Of 1 and 3 it is 4.\n\n**Section:** *The loss*."
            ),
            new_code_cell(
                "def mse(y_hat, y):\n"
                '    """Mean of the squared differences; both (N, 1)."""\n'
                "    ### BEGIN SOLUTION\n"
                "    residual_of_the_source = y_hat - y\n"
                "    return (residual_of_the_source**2).mean()\n"
                "    ### END SOLUTION"
            ),
            new_code_cell(
                'check("mse", mse).points\n'
                "### BEGIN HIDDEN TESTS\n"
                'check("mse", mse, seed=90817).points\n'
                "### END HIDDEN TESTS"
            ),
        ]
    )
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{number}"
    return nb


def save(nb: NotebookNode, folder: Path) -> Path:
    path = folder / "solutions" / "01_line.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dumps(nb), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A folder with one source and its release, both executed."""
    folder = tmp_path_factory.mktemp("lectures")
    results = [*execute([save(small_source(), folder)]), *release(folder)]
    assert [result.error for result in results] == [None, None]
    return folder


@pytest.fixture
def source(course: Path) -> NotebookNode:
    return read_notebook(course / "solutions" / "01_line.ipynb")


@pytest.fixture
def released(course: Path) -> NotebookNode:
    return read_notebook(course / "exercises" / "01_line.ipynb")


# --- the course's own ---------------------------------------------------------------------------


def test_there_is_an_exercise_notebook_for_every_source():
    assert [path.name for path in RELEASED] == [path.name for path in SOURCES]
    lectures = {path.name for path in LECTURES.glob("[0-9][0-9]_*.ipynb")}
    assert {path.name for path in SOURCES} <= lectures


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_drift(path):
    assert drift(LECTURES, [path.name[:2]]) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_line_of_a_solution_and_no_seed_is_in_the_released_bytes(path):
    """Found here by hand, line by line, and not with the tool's own search."""
    text = (LECTURES / "exercises" / path.name).read_bytes().decode()
    secret, public = secrets_by_hand(read_notebook(path))
    assert secret
    for line in secret:
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        assert (line not in text and quoted not in text) or line in public, line
    for seed in re.findall(r"seed=(\d+)", "\n".join(secret)):
        assert not re.search(rf"\b{seed}\b", text), seed
    for word in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "seed="):
        assert word not in text


def secrets_by_hand(nb: NotebookNode) -> tuple[set[str], str]:
    """Lines between markers, and all text outside of them."""
    secret: set[str] = set()
    public: list[str] = []
    inside = False
    for line in "\n".join(cell.source for cell in nb.cells).splitlines():
        if "### BEGIN" in line or "### END" in line:
            inside = "### BEGIN" in line
        elif inside and len(line.strip()) > 5:
            secret.add(line.strip())
        else:
            public.append(line)
    return secret, "\n".join(public)


@pytest.mark.parametrize("path", [*SOURCES, *RELEASED], ids=lambda path: "/".join(path.parts[-2:]))
def test_the_house_rules_hold_and_the_file_is_clean(path):
    problems = lint(path)
    assert not problems, "\n" + "\n".join(map(str, problems))
    nb = read_notebook(path)
    assert path.read_text(encoding="utf-8") == dumps(nb), "run `make execute exercises`"
    assert from_percent(to_percent(nb), nb) == nb


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_blank_says_not_done_yet_and_earns_nothing(path):
    checks = [cell for cell in read_notebook(path).cells if role_of(cell) == "check"]
    assert checks
    for cell in checks:
        said, points = cell.outputs
        assert "not done yet" in said.text
        assert float(points.data["text/plain"]) == 0


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_holds_every_exercise_of_its_lecture_in_order(path):
    checks = [cell for cell in read_notebook(path).cells if role_of(cell) == "check"]
    names = [cell.metadata.nbgrader.grade_id.removesuffix("-check") for cell in checks]
    assert names == [exercise.id for exercise in exercises_of(path.name[:2])]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_earns_all_its_points(path):
    for cell in read_notebook(path).cells:
        if role_of(cell) == "check":
            assert float(cell.outputs[-1].data["text/plain"]) == cell.metadata.nbgrader.points


# --- the way from source to release -------------------------------------------------------------


def test_metadata_are_written_by_execute(source):
    found = {role_of(cell): dict(cell.metadata.nbgrader) for cell in source.cells[TASK:]}
    common = {"schema_version": 3, "task": False}
    assert found == {
        "task": {
            **common, "grade": False, "solution": False, "locked": True, "grade_id": "mse-task"
        },
        "solution": {
            **common, "grade": False, "solution": True, "locked": False, "grade_id": "mse"
        },
        "check": {
            **common, "grade": True, "solution": False, "locked": True,
            "grade_id": "mse-check", "points": 1,
        },
    }  # fmt: skip
    assert "nbgrader" not in source.cells[SETUP].metadata


def test_release_holds_stub_and_visible_check_only(source, released):
    assert released.cells[ANSWER].source == (
        "def mse(y_hat, y):\n"
        '    """Mean of the squared differences; both (N, 1)."""\n'
        "    # YOUR CODE HERE\n"
        "    raise NotImplementedError()"
    )
    assert released.cells[CHECK].source == 'check("mse", mse).points'
    assert [cell.id for cell in released.cells] == [cell.id for cell in source.cells]
    for place in (HEAD, SETUP, TASK):
        assert released.cells[place].source == source.cells[place].source


def test_release_is_the_same_byte_for_byte_and_check_agrees(course, capsys):
    path = course / "exercises" / "01_line.ipynb"
    before, date = path.read_bytes(), path.stat().st_mtime_ns
    assert main(["exercises", "01", "--folder", str(course)]) == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, date)
    for numbers in ([], ["1"], [str(course / "solutions" / "01_line.ipynb")]):
        assert main(["exercises", *numbers, "--check", "--folder", str(course)]) == 0
    assert "1 notebook: 0 rewritten, 0 failed." in capsys.readouterr().out


def edited(place: int, text: str) -> Change:
    return lambda nb: nb.cells[place].update(source=text)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (edited(TASK, "## 1 · Another (1 point, 4 minutes)"), "cell 3 is not that"),
        (edited(CHECK, 'check("mse", mse, seed=90817).points'), "holds something"),
        (lambda nb: nb.cells[CHECK].metadata.nbgrader.update(points=2), "cell 5 is not that"),
        (lambda nb: nb.cells[TASK].metadata.update(editable=True), "cell 3 is not that"),
        (lambda nb: nb.cells.pop(), "4 cells, 5 are in"),
        (lambda nb: nb.cells.append(new_markdown_cell("more", id="x")), "6 cells, 5 are in"),
        (
            lambda nb: nb.cells[HEAD].update(attachments={"a.png": {"text/plain": "seed=90817"}}),
            "holds something",
        ),
    ],
    ids=["prompt", "seed", "points", "lock", "shorter", "longer", "attachment"],
)
def test_drift_is_found(course, tmp_path, source, released, change, says, capsys):
    save(source, tmp_path)
    change(released)
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "01_line.ipynb").write_text(dumps(released), encoding="utf-8")
    assert main(["exercises", "--check", "--folder", str(tmp_path)]) == 1
    assert says in capsys.readouterr().out


def test_missing_unclean_and_orphaned_files_are_drift(tmp_path, source, released):
    save(source, tmp_path)
    folder = tmp_path / "exercises"
    assert "is missing" in drift(tmp_path)[0]
    folder.mkdir()
    (folder / "01_line.ipynb").write_text(dumps(released) + "\n", encoding="utf-8")
    assert "not stored clean" in drift(tmp_path)[0]
    (folder / "01_line.ipynb").rename(folder / "02_line.ipynb")
    assert [line.split(": ", 1)[1] for line in drift(tmp_path)] == [
        "is missing: run `make exercises`",
        "has no source in solutions/; remove it",
    ]


def test_outputs_and_attachments_of_a_source_do_not_reach_students(source):
    source.cells[CHECK].outputs.append(new_output("stream", text="residual_of_the_source"))
    source.cells[TASK]["attachments"] = {"a.png": {"image/png": "residual"}}
    text = dumps(student_version(source))
    assert "residual" not in text
    assert "✓" not in text


@pytest.mark.parametrize(
    "left",
    [
        "    residual_of_the_source = y_hat - y",
        "# 90817",
        "### BEGIN SOLUTION",
        "END HIDDEN TESTS",
    ],
)
def test_a_leak_is_found_wherever_it_is(source, released, left):
    assert find_leaks(source, dumps(released)) == []
    for place in (
        lambda nb: nb.cells[ANSWER].update(source=left),
        lambda nb: nb.cells[CHECK].outputs.append(new_output("stream", text=left)),
        lambda nb: nb.cells[HEAD].metadata.update(note=left),
    ):
        nb = copy.deepcopy(released)
        place(nb)
        assert len(find_leaks(source, dumps(nb))) == 1


def test_a_line_with_quotes_is_found_as_json_writes_it(source, released):
    line = """say("it's \\n so")"""
    text = source.cells[ANSWER].source
    source.cells[ANSWER].source = text.replace("    ### END", f"    {line}\n    ### END")
    released.cells[HEAD].source = line
    assert find_leaks(source, dumps(released)) == [line]


def test_what_stands_in_the_open_as_well_is_no_leak(source, released):
    source.cells[HEAD].source += "\nresidual_of_the_source = y_hat - y"
    released.cells[HEAD].source = source.cells[HEAD].source
    assert find_leaks(source, dumps(released)) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def mse():\n    ### BEGIN SOLUTION\n    return 1", "without its counterpart"),
        ("def mse():\n    return 1\n    ### END SOLUTION", "without its counterpart"),
    ],
)
def test_a_source_that_cannot_be_released_is_told_in_words(tmp_path, source, text, says, capsys):
    source.cells[ANSWER].source = text
    save(source, tmp_path)
    assert main(["exercises", "--folder", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert says in shown.out + shown.err
    assert "01_line.ipynb" in shown.out + shown.err
    assert list((tmp_path / "exercises").glob("*")) == []


def test_a_blank_that_fails_is_not_written(tmp_path, source):
    text = source.cells[ANSWER].source
    source.cells[ANSWER].source = f"{text}\n### BEGIN SOLUTION\n1\n### END SOLUTION"
    save(source, tmp_path)
    (result,) = release(tmp_path)
    assert "NotImplementedError" in str(result.error)
    assert list((tmp_path / "exercises").glob("*")) == []


def test_unknown_lecture_and_missing_nbgrader_are_told_in_words(
    tmp_path, source, capsys, monkeypatch
):
    save(source, tmp_path)
    assert main(["exercises", "07", "--folder", str(tmp_path)]) == 1
    assert "has no notebook '07_…'; there are: 01." in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    with pytest.raises(NotebookError, match="the extra 'grading'"):
        student_version(source)


# --- writing a source ---------------------------------------------------------------------------


def test_editing_as_a_script_keeps_the_metadata(tmp_path, source):
    path = save(source, tmp_path)
    sync([path])
    script = path.with_suffix(".py")
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("Write `mse`", "Write it"), encoding="utf-8")
    sync([path])
    again = read_notebook(path)
    assert "Write it: a number." in again.cells[TASK].source
    assert [cell.metadata for cell in again.cells] == [cell.metadata for cell in source.cells]


def test_marking_follows_what_is_written_and_leaves_other_marks_alone():
    nb = small_source()
    by_hand = {"grade": True, "solution": True, "locked": False, "points": 3}
    nb.cells.append(new_markdown_cell("Explain.", metadata={"nbgrader": by_hand}))
    mark(nb)
    nb.cells[TASK].source = "## 1 · The mean squared error (2.5 points, 4 minutes)"
    mark(nb)
    assert nb.cells[CHECK].metadata.nbgrader.points == 2.5
    assert nb.cells[-1].metadata.nbgrader == by_hand
    del nb.cells[ANSWER]
    nb.cells[CHECK - 1].metadata.clear()
    mark(nb)
    assert "nbgrader" not in nb.cells[CHECK - 1].metadata


def test_regions_are_split():
    text = "a\n  ### BEGIN SOLUTION\n  b\n  ### END SOLUTION\nc"
    assert split_regions(text, SOLUTION) == (["a", "c"], ["  b"])
    assert split_regions(text, HIDDEN) == (text.split("\n"), [])
    for broken in ("### BEGIN SOLUTION", "### END SOLUTION", f"{text}\n### END SOLUTION"):
        with pytest.raises(ValueError, match="counterpart"):
            split_regions(broken, SOLUTION)


# --- lint ---------------------------------------------------------------------------------------


def replaced(place: int, old: str, new: str) -> Change:
    def change(nb: NotebookNode) -> None:
        assert old in nb.cells[place].source
        nb.cells[place].source = nb.cells[place].source.replace(old, new)

    return change


def both(first: int, old: str, second: int, other: str) -> Change:
    def change(nb: NotebookNode) -> None:
        replaced(first, old, "it")(nb)
        replaced(second, other, "it")(nb)

    return change


def marks(place: int, **changes: object) -> Change:
    return lambda nb: nb.cells[place].metadata.nbgrader.update(changes)


BREACHES: list[tuple[str, str, int, Change]] = [  # folder, rule, cell, what breaks it
    ("solutions", "exercise-cells", 3, lambda nb: nb.cells.pop(ANSWER)),
    ("solutions", "exercise-cells", 4, edited(TASK, "## The mean squared error")),
    ("solutions", "exercise-cells", 3, replaced(TASK, "1 ·", "2 ·")),
    ("solutions", "nbgrader", 4, marks(ANSWER, schema_version=2)),
    ("solutions", "nbgrader", 5, marks(CHECK, points=2)),
    ("solutions", "nbgrader", 4, marks(ANSWER, grade_id="mse-task")),
    ("solutions", "nbgrader", 5, marks(CHECK, extra=1)),
    ("solutions", "exercise-points", 3, replaced(TASK, "4 minutes", "5 minutes")),
    ("solutions", "exercise-points", 3, replaced(TASK, "1 point", "2 points")),
    ("solutions", "exercise-points", 1, replaced(HEAD, "4 minutes", "40 minutes")),
    ("solutions", "exercise-points", 3, replaced(TASK, "The mean", "A mean")),
    ("solutions", "exercise-prompt", 3, replaced(TASK, "**Example.**", "So:")),
    ("solutions", "exercise-prompt", 3, replaced(TASK, "**Section:**", "See")),
    ("solutions", "exercise-prompt", 3, both(TASK, "a number", ANSWER, "(N, 1)")),
    ("solutions", "exercise-prompt", 4, replaced(ANSWER, '"""', '"')),
    ("exercises", "exercise-prompt", 3, replaced(TASK, "**Example.**", "So:")),
    ("solutions", "exercise-check", 5, replaced(CHECK, '"mse"', '"no_such"')),
    ("solutions", "exercise-check", 5, replaced(CHECK, '("mse", mse).points', '("mse", mse)')),
    ("solutions", "hidden-tests", 5, replaced(CHECK, ", seed=90817", "")),
    ("solutions", "hidden-tests", 5, replaced(CHECK, "mse).points", "mse, seed=3).points")),
    ("solutions", "hidden-tests", 5, replaced(HEAD, "One", "90817 One")),
    ("solutions", "hidden-tests", 5, replaced(CHECK, "### END HIDDEN TESTS", "")),
    ("solutions", "solution-region", 4, replaced(ANSWER, "### END SOLUTION", "")),
    ("solutions", "solution-region", 4, edited(ANSWER, "### BEGIN SOLUTION\n1\n### END SOLUTION")),
    ("solutions", "exercise-metadata", 4, lambda nb: nb.cells[ANSWER].metadata.update(x=1)),
    ("solutions", "exercise-metadata", 4, lambda nb: nb.cells[ANSWER].metadata.update(editable=1)),
    ("solutions", "exercise-metadata", 0, lambda nb: nb.metadata.update(x=1)),
    ("solutions", "executed", 5, lambda nb: nb.cells[CHECK].update(execution_count=None)),
    ("solutions", "setup", 0, lambda nb: nb.cells[SETUP].metadata.clear()),
    ("solutions", "title", 1, replaced(HEAD, "# 01", "# 02")),
    ("exercises", "nbgrader", 4, replaced(CHECK - 1, "# YOUR", "# MY")),
    ("exercises", "nbgrader", 3, marks(TASK, checksum="0" * 32)),
    ("exercises", "exercise-cells", 3, lambda nb: nb.cells.pop(TASK)),
    ("exercises", "exercise-metadata", 4, lambda nb: nb.cells[ANSWER].metadata.update(x=1)),
]


@pytest.mark.parametrize(
    ("folder", "rule", "cell", "change"),
    BREACHES,
    ids=[f"{b[0]}-{b[1]}-{n}" for n, b in enumerate(BREACHES)],
)
def test_a_breach_of_a_rule_on_exercises_is_found(course, tmp_path, folder, rule, cell, change):
    nb = read_notebook(course / folder / "01_line.ipynb")
    change(nb)
    path = tmp_path / folder / "01_line.ipynb"
    path.parent.mkdir()
    path.write_text(dumps(nb) if rule != "exercise-metadata" else json_text(nb), encoding="utf-8")
    problems = lint(path)
    assert rule in {problem.rule for problem in problems}, problems
    assert cell in {problem.cell for problem in problems if problem.rule == rule}
    assert all(len(problem.message) > 20 for problem in problems)


def json_text(nb: NotebookNode) -> str:
    """The notebook as it is: `dumps` would clean it."""
    return json.dumps(nb)


def test_a_good_source_and_its_release_have_no_problems(course):
    for folder in ("solutions", "exercises"):
        assert lint(course / folder / "01_line.ipynb") == []


def test_every_rule_on_exercises_has_a_breach_and_lectures_have_none_of_them():
    assert set(graded.NAMES) <= {rule for _, rule, _, _ in BREACHES}
    assert set(graded.NAMES) | set(LECTURE) == set(RULES)
    assert set(graded.NAMES) & set(LECTURE) == set()
    assert set(EXERCISES) <= set(RULES)


def test_folder_and_name_tell_what_a_notebook_is():
    assert kind_of("lectures/solutions/01_x.ipynb") == "solutions"
    assert kind_of("solutions/notes.ipynb") == "other"
    assert rules_for("lectures/solutions/01_x.ipynb") == EXERCISES
    assert rules_for("lectures/exercises/01_x.ipynb") == EXERCISES
