"""Command line of the notebook tools: ``python -m course_utils.notebooks``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .execute import Execution, execute
from .files import NotebookError, find_notebooks
from .lint import RULES, lint
from .release import drift, release
from .sync import sync

FOLDERS = ("lectures", "lectures/solutions", "lectures/exercises")


def execute_main(argv: Sequence[str] | None = None) -> int:
    """Run notebooks and write them back clean; 0 if all went well."""
    parser = argparse.ArgumentParser(prog="execute", description=execute_main.__doc__)
    _add_paths(parser)
    parser.add_argument("-j", "--jobs", type=int, default=2, help="notebooks side by side (2)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one cell (300)")
    args = parser.parse_args(argv)

    def report(result: Execution) -> None:
        print(result, flush=True)

    if not find_notebooks(args.paths):
        raise NotebookError(f"no notebooks in {', '.join(args.paths)}.")
    return _ended(execute(args.paths, jobs=args.jobs, timeout=args.timeout, report=report))


def exercises_main(argv: Sequence[str] | None = None) -> int:
    """Make the students' notebooks from lectures/solutions; 0 if all went well."""
    parser = argparse.ArgumentParser(prog="exercises", description=exercises_main.__doc__)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lectures, as 01, or files (all)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, run nothing; 1 if a file is not new"
    )
    parser.add_argument("--folder", default="lectures", help="holds solutions/ (lectures)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="notebooks side by side (2)")
    args = parser.parse_args(argv)
    numbers = [Path(number).name[:2].zfill(2) for number in args.numbers]  # 1, 01, a file

    def report(result: Execution) -> None:
        print(result, flush=True)

    if args.check:
        found = drift(args.folder, numbers)
        print(*found or ["all exercises are those of their sources."], sep="\n")
        return 1 if found else 0
    status = _ended(release(args.folder, numbers, jobs=args.jobs, report=report))
    left = [] if status or numbers else drift(args.folder)
    if left:
        print(*left, sep="\n")
    return 1 if left else status


def lint_main(argv: Sequence[str] | None = None) -> int:
    """Check notebooks against the house rules; 0 if there is nothing to mend."""
    parser = argparse.ArgumentParser(prog="lint", description=lint_main.__doc__)
    _add_paths(parser)
    parser.add_argument("--rules", action="store_true", help="print the rules and stop")
    args = parser.parse_args(argv)
    if args.rules:
        for rule in RULES.values():
            print(f"{rule.name:17} {rule.demand}")
        return 0
    notebooks = find_notebooks(args.paths)
    problems = [problem for path in notebooks for problem in lint(path)]
    print(*problems, f"{_count(notebooks, 'notebook')}, {_count(problems, 'problem')}.", sep="\n")
    return 1 if problems else 0


def sync_main(argv: Sequence[str] | None = None) -> int:
    """Pair notebooks with percent scripts, and carry over what changed in either."""
    parser = argparse.ArgumentParser(prog="sync", description=sync_main.__doc__)
    _add_paths(parser, FOLDERS[:2])
    print(*sync(parser.parse_args(argv).paths), sep="\n")
    return 0


_COMMANDS = {
    "execute": execute_main,
    "exercises": exercises_main,
    "lint": lint_main,
    "sync": sync_main,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Dispatch to one of the commands; errors are one clear message, not a traceback."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if not argv or argv[0] not in _COMMANDS:
        print(f"usage: python -m course_utils.notebooks {{{','.join(_COMMANDS)}}} [paths]")
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    try:
        return _COMMANDS[argv[0]](argv[1:])
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return 130


def _ended(results: Sequence[Execution]) -> int:
    """Say how many notebooks were run, and whether all went well."""
    failed = sum(result.error is not None for result in results)
    rewritten = sum(result.changed for result in results)
    print(f"{_count(results, 'notebook')}: {rewritten} rewritten, {failed} failed.")
    return 1 if failed else 0


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _add_paths(parser: argparse.ArgumentParser, folders: Sequence[str] = FOLDERS) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=[path for path in folders if path == folders[0] or Path(path).is_dir()],
        help=f"notebooks or folders ({', '.join(folders)})",
    )


if __name__ == "__main__":
    sys.exit(main())
