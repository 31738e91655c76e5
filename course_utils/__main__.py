"""The command line: ``python -m course_utils COMMAND``; without one it lists them."""

from __future__ import annotations

import difflib
import io
import sys
from collections.abc import Callable, Sequence


def _book(argv: Sequence[str]) -> int:
    """Build the whole course as a static site; with --pdf also as one PDF."""
    from course_utils.publishing.book.__main__ import main

    return main(argv)


def _doctor(argv: Sequence[str]) -> int:
    """Tell whether this machine is ready for the course, and what to do if not."""
    if argv:
        print(f"doctor takes no arguments, got: {' '.join(argv)}", file=sys.stderr)
        return 2
    from course_utils.doctor import main

    return main()


def _execute(argv: Sequence[str]) -> int:
    """Run the lectures and write them back clean."""
    from course_utils.notebooks.__main__ import main

    return main(["execute", *argv])


def _exercises(argv: Sequence[str]) -> int:
    """Make the students' notebooks from lectures/solutions, or --check them."""
    from course_utils.notebooks.__main__ import main

    return main(["exercises", *argv])


def _grade(argv: Sequence[str]) -> int:
    """Grade a class: students' code in a sandbox, apart from the checks."""
    from course_utils.grading.command import main

    return main(argv)


def _lint(argv: Sequence[str]) -> int:
    """Check the notebooks against the house rules."""
    from course_utils.notebooks.__main__ import main

    return main(["lint", *argv])


def _repository(argv: Sequence[str]) -> int:
    """Set the address from which Colab and Binder open the lectures."""
    from course_utils.publishing.book.repository import main

    return main(argv)


def _slides(argv: Sequence[str]) -> int:
    """Write slides of lectures that open without a network; with --pdf also on paper."""
    from course_utils.publishing.slides_command import main

    return main(argv)


def _sync(argv: Sequence[str]) -> int:
    """Pair notebooks with Python files, and carry over what changed in either."""
    from course_utils.notebooks.__main__ import main

    return main(["sync", *argv])


def _playground(argv: Sequence[str]) -> int:
    """Build, train and watch a small network in the browser."""
    from course_utils.playground.serve import main

    return main(argv)


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "book": _book,
    "doctor": _doctor,
    "execute": _execute,
    "exercises": _exercises,
    "grade": _grade,
    "lint": _lint,
    "playground": _playground,
    "repository": _repository,
    "slides": _slides,
    "sync": _sync,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an error is one clear line and a non-zero status, not a traceback.

    Parameters
    ----------
    argv
        The words after ``python -m course_utils``; those of this process where not given.

    Returns
    -------
    int
        The exit status: 0 all well, 1 something failed, 2 the command line makes no sense.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a console may lack the letters of a name
        sys.stdout.reconfigure(errors="replace")
    command, *rest = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if command in ("-h", "--help", "help"):
        print("usage: python -m course_utils COMMAND [arguments]\n")
        for name, run in _COMMANDS.items():
            print(f"  {name:10} {run.__doc__}")
        print("\n`COMMAND --help` tells the arguments.")
        return 0
    if command not in _COMMANDS:
        near = difflib.get_close_matches(command, _COMMANDS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(_COMMANDS)}."
        print(f"unknown command '{command}'; {hint}", file=sys.stderr)
        return 2
    try:
        return _COMMANDS[command](rest)
    except ImportError as error:
        cure = "Run `python -m course_utils doctor` to see what to install."
        print(f"'{command}' cannot start: {error}. {cure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
