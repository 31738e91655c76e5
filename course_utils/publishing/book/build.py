"""Build the book: lay the sources out, let Sphinx read them, put MathJax beside the pages."""

from __future__ import annotations

import importlib.metadata
import io
import re
import shutil
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from ..assets import PublishingError, mathjax_folder
from .contents import ContentsPage
from .course import Course
from .repository import Repository
from .settings import sphinx_settings
from .staging import stage

# What the pages' formulas need of MathJax: 2 of its 24 MB.
_MATHJAX = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")
_MARK = "course-book"  # a file that says: this folder was written by us

# A figure leads to itself alone: on a phone that is how to see it larger.
_FIGURE = re.compile(r'(<img alt="[^"]*" src="((?:\.\./)*_images/[^"]+)" />)')
_MENDED = {
    # A label that would hide the words of the line itself.
    '<summary aria-label="Toggle hidden content">': "<summary>",
    # A heading without a level, above the page's own.
    '<p class="caption" role="heading">': '<p class="caption">',
    # Two asides that only their names tell apart.
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="The book">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="This page">',
}


@dataclass
class Book:
    """A book on disk."""

    folder: Path
    seconds: float
    warnings: list[str] = field(default_factory=list)

    @property
    def pages(self) -> list[Path]:
        """Every page, sorted by path."""
        return sorted(self.folder.rglob("*.html"))


def build_book(
    course: str | Path = ".",
    *,
    out: str | Path = "dist/book",
    repository: str | None = None,
    pdf: bool = False,
) -> Book:
    """Build the course as a static site from the outputs stored in its notebooks.

    Nothing is executed, nothing is fetched.

    Parameters
    ----------
    course
        The course's folder.
    out
        Folder for the site. It is replaced if an earlier book lies there; any other folder with
        something in it is refused.
    repository
        Address of the course's repository for the launch buttons; None takes the one in
        ``pyproject.toml``, if there is one.
    pdf
        Whether a PDF will be added (`print_book`): the front page then links to it.

    Raises
    ------
    PublishingError
        If something is missing or wrong; the message says what to do.
    """
    start = time.perf_counter()
    read = Course.read(course)
    where = Repository.parse(repository) if repository else Repository.of(course)
    out = Path(out)
    _make_way(out)
    with tempfile.TemporaryDirectory(prefix="book-") as scratch:
        source = Path(scratch, "source")
        source.mkdir()
        stage(read, source, repository=where, pdf=pdf)
        site = Path(scratch, "site")  # MyST-NB writes pictures beside the site as well
        complaints = _run_sphinx(read, source, site, where)
        shutil.copytree(source / "notebooks", site / "notebooks")
        _copy_mathjax(site / "_static" / "mathjax")
        _mend_pages(site)
        (site / ".buildinfo").unlink(missing_ok=True)
        (site / ".nojekyll").touch()  # GitHub Pages would drop folders that begin with "_"
        (site / _MARK).write_text("Made by: python -m course_utils book\n", encoding="utf-8")
        shutil.copytree(site, out, dirs_exist_ok=True)
    return Book(out, time.perf_counter() - start, complaints)


def _make_way(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        if not (out / _MARK).is_file():
            raise PublishingError(
                f"{out} holds something that is not a book of ours. Name another folder with "
                "--out, or empty this one."
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _run_sphinx(
    course: Course, source: Path, out: Path, repository: Repository | None
) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the builder's own code; Sphinx has a stream for ours
        try:
            from sphinx.application import Sphinx
            from sphinx.errors import SphinxError
            from sphinx.util.docutils import docutils_namespace, patch_docutils
        except ImportError as error:
            cure = "python -m pip install -r requirements.txt"
            raise PublishingError(
                f"Sphinx is missing here ({error}). Install it: {cure}"
            ) from error
        settings = sphinx_settings(
            version=importlib.metadata.version("course-utils"),
            repository=repository.home if repository else None,
        )
        # As a file, since the theme's own settings are known only after it has been loaded.
        lines = [f"{name} = {value!r}\n" for name, value in settings.items()]
        (source / "conf.py").write_text("".join(lines), encoding="utf-8")
        complaints = io.StringIO()
        try:
            with patch_docutils(), docutils_namespace():
                app = Sphinx(
                    source,
                    source,
                    out,
                    source.with_name("doctrees"),
                    "html",
                    status=None,
                    warning=complaints,
                    parallel=1,
                )
                app.connect("doctree-resolved", ContentsPage(course.lectures))
                app.build(force_all=True)
        except SphinxError as error:
            raise PublishingError(f"Sphinx could not build the book: {error}") from error
    text = re.sub(r"\x1b\[[\d;]*m", "", complaints.getvalue())
    return [line.replace(f"{source}/", "") for line in text.splitlines() if line.strip()]


def _mend_pages(site: Path) -> None:
    """Mend what theme and builder write and a screen reader stumbles over."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        mended = text
        for wrong, right in _MENDED.items():
            mended = mended.replace(wrong, right)
        mended = _FIGURE.sub(r'<a class="figure" href="\2">\1</a>', mended)
        if mended != text:
            page.write_text(mended, encoding="utf-8")


def _copy_mathjax(target: Path) -> None:
    source = mathjax_folder()
    for name in _MATHJAX:
        path = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target / name)
        else:
            shutil.copyfile(path, target / name)
