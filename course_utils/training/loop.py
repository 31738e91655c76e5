"""`fit` and `evaluate`: the loop of lecture 01, with mini-batches, validation and history."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .guards import check_loader_arguments, check_run, check_step
from .history import History, Row
from .progress import Progress
from .sources import Source

Loss = Callable[[Tensor, Tensor], Tensor]
Metrics = Mapping[str, Callable[[Tensor, Tensor], float]]
Hook = Callable[[int, Row, nn.Module], object]


def fit(
    model: nn.Module,
    train: Any,
    *,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    batch_size: int | None = None,
    val: Any = None,
    metrics: Metrics | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    progress: bool | None = None,
    on_epoch_end: Hook | None = None,
    compile: bool = False,
) -> History:
    """Train `model` in place and return the history of the run.

    First written out in lecture 01: forward, loss, backward, step. Each epoch visits every
    sample once; the loss of an epoch is the mean over its batches, each measured before its
    update.

    Parameters
    ----------
    model
        Any module that maps a batch of inputs to a batch of outputs.
    train
        ``(X, y)``, a dataset, or a DataLoader. Tensors are the fast path.
    loss_fn
        ``loss_fn(outputs, y)`` returns a scalar: ``nn.MSELoss()``, ``nn.CrossEntropyLoss()``, …
    optimizer
        Built by the caller on ``model.parameters()``.
    epochs
        Passes over the training data, 1 or more.
    batch_size
        Samples for each update; None takes all of them at once, unshuffled.
    val
        Validation data, like `train`: adds ``val_loss`` and ``val_…`` metrics to each row.
    metrics
        Name → ``fn(outputs, y)``, for example ``{"accuracy": accuracy}``.
    device
        Where to train; the model and all data are moved there. None stays where the model is.
    seed
        Fixes the order of the mini-batches: the same as that of ``batches(X, y, seed=seed)``.
    progress
        True shows a progress bar, False none; None shows one where somebody watches and the run
        takes more than a second.
    on_epoch_end
        ``hook(epoch, row, model)`` after each epoch. It may add numbers to the row; if it
        returns True, the run stops there. Early stopping, animations and checkpoints live here.
    compile
        Run the model through ``torch.compile`` (lecture 11): seconds to minutes go into the first
        step; large networks on a GPU win them back, small ones on a CPU seldom do.

    Returns
    -------
    History
        One row for each epoch. Where the run ended early (a hook, a loss that became NaN, an
        interrupt from the keyboard), ``history.stopped`` says why, and the rows so far are kept.

    Raises
    ------
    TypeError, ValueError
        If data, loss and model do not belong together; the message names the cure.

    Examples
    --------
    >>> from course_utils import LinearRegression
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> model = LinearRegression(1)
    >>> sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> history = fit(model, (X, 2 * X), loss_fn=nn.MSELoss(), optimizer=sgd, epochs=200)
    >>> history["loss"][-1] < 0.01
    True
    """
    check_run(model, loss_fn, optimizer, epochs, batch_size, metrics)
    check_loader_arguments(train, batch_size)
    source = Source(train, model, "training", device, batch_size=batch_size, seed=seed)
    val_source = None if val is None else Source(val, model, "validation", device)
    if device is not None:
        model.to(device)
    forward: Callable[[Tensor], Tensor] = torch.compile(model) if compile else model
    was_training = model.training
    history, diverged = History(), False
    bar = Progress(epochs, progress)
    try:
        for epoch in range(1, epochs + 1):
            model.train()
            row: Row = {"epoch": epoch}
            row |= _train_epoch(forward, source, loss_fn, optimizer, metrics, history)
            diverged = not math.isfinite(row["loss"])
            if val_source is not None:
                scores = _evaluate(model, val_source, loss_fn, metrics, blank=diverged)
                row |= {f"val_{name}": value for name, value in scores.items()}
            history.append(row)
            if diverged:
                history.stopped = _explain_divergence(history)
            elif on_epoch_end is not None and on_epoch_end(epoch, row, model):
                history.stopped = f"on_epoch_end asked for it after epoch {epoch}"
            bar.update(row)
            if history.stopped:
                break
        if not (history.stopped or _all_finite(model)):
            diverged = True
            history.stopped = (
                "the last update made the weights NaN or infinite. Try a smaller learning rate."
            )
    except KeyboardInterrupt:
        diverged = False
        history.stopped = f"interrupted after {len(history)} finished epochs"
        print(f"Training {history.stopped}; they are kept.")
    finally:
        bar.close()
        model.train(was_training)
    if diverged:
        print(f"Training stopped: {history.stopped}")
    return history


def evaluate(
    model: nn.Module,
    data: Any,
    *,
    loss_fn: Loss,
    metrics: Metrics | None = None,
    device: torch.device | str | None = None,
) -> dict[str, float]:
    """Return the loss and the metrics of `model` on `data`, without training.

    The model is in evaluation mode meanwhile (no dropout, batch norm with its stored statistics)
    and then as it was.

    Parameters
    ----------
    model, data, loss_fn, metrics, device
        As for `fit`.

    Returns
    -------
    dict
        ``"loss"`` and one entry for each metric.

    Examples
    --------
    >>> from course_utils import LinearRegression, r2
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> scores = evaluate(LinearRegression(1), (X, 2 * X), loss_fn=nn.MSELoss(), metrics={"r2": r2})
    >>> sorted(scores)
    ['loss', 'r2']
    """
    if isinstance(loss_fn, type):
        raise TypeError("loss_fn is a class; it needs its parentheses, as in nn.MSELoss().")
    source = Source(data, model, "evaluation", device)
    if device is not None:
        model.to(device)
    was_training = model.training
    try:
        return _evaluate(model, source, loss_fn, metrics)
    finally:
        model.train(was_training)


def _train_epoch(
    forward: Callable[[Tensor], Tensor],
    source: Source,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    metrics: Metrics | None,
    history: History,
) -> Row:
    losses: list[Tensor] = []
    seen: list[tuple[Tensor, Tensor]] = []
    sizes: list[int] = []
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for X, y in source:
        for parameter in parameters:  # what optimizer.zero_grad() does, without its bookkeeping
            parameter.grad = None
        outputs = forward(X)
        if not source.checked:
            check_step(outputs, y, source.targets(y), loss_fn)
            source.checked = True
        loss = loss_fn(outputs, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())  # a tensor: .item() would make a GPU wait at every step
        sizes.append(len(X))
        if metrics:
            seen.append((outputs.detach(), y))
    step_losses = torch.stack(losses).tolist()
    history.step_losses += step_losses
    row = {"loss": _mean_loss(step_losses, sizes, loss_fn)}
    return row | _score(seen, metrics)


def _evaluate(
    model: nn.Module,
    source: Source,
    loss_fn: Loss,
    metrics: Metrics | None,
    *,
    blank: bool = False,
) -> dict[str, float]:
    if blank:  # after NaN there is nothing to measure, but columns stay of one length
        return dict.fromkeys(["loss", *(metrics or {})], math.nan)
    model.eval()
    seen: list[tuple[Tensor, Tensor]] = []
    with torch.no_grad() if not source.checked else torch.inference_mode():
        for X, y in source.chunks():
            outputs = model(X)
            if not source.checked:
                check_step(outputs, y, source.targets(y), loss_fn)
                source.checked = True
            seen.append((outputs, y))
        outputs, y = _joined(seen)
        return {"loss": float(loss_fn(outputs, y))} | _score([(outputs, y)], metrics)


def _joined(seen: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    if len(seen) == 1:
        return seen[0]
    outputs, ys = zip(*seen, strict=True)
    return torch.cat(outputs), torch.cat(ys)


def _score(seen: list[tuple[Tensor, Tensor]], metrics: Metrics | None) -> dict[str, float]:
    if not metrics:
        return {}
    outputs, y = _joined(seen)
    return {name: float(metric(outputs, y)) for name, metric in metrics.items()}


def _mean_loss(step_losses: list[float], sizes: list[int], loss_fn: Loss) -> float:
    if getattr(loss_fn, "reduction", "mean") == "sum":
        return sum(step_losses)
    total = sum(loss * size for loss, size in zip(step_losses, sizes, strict=True))
    return total / sum(sizes)


def _all_finite(model: nn.Module) -> bool:
    return all(bool(torch.isfinite(parameter).all()) for parameter in model.parameters())


def _explain_divergence(history: History) -> str:
    step = next(i for i, loss in enumerate(history.step_losses) if not math.isfinite(loss))
    value = "NaN" if math.isnan(history.step_losses[step]) else "infinite"
    return (
        f"the loss became {value} in epoch {len(history)} (update {step + 1}). "
        "Try a smaller learning rate, or standardise the inputs."
    )
