"""Objects that stay in a submission's process while a check elsewhere uses them.

Only for checks that an instructor wrote as plain asserts, which may do anything with a student's
names: make a net, read an attribute, call a method. Data crosses as data; all else stays, and
crosses as a number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from ..checks import plain

MARK = "\0object"  # a dictionary with this key stands for an object: {MARK: number, "type": name}
_MOST_OBJECTS = 10_000
_DATA = (bool, int, float, complex, str, type(None), type(Ellipsis), Tensor, np.ndarray, np.generic)


class Objects:
    """The objects of one process that the checker has seen, by number."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def show(self, value: Any, depth: int = 0) -> Any:
        """Replace whatever is not data by a number that stands for it."""
        if type(value) in (list, tuple, dict) and len(value) <= _MOST_OBJECTS and depth < 6:
            if isinstance(value, dict):
                return {str(key): self.show(item, depth + 1) for key, item in value.items()}
            return type(value)(self.show(item, depth + 1) for item in value)
        if isinstance(value, _DATA):
            return plain(value)
        if len(self.kept) >= _MOST_OBJECTS:
            raise RuntimeError("too many objects")
        self.kept.append(value)
        return {MARK: len(self.kept) - 1, "type": type(value).__name__[:100]}

    def take(self, value: Any) -> Any:
        """Undo `show`, for arguments that come back."""
        if isinstance(value, dict):
            if MARK in value:
                return self.kept[value[MARK]]
            return {key: self.take(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.take(item) for item in value)
        return value

    def use(self, scope: dict[str, Any], how: str, arguments: Any) -> Any:
        """Do one thing with a name or an object; what comes of it is made ready to be shown."""
        first, *rest = self.take(arguments)
        if how == "look":
            return {name: self.show(scope[name]) for name in first if name in scope}
        if how == "call":
            positional, keywords = rest
            return self.show(first(*positional, **keywords))
        if how == "attribute":
            return self.show(getattr(first, rest[0]))
        if how == "set":
            return setattr(first, *rest)
        if how == "item":
            return self.show(first[rest[0]])
        if how == "length":
            return len(first)
        if how == "list":
            return [self.show(item) for _, item in zip(range(_MOST_OBJECTS), first, strict=False)]
        return str(first)[:1000]
