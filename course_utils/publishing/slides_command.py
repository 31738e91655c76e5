"""The command line of the slides: ``python -m course_utils slides``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..notebooks.files import NotebookError
from .assets import PublishingError, find_browser
from .slides import NO_BROWSER, find_lectures, print_pdf, write_slides


def main(argv: Sequence[str] | None = None) -> int:
    """Write slides of lectures, and print them where asked for.

    Parameters
    ----------
    argv
        The words after the command; those of this process where not given.

    Returns
    -------
    int
        The exit status: 0 all well, 1 something failed, 2 the command line makes no sense.
    """
    parser = argparse.ArgumentParser(
        prog="python -m course_utils slides",
        description="Write slides of lectures: one HTML file each, which needs no network.",
        epilog="In the slides: S opens the speaker's window, D darkens, O shows all, ? tells more.",
    )
    parser.add_argument(
        "lectures", nargs="*", metavar="04", help="numbers or notebooks (all lectures)"
    )
    parser.add_argument("--out", default="dist/slides", help="folder to write to (dist/slides)")
    parser.add_argument("--pdf", action="store_true", help="print each to a PDF as well")
    try:
        options = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        lectures = find_lectures(options.lectures)
        if options.pdf and find_browser() is None:
            raise PublishingError(NO_BROWSER)
        for lecture in lectures:
            slides = write_slides(lecture, options.out)
            print(slides, flush=True)
            if options.pdf:
                print(print_pdf(slides), flush=True)
    except (PublishingError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
