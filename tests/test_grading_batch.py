"""A whole class: what is found, what is left out, what a second run does, what a death costs."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from course_utils.grading import command, sandbox
from course_utils.grading.assignment import AssignmentError, load_assignment
from course_utils.grading.command import load_notebooks, main
from course_utils.grading.marking import Mark, Marked
from course_utils.grading.roster import read_roster
from course_utils.grading.store import Store, write_whole
from course_utils.grading.submissions import (
    SubmissionsError,
    find_submissions,
    top_of,
    unpack,
)
from course_utils.grading.table import Row, canvas_csv, grades_csv, moodle_csv, plain_text
from tests.grading_zygote import lend_zygote

needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)
SOLUTION = {"grade_id": "double", "solution": True, "grade": False, "locked": False}
CHECK = {"grade_id": "test_double", "solution": False, "grade": True, "locked": True, "points": 2}
TEST = "assert double(3) == 6\nassert double(-1) == -2"


def notebook(answer: str, *extra: str) -> str:
    cells = [
        {"cell_type": "code", "source": answer, "metadata": {"nbgrader": SOLUTION}},
        {"cell_type": "code", "source": TEST, "metadata": {"nbgrader": CHECK}},
        *({"cell_type": "code", "source": text, "metadata": {}} for text in extra),
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


RIGHT = "def double(x):\n    return 2 * x"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "hw.ipynb").write_text(notebook(RIGHT))
    return folder / "hw.ipynb"


def hand_in(root: Path, student: str, text: str, file: str = "hw.ipynb") -> Path:
    path = root / student / "hw" / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def table(out: Path) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO((out / "grades.csv").read_text()))
    return {row["student"]: row for row in rows}


# ── what is found ────────────────────────────────────────────────────────────────────────────


def test_every_layout_is_found(source, tmp_path):
    one = [load_assignment(source)]
    nested, flat = tmp_path / "nested", tmp_path / "flat"
    for student in ("ada", "Zoë 🦊", "a b"):
        hand_in(nested, student, "{}")
    flat.mkdir()
    for name in ("ada.ipynb", "hw_bob.ipynb", "carl_hw.ipynb", "notes.txt"):
        (flat / name).write_text("{}")
    assert [s.student for s in find_submissions(nested, one)] == ["Zoë 🦊", "a b", "ada"]
    assert [s.student for s in find_submissions(flat, one)] == ["ada", "bob", "carl"]


def test_everybody_has_a_row(source, tmp_path):
    root = tmp_path / "submitted"
    hand_in(root, "there", "{}")
    (root / "came without").mkdir()
    hand_in(root, "renamed", "{}", "my homework.ipynb")
    two = hand_in(root, "two files", "{}", "a.ipynb")
    two.with_name("b.ipynb").write_text("{}")
    found = find_submissions(root, [load_assignment(source)], roster=["absent", "there"])
    reasons = {s.student: s.parts[0].reason for s in found}
    assert reasons == {
        "absent": "missing", "came without": "missing", "there": "", "renamed": "",
        "two files": "missing: hw.ipynb is not among 'a.ipynb', 'b.ipynb'",
    }  # fmt: skip


def test_links_are_not_followed(source, tmp_path):
    root = tmp_path / "submitted"
    honest = hand_in(root, "honest", notebook(RIGHT))
    (root / "whole").symlink_to(root / "honest")
    (root / "inner").mkdir()
    (root / "inner" / "hw").symlink_to(root / "honest" / "hw")
    (root / "file" / "hw").mkdir(parents=True)
    (root / "file" / "hw" / "hw.ipynb").symlink_to(honest)
    found = {s.student: s.parts[0] for s in find_submissions(root, [load_assignment(source)])}
    assert (
        found["whole"].reason
        == found["inner"].reason
        == ("notebook unreadable: the folder is a link")
    )
    assert found["file"].path.is_symlink()  # refused when it is read


def test_nothing_at_all_is_an_error(source, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionsError, match="holds nothing for hw"):
        find_submissions(tmp_path / "empty", [load_assignment(source)])


def test_sources_in_nbgrader_s_folders_are_parts_of_one_assignment(tmp_path):
    for name in ("p1", "p2"):
        (tmp_path / "source" / "hw").mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / "hw" / f"{name}.ipynb").write_text(notebook(RIGHT))
    notebooks = load_notebooks(tmp_path / "source")
    assert [(each.name, each.file) for each in notebooks] == [
        ("hw", "p1.ipynb"),
        ("hw", "p2.ipynb"),
    ]
    root = tmp_path / "submitted"
    hand_in(root, "ada", "{}", "p2.ipynb")
    (found,) = find_submissions(root, notebooks)
    assert [part.path and part.path.name for part in found.parts] == [None, "p2.ipynb"]
    with pytest.raises(AssignmentError, match="holds no source notebook named 07"):
        load_notebooks(tmp_path / "source", ["07"])


def test_a_source_without_checks_keeps_no_other_from_being_graded(source, capsys):
    empty = source.with_name("notes.ipynb")
    empty.write_text(notebook(RIGHT).replace('"grade": true', '"grade": false'))
    source.with_name("later.ipynb").write_text("half")
    assert [each.name for each in load_notebooks(source.parent, ["hw", "n"])] == ["hw"]
    assert "left out:" in (said := capsys.readouterr().err)
    assert "notes.ipynb: no autograded cell" in said
    with pytest.raises(AssignmentError, match="named notes.*no autograded cell"):
        load_notebooks(source.parent, ["notes"])
    with pytest.raises(AssignmentError, match=r"later\.ipynb: notebook unreadable"):
        load_notebooks(source.parent)


def test_tests_that_nbgrader_is_to_write_are_not_taken_for_passed(source):
    text = source.read_text().replace("assert double(3) == 6", "### AUTOTEST double(3)")
    source.write_text(text)
    with pytest.raises(AssignmentError, match="'test_double' \\(AUTOTEST\\)"):
        load_notebooks(source)


def test_folders_may_be_called_by_the_number_of_an_assignment(tmp_path):
    for name in ("01_lines", "02_slopes", "02_hills"):
        (tmp_path / "source").mkdir(exist_ok=True)
        (tmp_path / "source" / f"{name}.ipynb").write_text(notebook(RIGHT))
    for student, folder in (("ada", "01"), ("bob", "01_lines"), ("eve", "01"), ("eve", "01_lines")):
        (tmp_path / "in" / student / folder).mkdir(parents=True)
        (tmp_path / "in" / student / folder / "01_lines.ipynb").write_text("{}")
    (tmp_path / "in" / "ada" / "02").mkdir()  # which of the two?
    (tmp_path / "in" / "student_01.ipynb").write_text("{}")
    found = find_submissions(tmp_path / "in", load_notebooks(tmp_path / "source"))
    assert {one.assignment for one in found} == {"01_lines"}
    places = {one.student: one.parts[0].path for one in found}
    assert {name: path and path.parent.name for name, path in places.items()} == {
        "ada": "01", "bob": "01_lines", "eve": "01_lines", "student_01": None,
    }  # fmt: skip


@pytest.mark.parametrize("given", ["", "submitted/ada", "submitted/ada/hw"])
def test_a_folder_too_high_or_too_low_is_answered_by_the_right_one(source, tmp_path, given):
    root = tmp_path / "klass" / "submitted"
    hand_in(root, "ada", "{}")
    hand_in(root, "bob", "{}")
    with pytest.raises(SubmissionsError, match=f"Did you mean {root}\\?$"):
        find_submissions(tmp_path / "klass" / given, [load_assignment(source)])


@pytest.mark.skipif(not hasattr(os, "setresuid") or os.getuid() != 0, reason="needs root")
def test_what_the_grader_may_not_read_costs_its_own_row_only(source, tmp_path):
    root = Path(tempfile.mkdtemp())
    for name in ("closed file", "closed folder", "open"):
        hand_in(root, name, notebook(RIGHT))
    (root / "closed file" / "hw" / "hw.ipynb").chmod(0)
    (root / "closed folder" / "hw").chmod(0)
    root.chmod(0o755)
    (one,) = [load_assignment(source)]
    script = (
        "found = find_submissions(root, [one])\nstore = Store(Path('x'), sandbox.Limits())\n"
        "reasons = [(s.student, s.parts[0].reason, len(store._key(s))) for s in found]"
    )
    scope = {"root": root, "one": one, "Path": Path, "sandbox": sandbox, "Store": Store}
    scope["find_submissions"] = find_submissions
    os.setresuid(-1, 65534, 0)
    try:
        exec(script, scope)
    finally:
        os.setresuid(-1, 0, 0)
        shutil.rmtree(root)
    assert scope["reasons"] == [
        ("closed file", "", 64),  # refused when it is read
        ("closed folder", "notebook unreadable: Permission denied", 64),
        ("open", "", 64),
    ]


# ── who belongs to the class ─────────────────────────────────────────────────────────────────

ROSTERS = {
    "with a head": "name,student\nAda L,ada\nBob,bob\n",
    "one column": "ada\n\nbob\n",
    "twice": "student\nada\nbob\nada\n",
    "semicolons": 'Name;Student\r\nAda L;ada\r\n"L; Bob";bob\r\n',
    "tabs": "User name\tGroup\nada\t1\nbob\t2\n",
    "nbgrader's": "id,first_name,last_name,email\nada,Ada,L,a@x\nbob,Bob,,b@x\n",
    "Canvas's": "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"L, Ada",17,9,ada,A\n"B, Bob",18,8, bob ,A\n',
    "an empty cell": "student,group\nada,1\n,2\nbob,\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ROSTERS)
def test_rosters_are_read_as_platforms_and_spreadsheets_write_them(tmp_path, name, encoding):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTERS[name], encoding=encoding, newline="")
    assert read_roster(path) == ["ada", "bob"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Näme,Gruppe\nada,1\n".encode(), "begins with 'Näme', 'Gruppe'.*call that column"),
        ("student;Größe\nada;1\n".encode("cp1252"), "save it as CSV in UTF-8"),
        (b"PK\x03\x04\xff\xfe\x00", "save it as CSV in UTF-8"),
        (b"\n\n", "is empty"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_in_one_line(tmp_path, data, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(AssignmentError, match=words) as refused:
        read_roster(path)
    assert "\n" not in str(refused.value)
    with pytest.raises(AssignmentError, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")


FORMULAS = ["=1+1", "+49", "-x", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@"]


def test_names_that_are_formulas_come_back_from_the_table_and_reach_the_platforms(tmp_path):
    names = [*FORMULAS, "ada", "o'hara", "'quoted'", "a=b"]
    rows = [Row(name, "01", Marked((Mark("mse", 1, 2),))) for name in names]
    text = grades_csv(rows)
    shown = [row["student"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert not [name for name in shown if name[0] in "=+-@\t\r"]
    assert len(set(shown)) == len(names)
    path = tmp_path / "grades.csv"
    path.write_text(text, newline="")
    assert read_roster(path) == names
    for written in (canvas_csv(rows), moodle_csv(rows)):  # platforms must know them again
        cells = [cell for line in csv.reader(io.StringIO(written, newline="")) for cell in line]
        assert set(names) <= set(cells)


# ── zips ─────────────────────────────────────────────────────────────────────────────────────


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_a_zip_is_unpacked_and_nothing_climbs_out(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    link = zipfile.ZipInfo("s/hw/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zipped(
        tmp_path / "a.zip",
        {
            "submitted/ada/hw/hw.ipynb": b"{}",
            "submitted/Zo\u00eb \U0001f98a/hw/hw.ipynb": b"{}",
            "../evil.ipynb": b"{}",
            "/abs/evil.ipynb": b"{}",
            "s/../../evil.ipynb": b"{}",
            "c:/evil.ipynb": b"{}",
            "s\\..\\evil.ipynb": b"{}",
            "submitted/ada/hw/virus.exe": b"x",
            "submitted/" + "n" * 300 + ".ipynb": b"{}",
            "submitted/came without/": b"",
            "submitted/ada/other/": b"",
            "submitted/../climbs/": b"",
            "__MACOSX/submitted/ada/hw/._hw.ipynb": b"x",
            "__MACOSX/": b"",
        },
    )
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(link, "/etc/passwd")
    refused = unpack(archive, target)
    names = sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file())
    assert names == ["submitted/Zo\u00eb \U0001f98a/hw/hw.ipynb", "submitted/ada/hw/hw.ipynb"]
    assert len(refused) >= 5
    assert not list(tmp_path.glob("evil*"))
    assert not any(path.is_symlink() for path in target.rglob("*"))
    assert top_of(target) == target / "submitted"
    students = sorted(path.name for path in (target / "submitted").iterdir())
    assert students == ["Zo\u00eb \U0001f98a", "ada", "came without"]
    assert [path.name for path in target.iterdir()] == ["submitted"]
    assert [path.name for path in (target / "submitted" / "ada").iterdir()] == ["hw"]


def test_a_bomb_is_not_unpacked(tmp_path):
    archive = zipped(tmp_path / "bomb.zip", {"a/hw/hw.ipynb": bytes(30 << 20)})
    (tmp_path / "t").mkdir()
    (line,) = unpack(archive, tmp_path / "t")
    assert "200 times" in line
    assert list((tmp_path / "t").iterdir()) == []


def test_a_lying_size_is_cut_off(tmp_path):
    noise = os.urandom(1 << 20) * 25
    archive = zipped(tmp_path / "big.zip", {"a/hw/hw.ipynb": noise})
    (tmp_path / "t").mkdir()
    unpack(archive, tmp_path / "t")
    assert (tmp_path / "t/a/hw/hw.ipynb").stat().st_size < 22 << 20


def test_a_broken_zip_is_named(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK no")
    with pytest.raises(SubmissionsError, match=r"x\.zip cannot be unpacked"):
        unpack(tmp_path / "x.zip", tmp_path)


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def test_tables_hold_one_row_for_each_and_no_formula():
    rows = [
        Row("ada", "01", Marked((Mark("mse", 1, 2), Mark("r2", 1 / 3, 1)))),
        Row("=1+1", "01", Marked((Mark("mse", 0, 2), Mark("r2", 0, 1)), "=cmd()\nx")),
    ]
    lines = grades_csv(rows).splitlines()
    assert lines[0] == "student,assignment,points,max_points,mse,r2,reason"
    assert lines[1] == "ada,01,1.3333,3,1,0.3333,"
    assert lines[2] == "'=1+1,01,0,3,0,0,'=cmd() x"
    assert canvas_csv(rows).splitlines()[1:3] == ["    Points Possible,,,,,3", "ada,,,ada,,1.3333"]
    assert moodle_csv(rows).splitlines() == ["username,01", "ada,1.3333", "=1+1,0"]
    assert plain_text("fine") == "fine"


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "a.csv", "old")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_whole(tmp_path / "a.csv", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "old")]


@pytest.fixture
def no_gradebook(monkeypatch):
    """Spare a test nbgrader's database, which takes seconds to make and is tested elsewhere."""
    monkeypatch.setattr(command, "write_gradebook", lambda *_: "")


