"""Figures of a training run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from .style import COLORS, new_axes

if TYPE_CHECKING:
    from ..training import History

_PAIR_COLORS = (COLORS["blue"], COLORS["orange"], COLORS["green"], COLORS["purple"])


def plot_history(
    history: History,
    keys: Sequence[str] = ("loss",),
    *,
    ax: Axes | None = None,
    logy: bool = False,
    label: str | None = None,
) -> Axes:
    """Draw curves of a training run against the epoch.

    A key's training curve is a solid line; where the history has validation values for it
    (``"val_" + key``), they follow in the same colour as a dashed line.

    Parameters
    ----------
    history
        What `fit` returned.
    keys
        Columns of the history, such as ``("loss",)`` or ``("accuracy",)``.
    ax
        Axes to draw on; a new one where None.
    logy
        Draw the values on a logarithmic axis.
    label
        Name of the run, for a legend that compares several; the key itself where None.

    Returns
    -------
    Axes

    Raises
    ------
    KeyError
        If the history has no such column.

    Examples
    --------
    >>> from course_utils import LinearRegression, fit
    >>> import torch
    >>> model = LinearRegression(1)
    >>> X = torch.arange(3.0).reshape(-1, 1)
    >>> sgd = torch.optim.SGD(model.parameters(), lr=0.01)
    >>> history = fit(model, (X, 2 * X), loss_fn=torch.nn.MSELoss(), optimizer=sgd, epochs=5)
    >>> ax = plot_history(history)
    >>> ax.get_xlabel()
    'epoch'
    """
    ax = new_axes(ax)
    epochs, columns = history["epoch"], history.keys()
    for i, key in enumerate(keys):
        name = label if label and len(keys) == 1 else f"{label}: {key}" if label else key
        color = None if label else _PAIR_COLORS[i % len(_PAIR_COLORS)]
        has_val = f"val_{key}" in columns
        train_name = f"{name} (training)" if has_val else name
        (line,) = ax.plot(epochs, history[key], color=color, label=train_name)
        if has_val:
            val = history[f"val_{key}"]
            ax.plot(epochs, val, "--", color=line.get_color(), label=f"{name} (validation)")
    if logy:
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel(keys[0] if len(keys) == 1 else "value")
    if len(ax.get_lines()) > 1 or label:
        ax.legend()
    return ax
