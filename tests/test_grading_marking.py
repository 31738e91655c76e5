"""A submission is marked by the source's checks; its other cells change nothing."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from course_utils.exercises import find_exercise
from course_utils.grading import sandbox
from course_utils.grading.assignment import AssignmentError, code_of, load_assignment
from course_utils.grading.cells import (
    MOST_BYTES,
    UnreadableError,
    cells_of,
    read_cells,
    without_magics,
)
from course_utils.grading.marking import Marked, mark, nothing
from course_utils.grading.session import Session
from tests.grading_zygote import shared_zygote

SOURCE = Path(__file__).parents[1] / "lectures" / "solutions" / "01_linear_regression.ipynb"
needs_sandbox = pytest.mark.skipif(
    bool({"limits", "landlock", "seccomp"} & set(sandbox.missing())),
    reason=f"this machine lacks layers of the sandbox: {sandbox.missing()}",
)


@pytest.fixture
def lane():
    return shared_zygote().lanes[0]


def notebook(*cells: tuple[str, dict]) -> bytes:
    """Make a notebook of (source, nbgrader marks); ``{}`` is an ordinary code cell."""
    made = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": marks} if marks else {}}
        for source, marks in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": made, "metadata": {}}).encode()


def solution(name: str) -> dict:
    return {"grade_id": name, "solution": True, "grade": False, "locked": False}


def check(name: str, points: float) -> dict:
    return {"grade_id": name, "solution": False, "grade": True, "locked": True, "points": points}


FOREIGN = notebook(
    ("import math\nimport torch", {}),
    ("def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
     solution("sq")),
    ("assert square(3) == 9\n### BEGIN HIDDEN TESTS\nassert square(-2) == 4\n"
     "### END HIDDEN TESTS", check("test_square", 2)),
    ("class Net(torch.nn.Module): ...", solution("net")),
    ("net = Net(3)\nassert net(torch.ones(5, 3)).shape == (5, 1), 'one output for each row'\n"
     "assert len(list(net.parameters())) == 2\nassert net.width == 3",
     check("test_net", 3)),
    ("root = None", solution("root")),
    ("try:\n    root(-1)\nexcept ValueError:\n    pass\nelse:\n"
     "    raise AssertionError('refuse')\n"
     "assert abs(root(4) - math.sqrt(4)) < 1e-9\n0.5 if root(0) else 1.0", check("test_root", 1)),
)  # fmt: skip
GOOD = {
    "sq": "def square(x):\n    return helper(x)",
    "net": "class Net(torch.nn.Module):\n    def __init__(self, width):\n"
    "        super().__init__()\n        self.width = width\n"
    "        self.out = torch.nn.Linear(width, 1)\n"
    "    def forward(self, x):\n        return self.out(x)",
    "root": "def root(x):\n    if x < 0:\n        raise ValueError('less')\n    return x ** 0.5",
}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "hw1.ipynb"
    path.write_bytes(FOREIGN)
    return load_assignment(path)


def submission(**answers: str) -> bytes:
    cells = [("%matplotlib inline\ndef helper(x):\n    return x * x", {})]
    for name, text in (GOOD | answers).items():
        cells.append((text, solution(name)))
    return notebook(*cells)


def marked(assignment, lane, data: bytes) -> dict[str, float]:
    return {each.name: each.points for each in mark(assignment, cells_of(data), lane).marks}


# ── reading ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "nested too deeply|no JSON"),
        (b"[]", "no JSON object"),
        (b'{"nbformat": 3}', "format 3"),
        (b'{"cells": []}', "format None"),
        (b'{"nbformat": 4}', "no list"),
        (b'{"nbformat": 4, "cells": [7]}', "a cell"),
        (json.dumps({"nbformat": 4, "cells": [{}] * 3000}).encode(), "2000 cells"),
        (notebook(("x" * (1 << 20), {})), "512 KB of code"),
    ],
)
def test_a_broken_notebook_is_refused_with_a_reason(data, words):
    with pytest.raises(UnreadableError, match=words):
        cells_of(data)


def test_a_huge_notebook_is_not_even_read(tmp_path):
    path = tmp_path / "big.ipynb"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UnreadableError, match="too large: 20 MB"):
        read_cells(path)


def test_links_folders_and_pipes_are_not_opened(tmp_path):
    import os

    (tmp_path / "secret").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "secret")
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name, words in {"link": "a link", "folder": "not a file", "pipe": "not a file"}.items():
        with pytest.raises(UnreadableError, match=words):
            read_cells(tmp_path / f"{name}.ipynb")
    with pytest.raises(UnreadableError, match="^missing$"):
        read_cells(tmp_path / "none.ipynb")


def test_odd_fields_are_read_as_nothing():
    odd = [
        {"cell_type": "code", "source": 7, "metadata": 7},
        {"cell_type": "code", "source": ["a", 7, "b"], "metadata": {"nbgrader": [1]}},
        {
            "cell_type": "code",
            "source": "c",
            "metadata": {"nbgrader": {"grade_id": 3, "points": "x"}},
        },
    ]
    cells = cells_of(json.dumps({"nbformat": 4, "cells": odd}).encode())
    assert [cell.source for cell in cells] == ["", "ab", "c"]
    assert all(cell.grade_id == "" and cell.points == 0 for cell in cells)


def test_magics_become_comments_and_modulo_stays():
    assert without_magics("%%bash\nrm -rf x").splitlines() == ["# %%bash", "# rm -rf x"]
    compiled = without_magics("if True:\n    %time\n    !ls\nx = 7 % 3\ny = f'{x:%}'")
    scope: dict = {}
    exec(compiled, scope)
    assert scope["x"] == 1


# ── the source ───────────────────────────────────────────────────────────────────────────────


def test_a_source_is_understood(foreign):
    assert foreign.name == "hw1"
    assert foreign.solutions == ("sq", "net", "root")
    assert [(c.exercise, c.points) for c in foreign.checks] == [
        ("square", 2),
        ("net", 3),
        ("root", 1),
    ]
    assert foreign.max_points == 6
    assert foreign.modules == ("math", "torch")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([("x = 1", {})], "no autograded cell"),
        ([("f = 1", solution("a")), ("f", check("a", 1))], "'a' stands at more than one"),
        ([("assert (", check("a", 1))], "'a' does not compile"),
    ],
)
def test_a_source_that_cannot_be_used_is_refused(tmp_path, cells, words):
    path = tmp_path / "x.ipynb"
    path.write_bytes(notebook(*cells))
    with pytest.raises(AssignmentError, match=words):
        load_assignment(path)


def test_only_the_student_s_own_cells_are_run(foreign):
    theirs = notebook(
        ("import math\nimport torch", {}),
        ("evil = 1", check("test_square", 100)),
        ("old = 1", solution("sq")),
        ("new = 1", solution("sq")),
        ("helper = 1", {}),
        ("", {}),
    )
    run = code_of(foreign, cells_of(theirs))
    assert [source for _, source in run] == ["import math\nimport torch", "new = 1", "helper = 1"]


# ── marks ────────────────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_right_answers_to_plain_asserts_earn_everything(foreign, lane):
    assert marked(foreign, lane, submission()) == {"square": 2, "net": 3, "root": 0.5 + 0.5}


@needs_sandbox
@pytest.mark.parametrize(
    ("answers", "points", "message"),
    [
        ({"sq": "def square(x):\n    return 9"}, (0, 3, 1), "A hidden test fails."),
        ({"sq": "def square(x):\n    return 1 / 0"}, (0, 3, 1), "ZeroDivisionError"),
        ({"sq": "def square(x:"}, (0, 3, 1), "Cell 'sq' does not run: SyntaxError"),
        ({"sq": "import os\nos._exit(0)"}, (0, 0, 0), "itself"),
        ({"sq": "class square:\n    def __init__(self, x): pass\n"
          "    def __eq__(self, other): return True"}, (0, 3, 1), "A test fails."),
        ({"net": GOOD["net"].replace("(width, 1)", "(width, 2)")}, (2, 0, 1), "one output for"),
        ({"root": "root = lambda x: x ** 0.5"}, (2, 3, 0), "A test fails. refuse"),
        ({"root": GOOD["root"] + " + (x == 0)"}, (2, 3, 0.5), ""),
    ],
)  # fmt: skip
def test_wrong_answers_cost_their_own_points_and_say_why(foreign, lane, answers, points, message):
    result = mark(foreign, cells_of(submission(**answers)), lane)
    assert tuple(each.points for each in result.marks) == points
    assert message in " ".join(each.message for each in result.marks)
    assert "square(-2)" not in json.dumps(result.to_json())


@needs_sandbox
def test_our_own_source_marks_right_wrong_and_blank(lane):
    assignment = load_assignment(SOURCE)
    right = nbformat.read(SOURCE, 4)
    full = mark(assignment, cells_of(nbformat.writes(right).encode()), lane)
    assert full.points == assignment.max_points
    assert full.reason == ""
    wrong = copy.deepcopy(right)
    for cell in wrong.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id") == "mse":
            cell.source = "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()"
        elif about.get("solution"):
            cell.source = cell.source.split("###")[0] + "raise NotImplementedError()"
    less = mark(assignment, cells_of(nbformat.writes(wrong).encode()), lane)
    assert less.points == 0
    assert less.marks[0].mistake
    assert "not done yet" in less.marks[1].message
    assert less.reason == "nothing right yet"


@needs_sandbox
def test_marking_twice_gives_the_same(foreign, lane):
    cells = cells_of(submission(sq="def square(x): return x"))
    first, second = mark(foreign, cells, lane), mark(foreign, cells, lane)
    assert first == second
    assert Marked.from_json(json.loads(json.dumps(first.to_json()))) == first


def test_nothing_is_zero_with_a_reason(foreign):
    none = nothing(foreign, "missing")
    assert none.points == 0
    assert [each.max_points for each in none.marks] == [2, 3, 1]
    assert none.reason == "missing"


@needs_sandbox
def test_every_case_is_asked_for_once_and_the_names_in_one_go(lane, monkeypatch):
    asked = []
    ask = Session._ask

    def listen(self, request, *rest):
        asked.append((request["do"], request.get("name")))
        return ask(self, request, *rest)

    monkeypatch.setattr(Session, "_ask", listen)
    assignment = load_assignment(SOURCE)
    mark(assignment, cells_of(SOURCE.read_bytes()), lane)
    counts = Counter(asked)
    for check in assignment.checks:
        exercise = find_exercise(check.exercise)
        assert counts["call", check.exercise] == len(exercise.cases) + exercise.draws
    assert counts["object", None] == counts["run", None] == 1
