"""The whole book as one PDF: its pages joined into one, and printed by Chromium."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from ..assets import PublishingError, find_browser
from .pdf import destinations, page_count
from .settings import MATHJAX, TITLE

_FRONT = {"index", "contents"}
NO_BROWSER = (
    "A PDF needs Chromium or Chrome, and there is none here. Install one (Debian, Ubuntu: "
    "apt install chromium), name yours in COURSE_BROWSER, or build without --pdf."
)
_JOINED = "print.html"
_SUBTITLE = "Lectures, exercises and reference, with the outputs of a tested run"
_FOOTER = (
    "<div style='font: 8pt sans-serif; width: 100%; padding: 0 16mm; color: #555; display: flex'>"
    "<span style='flex: 1'>" + TITLE + "</span><span class='pageNumber'></span></div>"
)


@dataclass(frozen=True)
class Printed:
    """A PDF on disk."""

    path: Path
    pages: int
    seconds: float


def print_book(site: str | Path, pdf: str | Path, *, pages: Sequence[str] | None = None) -> Printed:
    """Print a built book into one PDF, with a cover, contents and page numbers.

    Chromium prints twice: the first time to learn on which page each part lands, the second
    time with these numbers in the contents.

    Parameters
    ----------
    site
        Folder of the book, as `build_book` left it.
    pdf
        File to write.
    pages
        Which pages, such as ``["lectures/00_tensors.html"]``; None takes them all.

    Raises
    ------
    PublishingError
        If there is no browser, or it could not print.
    """
    start = time.perf_counter()
    browser = find_browser()
    if browser is None:
        raise PublishingError(NO_BROWSER)
    site, pdf = Path(site).resolve(), Path(pdf)
    joined = site / _JOINED
    try:
        joined.write_text(join_pages(site, pages), encoding="utf-8")
        data = _print(browser, joined)
    finally:
        joined.unlink(missing_ok=True)
    pdf.parent.mkdir(parents=True, exist_ok=True)
    pdf.write_bytes(data)
    return Printed(pdf, page_count(data), time.perf_counter() - start)


def join_pages(site: Path, pages: Sequence[str] | None = None) -> str:
    """Return the pages of a site as one: those named, or all in the order of the sidebar.

    Identifiers get the page's name in front, since "goal" is found on every lecture's page;
    links between the pages are turned into links within the one.
    """
    from bs4 import BeautifulSoup

    front = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    order = _reading_order(front) if pages is None else list(pages)
    parts, entries = [], []
    for page in order:
        text = (site / page).read_text(encoding="utf-8")
        article = BeautifulSoup(text, "html.parser").find("article")
        if article is None:
            continue
        _make_unique(article, page, set(order))
        _make_printable(article)
        body = article.decode_contents()
        parts.append(f'<section class="chapter" id="{_anchor(page)}">{body}</section>')
        entries += _headings(article, page)
    sheets = [str(link["href"]) for link in front.select("link[rel=stylesheet]")]
    styles = "".join(
        f'<link rel="stylesheet" href="{name}">' for name in [*sheets, "_static/print.css"]
    )
    listing = "\n".join(
        f'<li class="level-{level}"><a href="#{anchor}">{text}</a>'
        f'<span class="page" data-for="{anchor}"></span></li>'
        for level, anchor, text in entries
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'{styles}{_variables(front)}</head><body data-theme="light">'
        f'<section class="cover"><img src="_static/logo.svg" alt=""><h1>{TITLE}</h1>'
        f"<p>{_SUBTITLE}</p></section>"
        f'<section class="listing"><h1>Contents</h1><ol>{listing}</ol></section>'
        f"<article>{''.join(parts)}</article>"
        f"<script>window.MathJax = {json.dumps(MATHJAX)}</script>"
        '<script src="_static/mathjax/tex-chtml.js"></script></body></html>'
    )


def _reading_order(front: Any) -> list[str]:
    """Pages as the sidebar lists them, without the front page and the contents."""
    order: dict[str, None] = {}
    for link in front.select(".sidebar-tree a.reference.internal"):
        page = str(link["href"]).partition("#")[0]
        if page.endswith(".html") and page.removesuffix(".html") not in _FRONT:
            order[page] = None
    return list(order)


def _anchor(page: str, name: str = "") -> str:
    stem = page.removesuffix(".html").replace("/", "-")
    return f"{stem}--{name}" if name else f"page-{stem}"


def _make_unique(article: Any, page: str, pages: set[str]) -> None:
    folder = PurePosixPath(page).parent
    for node in article.find_all(id=True):
        node["id"] = _anchor(page, node["id"])
    for node in article.find_all(["a", "img"]):
        name = "href" if node.name == "a" else "src"
        target = node.get(name, "")
        if not target or re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        inside = normpath(str(folder / path)) if path else page
        if inside in pages and node.name == "a":
            node[name] = f"#{_anchor(inside, fragment)}"
        elif path:
            node[name] = inside


def _make_printable(article: Any) -> None:
    """Open what is folded; leave out what only a screen can use."""
    for node in article.select("a.headerlink, p.launch, details.hide, script"):
        node.decompose()
    for node in article.find_all("details"):
        node["open"] = ""


def _headings(article: Any, page: str) -> list[tuple[int, str, str]]:
    found = []
    for node in article.find_all(["h1"] if page.startswith("api/") else ["h1", "h2"]):
        holder = node.find_parent("section")
        anchor = _anchor(page) if node.name == "h1" else holder.get("id", "") if holder else ""
        if anchor:
            found.append((int(node.name[1]), anchor, node.decode_contents().strip()))
    return found


def _variables(front: Any) -> str:
    """Furo's own variables, which it writes into each page."""
    style = front.head.find("style")
    return str(style) if style else ""


def _print(browser: Path, joined: Path) -> bytes:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        cure = "python -m pip install -r requirements.txt"
        raise PublishingError(f"The package playwright is missing here. Install: {cure}") from error
    options: Any = {
        "format": "A4",
        "print_background": True,
        "display_header_footer": True,
        "header_template": "<span></span>",
        "footer_template": _FOOTER,
        "margin": {"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
        "outline": True,
        "tagged": True,
    }
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    try:
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=browser, args=arguments)
            page = chromium.new_page()
            page.set_default_timeout(180_000)
            page.goto(joined.as_uri(), wait_until="load")
            page.evaluate("MathJax.startup.promise")
            page.evaluate("Promise.all([...document.images].map(i => i.decode().catch(() => 0)))")
            numbers = destinations(page.pdf(**options))
            page.evaluate(
                "n => document.querySelectorAll('[data-for]').forEach("
                "e => e.textContent = n[e.dataset.for] ?? '')",
                numbers,
            )
            data = page.pdf(**options)
            chromium.close()
            return data
    except Error as error:
        raise PublishingError(f"The browser could not print the book: {error.message}") from error
