"""The notebook tools: run clean, compare strictly, edit as scripts; and the lectures under lint."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks import Execution, NotebookError, execute, find_notebooks, lint
from course_utils.notebooks.__main__ import main
from course_utils.notebooks.compare import cell_rtol, output_difference, same_text
from course_utils.notebooks.files import clean, dumps, read_notebook
from course_utils.notebooks.kernel import Kernel, KernelStoppedError, kernel_environment
from course_utils.notebooks.sync import from_percent, sync, to_percent

ROOT = Path(__file__).resolve().parents[1]
LECTURES = sorted((ROOT / "lectures").glob("[0-9][0-9]_*.ipynb"))
SLIDE = {"slideshow": {"slide_type": "slide"}}
RTOL = {"tags": ["rtol=5e-2"], "rtol_reason": "the sum's order depends on the threads"}


def save(path: Path, *cells: NotebookNode | str) -> Path:
    """Write a notebook; a plain string is a code cell."""
    nodes = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(new_notebook(cells=nodes), path)
    return path


# --- the lectures ------------------------------------------------------------------------------


def test_the_lectures_are_there():
    readme = (LECTURES[0].parents[1] / "README.md").read_text(encoding="utf-8")
    promised = re.findall(r"^\| \d\d \| .*\(lectures/(\d\d_\w+\.ipynb)\)", readme, re.MULTILINE)
    assert [path.name for path in LECTURES] == promised, "README's table and lectures/ differ"
    assert len(promised) >= 9


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_keeps_the_house_rules(path):
    problems = lint(path)
    assert not problems, "\n" + "\n".join(map(str, problems))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_is_stored_clean_and_survives_editing_as_a_script(path):
    nb = read_notebook(path)
    is_clean = path.read_text(encoding="utf-8") == dumps(nb)
    assert is_clean, "run `make execute`"
    assert from_percent(to_percent(nb), nb) == nb


# --- running -----------------------------------------------------------------------------------

GOOD = [  # source and metadata of code cells
    ("import sys\nprint('a')\nprint('b')", {}),
    ("1 + 1;", {"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}}),
    ("{'loss': 0.0312, 'epoch': 20}", RTOL),
    ("import ipywidgets\nbox = ipywidgets.Output()\nwith box:\n    print('c')\nbox", {}),
    ("from IPython.display import clear_output\nprint('d')\nclear_output()\nprint('e')", {}),
    ("import os\nprint(os.environ['TQDM_DISABLE'], os.environ['MPLBACKEND'], os.getcwd())", {}),
    ("from tqdm.notebook import tqdm\nfor n in tqdm(range(2)):\n    print(n)", {}),
    ("'x', 7", {}),
    ("'y', 8", {}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks")
    cells = [new_code_cell(source, metadata=dict(metadata)) for source, metadata in GOOD]
    save(folder / "good.ipynb", new_markdown_cell("# Good", metadata=SLIDE), *cells)
    save(folder / "error.ipynb", "x = 1", "def halve(x):\n    return x / 0\nhalve(x)", "2")
    save(folder / "warning.ipynb", "import warnings\nwarnings.warn('old')")
    return folder


@pytest.fixture(scope="module")
def runs(folder) -> dict[str, Execution]:
    """The folder's notebooks after two runs; `good` holds the second result."""
    first = {result.path.stem: result for result in execute([folder])}
    assert first["good"].changed, first["good"]
    (second,) = execute([folder / "good.ipynb"], jobs=1)
    return first | {"good": second}


def test_a_second_run_changes_no_byte(folder, runs):
    assert runs["good"].error is None
    assert not runs["good"].changed


def test_an_executed_notebook_is_clean(folder, runs):
    nb = read_notebook(folder / "good.ipynb")
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(GOOD) + 1))
    assert [len(cell.outputs) for cell in code] == [1, 0, 1, 1, 1, 1, 1, 1, 1]
    assert code[0].outputs[0].text == "a\nb\n"
    assert code[1].metadata == {}
    assert code[2].metadata == RTOL
    assert code[3].outputs[0].data == {"text/plain": "Output()"}
    assert code[4].outputs[0].text == "e\n"
    backend = "module://matplotlib_inline.backend_inline"
    assert code[5].outputs[0].text == f"1 {backend} {folder.resolve()}\n"
    assert code[6].outputs == [new_output("stream", text="0\n1\n")]  # no progress bar
    assert nb.cells[0].metadata == SLIDE
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    assert "version" not in nb.metadata.language_info
    assert (folder / "good.ipynb").read_bytes().endswith(b"}\n")


