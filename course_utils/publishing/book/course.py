"""What the book is made of: the lectures and exercises of a course folder, and its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ...notebooks.files import NotebookError, read_notebook
from ...notebooks.install import NOT_SET, install_address
from ..assets import PublishingError

_TITLE = re.compile(r"^#\s+(?P<title>.+?)\s*$", re.MULTILINE)
_TIME = re.compile(r"(\d+) min\w* of teaching,? (?:and )?(\d+)(?: min\w*)? of exercises", re.I)
EXERCISES = "lectures/exercises"
_NUMBERED = "[0-9][0-9]_*.ipynb"


@dataclass(frozen=True)
class Chapter:
    """A notebook that becomes a page."""

    path: Path
    notebook: NotebookNode
    folder: str  # of the page, as in the course: "lectures" or "lectures/exercises"

    @property
    def page(self) -> str:
        """Name of the page without ending, such as ``lectures/04_wide_and_deep``."""
        return f"{self.folder}/{self.path.stem}"

    @property
    def number(self) -> str:
        """The two digits of the file's name."""
        return self.path.name[:2]

    @property
    def title(self) -> str:
        """The first ``#`` heading, or the file's name where there is none."""
        texts = (cell.source for cell in self.notebook.cells if cell.cell_type == "markdown")
        found = next((m for m in map(_TITLE.search, texts) if m), None)
        return found["title"] if found else self.path.stem.replace("_", " ")

    @property
    def installs(self) -> bool:
        """Whether its first code cell fetches the package from an address that has been set."""
        code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        return bool(code) and install_address(code[0].source) not in (None, NOT_SET)

    @property
    def minutes(self) -> tuple[int, int] | None:
        """Minutes of teaching and of exercises, as the Goal section states them."""
        for cell in self.notebook.cells:
            if found := _TIME.search(" ".join(cell.source.split())):
                return int(found[1]), int(found[2])
        return None


@dataclass(frozen=True)
class Course:
    """A folder with ``lectures/``; exercises, data cards and licence as far as they are there."""

    root: Path
    lectures: list[Chapter]
    exercises: list[Chapter]

    @classmethod
    def read(cls, root: str | Path = ".") -> Course:
        """Read the notebooks of a course.

        Parameters
        ----------
        root
            The folder of the course.

        Raises
        ------
        PublishingError
            If the folder has no lectures, or one cannot be read.
        """
        root = Path(root)
        lectures = _chapters(root / "lectures", "lectures")
        if not lectures:
            raise PublishingError(
                f"There are no lectures (NN_topic.ipynb) in {(root / 'lectures').resolve()}. "
                "Run this in the folder of the course, or name it with --course."
            )
        return cls(root, lectures, _chapters(root / EXERCISES, EXERCISES))

    @property
    def chapters(self) -> list[Chapter]:
        """Lectures, then exercises."""
        return [*self.lectures, *self.exercises]

    def text(self, name: str) -> str | None:
        """Return the text of a file in the course's folder, or None where it is missing."""
        path = self.root / name
        return path.read_text(encoding="utf-8") if path.is_file() else None


def _chapters(folder: Path, page_folder: str) -> list[Chapter]:
    try:
        return [
            Chapter(path, read_notebook(path), page_folder)
            for path in sorted(folder.glob(_NUMBERED))
        ]
    except NotebookError as error:
        raise PublishingError(str(error)) from error
