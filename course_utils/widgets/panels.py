"""A figure that follows its controls, and one that waits for a training run."""

from __future__ import annotations

import html
import io
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets
import torch
import traitlets
from matplotlib.figure import Figure

from .controls import Control, make_control

_LONGEST_REPR = 100  # ipywidgets cuts the text beside a widget at 110 characters
_ONE_AT_A_TIME = threading.RLock()  # matplotlib is not made for two threads


class Picture(ipywidgets.Image):  # type: ignore[misc]
    """An image whose `tooltip` is its text for screen readers.

    The page sets the tooltip only where a description, which images do not have, is empty; without
    one it shows an error (ipywidgets 8.1).
    """

    description = traitlets.Unicode("").tag(sync=True)


class Explorer(ipywidgets.VBox):  # type: ignore[misc]
    """Controls above a figure that is drawn again whenever one of them moves; see `explore`.

    Attributes
    ----------
    controls
        Name → widget, in the order given.
    image
        The figure as a picture; only its bytes are exchanged, so that it does not flicker.
    caption
        The alt text for the present values, for everyone to read.
    message
        What went wrong in the last drawing; empty where nothing did.
    """

    def __init__(
        self,
        draw: Callable[..., Any],
        controls: dict[str, Control],
        *,
        alt: str,
        panels: int = 1,
        figsize: tuple[float, float] | None = None,
        continuous: bool = True,
    ) -> None:
        if not controls:
            raise ValueError("explore() got no controls: pass one for each argument of draw.")
        self._draw, self._alt, self._panels = draw, alt, panels
        self._figsize = figsize or ((8.0, 4.5) if panels == 1 else (11.0, 4.5))
        self.controls = {
            name: make_control(name, control, continuous=continuous)
            for name, control in controls.items()
        }
        self.image = Picture(format="png", layout={"max_width": "100%", "align_self": "flex-start"})
        self.caption, self.message = ipywidgets.HTML(), ipywidgets.HTML()
        for control in self.controls.values():
            control.observe(self._on_change, "value")
        super().__init__(self._rows())
        self._on_change()

    @property
    def values(self) -> dict[str, Any]:
        """What the controls say: the arguments of the next drawing."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move controls from code, as a hand would.

        Raises
        ------
        ValueError
            If there is no control of such a name.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"no control {name!r}; there are {', '.join(self.controls)}.")
            self.controls[name].value = value

    def redraw(self) -> None:
        """Draw for the present values, as every move of a control does."""
        self._on_change()

    def __repr__(self) -> str:
        labels = [f"“{control.description}”" for control in self.controls.values()]
        names = ", ".join(labels[:-1]) + " and " * (len(labels) > 1) + labels[-1]
        text = f"Interactive: run this notebook to change {names}."
        return text if len(text) <= _LONGEST_REPR else "Interactive: run this notebook to use it."

    def _rows(self) -> list[Any]:
        return [*self.controls.values(), self.message, self.image, self.caption]

    def _on_change(self, _change: Any = None) -> None:
        self._show(self.values)

    def _show(self, values: dict[str, Any], *result: Any) -> None:
        """Draw, and exchange the picture; an error takes the picture's place."""
        try:
            with _ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
                figure = Figure(figsize=self._figsize)
                self._draw(figure.subplots(1, self._panels), *result, **values)
                data = io.BytesIO()
                figure.savefig(data, format="png", pil_kwargs={"compress_level": 1})
                titles = "; ".join(filter(None, (ax.get_title() for ax in figure.axes)))
                alt = self._alt.format(**{"title": titles, **values})
        except Exception as error:  # a callback's error would be lost in a log
            self._fail(error)
            return
        with self.image.hold_sync():  # one message, or the page would draw the old picture again
            self.image.tooltip, self.image.value = alt, data.getvalue()
        self.image.layout.display = None
        self.caption.value, self.message.value = html.escape(alt), ""

    def _fail(self, error: BaseException) -> None:
        self.image.layout.display = "none"
        self.caption.value = ""
        text = " ".join(f"{type(error).__name__}: {error}".split())
        self.message.value = (
            f"<span role='alert'><b>This could not be drawn.</b> {html.escape(text)}</span>"
        )


