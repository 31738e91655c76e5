"""A kernel of this very environment, driven cell by cell.

`execute` stores outputs with it and the notebook tests make fresh ones with it, so that both
see a cell's output through the same eyes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.output_widget import OutputWidget
from nbclient.util import ensure_async
from nbformat import NotebookNode

from .files import clean_outputs

# Settings of the surrounding shell, test run or user that would change a notebook's output.
_NOT_PASSED_ON = ("COLUMNS", "LINES", "MPLBACKEND", "PYTEST_CURRENT_TEST", "PYTHONWARNINGS")


class KernelStoppedError(Exception):
    """The kernel died or ran out of time; the message says which."""


class _ThisEnvironment(KernelSpecManager):
    """Knows one kernel: the interpreter that is running now, whatever the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class _SilentOutput(OutputWidget):
    """Takes the prints meant for an Output widget, without telling the kernel so.

    nbclient sends the widget's new state on the socket on which it waits for the reply. Now and
    then that loses the wake-up, and the cell sits there until its time is over.
    """

    def send(self, *args: Any, **kwargs: Any) -> None:
        pass


def kernel_environment() -> dict[str, str]:
    """Make the environment variables of a kernel.

    ``COURSE_DEVICE`` and ``OMP_NUM_THREADS`` pass through. Where the number of threads is not
    set it is one: the lectures' matrices are small, notebooks run side by side, and the outputs
    do not depend on the number of cores.
    """
    env = {key: value for key, value in os.environ.items() if key not in _NOT_PASSED_ON}
    env["TQDM_DISABLE"] = "1"  # a progress bar shows speeds, and no two runs are equally fast
    env.setdefault("OMP_NUM_THREADS", "1")
    return env


def new_runner() -> asyncio.Runner:
    """Make an event loop for kernels; on Windows the kind that their sockets need."""
    windows = sys.platform == "win32"
    return asyncio.Runner(loop_factory=asyncio.SelectorEventLoop if windows else None)


class Kernel:
    """Runs the cells of one notebook in one fresh kernel.

    Parameters
    ----------
    nb
        The notebook; the outputs of the cells that are run are replaced in it.
    folder
        Working folder of the kernel.
    timeout
        Seconds that one cell may take.
    """

    def __init__(self, nb: NotebookNode, folder: Path, *, timeout: float = 300) -> None:
        self.nb = nb
        self.timeout = timeout
        self._folder = folder.resolve()
        self._client: NotebookClient | None = None
        self._scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)

    async def start(self) -> None:
        """Start the kernel; a start that fails (a port was taken) is tried again."""
        env = kernel_environment()
        env["IPYTHONDIR"] = self._scratch.name  # no profile, no start-up files of the user
        if sys.platform != "win32":  # what a stopped kernel leaves behind goes with our folder
            env["TMPDIR"] = self._scratch.name
        connection = str(Path(self._scratch.name, "kernel.json"))
        # Sockets in a folder of our own cannot clash, ports can. But Windows has none, and a
        # socket's path may be about 100 characters long.
        sockets = sys.platform != "win32" and len(connection) < 90
        for last_try in (False, False, True):
            manager = AsyncKernelManager(
                kernel_name="python3",
                kernel_spec_manager=_ThisEnvironment(),
                transport="ipc" if sockets else "tcp",
                connection_file=connection,
            )
            self._client = NotebookClient(
                self.nb,
                km=manager,
                allow_errors=True,  # an error is an output; the caller decides
                iopub_timeout=60,
                record_timing=False,
                startup_timeout=120,
                store_widget_state=True,  # False crashes on Output widgets (nbclient 0.11)
                timeout=max(1, round(self.timeout)),
            )
            outputs = {"OutputModel": _SilentOutput}
            self._client.widget_registry = {"@jupyter-widgets/output": outputs}
            try:
                await self._client.async_start_new_kernel(env=env, cwd=str(self._folder))
                await self._client.async_start_new_kernel_client()
                return
            except RuntimeError as error:
                await self._shut_down()
                if last_try:
                    raise KernelStoppedError(f"the kernel did not start: {error}") from error

    async def run(self, index: int) -> list[NotebookNode]:
        """Run one cell and return its cleaned outputs.

        Raises
        ------
        KernelStoppedError
            When the kernel died or the cell took too long. No further cell can be run.
        """
        if self._client is None:
            raise KernelStoppedError("the kernel is not running")
        cell = self.nb.cells[index]
        try:
            await self._client.async_execute_cell(cell, index)
        except CellTimeoutError as error:
            await self.stop()
            message = f"the cell took longer than {self.timeout:g} s and was stopped"
            raise KernelStoppedError(message) from error
        except DeadKernelError as error:
            await self.stop()
            message = "the kernel died (out of memory, a crash in compiled code, or an exit call?)"
            raise KernelStoppedError(message) from error
        cell.outputs = clean_outputs(cell.outputs)
        outputs: list[NotebookNode] = cell.outputs
        return outputs

    async def stop(self) -> None:
        """Stop the kernel at once; stopping twice does no harm."""
        await self._shut_down()
        self._scratch.cleanup()

    async def _shut_down(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if client.kc is not None:
            client.kc.stop_channels()
        manager: Any = client.km
        if manager is not None:
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
            await ensure_async(manager.cleanup_resources())
