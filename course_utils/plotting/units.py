"""One unit of a network: the perceptron and its relatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Patch
from numpy.typing import NDArray

from .style import COLORS, new_axes

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# name -> (function, the model that puts it on a linear unit)
UNITS: dict[str, tuple[Function, str]] = {
    "step": (lambda z: np.heaviside(z, 0.0), "perceptron"),
    "sign": (np.sign, "perceptron (±1)"),
    "linear": (lambda z: z, "Adaline"),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), "logistic regression"),
}
_JUMPS = {"step": (1.0,), "sign": (-1.0, 1.0)}  # values that are neared at 0, but not taken there
_RADIUS = 0.42
_INPUT, _SUM, _ACTIVATION, _OUTPUT = COLORS["sky"], "#FBEBC8", "#D5EFE6", COLORS["sky"]


def plot_unit(kind: str, *, ax: Axes | None = None, limit: float = 4.0) -> Axes:
    """Draw what a linear unit may do with its sum: step, sign, nothing, or the sigmoid.

    At a jump a filled dot is the value that is taken, an open one a value that is not.

    Parameters
    ----------
    kind
        ``"step"``, ``"sign"``, ``"linear"`` or ``"sigmoid"``.
    ax
        Axes to draw on; a new one where None.
    limit
        The sum is drawn from ``-limit`` to ``limit``.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `kind` is unknown.

    Examples
    --------
    >>> plot_unit("sigmoid").get_title()
    'sigmoid: logistic regression'
    """
    if kind not in UNITS:
        raise ValueError(f"unit {kind!r} is unknown; choose from {sorted(UNITS)}.")
    function, model = UNITS[kind]
    ax = new_axes(ax)
    z = np.linspace(-limit, limit, 401)
    a = function(z)
    if kind in _JUMPS:
        a[z == 0] = np.nan  # a gap in the line, not a steep flank
    ax.plot(z, a, color=COLORS["blue"])
    ax.axvline(0, color=COLORS["grey"], lw=1)
    if kind in _JUMPS:
        dot: dict[str, Any] = {"color": COLORS["blue"], "ms": 8, "zorder": 3}
        ax.plot(np.zeros(len(_JUMPS[kind])), _JUMPS[kind], "o", mfc="white", **dot)
        ax.plot(0, function(np.zeros(1))[0], "o", **dot)
    ax.set(title=f"{kind}: {model}", xlabel="sum $z$", ylabel="output $a$")
    ax.set(xlim=(-limit, limit), ylim=(-1.2, 1.2) if kind != "linear" else (-limit, limit))
    return ax


def plot_perceptron(
    features: Sequence[str] = ("$x_1$", "$x_2$", "$x_3$"),
    *,
    ax: Axes | None = None,
    activation: str = r"$\sigma$",
    output: str = r"$\hat{y}$",
) -> Axes:
    r"""Draw a single unit: inputs, weights, the sum with its bias, the activation, the output.

    Parameters
    ----------
    features
        Names of the inputs, from top to bottom.
    ax
        Axes to draw on; a new one where None.
    activation, output
        What stands in the last two nodes.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no feature.

    Examples
    --------
    >>> ax = plot_perceptron(("GPA",), activation="step")
    >>> [text.get_text() for text in ax.texts[:2]]
    ['$\\sum$', 'GPA']
    """
    if not features:
        raise ValueError("a unit needs at least one input: features=('$x_1$',).")
    ax = new_axes(ax)
    n = len(features)
    middle = 1.1 * (n - 1) / 2
    total = _node(ax, (3.0, middle), r"$\sum$", color=_SUM, radius=0.55, fontsize=22)
    for i, name in enumerate(features):
        height = 1.1 * (n - 1 - i)
        source = _node(ax, (0.0, height), name, color=_INPUT)
        _arrow(ax, source, total)
        share = 0.4
        ax.text(
            3.0 * share,
            height + (middle - height) * share + 0.14,
            f"$w_{{{i + 1}}}$",
            ha="center",
            va="bottom",
            fontsize=15,
        )
    bias = _node(ax, (3.0, middle + 1.6), "$b$", color="white")
    _arrow(ax, bias, total)
    function = _node(ax, (5.2, middle), activation, color=_ACTIVATION, radius=0.55, fontsize=20)
    result = _node(ax, (7.2, middle), output, color=_OUTPUT)
    _arrow(ax, total, function)
    _arrow(ax, function, result)
    ax.text(4.1, middle + 0.18, "$z$", ha="center", va="bottom", fontsize=15)
    for x, words in ((0.0, "inputs"), (3.0, "weighted sum"), (5.2, "activation"), (7.2, "output")):
        ax.text(x, min(-0.75, middle - 0.9), words, ha="center", va="top", fontsize=13)
    ax.set(xlim=(-0.9, 8.0), ylim=(min(-1.3, middle - 1.45), max(middle + 2.2, 1.1 * n)))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _node(
    ax: Axes,
    center: tuple[float, float],
    text: str,
    *,
    color: str,
    radius: float = _RADIUS,
    fontsize: float = 16,
) -> Circle:
    circle = Circle(center, radius, facecolor=color, edgecolor="black", linewidth=1.6, zorder=2)
    ax.add_patch(circle)
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": fontsize, "zorder": 3}
    ax.text(*center, text, **style)
    return circle


def _arrow(ax: Axes, start: Patch, end: Patch) -> None:
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 18, "lw": 1.8, "color": "black"}
    a, b = start.center, end.center  # type: ignore[attr-defined]
    ax.add_patch(FancyArrowPatch(a, b, patchA=start, patchB=end, shrinkA=2, shrinkB=2, **style))
