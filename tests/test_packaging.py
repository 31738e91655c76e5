"""The wheel, the lock, make, README and the workflows: what a fresh machine relies on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from course_utils import __main__ as command_line
from course_utils import load_dataset
from course_utils.datasets import dataset_names

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK_LINES = [
    line
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
MAKE = shutil.which("make")
TELL = 'test "$1" != -m || echo "asked: $*"'
needs_make = pytest.mark.skipif(os.name == "nt" or MAKE is None, reason="no make here")


# ── the wheel ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*pip, *options, str(ROOT)], check=True)
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_carries_types_licence_and_every_data_file(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {f"course_utils/_data/{path.name}" for path in (ROOT / "data").iterdir()}
    assert data <= names
    assert "course_utils/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_carries_the_playgrounds_page(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    folder = ROOT / "course_utils" / "playground"
    files = [path for path in folder.rglob("*.*") if path.suffix in (".js", ".css", ".json", ".j2")]
    assert len(files) >= 4
    assert {str(path.relative_to(ROOT).as_posix()) for path in files} <= names


def test_wheel_carries_nothing_else(wheel: Path):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"course_utils"}


def test_installed_wheel_loads_every_dataset(wheel: Path, tmp_path: Path):
    """From an empty folder, far from the checkout: the same tables."""
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--target", str(target), str(wheel)], check=True
    )
    code = """
