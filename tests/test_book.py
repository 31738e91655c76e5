"""The built book: every page opened in headless Chromium, every link followed, and printed.

One build for all tests of this file; it takes the notebooks as they are and executes nothing.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

import pytest

from course_utils.publishing.book.course import Course
from course_utils.publishing.book.pdf import destinations, page_count
from course_utils.publishing.book.printing import join_pages, print_book
from tests.browser import chromium, listening

ROOT = Path(__file__).resolve().parents[1]
PHONE = {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}

MEASURE = """() => {
  const shown = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const images = [...document.images].filter((image) => !image.closest(".sidebar-logo-container"));
  return {
    wide: document.scrollingElement.scrollWidth - innerWidth,
    broken: images.filter((image) => !image.naturalWidth).map((image) => image.src),
    silent: images.filter((image) => image.alt.trim().length < 20).map((image) => image.src),
    headings: shown.map((heading) => Number(heading.tagName[1])),
    formulas: document.querySelectorAll(".math").length,
    drawn: document.querySelectorAll("mjx-container").length,
    errors: document.querySelectorAll("mjx-merror, [data-mjx-error]").length,
    copy: document.querySelectorAll("button.copybtn").length,
    code: document.querySelectorAll(".cell_input pre").length,
  };
}"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "book"
    command = [sys.executable, "-m", "course_utils", "book", "--out", str(out)]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"book built in {time.perf_counter() - start:.0f} s")
    assert done.returncode == 0, done.stderr
    (out / "build.log").write_text(done.stderr)
    return out


@pytest.fixture(scope="module")
def soups(book: Path) -> dict[str, Any]:
    bs4 = pytest.importorskip("bs4")
    pages = sorted(book.rglob("*.html"))
    return {
        path.relative_to(book).as_posix(): bs4.BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in pages
    }


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def address(book: Path) -> Iterator[str]:
    with serving(book) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def settle(page: Any, address: str) -> None:
    page.goto(address)
    page.evaluate("window.MathJax?.startup?.promise ?? 0")


def violations(page: Any, options: dict[str, Any]) -> list[str]:
    call = f"axe.run(document, {json.dumps({'resultTypes': ['violations'], **options})})"
    found = page.evaluate(f"{call}.then((results) => results.violations)")
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


@pytest.fixture(scope="module")
def seen(soups, address, browser, axe) -> dict[str, dict[str, Any]]:
    """What a phone's browser finds on every page."""
    start = time.perf_counter()
    found: dict[str, dict[str, Any]] = {}
    with listening(browser, viewport=PHONE) as (page, heard):
        page.on("response", lambda r: heard.append(f"{r.url}") if r.status >= 400 else None)
        for name in soups:
            heard.clear()
            settle(page, address + name)
            page.evaluate(axe)
            without = {"rules": {"color-contrast": {"enabled": False}}}
            found[name] = page.evaluate(MEASURE)
            found[name] |= {"heard": list(heard), "axe": violations(page, without)}
    print(f"{len(found)} pages opened in {time.perf_counter() - start:.0f} s")
    return found


def not_empty(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value}


def test_the_builder_has_nothing_to_say(book):
    assert (book / "build.log").read_text() == ""


def test_every_lecture_and_exercise_has_a_page(book):
    chapters = Course.read(ROOT).chapters
    assert len(chapters) >= 8
    for chapter in chapters:
        assert (book / f"{chapter.page}.html").is_file()
        assert (book / "notebooks" / f"{chapter.page}.ipynb").is_file()


def test_notes_and_solutions_stay_out(book):
    for chapter in Course.read(ROOT).chapters:
        html = (book / f"{chapter.page}.html").read_text(encoding="utf-8")
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
        assert "BEGIN SOLUTION" not in text
        assert "find_spec" not in text  # the install cell
        for cell in chapter.notebook.cells:
            if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
                opening = re.sub(r"[*`$_].*", "", cell.source.split("\n")[0]).strip()
                assert len(opening) < 15 or opening not in text


