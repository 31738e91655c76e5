"""Lay out the folder that Sphinx reads: pages from notebooks, from texts, and from docstrings."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat

from .cells import page_of
from .course import Chapter, Course
from .reference import modules, overview
from .repository import Repository, launch_row

_PAGES = Path(__file__).resolve().parent / "pages"
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>[^)]+\.png)\)")


def stage(course: Course, folder: Path, *, repository: Repository | None, pdf: bool) -> None:
    """Write everything that Sphinx turns into the book.

    Parameters
    ----------
    course
        The notebooks and texts.
    folder
        An empty folder.
    repository
        For the launch buttons; None where no address is set.
    pdf
        Whether the book will have a PDF to link to.
    """
    for chapter in course.chapters:
        _write_chapter(chapter, folder, repository)
    _write_reference(folder)
    _write_front(course, folder, pdf)
    cards = course.text("data/README.md")
    if cards:
        _write(folder / "data.md", _data_cards(cards))
    licence = course.text("LICENSE")
    if licence:
        _write(folder / "licence.md", f"# Licence\n\n```text\n{licence.strip()}\n```\n")


def _write_chapter(chapter: Chapter, folder: Path, repository: Repository | None) -> None:
    notebook = f"{chapter.page}.ipynb"
    copied = folder / "notebooks" / notebook
    copied.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(chapter.path, copied)
    up = "../" * notebook.count("/")
    launch = launch_row(
        notebook, f"{up}notebooks/{notebook}", repository, installs=chapter.installs
    )
    page = page_of(chapter.notebook, name=notebook, launch=launch)
    _write(folder / f"{chapter.page}.ipynb", nbformat.writes(page))


def _write_reference(folder: Path) -> None:
    documented = modules()
    for module in documented:
        _write(folder / "api" / f"{module.name}.rst", module.rst)
    _write(folder / "api" / "index.md", overview(documented))


def _write_front(course: Course, folder: Path, pdf: bool) -> None:
    text = (_PAGES / "index.md").read_text(encoding="utf-8")
    parts = {
        "map": _map(course),
        "picture": _picture(course, folder),
        "pdf": '- **Print** it: <a href="course.pdf">the whole book as one PDF</a>.\n' * pdf,
        "lectures": _entries(course.lectures),
        "exercises": _toctree("Exercises", course.exercises),
        "data": "Data cards <data>" if course.text("data/README.md") else "",
        "licence": "licence" if course.text("LICENSE") else "",
    }
    for name, part in parts.items():
        text = text.replace("{{ " + name + " }}", part)
    _write(folder / "index.md", text)
    shutil.copyfile(_PAGES / "contents.md", folder / "contents.md")


def _map(course: Course) -> str:
    """Table of the lectures with their minutes, and a link to the exercises where they are."""
    exercises = {chapter.number: chapter for chapter in course.exercises}
    rows = ["| Lecture | Teaching | Exercises |", "|:--|--:|--:|"]
    total = [0, 0]
    for lecture in course.lectures:
        teaching, practice = lecture.minutes or (0, 0)
        total = [total[0] + teaching, total[1] + practice]
        work = f"{practice} min"
        if lecture.number in exercises:
            work = f"[{work}]({exercises[lecture.number].page}.ipynb)"
        rows += [f"| [{lecture.title}]({lecture.page}.ipynb) | {teaching} min | {work} |"]
    hours = [f"**{minutes / 60:.1f} h**" for minutes in total]
    return "\n".join([*rows, f"| **Together** | {hours[0]} | {hours[1]} |"])


def _picture(course: Course, folder: Path) -> str:
    """Take the first picture of README.md, with its alt text, onto the front page."""
    found = _PICTURE.search(course.text("README.md") or "")
    if not found or not (course.root / found["path"]).is_file():
        return ""
    shutil.copyfile(course.root / found["path"], folder / "front.png")
    return f"![{found['alt']}](front.png)"


def _entries(chapters: list[Chapter]) -> str:
    return "\n".join(chapter.page for chapter in chapters)


def _toctree(caption: str, chapters: list[Chapter]) -> str:
    if not chapters:
        return ""
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{_entries(chapters)}\n```"


def _data_cards(text: str) -> str:
    """Leave out what is for those who edit the file."""
    parts = re.split(r"\n\n", text)
    kept = [part for part in parts if not part.startswith("This page is written by")]
    return "\n\n".join(kept)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
