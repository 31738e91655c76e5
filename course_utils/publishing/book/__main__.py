"""The command line of the book: ``python -m course_utils book``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..assets import PublishingError, find_browser
from .build import build_book
from .printing import NO_BROWSER, print_book

PDF = "course.pdf"


def main(argv: Sequence[str] | None = None) -> int:
    """Build the book, and its PDF where asked for.

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
        prog="python -m course_utils book",
        description="Build the whole course as a static site from the stored outputs.",
    )
    parser.add_argument("--out", default="dist/book", help="folder of the site (dist/book)")
    parser.add_argument("--pdf", action="store_true", help="add the whole book as one PDF")
    parser.add_argument("--course", default=".", help="the course's folder (this one)")
    parser.add_argument(
        "--repository",
        metavar="URL",
        help="where Colab and Binder find the course: https://github.com/OWNER/NAME; "
        "by default what pyproject.toml says under [project.urls] Repository",
    )
    try:
        options = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        return _build(options)
    except PublishingError as error:
        print(error, file=sys.stderr)
        return 1


def _build(options: argparse.Namespace) -> int:
    if options.pdf and find_browser() is None:
        raise PublishingError(NO_BROWSER)
    print(f"Building the book from {Path(options.course).resolve() / 'lectures'} …", flush=True)
    book = build_book(
        options.course, out=options.out, repository=options.repository, pdf=options.pdf
    )
    for line in book.warnings:
        print(line, file=sys.stderr)
    print(f"{len(book.pages)} pages in {book.seconds:.0f} s: {book.folder / 'index.html'}")
    if options.pdf:
        print("Printing: a minute or two …", flush=True)
        printed = print_book(book.folder, book.folder / PDF)
        print(f"{printed.pages} pages on paper in {printed.seconds:.0f} s: {printed.path}")
    print(f"To read with the search: {Path(sys.executable).name} -m http.server -d {book.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
