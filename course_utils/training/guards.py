"""The questions that `fit` asks before it trains: each refusal says what to do instead.

They run once, on the data as a whole and on the first step; nothing here costs time later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

_KINDS: dict[Any, str] = {
    nn.MSELoss: "regression",
    nn.L1Loss: "regression",
    nn.SmoothL1Loss: "regression",
    nn.HuberLoss: "regression",
    F.mse_loss: "regression",
    F.l1_loss: "regression",
    F.smooth_l1_loss: "regression",
    F.huber_loss: "regression",
    nn.BCEWithLogitsLoss: "binary logits",
    F.binary_cross_entropy_with_logits: "binary logits",
    nn.BCELoss: "binary probabilities",
    F.binary_cross_entropy: "binary probabilities",
    nn.CrossEntropyLoss: "class logits",
    F.cross_entropy: "class logits",
    nn.NLLLoss: "class log-probabilities",
    F.nll_loss: "class log-probabilities",
}
_SQUASHED = {"SigmoidBackward0": "a sigmoid", "SoftmaxBackward0": "a softmax"}
_RESHAPES = ("View", "Squeeze", "Unsqueeze", "Reshape", "Select", "Slice", "Clone", "T")


def check_run(
    model: nn.Module,
    loss_fn: Callable[..., Tensor],
    optimizer: torch.optim.Optimizer,
    epochs: int,
    batch_size: int | None,
    metrics: Mapping[str, Callable[..., Any]] | None,
) -> None:
    """Refuse arguments of the wrong kind, and an optimizer that trains something else."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, not {_kind_of(model)}.")
    if isinstance(loss_fn, type) or not callable(loss_fn):
        raise TypeError(
            f"loss_fn must be a function of (outputs, y), not {_kind_of(loss_fn)}. "
            "A loss class needs its parentheses: nn.MSELoss()."
        )
    if getattr(loss_fn, "reduction", "mean") == "none":
        raise ValueError(
            "loss_fn has reduction='none' and returns one number for each sample; training needs "
            "a single number: use reduction='mean' or 'sum'."
        )
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            f"optimizer must be an optimizer such as torch.optim.SGD(model.parameters(), lr=0.1), "
            f"not {_kind_of(optimizer)}."
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        raise TypeError("fit takes one gradient for each step; LBFGS needs a loop of its own.")
    for name, value in {"epochs": epochs, "batch_size": batch_size}.items():
        if value is None and name == "batch_size":
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be a whole number, not {value!r}.")
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, not {value}.")
    for metric, fn in (metrics or {}).items():
        if metric in ("epoch", "loss") or not callable(fn):
            raise ValueError(
                f"metrics maps names to functions of (outputs, y), as in "
                f"{{'accuracy': accuracy}}; {metric!r}: {fn!r} does not fit."
            )
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    own = [p for p in model.parameters() if p.requires_grad]
    if own and not any(id(p) in held for p in own):
        raise ValueError(
            "the optimizer holds none of this model's parameters, so nothing would be learned. "
            "Build it after the model: torch.optim.SGD(model.parameters(), lr=…)."
        )


def check_data(X: Any, y: Any, model: nn.Module, *, role: str, device: torch.device | None) -> None:
    """Refuse data that no model can learn from: kind, length, dtype, device, NaN."""
    for name, values in (("X", X), ("y", y)):
        if not isinstance(values, Tensor):
            raise TypeError(
                f"{name} of the {role} data is {_kind_of(values)}; fit computes with tensors. "
                f"Convert it: torch.tensor({name}, dtype=torch.float32)."
            )
    if len(X.shape) == 0 or len(y.shape) == 0 or len(X) != len(y):
        raise ValueError(
            f"the {role} data have X of shape {tuple(X.shape)} and y of shape {tuple(y.shape)}: "
            "one row of X and one of y is needed for each sample."
        )
    if X.numel() == 0:
        raise ValueError(
            f"the {role} data are empty (X has shape {tuple(X.shape)}). Look at the step that "
            "made them: a filter or a split may have taken everything."
        )
    first = next(model.parameters(), None)
    embeds = any(isinstance(layer, nn.Embedding) for layer in model.modules())
    if first is not None and X.dtype != first.dtype and not (embeds and not X.is_floating_point()):
        raise TypeError(
            f"X of the {role} data is {X.dtype}, the model's weights are {first.dtype}. "
            f"Convert it: X = X.to({first.dtype})."
        )
    if device is None and first is not None and X.device != first.device:
        raise ValueError(
            f"the model is on {first.device}, X of the {role} data is on {X.device}. "
            "Give fit a device and it moves both: fit(…, device=device)."
        )
    for name, values in (("X", X), ("y", y)):
        if values.is_floating_point() and not torch.isfinite(values).all():
            bad = ~torch.isfinite(values.reshape(len(values), -1)).all(dim=1)
            raise ValueError(
                f"{name} of the {role} data holds NaN or infinite values in {int(bad.sum())} of "
                f"{len(values)} rows, the first in row {int(bad.nonzero()[0])}. One of them turns "
                "every weight into NaN: drop those rows or fill the gaps before training."
            )


