"""The whole course as a static site and as one PDF, from the committed outputs.

``python -m course_utils book [--out DIR] [--pdf]``. Nothing is executed and nothing is fetched:
what a page needs (MathJax, styles, scripts) is copied beside it.
"""

from __future__ import annotations

from .build import Book, build_book
from .printing import print_book

__all__ = ["Book", "build_book", "print_book"]
