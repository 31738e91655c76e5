"""Epochs per second of `fit` against the loop that everybody writes, and scikit-learn's.

Batch 32, history on, validation on a fifth as many rows, one thread, CPU time. The runs of a row
take turns, and the fastest of each counts. The weights of `fit` and of the hand-written loop are
compared to the bit.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from sklearn.neural_network import MLPClassifier
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from course_utils import MLP, batches, fit, load_dataset, make_points

ROUNDS = 5
BATCH_SIZE = 32


@dataclass
class Case:
    widths: tuple[int, ...]
    X: Tensor
    y: Tensor
    loss_fn: Any
    epochs: int

    @property
    def val(self) -> tuple[Tensor, Tensor]:
        n = len(self.X) // 5
        return self.X[:n], self.y[:n]

    def fresh(self) -> nn.Module:
        torch.manual_seed(0)
        return MLP(*self.widths)


def by_hand(case: Case, make: Callable[..., Any]) -> nn.Module:
    """The usual loop: DataLoader, .item() for the history, validation in batches."""
    model, loss_fn, history = case.fresh(), case.loss_fn, []
    optimizer = make(model.parameters())
    train = batches(case.X, case.y, BATCH_SIZE, seed=0)
    val = DataLoader(TensorDataset(*case.val), BATCH_SIZE)
    for _ in range(case.epochs):
        model.train()
        total = val_total = 0.0
        for X, y in train:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        model.eval()
        with torch.no_grad():
            for X, y in val:
                val_total += loss_fn(model(X), y).item() * len(X)
        history.append((total / len(case.X), val_total / len(val.dataset)))
    return model


def by_fit(case: Case, make: Callable[..., Any]) -> nn.Module:
    model = case.fresh()
    data = case.X, case.y
    fit(model, data, loss_fn=case.loss_fn, optimizer=make(model.parameters()), epochs=case.epochs,
        batch_size=BATCH_SIZE, val=data, seed=0)  # fmt: skip
    return model


def by_scikit_learn(case: Case, solver: str) -> None:
    net = MLPClassifier(
        case.widths[1:-1],
        solver=solver,
        batch_size=BATCH_SIZE,
        learning_rate_init=0.01,
        alpha=0.0,
        max_iter=case.epochs,
        n_iter_no_change=case.epochs + 1,
    )
    X, y = case.X.numpy(), case.y.numpy().ravel()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it was not given time to converge
        net.fit(X, y)
    net.predict_proba(X[: len(X) // 5])


def cpu_seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def cases() -> list[Case]:
    diabetes = load_dataset("diabetes", variant="759")
    digits = load_dataset("digits")
    moons, side = make_points("moons", 10_000, noise=0.5)
    return [
        Case((8, 6, 4, 1), diabetes.X, diabetes.y, nn.BCEWithLogitsLoss(), 20),
        Case((2, 20, 20, 2), moons, side.reshape(-1).long(), nn.CrossEntropyLoss(), 2),
        Case((64, 128, 10), digits.X, digits.y, nn.CrossEntropyLoss(), 8),
    ]


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters)


def fused_adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, fused=True)


def report() -> None:
    torch.set_num_threads(1)
    print("Epochs per second over those of the hand-written DataLoader loop (1.00 = as fast)")
    print(f"  {'':22}{'fit, SGD':>10}{'fit, Adam':>11}{'fit, fused':>12}"
          f"{'sklearn SGD':>13}{'sklearn Adam':>14}   bit-equal")  # fmt: skip
    for case in cases():
        runs: dict[str, Callable[[], Any]] = {
            "hand sgd": lambda case=case: by_hand(case, sgd),
            "fit sgd": lambda case=case: by_fit(case, sgd),
            "sk sgd": lambda case=case: by_scikit_learn(case, "sgd"),
            "hand adam": lambda case=case: by_hand(case, adam),
            "fit adam": lambda case=case: by_fit(case, adam),
            "fit fused": lambda case=case: by_fit(case, fused_adam),
            "sk adam": lambda case=case: by_scikit_learn(case, "adam"),
        }
        best = dict.fromkeys(runs, float("inf"))
        models: dict[str, Any] = {}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                seconds, models[name] = cpu_seconds(run)
                best[name] = min(best[name], seconds)
        equal = all(
            torch.equal(p, q)
            for kind in ("sgd", "adam")
            for p, q in zip(models[f"hand {kind}"].parameters(), models[f"fit {kind}"].parameters(),
                            strict=True)
        )  # fmt: skip
        net = f"{len(case.X)}x{case.widths[0]}, {'-'.join(map(str, case.widths))}"
        hand_sgd, hand_adam = best["hand sgd"], best["hand adam"]
        print(f"  {net:22}{hand_sgd / best['fit sgd']:10.2f}{hand_adam / best['fit adam']:11.2f}"
              f"{hand_adam / best['fit fused']:12.2f}{hand_sgd / best['sk sgd']:13.2f}"
              f"{hand_adam / best['sk adam']:14.2f}   {equal}")  # fmt: skip
    print("  goals: fit with SGD 1.60, fused Adam 1.90, bit-equal with SGD and default Adam\n")
