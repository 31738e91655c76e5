"""The playground in a real browser: Voilà serves it, Chromium clicks through it.

Skips with a notice where there is no Chromium. Where everything is there it takes half a minute.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from course_utils.playground import Settings
from course_utils.playground.missions import MISSIONS
from tests.browser import chromium

axe_api = pytest.importorskip("axe_playwright_python.sync_playwright")
pytest.importorskip("voila")

ROOT = Path(__file__).parents[1]
COUNT = ".cu-counts div:has(dt:text-is('{}')) dd"
PATIENCE = 60_000  # milliseconds; a busy machine takes long to start a kernel


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as the command serves it."""
    port = free_port()
    log = tmp_path_factory.mktemp("voila") / "log"
    command = [sys.executable, "-m", "course_utils", "playground", "--no-browser"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--port={port}"], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until_it_answers(f"http://localhost:{port}/voila/static/voila.js", process, log)
            yield f"http://localhost:{port}/"
        finally:
            process.terminate()
            process.wait(20)


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        try:
            urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer after a long time\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


class App:
    """The page with the things one does to it."""

    def __init__(self, page: Any, server: str, query: str = "") -> None:
        self.page, self.server = page, server
        page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.note_request(request.url))
        page.goto(f"{server}#{query}")
        page.wait_for_selector(".cu-playground[data-query]")

    def note_request(self, url: str) -> None:
        if not url.startswith((self.server, self.server.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(url)

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, label: str) -> Any:
        return self.page.get_by_label(label, exact=True)

    def settings(self) -> Settings:
        """What the kernel last agreed to."""
        root = self.page.locator(".cu-playground")
        return Settings.from_query(root.get_attribute("data-query") or "")

    def wait_for(self, **wanted: object) -> None:
        for _ in range(400):
            now = self.settings().to_dict()
            if all(now[name] == value for name, value in wanted.items()):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"wanted {wanted}, but the page says {self.settings()}")

    def wait_for_count(self, name: str, wanted: int) -> None:
        self.page.locator(f"{COUNT.format(name)}:text-is('{wanted}')").wait_for()

    def wait_for_more_updates_than(self, before: float) -> None:
        for _ in range(400):
            if self.number("Updates") > before:
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"no more than {before} updates")

    def number(self, name: str) -> float:
        text = self.page.locator(COUNT.format(name)).inner_text()
        return float(re.sub(r"[^\d.]", "", text) or "nan")

    def score(self, row: int, column: int) -> str:
        cells = self.page.locator(".cu-scores tbody tr").nth(row).locator("td")
        return cells.nth(column).inner_text()

    def pictures(self) -> str:
        """The surface as it is drawn, to see whether it changes."""
        return self.page.evaluate("document.querySelector('.cu-surface canvas').toDataURL()")


@pytest.fixture(scope="module")
def app(browser: Any, server: str) -> Iterator[App]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield App(context.new_page(), server)
    context.close()


# The tests share one page and go on where the one before has left it; each sets what it needs.


def test_circles_are_learned_and_the_rate_is_told(app: App, capsys: pytest.CaptureFixture[str]):
    before = app.pictures()
    app.button("Run").click()
    app.page.wait_for_function(
        "parseFloat(document.querySelector('.cu-scores tbody tr:nth-child(2) td:last-child')"
        ".textContent) >= 95"
    )
    app.page.wait_for_timeout(1500)
    with capsys.disabled():
        frames, updates = app.number("Pictures/s"), app.number("Updates/s")
        print(f"\n  playground, 8-8 units, 400 points: {frames:g} pictures, {updates:g} updates/s")
    app.button("Pause").click()
    app.button("Run").wait_for()
    assert app.pictures() != before
    assert app.number("Updates") >= 8 * app.number("Epoch") > 0
    assert float(app.score(0, 0)) < 0.25
    assert app.errors == []
    assert app.outside == []


def test_a_paused_page_rests(app: App):
    epoch = app.number("Epoch")
    app.page.wait_for_timeout(300)
    assert app.number("Epoch") == epoch


def test_a_hidden_page_rests_and_then_goes_on(app: App):
    app.button("Run").click()
    app.page.evaluate("document.querySelector('.cu-playground').style.marginTop = '5000px'")
    app.page.wait_for_timeout(400)
    before = app.number("Updates")
    app.page.wait_for_timeout(400)
    assert app.number("Updates") == before
    app.page.evaluate("document.querySelector('.cu-playground').style.marginTop = ''")
    app.wait_for_more_updates_than(before)
    app.button("Pause").click()
    app.button("Run").wait_for()


def test_steps_and_reset_count_right(app: App):
    app.button("Reset").click()
    app.wait_for_count("Updates", 0)
    app.button("1 batch").click()
    app.wait_for_count("Updates", 1)
    app.button("1 epoch").click()
    app.wait_for_count("Updates", 8)
    assert app.number("Epoch") == 1


CHANGES = {
    "Data set": ("xor", {"data": "xor"}),
    "Points": ("120", {"n": 120}),
    "Noise": ("3", {"noise": 3.0}),
    "Train on": ("50", {"train": 50}),
    "Seed": ("7", {"seed": 7}),
    "Optimizer": ("momentum", {"optimizer": "momentum"}),
    "Learn. rate η": ("0.3", {"lr": 0.3}),
    "Batch size": ("0", {"batch": 0}),
    "Regularise": ("l1", {"penalty": "l1", "strength": 0.001}),
    "Strength": ("0.01", {"strength": 0.01}),
    "Activation": ("tanh", {"activation": "tanh"}),
    "Units in layer 1": ("3", {"hidden": (3, 8)}),
}