class Experiment(Explorer):
    """An `Explorer` that trains first: a button to run, one to stop, and a bar in between.

    The run is a thread of its own, since a kernel that trains cannot hear a button.
    """

    def __init__(
        self,
        draw: Callable[..., Any],
        controls: dict[str, Control],
        *,
        run: Callable[..., Any],
        epochs: int,
        **settings: Any,
    ) -> None:
        self._run, self._epochs = run, epochs
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.run_button = ipywidgets.Button(description="Run", icon="play")
        self.stop_button = ipywidgets.Button(description="Stop", icon="stop", disabled=True)
        self.progress = ipywidgets.IntProgress(min=0, max=epochs, layout={"width": "12em"})
        self.status = ipywidgets.Label("Choose, then press Run.")
        self.run_button.on_click(lambda _: self.start())
        self.stop_button.on_click(lambda _: self.stop())
        super().__init__(draw, controls, **settings)

    def start(self) -> None:
        """Train with the values of this moment, in the background; no effect while one runs."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopping.clear()
        self._busy(True)
        self._thread = threading.Thread(target=self._work, args=[self.values], daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the run after its present epoch; what was learned until then is drawn."""
        self._stopping.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end of the run; whether it ended in time."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _rows(self) -> list[Any]:
        bar = ipywidgets.HBox([self.run_button, self.stop_button, self.progress, self.status])
        return [*self.controls.values(), bar, self.message, self.image, self.caption]

    def _on_change(self, _change: Any = None) -> None:
        if not self.image.value:
            self.image.layout.display = "none"
        elif self._thread is None or not self._thread.is_alive():
            self.status.value = "Changed: press Run to see."

    def _work(self, values: dict[str, Any]) -> None:
        try:
            with torch.random.fork_rng(devices=[]):
                result = self._run(self._on_epoch_end, **values)
        except Exception as error:
            self._fail(error)
            self.status.value = "Failed."
        else:
            self._show(values, result)
            how = "Stopped" if self._stopping.is_set() else "Done"
            self.status.value = f"{how} after {self.progress.value} epochs."
        finally:
            self._busy(False)

    def _on_epoch_end(self, epoch: int, row: dict[str, float], _model: Any) -> bool:
        """Move the bar some fifty times in a run, and stop `fit` where Stop was pressed."""
        stopping = self._stopping.is_set()
        if stopping or epoch % max(1, self._epochs // 50) == 0 or epoch == self._epochs:
            self.progress.value = epoch
            self.status.value = f"epoch {epoch} of {self._epochs}, loss {row['loss']:.3f}"
        return stopping

    def _busy(self, busy: bool) -> None:
        self.run_button.disabled, self.stop_button.disabled = busy, not busy
        if busy:
            self.progress.value, self.status.value = 0, "training …"


def explore(
    draw: Callable[..., Any],
    *,
    alt: str,
    panels: int = 1,
    figsize: tuple[float, float] | None = None,
    continuous: bool = True,
    run: Callable[..., Any] | None = None,
    epochs: int | None = None,
    **controls: Control,
) -> Explorer:
    """Put sliders, menus and boxes to tick in front of a drawing function.

    Parameters
    ----------
    draw
        ``draw(ax, **values)`` draws one picture for the values of the controls. With `run` it
        receives the result before them: ``draw(ax, result, **values)``.
    alt
        What the picture shows: a text with places for the values, ``"A line of slope {w:.1f}."``;
        ``{title}`` stands for the titles in the picture. It can be read below the picture as well.
    panels
        Axes side by side; with more than one `draw` receives an array of them.
    figsize
        Width and height in inches.
    continuous
        Follow a slider while it moves; False where a drawing takes longer than 0.2 s.
    run
        For pictures that need a training: ``run(on_epoch_end, **values)`` passes the hook on to
        `fit` and returns what `draw` needs. Then buttons start and stop it.
    epochs
        How many epochs `run` trains.
    **controls
        Argument of `draw` → description: ``(low, high, step, start)``, a list, a bool, a `Slider`
        or a `Choice`.

    Returns
    -------
    Explorer
        A widget. Its text, for a page without a kernel, says how to bring it to life.

    Raises
    ------
    ValueError
        If there are no controls, one is described wrongly, or `run` comes without `epochs`.

    Examples
    --------
    >>> def draw(ax, w):
    ...     ax.plot([0, 1], [0, w])
    >>> explore(draw, w=(0.0, 4.0, 0.1, 1.0), alt="A line that rises from 0 to {w:.1f}.")
    Interactive: run this notebook to change “w”.
    """
    settings: Any = {"alt": alt, "panels": panels, "figsize": figsize, "continuous": continuous}
    if run is None:
        return Explorer(draw, controls, **settings)
    if epochs is None or epochs < 1:
        raise ValueError(f"explore(run=…) needs epochs=…, for the progress bar; got {epochs!r}.")
    return Experiment(draw, controls, run=run, epochs=epochs, **settings)
