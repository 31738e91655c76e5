"""What lecture 09 says can be computed, so it is: every number of its prose, and its exercises.

The study runs over 12 splits at once, as one stack of networks written here by hand with batched
matrix products: independent of `fit` and of the lecture's own four networks side by side.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils import (
    MLP,
    EarlyStopping,
    accuracy,
    evaluate,
    fit,
    load_dataset,
    make_points,
    seed_everything,
    split,
    standardize,
)

SEEDS = (0, 1, 2)
DIABETES = load_dataset("diabetes")
CLASSES = DIABETES.y.flatten().long()


def three_parts(seed):
    parts = split(DIABETES.X, CLASSES, stratify=True, seed=seed)
    return list(zip(standardize(*(X for X, _ in parts)), (y for _, y in parts), strict=True))


def adamw(net, decay=0.01, lr=0.01):
    return torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=decay, fused=True)


def learn(net, train, *, epochs, optimizer=None, loss_fn=F.cross_entropy, **more):
    optimizer = optimizer or adamw(net)
    how = {"loss_fn": loss_fn, "optimizer": optimizer, "epochs": epochs, "progress": False}
    return fit(net, train, **how, **more)


def loss_of(net, part):
    return evaluate(net, part, loss_fn=F.cross_entropy)["loss"]


# --- polynomials -------------------------------------------------------------------------------


def noisy_sine(n, seed):
    g = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=g) - 1
    return x, torch.sin(math.pi * x) + 0.3 * torch.randn(n, 1, generator=g)


def errors(degree, n, seed):
    """Training and new error, by numpy's Legendre basis: the same curves, better conditioned."""
    (x, y), (x_new, y_new) = noisy_sine(n, seed), noisy_sine(1000, seed + 1000)
    table, new = (
        np.polynomial.legendre.legvander(a.numpy().ravel().astype(float), degree)
        for a in (x, x_new)
    )
    w = np.linalg.lstsq(table, y.numpy().astype(float), rcond=None)[0]
    return [float(((t @ w - b.numpy()) ** 2).mean()) for t, b in ((table, y), (new, y_new))]


@cache
def by_degree():
    return np.array([[errors(d, 20, seed) for d in range(16)] for seed in range(20)])


def test_the_training_error_only_falls_and_the_new_error_has_a_valley():
    train, new = by_degree()[..., 0], np.median(by_degree()[..., 1], axis=0)
    assert (np.diff(train, axis=1) < 1e-9).all()
    assert new.argmin() == 3
    assert 0.09 < new[3] < 0.14
    assert np.median(train, axis=0)[4] < 0.09  # below the noise
    assert new[0] > 0.5
    assert new[12] > 1
    assert set(by_degree()[..., 1].argmin(axis=1)) <= set(range(1, 8))


def curves_of_samples(degree, samples=300, points=1000):
    """Fits to many samples at the same new x (S, M), the truth there, and training errors (S,)."""
    x_new = np.random.default_rng(0).uniform(-1, 1, points)
    new = np.polynomial.legendre.legvander(x_new, degree)
    fits, known = [], []
    for seed in range(samples):
        x, y = (t.numpy().ravel().astype(float) for t in noisy_sine(20, seed))
        table = np.polynomial.legendre.legvander(x, degree)
        w = np.linalg.lstsq(table, y, rcond=None)[0]
        fits.append(new @ w)
        known.append(((table @ w - y) ** 2).mean())
    return np.array(fits), np.sin(np.pi * x_new), np.array(known)


def test_the_error_on_new_points_is_noise_and_squared_bias_and_variance():
    for degree, squared_bias, variance in ((1, 0.20, 0.04), (3, 0.00, 0.04)):
        fits, truth, _ = curves_of_samples(degree)
        found = ((fits.mean(axis=0) - truth) ** 2).mean(), fits.var(axis=0).mean()
        assert found == pytest.approx((squared_bias, variance), abs=0.01)
        y_new = truth + 0.3 * np.random.default_rng(1).standard_normal(fits.shape)
        assert ((fits - y_new) ** 2).mean() == pytest.approx(0.09 + sum(found), rel=0.02)
    fits, truth, _ = curves_of_samples(7)
    assert fits.var(axis=0).mean() > 1 > 10 * ((fits.mean(axis=0) - truth) ** 2).mean()


def test_even_the_right_model_has_a_training_error_below_the_noise():
    known = curves_of_samples(3)[2].mean()
    assert known == pytest.approx(0.09 * (1 - 4 / 20), rel=0.06)
    assert round(0.09 * (1 - 4 / 20), 2) == 0.07


def test_more_points_close_the_gap_at_the_noise():
    few, many = (np.median([errors(9, n, s) for s in range(20)], axis=0) for n in (12, 1000))
    assert few[1] / few[0] > 100
    assert many == pytest.approx([0.09, 0.09], rel=0.1)
    stiff = np.median([errors(1, 1000, s) for s in range(5)], axis=0)
    assert stiff[1] - stiff[0] < 0.05  # they have met,
    assert stiff.min() > 0.2  # far above the noise


