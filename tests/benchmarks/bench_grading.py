"""What it costs to grade a class: stock nbgrader, nbgrader with our sandbox inside, our command.

All three mark the same submissions of lecture 01, right and partly right by turns. CPU seconds are
those of all processes that a command leads to, kernels and workers included. bubblewrap ends
without waiting for what runs in it: so this process takes in whoever is left, and waits for them.
"""

from __future__ import annotations

import copy
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "01_linear_regression.ipynb"
CONFIG = """c = get_config()
from course_utils.grading.nbgrader_inside import PREPROCESSORS, SANITIZERS
c.Autograde.sanitize_preprocessors = SANITIZERS
c.Autograde.autograde_preprocessors = PREPROCESSORS
c.OverwriteCells.add_missing_cells = True
"""
ROUNDS = 3
_SET_CHILD_SUBREAPER = 36  # of prctl(2)
SIZES = (10, 100, 1000)
PARTLY = {  # grade id → what a student who is partly wrong writes
    "mse": "def mse(y_hat, y):\n    return ((y_hat - y) ** 2).sum()",
    "standardise": "def standardise(X):\n    return X - X.mean(dim=0)",
}


@dataclass
class Cost:
    """CPU and wall seconds of one command, and the most memory that its processes held."""

    cpu: float
    wall: float
    memory: float = 0.0


def report(sizes: Sequence[int] = SIZES) -> None:
    if find_spec("nbgrader") is None:
        print("Grading: nbgrader is not installed, nothing to compare with\n")
        return
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as folder:
        _compare(Path(folder))
        _grow(Path(folder), sizes)


def _compare(folder: Path) -> None:
    """Each command with few and with more submissions; the difference is what one more costs."""
    template = _course(folder / "template")
    ways: dict[str, tuple[Callable[[Path], Cost], int, int]] = {
        "stock nbgrader": (_autograde, 1, 3),
        "nbgrader, our sandbox inside": (_autograde, 2, 62),
        "our command": (_command, 4, 44),
    }
    costs: dict[str, list[float]] = {name: [] for name in ways}
    starts: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (way, few, more) in ways.items():
            spent = []
            for count in (few, more):
                place = folder / "run"
                shutil.copytree(template, place)
                if "inside" in name:
                    (place / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
                _hand_in(place, count)
                spent.append(way(place).cpu)
                shutil.rmtree(place)
            costs[name].append((spent[1] - spent[0]) / (more - few))
            starts[name].append(spent[0] - few * costs[name][-1])
    stock = statistics.median(costs["stock nbgrader"])
    print(f"Grading lecture 01, CPU seconds (medians of {ROUNDS} interleaved rounds)")
    for name in ways:
        each, start = statistics.median(costs[name]), statistics.median(starts[name])
        ratios = sorted(a / b for a, b in zip(costs["stock nbgrader"], costs[name], strict=True))
        print(
            f"  {name:<30} {each:6.3f} a submission, {start:4.1f} to start: "
            f"{stock / each:5.1f}× ({ratios[0]:.1f} to {ratios[-1]:.1f} in single rounds)"
        )
    print("  goals: 20× inside nbgrader, 40× by our command\n", flush=True)


def _grow(folder: Path, sizes: Sequence[int]) -> None:
    print("Our command on two cores, everything included")
    for count in sizes:
        place = folder / f"class-{count}"
        _hand_in(place, count)
        cost = _command(place, watch=True)
        print(
            f"  {count:5} submissions: {cost.wall:6.1f} s, {count / cost.wall:5.1f} a second, "
            f"{cost.cpu / count:.3f} CPU s each, {cost.memory:4.2f} GB at most",
            flush=True,
        )
        shutil.rmtree(place)
    print()


# ── a course ─────────────────────────────────────────────────────────────────────────────────


def _course(folder: Path) -> Path:
    (folder / "source" / "01").mkdir(parents=True)
    shutil.copy(ROOT / "lectures" / "solutions" / NAME, folder / "source" / "01")
    _run(folder, "-m", "nbgrader", "generate_assignment", "01")
    return folder


def _hand_in(folder: Path, count: int) -> None:
    right, partly = _submissions()
    for i in range(count):
        path = folder / "submitted" / f"student-{i:04}" / "01" / NAME
        path.parent.mkdir(parents=True)
        path.write_text(partly if i % 2 else right, encoding="utf-8")


def _submissions() -> tuple[str, str]:
    """The released notebook with the solutions, and with some of them made wrong."""
    from course_utils.notebooks import read_notebook
    from course_utils.notebooks.files import dumps
    from course_utils.notebooks.marks import role_of

    right = read_notebook(ROOT / "lectures" / "exercises" / NAME)
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in read_notebook(ROOT / "lectures" / "solutions" / NAME).cells
        if role_of(cell) == "solution"
    }
    partly = copy.deepcopy(right)
    for nb, own in ((right, answers), (partly, answers | PARTLY)):
        for cell in nb.cells:
            if role_of(cell) == "solution":
                cell.source = own[cell.metadata.nbgrader.grade_id]
    return dumps(right), dumps(partly)


# ── commands and what they use ───────────────────────────────────────────────────────────────


def _autograde(folder: Path) -> Cost:
    return _run(folder, "-m", "nbgrader", "autograde", "01")


def _command(folder: Path, watch: bool = False) -> Cost:
    source = folder / "sources" / "01"
    source.mkdir(parents=True)
    shutil.copy(ROOT / "lectures" / "solutions" / NAME, source)
    words = ["grade", "submitted", "--out", "out", "--source", "sources", "--jobs", "2", "--quiet"]
    return _run(folder, "-m", "course_utils", *words, watch=watch)


def _run(folder: Path, *words: str, watch: bool = False) -> Cost:
    folder.mkdir(parents=True, exist_ok=True)
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    env = os.environ | {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",  # one thread each, for all three
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=folder, env=env, stdout=said, stderr=said
        )
        peak = _Peak(process.pid) if watch else None
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime + _left_over()
        wall = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(words)} failed:\n{said.read()[-3000:]}")
    return Cost(cpu, wall, peak.end() if peak else 0.0)


def _left_over() -> float:
    """CPU seconds of processes whose parent ended before them."""
    cpu = 0.0
    while True:
        try:
            usage = os.wait4(-1, 0)[2]
        except ChildProcessError:
            return cpu
        cpu += usage.ru_utime + usage.ru_stime


class _Peak:
    """Looks at a tree of processes twice a second; what they share counts once."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return self._most / (1 << 20)

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self._most = max(self._most, sum(map(_proportional, _tree(self._pid))))


def _tree(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _proportional(pid: int) -> int:
    """Kilobytes of a process, shared pages divided by those who share them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    report([int(word) for word in sys.argv[1:]] or SIZES)
