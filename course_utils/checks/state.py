"""Whatever an answer does to the settings of the process is undone after the call."""

from __future__ import annotations

import builtins
import io
import math
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

_MOST_TEXT = 2_000
_MODULES = (builtins, math, torch, F, torch.linalg)  # what students overwrite by accident


@contextmanager
def kept_state(seed: int = 0) -> Iterator[None]:
    """Start from fixed seeds; afterwards restore generators, modes and names of modules."""
    generators = (random.getstate(), np.random.get_state(), torch.get_rng_state())
    dtype, grad, threads = (
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
    )
    recursion, anomaly = sys.getrecursionlimit(), torch.is_anomaly_enabled()
    names = _names()
    _seed(seed)
    try:
        yield
    finally:
        _put_back(names)
        random.setstate(generators[0])
        np.random.set_state(generators[1])
        torch.set_rng_state(generators[2])
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if torch.is_anomaly_enabled() != anomaly:
            torch.autograd.set_detect_anomaly(anomaly)
        sys.setrecursionlimit(recursion)


class Settled:
    """Does what `kept_state` does, in less time, for a process in which nothing else runs.

    Names and modes are those of the moment in which it was made. Generators are seeded before each
    call and left as they are after it: nobody else draws from them.
    """

    def __init__(self) -> None:
        self._names = _names()
        self._modes = (torch.get_default_dtype(), torch.is_grad_enabled())
        self._threads = torch.get_num_threads()
        self._recursion = sys.getrecursionlimit()

    @contextmanager
    def __call__(self, seed: int = 0) -> Iterator[None]:
        """Start from fixed seeds; afterwards restore modes and names of modules."""
        _seed(seed)
        try:
            yield
        finally:
            _put_back(self._names)
            torch.set_default_dtype(self._modes[0])
            torch.set_grad_enabled(self._modes[1])
            if torch.get_num_threads() != self._threads:
                torch.set_num_threads(self._threads)
            if torch.is_anomaly_enabled():
                torch.autograd.set_detect_anomaly(False)
            sys.setrecursionlimit(self._recursion)


def _names() -> list[dict[str, Any]]:
    return [dict(vars(module)) for module in _MODULES]


def _put_back(names: list[dict[str, Any]]) -> None:
    for module, before in zip(_MODULES, names, strict=True):
        if vars(module) != before:
            vars(module).update(before)


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)


@dataclass
class Said:
    """What an answer printed and warned of."""

    output: _Short = field(default_factory=lambda: _Short())
    warnings: tuple[str, ...] = ()

    @property
    def printed(self) -> str:
        """The printed text, shortened."""
        return self.output.getvalue().strip()


class _Short(io.StringIO):
    """Keeps the first characters only: an endless loop may print for ever."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, _MOST_TEXT - self.tell())])
        return len(text)


@contextmanager
def listened() -> Iterator[Said]:
    """Keep away from the notebook what is printed, and remember it and the warnings."""
    said = Said()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with redirect_stdout(said.output), redirect_stderr(said.output):
                yield said
        finally:
            said.warnings = tuple(str(w.message)[:200] for w in caught[:5])
