"""Who may import whom, read from the syntax tree; and what the house looks like from outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "course_utils"
LONGEST_MODULE = 330

# module: what it may import from the package. What is not listed is forbidden.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),  # its table of names is looked up on first use
    "runtime": set(),
    "datasets": set(),
    "metrics": set(),
    "models": set(),
    "activations": set(),
    "checks": set(),
    "questions": set(),
    "training": {"runtime"},
    "parallel": {"datasets", "models", "runtime"},
    "plotting": {"activations", "metrics"},
    "widgets": {"activations", "plotting", "models", "training", "datasets"},
    "exercises": {"checks", "datasets", "metrics", "models", "training"},
    "notebooks": {"checks", "exercises"},
    "grading": {"checks", "datasets", "exercises", "metrics", "models", "notebooks", "training"},
    "doctor": {"runtime", "datasets", "grading"},
    "publishing": {"notebooks", "plotting"},
    "playground": {"datasets", "metrics", "models", "training"},
    "__main__": {"doctor", "notebooks", "grading", "playground", "publishing", "runtime"},
}
# module: names it may import under `if TYPE_CHECKING:` besides.
MAY_NAME_IN_TYPES: dict[str, set[str]] = {"plotting": {"training.History"}}

TOP_LEVEL = {
    *(".ci", ".devcontainer", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml"),
    *("LICENSE", "Makefile", "README.md", "course_utils", "data", "environment.yml"),
    *("lectures", "pyproject.toml", "requirements.txt", "tests"),
}
HEAVY = ["IPython", "ipywidgets", "matplotlib", "nbformat", "pandas", "sklearn", "tqdm"]


@dataclass(frozen=True)
class Import:
    """One name imported from inside the package: ``target`` is dotted, without the package."""

    line: int
    target: str
    for_types: bool


def module_name(path: Path, package: Path) -> str:
    """Dotted name inside the package: ``plotting.style``, ``plotting``, ``__init__``."""
    parts = list(path.relative_to(package).with_suffix("").parts)
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def imports(path: Path, package: Path) -> Iterator[Import]:
    """Every import from inside the package, wherever it stands and however it is written."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            typing_only.update(inner for statement in node.body for inner in ast.walk(statement))
    folder = [package.name, *path.relative_to(package).parent.parts]
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = folder[: len(folder) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and _is_dynamic_import(node):
            names = [_dynamic_target(node, path, package.name, ".".join(folder))]
        for name in names:
            first, _, rest = name.partition(".")
            if first == package.name:
                yield Import(node.lineno, rest or "__init__", node in typing_only)


def _dynamic_target(call: ast.Call, path: Path, package: str, here: str) -> str:
    """Name what is imported by a call; a computed name within the own folder stays in it."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and first.value:
        return str(first.value)
    relative = isinstance(first, ast.JoinedStr) and ast.unparse(first).startswith("f'.{")
    own = relative and path.name == "__init__.py" and ast.unparse(call.args[1]) == "__name__"
    return f"{here if own else package}.<computed name>"


def _is_dynamic_import(call: ast.Call) -> bool:
    return ast.unparse(call.func).split(".")[-1] in ("import_module", "__import__")


def violations(package: Path) -> list[str]:
    """Imports that the table does not list, as ``file:line: message``."""
    found = []
    for path in sorted(package.rglob("*.py")):
        name = module_name(path, package)
        owner = name.split(".")[0]
        where = path.relative_to(package.parent)
        if owner not in MAY_IMPORT:
            found.append(f"{where}:1: add a row for '{owner}' to the table of imports")
            continue
        for item in imports(path, package):
            target = item.target.split(".")[0]
            allowed = target == owner or target in MAY_IMPORT[owner]
            named = item.for_types and item.target in MAY_NAME_IN_TYPES.get(owner, set())
            own_table = name == "__init__" and item.target == "<computed name>"
            if not (allowed or named or own_table):
                found.append(f"{where}:{item.line}: {owner} may not import {item.target}")
    return found


def dependencies(package: Path) -> dict[str, set[str]]:
    """File by file, what it imports when it runs (types excepted)."""
    files = {module_name(path, package): path for path in package.rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for name, path in files.items():
        graph[name] = set()
        for item in imports(path, package):
            target = item.target
            while target not in files and "." in target:  # a name inside a module
                target = target.rpartition(".")[0]
            # A package's own files come before its __init__, which re-exports them.
            within = path.name == "__init__.py" or not name.startswith(f"{target}.")
            if target in files and target != name and not item.for_types and within:
                graph[name].add(target)
    return graph


def test_imports_keep_to_the_table():
    assert violations(PACKAGE) == []


def test_no_circular_imports():
    order = list(TopologicalSorter(dependencies(PACKAGE)).static_order())
    assert len(order) == len(list(PACKAGE.rglob("*.py")))


@pytest.mark.parametrize(
    ("file", "source", "message"),
    [
        ("metrics.py", "from course_utils.models import MLP", "metrics may not import models.MLP"),
        ("metrics.py", "import course_utils.models", "metrics may not import models"),
        ("metrics.py", "from . import models", "metrics may not import models"),
        ("metrics.py", "from .models import MLP", "metrics may not import models.MLP"),
        ("metrics.py", "def f():\n    from .models import MLP", "metrics.py:2: metrics may not"),
        ("metrics.py", "import course_utils", "metrics may not import __init__"),
        ("metrics.py", "from course_utils import fit", "metrics may not import fit"),
        (
            "metrics.py",
            "import importlib\nimportlib.import_module('course_utils.models')",
            "models",
        ),
        ("metrics.py", "from importlib import import_module\nimport_module(name)", "computed name"),
        ("plotting/style.py", "from ..training import History", "training.History"),
        ("plotting/style.py", "if TYPE_CHECKING:\n    from ..training import fit", "training.fit"),
        ("plotting/deep/er.py", "from ...models import MLP", "plotting may not import models.MLP"),
        (
            "metrics.py",
            "from importlib import import_module\nimport_module(f'.{name}', __name__)",
            "computed name",
        ),
        (
            "plotting/__init__.py",
            "from importlib import import_module\nimport_module(f'..{name}', __name__)",
            "computed name",
        ),
        ("surprise.py", "", "add a row for 'surprise'"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, file, source, message):
    path = tmp_path / "course_utils" / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    (found,) = violations(tmp_path / "course_utils")
    assert message in found


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("training.py", "from .runtime import get_device\nimport course_utils.runtime"),
        ("plotting/graphs.py", "from .style import COLORS\nfrom . import style"),
        ("plotting/training.py", "if TYPE_CHECKING:\n    from ..training import History"),
        ("plotting/graphs.py", "from ..metrics import confusion"),
        ("metrics.py", "import torch\nfrom course_utils_extra import models"),
        ("__init__.py", "from importlib import import_module\nimport_module(name, __name__)"),
        ("exercises/__init__.py", "import importlib as i\ni.import_module(f'.{n}', __name__)"),
    ],
)
def test_an_allowed_import_passes(tmp_path, file, source):
    path = tmp_path / "course_utils" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    assert violations(tmp_path / "course_utils") == []


def test_a_circle_is_found(tmp_path):
    package = tmp_path / "course_utils"
    (package / "training").mkdir(parents=True)
    (package / "training" / "__init__.py").write_text("from .loop import fit")
    (package / "training" / "loop.py").write_text("from .history import History")
    (package / "training" / "history.py").write_text("def f():\n    from .loop import fit")
    with pytest.raises(CycleError, match="circle|cycle"):
        TopologicalSorter(dependencies(package)).prepare()


def test_modules_are_short_enough_to_read():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def run_fresh(source: str) -> str:
    """Run Python in a fresh process and return what it prints."""
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_heavy():
    # torch itself imports some; only what comes on top of it counts.
    source = "import sys, torch; before = set(sys.modules); import course_utils; "
    source += f"print([m for m in {HEAVY} if m in sys.modules and m not in before])"
    assert run_fresh(source) == "[]"


def test_importing_every_module_changes_no_setting():
    names = sorted(
        f"course_utils.{module_name(path, PACKAGE)}"
        for path in PACKAGE.rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    )
    source = f"""
import importlib, os, random
import matplotlib, matplotlib.pyplot, numpy, pandas, sklearn, torch

def state():
    return [
        dict(matplotlib.rcParams), matplotlib.pyplot.get_fignums(),
        random.getstate(), str(numpy.random.get_state()), torch.get_rng_state().tolist(),
        torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled(),
        torch.are_deterministic_algorithms_enabled(), str(torch._tensor_str.PRINT_OPTS),
        numpy.get_printoptions(), pandas.get_option("display.precision"), dict(os.environ),
    ]

before = state()
for name in {names}:
    importlib.import_module(name)
after = state()
print([number for number, (a, b) in enumerate(zip(before, after)) if a != b])
"""
    assert run_fresh(source) == "[]"


def test_the_top_level_holds_what_the_tools_demand_and_no_more():
    command = ["git", "ls-files"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        pytest.skip("not a git checkout: nothing says which files belong to the course")
    files = done.stdout.splitlines()
    assert {file.split("/")[0] for file in files} - TOP_LEVEL == set()
    strays = [f for f in files if f.startswith("lectures/") and not f.endswith(".ipynb")]
    assert strays == []