# --- learning by heart -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_wide_network_beats_the_parabola_on_its_cars_and_loses_on_others(seed):
    mpg = load_dataset("mpg")
    weight = mpg.feature("weight")
    order = torch.randperm(392, generator=torch.Generator().manual_seed(seed))
    few, rest = order[:30], order[30:]
    Z, Z_rest = standardize(weight[few], weight[rest])
    y, y_rest = standardize(mpg.y[few], mpg.y[rest])
    w = np.polyfit(Z.flatten().numpy(), y.flatten().numpy(), 2)
    parabola = [float(((np.polyval(w, a) - b) ** 2).mean())
                for a, b in ((Z.numpy(), y.numpy()), (Z_rest.numpy(), y_rest.numpy()))]  # fmt: skip
    seed_everything(seed)
    net = MLP(1, 1000, 1)
    adam = torch.optim.Adam(net.parameters(), lr=0.004, fused=True)
    run = learn(net, (Z, y), val=(Z_rest, y_rest), optimizer=adam, epochs=600, loss_fn=F.mse_loss)
    assert run["loss"][-1] < 0.8 * parabola[0]
    assert run["val_loss"][-1] > 1.15 * parabola[1]
    assert run.best()["epoch"] < 100
    assert min(run["val_loss"]) < 1.1 * parabola[1]  # nearly as good, at first
    if seed == 0:
        unit = mpg.y[few].var(correction=0).item()
        assert [round(unit * error, 1) for error in parabola] == [18.5, 17.6]


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_500_units_learn_65_wines_by_heart_and_decay_keeps_them_from_it(seed):
    wine = load_dataset("wine")
    rows = wine.y < 2
    X, y = wine.X[rows][:, [12, 0]], wine.y[rows].float().reshape(-1, 1)
    halves = split(X, y, fractions=(0.5, 0.5, 0.0), stratify=True, seed=seed)
    a, b = standardize(halves.train[0], halves.val[0])
    assert len(a) == len(b) == 65
    new = []
    for widths, decay, lr in (((2, 1), 0, 0.1), ((2, 500, 1), 0, 0.02), ((2, 500, 1), 3, 0.02)):
        seed_everything(0)
        net = MLP(*widths)
        bce = F.binary_cross_entropy_with_logits
        learn(net, (a, halves.train[1]), epochs=600, optimizer=adamw(net, decay, lr), loss_fn=bce)
        with torch.no_grad():
            new.append(bce(net(b), halves.val[1]).item())
            if decay == 0 and len(widths) == 3:
                assert accuracy(net(a), halves.train[1]) == 1
    line, wild, tame = new
    assert wild > 2 * line
    assert tame < 0.5 * wild
    if seed == 0:
        assert 2.5 < wild / line < 4


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_shuffled_labels_are_learned_by_heart_and_mean_nothing(seed):
    (X, y), val, _ = three_parts(seed)
    mixed = y[torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))]
    runs = {}
    for labels, width in ((y, 100), (mixed, 100), (mixed, 20)):
        seed_everything(seed)
        net = MLP(8, width, width, 2)
        adam = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
        how = {"metrics": {"accuracy": accuracy}, "val": val, "optimizer": adam, "epochs": 250}
        runs[labels is mixed, width] = learn(net, (X, labels), **how)
    assert runs[True, 100]["accuracy"][-1] == runs[False, 100]["accuracy"][-1] == 1
    assert 0.40 < runs[True, 100]["val_accuracy"][-1] < 0.62

    def epochs_to(run, share):
        return next((i for i, a in enumerate(run["accuracy"]) if a >= share), 999)

    assert epochs_to(runs[False, 100], 0.95) < epochs_to(runs[True, 100], 0.95)
    assert epochs_to(runs[True, 100], 0.9) < epochs_to(runs[True, 20], 0.9)
    # true labels: first what holds for others, then by heart
    best = runs[False, 100].best()
    assert best["val_loss"] < 0.6
    assert best["epoch"] < 20 < epochs_to(runs[False, 100], 0.95)
    seed_everything(seed)
    net = MLP(8, 100, 100, 2)
    adam = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
    how = {"metrics": {"accuracy": accuracy}, "optimizer": adam, "epochs": 60}
    few = learn(net, (X[:100], mixed[:100]), **how)
    assert epochs_to(few, 0.95) < 0.7 * epochs_to(runs[True, 100], 0.95)


# --- augmentation ------------------------------------------------------------------------------


def all_nine(X):
    """Each image moved in all nine ways, by slicing: (N, 3, 3, 64)."""
    padded = F.pad(X.reshape(-1, 8, 8), (1, 1, 1, 1))
    ways = [padded[:, r : r + 8, c : c + 8].flatten(1) for r in range(3) for c in range(3)]
    return torch.stack(ways, dim=1).unflatten(1, (3, 3))


