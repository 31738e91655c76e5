"""Together with nbgrader: its gradebook from our marks, and our sandbox inside its autograde.

The oracle is stock nbgrader itself: the same submissions, autograded with a kernel each, and once
more in a course folder that differs by the lines of the README in its ``nbgrader_config.py``.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import warnings
from pathlib import Path

import nbformat
import pytest

from course_utils.grading import sandbox
from course_utils.grading.assignment import load_assignment
from course_utils.grading.command import main
from course_utils.grading.gradebook import write_gradebook
from course_utils.grading.marking import Mark, Marked
from course_utils.grading.session import GraderError
from course_utils.grading.submissions import Part, Submission
from course_utils.notebooks.files import dumps
from tests.test_nbgrader import NAME, SOURCE, ended, nbgrader, submissions

pytest.importorskip("nbgrader", reason="needs nbgrader (the extra 'grading')")
needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
README = Path(__file__).resolve().parents[1] / "README.md"

# ── an assignment with plain asserts, partial credit and a written answer ────────────────────

BEGIN, END = "    ### BEGIN SOLUTION\n", "\n    ### END SOLUTION"
ANSWERS = {
    "mean": f"def mean(xs):\n{BEGIN}    return sum(xs) / len(xs){END}",
    "clip": f"def clip(x, low=0, high=1):\n{BEGIN}    return max(low, min(x, high)){END}",
}
TESTS = {
    "test_mean": (
        2,
        "assert mean([1, 2, 3]) == 2\n### BEGIN HIDDEN TESTS\n"
        "assert mean([0.25, 0.75]) == 0.5, 'secret: 0.25 and 0.75'\n### END HIDDEN TESTS",
    ),
    "test_clip": (
        3,
        "points = 0\nif clip(0.5) == 0.5:\n    points += 1\n"
        "if clip(3) == 1 and clip(-1) == 0:\n    points += 1.5\n"
        "if clip(5, 2, 4) == 4:\n    points += 0.5\npoints",
    ),
}
WRITTEN = "Why is the mean of nothing undefined?"


def marks_of(grade_id: str, **marks: object) -> dict[str, object]:
    basic = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **basic, **marks}}


def foreign_source() -> nbformat.NotebookNode:
    new = nbformat.v4
    cells = [new.new_code_cell("import math", id="imports")]
    for name, code in ANSWERS.items():
        cells.append(new.new_code_cell(code, id=name, metadata=marks_of(name, solution=True)))
        points, test = TESTS[f"test_{name}"]
        marks = marks_of(f"test_{name}", grade=True, locked=True, points=points)
        cells.append(new.new_code_cell(test, id=f"test-{name}", metadata=marks))
    marks = marks_of("why", grade=True, solution=True, points=1)
    cells.append(new.new_markdown_cell(WRITTEN, id="why", metadata=marks))
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new.new_notebook(cells=cells, metadata=about)


TODO = "    raise NotImplementedError()"
FOREIGN = {
    "right": {},
    "partly": {
        "mean": "def mean(xs):\n    return sum(xs) / 3",
        "clip": "def clip(x, low=0, high=1):\n    return max(0, min(x, 1))",
    },
    "wrong": {
        "mean": "def mean(xs):\n    return xs[0]",
        "clip": "def clip(x):\n    return [1][x]",
    },
    "blank": {name: "\n".join([code.split("\n")[0], TODO]) for name, code in ANSWERS.items()},
}
EXPECTED = {  # by hand
    "right": {"test_mean": 2, "test_clip": 3, "why": 0},
    "partly": {"test_mean": 0, "test_clip": 2.5, "why": 0},
    "wrong": {"test_mean": 0, "test_clip": 0, "why": 0},
    "blank": {"test_mean": 0, "test_clip": 0, "why": 0},
}


def course(folder: Path) -> Path:
    """A course folder with two assignments released and submissions to both; not graded yet."""
    for name, file in (("01", NAME), ("hw", "hw.ipynb")):
        (folder / "source" / name).mkdir(parents=True)
        for student in FOREIGN:
            (folder / "submitted" / student / name).mkdir(parents=True, exist_ok=True)
        if name == "01":
            shutil.copy(SOURCE, folder / "source" / name)
        else:
            nbformat.write(foreign_source(), folder / "source" / name / file)
        ended(nbgrader(folder, "generate_assignment", name))
    ours = submissions()
    ours["wrong"] = ours.pop("blank")
    for student, nb in ours.items():
        path = folder / "submitted" / student / "01" / NAME
        path.write_text(dumps(nb), encoding="utf-8")
    released = nbformat.read(folder / "release" / "hw" / "hw.ipynb", as_version=4)
    for student, answers in FOREIGN.items():
        nb = nbformat.from_dict(json.loads(json.dumps(released)))
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in ANSWERS:
                cell.source = answers.get(name, ANSWERS[name].replace(BEGIN, "").replace(END, ""))
            elif name in TESTS:
                cell.source = "1e9"  # nbgrader puts its own back
            elif name == "why":
                cell.source = "Because nothing cannot be divided by."
        nbformat.write(nb, folder / "submitted" / student / "hw" / "hw.ipynb")
    (folder / "submitted" / "blank" / "01").rmdir()
    return folder


def config_lines() -> str:
    """The lines of the README, so that they are what is tested."""
    return re.search(r"```python\n(c = get_config\(\).*?)```", README.read_text(), re.S)[1]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same course twice, autograded without and with our preprocessor."""
    root = tmp_path_factory.mktemp("courses")
    both = {"stock": course(root / "stock"), "ours": root / "ours"}
    shutil.copytree(both["stock"], both["ours"])
    (both["ours"] / "nbgrader_config.py").write_text(config_lines(), encoding="utf-8")
    for folder in both.values():
        for name in ("01", "hw"):
            ended(nbgrader(folder, "autograde", name))
    return both


