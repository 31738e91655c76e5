"""A progress bar that knows when to stay away."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from .history import Row

PATIENCE = 1.0  # seconds before a bar is worth its place


class Progress:
    """A tqdm bar that appears only where somebody watches and there is something to wait for."""

    def __init__(self, epochs: int, wanted: bool | None) -> None:
        watched = "ipykernel" in sys.modules or sys.stderr.isatty()
        # tqdm's own switch, which its notebook bar does not heed.
        silenced = os.environ.get("TQDM_DISABLE", "") not in ("", "0")
        self.wanted = (watched if wanted is None else wanted) and not silenced
        self.appears_at = time.monotonic() + (0 if wanted else PATIENCE)
        self.epochs = epochs
        self.bar: Any = None

    def update(self, row: Row) -> None:
        """Count one epoch, and show its numbers where a bar is on screen."""
        if not self.wanted:
            return
        if self.bar is None and time.monotonic() >= self.appears_at:
            from tqdm.auto import tqdm

            self.bar = tqdm(
                total=self.epochs, initial=int(row["epoch"]) - 1, desc="training", unit="epoch",
                leave=False,
            )  # fmt: skip
        if self.bar is not None:
            shown = {key: f"{value:.4g}" for key, value in row.items() if key != "epoch"}
            self.bar.set_postfix(shown, refresh=False)
            self.bar.update()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()
