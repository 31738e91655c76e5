"""How the loss looks around a trained network, over two directions of its weights."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from .style import COLORS, new_axes

# Parameter name -> displacement of the parameter's shape. A name that is absent does not move.
Direction = Mapping[str, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]

_CHUNK = 2**18  # numbers of one layer that are computed at once: they stay in the cache
_NOT_ELEMENTWISE = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.Softmax)


def loss_grid(
    model: nn.Module,
    data: tuple[Tensor, Tensor],
    directions: tuple[Direction, Direction],
    *,
    loss_fn: nn.Module,
    u: Tensor,
    v: Tensor,
) -> Tensor:
    """Compute the loss at ``weights + u * first direction + v * second direction``.

    All points of the grid go through the network together: the weights of a moved layer are
    stacked along a leading axis, and what lies before the first moved layer is computed once.

    Parameters
    ----------
    model
        A chain of linear layers and element-wise activations: ``MLP``, ``LinearRegression``,
        ``LogisticRegression``, an ``nn.Sequential`` of such. It is not changed.
    data
        X (N, D) and y, as for `fit`.
    directions
        Two mappings of parameter names, as in ``model.named_parameters()``, to displacements.
    loss_fn
        A loss module with a ``reduction``, such as ``nn.MSELoss()``.
    u, v
        (U,) and (V,): the steps along the two directions.

    Returns
    -------
    Tensor
        (V, U), float32, on the CPU: rows follow `v`, columns follow `u`.

    Raises
    ------
    ValueError
        If the model is no such chain, or a direction names no parameter or has another shape.

    Examples
    --------
    >>> model = nn.Linear(1, 1)
    >>> with torch.no_grad():
    ...     _ = [p.zero_() for p in model.parameters()]
    >>> move = {"weight": torch.ones(1, 1)}, {"bias": torch.ones(1)}
    >>> data = torch.tensor([[1.0], [2.0]]), torch.tensor([[2.0], [4.0]])
    >>> steps = torch.tensor([0.0, 2.0])
    >>> loss_grid(model, data, move, loss_fn=nn.MSELoss(), u=steps, v=steps)
    tensor([[10.,  0.],
            [ 2.,  4.]])
    """
    X, y = data
    names = _checked_directions(model, directions)
    each = _without_reduction(loss_fn)
    steps = torch.cartesian_prod(v.to(X), u.to(X))
    widest = max(parameter.shape[0] for parameter in model.parameters())
    with torch.no_grad():
        layers, hidden = _moved_part(model, X, names, directions)
        losses = []
        for chunk in steps.split(max(1, _CHUNK // (len(X) * widest))):
            outputs = _forward(layers, names, hidden, directions, chunk)
            targets = y.repeat(len(chunk), *[1] * (y.dim() - 1))
            values = each(outputs.flatten(0, 1), targets).reshape(len(chunk), -1)
            losses.append(values.sum(1) if loss_fn.reduction == "sum" else values.mean(1))
    return torch.cat(losses).reshape(len(v), len(u)).float().cpu()


def _without_reduction(loss_fn: nn.Module) -> Loss:
    if getattr(loss_fn, "reduction", None) not in ("mean", "sum"):
        raise ValueError(
            "loss_fn must be a loss module that averages or sums, such as nn.MSELoss() or "
            "nn.BCEWithLogitsLoss(): one number for each point of the grid is needed."
        )
    each: Loss = copy.copy(loss_fn)
    each.reduction = "none"  # type: ignore[attr-defined]
    return each


def _checked_directions(
    model: nn.Module, directions: tuple[Direction, Direction]
) -> dict[Tensor, str]:
    parameters = dict(model.named_parameters())
    for name, move in chain.from_iterable(direction.items() for direction in directions):
        if name not in parameters:
            raise ValueError(
                f"the model has no parameter {name!r}; it has {', '.join(parameters)}."
            )
        if move.shape != parameters[name].shape:
            raise ValueError(
                f"the move of {name!r} has shape {tuple(move.shape)}; the parameter has "
                f"{tuple(parameters[name].shape)}."
            )
    return {parameter: name for name, parameter in parameters.items()}


def _moved_part(
    model: nn.Module,
    X: Tensor,
    names: Mapping[Tensor, str],
    directions: tuple[Direction, Direction],
) -> tuple[list[nn.Module], Tensor]:
    """Return the layers from the first moved one on, and what comes in there, (N, D)."""
    layers = [module for module in model.modules() if not list(module.children())]
    moved = {name for direction in directions for name in direction}
    outputs = hidden = X
    first = None
    if not any(isinstance(layer, _NOT_ELEMENTWISE) for layer in layers):
        for i, layer in enumerate(layers):
            if first is None and any(names[p] in moved for p in layer.parameters()):
                first, hidden = i, outputs
            outputs = layer(outputs)
    if first is None or not torch.allclose(outputs, model(X), atol=1e-5):
        raise ValueError(
            "a loss surface needs directions that move a parameter, and a plain chain of linear "
            f"layers and element-wise activations; this is {_kinds(layers)}."
        )
    return layers[first:], hidden


def _kinds(layers: Sequence[nn.Module]) -> str:
    return ", ".join(type(layer).__name__ for layer in layers)


def _forward(
    layers: Sequence[nn.Module],
    names: Mapping[Tensor, str],
    hidden: Tensor,
    directions: tuple[Direction, Direction],
    steps: Tensor,
) -> Tensor:
    """Send `hidden` (N, D) through G copies of the layers, one for each step: (G, N, K).

    Inside, samples run along the last axis: the rows that are added up are then long.
    """
    hidden = hidden.mT.contiguous()  # (D, N), from the first layer on (G, D, N)
    for layer in layers:
        if not isinstance(layer, nn.Linear):
            hidden = layer(hidden)
            continue
        weight = _moved(layer.weight, names, directions, steps)
        if hidden.dim() == 2:  # one large product in place of G small ones
            hidden = (weight.flatten(0, 1) @ hidden).reshape(len(steps), weight.shape[1], -1)
        else:
            hidden = torch.bmm(weight, hidden)
        if layer.bias is not None:
            hidden += _moved(layer.bias, names, directions, steps)[..., None]
    return hidden.mT


def _moved(
    parameter: Tensor,
    names: Mapping[Tensor, str],
    directions: tuple[Direction, Direction],
    steps: Tensor,
) -> Tensor:
    """Copies of a parameter, one for each step (v, u), along a leading axis."""
    copies = parameter.detach().expand(len(steps), *parameter.shape)
    for direction, step in zip(directions, (steps[:, 1], steps[:, 0]), strict=True):
        if names[parameter] in direction:
            move = direction[names[parameter]].to(parameter)
            copies = copies + step.reshape(-1, *[1] * parameter.dim()) * move
    return copies


def plot_loss_surface(
    model: nn.Module,
    data: tuple[Tensor, Tensor],
    directions: tuple[Direction, Direction],
    *,
    loss_fn: nn.Module,
    xlim: tuple[float, float] = (-1.0, 1.0),
    ylim: tuple[float, float] = (-1.0, 1.0),
    marks: Mapping[str, tuple[float, float]] | None = None,
    resolution: int = 100,
    levels: int = 20,
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss over two directions of the weights as a map: dark is low.

    Parameters
    ----------
    model, data, directions, loss_fn
        As for `loss_grid`; (0, 0) is the model as it is.
    xlim, ylim
        How far to go along the two directions.
    marks
        Name → place ``(u, v)`` to mark; ``{"here": (0, 0)}`` marks the model itself.
    resolution
        Points along each axis.
    levels
        Number of contour bands.
    ax
        Axes to draw on; a new one where None.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `loss_grid`; or if `resolution` is below 2.

    Examples
    --------
    >>> model = nn.Linear(1, 1)
    >>> move = {"weight": torch.ones(1, 1)}, {"bias": torch.ones(1)}
    >>> data = torch.tensor([[1.0], [2.0]]), torch.tensor([[2.0], [4.0]])
    >>> ax = plot_loss_surface(model, data, move, loss_fn=nn.MSELoss(), resolution=20)
    >>> ax.get_xlabel()
    'step along direction 1'
    """
    if resolution < 2:
        raise ValueError(f"resolution must be 2 or more points along an axis, not {resolution}.")
    u, v = torch.linspace(*xlim, resolution), torch.linspace(*ylim, resolution)
    losses = loss_grid(model, data, directions, loss_fn=loss_fn, u=u, v=v).numpy()
    ax = new_axes(ax)
    bands = ax.contourf(u.numpy(), v.numpy(), losses, levels=levels, cmap="cividis")
    ax.figure.colorbar(bands, ax=ax, label="loss", format="%.2f")
    for (name, place), marker in zip((marks or {}).items(), "os^Dv" * 9, strict=False):
        ax.plot(*place, marker, color=COLORS["vermillion"], mec="white", mew=1.5, ms=12, ls="none")
        _label(ax, name, place, xlim)
    ax.set(xlabel="step along direction 1", ylabel="step along direction 2", xlim=xlim, ylim=ylim)
    ax.grid(False)
    return ax


def _label(ax: Axes, text: str, place: tuple[float, float], xlim: tuple[float, float]) -> None:
    """Write beside a mark, on the side where there is more room."""
    right = place[0] < sum(xlim) / 2
    style = {"fc": "white", "ec": "none", "alpha": 0.85, "pad": 2}
    ax.annotate(
        text,
        place,
        (10 if right else -10, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=12,
        bbox=style,
    )
