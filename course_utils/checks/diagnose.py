"""Name what is wrong with numbers: a sign, a factor, an offset, an order, in all failing cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .compare import Numbers
from .exercise import Inputs

_NICE = {2.0: "twice", 0.5: "half", 4.0: "four times", 0.25: "a quarter of"}


def diagnose(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    """Say in one sentence what distinguishes given from expected numbers.

    Parameters
    ----------
    wrong
        Inputs and numbers of every case that failed by its numbers. A sentence is said only if it
        holds in each of them.

    Returns
    -------
    str
        Empty where nothing simple holds.
    """
    numbers = [pair for _, pair in wrong]
    if not numbers or any(len(n.expected) != len(n.given) for n in numbers):
        return ""
    where = numbers[0].where if len({n.where for n in numbers}) == 1 else ""
    name = f"`{where}`" if where else "The result"
    rest = " The rest is right." if where and all(n.others_right for n in numbers) else ""
    for sentence in (_zero, _sign, _factor, _offset, _order, _some, _size):
        said = sentence(wrong)
        if said:
            return f"{name} {said}{rest}"
    return f"{name} is wrong.{rest}" if where else ""


def _zero(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    if _everywhere(wrong, lambda n: bool((n.given == 0).all())):
        return "is 0 everywhere."
    return ""


def _sign(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    if _everywhere(wrong, lambda n: _close(n.given, -n.expected)):
        return "has the wrong sign everywhere."
    return ""


def _factor(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    factors = [_one_factor(numbers) for _, numbers in wrong]
    known = [f for f in factors if f is not None]
    if len(known) < len(factors) or not known:
        return ""
    for nice, words in _NICE.items():
        if all(abs(f - nice) < 1e-3 * nice for f in known):
            return f"is {words} what it should be, everywhere."
        if all(abs(f + nice) < 1e-3 * nice for f in known):
            return f"has the wrong sign and is {words} what it should be."
    if len(known) < 2:
        return ""
    rows = [_rows(inputs) for inputs, _ in wrong]
    sizes = {n for n in rows if n}
    if len(sizes) > 1 and all(rows):
        if all(abs(f - n) < 1e-3 * n for f, n in zip(known, rows, strict=True)):
            return "is too large by the factor N, the number of rows: a sum where a mean belongs?"
        if all(abs(f * n - 1) < 1e-3 for f, n in zip(known, rows, strict=True)):
            return "is too small by the factor N, the number of rows: a mean where a sum belongs?"
    if max(known) - min(known) < 1e-3 * abs(known[0]):
        return "is off by one and the same factor in every case."
    if all(int((n.expected != 0).sum()) < 2 for _, n in wrong):
        return ""  # between two single numbers there always is a factor
    return "is off by a factor, which differs from case to case."


def _offset(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    gaps = [n.given - n.expected for _, n in wrong]
    if sum(len(g) for g in gaps) < 2:
        return ""
    every = torch.cat(gaps)
    if bool(torch.isfinite(every).all()) and _close(every, every[0].expand_as(every)):
        return "is off by one and the same amount everywhere: something is added or left out."
    return ""


def _order(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    if _everywhere(wrong, lambda n: _close(n.given.sort().values, n.expected.sort().values)):
        return "holds the right numbers in the wrong order."
    return ""


def _some(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    right = wrong[0][1].right
    count, total = int(right.sum()), len(right)
    if not 0 < count < total:
        return ""
    some = f"{count} of {total}" if count > 1 else f"of {total}"
    if bool(right[:count].all()):
        return f"is right in the first {some} numbers, then wrong."
    if bool(right[-count:].all()):
        return f"is right in the last {some} numbers, wrong before."
    return f"is right in {count} of {total} numbers."


def _size(wrong: Sequence[tuple[Inputs, Numbers]]) -> str:
    if _everywhere(wrong, lambda n: bool((n.given > n.expected)[~n.right].all())):
        return "is too large."
    if _everywhere(wrong, lambda n: bool((n.given < n.expected)[~n.right].all())):
        return "is too small."
    return ""


def _everywhere(wrong: Sequence[tuple[Inputs, Numbers]], holds: Callable[[Numbers], bool]) -> bool:
    return all(holds(numbers) for _, numbers in wrong)


def _one_factor(numbers: Numbers) -> float | None:
    """The number c with given = c · expected, where there is one and it is not 0."""
    e, g = numbers.expected, numbers.given
    power = float((e * e).sum())
    if power == 0 or not bool(torch.isfinite(g).all()):
        return None
    c = float((g * e).sum()) / power
    return c if abs(c) > 1e-9 and _close(g, c * e) else None


def _close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def _rows(inputs: Inputs) -> int:
    """N: the number of rows of the first input that has some."""
    for item in inputs:
        if isinstance(item, Tensor) and item.ndim > 0:
            return len(item)
        if isinstance(item, (list, tuple)):
            return len(item)
    return 0
