"""Compare what was returned with what was expected: kind, shape, dtype and so on, then numbers.

A complaint says what was given and what was expected in kind, and never an expected number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .exercise import Exercise
from .outcome import Handle, Strange


@dataclass(frozen=True)
class Numbers:
    """Two equally long rows of numbers that should agree, and where they do."""

    expected: Tensor
    given: Tensor
    right: Tensor
    where: str = ""  # "grad_b", "the first value", or empty for the whole answer
    others_right: bool = False  # the other parts of the answer are right

    @property
    def all_right(self) -> bool:
        """Whether every number agrees."""
        return bool(self.right.all())


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the value of one case; `numbers` only where the numbers are."""

    kind: str
    text: str
    numbers: Numbers | None = None
    size: int = 0  # of the expected tensor, where its shape is the complaint


def complain(exercise: Exercise, expected: Any, given: Any) -> Complaint | None:
    """Say what distinguishes `given` from `expected`, the coarsest difference first."""
    if _identical(expected, given):
        return None
    pairs: list[tuple[str, Any, Any]] = []
    structure = _structure(exercise, expected, given, "", pairs)
    if structure is not None:
        return structure
    if _in_another_order(exercise, expected, given):
        order = ", ".join(exercise.parts)
        return Complaint("order", f"The values are right, in another order; asked is ({order}).")
    for look in (_shape, _device, _dtype, _history):
        for where, right, value in pairs:
            complaint = look(exercise, where, right, value)
            if complaint is not None:
                return complaint
    return _values(exercise, pairs)


def same(exercise: Exercise, one: Any, other: Any) -> bool:
    """Whether two values are one answer: used to recognise a known mistake."""
    if _identical(one, other):
        return True
    pairs: list[tuple[str, Any, Any]] = []
    if _structure(exercise, one, other, "", pairs) is not None:
        return False
    looks = (_shape, _device, _dtype, _history)
    if any(look(exercise, *pair) is not None for look in looks for pair in pairs):
        return False
    if any(_needs_grad(a) != _needs_grad(b) for _, a, b in pairs):
        return False
    return all(_agree(exercise, a, b).all_right for _, a, b in pairs)


def _identical(one: Any, other: Any) -> bool:
    """Whether two tensors agree in everything, bit by bit: most right answers do."""
    return (
        type(one) is Tensor
        and type(other) is Tensor
        and (one.dtype, one.shape, one.device) == (other.dtype, other.shape, other.device)
        and one.requires_grad == other.requires_grad
        and torch.equal(one, other)
    )


def _in_another_order(exercise: Exercise, expected: Any, given: Any) -> bool:
    """Whether the parts are right, but not each in its place."""
    n = len(exercise.parts)
    if not (isinstance(expected, tuple) and 2 <= n == len(expected) <= 4):
        return False
    if all(same(exercise, *pair) for pair in zip(expected, given, strict=True)):
        return False
    fits = [[same(exercise, right, value) for value in given] for right in expected]
    return any(all(fits[i][k] for i, k in enumerate(order)) for order in permutations(range(n)))


def kind_of(value: Any) -> str:
    """Say what a value is, as a student would: "a float32 tensor of shape (3, 1)".

    Examples
    --------
    >>> kind_of(torch.ones(3, 1)), kind_of([1, 2]), kind_of(3)
    ('a float32 tensor of shape (3, 1)', 'a list of 2', 'a whole number (int)')
    """
    if isinstance(value, Tensor):
        dtype = _short(value.dtype)
        article = "an" if dtype[0] in "aeiou" else "a"
        return f"{article} {dtype} tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Handle):
        return "a function or module"
    if isinstance(value, Strange):
        return f"a {value.type}" if not value.type.startswith("class") else f"the {value.type}"
    names = {bool: "a bool", int: "a whole number (int)", float: "a number (float)", str: "a text"}
    return "None" if value is None else names.get(type(value), f"a {type(value).__name__}")


