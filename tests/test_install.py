"""The cell that fetches the package where it is missing: one form, one address, no effect here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks.files import find_notebooks, read_notebook
from course_utils.notebooks.install import (
    NOT_SET,
    install_address,
    install_source,
    set_address,
    with_install,
)
from course_utils.publishing.book.repository import Repository, main

LECTURES = Path(__file__).resolve().parents[1] / "lectures"
URL = "https://github.com/me/course"


def run(source: str, *, installed: bool) -> list[str]:
    """Run the cell in a Python of its own, with `get_ipython` and the package's place stood in."""
    stand_in = f"""
import json, importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: (find("json") if {installed} else None) \\
    if name == "course_utils" else find(name)
calls = []
class Shell:
    def run_line_magic(self, name, line): calls.append(f"%{{name}} {{line}}")
exec({source!r}, {{"get_ipython": Shell}})
print(json.dumps(calls))
"""
    command = [sys.executable, "-c", stand_in]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_nothing_happens_where_the_package_is():
    assert run(install_source(URL), installed=True) == []


def test_the_package_is_fetched_where_it_is_missing():
    assert run(install_source(URL), installed=False) == [f"%pip install -q git+{URL}"]


def test_its_lines_are_short():
    assert max(map(len, install_source("https://github.com/owner/course").splitlines())) <= 100


@pytest.mark.parametrize("address", [NOT_SET, URL, f"{URL}@autumn"])
def test_the_address_is_read_back(address):
    assert install_address(install_source(address)) == address


@pytest.mark.parametrize(
    "source", ["", "pip install x", install_source(URL) + "\nprint(1)", install_source('" + x + "')]
)
def test_another_cell_has_no_address(source):
    assert install_address(source) is None


def lecture() -> list[object]:
    result = new_output("execute_result", data={"text/plain": "2"}, execution_count=2)
    return [
        new_markdown_cell("# 01 A"),
        new_code_cell("import math", execution_count=1),
        new_code_cell("1 + 1", execution_count=2, outputs=[result]),
    ]


def test_the_cell_comes_first_and_the_counts_move_on():
    nb = with_install(new_notebook(cells=lecture()), URL)
    assert [cell.get("execution_count") for cell in nb.cells] == [None, 1, 2, 3]
    assert nb.cells[3].outputs[0].execution_count == 3
    assert nb.cells[1].source == install_source(URL)
    assert nb.cells[1].metadata.slideshow.slide_type == "skip"


def test_a_second_time_only_the_address_changes():
    nb = with_install(new_notebook(cells=lecture()))
    again = with_install(nb, URL)
    assert len(again.cells) == 4
    assert install_address(again.cells[1].source) == URL


def course(folder: Path) -> Path:
    import nbformat

    (folder / "lectures").mkdir()
    nbformat.write(new_notebook(cells=lecture()), folder / "lectures" / "01_a.ipynb")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.ruff]\nline-length = 9\n'
    )
    return folder


def test_one_command_sets_the_address_everywhere(tmp_path, capsys):
    folder = course(tmp_path)
    assert main([f"{URL}/tree/autumn", "--course", str(folder)]) == 0
    assert Repository.of(folder) == Repository("me", "course", "autumn")
    nb = read_notebook(folder / "lectures" / "01_a.ipynb")
    assert install_address(nb.cells[1].source) == f"{URL}@autumn"
    assert main(["https://github.com/you/other", "--course", str(folder)]) == 0
    assert Repository.of(folder) == Repository("you", "other")
    assert "line-length = 9" in (folder / "pyproject.toml").read_text()
    text = (folder / "pyproject.toml").read_text()
    assert text.count("Repository") == 1
    assert main(["nowhere", "--course", str(folder)]) == 1
    assert "https://github.com/OWNER/NAME" in capsys.readouterr().err
    assert (folder / "pyproject.toml").read_text() == text


def test_without_an_address_the_cells_are_written_and_lead_nowhere(tmp_path):
    folder = course(tmp_path)
    assert main(["--course", str(folder)]) == 0
    nb = read_notebook(folder / "lectures" / "01_a.ipynb")
    assert install_address(nb.cells[1].source) == NOT_SET


def test_every_lecture_has_the_address_of_the_course():
    repository = Repository.of(LECTURES.parent)
    expected = NOT_SET if repository is None else repository.pip
    lectures = [path for path in find_notebooks([LECTURES]) if path.name[0].isdigit()]
    found = {}
    for path in lectures:
        code = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
        found[path.name] = install_address(code[0].source)
    assert found == {path.name: expected for path in lectures}


def test_a_notebook_that_has_the_address_is_not_written_again(tmp_path):
    paths = [course(tmp_path) / "lectures" / "01_a.ipynb"]
    assert set_address(URL, paths) == paths
    assert set_address(URL, paths) == []
