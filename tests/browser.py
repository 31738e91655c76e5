"""One headless Chromium for tests that need a browser; without one they skip, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from course_utils.publishing.assets import find_browser

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the machine's own Chromium through playwright; skip the test where there is none."""
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium here: what needs a browser is not tested (COURSE_BROWSER)")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def listening(browser: Any, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """Open a page, and collect what goes wrong on it: errors, warnings, requests that fail."""
    page = browser.new_page(**options)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfailed", lambda request: heard.append(f"failed: {request.url[:120]}"))
    page.on("request", lambda request: _refuse_network(request, heard))
    yield page, heard
    page.close()


def _refuse_network(request: Any, heard: list[str]) -> None:
    if not request.url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1")):
        heard.append(f"asks the network: {request.url[:120]}")
