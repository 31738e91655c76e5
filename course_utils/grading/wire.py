"""What goes between the checker and a submission's process: JSON and raw arrays, nothing else.

No pickle: nothing that is received can run. Whatever comes from the other side is looked at
field by field, and anything unexpected raises `WireError`, upon which the process is killed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..checks.outcome import Strange
from .frames import MOST_BODY, MOST_HEADER, LateError, WireError, receive, send

__all__ = [
    "LONGEST",
    "MOST_BODY",
    "MOST_HEADER",
    "LateError",
    "WireError",
    "bounded_text",
    "natural",
    "pack",
    "receive",
    "send",
    "unpack",
]

_DEEPEST = 12
_MOST_DIMENSIONS = 16
LONGEST = 4_000  # characters of a text in an outcome
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64),
        *(torch.complex128, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8),
        torch.bool,
    )
}


_NUMPY_HAS = frozenset([torch.float32, torch.float64, torch.int64, torch.bool])  # most values


def pack(value: Any, keep: Callable[[Any], int] | None = None) -> tuple[Any, bytes]:
    """Turn a plain value (see `course_utils.checks.plain`) into JSON and bytes.

    Parameters
    ----------
    value
        Tensors, arrays, numbers, strings, None, Ellipsis, and lists, tuples and dicts of these.
    keep
        Remembers a handle and gives its number; None where handles may not occur.

    Examples
    --------
    >>> tree, body = pack((1.5, torch.tensor([1, 2])))
    >>> unpack(tree, body)
    (1.5, tensor([1, 2]))
    """
    parts: list[bytes] = []

    def array(raw: bytes, dtype: str, shape: tuple[int, ...]) -> dict[str, Any]:
        start = sum(map(len, parts))
        if start + len(raw) > MOST_BODY:
            raise WireError(f"values of more than {MOST_BODY >> 20} MB")
        parts.append(raw)
        return {"dtype": dtype, "shape": list(shape), "start": start}

    def walk(value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return ["plain", value]
        if value is Ellipsis:
            return ["ellipsis"]
        if isinstance(value, int):
            return ["int", str(value)] if abs(value) < 1 << 64 else ["strange", "huge int"]
        if isinstance(value, float):
            return ["float", value if math.isfinite(value) else repr(value)]
        if isinstance(value, complex):
            return ["complex", walk(value.real), walk(value.imag)]
        if isinstance(value, str):
            return ["str", value[: MOST_HEADER // 8]]
        if isinstance(value, (list, tuple)):
            return [type(value).__name__, [walk(item) for item in value]]
        if isinstance(value, dict):
            return ["dict", [[str(key), walk(item)] for key, item in value.items()]]
        if isinstance(value, Tensor):
            return _pack_tensor(value, array)
        if isinstance(value, np.ndarray):
            return _pack_array(value, array)
        if isinstance(value, Strange):
            return ["strange", value.type[:200]]
        if keep is not None:
            return ["handle", keep(value)]
        raise WireError(f"cannot send a {type(value).__name__}")

    return walk(value), b"".join(parts)


def unpack(tree: Any, body: bytes | bytearray, handle: Callable[[int], Any] | None = None) -> Any:
    """Turn JSON and bytes into a value; every field is checked.

    Parameters
    ----------
    tree, body
        What `pack` made, or what pretends to be.
    handle
        Makes a handle of a number; None where none may come.

    Raises
    ------
    WireError
        If anything is not as `pack` makes it.
    """
    try:
        return _unpack(tree, _Body(body), handle, 0)
    except (TypeError, ValueError, KeyError, IndexError, RuntimeError, OverflowError) as error:
        raise WireError(f"not a value: {error}") from None


class _Body:
    """The bytes of a frame, each of which makes one array only, so that no answer swells here."""

    def __init__(self, raw: bytes | bytearray) -> None:
        self.raw, self.left = raw, len(raw)

    def take(self, start: int, size: int) -> bytearray:
        self.left -= size
        if start + size > len(self.raw) or self.left < 0:
            raise WireError("an array reaches beyond what was sent")
        return bytearray(memoryview(self.raw)[start : start + size])


def _unpack(tree: Any, body: _Body, handle: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise WireError("too deep")
    kind, *rest = tree
    if kind == "ellipsis" and not rest:
        return ...
    if kind in ("plain", "int", "float", "str", "strange", "list", "tuple", "dict", "handle"):
        (payload,) = rest
        if kind == "plain" and (payload is None or isinstance(payload, bool)):
            return payload
        if kind == "int" and isinstance(payload, str) and len(payload) <= 21:
            return int(payload)
        if kind == "float" and (isinstance(payload, float) or payload in ("nan", "inf", "-inf")):
            return float(payload)
        if kind == "str" and isinstance(payload, str):
            return payload
        if kind == "strange" and isinstance(payload, str):
            return Strange(payload[:200])
        if kind in ("list", "tuple") and isinstance(payload, list):
            items = [_unpack(item, body, handle, depth + 1) for item in payload]
            return items if kind == "list" else tuple(items)
        if kind == "dict" and isinstance(payload, list):
            pairs = [(bounded_text(key, LONGEST), item) for key, item in payload]
            return {key: _unpack(item, body, handle, depth + 1) for key, item in pairs}
        if kind == "handle" and handle is not None and type(payload) is int:
            return handle(payload)
    if kind == "complex":
        real, imaginary = (_unpack(part, body, handle, depth + 1) for part in rest)
        return complex(real, imaginary)
    if kind in ("tensor", "numpy"):
        return _unpack_array(kind, rest, body)
    raise WireError(f"no such kind of value: {str(kind)[:40]}")


def _pack_tensor(value: Tensor, array: Callable[..., dict[str, Any]]) -> Any:
    name = str(value.dtype).removeprefix("torch.")
    if value.device.type != "cpu":
        return ["strange", f"tensor on {value.device.type}"]
    if value.layout != torch.strided or name not in _DTYPES:
        return ["strange", f"{name} tensor, {value.layout}"]
    if value.numel() * value.element_size() > MOST_BODY:
        raise WireError(f"values of more than {MOST_BODY >> 20} MB")
    if value.dtype in _NUMPY_HAS and not value.is_neg():
        raw = value.detach().numpy().tobytes()
    else:
        dense = torch.empty(value.numel(), dtype=value.dtype).copy_(value.detach().reshape(-1))
        raw = dense.view(torch.uint8).numpy().tobytes() if value.numel() else b""
    return ["tensor", array(raw, name, tuple(value.shape)), bool(value.requires_grad)]


def _pack_array(value: np.ndarray[Any, Any], array: Callable[..., dict[str, Any]]) -> Any:
    name = value.dtype.name
    if name not in _DTYPES:
        return ["strange", f"NumPy array of {name[:100]}"]
    if value.nbytes > MOST_BODY:
        raise WireError(f"values of more than {MOST_BODY >> 20} MB")
    return ["numpy", array(value.tobytes(), name, value.shape), False]


def _unpack_array(kind: str, rest: list[Any], body: _Body) -> Any:
    about, needs_grad = rest
    dtype = _DTYPES[about["dtype"]]
    shape = [natural(size) for size in about["shape"][: _MOST_DIMENSIONS + 1]]
    if len(shape) > _MOST_DIMENSIONS:
        raise WireError("an array of too many dimensions")
    count = math.prod(shape)
    piece = body.take(natural(about["start"]), count * dtype.itemsize)
    if not count:
        flat = torch.empty(0, dtype=dtype)
    elif dtype == torch.bool:  # a byte that is neither 0 nor 1 would be a third truth value
        flat = torch.frombuffer(piece, dtype=torch.uint8) != 0
    else:
        flat = torch.frombuffer(piece, dtype=dtype)
    tensor = flat.reshape(shape)
    if kind == "numpy":
        return tensor.numpy()
    grad_possible = dtype.is_floating_point or dtype.is_complex
    return tensor.requires_grad_() if needs_grad is True and grad_possible else tensor


def bounded_text(value: Any, longest: int) -> str:
    """Return a text, shortened; raise `WireError` for anything else."""
    if not isinstance(value, str):
        raise WireError("not a text")
    return value[:longest]


def natural(value: Any) -> int:
    """Return a whole number that may be a size; raise `WireError` for anything else."""
    if type(value) is not int or not 0 <= value < 1 << 48:
        raise WireError("not a size")
    return value
