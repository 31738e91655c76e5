"""One look for every figure: colours, sizes, and the alt text that goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, FigureBase

if TYPE_CHECKING:
    from .animation import Animation

# Okabe and Ito's palette: told apart with every common form of colour blindness.
COLORS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#6E6E6E",
}
CLASS_COLORS = (
    COLORS["blue"],
    COLORS["orange"],
    COLORS["green"],
    COLORS["purple"],
    COLORS["sky"],
    COLORS["vermillion"],
    COLORS["yellow"],
    COLORS["black"],
    COLORS["grey"],
    "#8B4513",
)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
CLASS_CMAP = LinearSegmentedColormap.from_list(
    "course_classes", [COLORS["blue"], "#FFFFFF", COLORS["orange"]]
)

FIGSIZE = (8.0, 4.5)
_STYLE: Any = {
    "figure.figsize": FIGSIZE,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.dpi": 110,
    "font.size": 14,
    "axes.titlesize": 16,
    "axes.labelsize": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(
        color=[COLORS[c] for c in ("blue", "orange", "green", "vermillion", "purple", "sky")]
    ),
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.4,
    "lines.markersize": 8,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
}


def use_course_style() -> None:
    """Give matplotlib the look of the course, for the rest of the process.

    Called once, in the set-up cell of a lecture. Importing the package changes nothing.

    Examples
    --------
    >>> use_course_style()
    """
    plt.rcParams.update(_STYLE)


def new_axes(ax: Axes | None = None, *, figsize: tuple[float, float] | None = None) -> Axes:
    """Return `ax`, or the Axes of a new figure where `ax` is None.

    Parameters
    ----------
    ax
        Axes to draw on.
    figsize
        Width and height of the new figure in inches; the style's own where None.

    Examples
    --------
    >>> ax = new_axes(figsize=(4, 3))
    >>> new_axes(ax) is ax
    True
    """
    if ax is not None:
        return ax
    _, fresh = plt.subplots(figsize=figsize)
    return fresh


def describe(figure: Figure | Axes | Animation, alt: str) -> None:
    """Show a figure together with the words that stand for it where it cannot be seen.

    The words travel as output metadata of the image, where notebooks, slides and the book find
    them. The figure is closed afterwards, so that it is shown once.

    Parameters
    ----------
    figure
        The figure, or any Axes on it; or an animation.
    alt
        What the figure shows, in a sentence or two: the shapes and the lesson, not the title.

    Raises
    ------
    ValueError
        If `alt` has fewer than 20 characters: a screen reader would have nothing to read.

    Examples
    --------
    >>> ax = new_axes()
    >>> _ = ax.plot([0, 1], [0, 2])
    >>> describe(ax, "A straight line that rises from 0 to 2.")  # doctest: +SKIP
    """
    from IPython.display import display

    if len(alt.strip()) < 20:
        raise ValueError(
            f"describe() got the alt text {alt!r}. Write a sentence that says what the figure "
            "shows, for a reader who cannot see it (20 characters or more)."
        )
    shown = figure.figure if isinstance(figure, Axes) else figure
    display(shown, metadata={"image/png": {"alt": alt.strip()}})
    if isinstance(shown, FigureBase):
        plt.close(shown.get_figure(root=True) or shown)  # type: ignore[arg-type]