import json, sys
sys.path.insert(0, sys.argv[1])
import course_utils
from course_utils.datasets import check_data_files, dataset_names
shapes = {name: list(course_utils.load_dataset(name).X.shape) for name in dataset_names()}
print(json.dumps([course_utils.__file__, check_data_files(), shapes]))
"""
    run = subprocess.run(
        [sys.executable, "-I", "-c", code, str(target)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    where, problems, shapes = json.loads(run.stdout)
    assert Path(where).resolve().is_relative_to(target.resolve())
    assert problems == []
    assert shapes == {name: list(load_dataset(name).X.shape) for name in dataset_names()}


# ── the lock ───────────────────────────────────────────────────────────────────────────────────


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, Version]:
    found = {}
    for line in LOCK_LINES[:-1]:
        wanted = Requirement(line)
        (only,) = wanted.specifier
        assert only.operator == "==", line
        assert canonical(wanted.name) not in found, line
        found[canonical(wanted.name)] = Version(only.version)
    return found


def direct_dependencies() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]
    wanted = [Requirement(text) for text in texts]
    return [each for each in wanted if canonical(each.name) != PROJECT["name"]]


def test_lock_is_exact_pins_and_ends_with_the_package():
    assert LOCK_LINES[-1] == "-e .[dev]"
    assert len(pins()) == len(LOCK_LINES) - 1


def test_lock_pins_torch_itself_and_leaves_its_cuda_libraries_to_it():
    assert "torch==2.13.0" in LOCK_LINES
    assert [name for name in pins() if re.match(r"nvidia|cuda|triton", name)] == []


def test_lock_names_no_index():
    assert [line for line in LOCK_LINES if "://" in line or line.startswith("--")] == []


@pytest.mark.parametrize("wanted", direct_dependencies(), ids=str)
def test_lock_lies_inside_every_range(wanted: Requirement):
    assert pins()[canonical(wanted.name)] in wanted.specifier


@pytest.mark.parametrize("wanted", direct_dependencies(), ids=str)
def test_every_range_has_a_lower_end(wanted: Requirement):
    assert any(each.operator in (">=", "==") for each in wanted.specifier)


@pytest.mark.parametrize(
    ("package", "system"),
    [("appnope", "darwin"), ("colorama", "win32"), ("pywinpty", "nt"), ("pexpect", "win32")],
)
def test_packages_for_some_systems_have_a_marker(package: str, system: str):
    (line,) = [line for line in LOCK_LINES if line.startswith(f"{package}==")]
    assert system in line.partition(";")[2]


def test_conda_takes_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *plain, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    assert plain[0].startswith(f"python{PROJECT['requires-python']}")


# ── make ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with make's files, and a .venv whose python only tells what it was asked."""
    folder = tmp_path / "my course"  # a path with a space
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    script(folder / ".venv/bin/python", TELL)
    (folder / ".venv/installed").write_text(f"{folder.resolve()}\n")
    return folder


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert MAKE is not None
    # What the surrounding make says to its children is not meant for this one.
    env = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL")}
    return subprocess.run(
        [MAKE, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@needs_make
class TestMake:
    def test_lab_starts_at_once_where_all_is_installed(self, checkout: Path):
        run = make(checkout, "lab", "ARGS=--no-browser --port 8899")
        assert run.returncode == 0, run.stderr
        assert "asked: -m jupyterlab lectures --no-browser --port 8899" in run.stdout
        assert "pip" not in run.stdout

    @pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
    def test_installs_again_after_a_change(self, checkout: Path, name: str):
        later = (checkout / ".venv/installed").stat().st_mtime + 10
        os.utime(checkout / name, (later, later))
        assert "pip install" in make(checkout, "-n", "lab").stdout

    def test_installs_again_where_the_folder_was_moved(self, checkout: Path):
        moved = checkout.rename(checkout.parent / "elsewhere")
        assert "pip install" in make(moved, "-n", "lab").stdout

    def test_installs_again_where_the_python_has_gone(self, checkout: Path):
        (checkout / ".venv/bin/python").unlink()
        assert "pip install" in make(checkout, "-n", "lab").stdout

    def test_installs_again_for_another_python(self, checkout: Path):
        other = script(checkout / "other", "echo another version")
        assert "pip install" in make(checkout, "-n", "lab", f"PYTHON={other}").stdout

    def test_old_python_is_told_in_words(self, checkout: Path):
        (checkout / ".venv/installed").unlink()
        old = script(
            checkout / "old", 'case "$*" in --version) echo Python 3.9.2;; *) exit 1;; esac'
        )
        run = make(checkout, "lab", f"PYTHON={old}")
        assert run.returncode != 0
        assert "needs Python 3.11 or newer" in run.stdout
        assert "Python 3.9.2" in run.stdout
        assert "Traceback" not in run.stdout + run.stderr

    def test_python_without_venv_is_told_in_words(self, checkout: Path):
        (checkout / ".venv/installed").unlink()
        bare = script(checkout / "bare", 'case "$*" in *ensurepip*) exit 1;; esac')
        run = make(checkout, "test", f"PYTHON={bare}")
        assert run.returncode != 0
        assert "apt install python3-venv" in run.stdout

    def test_no_python_at_all_is_told_in_words(self, checkout: Path):
        (checkout / ".venv/installed").unlink()
        run = make(checkout, "lab", "PYTHON=no-such-python")
        assert run.returncode != 0
        assert "No 'no-such-python' here" in run.stdout

    def test_test_runs_every_part_and_says_ok(self, checkout: Path):
        run = make(checkout, "test")
        assert run.returncode == 0
        assert run.stdout.splitlines()[-1] == "make test: OK"
        asked = [
            line.split()[2] for line in run.stdout.splitlines() if line.startswith("asked: -m")
        ]
        assert asked == ["ruff", "ruff", "mypy", "course_utils", "pytest"]

    @pytest.mark.parametrize(
        ("word", "part"),
        [("check", "rules"), ("format", "format"), ("mypy", "types"), ("pytest", "pytest")],
    )
    def test_one_failure_fails_test_but_stops_no_other_part(
        self, checkout: Path, word: str, part: str
    ):
        python = checkout / ".venv/bin/python"
        script(python, TELL, f'case "$3 $2" in "{word} "*|*" {word}") exit 1;; esac')
        run = make(checkout, "test")
        assert run.returncode != 0
        assert run.stdout.splitlines()[-1] == f"make test: FAILED in {part}"
        assert "asked: -m pytest" in run.stdout

    def test_help_names_every_target(self):
        (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
        shown = make(ROOT, "help").stdout
        hidden = {name for name in phony.split() if f"make {name}" not in shown}
        assert hidden == {"help", "FORCE"}


def test_ci_runs_make_test():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert text.splitlines()[-1] == "make test"
    assert "set -euo pipefail" in text


# ── README ─────────────────────────────────────────────────────────────────────────────────────


def test_readme_links_to_files_that_exist():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_readme_names_commands_that_exist():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", README, re.MULTILINE))
    assert {"lab", "test"} <= named <= targets
    commands = set(re.findall(r"-m course_utils ([a-z]+)", README))
    assert {"doctor"} <= commands <= set(command_line._COMMANDS)


def test_readme_lists_every_lecture_with_its_minutes():
    listing = ["git", "ls-files", "lectures/[0-9][0-9]_*.ipynb"]  # not those still being written
    run = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    lectures = [ROOT / line for line in run.stdout.splitlines()]
    if run.returncode != 0:  # not a git checkout
        lectures = sorted((ROOT / "lectures").glob("[0-9][0-9]_*.ipynb"))
    assert len(lectures) >= 4
    for path in lectures:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells[:4])
        minutes = re.search(r"(\d+) (?:minutes )?of teaching, (\d+)", text)
        assert minutes, f"{path.name} tells no minutes"
        row = (
            rf"\| {path.name[:2]} \| \[[^]]+\]\(lectures/{path.name}\) \| (\d+) min \| (\d+) min \|"
        )
        shown = re.search(row, README)
        assert shown, f"README lists no {path.name}"
        assert shown.groups() == minutes.groups(), path.name


def test_readme_pictures_are_those_of_the_lectures():
    extract = ROOT / ".github" / "figures" / "extract.py"
    run = subprocess.run(
        [sys.executable, str(extract), "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_readme_pictures_have_the_lectures_alt_text():
    stored = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "lectures").glob("*.ipynb")
    )
    pictures = re.findall(r"!\[([^]]+)\]\(\.github/figures/", README)
    assert len(pictures) >= 2
    for alt in pictures:
        assert json.dumps(alt, ensure_ascii=False) in stored, alt


# ── workflows ──────────────────────────────────────────────────────────────────────────────────


def workflow(name: str) -> dict[str, dict]:
    text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    return yaml.safe_load(text)["jobs"]


def commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_cpu_job_runs_what_ci_runs_on_linux_and_mac():
    job = workflow("tests.yml")["cpu"]
    assert job["strategy"]["matrix"]["os"] == ["ubuntu-latest", "macos-latest"]
    assert commands(job) == [".ci/run"]


def test_windows_runs_the_parts_of_make_test_by_hand():
    by_make = set(re.findall(r'^[A-Z]+ = "\$\(PY\)" (-m .*)$', MAKEFILE, re.MULTILINE))
    assert len(by_make) == 4
    by_hand = {run.removeprefix("python ") for run in commands(workflow("tests.yml")["windows"])}
    assert by_make <= by_hand
    assert "-m pytest -n 2 --dist loadscope" in by_hand


def test_gpu_job_runs_where_a_runner_is_named_and_says_so_where_not():
    jobs = workflow("tests.yml")
    assert jobs["gpu"]["if"] == "vars.GPU_RUNNER != ''"
    assert jobs["gpu-skipped"]["if"] == "vars.GPU_RUNNER == ''"
    assert jobs["gpu"]["env"] == {"COURSE_DEVICE": "cuda"}
    assert "::notice" in commands(jobs["gpu-skipped"])[0]


def test_weekly_job_runs_both_ends_of_the_ranges():
    job = workflow("weekly.yml")["versions"]
    ends = [each["resolution"] for each in job["strategy"]["matrix"]["include"]]
    assert ends == ["lowest-direct", "highest"]
    assert commands(job)[-1] == "python -m pytest -n 2 --dist loadscope"