# ── a run ────────────────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_a_class_is_graded_and_only_what_changed_is_graded_again(
    source, tmp_path, capsys, monkeypatch
):
    lend_zygote(monkeypatch)
    root, out = tmp_path / "submitted", tmp_path / "out"
    hand_in(root, "right", notebook(RIGHT))
    changed = hand_in(root, "wrong", notebook("def double(x):\n    return x"))
    hand_in(root, "broken", "not a notebook")
    hand_in(
        root, "helper", notebook("def double(x):\n    return twice(x)", "def twice(x): return 2*x")
    )
    roster = tmp_path / "roster.csv"
    roster.write_text("absent\nright\n")
    words = [
        str(root),
        "--out",
        str(out),
        "--source",
        str(source),
        "--roster",
        str(roster),
        "--quiet",
    ]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "5 submissions of 5 students, 2 missing or unreadable; 5 graded now, 0 as before" in said
    points = {name: (row["points"], row["reason"]) for name, row in table(out).items()}
    assert points["right"] == ("2", "")
    assert points["wrong"] == ("0", "nothing right yet")
    assert points["broken"][0] == "0"
    assert points["broken"][1].startswith("notebook unreadable: no JSON")
    assert points["helper"] == ("2", "")
    assert points["absent"] == ("0", "missing")
    before = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    assert main(words) == 0
    assert "0 graded now, 5 as before" in capsys.readouterr().out
    assert main([*words, "--force", "--jobs", "1"]) == 0
    assert "5 graded now" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in out.glob("*.csv")} == before
    changed.write_text(notebook(RIGHT))
    assert main(words) == 0
    assert "1 graded now, 4 as before" in capsys.readouterr().out
    assert table(out)["wrong"]["points"] == "2"