@pytest.mark.parametrize(
    ("name", "cell", "line", "why"),
    [
        ("error", "cell 2:", "    | halve(x)", "ZeroDivisionError: division by zero"),
        ("warning", "cell 1:", "    | warnings.warn('old')", "UserWarning: old"),
    ],
)
def test_a_failing_notebook_is_left_alone_and_its_cell_shown(folder, runs, name, cell, line, why):
    assert not runs[name].changed
    for part in (cell, line, why, f"{name}.ipynb: FAILED"):
        assert part in str(runs[name])
    nb = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in nb.cells)


def test_a_cell_out_of_time_stops_the_kernel(tmp_path):
    nb = new_notebook(cells=[new_code_cell("while True: pass")])

    async def run() -> None:
        kernel = Kernel(nb, tmp_path, timeout=1)
        await kernel.start()
        try:
            with pytest.raises(KernelStoppedError, match="longer than 1 s"):
                await kernel.run(0)
            with pytest.raises(KernelStoppedError, match="not running"):
                await kernel.run(0)
        finally:
            await kernel.stop()

    asyncio.run(run())


@pytest.mark.skipif(sys.platform == "win32", reason="temporary files lie elsewhere there")
def test_what_a_cell_leaves_in_the_temporary_folder_goes_with_the_kernel(tmp_path):
    leave = "import tempfile; print(tempfile.mkdtemp(), end='')"
    nb = new_notebook(cells=[new_code_cell(leave)])

    async def run() -> Path:
        kernel = Kernel(nb, tmp_path)
        await kernel.start()
        try:
            left = Path((await kernel.run(0))[0].text)
            assert left.is_dir()
        finally:
            await kernel.stop()
        return left

    assert not asyncio.run(run()).exists()