def test_every_link_leads_somewhere(book, soups):
    targets = {
        name: {node.get("id") for node in soup.find_all(id=True)} for name, soup in soups.items()
    }
    broken = []
    for name, soup in soups.items():
        folder = str(Path(name).parent)
        for node in soup.find_all(["a", "img", "script", "link"]):
            target = node.get("href") or node.get("src") or ""
            if not target or target == "#" or re.match(r"(https?|mailto|data):", target):
                continue
            path, _, fragment = unquote(target).partition("#")
            path = path.partition("?")[0]
            inside = normpath(f"{folder}/{path}") if path else name
            missing = not (book / inside).is_file()
            if missing or (fragment and inside in targets and fragment not in targets[inside]):
                broken.append(f"{name}: {target}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(book, soups):
    asked = [
        f"{name}: {node}"
        for name, soup in soups.items()
        for node in soup.select("script[src*='//'], img[src*='//'], link[href*='//'], iframe")
    ]
    for sheet in book.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        asked += [f"{sheet.name}: {url}" for url in re.findall(r"url\(['\"]?(?:https?:)?//", text)]
    assert asked == []


def test_without_an_address_no_button_leads_nowhere(soups):
    for name, soup in soups.items():
        for node in soup.find_all("a", href=True):
            assert not re.search(r"colab|mybinder|\.invalid", node["href"]), name


def test_the_reference_says_what_each_argument_is(soups):
    text = soups["api/training.html"].get_text(" ", strip=True)
    assert "Train" in text
    assert "First written out in lecture" in text
    assert "loss_fn" in text
    assert {"api/datasets.html", "api/models.html", "api/plotting.html"} <= set(soups)


def test_no_page_complains_or_asks_the_network(seen):
    assert not_empty({name: page["heard"] for name, page in seen.items()}) == {}


def test_no_page_scrolls_sideways_on_a_phone(seen):
    assert {name: page["wide"] for name, page in seen.items() if page["wide"] > 0} == {}


def test_every_image_is_there_and_has_words(seen):
    assert not_empty({name: page["broken"] for name, page in seen.items()}) == {}
    assert not_empty({name: page["silent"] for name, page in seen.items()}) == {}


def test_headings_go_down_one_step_at_a_time(seen):
    def well(levels: list[int]) -> bool:
        steps = zip([0, *levels], levels, strict=False)
        return levels.count(1) == 1 and all(after <= before + 1 for before, after in steps)

    pages = {name: page["headings"] for name, page in seen.items() if name != "search.html"}
    assert {name: levels for name, levels in pages.items() if not well(levels)} == {}


def test_formulas_are_drawn(seen):
    assert sum(page["formulas"] for page in seen.values()) > 500
    assert not_empty({name: page["errors"] for name, page in seen.items()}) == {}
    assert {n: p for n, p in seen.items() if p["drawn"] < p["formulas"]} == {}


def test_code_can_be_copied(seen):
    assert {n: p["copy"] for n, p in seen.items() if p["copy"] < p["code"]} == {}


def test_axe_finds_nothing_serious(seen):
    assert not_empty({name: page["axe"] for name, page in seen.items()}) == {}


def test_contrast_in_light_and_dark(book, soups, address, browser, axe):
    lecture = min(book.glob("lectures/[0-9]*.html"), key=lambda path: path.stat().st_size)
    sample = ["index.html", "contents.html", "data.html", "api/training.html", "search.html?q=loss"]
    found = {}
    for theme in ("light", "dark"):
        with listening(browser, viewport=PHONE, color_scheme=theme) as (page, _):
            for name in [*sample, f"lectures/{lecture.name}"]:
                settle(page, address + name)
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                page.evaluate(axe)
                found[f"{name} {theme}"] = violations(page, {"runOnly": ["color-contrast"]})
    assert not_empty(found) == {}


def test_the_button_changes_the_theme_and_the_choice_stays(address, browser):
    with listening(browser, color_scheme="light") as (page, _):
        page.goto(address + "index.html")
        shade = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(shade)
        for _ in range(3):
            page.locator(".theme-toggle-content .theme-toggle").click()
            if page.evaluate("document.body.dataset.theme") == "dark":
                break
        assert page.evaluate(shade) != light
        page.goto(address + "licence.html")
        assert page.evaluate("document.body.dataset.theme") == "dark"


def test_the_search_finds_a_word_and_shows_where(address, browser):
    with listening(browser) as (page, heard):
        page.goto(address + "index.html")
        page.get_by_role("textbox", name="Search").fill("momentum")
        page.keyboard.press("Enter")
        page.locator("#search-results li a[href*='06_optimizers']").first.wait_for()
        page.locator("#search-results li .context", has_text="momentum").first.wait_for()
        assert page.locator(".search-note").count() == 0
        assert heard == []


def test_from_disk_pages_work_and_the_search_says_what_it_cannot(book, browser):
    with listening(browser) as (page, heard):
        settle(page, (book / "lectures" / "03_logistic_regression.html").as_uri())
        assert page.locator("mjx-container").count() > 20
        page.goto((book / "search.html").as_uri() + "?q=momentum")
        page.locator("#search-results li a[href*='06_optimizers']").first.wait_for()
        assert "python -m http.server" in page.locator(".search-note").inner_text()
        assert heard == []


def test_the_book_prints_with_page_numbers_and_nothing_cut(book, browser, tmp_path):
    pages = ["lectures/03_logistic_regression.html", "api/training.html", "licence.html"]
    with ThreadPoolExecutor(1) as thread:  # playwright allows one browser for each thread
        job = thread.submit(print_book, book, tmp_path / "book.pdf", pages=pages)
        printed = job.result()
    data = printed.path.read_bytes()
    assert printed.pages == page_count(data) > 15
    places = destinations(data)
    chapters = [places[f"page-{p.removesuffix('.html').replace('/', '-')}"] for p in pages]
    assert chapters == sorted(set(chapters))
    assert chapters[0] >= 3  # after the cover and the contents
    assert chapters[-1] == printed.pages
    joined = book / "joined.html"
    joined.write_text(join_pages(book, pages), encoding="utf-8")
    with listening(browser, viewport={"width": 672, "height": 985}) as (page, heard):  # A4, px
        page.emulate_media(media="print")
        settle(page, joined.as_uri())
        cut = page.evaluate(
            "[...document.querySelectorAll('article :is(pre, img, table, mjx-container)')]"
            ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map((e) => e.textContent.slice(0, 60) || e.alt)"
        )
        closed = page.locator("details:not([open])").count()
        assert (cut, closed, heard) == ([], 0, [])
        formulas = page.locator(".math").count()
        assert page.locator("mjx-container").count() >= formulas > 50
    joined.unlink()
