"""Slides of a lecture: one file that opens in any browser, without a network.

The notebook is turned into slides by nbconvert's exporter, through the template beside this
module. reveal.js, MathJax, pictures and style stand inside the file: it can be mailed, copied to a
stick, and opened by a double click.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..notebooks.files import read_notebook
from .assets import PublishingError, find_browser, mathjax_folder, read_script, reveal_folder
from .slides_cells import prepare

_TEMPLATE = Path(__file__).parent / "slides_template"
_LIGHT, _DARK = "default", "github-dark"  # Pygments' styles; both have enough contrast
_PRINT_SECONDS = 180
NO_BROWSER = (
    "Printing to PDF needs Chromium or Chrome. Install one, or name it in COURSE_BROWSER; or open "
    "the slides in any browser with ?print-pdf at the end of the address, and print."
)


def find_lectures(names: Iterable[str], folder: str | Path = "lectures") -> list[Path]:
    """Find lectures by number (``04`` or ``4``) or by path; all of them where no name is given.

    Parameters
    ----------
    names
        Numbers or paths.
    folder
        Where the numbered lectures are.

    Returns
    -------
    list of Path
        In the order of the names.

    Raises
    ------
    PublishingError
        For a name that is neither.
    """
    lectures = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    if not lectures:
        here = Path.cwd()
        raise PublishingError(
            f"No lectures in '{folder}' here ({here}). Go to the course's folder."
        )
    names = list(names)
    found = [] if names else lectures
    for name in names:
        path = Path(name)
        if path.suffix == ".ipynb" and path.is_file():
            found.append(path)
            continue
        number = f"{int(name):02}_" if name.isdecimal() else f"{path.stem}"
        matches = [lecture for lecture in lectures if lecture.name.startswith(number)]
        if len(matches) != 1:
            there = ", ".join(lecture.name[:2] for lecture in lectures)
            raise PublishingError(f"There is no lecture '{name}'. Name a number: {there}.")
        found += matches
    return found


def slides_html(path: str | Path) -> str:
    """Return the slides of a lecture as the text of one HTML file.

    Parameters
    ----------
    path
        The notebook, executed.

    Returns
    -------
    str
        A page that loads nothing from elsewhere.

    Raises
    ------
    PublishingError
        If reveal.js or MathJax are not installed, or the notebook has nothing to show.
    """
    from nbconvert import SlidesExporter
    from traitlets.config import Config

    nb = read_notebook(path)
    prepared = prepare(nb)
    if not prepared.cells:
        raise PublishingError(f"{path}: no cell to show; all are of type skip or notes.")
    title = re.sub(r"^#\s+", "", prepared.cells[0].source.splitlines()[0])
    exporter = SlidesExporter(  # type: ignore[no-untyped-call]
        config=Config(TemplateExporter={"extra_template_basedirs": [str(_TEMPLATE.parent)]}),
        template_name=_TEMPLATE.name,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    course = {**_bundle(), "title": title}
    text, _ = exporter.from_notebook_node(prepared, resources={"course": course})
    return str(text)


def write_slides(path: str | Path, out: str | Path) -> Path:
    """Write the slides of a lecture into a folder, and return the file.

    Parameters
    ----------
    path
        The notebook, executed.
    out
        A folder; made where it does not exist.

    Returns
    -------
    Path
        ``out/NN_topic.html``.

    Raises
    ------
    PublishingError
        If something is missing, or the folder cannot be written.
    """
    text = slides_html(path)
    file = Path(out, Path(path).with_suffix(".html").name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PublishingError(f"Cannot write {file}: {error.strerror}.") from error
    return file


def print_pdf(slides: str | Path) -> Path:
    """Print exported slides to a PDF beside them, one page each, with Chromium.

    Parameters
    ----------
    slides
        A file that `write_slides` wrote.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    PublishingError
        If there is no browser, or it fails.
    """
    browser = find_browser()
    if browser is None:
        raise PublishingError(NO_BROWSER)
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        cure = "python -m pip install -r requirements.txt"
        raise PublishingError(f"The package playwright is missing here. Install: {cure}") from error
    source = Path(slides).resolve()
    target = source.with_suffix(".pdf")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    try:
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=browser, args=arguments)
            page = chromium.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{source.as_uri()}?print-pdf")
            page.wait_for_function("window.slidesReady", timeout=_PRINT_SECONDS * 1000)
            page.wait_for_selector(".pdf-page", state="attached")
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)
            chromium.close()
    except Error as error:
        reason = str(error).strip().splitlines()[0]
        raise PublishingError(f"{browser} could not print {source.name}: {reason}") from error
    return target


def _bundle() -> dict[str, Any]:
    """Read everything that goes into the file besides the lecture."""
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

    reveal, mathjax = reveal_folder(), mathjax_folder()
    light = HtmlFormatter(style=_LIGHT).get_style_defs(".highlight")
    dark = HtmlFormatter(style=_DARK).get_style_defs(":root.dark .highlight")
    return {
        "reveal_css": (reveal / "dist/reveal.css").read_text(encoding="utf-8"),
        "code_css": f"{light}\n{dark}\n",
        "css": (_TEMPLATE / "slides.css").read_text(encoding="utf-8"),
        "reveal_js": read_script(reveal / "dist/reveal.js"),
        "notes_js": read_script(reveal / "plugin/notes/notes.js"),
        "script": read_script(_TEMPLATE / "slides.js"),
        "mathjax_js": read_script(mathjax / "tex-svg.js"),
    }
