"""The widget of lecture 10. It takes no arguments and stands alone."""

from __future__ import annotations

from typing import Any

from ..plotting.convolutions import plot_windows
from .controls import Slider
from .panels import Explorer, explore


def output_size() -> Explorer:
    """Lecture 10: size, kernel, padding and stride, and how many places there are."""

    def draw(ax: Any, size: int, kernel: int, padding: int, stride: int) -> None:
        plot_windows(size, kernel, stride=stride, padding=padding, ax=ax)

    return explore(
        draw,
        size=Slider(1, 32, 1, 12, label="size", unit="pixels"),
        kernel=Slider(1, 11, 1, 5, label="kernel", unit="pixels"),
        padding=Slider(0, 5, 1, 0, unit="zeros at either end"),
        stride=Slider(1, 5, 1, 1, unit="pixels"),
        alt="A row of {size} pixels with {padding} zeros at either end, and every place of a "
        "kernel of {kernel} pixels with stride {stride} below it: {title}.",
    )
