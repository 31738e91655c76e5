"""Every test starts from the same seeds and leaves no figure, setting or warning behind.

A plugin (``addopts`` in pyproject.toml) and no conftest, so that the examples in the package's
docstrings start fresh too.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

os.environ.setdefault("MPLBACKEND", "Agg")  # before anybody imports matplotlib
# Before anybody imports torch: the tests run side by side, and threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def fresh_start() -> Iterator[None]:
    """Seed all generators; afterwards close figures and restore matplotlib's settings."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    matplotlib = sys.modules.get("matplotlib")
    settings = matplotlib.rcParams.copy() if matplotlib else None
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close("all")
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib:
        before = settings if settings is not None else matplotlib.rcParamsDefault
        # The backend is the process's own business, and switching it would close nothing.
        changed = {key: value for key, value in before.items() if key != "backend"}
        matplotlib.rcParams.update(changed)
