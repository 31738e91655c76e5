"""Where the processes of submissions come from: a zygote that forks them, inside bubblewrap."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Protocol

from . import bubblewrap
from .sandbox import Limits, why_unsafe

_START = 120.0  # seconds that the zygote may take to import torch
_PATIENCE, _PAUSE = 15.0, 0.2  # seconds for a process to be had, and between two tries
_ENDING = 2.0  # seconds from a closed socket to the end of the zygote's process
# Memory in pages of 2 MB, where glibc and the kernel can: a fork copies a list of all pages, and
# the end of a process walks through it: that is a tenth of what a submission costs.
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class GraderError(RuntimeError):
    """The grader itself cannot go on: no zygote, no sandbox."""


class _RefusedError(Exception):
    """No process can be had at the moment."""


class Lane(Protocol):
    """Starts and ends the processes of submissions, one at a time."""

    def begin(self) -> tuple[socket.socket, int]:
        """Start a process; return a stream socket to it and its number.

        Raises
        ------
        GraderError
            If no process can be had any more.
        """
        ...

    def end(self, worker: int, *, dying: bool) -> Mapping[str, Any]:
        """End a process: ``status``, ``why``, ``cpu`` and ``memory`` tell how it was.

        Parameters
        ----------
        worker
            Its number.
        dying
            Whether it may be about to end by itself, so that its own exit status can be told.
        """
        ...


@dataclass(frozen=True)
class ForkedLane:
    """A lane whose processes the zygote forks.

    Attributes
    ----------
    line
        To the zygote; it keeps messages apart (SOCK_SEQPACKET).
    """

    line: socket.socket

    def begin(self) -> tuple[socket.socket, int]:
        """Ask for a process; see `Lane`."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._begun()
            except _RefusedError as error:  # another submission takes all there is, perhaps
                if time.monotonic() > deadline:
                    raise GraderError(str(error)) from None
                time.sleep(_PAUSE)

    def _begun(self) -> tuple[socket.socket, int]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.line, [b'{"do": "fork"}'], [theirs.fileno()])
                reply = json.loads(self.line.recv(4096))
            except (OSError, ValueError) as error:
                ours.close()
                raise GraderError(_gone(error)) from None
        if "refused" in reply:
            ours.close()
            raise _RefusedError(f"no process can be had for a submission: {reply['refused']}")
        return ours, reply["worker"]

    def end(self, worker: int, *, dying: bool) -> Mapping[str, Any]:
        """Have it ended; see `Lane`."""
        try:
            self.line.send(json.dumps({"do": "end", "worker": worker, "closed": dying}).encode())
            return json.loads(self.line.recv(4096))
        except (OSError, ValueError) as error:
            raise GraderError(_gone(error)) from None

    def clear(self) -> bool:
        """End what a checker that died has left here, so that another may take its place.

        Returns
        -------
        bool
            Whether the zygote is there to do so.
        """
        token = secrets.token_hex(8)
        try:
            self.line.send(json.dumps({"do": "clear", "token": token}).encode())
            while json.loads(self.line.recv(4096)).get("cleared") != token:
                pass  # an answer to the one that died
        except (OSError, ValueError):
            return False
        return True

    def close(self) -> None:
        """Say that no more processes are needed."""
        self.line.close()


class Zygote:
    """A running zygote and its lanes.

    Parameters
    ----------
    lanes
        How many lanes will use it at the same time.
    limits
        Of one submission.
    modules
        Imported before the first fork, besides torch and the course's own.
    wrapped
        Inside bubblewrap; None: where that works.

    Attributes
    ----------
    about
        What it said when it was ready; ``missing`` names the layers that its workers lack.

    Raises
    ------
    GraderError
        If it does not start.
    """

    def __init__(
        self,
        lanes: int = 1,
        *,
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        modules: Iterable[str] = (),
        wrapped: bool | None = None,
    ) -> None:
        options = {"limits": asdict(limits), "modules": list(modules)}
        why = "not wanted" if wrapped is False else bubblewrap.why_not()
        if why and wrapped:
            raise GraderError(f"bubblewrap: {why}")
        try:
            self._start(lanes, options, wrapped=not why)
        except GraderError:
            if why or wrapped:
                raise
            why = "the process that forks the workers does not start in it"
            self._start(lanes, options, wrapped=False)
        if why:
            self.about["missing"]["bubblewrap"] = why
        if unsafe := why_unsafe(self.about["missing"]):  # it was the only wall
            self.close()
            raise GraderError(f"no sandbox ({unsafe})")

    def _start(self, lanes: int, options: Mapping[str, Any], *, wrapped: bool) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(lanes)]
        theirs = [pair[1] for pair in pairs]
        self.lanes = [ForkedLane(pair[0]) for pair in pairs]
        numbers = [each.fileno() for each in theirs]
        folder = bubblewrap.FOLDER if wrapped else tempfile.gettempdir()
        words = json.dumps({**options, "lanes": numbers, "folder": folder})
        command = [sys.executable, "-m", "course_utils.grading.zygote", words]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", **_LARGE_PAGES}
        environment["PYTHONHASHSEED"] = "0"  # the order of a set decides on some answers
        if wrapped:
            scratch = options["limits"]["scratch_bytes"] * lanes
            command = [*bubblewrap.command(scratch, options["modules"]), *command]
            environment = {**bubblewrap.environment(), **_LARGE_PAGES}
        self.process = subprocess.Popen(
            command,
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
        for each in theirs:
            each.close()
        self.about = self._ready()

    def _ready(self) -> dict[str, Any]:
        about: dict[str, Any] = {}
        for lane in self.lanes:
            lane.line.settimeout(_START)
            try:
                about = json.loads(lane.line.recv(65536) or b"null")
            except (OSError, ValueError):
                about = {}
            if not about:
                self.process.kill()
                self.close()
                raise GraderError("the process that forks the workers did not start.")
        return about

    def is_gone(self) -> bool:
        """Whether its process has ended, or does so this moment."""
        try:
            self.process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """End it, and every worker with it."""
        for lane in self.lanes:
            lane.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def modules_of(notebooks: Sequence[Any]) -> list[str]:
    """Modules that the set-up cells of these sources import, for the zygote to have ready."""
    return sorted({name for notebook in notebooks for name in notebook.modules})


def _gone(error: Exception) -> str:
    return f"the process that forks the workers has ended: {error}"