def _structure(
    exercise: Exercise, expected: Any, given: Any, where: str, pairs: list[tuple[str, Any, Any]]
) -> Complaint | None:
    """Complain of the wrong kind; collect the pairs of leaves in `pairs`."""
    if isinstance(expected, (list, tuple)):
        if not isinstance(given, (list, tuple)):
            return _wrong_kind(exercise, where, expected, given)
        if len(given) != len(expected):
            parts = f" ({', '.join(exercise.parts)})" if exercise.parts and not where else ""
            count = f"{len(given)} value{'s' * (len(given) != 1)}"
            text = f"{_name(where)} has {count}; expected are {len(expected)}{parts}."
            return Complaint("length", text)
        for number, (right, value) in enumerate(zip(expected, given, strict=True)):
            below = _structure(exercise, right, value, _part(exercise, where, number), pairs)
            if below is not None:
                return below
        return None
    if isinstance(expected, dict):
        if not isinstance(given, dict):
            return _wrong_kind(exercise, where, expected, given)
        if set(expected) != set(given):
            missing, extra = sorted(set(expected) - set(given)), sorted(set(given) - set(expected))
            said = [f"lacks {missing}" * bool(missing), f"has {extra} besides" * bool(extra)]
            return Complaint("keys", f"{_name(where)} {' and '.join(filter(None, said))}.")
        for key, right in expected.items():
            below = _structure(exercise, right, given[key], f"{where}[{key!r}]", pairs)
            if below is not None:
                return below
        return None
    if not _same_kind(expected, given):
        return _wrong_kind(exercise, where, expected, given)
    pairs.append((where, expected, given))
    return None


def _same_kind(expected: Any, given: Any) -> bool:
    if type(expected) is float:
        return type(given) in (int, float)
    return type(expected) is type(given)


def _wrong_kind(exercise: Exercise, where: str, expected: Any, given: Any) -> Complaint:
    wanted = exercise.returns if exercise.returns and not where else kind_of(expected)
    cure = ""
    if isinstance(expected, Tensor):
        if isinstance(given, np.ndarray):
            cure = " torch.from_numpy(…) turns an array into a tensor."
        elif isinstance(given, (list, tuple)) and given and isinstance(given[0], Tensor):
            cure = " torch.stack(…) makes one tensor of several."
        elif isinstance(given, (list, int, float)) and not isinstance(given, bool):
            cure = " Stay with tensors from start to end, or use torch.tensor(…)."
    elif isinstance(given, Tensor) and isinstance(expected, (int, float)) and given.numel() == 1:
        cure = " .item() takes the number out of a tensor."
    elif isinstance(given, float) and isinstance(expected, int):
        cure = " Count in whole numbers: // or math.ceil or int(…)."
    if isinstance(given, Strange) and given.type == "generator":
        cure = " The word `yield` makes a generator: use return."
    if isinstance(given, Strange) and given.type == "coroutine":
        cure = " Leave `async` out."
    kind = "None" if given is None else "kind"
    if given is None and not where:
        return Complaint(kind, f"It returns None; expected is {wanted}. Is the `return` missing?")
    return Complaint(kind, f"{_it(where)} {kind_of(given)}; expected is {wanted}.{cure}")


def _shape(exercise: Exercise, where: str, expected: Any, given: Any) -> Complaint | None:
    if not isinstance(expected, Tensor) or expected.shape == given.shape:
        return None
    right, shape = tuple(expected.shape), tuple(given.shape)
    why = ""
    if shape == right[::-1]:
        why = " It is transposed."
    elif [n for n in shape if n != 1] == [n for n in right if n != 1]:
        few = len(shape) < len(right)
        why = (
            " A dimension of size 1 is missing: look at keepdim=True, reshape or unsqueeze."
            if few
            else " There is a dimension of size 1 too many."
            if len(shape) > len(right)
            else ""
        )
    elif right == () or given.numel() > expected.numel():
        n = shape[0] if len(shape) == 2 and shape[0] == shape[1] > 2 else 0
        broadcast = right in ((n,), (n, 1))
        why = (
            " Did (N, 1) meet (N,), and every row met every other?"
            if broadcast
            else " Something was not summed or averaged."
            if right == ()
            else " There are too many numbers."
        )
    elif given.numel() < expected.numel():
        why = " There are too few numbers: was too much summed or averaged?"
    text = f"{_name(where)} has shape {shape}; expected is shape {right}.{why}"
    return Complaint("shape", text, size=expected.numel())


