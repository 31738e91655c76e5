"""Figures of the course: Axes in, Axes out.

Every function draws on the Axes that it is given (or on a fresh one), returns it, and computes
nothing that a lecture should show. ``describe`` then shows the figure with its alt text.
"""

from .descent import (
    plot_contours,
    plot_descent,
    plot_gradient,
    plot_learning_rates,
    plot_surface,
    plot_traces,
)
from .graphs import plot_graph, plot_mlp_graph
from .diagrams import (
    plot_cycle,
)
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
    "plot_contours",
    "plot_cycle",
    "plot_descent",
    "plot_gradient",
    "plot_graph",
    "plot_history",
    "plot_learning_rates",
    "plot_mlp_graph",
    "plot_surface",
    "plot_traces",
    "use_course_style",
]
