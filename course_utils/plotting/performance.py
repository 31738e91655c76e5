"""Where time and memory go: phases of training steps, bytes by what holds them, speed-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .curves import FIT_COLORS, FIT_LINES, FIT_MARKERS, flat
from .style import COLORS, new_axes

Span = tuple[str, float, float]  # phase, start, end

_FILLS = tuple(COLORS[c] for c in ("blue", "orange", "green", "purple", "sky", "vermillion"))
_HATCHES = ("", "//", "..", "xx", "\\\\", "--")
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "bytes"))


def plot_spans(spans: Sequence[Span], *, unit: str = "ms", ax: Axes | None = None) -> Axes:
    """Draw when each phase of a program ran: one row for each phase, time to the right.

    Parameters
    ----------
    spans
        (phase, start, end) in seconds, as a clock gave them; drawn from the earliest start on.
    unit
        "s", "ms" or "µs".
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        The phases from top to bottom as they first appear, each with its share of the whole.

    Raises
    ------
    ValueError
        If there is no span, one ends before it starts, or the unit is another.

    Examples
    --------
    >>> ax = plot_spans([("data", 0.0, 0.003), ("forward", 0.003, 0.004)])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['data  75 %', 'forward  25 %']
    """
    factors = {"s": 1.0, "ms": 1e3, "µs": 1e6}
    if not spans or any(end < start for _, start, end in spans) or unit not in factors:
        raise ValueError(
            "plot_spans() needs [(phase, start, end), …] with each end after its start, and the "
            "unit 's', 'ms' or 'µs'."
        )
    ax = new_axes(ax)
    first, last = min(start for _, start, _ in spans), max(end for _, _, end in spans)
    phases = list(dict.fromkeys(name for name, _, _ in spans))
    shares = []
    for row, (phase, color) in enumerate(zip(phases, cycle(_FILLS), strict=False)):
        bars = [
            ((start - first) * factors[unit], (end - start) * factors[unit])
            for name, start, end in spans
            if name == phase
        ]
        ax.broken_barh(bars, (row - 0.38, 0.76), facecolors=color, edgecolors="white", lw=0.5)
        shares.append(sum(w for _, w in bars) / max((last - first) * factors[unit], 1e-12))
    names = [f"{phase}  {share:.0%}".replace("%", " %") for phase, share in zip(phases, shares,
             strict=True)]  # fmt: skip
    ax.set_yticks(range(len(phases)), names)
    ax.set(xlabel=f"time ({unit})", ylim=(len(phases) - 0.5, -0.5))
    ax.set_xlim(0, max((last - first) * factors[unit], 1e-9))
    ax.grid(axis="y", visible=False)
    return ax


def plot_memory(
    cases: Mapping[str, Mapping[str, float]],
    *,
    limit: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar of bytes for each case, made up of what holds them.

    Parameters
    ----------
    cases
        Name of a bar → what holds memory → bytes; from top to bottom, from left to right.
    limit
        Bytes that the machine has, a dotted line.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Its axis is in the unit that fits the longest bar (1 MB is a million bytes).

    Raises
    ------
    ValueError
        If there is no case, or a number of bytes is negative.

    Examples
    --------
    >>> ax = plot_memory({"batch 1": {"parameters": 4000, "activations": 500}})
    >>> ax.get_xlabel(), [text.get_text() for text in ax.texts]
    ('memory (KB)', ['4.5 KB'])
    """
    if not cases or min(min(parts.values(), default=-1) for parts in cases.values()) < 0:
        raise ValueError("plot_memory() needs {'bar': {'what': bytes, …}, …}, bytes 0 or more.")
    ax = new_axes(ax)
    longest = max(sum(parts.values()) for parts in cases.values())
    factor, unit = next((f, u) for f, u in _UNITS if longest >= f or f == 1.0)
    kinds = list(dict.fromkeys(kind for parts in cases.values() for kind in parts))
    left = np.zeros(len(cases))
    for kind, color, hatch in zip(kinds, cycle(_FILLS), cycle(_HATCHES), strict=False):
        widths = np.array([parts.get(kind, 0.0) for parts in cases.values()]) / factor
        ax.barh(range(len(cases)), widths, left=left, height=0.6, color=color, hatch=hatch,
                edgecolor="white", lw=0.5, label=kind)  # fmt: skip
        left += widths
    for row, total in enumerate(left):
        text = f"{total:.3g} {unit}" if total < 1000 else f"{total:,.0f} {unit}"
        ax.annotate(text, (total, row), (6, 0), textcoords="offset points", va="center",
                    fontsize=14)  # fmt: skip
    room = max(longest / factor, (limit or 0.0) / factor, 1e-9)
    if limit is not None:
        ax.axvline(limit / factor, color="black", ls=":", lw=2.2, label="what there is")
    ax.set_yticks(range(len(cases)), list(cases))
    ax.set(xlabel=f"memory ({unit})", xlim=(0, 1.2 * room), ylim=(len(cases) - 0.5, -0.5))
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=min(len(kinds) + 1, 5))
    return ax


def plot_speedup(
    processes: ArrayLike,
    speedups: Mapping[str, ArrayLike],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many times faster several processes are than one, against the ideal.

    Parameters
    ----------
    processes
        (M,) numbers of processes, 1 or more, growing.
    speedups
        Name → (M,) time of one process divided by the time of so many.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        Both axes count in powers of two; the dotted diagonal is the ideal.

    Raises
    ------
    ValueError
        If a curve has another length than `processes`, or a number is not positive.

    Examples
    --------
    >>> ax = plot_speedup([1, 2, 4], {"a tenth is serial": [1.0, 1.82, 3.08]})
    >>> [line.get_label() for line in ax.get_lines()]
    ['ideal', 'a tenth is serial']
    """
    counts = flat(processes)
    curves = {name: flat(values) for name, values in speedups.items()}
    if not curves or any(len(v) != len(counts) for v in curves.values()) or len(counts) == 0:
        raise ValueError(f"plot_speedup() needs {len(counts)} numbers for each curve, and a curve.")
    if min(counts.min(), *(values.min() for values in curves.values())) <= 0:
        raise ValueError("plot_speedup() needs positive numbers: its axes multiply.")
    ax = new_axes(ax)
    ax.plot(counts, counts, ":", color="black", lw=1.8, label="ideal")
    looks = zip(cycle(FIT_COLORS), cycle(FIT_LINES), cycle(FIT_MARKERS), strict=False)
    few = len(counts) <= 16
    for (name, values), (color, style, marker) in zip(curves.items(), looks, strict=False):
        ax.plot(counts, values, ls=style, color=color, marker=marker if few else "", label=name)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    ax.set(xlabel="processes", ylabel="times as fast as one")
    ax.legend(loc="upper left")
    return ax
