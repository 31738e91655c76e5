"""Figures of the course: Axes in, Axes out.

Every function draws on the Axes that it is given (or on a fresh one), returns it, and computes
nothing that a lecture should show. ``describe`` then shows the figure with its alt text.
"""

from .style import (
    CLASS_CMAP,
    CLASS_COLORS,
    CLASS_MARKERS,
    COLORS,
    describe,
    new_axes,
    use_course_style,
)
from .training import plot_history

__all__ = [
    "CLASS_CMAP",
    "CLASS_COLORS",
    "CLASS_MARKERS",
    "COLORS",
    "describe",
    "new_axes",
    "plot_history",
    "use_course_style",
]
