"""How good a model is, in numbers that people can read.

Classifiers are scored from their logits: two classes as one logit (N, 1) against targets (N, 1)
of zeros and ones, K classes as (N, K) against class numbers (N,). All functions return plain
floats, except `confusion`, which returns counts.
"""

from __future__ import annotations

import torch
from torch import Tensor


def accuracy(logits: Tensor, y: Tensor, *, threshold: float = 0.0) -> float:
    """Share of samples whose predicted class is the true one.

    First written out in lecture 03.

    Parameters
    ----------
    logits
        (N, 1) for two classes, or (N, K); float.
    y
        (N, 1) of zeros and ones, or (N,) of class numbers.
    threshold
        With one logit: predict class 1 above this value. 0 is a probability of one half; for
        probabilities instead of logits give 0.5.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> accuracy(torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[1.0], [0.0], [0.0]]))
    0.6666666666666666
    """
    predicted, true = _classes(logits, y, threshold)
    return (predicted == true).sum().item() / len(true)


def confusion(logits: Tensor, y: Tensor, *, threshold: float = 0.0) -> Tensor:
    """Count samples by true class (rows) and predicted class (columns).

    First written out in lecture 03.

    Parameters
    ----------
    logits, y, threshold
        As for `accuracy`.

    Returns
    -------
    Tensor
        (K, K) int64 on the CPU; its sum is N.

    Examples
    --------
    >>> confusion(torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[1.0], [0.0], [0.0]]))
    tensor([[1, 1],
            [0, 1]])
    """
    predicted, true = _classes(logits, y, threshold)
    n_classes = 2 if logits.shape[1] == 1 else logits.shape[1]
    cells = torch.bincount((n_classes * true + predicted).cpu(), minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes)


def precision(logits: Tensor, y: Tensor, *, threshold: float = 0.0) -> float:
    """Share of the samples called positive that are positive; two classes, one logit.

    NaN where no sample was called positive: the share of nothing is not zero.
    First written out in lecture 08.

    Parameters
    ----------
    logits, y
        (N, 1) each.
    threshold
        As for `accuracy`.

    Examples
    --------
    >>> precision(torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[1.0], [0.0], [0.0]]))
    0.5
    """
    (_, false_pos), (_, true_pos) = _binary_counts(logits, y, threshold)
    return _share(true_pos, true_pos + false_pos)


def recall(logits: Tensor, y: Tensor, *, threshold: float = 0.0) -> float:
    """Share of the positive samples that were called positive; two classes, one logit.

    NaN where there is no positive sample.
    First written out in lecture 08.

    Parameters
    ----------
    logits, y
        (N, 1) each.
    threshold
        As for `accuracy`.

    Examples
    --------
    >>> recall(torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[1.0], [0.0], [0.0]]))
    1.0
    """
    _, (false_neg, true_pos) = _binary_counts(logits, y, threshold)
    return _share(true_pos, true_pos + false_neg)


def f1(logits: Tensor, y: Tensor, *, threshold: float = 0.0) -> float:
    """Harmonic mean of precision and recall; two classes, one logit.

    NaN where there is neither a positive sample nor a positive prediction.
    First written out in lecture 08.

    Parameters
    ----------
    logits, y
        (N, 1) each.
    threshold
        As for `accuracy`.

    Examples
    --------
    >>> f1(torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[1.0], [0.0], [0.0]]))
    0.6666666666666666
    """
    (_, false_pos), (false_neg, true_pos) = _binary_counts(logits, y, threshold)
    return _share(2 * true_pos, 2 * true_pos + false_pos + false_neg)


def r2(predictions: Tensor, y: Tensor) -> float:
    """Share of the variance of the targets that a regression explains.

    1 is perfect, 0 is as good as always predicting the mean, and a model can be worse than that.
    First written out in lecture 01.

    Parameters
    ----------
    predictions, y
        (N, 1) each, float; the same shape.

    Raises
    ------
    ValueError
        If the shapes differ, or all targets are equal (there is no variance to explain).

    Examples
    --------
    >>> y = torch.tensor([[1.0], [2.0], [3.0]])
    >>> r2(y, y)
    1.0
    >>> r2(torch.full_like(y, 2.0), y)
    0.0
    """
    if predictions.shape != y.shape:
        raise ValueError(
            f"predictions have shape {tuple(predictions.shape)}, targets {tuple(y.shape)}; "
            "equal shapes are needed, or the difference would broadcast. Try y.reshape(-1, 1)."
        )
    predictions, y = predictions.double(), y.double()
    total = (y - y.mean()).square().sum()
    if total == 0:
        raise ValueError("all targets are equal, so there is no variance to explain.")
    return (1 - (y - predictions).square().sum() / total).item()


def _classes(logits: Tensor, y: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """Predicted and true class numbers, (N,) int64 each."""
    if logits.ndim != 2 or len(logits) == 0:
        raise ValueError(
            f"logits must have shape (N, 1) or (N, K) with N of at least 1, not "
            f"{tuple(logits.shape)}."
        )
    expected = logits.shape if logits.shape[1] == 1 else logits.shape[:1]
    if y.shape != expected:
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} need targets of shape {tuple(expected)}, but "
            f"y has {tuple(y.shape)}. Try y.reshape({', '.join(map(str, expected))})."
        )
    n_classes = max(2, logits.shape[1])
    true = y.reshape(-1).long()
    if (
        not torch.equal(true.to(y.dtype), y.reshape(-1))
        or true.min() < 0
        or true.max() >= n_classes
    ):
        raise ValueError(
            f"targets must be class numbers from 0 to {n_classes - 1}; y holds others."
        )
    if logits.shape[1] == 1:
        return (logits.reshape(-1) > threshold).long(), true
    return logits.argmax(dim=1), true


def _binary_counts(logits: Tensor, y: Tensor, threshold: float) -> list[list[int]]:
    if logits.ndim == 2 and logits.shape[1] != 1:
        raise ValueError(
            f"this metric is defined for two classes as one logit (N, 1), not for logits of shape "
            f"{tuple(logits.shape)}. For K classes look at confusion(logits, y)."
        )
    counts: list[list[int]] = confusion(logits, y, threshold=threshold).tolist()
    return counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