def one_of(nine, g):
    rows, columns = torch.randint(3, (2, len(nine), 1), generator=g).squeeze(2)
    return nine[torch.arange(len(nine)), rows, columns]


@pytest.mark.parametrize("seed", [5, 6])
def test_noise_helps_and_moving_helps_only_with_moved_digits(seed):
    digits = load_dataset("digits")
    parts = split(digits.X, digits.y, stratify=True, seed=0)
    moved = one_of(all_nine(parts.val[0]), torch.Generator().manual_seed(99))
    scores = {}
    for name in ("plain", "moved", "noise"):
        g = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(parts.train[0]), generator=g)[:200]
        X, y = parts.train[0][chosen], parts.train[1][chosen]
        nine = all_nine(X)
        seed_everything(seed)
        net = MLP(64, 64, 10)
        adam = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
        for _ in range(300):
            batch = X
            if name == "moved":
                batch = one_of(nine, g)
            elif name == "noise":
                batch = X + 0.3 * torch.randn(X.shape, generator=g)
            adam.zero_grad()
            F.cross_entropy(net(batch), y).backward()
            adam.step()
        scores[name] = [accuracy(net(Z), parts.val[1]) for Z in (parts.val[0], moved)]
    assert 0 < scores["noise"][0] - scores["plain"][0] < 0.04
    assert 0.015 < scores["plain"][0] - scores["moved"][0] < 0.07
    assert scores["moved"][1] > scores["plain"][1] + 0.4


# --- weight decay ------------------------------------------------------------------------------


def test_decay_is_the_penalty_for_sgd_and_adam_and_not_for_adamw():
    X, y = three_parts(0)[0]
    X = X.double()

    def after(make, penalty, decay):
        torch.manual_seed(0)
        net = nn.Linear(8, 2).double()
        optimizer = make(net.parameters(), lr=0.01, weight_decay=decay)
        for _ in range(50):
            optimizer.zero_grad()
            squares = sum((p**2).sum() for p in net.parameters())
            (F.cross_entropy(net(X), y) + penalty / 2 * squares).backward()
            optimizer.step()
        return net.weight.detach()

    for make in (torch.optim.SGD, torch.optim.Adam):
        assert torch.allclose(after(make, 0.1, 0), after(make, 0, 0.1), rtol=0, atol=1e-10)
    assert not torch.allclose(after(torch.optim.AdamW, 0.1, 0), after(torch.optim.AdamW, 0, 0.1),
                              atol=0.02)  # fmt: skip
    # with momentum the penalty is no longer a decay by the factor 1 - lr * decay
    w, v = nn.Parameter(torch.ones(1, dtype=torch.float64)), nn.Parameter(torch.ones(1).double())
    plain = torch.optim.SGD([w], 0.01, weight_decay=1)
    heavy = torch.optim.SGD([v], 0.01, momentum=0.9, weight_decay=1)
    for _ in range(2):
        w.grad, v.grad = torch.zeros_like(w), torch.zeros_like(v)
        plain.step(), heavy.step()
    assert w.item() == pytest.approx(0.99**2)
    assert v.item() < 0.975
    # AdamW's own rule: shrink by 1 - lr * decay, then Adam's step
    w = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.AdamW([w], lr=0.01, weight_decay=1.0)
    for _ in range(100):
        w.grad = torch.zeros_like(w)
        optimizer.step()
    assert w.item() == pytest.approx(0.99**100)
    assert round(0.99**100, 2) == 0.37


@pytest.mark.parametrize(("decay", "expected"), [(0.001, 7.1), (0.01, 3.7), (0.1, 1.5)])
def test_four_students_weight_comes_to_rest(decay, expected):
    hours = load_dataset("hours")
    x, y = (t.numpy().ravel().astype(float) for t in (hours.X, hours.y))
    w = b = 0.0
    for _ in range(100):  # Newton's method, with the Hessian by hand
        p = 1 / (1 + np.exp(-(w * x + b)))
        gradient = np.array([((p - y) * x).mean() + decay * w, (p - y).mean()])
        s = p * (1 - p)
        hessian = [[(s * x * x).mean() + decay, (s * x).mean()], [(s * x).mean(), s.mean()]]
        step = np.linalg.solve(hessian, gradient)
        w, b = w - 0.5 * step[0], b - 0.5 * step[1]
    assert abs(gradient).max() < 1e-9
    assert round(w, 1) == expected


def test_the_prior_of_width_tau_is_a_penalty_of_one_over_n_tau_squared():
    n, tau = 461, 0.7
    X, y = three_parts(0)[0]
    w = torch.randn(8, 2, requires_grad=True)
    posterior = F.cross_entropy(X @ w, y, reduction="sum") + (w**2).sum() / (2 * tau**2)
    penalised = F.cross_entropy(X @ w, y) + 1 / (n * tau**2) / 2 * (w**2).sum()
    by_posterior, by_penalty = (torch.autograd.grad(v, w)[0] for v in (posterior, penalised))
    assert torch.allclose(by_posterior, n * by_penalty, rtol=1e-4, atol=1e-4)


