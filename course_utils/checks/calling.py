"""Call a student's answer here, under a guard, and report what came of it as an `Outcome`."""

from __future__ import annotations

import dis
import inspect
import linecache
import sysconfig
import time
import traceback
import types
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .limits import TimeIsUpError, call_within
from .outcome import Failure, LocalHandle, Outcome, copied, plain, unchanged
from .state import Said, kept_state, listened

_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
_LONGEST_BLANK = 100  # bytes; a blank body has six, and two for each further `pass`
_NOT_OURS = tuple(
    str(Path(folder).resolve())
    for folder in (
        *(Path(sysconfig.get_paths()[key]) for key in ("stdlib", "purelib", "platlib")),
        Path(torch.__file__).parents[1],
        Path(__file__).parents[1],
    )
)


@dataclass(frozen=True)
class LocalCaller:
    """Calls an answer in this process.

    Attributes
    ----------
    answer
        The student's function, or whatever was given instead of one.
    seconds
        Time limit of one call.
    kind
        "function", or "value" where the answer may itself be the value.
    guard
        Puts back afterwards what the answer did to the process; None: `kept_state`.

    Examples
    --------
    >>> LocalCaller(lambda x: 2 * x)((3,)).value
    6
    """

    answer: Any
    seconds: float = 2.0
    kind: str = "function"
    guard: Callable[[], AbstractContextManager[None]] | None = None

    def __call__(self, inputs: tuple[Any, ...]) -> Outcome:
        """Call the answer with copies of `inputs`. Never raises."""
        if self.kind == "value" and not callable(self.answer):
            return _outcome_of_value(self.answer)
        unfit = _unfit(self.answer, len(inputs))
        if unfit is not None:
            return unfit
        given = copied(inputs)
        outcome = self._call(self.answer, given)
        changed = tuple(
            i for i, pair in enumerate(zip(inputs, given, strict=True)) if not unchanged(*pair)
        )
        return replace(outcome, changed=changed)

    def _call(self, function: Any, given: tuple[Any, ...]) -> Outcome:
        start = time.perf_counter()
        said = Said()
        try:
            with (self.guard or kept_state)(), listened() as said:
                value = call_within(self.seconds, lambda: self._run(function, given))
                outcome = Outcome("blank" if value is Ellipsis else "returned", value)
        except TimeIsUpError:
            outcome = Outcome("too slow")
        except KeyboardInterrupt:
            outcome = Outcome("stopped")
        except NotImplementedError as error:
            failure = _failure(error)
            outcome = Outcome("blank") if _is_placeholder(failure) else _raised(failure)
        except BaseException as error:  # exit() and others too
            outcome = _raised(_failure(error))
        taken = time.perf_counter() - start
        return replace(outcome, printed=said.printed, warnings=said.warnings, seconds=taken)

    def _run(self, function: Any, given: tuple[Any, ...]) -> Any:
        value = function(*given)
        if inspect.iscoroutine(value):
            value.close()  # nobody will await it
        return plain(value, lambda target: LocalHandle(target, self._use_handle))

    def _use_handle(self, target: Any, inputs: tuple[Any, ...]) -> Outcome:
        return self._call(target, copied(inputs))


def _outcome_of_value(answer: Any) -> Outcome:
    if answer is None or answer is Ellipsis or answer is NotImplemented:
        return Outcome("blank")
    return Outcome("returned", plain(answer))


def _unfit(answer: Any, given: int) -> Outcome | None:
    """Say what is wrong with an answer before it is called at all."""
    if isinstance(answer, type):
        return Outcome("class", detail=answer.__name__)
    if answer is None or answer is Ellipsis:
        return Outcome("not a function", detail=str(answer))
    if not callable(answer):
        return Outcome("not a function", plain(answer), detail=type(answer).__name__)
    if isinstance(answer, types.FunctionType):
        return Outcome("blank") if _is_blank(answer.__code__) else _unfit_function(answer, given)
    return None if isinstance(answer, nn.Module) else _unfit_callable(answer, given)


def _unfit_callable(answer: Any, given: int) -> Outcome | None:
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some builtins tell nothing
        return None
    try:
        signature.bind(*range(given))
    except TypeError:
        return Outcome(
            "parameters", detail=str(signature.replace(return_annotation=inspect._empty))
        )
    return None


_unfit_function = lru_cache(_unfit_callable)  # one function meets many cases


@lru_cache
def _is_blank(body: types.CodeType) -> bool:
    """Whether it holds nothing but a docstring, ``pass`` or ``...``."""
    if len(body.co_code) > _LONGEST_BLANK:  # to take code apart is slow
        return False
    steps = list(dis.get_instructions(body))
    returned = [s.argval for s in steps if s.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {s.opname for s in steps} <= _NOTHING and returned in ([None], [Ellipsis])


def _is_placeholder(failure: Failure) -> bool:
    """Whether the student's own code says NotImplementedError; torch has such errors, too."""
    if failure.line:
        return "NotImplementedError" in failure.line
    return not failure.text


def _raised(failure: Failure) -> Outcome:
    return Outcome("raised", failure=failure)


def _failure(error: BaseException) -> Failure:
    """Describe an exception with the last of the student's own lines, and no other line."""
    number, line = None, ""
    for frame, lineno in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if not file.startswith(("<frozen", "<__array_function__")) and not str(
            Path(file).resolve()
        ).startswith(_NOT_OURS):
            number, line = lineno, linecache.getline(file, lineno, frame.f_globals).strip()
    try:
        text = str(error)
    except Exception:  # a student's own exception class may fail here
        text = ""
    return Failure(type(error).__name__, text, line, number)