def _device(exercise: Exercise, where: str, expected: Any, given: Any) -> Complaint | None:
    if not isinstance(expected, Tensor) or expected.device == given.device:
        return None
    text = f"{_name(where)} is on the device {given.device}; expected is {expected.device}, "
    return Complaint("device", text + "where the inputs are.")


def _dtype(exercise: Exercise, where: str, expected: Any, given: Any) -> Complaint | None:
    if not isinstance(expected, Tensor) or expected.dtype == given.dtype or exercise.any_dtype:
        return None
    text = f"{_name(where)} has dtype {_short(given.dtype)}; expected is {_short(expected.dtype)}."
    if expected.dtype == torch.float32 and given.dtype == torch.float64:
        text += " NumPy and .double() bring float64 in; .float() leads back."
    elif expected.is_floating_point() and not given.is_floating_point():
        text += " Was something rounded or counted that should be measured?"
    elif expected.dtype == torch.int64 and given.is_floating_point():
        text += " Whole numbers are asked for: class numbers, counts or positions."
    return Complaint("dtype", text)


def _history(exercise: Exercise, where: str, expected: Any, given: Any) -> Complaint | None:
    if exercise.may_need_grad or not _needs_grad(given) or _needs_grad(expected):
        return None
    text = f"{_name(where)} still requires gradients; expected are plain numbers. "
    return Complaint("gradient", text + "Compute it inside torch.no_grad(), or .detach() it.")


def _needs_grad(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _values(exercise: Exercise, pairs: list[tuple[str, Any, Any]]) -> Complaint | None:
    compared = [(where, _agree(exercise, right, given)) for where, right, given in pairs]
    wrong = [(where, numbers) for where, numbers in compared if not numbers.all_right]
    if not wrong:
        return None
    where, numbers = wrong[0]
    others = len(wrong) == 1 and len(compared) > 1
    found = Numbers(numbers.expected, numbers.given, numbers.right, where, others)
    if any(isinstance(right, (str, bool, type(None))) for _, right, _ in pairs):
        return Complaint("value", "", found)
    finite = torch.isfinite(found.given) | ~torch.isfinite(found.expected)
    if not bool(finite.all()):
        kind = "NaN" if bool(torch.isnan(found.given).any()) else "infinite values"
        text = f"{_name(where)} holds {kind}. Look for a division by 0, a log of 0, an overflow."
        return Complaint("NaN", text, found)
    if exercise.between is not None:
        low, high = exercise.between
        outside = (found.given < low - exercise.atol) | (found.given > high + exercise.atol)
        if bool(outside.any()):
            text = f"{_name(where)} holds values outside of the range from {low:g} to {high:g}."
            return Complaint("range", text, found)
    return Complaint("value", "", found)


def _agree(exercise: Exercise, expected: Any, given: Any) -> Numbers:
    """Compare two leaves of one kind; texts, bools and None count as one number, 1 or 0."""
    if isinstance(expected, (Tensor, np.ndarray, int, float)) and not isinstance(expected, bool):
        a, b = _row(expected), _row(given)
        if isinstance(expected, int):
            return Numbers(a, b, torch.tensor([expected == given]))
        right = torch.isclose(b, a, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)
        return Numbers(a, b, right)
    equal = torch.tensor([bool(expected == given)])
    return Numbers(torch.ones(1).double(), equal.double(), equal)


def _row(value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value.detach().cpu().to(torch.float64).reshape(-1)
    return torch.from_numpy(np.asarray(value, dtype=np.float64).reshape(-1))


def _part(exercise: Exercise, where: str, number: int) -> str:
    if where or number >= len(exercise.parts):
        return f"{where or 'result'}[{number}]"
    return exercise.parts[number]


def _it(where: str) -> str:
    return f"`{where}` is" if where else "It returns"


def _name(where: str) -> str:
    return f"`{where}`" if where else "The result"


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def leaves(value: Any) -> Iterator[Any]:
    """Every tensor, number or text in a value."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        yield from leaves(tuple(value.values()))
    else:
        yield value
