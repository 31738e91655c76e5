"""The process of one submission: runs the student's cells, then answers calls.

It is forked from the zygote, confines itself before the first line of the student's, and decides
nothing: it reports what a call gave, and the checker elsewhere judges. Whatever the student's code
does to this process, it can only change what is reported of the student's own functions.
"""

from __future__ import annotations

import linecache
import socket
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..checks import Failure, LocalCaller, Outcome
from ..checks.outcome import LocalHandle
from ..checks.state import Settled
from . import outcomes, wire
from .objects import Objects
from .sandbox import Sandbox

_MOST_HANDLES = 1_000


def serve(
    connection: socket.socket, sandbox: Sandbox | None, scratch: Path, place: int = 0
) -> None:
    """Confine this process, then answer requests until the other side closes.

    Parameters
    ----------
    connection
        To the checker; the only channel out of here.
    sandbox
        None: unsafe, on the instructor's own word.
    scratch
        The working folder.
    place
        Number of the lane.
    """
    if sandbox is not None:
        try:
            sandbox.enter(scratch, place)
        except OSError as error:
            wire.send(connection, {"refused": f"the sandbox could not be closed: {error}"})
            return
    wire.send(connection, {"ready": True})  # a refusal that comes later is the student's own
    submission = _Submission()
    while True:
        try:
            request, body = wire.receive(connection)
        except wire.WireError:
            return
        reply, data = submission.answer(request, body)
        wire.send(connection, {**reply, "nonce": request["nonce"]}, data)


class _Submission:
    """The student's names, and the functions and modules that their functions returned."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")
        self.handles: list[LocalHandle] = []
        self.objects = Objects()
        self.guard = Settled()
        sys.modules["__main__"] = self.module
        sys.modules["course_utils.exercises"] = _no_checks()

    def answer(self, request: dict[str, Any], body: bytearray) -> tuple[dict[str, Any], bytes]:
        """Do what the checker asks for."""
        what = request["do"]
        if what == "run":
            return {"failed": self._run(request["cells"], request["seconds"])}, b""
        if what == "describe":
            target = self.handles[request["handle"]]
            return {
                "shapes": {name: list(shape) for name, shape in target.parameter_shapes().items()},
                "layers": list(target.layer_names()),
            }, b""
        arguments = wire.unpack(request["arguments"], body)
        if what == "object":
            how, scope = request["how"], self.module.__dict__
            call = self._caller(lambda: self.objects.use(scope, how, arguments), request["seconds"])
            return outcomes.pack_outcome(call(()), self._keep)
        if what == "use":
            target = self.handles[request["handle"]]
            outcome = target.call(target.target, arguments)
        else:
            outcome = self._call(request, arguments)
        return outcomes.pack_outcome(outcome, self._keep)

    def _run(self, cells: Sequence[Sequence[str]], seconds: float) -> list[list[str] | None]:
        """Run cells in order; a cell that fails does not keep the next from running."""
        return [self._failed(name, source, seconds) for name, source in cells]

    def _failed(self, name: str, source: str, seconds: float) -> list[str] | None:
        file = f"<{name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            code = compile(source, file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "text", None) or ""
            return [type(error).__name__, str(error)[:1000], str(line).strip()[:400]]
        outcome = self._caller(lambda: exec(code, self.module.__dict__), seconds)(())
        if outcome.status == "too slow":
            return ["TimeoutError", f"not done after {seconds:g} s", ""]
        failure = outcome.failure
        if outcome.status == "blank" and failure is None:  # a cell that raises NotImplementedError
            return ["NotImplementedError", "", ""]
        return None if failure is None else [failure.type, failure.text[:1000], failure.line[:400]]

    def _call(self, request: dict[str, Any], arguments: tuple[Any, ...]) -> Outcome:
        name = request["name"]
        if name not in self.module.__dict__:
            text = f"name '{name}' is not defined"
            return Outcome("raised", failure=Failure("NameError", text))
        answer = self.module.__dict__[name]
        return self._caller(answer, request["seconds"], request["kind"])(arguments)

    def _caller(self, answer: Any, seconds: float, kind: str = "function") -> LocalCaller:
        return LocalCaller(answer, seconds, kind, self.guard)

    def _keep(self, handle: Any) -> int:
        if not isinstance(handle, LocalHandle) or len(self.handles) >= _MOST_HANDLES:
            raise wire.WireError("too many functions returned")
        self.handles.append(handle)
        return len(self.handles) - 1


def _no_checks() -> types.ModuleType:
    """Stand in for the exercises, whose answers are not here: `check` is there and says nothing."""
    module = types.ModuleType("course_utils.exercises")

    class Unchecked:
        points = 0.0
        passed = False

        def __bool__(self) -> bool:
            return False

    module.check = lambda *_, **__: Unchecked()  # type: ignore[attr-defined]
    return module
