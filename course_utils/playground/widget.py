"""The playground as a widget: messages from the page in, frames out, training in between.

The page asks (run, pause, step, reset, configure), the kernel answers with frames of bytes. A frame
goes out only after the page has drawn the one before; a page that is hidden draws nothing, so
that then nothing is computed either.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from . import choices
from .missions import MISSIONS
from .script import pytorch_code
from .session import Session
from .settings import Settings, SettingsError
from .snapshot import SURFACE, THUMBNAIL, Grid

FRAME = 0.08  # seconds of training after which a frame is due, whatever was asked for
SLICE = 0.015  # seconds of training after which other messages have their turn
SPEEDS = {
    "batch": "batch by batch",
    "epoch": "epoch by epoch",
    "ten": "ten by ten",
    "full": "full speed",
}
_EPOCHS = {"epoch": 1, "ten": 10, "full": 1_000_000}


def offers() -> dict[str, Any]:
    """Return every list that the page shows, with labels."""
    return {
        "data": choices.DATA,
        "scaleFree": list(choices.SCALE_FREE),
        "features": {name: feature.label for name, feature in choices.FEATURES.items()},
        "activation": {
            name: "none (linear)" if name == "linear" else module.__name__
            for name, module in choices.ACTIVATIONS.items()
        },
        "optimizer": {name: entry.label for name, entry in choices.OPTIMIZERS.items()},
        "penalty": choices.PENALTIES,
        "strengths": choices.STRENGTHS,
        "speed": SPEEDS,
        "mostLayers": choices.MOST_LAYERS,
        "mostUnits": choices.MOST_UNITS,
        "defaults": Settings().to_dict(),
        "missions": [
            asdict(m) | {"settings": m.settings.to_dict(), "cure": m.cure.to_dict()}
            for m in MISSIONS
        ],
    }


# The page of the playground: it holds no state but what the kernel sent last, and computes nothing
# but colours and places. One script for the browser, several short files for its readers.
_PAGE = Path(__file__).with_name("page")
_SCRIPTS = ("helpers", "palette", "charts", "network", "surface", "controls")


class Playground(anywidget.AnyWidget):
    """A network to build, train and watch; see `course_utils.playground.playground`.

    Attributes
    ----------
    session : Session
        The run that the page shows; all of its numbers are at hand in the notebook.
    running : bool
        Whether it is being trained.
    """

    _esm = "\n".join((_PAGE / f"{part}.js").read_text(encoding="utf-8") for part in _SCRIPTS)
    _css = _PAGE / "playground.css"
    offers = traitlets.Dict().tag(sync=True)

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(settings)
        self.grid = Grid(self.session)
        self.running = False
        self.speed = "epoch"
        self._home = _running_loop()
        self._task: asyncio.Task[None] | None = None
        self._drawn = asyncio.Event()
        self._sent_rows = 0
        self._frame = 0
        super().__init__(offers=offers())
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return f"Playground{repr(self.session.settings).removeprefix('Settings')}"

    # -- from the page --------------------------------------------------------------------------

    def _receive(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        """Take a message to the loop that trains: JupyterLab delivers from other threads too."""
        here = _running_loop()
        if self._home is None or self._home is here:
            self._home = here
            self._answer(content)
        else:
            self._home.call_soon_threadsafe(self._answer, content)

    def _answer(self, content: dict[str, Any]) -> None:
        """Do what the page asks; what is refused goes back as a sentence."""
        ask = getattr(self, f"_on_{content.get('type')}", None)
        if ask is None:
            return
        try:
            ask(content)
        except SettingsError as error:
            self.send({"type": "problem", "name": error.name, "message": str(error)})
        except Exception as error:
            self._fail(error)

    def _on_hello(self, content: dict[str, Any]) -> None:
        """Tell a page that has just opened everything; its link may hold settings."""
        try:
            if content.get("query"):
                self._configure(Settings.from_query(content["query"]))
        except SettingsError as error:
            cure = "The link is not followed; here are other settings."
            self.send({"type": "problem", "name": "", "message": f"{error} {cure}"})
        self._send_state()

    def _on_configure(self, content: dict[str, Any]) -> None:
        base = self.session.settings
        self._configure(Settings.from_mapping(content["settings"], base))
        self._send_state()

    def _on_link(self, content: dict[str, Any]) -> None:
        self._configure(Settings.from_query(content["query"]))
        self._send_state()

    def _on_run(self, content: dict[str, Any]) -> None:
        self.running = self.session.stopped is None
        if self.running and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._train())
        self._send_status()

    def _on_pause(self, content: dict[str, Any]) -> None:
        self.running = False
        self._send_status()

    def _on_step(self, content: dict[str, Any]) -> None:
        self.running = False
        if content.get("what") == "batch":
            self.session.step()
        else:
            self.session.epoch()
        self._send_frame()
        self._send_status()

    def _on_reset(self, content: dict[str, Any]) -> None:
        self.running = False
        self.session.reset()
        self._send_state()

    def _on_speed(self, content: dict[str, Any]) -> None:
        if content.get("speed") in SPEEDS:
            self.speed = content["speed"]

    def _on_drawn(self, content: dict[str, Any]) -> None:
        if content.get("number") == self._frame:  # an older one was overtaken
            self._drawn.set()

    def _on_code(self, content: dict[str, Any]) -> None:
        epochs = len(self.session.history) or 100
        code = pytorch_code(self.session.settings, epochs)
        self.send({"type": "code", "code": code})

    # -- training -------------------------------------------------------------------------------

    async def _train(self) -> None:
        """Train and send frames until paused; other messages have their turn in between."""
        try:
            while self.running and self.session.stopped is None:
                await self._train_one_frame()
                if not self.running:
                    break
                self._drawn.clear()
                self._send_frame()
                await self._drawn.wait()
        except Exception as error:
            self._fail(error)
        self.running = False
        if self.session.stopped is not None:
            self._send_frame()
        self._send_status()

    async def _train_one_frame(self) -> None:
        start = pause = time.perf_counter()
        wanted = len(self.session.history) + _EPOCHS.get(self.speed, 0)
        while self.running and self.session.stopped is None:
            self.session.step()
            now = time.perf_counter()
            done = self.speed == "batch" or len(self.session.history) >= wanted
            if done or now - start >= FRAME:
                return
            if now - pause >= SLICE:
                await asyncio.sleep(0)
                pause = time.perf_counter()

    def _configure(self, settings: Settings) -> None:
        self.session.configure(settings)
        self.grid = Grid(self.session)

    # -- to the page ----------------------------------------------------------------------------

    def _send_state(self) -> None:
        """Send what stays while a run goes on: settings and points; then a frame."""
        session = self.session
        (X_train, y_train), (X_val, y_val) = session.plane.train, session.plane.val
        points = [t.numpy() for t in (X_train, X_val)]
        labels = [t.flatten().numpy().astype(np.uint8) for t in (y_train, y_val)]
        self.send(
            {
                "type": "state",
                "settings": session.settings.to_dict(),
                "query": session.settings.query(),
                "code": repr(session.settings).removeprefix("Settings"),
                "axes": session.plane.axes,
                "columns": session.plane.columns,
                "classes": session.plane.class_names,
                "extent": self.grid.extent,
                "sides": [SURFACE, THUMBNAIL],
                "parameters": sum(p.numel() for p in session.model.parameters()),
                "batches": session.updates_per_epoch,
                "note": session.note,
            },
            [a.tobytes() for a in (*points, *labels, self.grid.feature_thumbnails())],
        )
        self._sent_rows = 0
        self._send_frame()
        self._send_status()

    def _send_frame(self) -> None:
        session, shot = self.session, self.grid.snapshot(self.session)
        start, self._sent_rows = self._sent_rows, len(session.history)
        columns = ("loss", "val_loss", "accuracy", "val_accuracy")
        rows = [[row[name] for name in columns] for row in session.history.rows[start:]]
        self._frame += 1
        self.send(
            {
                "type": "frame",
                "number": self._frame,
                "start": start,
                "epoch": len(session.history),
                "updates": session.updates,
            },
            [
                a.tobytes()
                for a in (
                    shot.surface,
                    shot.units,
                    shot.weights,
                    shot.grad_norms,
                    np.array(rows, dtype=np.float32),
                )
            ],
        )

    def _send_status(self) -> None:
        self.send({"type": "status", "running": self.running, "stopped": self.session.stopped})

    def _fail(self, error: Exception) -> None:
        self.running = False
        what = str(error).rstrip(".") or type(error).__name__
        message = f"Something went wrong: {what}. Reset, or choose other settings."
        self.send({"type": "problem", "name": "", "message": message})
        self._send_status()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
