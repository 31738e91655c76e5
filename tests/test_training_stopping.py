"""EarlyStopping: when it stops, what it keeps, and what it says where it cannot work."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from course_utils import MLP, EarlyStopping, LinearRegression, fit


def watch(stopper: EarlyStopping, values: list[float], model: nn.Module | None = None) -> int:
    """Show values one by one; the epoch after which it stops, 0 where it does not."""
    model = model or nn.Linear(1, 1)
    for epoch, value in enumerate(values, start=1):
        with torch.no_grad():
            next(model.parameters()).fill_(epoch)  # so that the weights tell their epoch
        if stopper(epoch, {"epoch": epoch, stopper.key: value}, model):
            return epoch
    return 0


@pytest.mark.parametrize(
    ("patience", "values", "stops", "best"),
    [
        (2, [3, 2, 1, 2, 2], 5, 3),
        (2, [3, 2, 2.5, 1, 2, 2], 6, 4),  # a new best in between: the count begins anew
        (3, [3, 2, 1, 2, 2], 0, 3),
        (1, [3, 3], 2, 1),  # as good is not better
        (2, [math.nan, 2, math.nan, math.nan], 4, 2),
    ],
)
def test_it_stops_patience_epochs_after_the_best(patience, values, stops, best):
    stopper = EarlyStopping(patience)
    assert watch(stopper, values) == stops
    assert stopper.best_epoch == best
    assert stopper.best_value == values[best - 1]


def test_a_metric_may_be_better_when_larger():
    stopper = EarlyStopping(2, key="val_accuracy", largest=True)
    assert watch(stopper, [0.5, 0.7, 0.6, 0.7]) == 4
    assert (stopper.best_epoch, stopper.best_value) == (2, 0.7)


def test_restore_brings_the_weights_of_the_best_epoch_back():
    model = nn.Linear(1, 1)
    stopper = EarlyStopping(10)
    watch(stopper, [3, 1, 2, 2], model)
    assert model.weight.item() == 4
    stopper.restore(model)
    assert model.weight.item() == 2
    with torch.no_grad():
        model.weight.fill_(9)  # the kept state is a copy
    stopper.restore(model)
    assert model.weight.item() == 2


def test_restore_brings_running_statistics_back_too():
    X = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    y = X[:, :1]
    model = MLP(2, 4, 1, batch_norm=True)
    stopper = EarlyStopping(3)
    how = {"loss_fn": nn.MSELoss(), "epochs": 400, "val": (X[:9], -y[:9]), "progress": False}
    history = fit(model, (X, y), optimizer=torch.optim.Adam(model.parameters(), lr=0.05),
                  on_epoch_end=stopper, **how)  # fmt: skip
    assert len(history) == stopper.best_epoch + 3 < 400
    assert stopper.best_value == min(history["val_loss"])
    stopper.restore(model)
    model.eval()
    with torch.no_grad():
        assert nn.MSELoss()(model(X[:9]), -y[:9]).item() == pytest.approx(stopper.best_value)


def test_what_it_cannot_do_is_said_in_words():
    with pytest.raises(TypeError, match="whole number"):
        EarlyStopping(1.5)
    with pytest.raises(ValueError, match="1 epoch or more"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match=r"Give fit validation data"):
        EarlyStopping()(1, {"epoch": 1, "loss": 0.5}, nn.Linear(1, 1))
    with pytest.raises(ValueError, match="after fit"):
        EarlyStopping().restore(nn.Linear(1, 1))


def test_a_second_run_needs_a_new_one():
    X = torch.ones(3, 1)
    model, stopper = LinearRegression(1), EarlyStopping(5)
    how = {"loss_fn": nn.MSELoss(), "epochs": 2, "val": (X, X), "on_epoch_end": stopper}
    sgd = torch.optim.SGD(model.parameters(), lr=0.01)
    fit(model, (X, X), optimizer=sgd, **how)
    with pytest.raises(ValueError, match="new one for each run"):
        fit(model, (X, X), optimizer=sgd, **how)


def test_it_says_what_it_has_seen():
    stopper = EarlyStopping(2)
    assert repr(stopper) == "EarlyStopping(patience=2: unused)"
    watch(stopper, [3, 1])
    assert repr(stopper) == "EarlyStopping(patience=2: best val_loss 1 in epoch 2)"
