"""Our steps inside nbgrader save time and nothing else: they leave behind what stock leaves.

The oracle is stock nbgrader: two courses with the same submissions, one with the lines of the
README in its ``nbgrader_config.py``; then every row of both databases is compared.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from course_utils.grading.assignment import Assignment, load_assignment
from course_utils.grading.sandbox import Limits
from tests.test_grading_nbgrader import (
    ANSWERS,
    BEGIN,
    END,
    FOREIGN,
    config_lines,
    foreign_source,
    marks_of,
    needs_sandbox,
)
from tests.test_nbgrader import ended, nbgrader

pytest.importorskip("nbgrader", reason="needs nbgrader (the extra 'grading')")

BOTH = """
c.OverwriteCells.add_missing_cells = True
c.LateSubmissionPlugin.penalty_method = "zero"
"""
DUE = "2026-01-10 12:00:00"
SHORT = "def shortest(words):\n    return min(words, key=len)"


# ── two courses ──────────────────────────────────────────────────────────────────────────────


def short_source() -> nbformat.NotebookNode:
    """A second notebook, whose set-up imports other modules than the first."""
    new = nbformat.v4
    answer = SHORT.replace("\n", f"\n{BEGIN}") + END
    test = "assert shortest(['three', 'two']) == 'two'\nassert math.isinf(json.loads('Infinity'))"
    marks = marks_of("test_shortest", grade=True, locked=True, points=4)
    cells = [
        new.new_code_cell("import json\nimport math", id="imports"),
        new.new_code_cell(answer, id="short", metadata=marks_of("shortest", solution=True)),
        new.new_code_cell(test, id="test-short", metadata=marks),
    ]
    return new.new_notebook(cells=cells, metadata=foreign_source().metadata)


def solved(released: nbformat.NotebookNode, answers: dict[str, str]) -> nbformat.NotebookNode:
    nb = copy.deepcopy(released)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return nb


def named(nb: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def students(released: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """One for each way of handing in that nbgrader treats differently."""
    plain = {name: code.replace(BEGIN, "").replace(END, "") for name, code in ANSWERS.items()}
    full = plain | {"why": "Because nothing cannot be divided by."}
    found = {
        "late": solved(released, full),
        "partly": solved(released, full | FOREIGN["partly"]),
        "broken": solved(released, full | {"mean": "def mean(xs:\n    return 1"}),
        "half": solved(released, plain),  # nothing written: no response
    }
    removed = solved(released, full)
    removed.cells = [c for c in removed.cells if c not in (named(removed, "test_mean"),)]
    removed.cells.remove(named(removed, "why"))
    cheat = solved(released, full)
    cheat.cells.insert(1, nbformat.v4.new_code_cell("helper = 1", id="helper"))
    named(cheat, "test_mean").metadata.nbgrader.points = 100
    named(cheat, "test_mean").source = "1e9"
    named(cheat, "test_clip").metadata.nbgrader.locked = False
    named(cheat, "clip").metadata.nbgrader.checksum = "forged"
    copied = solved(released, full)  # nbgrader gives it up: one of its steps trips over the other
    twice = copy.deepcopy(named(copied, "mean"))
    twice.update(id="twice", source="mean = None")
    copied.cells.insert(1, twice)
    return found | {"removed": removed, "cheat": cheat, "copied": copied}


def course(folder: Path) -> Path:
    """A course with two assignments, one of two notebooks, released and handed in."""
    for name, notebooks in {
        "hw": {"hw": foreign_source(), "short": short_source()},
        "more": {"more": short_source()},
    }.items():
        (folder / "source" / name).mkdir(parents=True)
        for stem, nb in notebooks.items():
            nbformat.write(nb, folder / "source" / name / f"{stem}.ipynb")
        (folder / "source" / name / "data.csv").write_text("1,2\n")
        ended(nbgrader(folder, "generate_assignment", name))
    with sqlite3.connect(folder / "gradebook.db") as book:
        book.execute("UPDATE assignment SET duedate = ?", [f"{DUE}.000000"])
    shutil.copy(folder / "gradebook.db", folder / "released.db")
    short = solved(
        nbformat.read(folder / "release" / "hw" / "short.ipynb", as_version=4), {"shortest": SHORT}
    )
    released = nbformat.read(folder / "release" / "hw" / "hw.ipynb", as_version=4)
    for student, nb in students(released).items():
        place = folder / "submitted" / student / "hw"
        place.mkdir(parents=True)
        nbformat.write(nb, place / "hw.ipynb")
        (place / "data.csv").write_text("mine\n")
        (place / "own.txt").write_text("also mine\n")
        if student in ("late", "partly"):
            nbformat.write(short, place / "short.ipynb")
    hand_in_at(folder, "late", "2026-01-10 13:00:00 UTC")
    hand_in_at(folder, "broken", "2026-01-10 11:00:00 UTC")
    torn = folder / "submitted" / "torn" / "hw" / "hw.ipynb"
    torn.parent.mkdir(parents=True)
    torn.write_text('{"nbformat": 4, "cells": [')
    nbformat.write(short, folder / "submitted" / "torn" / "hw" / "unknown.ipynb")
    (folder / "submitted" / "late" / "more").mkdir()
    nbformat.write(short, folder / "submitted" / "late" / "more" / "more.ipynb")
    return folder


def hand_in_at(folder: Path, student: str, when: str) -> None:
    (folder / "submitted" / student / "hw" / "timestamp.txt").write_text(when)


def autograde(folder: Path, *arguments: str) -> int:
    process = nbgrader(folder, "autograde", *arguments)
    process.communicate(timeout=600)
    return process.returncode


QUERIES = {
    "course": "SELECT id FROM course",
    "student": "SELECT * FROM student",
    "submission": """
        SELECT a.name, s.student_id, s.timestamp, s.extension FROM submitted_assignment s
        JOIN assignment a ON a.id = s.assignment_id""",
    "notebook": """
        SELECT a.name, s.student_id, n.name, p.flagged, p.late_submission_penalty
        FROM submitted_notebook p JOIN notebook n ON n.id = p.notebook_id
        JOIN submitted_assignment s ON s.id = p.assignment_id
        JOIN assignment a ON a.id = s.assignment_id""",
    **{
        table: f"""
        SELECT s.student_id, n.name, c.name, c.type, {values}
        FROM {table} g JOIN base_cell c ON c.id = g.cell_id
        JOIN submitted_notebook p ON p.id = g.notebook_id
        JOIN notebook n ON n.id = p.notebook_id
        JOIN submitted_assignment s ON s.id = p.assignment_id"""
        for table, values in {
            "grade": "g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade",
            "comment": "g.auto_comment, g.manual_comment",
        }.items()
    },
}


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that autograding writes, without the random ids."""
    with sqlite3.connect(path) as book:
        return {
            name: sorted(book.execute(query).fetchall(), key=repr)
            for name, query in QUERIES.items()
        }


