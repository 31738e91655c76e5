"""A time limit that an answer cannot easily escape.

In the main thread of a POSIX system an alarm interrupts it. A bare ``except:`` may swallow that,
so the alarm rings again, and from then on every line of the answer raises. Elsewhere the answer
runs in a daemon thread that is asked to stop, and left behind if it does not listen.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, TypeVar

_AGAIN = 0.05  # seconds between alarms once the time is up
_GRACE = 0.5  # seconds that a thread is given to stop
T = TypeVar("T")


class TimeIsUpError(BaseException):
    """Raised in the student's code; no `Exception`, so that few handlers catch it."""


def call_within(seconds: float, function: Callable[[], T]) -> T:
    """Call a function; raise `TimeIsUpError` if it takes longer.

    Time in which modules are imported does not count: torch's first optimizer imports for a second
    or more, and an import cut off in the middle would leave half a module behind. A single long
    operation in C, such as a huge matrix product, ends before it is noticed.

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
    rings, modules, running = 0, len(sys.modules), True
    here = _with_alarm.__code__

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rings, modules
        if not running:
            return
        if len(sys.modules) > modules:
            modules = len(sys.modules)
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
            return
        rings += 1
        if rings > 1:  # the first was swallowed
            insist = _insist()
            sys.settrace(insist)
            while frame is not None and frame.f_code is not here:
                frame.f_trace = insist
                frame = frame.f_back
        raise TimeIsUpError

    trace, me = sys.gettrace(), ctypes.c_ulong(threading.get_ident())
    strike, error = ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.py_object(TimeIsUpError)
    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        result = function()
    finally:
        running = False
        try:  # and no suppress(), a Python function, whose call would be traced
            if rings > 1:
                # One more exception may be on its way; a second takes its place and ends here.
                # (To take it back, with NULL, leaves Python 3.11 looking for it for ever.)
                sys.settrace(trace)
                strike(me, error)
                for _ in range(10):
                    pass
        except TimeIsUpError:
            pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
    if rings:  # swallowed, and finished late
        raise TimeIsUpError
    return result


def _insist() -> Any:
    """Make a trace function that raises soon after every line, and stays in place.

    A trace function that raises is removed by Python. This one only asks Python to raise, and
    consists of C functions alone: in Python code the exception would strike itself.
    """
    itself: dict[int, Any] = {}
    # Its own object, as the prototype is changed; the last three are frame, event and argument.
    prototype = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_ulong, *[ctypes.py_object] * 4)
    raise_in = prototype(("PyThreadState_SetAsyncExc", ctypes.pythonapi))
    raise_in.restype = itself.get  # a trace function returns the next one
    itself[1] = partial(raise_in, threading.get_ident(), TimeIsUpError)
    return itself[1]


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
    while thread.is_alive() and modules < len(sys.modules):
        modules = len(sys.modules)
        thread.join(seconds)
    late = thread.is_alive()
    for _ in range(round(_GRACE / _AGAIN)):
        if not thread.is_alive() or thread.ident is None:
            break
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(TimeIsUpError)
        )
        thread.join(_AGAIN)
    if late:
        raise TimeIsUpError
    if errors:
        raise errors[0]
    return results[0]