def scores(path: Path) -> dict[tuple[str, str, str], tuple[float, float, bool]]:
    """Read marks back as nbgrader's own tools do: (assignment, student, cell) → score and so on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{path.as_posix()}") as book:
            return {
                (a.name, s.student.id, g.name): (g.score, g.max_score, g.needs_manual_grade)
                for a in book.assignments
                for s in a.submissions
                for n in s.notebooks
                for g in n.grades
            }


def exported(folder: Path) -> list[dict[str, str]]:
    ended(nbgrader(folder, "export", "--to", str(folder / "export.csv")))
    with (folder / "export.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ── our sandbox inside nbgrader ──────────────────────────────────────────────────────────────


@needs_sandbox
def test_stock_autograde_gives_the_same_marks_with_and_without(courses):
    stock, ours = (scores(courses[name] / "gradebook.db") for name in ("stock", "ours"))
    assert stock == ours
    for student, cells in EXPECTED.items():
        assert {name: ours["hw", student, name][0] for name in cells} == cells
    full = {key[2]: value[1] for key, value in ours.items() if key[:2] == ("01", "right")}
    assert {key[2]: value[0] for key, value in ours.items() if key[:2] == ("01", "right")} == full
    partly = sum(value[0] for key, value in ours.items() if key[:2] == ("01", "partly"))
    assert partly == 3.5
    assert exported(courses["stock"]) == exported(courses["ours"])


@needs_sandbox
def test_outputs_say_what_the_student_should_read(courses):
    path = courses["ours"] / "autograded" / "partly" / "01" / NAME
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and "nbgrader" in cell.metadata
    }
    zero, part = cells["mse-check"].outputs, cells["descend-check"].outputs
    assert [each.output_type for each in zero] == ["stream", "error"]
    assert "not right yet" in zero[0].text
    assert "Hint" in zero[0].text
    assert [each.output_type for each in part] == ["stream", "execute_result"]
    assert part[1].data["text/plain"] == "1.5"
    assert cells["mse_gradient-check"].outputs[0].name == "stdout"
    assert cells["mse"].outputs == []  # was never executed here


@needs_sandbox
def test_a_hostile_submission_touches_nothing_inside_nbgrader(courses):
    folder = courses["ours"]
    book = folder / "gradebook.db"
    before = scores(book)
    evil = nbformat.read(folder / "submitted" / "right" / "hw" / "hw.ipynb", as_version=4)
    attack = f"open({str(book)!r}, 'w').write('mine')\nimport os\nos._exit(0)"
    cell = next(c for c in evil.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "mean")
    cell.source = attack
    path = folder / "submitted" / "evil" / "hw" / "hw.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(evil, path)
    ended(nbgrader(folder, "autograde", "hw", "--student", "evil"))
    after = scores(book)
    assert {key: after[key] for key in before} == before
    assert after["hw", "evil", "test_mean"][0] == 0


# ── nbgrader's gradebook from our marks ──────────────────────────────────────────────────────


@needs_sandbox
def test_our_command_writes_the_same_gradebook(courses, tmp_path):
    stock = courses["stock"]
    out = tmp_path / "out"
    command = [str(stock / "submitted"), "--out", str(out), "--source", str(stock / "source")]
    assert main([*command, "--quiet"]) == 0
    ours, theirs = scores(out / "gradebook.db"), scores(stock / "gradebook.db")
    missing = {key for key in ours if key[:2] == ("01", "blank")}  # a row of zeros, with a reason
    assert {key: value for key, value in ours.items() if key not in missing} == theirs
    assert {ours[key][0] for key in missing} == {0}
    wanted = ("assignment", "student_id", "score", "max_score")
    ours, theirs = (
        sorted([row[name] for name in wanted] for row in exported(folder))
        for folder in (out, stock)
    )
    assert ours == theirs


@needs_sandbox
def test_formgrader_s_own_queries_see_the_marks(courses, tmp_path):
    out = tmp_path / "out"
    stock = courses["stock"]
    command = [str(stock / "submitted"), "--out", str(out), "--source", str(stock / "source")]
    assert main([*command, "--quiet"]) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.api import Gradebook

        found = []
        for folder in (out, stock):
            with Gradebook(f"sqlite:///{(folder / 'gradebook.db').as_posix()}") as book:
                found.append(
                    sorted(
                        (d["student"], d["score"], d["max_score"], d["needs_manual_grade"])
                        for d in book.submission_dicts("hw")
                    )
                )
    assert found[0] == found[1]
    assert found[0][-1][:3] == ("wrong", 0, 6)


def result(student: str, *points: float, source: Path) -> tuple[Submission, Marked]:
    assignment = load_assignment(source)
    marks = zip(assignment.checks, points, strict=True)
    marked = Marked(tuple(Mark(c.exercise, p, c.points) for c, p in marks))
    return Submission(student, "hw", (Part(assignment, None),)), marked


@pytest.fixture
def source(tmp_path: Path) -> Path:
    nbformat.write(foreign_source(), tmp_path / "hw.ipynb")
    return tmp_path / "hw.ipynb"


def test_grading_again_replaces_scores_and_keeps_what_a_human_gave(source, tmp_path):
    path = tmp_path / "gradebook.db"
    names = ["ada", "Zoë 🦊", "\udcff"]
    assert write_gradebook(path, [result(n, 0, 1, source=source) for n in names]) == ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{path.as_posix()}") as book:
            grade = book.find_grade("test_clip", "hw", "hw", "ada")
            assert (grade.auto_score, grade.needs_manual_grade) == (1, False)
            grade.manual_score = 3.0
            book.find_grade("why", "hw", "hw", "ada").manual_score = 0.5
            book.db.commit()
    assert write_gradebook(path, [result(n, 2, 1.5, source=source) for n in [*names, "eve"]]) == ""
    found = scores(path)
    assert found["hw", "ada", "test_mean"] == (2, 2, False)
    assert found["hw", "ada", "test_clip"] == (3, 3, True)  # to be looked at again
    assert found["hw", "ada", "why"][:2] == (0.5, 1)
    assert found["hw", "Zoë 🦊", "test_clip"] == (1.5, 3, False)
    assert found["hw", "eve", "why"] == (0, 1, True)
    assert len(found) == 4 * 3


def test_a_changed_source_changes_the_gradebook(source, tmp_path):
    path = tmp_path / "gradebook.db"
    write_gradebook(path, [result("ada", 2, 3, source=source)])
    nb = foreign_source()
    nb.cells = [c for c in nb.cells if c.id != "test-mean"]
    nb.cells[-2].metadata.nbgrader.points = 4
    nbformat.write(nb, source)
    write_gradebook(path, [result("ada", 4, source=source)])
    assert scores(path) == {
        ("hw", "ada", "test_clip"): (4, 4, False),
        ("hw", "ada", "why"): (0, 1, True),
    }


def test_a_file_that_is_no_gradebook_is_named(source, tmp_path):
    (tmp_path / "gradebook.db").write_text("not a database, but long enough to be looked at" * 9)
    with pytest.raises(GraderError, match="gradebook.db could not be written: file is not a data"):
        write_gradebook(tmp_path / "gradebook.db", [result("ada", 2, 3, source=source)])


def test_without_nbgrader_one_line_says_so(source, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nbgrader", None)
    said = write_gradebook(tmp_path / "gradebook.db", [result("ada", 2, 3, source=source)])
    assert "nbgrader is not installed" in said
    assert not (tmp_path / "gradebook.db").exists()
