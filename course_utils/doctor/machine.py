"""Python itself, the device, the kernel, the data files, the disk."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .finding import SETUP, Finding, shorten

OLDEST_PYTHON = (3, 11)


def check_python(
    version: Sequence[int] | None = None,
    *,
    system: str | None = None,
    machine: str | None = None,
    bits: int = 64 if sys.maxsize > 2**32 else 32,
) -> Finding:
    """Check that this Python is new enough and that PyTorch is built for it.

    Parameters
    ----------
    version, system, machine, bits
        Looked up where not given: ``(3, 11, 7)``, ``"Darwin"``, ``"arm64"``, ``64``.

    Examples
    --------
    >>> check_python((3, 9, 1)).status
    'problem'
    """
    found = tuple(sys.version_info[:3] if version is None else version)
    system = platform.system() if system is None else system
    machine = platform.machine() if machine is None else machine
    text = f"{'.'.join(map(str, found))} on {system} {machine}, {sys.executable}"
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if found[:2] < OLDEST_PYTHON:
        cure = f"install Python {oldest} or newer, then {SETUP}"
        return Finding("problem", "Python", text, cure)
    if bits < 64:
        cure = f"PyTorch needs a 64-bit Python; install one, then {SETUP}"
        return Finding("problem", "Python", f"{text}, {bits}-bit", cure)
    if (system, machine) == ("Darwin", "x86_64"):
        cure = (
            "PyTorch is no longer built for Intel Macs. On an Apple-silicon Mac install a Python "
            "for arm64; on an Intel Mac use another machine."
        )
        return Finding("problem", "Python", text, cure)
    return Finding("ok", "Python", text)


def check_device(torch: Any = None) -> Finding:
    """Import PyTorch, find the device that the lectures would use, and compute on it.

    Parameters
    ----------
    torch
        A stand-in for the module, for tests; imported where not given.
    """
    try:
        torch = importlib.import_module("torch") if torch is None else torch
    except ImportError as error:
        return Finding("problem", "device", f"PyTorch cannot be imported: {shorten(error)}", SETUP)
    except Exception as error:  # a library of the system is missing or broken
        cure = "install PyTorch again (`pip install --force-reinstall --no-deps torch==…`)"
        if platform.system() == "Windows":
            cure = "install Microsoft's Visual C++ Redistributable (x64); then " + cure
        return Finding("problem", "device", f"PyTorch cannot be imported: {shorten(error)}", cure)
    try:
        from course_utils.runtime import get_device

        device = get_device()
        total = float(torch.ones(3, device=device).sum())
    except Exception as error:
        cure = "set COURSE_DEVICE=cpu: every lecture runs on the CPU."
        if os.environ.get("COURSE_DEVICE") == "cpu":
            cure = SETUP
        return Finding("problem", "device", shorten(error), cure)
    if total != 3.0:
        cure = "set COURSE_DEVICE=cpu, and update the driver of the graphics card."
        return Finding("problem", "device", f"{device} computes 1 + 1 + 1 = {total:g}", cure)
    text = str(device)
    if device.type == "cuda":
        text += f", {torch.cuda.get_device_name(device)}"
    if device.type == "cpu":
        text += f", {torch.get_num_threads()} threads (every lecture runs on it)"
    if "COURSE_DEVICE" in os.environ:
        text += ", chosen by COURSE_DEVICE"
    elif device.type == "cpu" and shutil.which("nvidia-smi"):
        cure = "nothing, or see 'Another PyTorch' in README.md to use the graphics card."
        return Finding("look", "device", f"{text}; an NVIDIA card seems to be here as well", cure)
    return Finding("ok", "device", text)


def kernel_command() -> list[str]:
    """Return the command by which Jupyter starts the kernel of the lectures, ``python3``."""
    from jupyter_client.kernelspec import KernelSpecManager

    return list(KernelSpecManager().get_kernel_spec("python3").argv)


def check_kernel(
    command: Callable[[], list[str]] = kernel_command, *, python: str = sys.executable
) -> Finding:
    """Check that notebooks would run in this very environment, not in another one.

    Parameters
    ----------
    command
        Gives the command line of the kernel.
    python
        The interpreter that it should start.
    """
    try:
        started = command()[0]
    except ImportError:
        return Finding("look", "kernel", "Jupyter is not installed in this environment", SETUP)
    except Exception as error:
        cure = f'"{python}" -m pip install --force-reinstall ipykernel'
        return Finding("problem", "kernel", f"no kernel named python3: {shorten(error)}", cure)
    # Jupyter replaces a bare name by the interpreter it runs on itself.
    bare = {"python", f"python{sys.version_info[0]}", "python{}.{}".format(*sys.version_info[:2])}
    # The folder tells environments apart: their interpreters are links to one and the same.
    if started in bare or Path(started).parent.resolve() == Path(python).parent.resolve():
        return Finding("ok", "kernel", "notebooks run in this environment")
    cure = "remove the kernel that shadows it: jupyter kernelspec remove python3"
    return Finding("problem", "kernel", f"notebooks would run with {started}, not {python}", cure)


def check_data(check: Callable[[], list[str]] | None = None) -> Finding:
    """Check every bundled data file against its sha256.

    Parameters
    ----------
    check
        Returns a sentence for each bad file; `datasets.check_data_files` where not given.
    """
    try:
        if check is None:
            from course_utils.datasets import check_data_files

            check = check_data_files
        problems = check()
    except Exception as error:
        return Finding("problem", "data", f"not checked: {shorten(error)}", SETUP)
    if problems:
        first, *rest = problems
        more = f" (And {len(rest)} more.)" if rest else ""
        return Finding("problem", "data", first + more)
    return Finding("ok", "data", "every file is the published one")


def check_disk(free: int | None = None) -> Finding:
    """Check that there is room to work: `free` bytes, looked up where not given."""
    gigabytes = (shutil.disk_usage(Path(__file__).parent).free if free is None else free) / 1e9
    text = f"{gigabytes:.0f} GB free, {os.cpu_count()} cores"
    if gigabytes < 1:
        return Finding("look", "machine", text, "free some space before you install anything.")
    return Finding("ok", "machine", text)
