"""``python -m course_utils playground``: the playground as an app of its own, by Voilà."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTEBOOK = HERE.parents[1] / "lectures" / "playground.ipynb"
# What the page needs of JupyterLab's extensions; the others are not made for Voilà and complain.
_EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
)
_ONE_CELL = """{
 "cells": [{"cell_type": "code", "execution_count": null, "id": "app",
  "metadata": {}, "outputs": [],
  "source": "from course_utils.playground import playground\\n\\nplayground()"}],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5
}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the playground until interrupted; it needs no network."""
    parser = argparse.ArgumentParser(prog="playground", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8866, help="port to listen on (8866)")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    args = parser.parse_args(argv)
    if find_spec("voila") is None or find_spec("anywidget") is None:
        raise ImportError("voila and anywidget are missing: pip install 'course-utils[app]'")
    if not _is_free(args.port):
        print(f"Port {args.port} is taken; try --port {args.port + 1}.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        notebook = NOTEBOOK
        if not notebook.exists():  # installed without the lectures
            notebook = Path(folder) / "playground.ipynb"
            notebook.write_text(_ONE_CELL, encoding="utf-8")
        return _voila(notebook, args.port, open_browser=not args.no_browser)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _voila(notebook: Path, port: int, *, open_browser: bool) -> int:
    paths = [str(HERE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)  # where Voilà finds the template
    # One thread: the network is small, and threads that wait for each other make it slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from voila.app import Voila

    options = [f"--port={port}", "--template=playground", "--Voila.log_level=ERROR"]
    options += [f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS]
    # A page that was closed without saying so leaves its kernel behind: end it after ten minutes.
    options += [f"--MappingKernelManager.cull_{name}=600" for name in ("interval", "idle_timeout")]
    options += [] if open_browser else ["--no-browser"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C: the kernels end too
    print(f"The playground: http://localhost:{port}/ (Ctrl+C ends it)", flush=True)
    Voila.launch_instance(argv=[str(notebook), *options])
    return 0