def test_the_kernel_gets_device_and_threads_but_not_the_settings_of_this_process(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    env = kernel_environment()
    assert (env["COURSE_DEVICE"], env["OMP_NUM_THREADS"]) == ("cpu", "3")
    assert "MPLBACKEND" not in env
    assert "PYTEST_CURRENT_TEST" not in env
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert kernel_environment()["OMP_NUM_THREADS"] == "1"


# --- files -------------------------------------------------------------------------------------


def test_cells_without_a_valid_id_get_one_that_stays(tmp_path):
    cells = [new_code_cell("1"), new_code_cell("1"), new_code_cell("2"), new_code_cell("3")]
    for cell, name in zip(cells, (None, None, "not valid!", "kept"), strict=True):
        del cell["id"]
        if name is not None:
            cell["id"] = name
    nb = new_notebook()
    nb.cells = cells
    once, twice = clean(nb), clean(nb)
    ids = [cell.id for cell in once.cells]
    assert ids == [cell.id for cell in twice.cells]
    assert len(set(ids)) == 4
    assert ids[3] == "kept"
    assert ids[0] == hashlib.sha256(b"code\n1\n0").hexdigest()[:8]
    (tmp_path / "nb.ipynb").write_text(dumps(nb), encoding="utf-8")  # validates
    assert read_notebook(tmp_path / "nb.ipynb") == once


def test_the_source_of_a_question_is_folded_and_no_other():
    nb = new_notebook(cells=[new_code_cell('quiz("1 + 1?")'), new_code_cell("quizzes = 1")])
    for cell in nb.cells:
        cell.metadata["jupyter"] = {"outputs_hidden": True}
    once = clean(nb)
    folded = {"jupyter": {"source_hidden": True}, "tags": ["remove-input"]}
    assert [dict(cell.metadata) for cell in once.cells] == [folded, {}]
    assert clean(once) == once


def test_a_path_that_is_no_notebook_gets_one_clear_line(tmp_path, capsys):
    (tmp_path / "text.ipynb").write_text("not json")
    assert main(["execute", str(tmp_path / "none.ipynb")]) == 1
    assert main(["lint", str(tmp_path / "text.ipynb")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert "none.ipynb: no such notebook or folder." in lines[0]
    assert "text.ipynb: cannot be read as a notebook" in lines[1]
    with pytest.raises(NotebookError, match="no such"):
        find_notebooks([tmp_path / "none"])


# --- comparing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "fresh", "rtol", "same"),
    [
        ("loss 0.50", "loss 0.50", None, True),
        ("loss 0.50", "loss 0.51", None, False),
        ("loss 0.500", "loss 0.524", 5e-2, True),
        ("loss 0.500", "loss 0.527", 5e-2, False),
        ("loss 0.500", "cost 0.500", 5e-2, False),
        ("0.03 m", "0.04 m", 1e-3, True),  # 0.03499 and 0.03501, printed with two decimals
        ("0.03 m", "0.05 m", 1e-3, False),
        ("-0.00", "0.00", 1e-3, True),
        ("0.001", "-0.001", 1e-3, False),
        ("epoch 20", "epoch 21", 1e-2, False),  # counts are not rounded
        ("step 1000", "step 1004", 1e-2, True),
        ("1.0e-03", "1.1e-03", 1e-3, True),
        ("1.0e-03", "1.0e-02", 1e-3, False),
        ("[ 9.99,  1.00]", "[10.02, 1.00]", 1e-2, True),  # padding moves with the digits
        ("a 1.5 b", "a 1.5", 1e-2, False),
        ("1.5, 2.5", "1.5", 1e-2, False),
        ("nan", "1.0", 1e-2, False),
        ("True", "False", 1e-2, False),
        ("layer1: 2.0", "layer2: 2.0", 1e-1, False),
    ],
)
def test_numbers_are_compared_within_the_tolerance_and_text_exactly(stored, fresh, rtol, same):
    assert same_text(stored, fresh, rtol=rtol) is same


@pytest.mark.parametrize("tags", [["rtol=x"], ["rtol=2"], ["rtol=0"], ["rtol=1e-2", "rtol=1e-3"]])
def test_a_meaningless_tolerance_is_refused(tags):
    assert cell_rtol(new_code_cell("", metadata={"tags": ["rtol=1e-2"]})) == 0.01
    with pytest.raises(ValueError, match=r"rtol=5e-2"):
        cell_rtol(new_code_cell("", metadata={"tags": tags}))


def test_pictures_are_compared_by_presence_and_alt_text():
    def picture(alt, data="AAAA"):
        metadata = {"image/png": {"alt": alt}}
        return new_output("display_data", {"image/png": data}, metadata=metadata)

    printed = new_output("stream", text="1\n")
    assert output_difference([picture("a line")], [picture("a line", "BBBB")]) is None
    assert "image/png differs" in output_difference([picture("a line")], [picture("a curve")])
    assert "fresh:  nothing" in output_difference([picture("a line")], [])
    both = [printed, picture("a line")]
    assert "stored: stdout, image/png" in output_difference(both, both[::-1])


@pytest.fixture(scope="module")
def verdicts(folder, runs) -> dict[tuple[str, int], str]:
    """What nbval says of each cell, with the settings of pyproject.toml: '' where it passes."""
    nb = nbformat.read(folder / "good.ipynb", as_version=4)
    nb.cells[1].outputs[0].text = "a\nB\n"
    nb.cells[3].outputs[0].data["text/plain"] = "{'loss': 0.0318, 'epoch': 20}"
    nb.cells[5].outputs.append(new_output("stream", name="stderr", text="old warning"))
    nb.cells[8].execution_count = None
    nb.cells[9].outputs[0].data["text/plain"] = "('z', 8)"
    more = [("print('n', 0.10)", "n 0.25\n"), ("print('m', 0.1)", "M 0.1\n"), ("print(4)", "4\n")]
    for source, text in more:
        outputs = [new_output("stream", text=text)]
        cell = new_code_cell(source, metadata=RTOL, outputs=outputs, execution_count=9)
        nb.cells.append(cell)
    nb.cells.append(new_code_cell("import warnings\nwarnings.warn('w')", execution_count=12))
    checked = folder / "checked"
    checked.mkdir()
    nbformat.write(nb, checked / "changed.ipynb")
    (checked / "good.ipynb").write_bytes((folder / "good.ipynb").read_bytes())
    crash = [new_code_cell(source, execution_count=1) for source in ("x = 1", "exit_()", "x = 2")]
    crash[1].source = "import os\nos._exit(1)"
    save(checked / "dies.ipynb", *crash)
    (checked / "good.py").write_text("raise RuntimeError('a paired script was collected')")
    report = checked / "report.xml"
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", checked]
    command += ["-o", "junit_family=xunit1", f"--junitxml={report}", "-p", "no:cacheprovider"]
    # A dead kernel must not wait for the time limit of a cell, which is 300 s.
    done = subprocess.run(
        [*command, checked], cwd=ROOT, timeout=200, capture_output=True, text=True, check=False
    )
    assert "paired script" not in done.stdout
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        number = int(case.get("name", "").split()[-1])
        found[Path(case.get("file", "")).stem, number] = "".join(case.itertext())
    return found


def test_nbval_passes_what_execute_wrote_but_for_the_working_folder(verdicts):
    failed = [n for (name, n), text in verdicts.items() if name == "good" and text]
    assert failed == [7]  # this cell prints its folder, and the notebook was moved
    assert sum(name == "good" for name, _ in verdicts) == len(GOOD)


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        (2, "-B\n"),  # another text
        (3, ""),  # the cell with ';' stored nothing and printed nothing
        (4, ""),  # a number within rtol
        (6, "old warning"),  # a warning in the stored output
        (8, ""),  # a progress bar
        (9, "never executed"),
        (10, "-('z', 8)"),
        (11, "by more than rtol=0.05"),
        (12, "-M 0.1"),  # within rtol, but another text
        (13, ""),
        (14, "UserWarning: w"),  # an unexpected warning, nothing stored
    ],
)
def test_nbval_finds_what_differs(verdicts, cell, verdict):
    text = verdicts["changed", cell]
    assert verdict in text if verdict else not text