def by_hand(path: Path) -> None:
    """What a grader does in formgrader between two runs."""
    of = """IN (SELECT g.id FROM {0} g JOIN base_cell c ON c.id = g.cell_id
        JOIN submitted_notebook p ON p.id = g.notebook_id
        JOIN submitted_assignment s ON s.id = p.assignment_id
        WHERE s.student_id = 'partly' AND c.name = '{1}')"""
    with sqlite3.connect(path) as book:
        grade, comment = of.format("grade", "test_clip"), of.format("comment", "mean")
        book.execute(f"UPDATE grade SET manual_score = 2.75, extra_credit = 0.5 WHERE id {grade}")
        book.execute(f"UPDATE comment SET manual_comment = 'Read on' WHERE id {comment}")
        book.execute("UPDATE submitted_notebook SET flagged = 1")


def left(folder: Path) -> dict[str, object]:
    """What lies in ``autograded``: names and modes of files; of notebooks, the cells."""
    found: dict[str, object] = {}
    for path in sorted((folder / "autograded").rglob("*.*")):
        name = str(path.relative_to(folder))
        content: object = path.read_bytes()
        if path.suffix == ".ipynb":
            nb = nbformat.read(path, as_version=4)
            kernel = nb.metadata.kernelspec
            for cell in nb.cells:
                cell.metadata.pop("execution", None)  # when a kernel had it
            cells = [(c.id, c.cell_type, c.metadata, c.source) for c in nb.cells]
            content = (kernel, [cell for cell in cells if "was missing" not in cell[3]])
            content = (*content, [cell[1:] for cell in cells if "was missing" in cell[3]])
        found[name] = (stat.S_IMODE(path.stat().st_mode), content)
    return found


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same course twice, autograded, looked at by a human, and autograded again."""
    root = tmp_path_factory.mktemp("inside")
    both = {"stock": course(root / "stock"), "ours": root / "ours"}
    shutil.copytree(both["stock"], both["ours"])
    for name, folder in both.items():
        lines = config_lines() if name == "ours" else "c = get_config()\n"
        (folder / "nbgrader_config.py").write_text(lines + BOTH, encoding="utf-8")
        assert autograde(folder, "hw") == 1  # one of them is torn, one copied
        assert autograde(folder, "more") == 0
        shutil.copy(folder / "gradebook.db", folder / "first.db")
        by_hand(folder / "gradebook.db")
        hand_in_at(folder, "late", "2026-01-10 11:30:00 UTC")  # not newer: nothing to do
        hand_in_at(folder, "broken", "2026-01-10 14:00:00 UTC")
        shutil.copy(folder / "submitted/late/hw/hw.ipynb", folder / "submitted/broken/hw")
        shutil.rmtree(folder / "submitted/copied")
        assert autograde(folder, "hw") == 1
        assert autograde(folder, "hw", "--student", "partly", "--force") == 0
    return both


# ── what nbgrader's database and folders hold ────────────────────────────────────────────────


@needs_sandbox
@pytest.mark.parametrize("table", QUERIES)
@pytest.mark.parametrize("book", ["first.db", "gradebook.db"])
def test_every_row_is_the_one_that_stock_writes(courses, book, table):
    stock, ours = (contents(courses[name] / book)[table] for name in ("stock", "ours"))
    assert ours == stock


@needs_sandbox
def test_the_rows_hold_what_each_case_is_about(courses):
    """By hand, lest both be empty."""
    first, last = (contents(courses["ours"] / name) for name in ("first.db", "gradebook.db"))
    grades = {row[0:1] + row[2:3]: row[4:] for row in first["grade"] if row[1] == "hw"}
    assert grades["partly", "test_clip"] == (2.5, None, None, 0)
    assert grades["broken", "test_mean"] == (0, None, None, 0)
    assert grades["broken", "test_clip"] == (3, None, None, 0)
    assert grades["cheat", "test_mean"] == grades["removed", "test_mean"] == (2, None, None, 0)
    assert grades["half", "why"] == (0, None, None, 0)
    assert grades["late", "why"] == (None, None, None, 1)
    assert grades["torn", "test_mean"][0] is None
    comments = {row[0:1] + row[2:3]: row[4] for row in first["comment"]}
    assert (comments["half", "why"], comments["late", "why"]) == ("No response.", None)
    penalties = {row[1:3]: row[4] for row in first["notebook"] if row[0] == "hw"}
    assert (penalties["late", "hw"], penalties["broken", "hw"]) == (5, None)
    assert penalties["late", "short"] == 4
    again = {row[0:1] + row[2:3]: row[4:] for row in last["grade"] if row[1] == "hw"}
    assert again["partly", "test_clip"] == (2.5, 2.75, 0.5, 1)
    assert again["broken", "test_mean"] == (2, None, None, 0)
    assert {row[1:3]: row[4] for row in last["notebook"]}["broken", "hw"] == 5


@needs_sandbox
def test_the_files_are_those_that_stock_leaves(courses):
    stock, ours = (left(courses[name]) for name in ("stock", "ours"))
    assert list(ours) == list(stock)
    for name, about in stock.items():
        assert ours[name] == about, name
    assert "autograded/partly/hw/own.txt" in ours
    assert "autograded/torn/hw/hw.ipynb" not in ours


@needs_sandbox
def test_feedback_can_be_made_of_them(courses):
    pages = {}
    for name, folder in courses.items():
        ended(nbgrader(folder, "generate_feedback", "hw"))
        pages[name] = sorted(
            str(p.relative_to(folder)) for p in (folder / "feedback").rglob("*.html")
        )
    assert pages["ours"] == pages["stock"]
    assert "feedback/partly/hw/short.html" in pages["ours"]
    text = (courses["ours"] / "feedback/partly/hw/hw.html").read_text(encoding="utf-8")
    assert "Read on" in text
    assert "Score: 3.25 / 6.0" in text.replace("\n", " ")


@needs_sandbox
def test_another_database_is_the_one_that_is_written(courses, tmp_path):
    folder, other = courses["ours"], tmp_path / "other.db"
    before = contents(folder / "gradebook.db")
    shutil.copy(folder / "released.db", other)
    url = f"sqlite:///{other.as_posix()}"
    assert autograde(folder, "hw", "--student", "partly", "--force", "--db", url) == 0
    assert contents(folder / "gradebook.db") == before
    rows = [row for row in contents(other)["grade"] if row[1] == "hw"]
    assert [row[4] for row in rows if row[2] == "test_clip"] == [2.5]


FORMGRADER = """
import shutil, sys
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader
config = PyFileConfigLoader("nbgrader_config.py", ".").load_config()
course = CourseDirectory(config=config)
api = NbGraderAPI(course, Authenticator(config=config), config=config)
def grade(name):
    told = api.autograde(name, "late", force=True)
    assert told["success"], told
