"""What every model asks of its sizes and its inputs, in a student's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from torch import Tensor, nn


def require_counts(**counts: int) -> None:
    """Refuse sizes of layers that are no positive whole numbers."""
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int):
            raise TypeError(f"{name} must be a whole number, not {count!r}.")
        if count < 1:
            raise ValueError(f"{name} must be 1 or more, not {count}.")


def require_tensor(X: object) -> None:
    """Refuse arrays, lists and numbers."""
    if not isinstance(X, Tensor):
        raise TypeError(
            f"the model got a {type(X).__name__}, but computes with tensors only. "
            "Convert it first: torch.tensor(X, dtype=torch.float32)."
        )


def apply(layer: Callable[[Tensor], Tensor], X: Tensor, n_features: int) -> Tensor:
    """Return ``layer(X)``, or say in a student's words why that is impossible.

    One row without a batch dimension would pass PyTorch silently, so shapes are looked at first;
    dtype and device only after PyTorch has refused, so that good inputs wait for nothing.
    """
    require_tensor(X)
    if X.ndim < 2 or X.shape[-1] != n_features:
        raise ValueError(
            f"the model expects inputs of shape (N, {n_features}), but got {tuple(X.shape)}. "
            f"{_shape_cure(X, n_features)}"
        )
    return run(layer, X)


def run(layer: Callable[[Tensor], Tensor], X: Tensor) -> Tensor:
    """Return ``layer(X)``; where PyTorch refuses, name the dtype or device at fault."""
    try:
        return layer(X)
    except RuntimeError:
        weight = next(cast(nn.Module, layer).parameters())
        if X.dtype != weight.dtype:
            raise TypeError(
                f"the inputs are {X.dtype}, the weights {weight.dtype}. "
                f"Convert the inputs: X = X.to({weight.dtype})."
            ) from None
        if X.device != weight.device:
            raise ValueError(
                f"the model is on {weight.device}, the inputs are on {X.device}. Move both to one "
                "device: model.to(device) and X.to(device)."
            ) from None
        raise


def _shape_cure(X: Tensor, n_features: int) -> str:
    if X.ndim == 1 and n_features == 1:
        return "One column of numbers is X.reshape(-1, 1)."
    if X.ndim == 1 and len(X) == n_features:
        return "A single row needs a batch dimension: X.unsqueeze(0)."
    return "Rows are samples, columns are features."
