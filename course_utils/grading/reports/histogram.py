"""The distribution of points as a drawing: plain SVG, so that it follows light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from ..table import number
from .page import text

_WIDTH, _HEIGHT = 480, 240  # read on phones as well: letters of 14 stay 10 pixels high
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 12, 28, 48
_BINS = 10


def counts(points: Sequence[float], worth: float, bins: int = _BINS) -> list[int]:
    """Count points in equal steps from 0 to `worth`; a step holds its upper end only if last.

    Examples
    --------
    >>> counts([0, 0.9, 1, 9, 10, 10], 10)
    [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    """
    found = [0] * bins
    for each in points:
        # Thirds of points must not fall below the step that they stand on.
        step = int(each / worth * bins + 1e-9) if worth else bins - 1
        found[min(max(step, 0), bins - 1)] += 1
    return found


def histogram(points: Sequence[float], worth: float) -> str:
    """Draw how many earned how much, with words for those who cannot see it.

    Parameters
    ----------
    points
        Of everybody.
    worth
        What could be earned.

    Returns
    -------
    str
        A figure in HTML; the same points give the same text.
    """
    found = counts(points, worth)
    steps = [(i * worth / _BINS, (i + 1) * worth / _BINS) for i in range(_BINS)]
    told = "; ".join(
        f"{number(low)} to {number(high)} points: {n}"
        for (low, high), n in zip(steps, found, strict=True)
        if n
    )
    return (
        f'<figure>\n<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{text(f"Number of submissions by points. {told}.")}">\n'
        f"{_bars(found)}\n{_axis(worth)}\n</svg>\n"
        "<figcaption>Submissions by points; a step's upper end belongs to the next one."
        "</figcaption>\n</figure>"
    )


def _bars(found: Sequence[int]) -> str:
    width = (_WIDTH - _LEFT - _RIGHT) / len(found)
    room, most = _HEIGHT - _TOP - _BOTTOM, max([*found, 1])
    drawn = []
    for i, n in enumerate(found):
        if n:
            high = room * n / most
            x, y = _LEFT + i * width, _HEIGHT - _BOTTOM - high
            drawn.append(
                f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" width="{width - 4:.1f}" '
                f'height="{high:.1f}" rx="2"/>'
                f'<text x="{x + width / 2:.1f}" y="{y - 7:.1f}" text-anchor="middle">{n}</text>'
            )
    return "\n".join(drawn)


def _axis(worth: float) -> str:
    width, y = (_WIDTH - _LEFT - _RIGHT) / _BINS, _HEIGHT - _BOTTOM
    labels = [
        f'<text x="{_LEFT + i * width:.1f}" y="{y + 20}" text-anchor="{_anchor(i)}">'
        f"{number(round(i * worth / _BINS, 2))}</text>"
        for i in range(_BINS + 1)
    ]
    middle = f'<text x="{_WIDTH / 2:.1f}" y="{y + 42}" text-anchor="middle">points</text>'
    line = f'<line class="axis" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>'
    return "\n".join([line, *labels, middle])


def _anchor(i: int) -> str:
    return {0: "start", _BINS: "end"}.get(i, "middle")
