"""Where the browser's libraries lie: reveal.js and MathJax, from installed Python packages."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from pathlib import Path

_CURE = "Install it with: python -m pip install -r requirements.txt"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_BROWSER_FILES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class PublishingError(Exception):
    """Something that publishing needs is missing or wrong; the message says what to do."""


def reveal_folder() -> Path:
    """Find the folder of reveal.js, which the package sphinx-revealjs carries.

    Returns
    -------
    Path
        The folder with ``dist/reveal.js`` and ``plugin/``.

    Raises
    ------
    PublishingError
        If the package is not installed.
    """
    return _folder("sphinx_revealjs", "_static/revealjs", "dist/reveal.js", "sphinx-revealjs")


def mathjax_folder() -> Path:
    """Find the folder of MathJax 3, which the package sphinx-mathjax-offline carries.

    Returns
    -------
    Path
        The folder with ``tex-svg.js`` and ``tex-chtml.js``.

    Raises
    ------
    PublishingError
        If the package is not installed.
    """
    name = "sphinx-mathjax-offline"
    return _folder(name, "static/mathjax", "tex-svg.js", name)


def read_script(path: str | Path) -> str:
    """Read JavaScript so that it can stand between script tags.

    What would end or confuse such an element is written with an escape, which means the same
    inside JavaScript's own strings; links to source maps are dropped.

    Parameters
    ----------
    path
        A JavaScript file.
    """
    text = Path(path).read_text(encoding="utf-8")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)


def find_browser() -> Path | None:
    """Find Chromium or one of its relatives; ``COURSE_BROWSER`` names another.

    Returns
    -------
    Path or None
        The program, or None where there is none.

    Raises
    ------
    PublishingError
        If ``COURSE_BROWSER`` names a file that does not exist.
    """
    named = os.environ.get("COURSE_BROWSER")
    if named:
        found = shutil.which(named)
        if found is None:
            raise PublishingError(f"COURSE_BROWSER is '{named}': there is no such program.")
        return Path(found)
    for name in (*_BROWSERS, *_BROWSER_FILES):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return None


def _folder(package: str, inside: str, witness: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place, inside)
        if (folder / witness).is_file():
            return folder
    raise PublishingError(f"The package {distribution} is missing here. {_CURE}")
