"""Stock nbgrader on the same sources: its release is ours, its gradebook holds the right points.

The commands run as an instructor runs them, in a course folder with lecture 01 alone; students
hand in what they got from ``lectures/exercises/``.
"""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from nbformat import NotebookNode

from course_utils.notebooks import read_notebook
from course_utils.notebooks.files import dumps
from course_utils.notebooks.marks import role_of

pytest.importorskip("nbgrader", reason="needs nbgrader (the extra 'grading')")

LECTURES = Path(__file__).resolve().parents[1] / "lectures"
NAME = "01_linear_regression.ipynb"
SOURCE = LECTURES / "solutions" / NAME
RELEASED = LECTURES / "exercises" / NAME
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"

# What the student who is partly wrong writes, and the points it is worth. The rest stays blank.
PARTLY = {
    "mse": ("    return ((y_hat - y) ** 2).sum()", 0),
    "mse_gradient": (
        "    error = X @ w + b - y\n    return 2 / len(X) * X.T @ error, 2 * error.mean(dim=0)",
        2,
    ),
    "descend": (  # wrong where no step is asked, which costs half a point
        "    for _ in range(max(steps, 1)):\n"
        "        grad_w, grad_b = mse_gradient(X, y, w, b)\n"
        "        w, b = w - lr * grad_w, b - lr * grad_b\n"
        "    return w, b",
        1.5,
    ),
}


def nbgrader(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start one of nbgrader's commands with this environment's programs, and nobody's settings."""
    env = os.environ | {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # alembic
        "PYTHONPATH": str(LECTURES.parent),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a command that must succeed, and return what it printed."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    return out


def graded_id(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def submissions() -> dict[str, NotebookNode]:
    """Three students' notebooks, made from the released one."""
    blank = read_notebook(RELEASED)
    right, partly = copy.deepcopy(blank), copy.deepcopy(blank)
    answers = {
        graded_id(cell): cell.source
        for cell in read_notebook(SOURCE).cells
        if role_of(cell) == "solution"
    }
    for cell in right.cells:
        if role_of(cell) == "solution":
            cell.source = answers[graded_id(cell)]
    for cell in partly.cells:
        if role_of(cell) == "solution" and graded_id(cell) in PARTLY:
            assert STUB in cell.source
            cell.source = cell.source.replace(STUB, PARTLY[graded_id(cell)][0])
    cheat = next(cell for cell in blank.cells if role_of(cell) == "check")
    cheat.source = "1.0"  # nbgrader puts the source's own check back
    return {"right": right, "partly": partly, "blank": blank}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with lecture 01 released and three submissions graded."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "source" / "01").mkdir(parents=True)
    shutil.copy(SOURCE, folder / "source" / "01")
    ended(nbgrader(folder, "generate_assignment", "01"))
    for student, nb in submissions().items():
        path = folder / "submitted" / student / "01" / NAME
        path.parent.mkdir(parents=True)
        path.write_text(dumps(nb), encoding="utf-8")
    (folder / "mine").mkdir()
    shutil.copy(RELEASED, folder / "mine" / "blank.ipynb")
    shutil.copy(folder / "submitted" / "right" / "01" / NAME, folder / "mine" / "right.ipynb")
    # Both at a time, for most of it is waiting for kernels.
    grading = nbgrader(folder, "autograde", "01")
    validating = nbgrader(folder / "mine", "validate", "blank.ipynb", "right.ipynb")
    (folder / "validate.txt").write_text(ended(validating), encoding="utf-8")
    ended(grading)
    return folder


def test_a_student_sees_no_panels_of_nbgrader_in_jupyterlab():
    """`make lab` puts a folder of settings first; here JupyterLab's own code reads it."""
    folder = LECTURES.parent / "course_utils" / "notebooks" / "lab"
    assert "/course_utils/notebooks/lab$" in (LECTURES.parent / "Makefile").read_text()
    code = """
from jupyter_core.paths import jupyter_config_path, jupyter_path
from jupyter_server.extension.config import ExtensionConfigManager
from jupyterlab_server.config import get_page_config
enabled = ExtensionConfigManager(read_config_path=jupyter_config_path()).get_jpserver_extensions()
print(get_page_config(jupyter_path("labextensions"))["disabledExtensions"])
print(sorted(name for name, on in enabled.items() if on and "nbgrader" in name))
"""
    shown = {}
    for quiet in (True, False):
        env = {k: v for k, v in os.environ.items() if k != "JUPYTER_CONFIG_PATH"}
        env |= {"JUPYTER_PREFER_ENV_PATH": "1"} | (
            {"JUPYTER_CONFIG_PATH": str(folder)} if quiet else {}
        )
        run = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        shown[quiet] = run.stdout.splitlines()
    assert shown[True] == ["['@jupyter/nbgrader']", "[]"]
    assert "formgrader" in shown[False][1]


def test_both_ways_release_the_same_cells(course: Path):
    theirs = read_notebook(course / "release" / "01" / NAME)
    ours = read_notebook(RELEASED)
    assert len(ours.cells) == len(theirs.cells)
    for mine, other in zip(ours.cells, theirs.cells, strict=True):
        assert (mine.id, mine.cell_type, mine.source) == (other.id, other.cell_type, other.source)
        assert mine.metadata == other.metadata
    assert any("checksum" in cell.metadata.get("nbgrader", {}) for cell in ours.cells)


def test_validate_lists_what_is_not_done_and_passes_what_is(course: Path):
    text = (course / "validate.txt").read_text(encoding="utf-8")
    checks = [cell.source for cell in read_notebook(RELEASED).cells if role_of(cell) == "check"]
    blank, right = text.split("Success!")
    assert f"VALIDATION FAILED ON {len(checks)} CELL(S)!" in blank
    assert [check for check in checks if check not in blank] == []
    assert right.strip() == "Your notebook passes all the tests."


def points_of(course: Path, student: str) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own, of its database
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{(course / 'gradebook.db').as_posix()}") as book:
            notebook = book.find_submission_notebook(Path(NAME).stem, "01", student)
            return {grade.name.removesuffix("-check"): grade.score for grade in notebook.grades}


def full_points() -> dict[str, float]:
    return {
        graded_id(cell).removesuffix("-check"): cell.metadata.nbgrader.points
        for cell in read_notebook(RELEASED).cells
        if role_of(cell) == "check"
    }


def test_the_gradebook_holds_full_partial_and_no_points(course: Path):
    full = full_points()
    assert sum(full.values()) == 10
    assert points_of(course, "right") == full
    assert points_of(course, "blank") == dict.fromkeys(full, 0)
    earned = {name: points for name, (_, points) in PARTLY.items()}
    assert points_of(course, "partly") == dict.fromkeys(full, 0) | earned


def test_hidden_tests_are_back_when_it_grades(course: Path):
    source = {c.id: c.source for c in read_notebook(SOURCE).cells if role_of(c) == "check"}
    for student in ("right", "blank"):
        graded = read_notebook(course / "autograded" / student / "01" / NAME)
        assert {c.id: c.source for c in graded.cells if role_of(c) == "check"} == source