# --- dropout and batch norm --------------------------------------------------------------------


def test_dropout_gives_zeros_and_twos_of_mean_one():
    out = F.dropout(torch.ones(1_000_000), 0.5)
    assert out.unique().tolist() == [0, 2]
    assert out.mean().item() == pytest.approx(1, abs=0.005)
    assert torch.equal(nn.Dropout(0.5).eval()(out), out)


def test_evaluation_mode_is_the_mean_of_all_sub_networks():
    seed_everything(1)
    net = MLP(8, 10, 2, dropout=0.3).double().eval()
    X = torch.randn(4, 8, dtype=torch.float64)
    hidden, head = net.layers[:2], net.layers[-1]
    masks = torch.tensor(list(itertools.product([0.0, 1.0], repeat=10))).double()
    chances = (0.7**masks * 0.3 ** (1 - masks)).prod(dim=1)
    votes = head(hidden(X) * masks[:, None] / 0.7)
    assert torch.allclose((chances[:, None, None] * votes).sum(dim=0), net(X))


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropout_on_the_inputs_of_a_line_is_a_penalty_on_its_weights(p):
    g = torch.Generator().manual_seed(0)
    X, w, y = (torch.randn(s, generator=g).double() for s in ((30, 6), (6, 1), (30, 1)))
    masks = torch.tensor(list(itertools.product([0.0, 1.0], repeat=6))).double()
    chances = ((1 - p) ** masks * p ** (1 - masks)).prod(dim=1)
    outputs = (X * masks[:, None] / (1 - p)) @ w  # (64, 30, 1): each row's mean over its own coins
    averaged = (chances[:, None, None] * (outputs - y) ** 2).sum(dim=0).mean()
    penalty = p / (1 - p) * (w[:, 0] ** 2 * (X**2).mean(dim=0)).sum()
    assert torch.isclose(averaged, ((X @ w - y) ** 2).mean() + penalty)


def test_each_row_and_unit_has_a_coin_of_its_own():
    torch.manual_seed(0)
    out = F.dropout(torch.ones(100, 20), 0.5)
    assert len(out.unique(dim=0)) == 100
    assert len(out.unique(dim=1)[0]) == 20


@pytest.mark.parametrize("seed", SEEDS)
def test_with_dropout_the_reported_training_loss_is_worse_than_in_evaluation_mode(seed):
    train, val, _ = three_parts(seed)
    seed_everything(seed)
    net = MLP(8, 20, 20, 2, dropout=0.5)
    run = learn(net, train, epochs=100)
    assert run["loss"][-1] > loss_of(net, train) + 0.02
    net.train()
    with torch.no_grad():
        passes = [F.cross_entropy(net(val[0]), val[1]).item() for _ in range(10)]
    assert len(set(passes)) == 10
    assert loss_of(net, val) < sum(passes) / 10


@pytest.mark.parametrize("seed", SEEDS)
def test_on_60_points_decay_smooths_more_than_dropout(seed):
    train, new = (make_points("moons", n, noise=0.3, seed=s) for n, s in ((60, 1), (500, 2)))
    ends = []
    for rate, decay in ((0.0, 0.0), (0.5, 0.0), (0.0, 1.0)):
        seed_everything(seed)
        net = MLP(2, 50, 50, 1, dropout=rate)
        how = {"epochs": 400, "loss_fn": F.binary_cross_entropy_with_logits}
        learn(net, train, optimizer=adamw(net, decay, 0.02), **how)
        ends.append(evaluate(net, new, loss_fn=F.binary_cross_entropy_with_logits)["loss"])
    nothing, dropped, decayed = ends
    assert decayed < 0.45 < dropped < 0.6 * nothing


def test_the_slider_of_weight_decay_alone_reaches_a_loss_below_0_3():
    train, new = (make_points("moons", n, noise=0.3, seed=s) for n, s in ((60, 1), (500, 2)))
    torch.manual_seed(0)
    net, bce = MLP(2, 50, 50, 1), F.binary_cross_entropy_with_logits
    learn(net, train, optimizer=adamw(net, 3.0, 0.02), epochs=400, loss_fn=bce)
    assert evaluate(net, new, loss_fn=bce)["loss"] < 0.3


def test_batch_norm_has_the_mean_and_spread_of_its_shift_and_scale():
    norm = nn.BatchNorm1d(6)
    nn.init.constant_(norm.weight, 2.0)
    nn.init.constant_(norm.bias, 5.0)
    out = norm(3 + 4 * torch.randn(100, 6))
    assert torch.allclose(out.mean(dim=0), torch.full((6,), 5.0), atol=1e-4)
    assert torch.allclose(out.std(dim=0, correction=0), torch.full((6,), 2.0), atol=1e-3)
    with pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm1d(6)(torch.zeros(1, 6))


