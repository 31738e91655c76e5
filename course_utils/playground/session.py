"""A run that can be stepped: what `fit` does in one go, update by update."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ..metrics import accuracy
from ..models import MLP, LogisticRegression
from ..training import History, evaluate
from ..training.sources import Source
from .choices import ACTIVATIONS, OPTIMIZERS
from .data import Plane, compute_features, prepare
from .settings import Settings

METRICS = {"accuracy": accuracy}


class Session:
    """The training of one network, one update or one epoch at a time.

    With equal settings the numbers are those of ``fit(model, train, …, seed=settings.seed)``
    after ``seed_everything(settings.seed)``: same weights, same order of the batches, same losses.
    Whatever else draws random numbers in this process changes nothing, and is not disturbed.

    Parameters
    ----------
    settings
        What to train on what; the defaults where left away.

    Attributes
    ----------
    settings, plane, model
        What is trained.
    history : History
        One row for each finished epoch: loss, accuracy, val_loss, val_accuracy.
    updates : int
        Steps of the optimizer so far.
    stopped : str or None
        Why no further update is possible: one sentence with what to try.

    Examples
    --------
    >>> session = Session(Settings(data="xor", hidden=(4,)))
    >>> for _ in range(3):
    ...     session.epoch()
    >>> len(session.history), session.updates
    (3, 24)
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.configure(settings or Settings())

    def configure(self, settings: Settings) -> None:
        """Start afresh with other settings; where they are refused, all stays as it was.

        Raises
        ------
        SettingsError
            For columns that the table does not have.
        """
        self.plane: Plane = prepare(settings)
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Start afresh: the first weights again, no epoch trained."""
        settings = self.settings
        self.updates = 0
        self._random = torch.Generator().manual_seed(settings.seed).get_state()
        with self._own_random():
            self.model = build_model(settings, self.plane.n_outputs)
        self._optimizer: torch.optim.Optimizer | None = None
        self.loss_fn = (
            nn.BCEWithLogitsLoss() if self.plane.n_outputs == 1 else nn.CrossEntropyLoss()
        )
        X, y = self.plane.train
        self.train = compute_features(X, settings.features), y
        X, y = self.plane.val
        self.val = compute_features(X, settings.features), y
        batch_size = settings.batch or None
        self._source = Source(
            self.train, self.model, "training", None, batch_size=batch_size, seed=settings.seed
        )
        self._batches: Iterator[tuple[Tensor, Tensor]] | None = None
        self._seen: list[tuple[Tensor, Tensor, float]] = []
        self.history = History()
        self.stopped: str | None = None

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """Made for the first update: PyTorch takes a second over its first one."""
        if self._optimizer is None:
            self._optimizer = build_optimizer(self.settings, self.model)
        return self._optimizer

    @property
    def layers(self) -> list[nn.Linear]:
        """The linear layers, the first at the front."""
        return [layer for layer in self.model.modules() if isinstance(layer, nn.Linear)]

    @property
    def grad_norms(self) -> list[float]:
        """Norm of each layer's gradient (weights and biases) in the last update, in order."""
        gradients = [p.grad for layer in self.layers for p in layer.parameters()]
        norms = [0.0 if grad is None else grad.norm().item() for grad in gradients]
        return [
            math.hypot(weights, bias) for weights, bias in zip(norms[::2], norms[1::2], strict=True)
        ]

    @property
    def updates_per_epoch(self) -> int:
        """Batches in an epoch."""
        rows = len(self.train[0])
        return math.ceil(rows / (self.settings.batch or rows))

    @property
    def note(self) -> str | None:
        """What may surprise in these settings, in one sentence."""
        settings = self.settings
        if settings.penalty == "dropout" and not settings.hidden:
            return "Dropout switches off hidden units, and this network has none."
        if settings.batch > len(self.train[0]):
            return f"There are only {len(self.train[0])} training rows: each batch takes them all."
        if settings.optimizer == "adamw" and settings.penalty != "l2":
            return "AdamW shrinks the weights on its own (weight decay 0.01); L2 sets how much."
        if len(settings.hidden) > 1 and settings.activation == "linear":
            return "Layers without an activation between them can do no more than a single one."
        return None

    def epoch(self) -> None:
        """Train to the end of the present epoch; does nothing once stopped."""
        epochs = len(self.history)
        while self.stopped is None and len(self.history) == epochs:
            self.step()

    def step(self) -> None:
        """Make one update; the last one of an epoch also validates. Does nothing once stopped."""
        if self.stopped is not None:
            return
        if self._batches is None:
            self._batches = iter(self._source)
            self.model.train()
        X, y = next(self._batches)
        self.optimizer.zero_grad()
        with self._own_random():
            outputs = self.model(X)
        loss = self.loss_fn(outputs, y)
        if self.settings.penalty == "l1":
            weights = [layer.weight for layer in self.layers]
            loss = loss + self.settings.strength * sum(weight.abs().sum() for weight in weights)
        loss.backward()
        self.optimizer.step()
        self.updates += 1
        value = loss.item()
        self.history.step_losses.append(value)
        self._seen.append((outputs.detach(), y, value))
        last = len(self._seen) == self.updates_per_epoch
        # Weights that overflow show in the loss of the next update; after the last, look at them.
        if not math.isfinite(value) or (last and not self._weights_are_finite()):
            self.stopped = self._advice(value)
        elif last:
            self._finish_epoch()

    def _finish_epoch(self) -> None:
        outputs = torch.cat([outputs for outputs, _, _ in self._seen])
        ys = torch.cat([y for _, y, _ in self._seen])
        total = sum(value * len(y) for _, y, value in self._seen)
        row = {"epoch": len(self.history) + 1, "loss": total / len(ys)}
        row["accuracy"] = accuracy(outputs, ys)
        scores = evaluate(self.model, self.val, loss_fn=self.loss_fn, metrics=METRICS)
        self.history.append(row | {f"val_{name}": value for name, value in scores.items()})
        self._batches, self._seen = None, []

    def _weights_are_finite(self) -> bool:
        return all(bool(torch.isfinite(p).all()) for p in self.model.parameters())

    def _advice(self, loss: float) -> str:
        what = "the weights" if math.isfinite(loss) else "the loss"
        value = "infinite" if math.isinf(loss) else "NaN"
        less = ", or less strength" if self.settings.penalty in ("l1", "l2") else ""
        return (
            f"Stopped: {what} became {value} in epoch {len(self.history) + 1} (update "
            f"{self.updates}). The steps are too large: try a learning rate of "
            f"{self.settings.lr / 10:g} in place of {self.settings.lr:g}{less}."
        )

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """Draw from this run's own stream of torch's random numbers, and leave theirs to others."""
        if self.updates and self.settings.penalty != "dropout":  # nothing is drawn any more
            yield
            return
        outside = torch.get_rng_state()
        torch.set_rng_state(self._random)
        try:
            yield
        finally:
            self._random = torch.get_rng_state()
            torch.set_rng_state(outside)