grade("hw")
shutil.copy("released.db", "new.db")
shutil.move("new.db", "gradebook.db")  # another file under the same name
grade("more")
grade("hw")
print(api.get_submission("hw", "late")["score"], api.get_submission("more", "late")["score"])
"""


@needs_sandbox
def test_a_process_that_stays_grades_assignment_after_assignment(courses, tmp_path):
    """As formgrader does, whose database may be replaced meanwhile."""
    folder = tmp_path / "course"
    shutil.copytree(courses["ours"], folder)
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORMGRADER],
        cwd=folder,
        env=env | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.split() == ["9.0", "4.0"]
    fresh = contents(folder / "gradebook.db")
    assert {row[1] for row in fresh["submission"]} == {"late"}
    mine = [row for row in contents(courses["stock"] / "first.db")["grade"] if row[0] == "late"]
    assert fresh["grade"] == mine


# ── the process that judges ──────────────────────────────────────────────────────────────────


@pytest.fixture
def judge() -> Iterator[type]:
    from course_utils.grading.nbgrader_inside import Judge

    Judge.end()
    yield Judge
    Judge.end()


def assignment(folder: Path, **tests: str) -> Assignment:
    nb = foreign_source()
    for name, source in tests.items():
        named(nb, name).source = source
    nbformat.write(nb, folder / "hw.ipynb")
    return load_assignment(folder / "hw.ipynb")


def handed_in(**answers: str) -> bytes:
    return json.dumps(solved(foreign_source(), answers)).encode()


def points(marks: dict[str, tuple[float, float, str]]) -> list[float]:
    return [mark[0] for mark in marks.values()]


@needs_sandbox
def test_a_time_limit_costs_one_submission_and_the_next_has_its_marks(judge, tmp_path):
    homework = assignment(tmp_path)
    right, slow = handed_in(), handed_in(mean="import time\ntime.sleep(60)")
    partly = handed_in(clip=FOREIGN["partly"]["clip"])
    assert points(judge.marks(homework, right, Limits(), 60)) == [2, 3]
    before = judge._one
    zygote, first = before.zygote.process.pid, before.process.pid
    late = judge.marks(homework, slow, Limits(), 0.5)
    assert late == {
        "test_mean": (0, 2, "time limit of 0.5 s"),
        "test_clip": (0, 3, "time limit of 0.5 s"),
    }
    assert points(judge.marks(homework, partly, Limits(), 60)) == [2, 2.5]
    assert points(judge.marks(homework, right, Limits(), 60)) == [2, 3]
    assert judge._one.zygote.process.pid == zygote
    assert judge._one.process.pid != first


@needs_sandbox
@pytest.mark.parametrize("who", ["process", "zygote"])
def test_a_death_between_two_submissions_costs_neither(judge, tmp_path, who):
    homework = assignment(tmp_path)
    assert points(judge.marks(homework, handed_in(), Limits(), 60)) == [2, 3]
    one = judge._one
    os.kill((one.process if who == "process" else one.zygote.process).pid, signal.SIGKILL)
    assert points(judge.marks(homework, handed_in(), Limits(), 60)) == [2, 3]


@needs_sandbox
def test_a_check_that_ends_the_judge_is_tried_twice_and_harms_no_other(judge, tmp_path):
    (tmp_path / "deadly").mkdir()
    log = tmp_path / "log"
    code = f"open({str(log)!r}, 'a').write('x')\nimport os\nos._exit(3)"
    deadly = assignment(tmp_path / "deadly", test_clip=code)
    found = judge.marks(deadly, handed_in(), Limits(), 60)
    assert {mark[2] for mark in found.values()} == {"the process that judged it died"}
    assert points(found) == [0, 0]
    assert log.read_text() == "xx"
    assert points(judge.marks(assignment(tmp_path), handed_in(), Limits(), 60)) == [2, 3]


@needs_sandbox
def test_a_notebook_that_is_too_large_is_worth_nothing_and_the_judge_stays(judge, tmp_path):
    homework = assignment(tmp_path)
    found = judge.marks(homework, handed_in(mean="#" * (1 << 20)), Limits(), 60)
    assert points(found) == [0, 0]
    assert "too large" in found["test_mean"][2]
    process = judge._one.process.pid
    assert points(judge.marks(homework, handed_in(), Limits(), 60)) == [2, 3]
    assert judge._one.process.pid == process


@needs_sandbox
def test_notebooks_that_take_turns_share_a_judge(judge, tmp_path):
    nbformat.write(short_source(), tmp_path / "short.ipynb")
    other, homework = load_assignment(tmp_path / "short.ipynb"), assignment(tmp_path)
    assert set(other.modules) - set(homework.modules)
    short, pids = json.dumps(short_source()).encode(), []
    for _ in range(2):
        assert points(judge.marks(homework, handed_in(), Limits(), 60)) == [2, 3]
        assert points(judge.marks(other, short, Limits(), 60)) == [4]
        pids.append(judge._one.process.pid)
    assert pids[0] == pids[1]


# ── the gradebook that stays ─────────────────────────────────────────────────────────────────


@pytest.fixture
def books(tmp_path: Path) -> Iterator[list[Path]]:
    """Two databases with an assignment each."""
    from nbgrader.api import Gradebook

    paths = [tmp_path / "a.db", tmp_path / "b.db"]
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own, of its database
            for path in paths:
                with Gradebook(f"sqlite:///{path.as_posix()}") as book:
                    book.add_assignment(path.stem)
            yield paths
    finally:
        os.environ["PATH"] = before


def test_a_gradebook_is_kept_for_each_database_and_until_the_file_is_another(books):
    from course_utils.grading.nbgrader_inside.book import kept_gradebook

    found = {}
    for path in books * 2:
        with kept_gradebook(f"sqlite:///{path.as_posix()}") as book:
            assert [each.name for each in book.assignments] == [path.stem]
            assert found.setdefault(path, book) is book
    shutil.move(books[1], books[0])
    with kept_gradebook(f"sqlite:///{books[0].as_posix()}") as book:
        assert [each.name for each in book.assignments] == ["b"]


def test_what_another_process_writes_is_seen_at_the_next_opening(books):
    from course_utils.grading.nbgrader_inside.book import kept_gradebook

    url = f"sqlite:///{books[0].as_posix()}"
    with kept_gradebook(url) as book:
        assert book.find_assignment("a").duedate is None
    with sqlite3.connect(books[0]) as other:
        other.execute("UPDATE assignment SET duedate = '2026-01-10 12:00:00.000000'")
    with kept_gradebook(url) as book:
        assert str(book.find_assignment("a").duedate) == DUE


@pytest.mark.parametrize("changed", ["name", "signature", None])
def test_an_nbgrader_of_another_shape_is_left_as_it_is(monkeypatch, changed):
    from nbgrader import api
    from nbgrader.converters import autograde
    from nbgrader.preprocessors import (
        latesubmissions,
        overwritecells,
        overwritekernelspec,
        saveautogrades,
    )

    from course_utils.grading.nbgrader_inside.book import kept_gradebook, use_kept_gradebooks

    for user in (autograde, latesubmissions, overwritecells, overwritekernelspec, saveautogrades):
        monkeypatch.setattr(user, "Gradebook", api.Gradebook)
    if changed == "name":
        monkeypatch.delattr(saveautogrades, "Gradebook")
    if changed == "signature":
        monkeypatch.setattr(api.Gradebook, "find_grade", lambda self, cell, student: None)
    assert use_kept_gradebooks() is (changed is None)
    assert (autograde.Gradebook is kept_gradebook) is (changed is None)


# ── metadata ─────────────────────────────────────────────────────────────────────────────────

CORRUPT = {
    "fine": {},
    "old": {"schema_version": 2},
    "new": {"schema_version": 4},
    "no points": {"points": None},
    "negative": {"points": -1},
    "no name": {"grade_id": ""},
    "other type": {"cell_type": "markdown"},
    "twice": {"grade_id": "test_clip"},
    "strange": {"extra": 1},
}


@pytest.mark.parametrize("change", CORRUPT)
def test_metadata_are_found_wrong_as_by_nbgrader_itself(change, caplog):
    from nbgrader.preprocessors import CheckCellMetadata as Stock

    from course_utils.grading.nbgrader_inside import CheckCellMetadata

    nb = foreign_source()
    named(nb, "test_mean").metadata.nbgrader.update(CORRUPT[change])
    CheckCellMetadata().preprocess(foreign_source(), {})  # it remembers what is valid
    told = []
    for step in (Stock, CheckCellMetadata, CheckCellMetadata):
        caplog.clear()
        try:
            step().preprocess(copy.deepcopy(nb), {})
            told.append(("passes", "", len(caplog.records)))
        except Exception as error:
            told.append((type(error).__name__, str(error), len(caplog.records)))
    assert told[0] == told[1] == told[2]
    assert (told[0][0] == "passes") is (change in ("fine", "other type"))