# --- the study ---------------------------------------------------------------------------------


SPLITS = 12


@cache
def stacked(splits):
    tables = [[t for part in three_parts(seed) for t in part] for seed in range(splits)]
    return [torch.stack(column) for column in zip(*tables, strict=True)]


class Stack:
    """One 8-w-w-2 network for each split: weights (S, in, out), inputs (S, N, in)."""

    def __init__(self, splits, width=20, dropout=0.0, batch_norm=False):
        self.dropout, self.batch_norm = dropout, batch_norm
        self.layers = []
        for n_in, n_out in ((8, width), (width, width), (width, 2)):
            bound = 1 / math.sqrt(n_in)  # as nn.Linear starts
            sizes = ((splits, n_in, n_out), (splits, 1, n_out))
            self.layers.append(
                [((2 * torch.rand(size) - 1) * bound).requires_grad_() for size in sizes]
            )
        one, zero = torch.ones(splits, 1, width), torch.zeros(splits, 1, width)
        self.scales = [[t.clone().requires_grad_() for t in (one, zero)] for _ in range(2)]
        self.running = [[zero.clone(), one.clone()] for _ in range(2)]

    def parameters(self):
        groups = self.layers + (self.scales if self.batch_norm else [])
        return [p for group in groups for p in group]

    def __call__(self, X, *, training=False):
        for i, (W, b) in enumerate(self.layers):
            X = torch.baddbmm(b, X, W)
            if i == 2:
                return X
            if self.batch_norm:
                X = self._normalise(i, X, training)
            X = X.relu()
            if training and self.dropout:
                X = X * (torch.rand_like(X) > self.dropout) / (1 - self.dropout)

    def _normalise(self, i, X, training):
        """All S * w units side by side, as PyTorch's batch norm wants them."""
        (mean, var), (scale, push) = self.running[i], self.scales[i]
        sizes = X.shape[0], X.shape[2]
        flat = X.transpose(0, 1).flatten(1)
        kept, learned = (mean.flatten(), var.flatten()), (scale.flatten(), push.flatten())
        return F.batch_norm(flat, *kept, *learned, training).unflatten(1, sizes).transpose(0, 1)


def losses(Z, y):
    return F.cross_entropy(Z.transpose(1, 2), y, reduction="none").mean(dim=1)


VARIANTS = {
    "nothing": {},
    "width 4": {"width": 4},
    "dropout": {"dropout": 0.5},
    "decay": {},
    "batch norm": {"batch_norm": True},
    "SGD": {},
}


@cache
def study(variant, splits=SPLITS):
    """Rows (training loss, test loss, accuracy, sureness) x splits; and those of the best epoch."""
    X, y, X_val, y_val, X_test, y_test = stacked(splits)
    seed_everything(9)
    net = Stack(splits, **VARIANTS[variant])
    decay = 1.0 if variant == "decay" else 0.01
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=decay, fused=True)
    batch = X.shape[1]
    if variant == "SGD":
        optimizer, batch = torch.optim.SGD(net.parameters(), lr=0.05, fused=True), 32

    def measure():
        Z = net(X_test)
        right = (Z.argmax(dim=2) == y_test).float().mean(dim=1)
        sure = Z.softmax(dim=2).amax(dim=2).mean(dim=1)
        return torch.stack([losses(net(X), y), losses(Z, y_test), right, sure])

    lowest, best, at = torch.full((splits,), math.inf), torch.zeros(4, splits), torch.zeros(splits)
    for epoch in range(1, 501):
        for rows in torch.randperm(X.shape[1]).split(batch):
            optimizer.zero_grad()
            losses(net(X[:, rows], training=True), y[:, rows]).sum().backward()
            optimizer.step()
        if epoch % 4 == 0:
            with torch.no_grad():
                value = losses(net(X_val), y_val)
                better = value < lowest
                if better.any():
                    best = torch.where(better, measure(), best)
                    lowest, at = torch.where(better, value, lowest), torch.where(better, epoch, at)
    with torch.no_grad():
        return measure(), best, lowest, at


# training loss, test loss, accuracy: (low, high) for the mean over 12 splits, around the table
BANDS = {
    "nothing": ((0.0, 0.01), (3.2, 4.8), (0.685, 0.73)),
    "batch norm": ((0.0, 0.01), (2.6, 4.1), (0.675, 0.72)),
    "SGD": ((0.08, 0.22), (1.1, 1.7), (0.69, 0.73)),
    "decay": ((0.12, 0.17), (0.78, 0.97), (0.71, 0.745)),
    "dropout": ((0.31, 0.35), (0.57, 0.82), (0.73, 0.77)),
    "width 4": ((0.36, 0.40), (0.54, 0.70), (0.735, 0.765)),
}