def test_a_dead_kernel_fails_the_rest_at_once(verdicts):
    assert verdicts["dies", 1] == ""
    assert "the kernel died" in verdicts["dies", 2]
    assert "not run: cell 2 had stopped the kernel" in verdicts["dies", 3]


# --- editing as a script -----------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path) -> tuple[Path, Path]:
    cells = [
        new_markdown_cell("# Title\n\ntext  \n", metadata=SLIDE),
        new_code_cell("import torch\n%precision 3", metadata={"tags": ["setup"], **SLIDE}),
        new_code_cell("x = 'é \"q\"'\n\n\nx", metadata={**RTOL, "alt": {"a": ["b"]}}),
        new_code_cell("x"),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [new_output("stream", text=f"{number}\n")]
    notebook = tmp_path / "00_toy.ipynb"
    notebook.write_text(dumps(new_notebook(cells=cells)), encoding="utf-8")
    return notebook, tmp_path / "00_toy.py"


def test_a_round_trip_through_a_script_changes_no_byte(pair):
    notebook, script = pair
    before = notebook.read_bytes()
    sync([notebook])
    assert 'tags=["setup"]' in script.read_text(encoding="utf-8")
    assert sync([script]) == [f"{notebook} and 00_toy.py agree"]
    assert notebook.read_bytes() == before
    nb = read_notebook(notebook)
    assert from_percent(to_percent(nb), nb) == nb


def test_an_edit_of_the_script_keeps_ids_and_the_outputs_of_other_cells(pair):
    notebook, script = pair
    sync([notebook])
    text = script.read_text(encoding="utf-8").replace("import torch", "import numpy")
    script.write_text(text + "\n# %%\nprint('new')\n", encoding="utf-8")
    assert "2 cells to run" in sync([script])[0]
    cells = read_notebook(notebook).cells
    assert [cell.id for cell in cells[:4]] == [f"cell-{number}" for number in range(4)]
    assert cells[1].source.startswith("import numpy")
    assert cells[1].metadata == {"tags": ["setup"], **SLIDE}
    assert [len(cell.outputs) for cell in cells[1:]] == [0, 1, 1, 0]
    assert sync([notebook]) == [f"{notebook} and 00_toy.py agree"]


def test_sync_takes_the_changed_side_and_refuses_two(pair):
    notebook, script = pair
    sync([notebook])
    nb = read_notebook(notebook)
    nb.cells[3].source = "x + x"
    notebook.write_text(dumps(nb), encoding="utf-8")
    assert sync([notebook]) == [f"{script} written from 00_toy.ipynb"]
    assert "x + x" in script.read_text(encoding="utf-8")
    nb.cells[3].source = "x * 2"
    notebook.write_text(dumps(nb), encoding="utf-8")
    edited = script.read_text(encoding="utf-8").replace("x + x", "x * 3")
    script.write_text(edited, encoding="utf-8")
    with pytest.raises(NotebookError, match="both changed"):
        sync([notebook])
    assert script.read_text(encoding="utf-8") == edited


def test_a_cell_that_a_script_cannot_hold_is_refused():
    nb = clean(new_notebook(cells=[new_code_cell("x = 1\n# %% looks like a cell\ny = 2")]))
    with pytest.raises(NotebookError, match="cell 1 cannot be written"):
        to_percent(nb)