def test_a_store_knows_content_source_and_limits(source, tmp_path):
    root = tmp_path / "submitted"
    path = hand_in(root, "ada", notebook(RIGHT))
    (one,) = find_submissions(root, [load_assignment(source)])
    store = Store(tmp_path / "out", sandbox.Limits())
    marked = Marked((Mark("double", 2, 2),), "", 0.5)
    assert store.get(one) is None
    store.put(one, marked)
    assert store.get(one) == marked
    assert Store(tmp_path / "out", sandbox.Limits(cpu_seconds=1)).get(one) is None
    path.write_text(notebook("changed"))
    assert store.get(one) is None
    path.write_text(notebook(RIGHT))
    source.write_text(notebook(RIGHT, "x = 1"))
    (again,) = find_submissions(root, [load_assignment(source)])
    assert store.get(again) is None
    for file in (tmp_path / "out" / ".marks").glob("*.json"):
        file.write_text("{")
    assert store.get(one) is None


@needs_sandbox
def test_an_interrupted_run_goes_on_where_it_stopped(
    source, tmp_path, capsys, monkeypatch, no_gradebook
):
    root, out = tmp_path / "submitted", tmp_path / "out"
    slow = RIGHT + "\nimport time\ntime.sleep(0.4)"
    for i in range(8):
        hand_in(root, f"s{i}", notebook(slow if i > 1 else RIGHT))
    words = [str(root), "--out", str(out), "--source", str(source), "--quiet"]
    running = subprocess.Popen(
        [sys.executable, "-m", "course_utils", "grade", *words, "--jobs", "1"],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
        # whoever started the tests in the background may have had Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for _ in range(3000):
        if out.exists() and len(list((out / ".marks").glob("*.json"))) >= 2:
            break
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    assert running.returncode == 130
    assert "the same command goes on" in said
    done = len(list((out / ".marks").glob("*.json")))
    assert 2 <= done < 8
    lend_zygote(monkeypatch)
    assert main(words) == 0
    assert f"{8 - done} graded now, {done} as before" in capsys.readouterr().out
    assert [row["points"] for row in table(out).values()] == ["2"] * 8


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ([], 2, "required"),
        (["nowhere", "--out", "x"], 2, "does not exist"),
        ([".", "--out", "x", "--jobs", "0"], 2, "--jobs must be more than 0"),
        ([".", "--out", "x", "--jobs", "99999"], 2, "--jobs 99999 is too much for this machine"),
        ([".", "--out", "x", "--memory", "9" * 20], 2, "--memory must be at most"),
        ([".", "--out", "x"], 2, "--out x lies among the submissions"),
        ([".", "--out", "..", "--source", "nowhere"], 2, "nowhere does not exist: give"),
        ([".", "--out", "..", "--roster", "nowhere"], 2, "nowhere does not exist"),
    ],
)
def test_a_senseless_command_line_is_explained(words, status, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == status
    assert said in capsys.readouterr().err


def test_without_any_sandbox_it_refuses(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        "course_utils.grading.command.missing",
        lambda: dict.fromkeys(("limits", "landlock", "seccomp"), "needs Linux"),
    )
    (tmp_path / "submitted").mkdir()
    assert main([str(tmp_path / "submitted"), "--out", str(tmp_path / "out")]) == 1
    assert "no sandbox here" in capsys.readouterr().err


@needs_sandbox
@pytest.mark.parametrize("when", ["before", "amid", "after"])
def test_a_place_that_takes_no_files_is_one_line(
    source, tmp_path, capsys, monkeypatch, no_gradebook, when
):
    """Full or read-only: root may write anywhere, so the system call is made to fail."""
    lend_zygote(monkeypatch)
    hand_in(tmp_path / "submitted", "ada", notebook(RIGHT))
    names = {"before": "about.txt", "amid": ".json", "after": "canvas.csv"}
    real = Path.replace

    def replace(self, target):
        if str(target).endswith(names[when]):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return real(self, target)

    words = [str(tmp_path / "submitted"), "--out", str(tmp_path / "out"), "--quiet"]
    words += ["--source", str(source)]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        assert main(words) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "No space left" in line] == said[-1:]
    assert said[-1].startswith("grade: ")
    assert "same command goes on" in said[-1]
    assert not list(tmp_path.rglob(".writing-*"))
    (tmp_path / "file").touch()
    assert main([*words[:2], str(tmp_path / "file"), *words[3:]]) == 1
    assert "file/.marks: Not a directory" in capsys.readouterr().err
    assert main(words) == 0
    assert f"{when != 'after':d} graded now" in capsys.readouterr().out


@needs_sandbox
def test_who_is_not_on_the_roster_is_named(source, tmp_path, capsys, monkeypatch, no_gradebook):
    lend_zygote(monkeypatch)
    for name in ("ada", "Ada", "=1+1"):
        hand_in(tmp_path / "submitted", name, notebook(RIGHT))
    (tmp_path / "roster.csv").write_text("student\nada\nbob\n'=1+1\n")
    words = [str(tmp_path / "submitted"), "--out", str(tmp_path / "out"), "--quiet"]
    words += ["--source", str(source), "--roster", str(tmp_path / "roster.csv")]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert "not on the roster: 'Ada'\n" in said
    assert "takes for formulas: '=1+1'" in said
    assert {name: row["points"] for name, row in table(tmp_path / "out").items()} == {
        "'=1+1": "2", "Ada": "2", "ada": "2", "bob": "0",
    }  # fmt: skip