@pytest.mark.parametrize("variant", BANDS)
def test_the_study_over_12_splits_has_the_means_of_the_table(variant):
    found = study(variant)[0].mean(dim=1).tolist()
    for value, (low, high) in zip(found, BANDS[variant], strict=False):
        assert low <= value <= high, found


@pytest.mark.parametrize("variant", BANDS)
def test_the_first_four_splits_tell_the_same_story(variant):
    found = study(variant)[0][:, :4]
    if variant in ("nothing", "batch norm", "SGD"):
        assert found[1].min() > 0.8
        assert found[1].mean() > 1
    else:
        assert found[1].max() < 1.1
    assert 0.65 < found[2].mean() < 0.80  # accuracies move little


def test_early_stopping_is_as_good_as_anything():
    _, best, lowest, at = study("nothing")
    train, test, right, sure = best.mean(dim=1).tolist()
    assert 0.42 < train < 0.47
    assert 0.46 < test < 0.52
    assert 0.75 < right < 0.785
    assert abs(sure - right) < 0.04  # it is right about as often as it thinks
    assert at.median() < 40
    assert at.max() < 100  # in all 500 epochs nothing better comes later
    for other in VARIANTS:
        end, at_best, low, _ = study(other)
        assert end[1].mean() > test  # no variant ends better
        assert abs(low.mean() - lowest.mean()) < 0.03  # at their best epochs all are equal
        assert abs(at_best[1].mean() - test) < 0.05


def test_without_regularisation_the_network_is_sure_and_wrong():
    _, _, right, sure = study("nothing")[0].mean(dim=1).tolist()
    assert sure > 0.95
    assert 0.69 < right < 0.75
    _, _, right, sure = study("nothing")[0][:, :4].mean(dim=1).tolist()  # four are enough to see it
    assert sure - right > 0.18


def test_weight_decay_1_ends_worse_than_knowing_nothing():
    assert study("decay")[0][1].mean() > 0.7


def test_pair_by_pair_the_gain_in_accuracy_is_small():
    nothing = study("nothing")[0][2]
    gains = {name: study(name)[0][2] - nothing for name in ("dropout", "width 4", "decay")}
    gains["early stopping"] = study("nothing")[1][2] - nothing
    bands = {"dropout": 0.04, "width 4": 0.04, "decay": 0.03, "early stopping": 0.06}
    for name, about in bands.items():
        assert gains[name].mean().item() == pytest.approx(about, abs=0.015)
        assert (gains[name] > 0).sum() >= 8
    # Splits share rows: the variance of a mean over them is larger than s^2 / 12 (Nadeau, Bengio)
    train, _, test = (len(y) for _, y in three_parts(0))
    shared = 1 / SPLITS + test / train
    assert round(math.sqrt(shared * SPLITS), 1) == 2.2
    errors = {name: gain.mean() / (gain.std() * math.sqrt(shared)) for name, gain in gains.items()}
    assert min(errors["dropout"], errors["early stopping"]) > 2
    assert errors["decay"] < 2
    best_three = torch.stack(
        [study("dropout")[0][2], study("width 4")[0][2], study("nothing")[1][2]]
    )
    assert (best_three[:2] - best_three[2]).mean(dim=1).abs().max() < 0.03  # the order stays open


def test_the_standard_error_of_154_women_is_0_035():
    assert len(three_parts(0)[2][1]) == 154
    assert round(math.sqrt(0.75 * 0.25 / 154), 3) == 0.035


@pytest.mark.parametrize("seed", range(4))
def test_the_stopper_runs_a_tenth_of_the_epochs(seed):
    train, val, test = three_parts(seed)
    seed_everything(seed)
    net, stopper = MLP(8, 20, 20, 2), EarlyStopping(30)
    run = learn(net, train, val=val, epochs=500, on_epoch_end=stopper)
    stopper.restore(net)
    assert len(run) == stopper.best_epoch + 30 < 100
    assert loss_of(net, val) == pytest.approx(stopper.best_value, rel=1e-4)
    assert loss_of(net, test) < 0.6


# --- double descent ----------------------------------------------------------------------------


def random_units(X, targets, p, seed, n, penalty=0.0):
    g = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(X), generator=g)
    V, b = torch.randn(X.shape[1], p, generator=g) / 8, torch.randn(p, generator=g) / 2
    X = X[rows]
    A = (4 * (X - X[:n].mean(dim=0)) @ V.double() + b).relu() / math.sqrt(p)
    T = targets[rows].double()
    if penalty:
        w = torch.linalg.solve(A[:n].T @ A[:n] + n * penalty * torch.eye(p), A[:n].T @ T[:n])
    else:
        w = torch.linalg.pinv(A[:n]) @ T[:n]  # of all perfect fits the smallest
    return ((A @ w - T) ** 2).sum(dim=1)[n:].mean().item()