def change(app: App, label: str, value: str) -> None:
    field = app.field(label)
    if field.evaluate("node => node.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)  # a slider hears of it at once, a text when it is left
        field.blur()


def test_every_control_changes_its_setting_while_it_trains(app: App):
    app.button("Run").click()
    for label, (value, wanted) in CHANGES.items():
        change(app, label, value)
        app.wait_for(**wanted)
    app.button("One hidden layer more").click()
    app.wait_for(hidden=(3, 8, 8))
    app.button("One hidden layer less").click()
    app.wait_for(hidden=(3, 8))
    app.button("input x₁x₂").click()
    app.wait_for(features=("x1", "x2", "x1x2"))
    for speed in ("batch", "ten", "full", "epoch"):
        app.field("Speed").select_option(speed)
        before = app.number("Updates")
        app.wait_for_more_updates_than(before)
    for check in ("training (filled)", "validation (hollow)"):
        app.field(check).uncheck()
        app.field(check).check()
    app.button("Pause").click()
    assert app.errors == []


def test_tables_have_axes_and_three_classes(app: App):
    change(app, "Data set", "wine")
    app.wait_for(data="wine", columns="pca")
    assert app.page.locator(".cu-key[class*=cu-class]").count() == 3
    app.field("Axes").select_option("two")
    app.wait_for(columns="alcohol+malic_acid")
    app.field("x₂").select_option("proline")
    app.wait_for(columns="alcohol+proline")
    app.button("1 epoch").click()
    app.wait_for_count("Epoch", 1)
    assert app.score(0, 1).endswith("%")
    change(app, "Data set", "circles")
    app.wait_for(data="circles")


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Learn. rate η", "fast", "The learning rate must be a number, not 'fast'."),
        ("Points", "7", "The number of points must be from 40 to 1000, not 7."),
        ("Units in layer 1", "99", "The number of units in a layer must be from 1 to 10, not 99."),
    ],
)
def test_nonsense_is_answered_in_a_sentence_and_changes_nothing(
    app: App, label: str, value: str, sentence: str
):
    before, old = app.settings(), app.field(label).input_value()
    change(app, label, value)
    app.page.get_by_role("alert").filter(has_text=sentence).wait_for()
    assert app.settings() == before
    change(app, label, old)
    app.page.get_by_role("alert").wait_for(state="hidden")
    assert app.errors == []


def test_a_diverging_run_says_what_to_try(app: App):
    query = Settings(optimizer="sgd", lr=10.0, penalty="l2", strength=10.0).query()
    app.page.evaluate(f"location.hash = '{query}'")
    app.wait_for(lr=10.0, penalty="l2")
    app.button("Run").click()
    status = app.page.get_by_role("status").filter(has_text="try a learning rate of 1")
    status.wait_for()
    assert "Traceback" not in app.page.content()
    assert app.button("Run").is_disabled()


def test_every_mission_starts_and_says_what_to_see(app: App):
    for mission in MISSIONS:
        app.button(mission.title).click()
        app.page.get_by_text(mission.see).wait_for()
        assert app.settings() == mission.settings
        assert app.button(mission.title).get_attribute("aria-pressed") == "true"


def test_units_can_be_walked_with_the_keyboard(app: App):
    app.page.evaluate("location.hash = 'hidden=3,2'")
    app.wait_for(hidden=(3, 2))
    app.button("input x₁").focus()
    for key in ("ArrowRight", "ArrowDown"):
        app.page.keyboard.press(key)
    app.page.get_by_text("Unit 2 of layer 1: bias").wait_for()
    assert app.page.locator(".cu-unit[tabindex='0']").count() == 1


def test_pointing_at_a_line_tells_its_weight(app: App):
    box = app.page.locator(".cu-unit[data-column='2'][data-row='0']").bounding_box()
    assert box is not None
    app.page.mouse.move(box["x"] - 4, box["y"] + box["height"] / 2)
    app.page.get_by_text("to unit 1 of layer 2.").wait_for()
    app.page.mouse.move(5, 5)


def test_the_link_and_the_code_are_handed_over(app: App, browser, server: str):
    query = Settings(data="moons", hidden=(4,), lr=0.03).query()
    app.page.evaluate(f"location.hash = '{query}'")
    app.wait_for(data="moons", hidden=(4,))
    app.button("1 epoch").click()
    app.wait_for_count("Epoch", 1)
    loss = app.score(0, 0)
    app.button("Copy link").click()
    app.page.get_by_role("status").filter(has_text="Copied").wait_for()
    link = app.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{server}#{query}"

    app.button("PyTorch code").click()
    dialog = app.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy").click()
    dialog.get_by_role("button", name="Copied").wait_for()
    code = app.page.evaluate("navigator.clipboard.readText()")
    dialog.get_by_role("button", name="Close").click()
    names: dict[str, object] = {}
    exec(code, names)
    assert isinstance(names["loss"], float)
    assert f"{names['loss']:.3}" == loss

    assert app.page.evaluate("location.hash") == f"#{query}"
    other = App(
        browser.new_context(viewport={"width": 390, "height": 844}).new_page(), server, query
    )
    assert other.settings() == app.settings()
    assert other.field("Data set").input_value() == "moons"
    assert other.page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = "[...document.querySelectorAll('.cu-panel')].map(n => n.getBoundingClientRect().right)"
    assert max(other.page.evaluate(wide)) <= 390
    other.button("1 epoch").click()
    other.wait_for_count("Epoch", 1)
    assert other.score(0, 0) == loss
    assert other.errors == []
    other.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(app: App, scheme: str):
    app.page.emulate_media(color_scheme=scheme)
    app.page.wait_for_function(
        f"document.querySelector('.cu-playground').dataset.theme === '{scheme}'"
    )
    found = axe_api.Axe().run(app.page, context=".cu-playground").response["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
