"""Frames between the checker and a submission's process: two lengths, a JSON object, raw bytes."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from typing import Any

MOST_HEADER = 1 << 20
MOST_BODY = 64 << 20
_SMALL = 1 << 16  # bytes that go at once with the header: who waits for it wakes up only once
_PREFIX = struct.Struct("!IQ")


class WireError(Exception):
    """The other side is gone, too late, or did not keep to the rules."""


class LateError(WireError):
    """The other side did not answer in time."""


def send(
    connection: socket.socket,
    header: dict[str, Any],
    body: bytes = b"",
    seconds: float | None = None,
) -> None:
    """Send one frame: two lengths, a JSON object, raw bytes.

    Parameters
    ----------
    connection
        A stream socket.
    header, body
        What to send.
    seconds
        How long to wait for who does not read; None: for ever.

    Raises
    ------
    LateError
        If it is not taken in time.
    WireError
        If the other side is gone, or the frame is larger than the rules allow.
    """
    words = _encode(header).encode()
    if len(words) > MOST_HEADER or len(body) > MOST_BODY:
        raise WireError(f"frame too large: {len(words)} and {len(body)} bytes")
    first = _PREFIX.pack(len(words), len(body)) + words
    whole = [first + body] if len(body) <= _SMALL else [first, body]
    try:
        if seconds is not None:
            connection.settimeout(seconds)
        for part in whole:
            connection.sendall(part)
        if seconds is not None:
            connection.settimeout(None)
    except TimeoutError:
        raise LateError("nobody reads") from None
    except OSError as error:
        raise WireError(f"the other side is gone: {error}") from None


def receive(
    connection: socket.socket, seconds: float | None = None
) -> tuple[dict[str, Any], bytearray]:
    """Receive one frame.

    Parameters
    ----------
    connection
        A stream socket.
    seconds
        How long to wait for the whole frame; None: for ever.

    Raises
    ------
    LateError
        If the frame is not complete in time.
    WireError
        If the other side is gone, or what came is no frame.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    words, rest = _PREFIX.unpack(_exactly(connection, _PREFIX.size, deadline))
    if words > MOST_HEADER or rest > MOST_BODY:
        raise WireError(f"frame too large: {words} and {rest} bytes")
    text = _exactly(connection, words, deadline)
    body = _exactly(connection, rest, deadline)
    try:
        header = _decode(text.decode())
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from None
    if not isinstance(header, dict):
        raise WireError("not a JSON object")
    return header, body


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytearray:
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([connection], [], [], left)[0]:
                raise LateError("no answer in time")
        try:
            part = connection.recv(min(1 << 20, count - len(data)))
        except OSError as error:
            raise WireError(f"the other side is gone: {error}") from None
        if not part:
            raise WireError("the other side has closed")
        data += part
    return data


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_encode = json.JSONEncoder(allow_nan=False).encode  # made once: json.dumps would do so each time
_decode = json.JSONDecoder(parse_constant=_no_constant).decode
