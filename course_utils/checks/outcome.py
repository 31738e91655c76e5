"""What came of calling an answer once: plain data, so that another process can send it.

Whatever judges an answer sees only an `Outcome`. In it a student's objects are replaced by plain
ones: tensors without history, Python numbers, lists, and a `Handle` for functions and modules.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn

Status = Literal[
    "returned",
    "blank",  # nothing in the body, Ellipsis, or NotImplementedError
    "raised",
    "too slow",
    "stopped",  # Ctrl-C, or the notebook's stop button
    "died",  # the process that ran it has ended (only where that is another process)
    "not a function",
    "class",
    "parameters",  # cannot be called with this many
    "not tried",  # an earlier case said enough
]
_DEEPEST = 8
_MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Failure:
    """An exception: its type, its message, and the last of the student's own lines."""

    type: str
    text: str
    line: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a caller reports on one call.

    Attributes
    ----------
    status
        "returned" and so on; see `Status`.
    value
        What was returned, made plain by `plain`.
    failure
        The exception, where the status is "raised".
    printed
        What was printed meanwhile, shortened.
    warnings
        Texts of warnings.
    changed
        Positions of the inputs that are no longer what they were.
    detail
        A word more: the type of what is not a function, the parameters that it takes.
    seconds
        Wall time of the call.
    """

    status: Status
    value: Any = None
    failure: Failure | None = None
    printed: str = ""
    warnings: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()
    detail: str = ""
    seconds: float = 0.0


class Caller(Protocol):
    """Calls the student's answer, here or in another process."""

    def __call__(self, inputs: tuple[Any, ...]) -> Outcome:
        """Call the answer with copies of the inputs. Never raises."""
        ...


class Handle(ABC):
    """A function or module that an answer returned, as judges may use it."""

    @abstractmethod
    def __call__(self, *inputs: Any) -> Any:
        """Call it; raises `HandleError` where it fails or takes too long."""

    @abstractmethod
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of a module's parameters by name; empty for a function."""

    @abstractmethod
    def layer_names(self) -> tuple[str, ...]:
        """Class names of a module's layers in order, containers left out: ("Linear", "ReLU")."""


class HandleError(Exception):
    """A returned function or module failed when a judge called it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome


@dataclass(frozen=True)
class LocalHandle(Handle):
    """A `Handle` on something in this process."""

    target: Any
    call: Callable[[Any, tuple[Any, ...]], Outcome]

    def __call__(self, *inputs: Any) -> Any:
        """Call it under the guard of the caller that it came from."""
        outcome = self.call(self.target, inputs)
        if outcome.status != "returned":
            raise HandleError(outcome)
        return outcome.value

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of a module's parameters by name."""
        if not isinstance(self.target, nn.Module):
            return {}
        return {name: tuple(p.shape) for name, p in self.target.named_parameters()}

    def layer_names(self) -> tuple[str, ...]:
        """Class names of a module's layers in order."""
        if not isinstance(self.target, nn.Module):
            return ()
        layers = [m for m in self.target.modules() if not any(True for _ in m.children())]
        return tuple(type(layer).__name__ for layer in layers)


@dataclass(frozen=True)
class Strange:
    """An object of a kind that no exercise asks for; only its type is kept."""

    type: str


def plain(value: Any, handle: Callable[[Any], Any] = lambda value: Strange("function")) -> Any:
    """Replace what a student returned by plain data that nothing of theirs can change later.

    Parameters
    ----------
    value
        Anything.
    handle
        Makes a `Handle` of a function or module.

    Returns
    -------
    object
        Tensor (detached copy that remembers `requires_grad`), NumPy array, number, string, bool,
        None, Ellipsis, list, tuple, dict, `Handle`, or `Strange`.

    Examples
    --------
    >>> plain((np.float32(0.5), torch.ones(2, requires_grad=True)))
    (0.5, tensor([1., 1.], requires_grad=True))
    """
    return _plain(value, handle, 0)


def _plain(value: Any, handle: Callable[[Any], Any], depth: int) -> Any:
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, Tensor):
        return _plain_tensor(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return np.array(value)
    if isinstance(value, (list, tuple, dict)):
        if depth >= _DEEPEST or len(value) > _MOST_ITEMS:
            return Strange(f"very long or deep {type(value).__name__}")
        if isinstance(value, dict):
            return {str(k): _plain(v, handle, depth + 1) for k, v in value.items()}
        items = [_plain(item, handle, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base(value)
    if isinstance(value, type):
        return Strange(f"class {value.__name__}")
    if callable(value):
        return handle(value)
    return Strange(type(value).__name__)


def _plain_tensor(value: Tensor) -> Tensor | Strange:
    if value.layout is not torch.strided:
        return Strange(f"{str(value.layout).removeprefix('torch.')} tensor")
    with torch._C.DisableTorchFunctionSubclass():
        copy = torch.Tensor.detach(value).clone().as_subclass(torch.Tensor)
        if value.requires_grad:
            copy.requires_grad_()
    return copy


def copied(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """Copy inputs, so that whoever gets them may do with them what he wants."""
    return tuple(_copied(item) for item in inputs)


def _copied(item: Any) -> Any:
    if isinstance(item, Tensor):
        return item.detach().clone().requires_grad_(item.requires_grad)
    if isinstance(item, dict):
        return {key: _copied(value) for key, value in item.items()}
    if isinstance(item, (list, tuple)):
        return type(item)(_copied(value) for value in item)
    return item


def unchanged(before: Any, after: Any) -> bool:
    """Whether two inputs hold the same, NaN counting as equal to itself."""
    if isinstance(before, Tensor):
        if not isinstance(after, Tensor):
            return False
        if before.shape != after.shape or before.dtype != after.dtype:
            return False
        if torch.equal(before, after):
            return True
        both_nan = (before != before) & (after != after)
        return bool(((before == after) | both_nan).all())
    if isinstance(before, dict):
        return (
            isinstance(after, dict)
            and list(before) == list(after)
            and all(unchanged(before[key], after[key]) for key in before)
        )
    if isinstance(before, (list, tuple)):
        same = isinstance(after, (list, tuple)) and len(before) == len(after)
        return same and all(map(unchanged, before, after))
    return bool(before == after) or before is after