def check_step(outputs: Tensor, y: Tensor, all_y: Tensor, loss_fn: Callable[..., Tensor]) -> None:
    """Refuse outputs and targets that a loss would take silently and wrongly, or not at all.

    `outputs` and `y` belong to the first batch; `all_y` are all targets that are known.
    """
    if not isinstance(outputs, Tensor):
        raise TypeError(f"the model returned {_kind_of(outputs)}; fit needs one tensor.")
    kind = _loss_kind(loss_fn)
    if kind in ("regression", "binary logits", "binary probabilities"):
        _check_same_shape(outputs, y)
        if not y.is_floating_point():
            raise TypeError(
                f"y is {y.dtype}, but this loss compares it with float outputs. "
                "Convert the targets: y = y.float()."
            )
    elif kind is None:
        if {outputs.shape, y.shape} == {(len(y), 1), (len(y),)} and y.is_floating_point():
            _check_same_shape(outputs, y)
    else:
        _check_classes(outputs, all_y, kind)
    if kind in ("binary logits", "binary probabilities") and (all_y.min() < 0 or all_y.max() > 1):
        raise ValueError(
            f"binary targets must lie between 0 and 1, but y runs from {all_y.min().item():g} to "
            f"{all_y.max().item():g}."
        )
    if kind in ("binary logits", "class logits") and (made_by := _squashing(outputs)):
        cure = "sigmoid" if kind == "binary logits" else "softmax"
        raise ValueError(
            f"the model's outputs come from {made_by}, but this loss wants logits and applies its "
            f"own {cure}: squashing twice puts a floor under the loss. Remove the model's last "
            "activation; apply it only when you read probabilities."
        )
    if kind == "binary probabilities" and (outputs.min() < 0 or outputs.max() > 1):
        raise ValueError(
            "nn.BCELoss wants probabilities between 0 and 1, but the outputs are logits (they run "
            f"from {outputs.min().item():.3g} to {outputs.max().item():.3g}). "
            "Use nn.BCEWithLogitsLoss(), which takes logits and is more accurate too."
        )
    if kind == "class log-probabilities" and outputs.max() > 0:
        raise ValueError(
            "nn.NLLLoss wants log-probabilities, which are never positive, but the outputs are. "
            "Use nn.CrossEntropyLoss() on logits: it takes the log-softmax itself."
        )


def check_loader_arguments(data: Any, batch_size: int | None) -> None:
    """Refuse a batch size beside a DataLoader, which has its own."""
    if isinstance(data, DataLoader) and batch_size is not None:
        raise ValueError(
            f"the DataLoader already makes batches of {data.batch_size}; leave batch_size out."
        )


def _check_same_shape(outputs: Tensor, y: Tensor) -> None:
    if outputs.shape == y.shape:
        return
    what = (
        "The loss would silently compare every prediction with every target."
        if _broadcasts(outputs.shape, y.shape)
        else "The loss compares them one by one."
    )
    cure = (
        f"Reshape the targets: y.reshape({', '.join(map(str, (-1, *outputs.shape[1:])))})."
        if outputs.numel() == y.numel()
        else "Check the number of outputs of the model's last layer and the columns of y."
    )
    raise ValueError(
        f"the model's outputs have shape {tuple(outputs.shape)}, the targets {tuple(y.shape)}. "
        f"{what} {cure}"
    )


def _check_classes(outputs: Tensor, y: Tensor, kind: str) -> None:
    n_classes = outputs.shape[1] if outputs.ndim > 1 else 1
    if n_classes < 2:
        raise ValueError(
            f"cross-entropy needs one output for each class, but the outputs have shape "
            f"{tuple(outputs.shape)}. For two classes with one logit use nn.BCEWithLogitsLoss()."
        )
    if y.is_floating_point():
        if kind == "class logits" and y.shape[1:] == outputs.shape[1:]:
            return  # class probabilities, which cross-entropy accepts as well
        raise TypeError(
            f"y is {y.dtype} of shape {tuple(y.shape)}, but cross-entropy wants class numbers: "
            "y = y.reshape(-1).long()."
        )
    if y.shape[1:] != outputs.shape[2:]:
        raise ValueError(
            f"y has shape {tuple(y.shape)}; cross-entropy wants one class number for each sample, "
            f"shape ({len(y)},). Try y.reshape(-1)."
        )
    if y.dtype != torch.int64:
        raise TypeError(f"y is {y.dtype}; class numbers must be torch.int64: y = y.long().")
    classes = y[y != -100]  # PyTorch's mark for "ignore this sample"
    if len(classes) and (classes.min() < 0 or classes.max() >= n_classes):
        raise ValueError(
            f"y holds the classes {int(classes.min())} to {int(classes.max())}, but the model has "
            f"{n_classes} outputs, for the classes 0 to {n_classes - 1}. Count classes from 0, and "
            "give the last layer one output for each."
        )


def _squashing(outputs: Tensor) -> str | None:
    """Name the squashing function that made `outputs`, looking through mere reshapes."""
    node: Any = outputs.grad_fn
    while node is not None:
        name = type(node).__name__
        if name in _SQUASHED:
            return _SQUASHED[name]
        if not name.startswith(_RESHAPES) or not node.next_functions:
            return None
        node = node.next_functions[0][0]
    return None


def _loss_kind(loss_fn: Callable[..., Tensor]) -> str | None:
    return _KINDS.get(type(loss_fn)) or _KINDS.get(loss_fn)


def _broadcasts(*shapes: Iterable[int]) -> bool:
    try:
        torch.broadcast_shapes(*(torch.Size(shape) for shape in shapes))
    except RuntimeError:
        return False
    return True


def _kind_of(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"