@cache
def digit_inputs():
    digits = load_dataset("digits")
    return digits.X.double(), F.one_hot(digits.y, 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_double_descent_on_digits(seed):
    small, peak, large = (random_units(*digit_inputs(), p, seed, 200) for p in (80, 200, 1000))
    assert peak > 5 > 10 * large
    assert large < 0.7 * small


def test_gradient_descent_from_zero_finds_the_smallest_of_all_perfect_fits():
    g = torch.Generator().manual_seed(0)
    A, y = torch.randn(10, 40, generator=g).double(), torch.randn(10, 1, generator=g).double()
    w = torch.zeros(40, 1, dtype=torch.float64)
    for _ in range(2000):
        w -= 0.1 / 10 * A.T @ (A @ w - y)
    assert torch.allclose(A @ w, y)
    assert torch.allclose(w, torch.linalg.pinv(A) @ y)


def test_on_noisy_labels_the_second_valley_is_the_higher_one():
    (X,) = standardize(DIABETES.X)
    X, y = 0.7 * X.double(), 2 * DIABETES.y - 1  # 8 columns in place of 64: as large a sum
    small, large = (
        np.median([random_units(X, y, p, s, 100) for s in range(6)]) for p in (10, 3000)
    )
    assert small < 1 < large


# --- pitfalls ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_one_as_a_penalty_wipes_the_network_out_under_adam_only(seed):
    train, _, _ = three_parts(seed)
    ends = {}
    for make in (torch.optim.Adam, torch.optim.AdamW):
        seed_everything(seed)
        net = MLP(8, 20, 20, 2)
        optimizer = make(net.parameters(), lr=0.01, weight_decay=1.0)
        loss = learn(net, train, epochs=200, optimizer=optimizer)["loss"][-1]
        ends[make] = loss, net(train[0]).std(dim=0).max().item()
    assert ends[torch.optim.Adam][0] > 0.64
    assert ends[torch.optim.Adam][1] < 0.01
    assert ends[torch.optim.AdamW][0] < 0.35
    assert ends[torch.optim.AdamW][1] > 0.5


def test_asking_in_training_mode_changes_a_network_with_batch_norm():
    torch.manual_seed(0)
    net = MLP(8, 20, 20, 2, batch_norm=True)
    before = net.eval()(DIABETES.X[:5])
    with torch.no_grad():
        net.train()(DIABETES.X[5:50])
    assert not torch.allclose(net.eval()(DIABETES.X[:5]), before, rtol=0.01)
    # a batch of one would leave nothing: 0 divided by the root of eps
    alone = F.batch_norm(torch.full((3, 2), 7.0), None, None, training=True)
    assert torch.allclose(alone, torch.zeros(3, 2), atol=1e-3)


def test_decay_on_a_bias_takes_a_third_of_the_mean():
    mpg = load_dataset("mpg")
    mean = mpg.y.mean().item()
    assert round(mean, 1) == 23.4
    assert round(2 * mean / (2 + 1), 1) == 15.6  # where the gradient 2(b - mean) + b is zero


def test_choosing_among_equals_on_100_digits_flatters():
    X, y = digit_inputs()
    flattery = []
    for trial in range(2):
        g = torch.Generator().manual_seed(trial)
        seen, few, rest = torch.randperm(1797, generator=g).split([200, 100, 1497])
        scores = []
        for seed in range(100):
            V = torch.randn(64, 80, generator=torch.Generator().manual_seed(seed)).double()
            A = ((X - X[seen].mean(dim=0)) @ V).relu()
            w = torch.linalg.lstsq(A[seen], y[seen].double()).solution
            right = ((A @ w).argmax(dim=1) == y.argmax(dim=1)).double()
            scores.append((right[few].mean().item(), right[rest].mean().item()))
        seen_best = max(scores)
        flattery.append(seen_best[0] - seen_best[1])
    assert min(flattery) > 0.03


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_augmenting_before_the_split_finds_sense_in_nonsense(seed):
    digits = load_dataset("digits")
    X, y = split(digits.X, digits.y, stratify=True, seed=0).train
    g = torch.Generator().manual_seed(seed)
    labels = y[:300][torch.randperm(300, generator=g)].repeat(5)
    rows = X[:300].repeat(5, 1) + 0.05 * torch.randn(1500, 64, generator=g)
    image = torch.arange(300).repeat(5)
    scores = []
    for held in (torch.rand(1500, generator=g) < 0.2, image >= 240):
        seed_everything(seed)
        net = MLP(64, 100, 10)
        adam = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
        learn(net, (rows[~held], labels[~held]), optimizer=adam, epochs=100)
        scores.append(accuracy(net(rows[held]), labels[held]))
    assert scores[0] > 0.8
    assert scores[1] < 0.25


# --- exercises ---------------------------------------------------------------------------------


def test_exercise_1_the_base_rate_costs_0_65():
    p = CLASSES.float().mean().item()
    assert round(-p * math.log(p) - (1 - p) * math.log(1 - p), 2) == 0.65


@pytest.mark.parametrize(("p", "variance"), [(0.5, 30), (0.75, 90)])
def test_exercise_2_dropout_by_hand(p, variance):
    a = torch.tensor([1.0, 2.0, 3.0, 4.0]).double()
    masks = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4))).double()
    chances = ((1 - p) ** masks * p ** (1 - masks)).prod(dim=1)
    sums = (masks * a / (1 - p)).sum(dim=1)
    assert (chances * sums).sum().item() == pytest.approx(10)
    assert (chances * (sums - 10) ** 2).sum().item() == pytest.approx(variance)


