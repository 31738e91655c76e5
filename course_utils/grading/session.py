"""The checker's side: speaks with the process of one submission."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from ..checks import Failure, Handle, HandleError, Outcome
from . import discretion, outcomes, wire
from .launch import GraderError, Lane, Zygote

__all__ = ["GraderError", "RemoteCaller", "RemoteHandle", "Session", "Zygote"]

_MARGIN = 3.0  # seconds on top of a call's own limit, for a busy machine
_READY = 60.0  # seconds for a process to confine itself
_LONGEST_NAME = 60
_SPARE_PROCESSES = 3  # for one submission, besides one for each of its cells


@dataclass
class Session:
    """One submission: its cells, and a process in which they have run.

    A process that dies, keeps silent or speaks nonsense is replaced by a fresh one for the next
    call, a few times at most.

    Attributes
    ----------
    lane
        Starts and ends its processes.
    cells
        Name and source of the cells to run, in order.
    seconds
        Limit for one cell.
    failures
        Name of a cell → type, message and line of the exception that ended it.
    """

    lane: Lane
    cells: Sequence[tuple[str, str]]
    seconds: float = 10.0
    failures: dict[str, Failure] = field(default_factory=dict)
    cpu: float = 0.0
    memory: int = 0
    started: int = 0
    endings: list[str] = field(default_factory=list)
    _called: set[Any] = field(default_factory=set)
    _connection: socket.socket | None = None
    _worker: int = 0

    def call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        *,
        seconds: float,
        kind: str,
        pack: Callable[[Any], tuple[Any, bytes]] = wire.pack,
    ) -> Outcome:
        """Call one of the student's functions. Never raises for what the student did."""
        tree, body = pack(tuple(arguments))
        request = {"do": "call", "name": name, "arguments": tree, "seconds": seconds, "kind": kind}
        outcome = self._outcome(request, body, seconds)
        if outcome.failure == Failure("NameError", f"name '{name}' is not defined"):
            failure = self.failures.get(name)  # its own cell has failed: that is the news
            return replace(outcome, failure=failure or outcome.failure)
        return outcome

    def use(self, handle: int, arguments: tuple[Any, ...], seconds: float, era: int) -> Outcome:
        """Call a function or module that a function of the student's returned."""
        if not self.is_in(era):
            return Outcome("died", detail="the process that held it has ended")
        tree, body = wire.pack(tuple(arguments))
        request = {"do": "use", "handle": handle, "arguments": tree}
        return self._outcome(request, body, seconds)

    def object(self, how: str, arguments: list[Any], seconds: float) -> Outcome:
        """Use a name or an object of the submission in one way; see `objects.Objects.use`."""
        tree, body = wire.pack(arguments)
        request = {"do": "object", "how": how, "arguments": tree, "seconds": seconds}
        return self._outcome(request, body, seconds)

    def describe(self, handle: int, era: int) -> dict[str, Any]:
        """Tell the parameters' shapes and the layers' names of a returned module."""
        if self.is_in(era):
            try:
                return self._ask({"do": "describe", "handle": handle}, b"", self.seconds)[0]
            except wire.WireError as error:
                self._stop(str(error))
        return {"shapes": {}, "layers": []}

    def is_in(self, era: int) -> bool:
        """Whether the process is still there that was the `era`-th to be started."""
        return era == self.started and self._connection is not None

    def start(self) -> None:
        """Run the cells in a fresh process.

        Raises
        ------
        wire.WireError
            If that process dies, keeps silent or speaks nonsense meanwhile.
        GraderError
            If the zygote is gone or the sandbox cannot be closed.
        """
        self._connection, self._worker = self.lane.begin()
        self.started += 1
        # Sent before any line of the submission runs, which could refuse in the sandbox's name.
        hello, _ = wire.receive(self._connection, _READY)
        if "refused" in hello:
            raise GraderError(str(hello["refused"]))
        cells = [list(cell) for cell in self.cells]
        wait = self.seconds * (1 + len(cells))
        reply, _ = self._ask({"do": "run", "cells": cells, "seconds": self.seconds}, b"", wait)
        failed = reply.get("failed")
        if not isinstance(failed, list) or len(failed) != len(cells):
            raise wire.WireError("a wrong number of cells")
        for (name, _), failure in zip(self.cells, failed, strict=True):
            if failure is not None:
                self.failures[name] = self._failure(failure)

    def _failure(self, told: Any) -> Failure:
        if not isinstance(told, list) or len(told) != 3:
            raise wire.WireError("not an exception")
        kind, text, line = (wire.bounded_text(part, 1000) for part in told)
        # The type stands in tables and pages: a name, and not whatever text a class was called by.
        odd = not kind.isidentifier() or len(kind) > _LONGEST_NAME
        return Failure("Exception" if odd else kind, text, line)

    def close(self) -> None:
        """End the process."""
        if self._connection is not None:
            self._stop("")

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _outcome(self, request: dict[str, Any], body: bytes, seconds: float) -> Outcome:
        try:
            if self._connection is None:
                if self.started >= len(self.cells) + _SPARE_PROCESSES:
                    return Outcome("died", detail=self.endings[-1])
                self.start()
            era = self.started
            reply, data = self._ask(request, body, seconds + _MARGIN)
            outcome = outcomes.unpack_outcome(
                reply, data, lambda number: RemoteHandle(self, number, seconds, era)
            )
            return self._own(outcome, request)
        except wire.LateError:
            self._stop("no answer in time")
            return Outcome("too slow")
        except wire.WireError as error:
            return Outcome("died", detail=self._stop(str(error)))

    def _own(self, outcome: Outcome, request: dict[str, Any]) -> Outcome:
        """Take out words that are not the submission's own: they could tell hidden inputs."""
        sources = [source for _, source in self.cells]
        outcome = replace(outcome, value=discretion.own_kinds(outcome.value, sources))
        if outcome.failure is not None:
            outcome = replace(outcome, failure=discretion.own_words(outcome.failure, sources))
        name = request.get("name")
        if name in self._called:  # what a function takes was told when it met a visible case
            outcome = replace(outcome, detail="")
        self._called.add(name)
        return outcome

    def _ask(
        self, request: dict[str, Any], body: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytearray]:
        assert self._connection is not None
        nonce = secrets.token_hex(8)
        wire.send(self._connection, {**request, "nonce": nonce}, body, seconds)
        reply, data = wire.receive(self._connection, seconds)
        if reply.get("nonce") != nonce:
            raise wire.WireError("an answer that nobody asked for")
        return reply, data

    def _stop(self, why: str) -> str:
        """End the process; say how it had ended."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        end = self.lane.end(self._worker, dying=bool(why))
        self.cpu += end["cpu"]
        self.memory = max(self.memory, end["memory"])
        if not why:  # nobody misses it: how it ends is of no interest
            return ""
        ending = end["why"] or _ending(end["status"]) or discretion.ending(why)
        self.endings.append(ending)
        return ending


@dataclass(frozen=True)
class RemoteCaller:
    """Calls one function of a submission in its process: a `course_utils.checks.Caller`."""

    session: Session
    name: str
    seconds: float
    kind: str = "function"
    pack: Callable[[Any], tuple[Any, bytes]] = wire.pack

    def __call__(self, inputs: tuple[Any, ...]) -> Outcome:
        """Call it with `inputs`, which go as JSON and raw arrays."""
        return self.session.call(
            self.name, inputs, seconds=self.seconds, kind=self.kind, pack=self.pack
        )


@dataclass(frozen=True)
class RemoteHandle(Handle):
    """A function or module in a submission's process: a `course_utils.checks.Handle`."""

    session: Session
    number: int
    seconds: float
    era: int

    def __call__(self, *inputs: Any) -> Any:
        """Call it; raises `HandleError` where it fails or takes too long."""
        outcome = self.session.use(self.number, inputs, self.seconds, self.era)
        if outcome.status != "returned":
            raise HandleError(outcome)
        return outcome.value

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of a module's parameters by name."""
        shapes = self.session.describe(self.number, self.era).get("shapes", {})
        if not isinstance(shapes, dict) or not all(isinstance(v, list) for v in shapes.values()):
            return {}
        return {str(name): tuple(map(int, shape)) for name, shape in shapes.items()}

    def layer_names(self) -> tuple[str, ...]:
        """Class names of a module's layers in order."""
        layers = self.session.describe(self.number, self.era).get("layers", [])
        return tuple(map(str, layers)) if isinstance(layers, list) else ()


def _ending(status: int | None) -> str:
    if status is None:
        return ""
    if status < 0:
        names = {
            -9: "it was killed (time or memory)",
            -24: "CPU time limit",
            -25: "file size limit",
        }
        return names.get(status, f"it crashed (signal {-status})")
    return f"it ended itself (exit status {status})"
