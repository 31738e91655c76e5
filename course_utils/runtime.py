"""Where a notebook runs, with which random numbers, and how long its work takes."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

_KINDS = ("cpu", "cuda", "mps")


def seed_everything(seed: int = 0) -> None:
    """Seed Python, NumPy and PyTorch, and ask for full-precision arithmetic on GPUs.

    Besides the three generators this turns TF32 off: it would make a GPU round every product
    to 10 bits, and the numbers of a lecture would no longer agree with those of a CPU.

    Parameters
    ----------
    seed
        A whole number from 0 to 2**32 - 1 (the range that NumPy accepts).

    Raises
    ------
    TypeError, ValueError
        If `seed` is not such a number.

    Examples
    --------
    >>> seed_everything(0)
    >>> first = torch.rand(2)
    >>> seed_everything(0)
    >>> torch.equal(first, torch.rand(2))
    True

    Notes
    -----
    First written out in lecture 00, which shows what happens without it.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be a whole number such as 0, not {seed!r}.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 2**32 - 1, not {seed}.")
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def get_device(prefer: str | torch.device | None = None) -> torch.device:
    """Return the device to compute on: CUDA if there is one, else Apple's MPS, else the CPU.

    Parameters
    ----------
    prefer
        ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``: use this one instead of the fastest.
        The environment variable ``COURSE_DEVICE`` overrides it, so that a whole lecture can be
        moved without editing it.

    Raises
    ------
    ValueError
        If the name is unknown or this machine has no such device.

    Examples
    --------
    >>> get_device("cpu")
    device(type='cpu')
    """
    wanted = os.environ.get("COURSE_DEVICE") or prefer
    if wanted is None:
        return torch.device(_fastest())
    said_by = "COURSE_DEVICE" if os.environ.get("COURSE_DEVICE") else "prefer"
    try:
        device = torch.device(wanted)
    except (RuntimeError, TypeError):
        device = None
    if device is None or device.type not in _KINDS:
        raise ValueError(
            f"{said_by} names the device {str(wanted)!r}. Known are "
            "'cpu', 'cuda' (or 'cuda:0', 'cuda:1', …) and 'mps'."
        )
    if not _is_there(device):
        raise ValueError(
            f"{said_by} asks for {str(device)!r}, but PyTorch {torch.__version__} finds no such "
            f"device here. Use {_fastest()!r}, or run `python -m course_utils doctor` to see why."
        )
    return device


def measure(work: Callable[[], object], *, repeats: int = 7, warm_up: int = 2) -> list[float]:
    """Return the seconds that each of several calls of `work` took, first calls left out.

    The device is waited for before and after each call: a GPU is only asked to work, and Python
    goes on before it has. The smallest number disturbs least, the median is the usual case.

    Parameters
    ----------
    work
        What to time, a function without arguments.
    repeats
        Calls that are timed, 1 or more.
    warm_up
        Calls before them that are not: the first ones load libraries and fill caches.

    Returns
    -------
    list of float
        Seconds on the clock on the wall, one for each repeat, in the order of the calls.

    Raises
    ------
    TypeError, ValueError
        If `work` cannot be called, or a number is out of range.

    Examples
    --------
    >>> seconds = measure(lambda: sum(range(1000)), repeats=3)
    >>> len(seconds), min(seconds) > 0
    (3, True)

    Notes
    -----
    First written out in lecture 11.
    """
    if not callable(work):
        raise TypeError(
            f"measure() needs a function to call, not {work!r}. Write measure(lambda: model(X)), "
            "not measure(model(X)): that has been computed before the clock starts."
        )
    if repeats < 1 or warm_up < 0:
        raise ValueError(
            f"measure() needs 1 or more repeats and 0 or more calls to warm up, not {repeats} "
            f"and {warm_up}."
        )
    for _ in range(warm_up):
        work()
    seconds = []
    for _ in range(repeats):
        _wait_for_device()
        start = time.perf_counter()
        work()
        _wait_for_device()
        seconds.append(time.perf_counter() - start)
    return seconds


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back what libraries write to the error stream past Python; exceptions still rise.

    Some versions of PyTorch's profiler note there that they start and stop.

    Examples
    --------
    >>> with quiet():
    ...     _ = os.write(2, b"nobody reads this")
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _wait_for_device() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    elif torch.backends.mps.is_available():
        torch.mps.synchronize()


def _is_there(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count()
    if device.type == "mps":
        return torch.backends.mps.is_available()
    return True


def _fastest() -> str:
    return next(kind for kind in ("cuda", "mps", "cpu") if _is_there(torch.device(kind)))
