"""Without a sandbox: each submission in a plain process of its own, where no other can be had.

``python -m course_utils.grading.alone PORT`` is what such a process runs. It connects back to the
lane that started it, shows the token that it got over its input, and serves as any worker does.
Works wherever Python does. Time limits hold; files, network and other processes are open to it,
so this is only for instructors who say ``--unsafe``.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .launch import GraderError
from .scratch import remove

_START = 120.0  # seconds that a process may take to import torch
_DYING = 0.5  # seconds from a closed connection to its end
_TOKEN = 32  # letters


class AloneLane:
    """A lane whose processes are started one by one; see `launch.Lane`.

    Parameters
    ----------
    folder
        Where scratch folders are made; None: among the machine's temporary files.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._left = ExitStack()

    def begin(self) -> tuple[socket.socket, int]:
        """Start a process and wait until it has connected."""
        token = secrets.token_hex(_TOKEN // 2)
        scratch = tempfile.mkdtemp(prefix="submission-", dir=self._folder)
        self._left.callback(remove, Path(scratch))
        with socket.create_server(("127.0.0.1", 0)) as server:
            words = [sys.executable, "-m", "course_utils.grading.alone"]
            self._process = subprocess.Popen(
                [*words, str(server.getsockname()[1]), scratch],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    "MPLBACKEND": "Agg",
                    "PYTHONHASHSEED": "0",
                },
            )
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(token.encode())
                self._process.stdin.flush()
                return _accepted(server, token), self._process.pid
            except OSError as error:
                self.end(self._process.pid, dying=False)
                raise GraderError(f"a submission's process did not start: {error}") from None

    def end(self, worker: int, *, dying: bool) -> Mapping[str, Any]:
        """Kill it if it has not ended by itself; remove what it wrote."""
        process, self._process = self._process, None
        status = None
        if process is not None:
            try:
                status = process.wait(_DYING if dying else 0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        self._left.close()
        return {"status": status, "why": "", "cpu": 0.0, "memory": 0}


def _accepted(server: socket.socket, token: str) -> socket.socket:
    """Wait for the one that knows the token; whoever else connects is sent away."""
    server.settimeout(_START)
    while True:
        connection, _ = server.accept()
        connection.settimeout(_START)
        with contextlib.suppress(OSError):
            if hmac.compare_digest(b"".join(_letters(connection)), token.encode()):
                connection.settimeout(None)
                return connection
        connection.close()


def _letters(connection: socket.socket) -> Iterator[bytes]:
    for _ in range(_TOKEN):
        yield connection.recv(1)


def main(argv: list[str]) -> int:
    """Serve one submission to the lane that listens at a port."""
    token = os.read(0, _TOKEN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch

    from .worker import serve

    torch.set_num_threads(1)
    os.chdir(argv[1])
    with socket.create_connection(("127.0.0.1", int(argv[0]))) as connection:
        connection.sendall(token)
        serve(connection, None, Path(argv[1]))
    return 0


def _end_with_parent() -> None:
    """Wait for the input to close, which only happens when the lane has ended."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
