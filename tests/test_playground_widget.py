"""What the playground's kernel side says to the page, and when: no browser needed."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from course_utils.playground import Settings, SettingsError, playground

pytest.importorskip("anywidget")
from course_utils.playground import serve
from course_utils.playground.widget import SPEEDS, Playground


class Page:
    """A page that hears everything, and draws only when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Settings | None = None) -> None:
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        monkeypatch.setattr(Playground, "send", self._hear)
        self.app = Playground(settings)
        self.draws = True

    def _hear(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.heard.append((content, list(buffers or [])))
        if content["type"] == "frame" and self.draws:
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: self.ask("drawn", number=content["number"]))

    def ask(self, kind: str, /, **content: Any) -> None:
        self.app._receive(None, {"type": kind, **content}, [])

    def kinds(self) -> list[str]:
        return [content["type"] for content, _ in self.heard]

    def last(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        return next(pair for pair in reversed(self.heard) if pair[0]["type"] == kind)


def test_a_greeting_is_answered_with_everything(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("hello", query="data=wine&hidden=3,2")

    asyncio.run(talk())
    assert page.kinds() == ["state", "frame", "status"]
    state, parts = page.last("state")
    assert state["settings"]["data"] == "wine"
    assert state["query"] == "data=wine&hidden=3,2"
    assert state["columns"][0] == "alcohol"
    n_train, n_val = (len(part) // 8 for part in parts[:2])  # two float32 for each point
    assert (n_train + n_val, len(parts[2]), len(parts[3])) == (178, n_train, n_val)
    assert len(parts[4]) == 7 * 25 * 25
    _, (surface, units, weights, norms, rows) = page.last("frame")
    assert (len(surface), len(units)) == (3 * 50 * 50, 5 * 25 * 25)
    assert len(weights) == 4 * state["parameters"] == 4 * (2 * 3 + 3 + 3 * 2 + 2 + 2 * 3 + 3)
    assert (len(norms), len(rows)) == (4 * 3, 0)


def test_a_link_with_nonsense_is_told_and_not_followed(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch, Settings(data="xor"))

    async def talk() -> None:
        page.ask("hello", query="data=stars")

    asyncio.run(talk())
    assert page.kinds() == ["problem", "state", "frame", "status"]
    assert "There is no data set 'stars'" in page.last("problem")[0]["message"]
    assert page.last("state")[0]["settings"]["data"] == "xor"


def test_training_waits_until_the_page_has_drawn(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)
    page.draws = False

    async def talk() -> tuple[int, int]:
        page.ask("run")
        while "frame" not in page.kinds():
            await asyncio.sleep(0.005)
        before = page.app.session.updates
        await asyncio.sleep(0.1)
        waiting = page.app.session.updates
        page.ask("drawn", number=page.last("frame")[0]["number"] - 1)  # of an older one
        await asyncio.sleep(0.05)
        assert page.app.session.updates == waiting
        page.ask("drawn", number=page.last("frame")[0]["number"])
        while page.kinds().count("frame") < 2:
            await asyncio.sleep(0.005)
        page.ask("pause")
        return before, waiting

    before, waiting = asyncio.run(talk())
    assert before == waiting > 0
    assert page.kinds().count("frame") == 2


def test_history_travels_once_and_whole(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("run")
        while len(page.app.session.history) < 6:
            await asyncio.sleep(0.005)
        page.ask("pause")
        await asyncio.sleep(0.05)
        page.ask("step", what="epoch")

    asyncio.run(talk())
    received: list[float] = []
    for content, parts in page.heard:
        if content["type"] == "frame":
            assert content["start"] == len(received)
            received += np.frombuffer(parts[4], np.float32).reshape(-1, 4)[:, 0].tolist()
    assert received == pytest.approx(page.app.session.history["loss"], rel=1e-6)


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_trains_and_hears_pause(monkeypatch: pytest.MonkeyPatch, speed: str):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("speed", speed=speed)
        page.ask("run")
        while page.kinds().count("frame") < 3:
            await asyncio.sleep(0.005)
        page.ask("pause")
        await asyncio.sleep(0.05)
        updates = page.app.session.updates
        await asyncio.sleep(0.1)
        assert page.app.session.updates == updates

    asyncio.run(talk())
    assert page.app.running is False
    assert page.last("status")[0] == {"type": "status", "running": False, "stopped": None}


def test_a_change_while_it_trains_starts_afresh_and_goes_on(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("run")
        while page.app.session.updates < 20:
            await asyncio.sleep(0.005)
        page.ask("configure", settings={"data": "xor", "hidden": ["4"], "lr": "0.1"})
        assert page.app.session.updates == 0
        while page.app.session.updates < 20:
            await asyncio.sleep(0.005)
        page.ask("pause")

    asyncio.run(talk())
    assert page.app.session.settings == Settings(data="xor", hidden=(4,), lr=0.1)


def test_messages_from_another_thread_come_home(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)
    threads: set[int] = set()
    monkeypatch.setattr(
        page.app.session, "step", lambda: threads.add(threading.get_ident()), raising=True
    )

    async def talk() -> None:
        page.ask("hello")

        async def elsewhere() -> None:
            page.ask("step", what="batch")

        await asyncio.to_thread(lambda: asyncio.run(elsewhere()))
        await asyncio.sleep(0.05)

    asyncio.run(talk())
    assert threads == {threading.get_ident()}


def test_refusals_and_failures_are_sentences(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("configure", settings={"lr": "fast"})
        page.ask("no such thing")
        monkeypatch.setattr(page.app.session, "step", lambda: 1 / 0)
        page.ask("run")
        await asyncio.sleep(0.05)

    asyncio.run(talk())
    problems = [content for content, _ in page.heard if content["type"] == "problem"]
    assert problems[0]["name"] == "lr"
    assert problems[0]["message"] == "The learning rate must be a number, not 'fast'."
    assert problems[1]["message"].startswith("Something went wrong: division by zero.")
    assert page.app.running is False


def test_a_diverging_run_ends_with_its_advice(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch, Settings(optimizer="sgd", lr=10.0, penalty="l2", strength=10.0))

    async def talk() -> None:
        page.ask("run")
        while page.app.session.stopped is None:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)

    asyncio.run(talk())
    status, _ = page.last("status")
    assert status["running"] is False
    assert "try a learning rate of 1" in status["stopped"]


def test_the_code_trains_as_long_as_the_page_did(monkeypatch: pytest.MonkeyPatch):
    page = Page(monkeypatch)

    async def talk() -> None:
        page.ask("code")
        assert "range(1, 100 + 1)" in page.last("code")[0]["code"]
        page.ask("step", what="epoch")
        page.ask("code")

    asyncio.run(talk())
    assert "range(1, 1 + 1)" in page.last("code")[0]["code"]


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert serve.main([f"--port={port}", "--no-browser"]) == 1
    assert capsys.readouterr().err == f"Port {port} is taken; try --port {port + 1}.\n"


def test_without_the_lectures_a_notebook_of_one_cell_is_served(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    served: list[str] = []
    monkeypatch.setattr(serve, "NOTEBOOK", tmp_path / "none.ipynb")
    monkeypatch.setattr(
        serve, "_voila", lambda path, port, open_browser: served.append(path.read_text()) or 0
    )
    assert serve.main(["--port=0"]) == 0
    notebook = nbformat.reads(served[0], as_version=4)
    nbformat.validate(notebook)
    names: dict[str, Any] = {}
    exec(notebook.cells[0].source, names)
    assert "playground" in names


def test_the_function_takes_settings_and_its_text_gives_them_back():
    app = playground(data="xor", hidden=(4,), lr=0.3)
    assert repr(app) == "Playground(data='xor', hidden=(4,), lr=0.3)"
    assert repr(playground()) == "Playground()"
    with pytest.raises(SettingsError, match="There is no data set"):
        playground(data="stars")