@cache
def overtrained():
    train, _, _ = three_parts(0)
    seed_everything(0)
    net = MLP(8, 20, 20, 2)
    learn(net, train, epochs=500)
    return net.eval()


def test_exercise_3_an_early_stopper_of_ones_own():
    class MyStopper:
        best, since, state = math.inf, 0, None

        def __call__(self, epoch, row, model):
            self.since += 1
            if row["val_loss"] < self.best:
                self.best, self.since = row["val_loss"], 0
                self.state = {name: t.clone() for name, t in model.state_dict().items()}
            return self.since >= 30

    train, val, test = three_parts(0)
    ends = []
    for stopper in (MyStopper(), EarlyStopping(30)):
        seed_everything(0)
        net = MLP(8, 20, 20, 2)
        ends.append(len(learn(net, train, val=val, epochs=500, on_epoch_end=stopper)))
    assert ends[0] == ends[1]
    stopper.restore(net)
    assert loss_of(net, test) < 0.6
    assert loss_of(overtrained(), test) > 2


def test_exercise_4_choose_a_decay():
    train, val, test = three_parts(0)
    found = {}
    for decay in (0.01, 0.1, 1.0, 3.0, 10.0):
        seed_everything(0)
        net = MLP(8, 20, 20, 2)
        learn(net, train, epochs=500, optimizer=adamw(net, decay))
        found[decay] = loss_of(net, val), loss_of(net, test)
    chosen = min(found, key=lambda decay: found[decay][0])
    assert chosen in (3.0, 10.0)
    assert found[chosen][1] < 0.65


def test_exercise_5_a_penalty_in_closed_form():
    (x, y), (x_new, y_new) = noisy_sine(20, 1), noisy_sine(1000, 1001)
    P, T = x.double() ** torch.arange(16), y.double()
    new = {}
    for penalty in (1e-6, 1e-3, 1e-1):
        w = torch.linalg.solve(P.T @ P + 20 * penalty * torch.eye(16), P.T @ T)
        gradient = 2 / 20 * P.T @ (P @ w - T) + 2 * penalty * w
        assert gradient.abs().max() < 1e-8
        new[penalty] = ((x_new.double() ** torch.arange(16) @ w - y_new) ** 2).mean().item()
    assert new[1e-3] < 0.2
    assert min(new, key=new.__getitem__) == 1e-3


def test_exercise_6_running_statistics():
    batch, norm = 5 + torch.randn(40, 3), nn.BatchNorm1d(3)
    shares = []
    for _ in range(50):
        norm(batch)
        shares.append((norm.running_mean / batch.mean(dim=0)).mean().item())
    assert shares[-1] == pytest.approx(1 - 0.9**50, abs=1e-4)
    assert round(1 - 0.9**50, 4) == 0.9948
    assert shares[42] < 0.99 <= shares[43]


def test_exercise_7_the_wider_the_sooner():
    found = {}
    for width in (2, 20, 200):
        runs = []
        for seed in range(4):
            train, val, _ = three_parts(seed)
            seed_everything(seed)
            epochs = {2: 300, 20: 70, 200: 40}[width]  # wide ones are past their best long before
            runs.append(learn(MLP(8, width, width, 2), train, val=val, epochs=epochs).best())
        found[width] = [np.mean([run[key] for run in runs]) for key in ("epoch", "val_loss")]
    assert found[2][0] > 45
    assert 10 < found[20][0] < 30
    assert found[200][0] < 12
    values = [loss for _, loss in found.values()]
    assert max(values) - min(values) < 0.05


def test_exercise_8_cool_it_down():
    _, (X, y), (X_test, y_test) = three_parts(0)
    with torch.no_grad():
        Z, Z_test = overtrained()(X), overtrained()(X_test)
    temperatures = torch.linspace(1, 40, 79)
    best = min(temperatures, key=lambda t: F.cross_entropy(Z / t, y).item())
    assert 4 < best < 40
    assert F.cross_entropy(Z_test, y_test) > 2
    assert F.cross_entropy(Z_test / best, y_test) < 0.65
    assert torch.equal(Z_test.argmax(dim=1), (Z_test / best).argmax(dim=1))


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_9_a_penalty_takes_the_peak_away(seed):
    assert random_units(*digit_inputs(), 200, seed, 200) > 5
    penalties = (1e-8, 1e-6, 1e-4, 1e-2)
    assert min(random_units(*digit_inputs(), 200, seed, 200, p) for p in penalties) < 0.5
