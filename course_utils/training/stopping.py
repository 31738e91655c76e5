"""Stop in time: the hook that watches the validation loss and keeps the best weights."""

from __future__ import annotations

import math

from torch import Tensor, nn

from .history import Row


class EarlyStopping:
    """A hook for `fit`: stop when nothing has improved for a while, and keep the best weights.

    First written out in lecture 09. After the run call `restore`: the model itself ends with its
    last weights, which are `patience` epochs older than the best ones, and worse.

    Parameters
    ----------
    patience
        Epochs without a new best after which the run stops, 1 or more.
    key
        Column of the history to watch.
    largest
        True where a large value is good, as for ``"val_accuracy"``.

    Attributes
    ----------
    best_epoch : int
        The epoch with the best value so far; 0 before the first.
    best_value : float
        That value.
    best_state : dict or None
        A copy of the model's `state_dict` at that epoch.

    Raises
    ------
    TypeError, ValueError
        If `patience` is no whole number of 1 or more.

    Examples
    --------
    >>> import torch
    >>> from course_utils import LinearRegression, fit
    >>> X = torch.linspace(-1, 1, 8).reshape(-1, 1)
    >>> train, val = (X, 2 * X), (X, X)  # on the way to slope 2 it passes slope 1
    >>> model = LinearRegression(1)
    >>> _ = nn.init.zeros_(model.linear.weight), nn.init.zeros_(model.linear.bias)
    >>> stopper, sgd = EarlyStopping(patience=5), torch.optim.SGD(model.parameters(), lr=0.1)
    >>> history = fit(model, train, loss_fn=nn.MSELoss(), optimizer=sgd, epochs=500, val=val,
    ...               on_epoch_end=stopper)
    >>> len(history) - stopper.best_epoch
    5
    >>> stopper.restore(model)
    >>> round(model.linear.weight.item(), 1)
    1.0
    """

    def __init__(self, patience: int = 10, *, key: str = "val_loss", largest: bool = False) -> None:
        if isinstance(patience, bool) or not isinstance(patience, int):
            raise TypeError(f"patience is a number of epochs, a whole number, not {patience!r}.")
        if patience < 1:
            raise ValueError(f"patience must be 1 epoch or more, not {patience}.")
        self.patience, self.key, self.largest = patience, key, largest
        self.best_epoch = 0
        self.best_value = -math.inf if largest else math.inf
        self.best_state: dict[str, Tensor] | None = None
        self._last_epoch = 0

    def __call__(self, epoch: int, row: Row, model: nn.Module) -> bool:
        """Look at one epoch; whether to stop after it. `fit` calls this."""
        if self.key not in row:
            raise ValueError(
                f"EarlyStopping watches {self.key!r}, but an epoch has only {sorted(row)}. "
                "Give fit validation data: fit(…, val=(X_val, y_val))."
            )
        if epoch <= self._last_epoch:
            raise ValueError(
                f"this EarlyStopping has seen epoch {self._last_epoch} of another run and knows "
                "its best weights. Make a new one for each run: EarlyStopping(patience=…)."
            )
        self._last_epoch = epoch
        value = row[self.key]
        if value > self.best_value if self.largest else value < self.best_value:
            self.best_epoch, self.best_value = epoch, value
            state = model.state_dict()  # references: the next update would change them
            self.best_state = {name: tensor.detach().clone() for name, tensor in state.items()}
        return epoch - self.best_epoch >= self.patience

    def restore(self, model: nn.Module) -> None:
        """Give `model` the weights of the best epoch."""
        if self.best_state is None:
            raise ValueError(
                "there are no weights to restore: no epoch had a finite value, or the run has not "
                "begun. Call restore after fit(…, on_epoch_end=stopper)."
            )
        model.load_state_dict(self.best_state)

    def __repr__(self) -> str:
        best = f"best {self.key} {self.best_value:.4g} in epoch {self.best_epoch}"
        return f"EarlyStopping(patience={self.patience}: {best if self.best_epoch else 'unused'})"
