"""The process that forks the workers: it has imported torch, and knows nothing else.

``python -m course_utils.grading.zygote OPTIONS`` is started afresh by the grader, inside bubblewrap
where that works, and talks to its lanes over sockets that it inherits. It never sees a test, a
solution or a mark, so that nothing of them is in the memory that its workers inherit.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sandbox import Limits, Sandbox
from .scratch import hidden_of, remove, room_in, size_of, threads_of
from .warming import warm_up

_TICK = 0.1  # seconds between looks at the workers
_DYING, _PAUSE = 0.1, 0.005  # seconds from a closed socket to a process's end


@dataclass
class _Worker:
    pid: int
    lane: socket.socket
    scratch: Path
    room: int = 0  # bytes that were free when it began
    why: str = ""  # why it was killed, if it was


class Zygote:
    """Forks a worker for each request, watches over them, and clears up behind them.

    Parameters
    ----------
    lanes
        A socket to each lane, of the kind that keeps messages apart (SOCK_SEQPACKET).
    folder
        Where scratch folders are made.
    limits
        Of one submission.
    """

    def __init__(self, lanes: list[socket.socket], folder: Path, limits: Limits) -> None:
        self.lanes, self.folder, self.limits = lanes, folder, limits
        self.sandbox = Sandbox(limits)
        self.workers: dict[int, _Worker] = {}

    def serve(self) -> None:
        """Answer until the last lane has closed."""
        waiting = selectors.DefaultSelector()
        for lane in self.lanes:
            waiting.register(lane, selectors.EVENT_READ, lane)
        while waiting.get_map():
            for key, _ in waiting.select(_TICK if self.workers else None):
                if not self._answer(key.data):
                    waiting.unregister(key.data)
                    key.data.close()
            self._watch()
        for pid in list(self.workers):
            self._end(pid)

    def _answer(self, lane: socket.socket) -> bool:
        try:
            words, sockets, _, _ = socket.recv_fds(lane, 4096, 1)
        except OSError:
            return False
        if not words:
            return False
        request = json.loads(words)
        if request["do"] == "fork":
            reply: dict[str, Any] = self._fork(socket.socket(fileno=sockets[0]), lane)
        elif request["do"] == "clear":  # whoever used this lane has died
            for pid in [each.pid for each in self.workers.values() if each.lane is lane]:
                self._end(pid)
            reply = {"cleared": request["token"]}
        else:
            reply = self._end(request["worker"], _DYING if request["closed"] else 0.0)
        lane.send(json.dumps(reply).encode())
        return True

    def _fork(self, connection: socket.socket, lane: socket.socket) -> dict[str, Any]:
        try:
            scratch = Path(tempfile.mkdtemp(prefix="submission-", dir=self.folder))
            try:
                pid = os.fork()
            except OSError:
                scratch.rmdir()
                raise
        except OSError as error:
            return {"refused": str(error)}
        if pid == 0:
            status = 1
            try:
                _leave_everything_behind({connection.fileno(), *self.sandbox.open_places()})
                from .worker import serve

                serve(connection, self.sandbox, scratch, self.lanes.index(lane))
                status = 0
            finally:
                os._exit(status)
        connection.close()
        self.workers[pid] = _Worker(pid, lane, scratch, room_in(self.folder))
        return {"worker": pid}

    def _watch(self) -> None:
        """Kill a worker that takes too much of what no limit of the kernel counts for it alone."""
        for worker in self.workers.values():
            if worker.why:
                continue
            if self._files_of(worker) > self.limits.scratch_bytes:
                worker.why = "its files grew too large"
            elif threads_of(worker.pid) > self.limits.threads:
                worker.why = "it started too many threads"
            if worker.why:
                os.kill(worker.pid, signal.SIGKILL)

    def _files_of(self, worker: _Worker) -> int:
        """Sum up its files; deleted ones that it holds too, where room has gone since it began."""
        size = size_of(worker.scratch)
        if worker.room - room_in(self.folder) > self.limits.scratch_bytes // 2:
            size += hidden_of(worker.pid, worker.scratch, self.limits.file_bytes)
        return size

    def _end(self, pid: int, wait: float = 0.0) -> dict[str, Any]:
        """Kill a worker if it still runs after `wait` seconds; tell how it ended, what it used."""
        worker = self.workers.pop(pid, None)
        if worker is None:
            return {"status": None, "why": "", "cpu": 0.0, "memory": 0}
        for _ in range(1 + round(wait / _PAUSE)):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                break
            time.sleep(_PAUSE)
        else:
            os.kill(pid, signal.SIGKILL)
            _, _, usage = os.wait4(pid, 0)
            ended = 0
        remove(worker.scratch)
        return {
            "status": os.waitstatus_to_exitcode(status) if ended else None,
            "why": worker.why,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024,
        }


def _leave_everything_behind(keep: set[int]) -> None:
    """Close what the zygote has open, but for these; forget its handlers.

    That is more than sockets: through what the zygote waits with (epoll), which a fork shares, a
    submission could make it wait for ever.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    first = 3
    for number in [*sorted(keep), os.sysconf("SC_OPEN_MAX")]:
        os.closerange(first, number)
        first = max(first, number + 1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _import_all(modules: list[str]) -> None:
    """Import, once, what each worker would otherwise import for itself."""
    from .. import checks, datasets, metrics, models, training
    from . import worker

    del checks, datasets, metrics, models, training, worker  # loaded: that was all
    for name in modules:
        with contextlib.suppress(ImportError, AttributeError):  # the student's cell will say so
            pkgutil.resolve_name(name)
    assert not any(name.startswith("course_utils.exercises") for name in sys.modules)


def main(argv: list[str]) -> int:
    """Serve the lanes whose socket numbers are given."""
    options = json.loads(argv[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator, which closes us
    lanes = [socket.socket(fileno=number) for number in options["lanes"]]
    started = time.process_time()
    warm_up()
    _import_all(options["modules"])
    folder = Path(tempfile.mkdtemp(prefix="course-grading-", dir=options["folder"]))
    folder.chmod(0o711)
    zygote = Zygote(lanes, folder, Limits(**options["limits"]))
    gc.collect()
    gc.freeze()  # a collection in a worker would copy every page that it touches
    lacking = dict.fromkeys(("limits", "landlock", "seccomp", "own user"), "not wanted")
    if zygote.sandbox is not None:
        lacking = zygote.sandbox.missing
    ready = {"ready": os.getpid(), "cpu": time.process_time() - started, "missing": lacking}
    try:
        for lane in lanes:
            lane.send(json.dumps(ready).encode())
        zygote.serve()
    finally:
        remove(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
