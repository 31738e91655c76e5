"""``python -m course_utils grade SUBMITTED --out DIR``: grade a whole class."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .assignment import Assignment, AssignmentError, NoChecksError, load_assignment
from .cluster import ClusterPool
from .gradebook import write_gradebook
from .lanes import Pool, default_jobs
from .marking import Marked
from .reports import write_reports
from .roster import read_roster
from .sandbox import Limits, missing, why_unsafe
from .session import GraderError
from .store import Store, write_whole
from .submissions import Submission, SubmissionsError, find_submissions, top_of, unpack
from .table import canvas_csv, grades_csv, is_formula, moodle_csv, rows_of

_MOST_JOBS = 8  # for each core
_MOST = {"cpu": 1 << 20, "memory": 1 << 20, "seconds": 1 << 20}  # the kernel counts no further
_WHERE = {"source": ": give the assignments with --source, or run this in the course's folder"}
_LATER = "Once that is mended, the same command goes on."
_SHOWN = 5  # names in one line
_EXIT = """
exit status: 0 all graded, whatever the marks; 1 something could not be graded, said on stderr;
2 the command line makes no sense; 130 stopped from the keyboard (the same command goes on)
"""


def main(argv: Sequence[str]) -> int:
    """Grade; the last line says what happened.

    Parameters
    ----------
    argv
        The words after ``grade``.

    Returns
    -------
    int
        0: all graded, whatever the marks. 1: something could not be graded. 2: the command line
        makes no sense. 130: stopped from the keyboard.
    """
    options = _options(argv)
    try:
        return _grade(options)
    except (AssignmentError, SubmissionsError, GraderError) as error:
        print(f"grade: {error}", file=sys.stderr)
    except OSError as error:  # no room, no permission: what has been graded is kept
        place = error.filename or options.out
        print(f"grade: {place}: {error.strerror}. {_LATER}", file=sys.stderr)
    return 1


def _grade(options: argparse.Namespace) -> int:
    unsafe = not options.scheduler and _check_sandbox(unsafe=options.unsafe)
    notebooks = load_notebooks(options.source, options.assignment)
    roster = read_roster(options.roster) if options.roster else []
    with tempfile.TemporaryDirectory(prefix="course-submitted-") as folder:
        root = options.submitted
        if root.suffix == ".zip":
            for line in unpack(root, Path(folder)):
                print(f"left out of {root.name}: {line}", file=sys.stderr)
            root = top_of(Path(folder))
        try:
            submissions = find_submissions(root, notebooks, roster)
        except SubmissionsError as error:  # of a zip: its own name, not where it was unpacked
            raise SubmissionsError(str(error).replace(str(root), str(options.submitted))) from None
        _tell_strangers(submissions, roster)
        limits = replace(Limits(), cpu_seconds=options.cpu, memory=options.memory << 20)
        store = Store(options.out, limits, unsafe=unsafe)
        store.prepare()
        done, todo = _known(store, submissions, force=options.force)
        try:
            _work(options, store, _pool(options, limits, todo, unsafe=unsafe), done)
        except KeyboardInterrupt:
            print(f"\nstopped: {len(done)} of {len(submissions)} graded; the same command goes on.")
            return 130
        write_results(options.out, done)
        if why := write_gradebook(options.gradebook or options.out / "gradebook.db", done):
            print(why, file=sys.stderr)
    print(_last_line(options, len(todo), done))
    return 0


def load_notebooks(source: Path, wanted: Sequence[str] = ()) -> list[Assignment]:
    """Read the sources: one notebook, a folder of notebooks, or nbgrader's ``source`` folder.

    Raises
    ------
    AssignmentError
        If there is none, or one of them cannot be used.
    """
    if source.is_file():
        found = [(source, source.stem)]
    else:
        found = [(path, path.stem) for path in sorted(source.glob("*.ipynb"))]
        found += [(path, path.parent.name) for path in sorted(source.glob("*/*.ipynb"))]
    if wanted:
        found = [each for each in found if any(each[1].startswith(word) for word in wanted)]
    notebooks, empty = [], ""
    for path, name in found:
        try:
            notebooks.append(load_assignment(path, name))
        except NoChecksError as error:  # for a human to grade, or not ready: the others are
            empty = f" {error}"
            print(f"left out: {error}", file=sys.stderr)
    if not notebooks:
        named = f" named {', '.join(wanted)}" if wanted else ""
        raise AssignmentError(f"{source} holds no source notebook{named}.{empty}")
    for notebook in notebooks:
        for check in notebook.checks:
            if "### AUTOTEST" in check.source or "### HASHED AUTOTEST" in check.source:
                raise AssignmentError(
                    f"{notebook.file}: nbgrader is to write the tests of {check.name!r} (AUTOTEST)."
                    " Grade it with `nbgrader autograde`, or write asserts."
                )
    return notebooks


def write_results(out: Path, done: Iterable[tuple[Submission, Marked]]) -> None:
    """Write every table and page; the same results give the same bytes."""
    rows = rows_of(list(done))
    write_whole(out / "grades.csv", grades_csv(rows))
    write_whole(out / "canvas.csv", canvas_csv(rows))
    write_whole(out / "moodle.csv", moodle_csv(rows))
    write_reports(out, rows)


def _pool(
    options: argparse.Namespace, limits: Limits, todo: Sequence[Submission], *, unsafe: bool
) -> Pool | ClusterPool:
    if options.scheduler:
        return ClusterPool(todo, address=options.scheduler, limits=limits, seconds=options.seconds)
    return Pool(todo, jobs=options.jobs, limits=limits, seconds=options.seconds, alone=unsafe)


def _work(
    options: argparse.Namespace,
    store: Store,
    pool: Pool | ClusterPool,
    done: list[tuple[Submission, Marked]],
) -> None:
    from tqdm import tqdm

    total = len(pool.submissions)
    if not total:
        return
    quiet = options.quiet or None  # None: silent where nobody watches
    with tqdm(total=total, desc="grading", unit="submission", disable=quiet) as bar:
        for submission, marked in pool.run():
            store.put(submission, marked)
            done.append((submission, marked))
            bar.update()
    for host, lacking in getattr(pool, "lacking", {}).items():
        _tell_missing(f"on {host}", lacking)


def _known(
    store: Store, submissions: Sequence[Submission], *, force: bool
) -> tuple[list[tuple[Submission, Marked]], list[Submission]]:
    done, todo = [], []
    for submission in submissions:
        marked = None if force else store.get(submission)
        if marked is None:
            todo.append(submission)
        else:
            done.append((submission, marked))
    return done, todo


def _check_sandbox(*, unsafe: bool) -> bool:
    """Say which layers are missing, and return whether no sandbox is there at all."""
    lacking = missing()
    why = why_unsafe(lacking)
    if why and not unsafe:
        raise GraderError(
            f"no sandbox here ({why}). Grade on Linux, or give --unsafe: then whatever students "
            "wrote runs with your rights, on your files."
        )
    if why:
        print(f"NO SANDBOX: whatever students wrote runs with your rights ({why})", file=sys.stderr)
    else:
        _tell_missing("here", lacking)
    return bool(why)


def _tell_strangers(submissions: Sequence[Submission], roster: Sequence[str]) -> None:
    """Say who is not on the roster, and who has a name that a spreadsheet would compute."""
    names = sorted({one.student for one in submissions})
    strangers = [name for name in names if name not in roster]
    if roster and strangers:
        print(f"not on the roster: {_some(strangers)}", file=sys.stderr)
    if odd := [name for name in names if is_formula(name)]:
        print(
            f"names that a spreadsheet takes for formulas: {_some(odd)}. Import canvas.csv and "
            "moodle.csv as they are; do not open them in one.",
            file=sys.stderr,
        )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_SHOWN]))
    return shown + f" and {len(names) - _SHOWN} more" * (len(names) > _SHOWN)


def _tell_missing(where: str, lacking: Mapping[str, str]) -> None:
    for name, why in sorted(lacking.items()):
        print(f"sandbox {where}: no layer '{name}': {why}", file=sys.stderr)


def _last_line(
    options: argparse.Namespace, new: int, done: Sequence[tuple[Submission, Marked]]
) -> str:
    students = len({submission.student for submission, _ in done})
    unread = sum(1 for _, m in done if m.reason.startswith(("missing", "notebook")))
    extra = f", {unread} missing or unreadable" if unread else ""
    return (
        f"{len(done)} submissions of {students} students{extra}; {new} graded now, "
        f"{len(done) - new} as before. See {options.out / 'grades.csv'}"
    )


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m course_utils grade",
        description="Grade a class. Students' code runs in a sandbox, apart from the checks.",
        epilog=_EXIT,
    )
    add = parser.add_argument
    add("submitted", type=Path, help="<student>/<assignment>/<notebook>.ipynb, a zip, or a folder")
    add("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    add(
        "--source",
        type=Path,
        default=Path("lectures/solutions"),
        metavar="PATH",
        help="source notebook or folder (nbgrader's format); default: %(default)s",
    )
    add("--assignment", action="append", default=[], metavar="NAME", help="only this, say 01")
    add("--roster", type=Path, metavar="CSV", help="students who must have a row")
    add("--gradebook", type=Path, metavar="DB", help="nbgrader's; default: gradebook.db in DIR")
    add("--jobs", type=int, default=default_jobs(), metavar="N", help="default: every core")
    add("--force", action="store_true", help="grade all again")
    add("--cpu", type=int, default=60, metavar="SECONDS", help="CPU limit of a submission")
    add("--memory", type=int, default=1024, metavar="MB", help="memory limit of a submission")
    add("--seconds", type=float, default=300.0, help="limit of a submission as a whole")
    add("--scheduler", metavar="ADDRESS", help="grade on a dask cluster, tcp://HOST:8786 say")
    add("--unsafe", action="store_true", help="without a sandbox, where none can be had")
    add("--quiet", action="store_true", help="no progress bar")  # fmt: skip
    options = parser.parse_args(argv)
    for name in ("jobs", "cpu", "memory", "seconds"):
        if getattr(options, name) <= 0:
            parser.error(f"--{name} must be more than 0")
        if getattr(options, name) > _MOST.get(name, float("inf")):
            parser.error(f"--{name} must be at most {_MOST[name]}")
    if options.jobs > (most := _MOST_JOBS * default_jobs()):
        parser.error(f"--jobs {options.jobs} is too much for this machine: at most {most}")
    if options.scheduler and options.unsafe:
        parser.error("--unsafe is for this machine only; the workers of a cluster have a sandbox")
    for name in ("submitted", "source", "roster"):
        if (place := getattr(options, name)) is not None and not place.exists():
            parser.error(f"{place} does not exist{_WHERE.get(name, '')}")
    if options.submitted.resolve() in (options.out.resolve(), *options.out.resolve().parents):
        parser.error(f"--out {options.out} lies among the submissions; take a folder beside them")
    return options