def build_model(settings: Settings, n_outputs: int) -> nn.Module:
    """Return the network of the settings with fresh weights from torch's global generator."""
    n_inputs = len(settings.features)
    if not settings.hidden:
        return LogisticRegression(n_inputs, n_classes=max(2, n_outputs))
    return MLP(
        n_inputs,
        *settings.hidden,
        n_outputs,
        activation=ACTIVATIONS[settings.activation],
        dropout=settings.strength if settings.penalty == "dropout" else 0.0,
    )


def build_optimizer(settings: Settings, model: nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer of the settings on the model's parameters."""
    return OPTIMIZERS[settings.optimizer].make(
        model.parameters(), lr=settings.lr, **optimizer_arguments(settings)
    )


def optimizer_arguments(settings: Settings) -> dict[str, object]:
    """Return what the optimizer is given besides parameters and learning rate."""
    decay = {"weight_decay": settings.strength} if settings.penalty == "l2" else {}
    return OPTIMIZERS[settings.optimizer].arguments | decay


def hidden_outputs(model: nn.Module, X: Tensor) -> tuple[list[Tensor], Tensor]:
    """Return what each hidden layer and the last one make of `X`, without training.

    Examples
    --------
    >>> hidden, logits = hidden_outputs(MLP(2, 4, 3, 1), torch.zeros(5, 2))
    >>> [tuple(h.shape) for h in hidden], tuple(logits.shape)
    ([(5, 4), (5, 3)], (5, 1))
    """
    was_training = model.training
    model.eval()
    hidden: list[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, inputs: hidden.append(inputs[0]))
        for layer in model.modules()
        if isinstance(layer, nn.Linear)
    ]
    try:
        with torch.no_grad():
            logits = model(X)
    finally:
        for hook in hooks:
            hook.remove()
        model.train(was_training)
    return hidden[1:], logits
