"""Pictures for sliders: one moment of a lesson, with its numbers in the title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from .curves import plot_curves
from .descent import Curve, plot_descent
from .graphs import plot_graph
from .landscapes import plot_contours
from .probabilities import plot_penalty
from .regression import plot_fit
from .style import CLASS_COLORS, CLASS_MARKERS, COLORS, new_axes


def plot_slope_and_loss(
    X: Tensor, y: Tensor, w: float, axes: Sequence[Axes], *, span: tuple[float, float] = (0.0, 4.0)
) -> Sequence[Axes]:
    """Draw the line ``w * x`` with its errors, and beside it the parabola with this w on it.

    Parameters
    ----------
    X, y
        (N, 1) each.
    w
        The slope.
    axes
        Two Axes to draw on.
    span
        Ends of the axis of slopes; the heights of both panels stay the same within it.

    Returns
    -------
    Sequence of Axes
        `axes`; the title of the second holds the mean squared error.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> _, axes = plt.subplots(1, 2)
    >>> plot_slope_and_loss(X, 2 * X, 1.0, axes)[1].get_title()
    'MSE(1.0) = 4.67'
    """
    grid = torch.linspace(*span, 201)
    losses = ((X * grid - y) ** 2).mean(dim=0)
    loss = float(((X * w - y) ** 2).mean())
    plot_fit(X, y, {f"ŷ = {w:.1f} x": (w, 0.0)}, errors=True, ax=axes[0])
    top = float(X.max()) * max(abs(end) for end in span)
    axes[0].set(ylim=(-0.05 * top, 1.1 * top), title=f"The line for w = {w:.1f}")
    axes[0].legend(loc="upper left")
    plot_curves(grid, {"MSE(w)": losses}, marks={"this line": (w, loss)}, ax=axes[1])
    room = 0.08 * float(losses.max())
    axes[1].set(xlabel="weight w", ylabel="loss: MSE", title=f"MSE({w:.1f}) = {loss:.2f}")
    axes[1].set_ylim(-room, float(losses.max()) + room)
    axes[1].legend(loc="upper center")
    return axes


def plot_line_and_loss(
    X: Tensor,
    y: Tensor,
    w: float,
    b: float,
    axes: Sequence[Axes],
    *,
    wlim: tuple[float, float],
    blim: tuple[float, float],
    xlabel: str = "x",
    ylabel: str = "y",
) -> Sequence[Axes]:
    """Draw the line ``w * x + b`` with its errors, and beside it its place on the loss.

    Parameters
    ----------
    X, y
        (N, 1) each.
    w, b
        Slope and bias.
    axes
        Two Axes to draw on.
    wlim, blim
        Ends of the axes of slopes and of biases.
    xlabel, ylabel
        Names of the data's axes, with units.

    Returns
    -------
    Sequence of Axes
        `axes`; the title of the first holds the mean squared error.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> _, axes = plt.subplots(1, 2)
    >>> plot_line_and_loss(X, 2 * X, 2.0, 1.0, axes, wlim=(0, 4), blim=(-2, 2))[0].get_title()
    'MSE 1.0'
    """
    x, targets = X.flatten(), y.flatten()

    def mse(w: Tensor, b: Tensor) -> Tensor:
        return ((w[..., None] * x + b[..., None] - targets) ** 2).mean(dim=-1)

    fit = {f"ŷ = {w:.3f} x + {b:.0f}": (w, b)}
    plot_fit(X, y, fit, errors=True, ax=axes[0], xlabel=xlabel, ylabel=ylabel)
    loss = float(mse(torch.tensor(w), torch.tensor(b)))
    room = float(targets.max() - targets.min())
    axes[0].set(ylim=(float(targets.min()) - room, float(targets.max()) + room))
    axes[0].set_title(f"MSE {loss:,.1f}")
    axes[0].legend(loc="upper left")
    plot_contours(
        mse, {"this line": [(w, b)]}, ax=axes[1], xlim=wlim, ylim=blim, levels=11,
        xlabel="slope w", ylabel="bias b",
    )  # fmt: skip
    axes[1].set_title("Where it stands on the loss")
    axes[1].legend(loc="upper right")  # looking for the best place takes longer than the rest
    return axes


def plot_ball(
    f: Curve,
    start: float,
    lr: float,
    steps: int,
    *,
    span: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """Draw gradient descent on a curve, from a start, with a learning rate.

    Parameters
    ----------
    f
        The loss as a function of one weight, written with torch: autograd finds its slope.
    start
        The first weight.
    lr
        Learning rate.
    steps
        Updates.
    span
        Ends of the axis of weights.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        The title says where the descent ended.

    Examples
    --------
    >>> plot_ball(lambda w: w**2, 1.0, 0.25, 3, span=(-2, 2)).get_title()
    'after 3 steps: w = 0.125, loss 0.0156'
    >>> plot_ball(lambda w: w**2, 1.0, 5.0, 3, span=(-2, 2)).get_title()
    'after 3 steps it has left the picture'
    """
    path = [start]
    for _ in range(steps):
        w = torch.tensor(path[-1], dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(f(w), w)
        path.append(path[-1] - lr * float(slope))
    ax = plot_descent(f, path, span=span, ax=ax)
    heights = f(torch.linspace(*span, 201))
    low, high = float(heights.min()), float(heights.max())
    ax.set_ylim(low - 0.08 * (high - low), high + 0.05 * (high - low))
    passed = f"after {steps} step{'s' * (steps != 1)}"
    end = path[-1]
    if span[0] <= end <= span[1]:  # False for NaN as well
        loss = float(f(torch.tensor(end, dtype=torch.float64)))
        ax.plot(end, loss, "o", color=COLORS["yellow"], mec="black", mew=1.5, ms=15, zorder=5)
        ax.set_title(f"{passed}: w = {end:.3f}, loss {loss:.3g}")
    else:
        ax.set_title(f"{passed} it has left the picture")
    return ax


def plot_graph_step(
    step: int, x: float = 1.0, y: float = 3.0, z: float = -3.0, *, ax: Axes | None = None
) -> Axes:
    """Draw the graph of ``g = (x + y) z`` after some steps: forward to g, and back again.

    Parameters
    ----------
    step
        0: the inputs are known; 1 and 2: the sum p and the product g; 3 to 7: the gradients of
        g with respect to g, z, p, x, y, in this order.
    x, y, z
        The inputs.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        The title says what was computed in this step.

    Raises
    ------
    ValueError
        If `step` is not one of 0 to 7.

    Examples
    --------
    >>> plot_graph_step(2).get_title()
    'forward: g = p · z = 4 · (−3) = −12'
    """
    if step not in range(8):
        raise ValueError(f"step is {step}; the graph has the steps 0 to 7.")
    p = x + y
    text = {name: _signed(number) for name, number in (("x", x), ("y", y), ("z", z), ("p", p))}
    titles = [
        f"the inputs: x = {x:g}, y = {y:g}, z = {z:g}".replace("-", "−"),
        f"forward: p = x + y = {text['x']} + {text['y']} = {p:g}",
        f"forward: g = p · z = {text['p']} · {text['z']} = {p * z:g}",
        "backward: ∂g/∂g = 1",
        f"backward: ∂g/∂z = 1 · p = {p:g}",
        f"backward: ∂g/∂p = 1 · z = {z:g}",
        f"backward: ∂g/∂x = ∂g/∂p · 1 = {z:g}",
        f"backward: ∂g/∂y = ∂g/∂p · 1 = {z:g}",
    ]
    values = {"x": x, "y": y, "z": z, "p": p, "g": p * z}
    gradients = {"g": 1.0, "z": p, "p": z, "x": z, "y": z}
    local = {("z", "g"): f"× p = {p:g}", ("p", "g"): f"× z = {z:g}"}
    local |= {("x", "p"): "× 1", ("y", "p"): "× 1"}
    ax = plot_graph(
        [("x", "p"), ("y", "p"), ("p", "g"), ("z", "g")],
        labels={"p": "p = x + y", "g": "g = p · z"},
        values=dict(list(values.items())[: 3 + min(step, 2)]),
        gradients=dict(list(gradients.items())[: max(0, step - 2)]),
        local={e: t.replace("-", "−") for e, t in list(local.items())[: max(0, step - 3)]},
        direction="forward" if step < 3 else "backward",
        ax=ax,
    )
    ax.set_title(titles[step].replace("= -", "= −"))
    return ax


def plot_one_penalty(p: float, y: int, *, ax: Axes | None = None) -> Axes:
    """Draw the penalty curves of the log loss, and what one sample pays.

    Parameters
    ----------
    p
        Probability of class 1 that the model gave, strictly between 0 and 1.
    y
        The true class, 0 or 1.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes
        The title holds the penalty.

    Raises
    ------
    ValueError
        If `p` is no such probability or `y` no such class.

    Examples
    --------
    >>> plot_one_penalty(0.9, 0).get_title()
    'y = 0, p = 0.90: penalty 2.303'
    """
    if not 0 < p < 1 or y not in (0, 1):
        raise ValueError(f"p must lie strictly between 0 and 1, y be 0 or 1; got {p} and {y}.")
    penalty = -np.log(p if y == 1 else 1 - p)
    ax = plot_penalty(ax=new_axes(ax))
    ax.plot([p, p], [0, penalty], ls=":", color=COLORS["black"], zorder=2)
    look: dict[str, Any] = {
        "color": CLASS_COLORS[y],
        "mec": "black",
        "ms": 14,
        "zorder": 4,
        "clip_on": False,
    }
    ax.plot(p, penalty, CLASS_MARKERS[y], **look)
    ax.set_title(f"y = {y}, p = {p:.2f}: penalty {penalty:.3f}")
    return ax


def _signed(number: float) -> str:
    """Write a number as it stands in the middle of a formula: negative ones in parentheses."""
    return f"(−{-number:g})" if number < 0 else f"{number:g}"
