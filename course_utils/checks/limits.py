"""A time limit that an answer cannot easily escape.

In the main thread of a POSIX system an alarm interrupts it; a first alarm may be swallowed by a
bare ``except:``, so it rings again and then raises at every line. Elsewhere the answer runs in a
daemon thread that is asked to stop, and left behind if it does not listen.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

_AGAIN = 0.05  # seconds between alarms once the time is up
_GRACE = 0.5  # seconds that a thread is given to stop
_MOST_MODULES = 5_000
T = TypeVar("T")


class TimeIsUpError(BaseException):
    """Raised in the student's code; no `Exception`, so that few handlers catch it."""


def call_within(seconds: float, function: Callable[[], T]) -> T:
    """Call a function; raise `TimeIsUpError` if it takes longer.

    A single long operation in C, such as a huge matrix product, ends before it is noticed.

    Parameters
    ----------
    seconds
        The limit, wall time.
    function
        Called without arguments.

    Raises
    ------
    TimeIsUpError
        When the time is up.

    Examples
    --------
    >>> call_within(1.0, lambda: 2 + 2)
    4
    """
    main = threading.current_thread() is threading.main_thread()
    if main and hasattr(signal, "setitimer"):
        return _with_alarm(seconds, function)
    return _in_thread(seconds, function)


def _with_alarm(seconds: float, function: Callable[[], T]) -> T:
    rings = 0
    modules = len(sys.modules)
    running = True

    def insist(frame: FrameType, event: str, argument: Any) -> Any:
        if running and event == "line":  # a handler's first line, outside of its own try
            raise TimeIsUpError
        return insist

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rings, modules
        if not running:
            return
        if modules < len(sys.modules) < modules + _MOST_MODULES:
            # torch's first optimizer imports for a second or more: that is not the answer's time,
            # and an import cut off in the middle would leave half a module behind.
            modules = len(sys.modules)
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
            return
        rings += 1
        if rings > 1:  # the first was swallowed
            sys.settrace(insist)
            while frame is not None and frame.f_code is not here:
                frame.f_trace = insist
                frame = frame.f_back
        raise TimeIsUpError

    here = _with_alarm.__code__
    trace = sys.gettrace()
    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        try:
            return function()
        finally:
            running = False
            if rings > 1:
                sys.settrace(trace)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def _in_thread(seconds: float, function: Callable[[], T]) -> T:
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(function())
        except BaseException as error:  # handed on below
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True, name="check")
    modules = -1
    thread.start()
    while thread.is_alive() and modules < len(sys.modules):  # see _with_alarm
        modules = len(sys.modules)
        thread.join(seconds)
    for _ in range(round(_GRACE / _AGAIN)):
        if not thread.is_alive():
            break
        _raise_in(thread.ident, TimeIsUpError)
        thread.join(_AGAIN)
    if errors:
        raise errors[0]
    if not results:
        raise TimeIsUpError
    return results[0]


def _raise_in(thread: int | None, error: type[BaseException]) -> None:
    if thread is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
