"""What lecture 04 says can be computed, so it is: every number of its prose, and its exercises.

Oracles are closed forms, least squares in float64, or scikit-learn. Where the lecture speaks of
training, many seeds are trained at once: their parameters are stacked along a leading axis, which
gives each network exactly the training that it would have had alone (tested below).
"""

from __future__ import annotations

import math
from functools import cache, partial
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression as SklearnLogistic
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import Tensor, nn

from course_utils import (
    MLP,
    LogisticRegression,
    accuracy,
    evaluate,
    fit,
    load_dataset,
    make_points,
    seed_everything,
    split,
    standardize,
)

# Fused: one call updates all weights, which halves the cost of Adam in a small network.
SGD, Adam = (partial(rule, fused=True) for rule in (torch.optim.SGD, torch.optim.Adam))
BCE = nn.BCEWithLogitsLoss()
SMALL, DEEP = (8, 6, 4, 1), (8, *[8] * 12, 1)
ENTROPY = 0.64526
WOMEN = load_dataset("diabetes", variant="759")
XOR = load_dataset("xor")
PAIR = load_dataset("two_points")
ACTIVATIONS = {torch.sigmoid: nn.Sigmoid, torch.tanh: nn.Tanh, torch.relu: nn.ReLU}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small networks gain nothing from a second thread, and wait for it where cores are busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def count(widths):
    return sum(a * b + b for a, b in pairwise(widths))


def log_loss(logits, y):
    """The log loss of each of G networks: logits (G, N, 1), y (N, 1)."""
    return (F.softplus(logits) - y * logits).mean(dim=(1, 2))


def stacked(widths, seeds, init=None):
    nets = []
    for seed in seeds:
        seed_everything(seed)
        nets.append([p.detach() for p in MLP(*widths, init=init).parameters()])
    return [torch.stack(p).requires_grad_() for p in zip(*nets, strict=True)]


def forward(params, X, f):
    """Outputs (G, N, K) of G stacked networks; samples run along the last axis inside."""
    hidden = X.T.expand(len(params[0]), -1, -1)
    pairs = list(zip(params[::2], params[1::2], strict=True))
    for W, b in pairs[:-1]:
        hidden = f(torch.baddbmm(b[:, :, None], W, hidden))
    W, b = pairs[-1]
    return torch.baddbmm(b[:, :, None], W, hidden).mT


def train_many(widths, data, f, steps, *, optimizer, init=None, seeds=range(5), loss=log_loss):
    """Losses (steps, G), each before its update, and the parameters at the end."""
    X, y = data
    params = stacked(widths, seeds, init)
    step = optimizer(params)
    losses = []
    for _ in range(steps):
        each = loss(forward(params, X, f), y)
        step.zero_grad()
        each.sum().backward()
        step.step()
        losses.append(each.detach())
    return torch.stack(losses), [p.detach() for p in params]


def sgd(lr, **options):
    return lambda params: SGD(params, lr=lr, **options)


def adam(lr):
    return lambda params: Adam(params, lr=lr)


PLAIN, FAST = sgd(0.1), sgd(1.0)


@cache
def thousand(f, optimizer=PLAIN):
    """1,000 epochs of 8-6-4-1 on the 759 women with seeds 0 to 4: several tests look at them."""
    return train_many(SMALL, (WOMEN.X, WOMEN.y), f, 1000, optimizer=optimizer)


@cache
def patience():
    """2,500 epochs of the network that learns nothing, with seeds 1, 2, 3, 4 and 12."""
    data = WOMEN.X, WOMEN.y
    return train_many(SMALL, data, torch.sigmoid, 2500, optimizer=PLAIN, seeds=(1, 2, 3, 4, 12))[0]


def women_logits(params, f):
    with torch.no_grad():
        return forward(params, WOMEN.X, f)


def accuracies(logits, y=WOMEN.y):
    return ((logits > 0) == (y > 0.5)).float().mean(dim=(1, 2))


def gradient_norms(widths, f, seed=0, init=None):
    params = stacked(widths, [seed], init)
    log_loss(forward(params, WOMEN.X, f), WOMEN.y).sum().backward()
    return [p.grad.norm().item() for p in params[::2]]


def train(model, data, *, epochs, lr, optimizer=SGD, seed=0, loss_fn=BCE, **options):
    """One network by `fit`; `model` makes it."""
    seed_everything(seed)
    net = model()
    return net, fit(net, data, loss_fn=loss_fn, optimizer=optimizer(net.parameters(), lr=lr),
        epochs=epochs, **options)  # fmt: skip


@pytest.mark.parametrize("f", [torch.sigmoid, torch.relu])
def test_networks_trained_in_a_stack_end_where_each_ends_alone(f):
    losses, _ = train_many(
        (8, 6, 4, 1), (WOMEN.X, WOMEN.y), f, 50, optimizer=sgd(1.0), seeds=(3, 7)
    )
    for column, seed in enumerate((3, 7)):
        model = lambda: MLP(8, 6, 4, 1, activation=ACTIVATIONS[f])  # noqa: E731
        _, history = train(model, WOMEN, epochs=50, lr=1.0, seed=seed)
        torch.testing.assert_close(
            losses[:, column], torch.tensor(history["loss"]), rtol=1e-4, atol=0
        )


# --- wider, deeper ---------------------------------------------------------------------------


def test_experience_gets_a_negative_weight_and_unregularised_a_large_one():
    gpa = load_dataset("gpa_experience")
    _, (w, _) = train_many(
        (2, 1), (gpa.X, gpa.y), torch.relu, 2000, optimizer=sgd(1.0), seeds=range(3)
    )
    for weights in w[:, 0].tolist():
        assert weights == pytest.approx([7.4, -9.8], abs=0.1)
    sklearn = SklearnLogistic(C=1e6, max_iter=100_000).fit(gpa.X.numpy(), gpa.y.flatten().numpy())
    assert sklearn.coef_[0] == pytest.approx([16.5, -21.9], abs=0.1)
    most = gpa.X[:, 1].argmax()
    assert gpa.y[most].item() == 0  # the one with the most experience was refused


@pytest.mark.parametrize(
    ("widths", "parameters"),
    [
        ((2, 1), 3), ((2, 8, 1), 33), ((2, 4, 3, 1), 31), ((1, 1, 1), 4), ((1, 5, 2, 1), 25),
        ((1, 1000, 1), 3001), ((2, 3, 1), 13), ((2, 100, 1), 401), ((2, 10, 10, 1), 151),
        (SMALL, 87), (DEEP, 873), ((13, 32, 16, 3), 1027), ((8, *[10] * 15, 1), 1641),
        ((8, 64, 1), 641), ((8, 64, 64, 1), 4801), ((8, *[64] * 4, 1), 13121),
        ((8, *[64] * 8, 1), 29761), ((8, *[128] * 4, 1), 50817),
    ],
)  # fmt: skip
def test_parameters_are_weights_and_biases_of_each_gap(widths, parameters):
    assert count(widths) == parameters == sum(p.numel() for p in MLP(*widths).parameters())


# --- something must bend ---------------------------------------------------------------------

MPG = load_dataset("mpg")
POUNDS = MPG.X[:, [3]]
(Z_MPG,), (T_MPG,) = standardize(POUNDS), standardize(MPG.y)
VARIANCE = MPG.y.double().var(correction=0).item()


def squares(outputs, y):
    return (outputs - y).square().mean(dim=(1, 2))


def cars(widths, epochs, lr, seeds):
    losses, params = train_many(
        widths, (Z_MPG, T_MPG), torch.relu, epochs, optimizer=adam(lr), seeds=seeds, loss=squares
    )
    return losses[-1] * VARIANCE, params


def test_two_linear_layers_are_one_line_and_matrices_multiply_to_one():
    x, y = POUNDS.flatten().double().numpy(), MPG.y.flatten().double().numpy()
    slope, intercept = np.polyfit(x, y, 1)
    assert np.mean((slope * x + intercept - y) ** 2) == pytest.approx(18.677, abs=1e-3)
    identity = lambda z: z  # noqa: E731
    losses, (w, b, v, c) = train_many(
        (1, 1, 1), (Z_MPG, T_MPG), identity, 500, optimizer=adam(0.05), loss=squares
    )
    assert losses[-1] * VARIANCE == pytest.approx(18.677, abs=1e-2)
    torch.testing.assert_close((v * w).flatten(), torch.full((5,), -0.8322), atol=2e-3, rtol=0)
    intercepts = v.flatten() * b.flatten() + c.flatten()
    torch.testing.assert_close(intercepts, torch.zeros(5), atol=2e-3, rtol=0)
    X, W1, W2 = (torch.randn(s, dtype=torch.float64) for s in ((9, 4), (4, 6), (6, 2)))
    torch.testing.assert_close(X @ W1 @ W2, X @ (W1 @ W2))


def test_two_hinges_set_by_hand_beat_the_best_line():
    x = POUNDS.flatten().double().numpy()
    hinges = 36.4 - 0.0108 * np.maximum(x - 1600, 0) + 0.0054 * np.maximum(x - 3000, 0)
    assert np.mean((hinges - MPG.y.flatten().double().numpy()) ** 2) == pytest.approx(
        17.41, abs=0.01
    )


def test_one_hinge_ends_as_the_line_or_bent_or_dead():
    assert pytest.approx(60.76, abs=0.01) == VARIANCE
    ends, (w, b, _, _) = cars((1, 1, 1), 500, 0.05, range(8))
    dead = ends > 60
    assert dead.tolist() == [False, False, True, True, False, True, False, True]
    assert ends[dead] == pytest.approx(60.76, abs=0.01)
    bent = ends[~dead]
    assert (((bent - 18.68).abs() < 0.02) | ((bent - 17.75).abs() < 0.05)).all()
    assert (bent < 18).sum() == 1
    outputs = Z_MPG.T * w[:, 0] + b  # (8, 392): the hidden unit before its ReLU
    assert ((outputs.amax(dim=1) < 0) == dead).all()


def test_of_eight_1_5_2_1_nets_one_is_dead_in_its_second_layer_the_others_bend():
    ends, (W1, b1, W2, b2, _, _) = cars((1, 5, 2, 1), 700, 0.02, range(8))
    assert [seed for seed in range(8) if ends[seed] > 60] == [2]
    alive = ends[ends < 60]
    assert alive.min() > 16.6
    assert alive.max() < 17.4
    first = torch.relu(W1[2] @ Z_MPG.T + b1[2][:, None])
    assert ((W2[2] @ first + b2[2][:, None]).amax(dim=1) < 0).all()
    assert (first.amax(dim=1) > 0).any()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_thousand_units_overfit_thirty_cars(seed):
    order = torch.randperm(392, generator=torch.Generator().manual_seed(0))
    few, rest = order[:30], order[30:]
    Z_few, Z_rest = standardize(POUNDS[few], POUNDS[rest])
    y_few, y_rest = standardize(MPG.y[few], MPG.y[rest])
    unit = MPG.y[few].var(correction=0).item()
    _, history = train(lambda: MLP(1, 1000, 1), (Z_few, y_few), epochs=1000, lr=0.001, seed=seed,
        optimizer=Adam, loss_fn=nn.MSELoss(), val=(Z_rest, y_rest))  # fmt: skip
    val = unit * np.array(history["val_loss"])
    ones = torch.ones(30, 1)
    w, b = torch.linalg.lstsq(torch.cat([Z_few, ones], 1), y_few).solution.flatten().tolist()
    line = unit * (w * Z_rest + b - y_rest).square().mean().item()
    assert line == pytest.approx(19.1, abs=0.05)
    assert 17 < val.min() < 18 < line < 22 < val[-1]
    assert 8 <= val.argmin() <= 25
    assert unit * history["loss"][-1] < 14


def test_a_thousand_units_on_all_cars_stay_harmless():
    losses, _ = train_many((1, 1000, 1), (Z_MPG, T_MPG), torch.relu, 300, seeds=[0], loss=squares,
        optimizer=adam(0.01))  # fmt: skip
    assert 16 < VARIANCE * losses.min() < 18.7


# --- bending the plane -----------------------------------------------------------------------

WINE = load_dataset("wine")
TWO = WINE.y < 2
(X_WINE,), Y_WINE = standardize(WINE.X[TWO][:, [12, 0]]), WINE.y[TWO].float().reshape(-1, 1)


@pytest.mark.parametrize(
    ("widths", "f", "lr", "low", "high"),
    [
        ((2, 1), torch.sigmoid, 0.1, 0.953, 0.962),
        ((2, 3, 1), torch.sigmoid, 0.1, 0.984, 0.985),
        ((2, 100, 1), torch.relu, 0.02, 1.0, 1.0),
        ((2, 10, 10, 1), torch.relu, 0.1, 0.984, 1.0),
    ],
)
def test_the_wines_are_split_better_by_larger_nets(widths, f, lr, low, high):
    _, params = train_many(widths, (X_WINE, Y_WINE), f, 500, optimizer=adam(lr), seeds=range(4))
    with torch.no_grad():
        share = accuracies(forward(params, X_WINE, f), Y_WINE)
    assert low <= share.min() <= share[0] <= share.max() <= high + 1e-6
    if widths != (2, 1):
        assert share[0] == high or widths == (2, 3, 1)


TOYS = {
    "circles": (0, 0.50, 1.0),
    "moons": (0, 0.88, 1.0),
    "blobs": (8, 1.0, 1.0),
    "aniso": (0, 0.88, 1.0),
    "varied": (170, 0.97, 0.98),
    "quantiles": (0, 0.37, 0.99),
}


@pytest.mark.parametrize("name", TOYS)
def test_on_the_six_toy_sets_the_net_lifts_the_limit_of_the_line(name):
    seed, straight, bent = TOYS[name]
    X, y = make_points(name, 500, seed=seed)
    k, loss_fn = (1, BCE) if y.ndim == 2 else (3, nn.CrossEntropyLoss())
    (Z,) = standardize(X)
    line, _ = train(lambda: LogisticRegression(2, max(k, 2)), (Z, y), epochs=300, lr=1.0,
        optimizer=Adam, loss_fn=loss_fn)  # fmt: skip
    assert accuracy(line(Z), y) == pytest.approx(straight, abs=0.008)
    net, _ = train(lambda: MLP(2, 20, 20, k), (Z, y), epochs=300, lr=0.02, optimizer=Adam,
        loss_fn=loss_fn, seed=1)  # fmt: skip
    assert accuracy(net(Z), y) >= bent


def test_a_matrix_changes_nothing_for_a_linear_classifier():
    optima = []
    for name in ("moons", "aniso"):
        X, y = make_points(name, 500, seed=0)
        model = SklearnLogistic(C=1e8, max_iter=100_000, tol=1e-10).fit(X.numpy(), y[:, 0].numpy())
        optima.append(model.score(X.numpy(), y[:, 0].numpy()))
    assert optima[0] == optima[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_learners_bend_too(seed):
    X, y = make_points("circles", 500, seed=0)
    X_new, y_new = make_points("circles", 500, seed=seed)
    for learner in (SVC(), RandomForestClassifier(random_state=0), KNeighborsClassifier()):
        learner.fit(X.numpy(), y[:, 0].numpy())
        assert learner.score(X_new.numpy(), y_new[:, 0].numpy()) > 0.98


# --- XOR -------------------------------------------------------------------------------------


def test_a_line_pays_log_two_for_xor():
    losses, (w, _) = train_many((2, 1), (XOR.X, XOR.y), torch.relu, 1000, optimizer=sgd(1.0))
    assert losses[-1] == pytest.approx(math.log(2), abs=1e-5)
    assert w.abs().max() < 0.01


def test_xor_by_a_product_and_by_two_hinges():
    (x1, x2), y = XOR.X.T, XOR.y[:, 0]
    product = x1 + x2 - 2 * x1 * x2 - 0.5
    hinges = torch.relu(x1 + x2) - 2 * torch.relu(x1 + x2 - 1) - 0.5
    assert product.tolist() == hinges.tolist() == [-0.5, 0.5, 0.5, -0.5]
    assert ((hinges > 0) == (y > 0.5)).all()


@pytest.mark.parametrize(
    ("units", "f", "solved"),
    [
        (2, torch.tanh, 27),
        (2, torch.sigmoid, 23),
        (2, torch.relu, 10),
        (4, torch.tanh, 49),
        (8, torch.relu, 47),
    ],
)
def test_of_fifty_starts_descent_solves_xor_in(units, f, solved):
    losses, _ = train_many(
        (2, units, 1), (XOR.X, XOR.y), f, 500, optimizer=adam(0.05), seeds=range(50)
    )  # 800 steps leave the same counts
    final = losses[-1]
    assert (final < 0.1).sum() == solved
    # Stuck: two points (log 2) / 2, three points with a guess of one third, or everything.
    third = -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 4
    levels = torch.tensor([math.log(2) / 2, third, math.log(2)])
    stuck = final[final >= 0.1]
    assert ((stuck[:, None] - levels).abs().min(dim=1).values < 4e-3).all()


def test_the_fence_round_the_circles_closes_and_then_only_grows_surer():
    circles = make_points("circles", 500, seed=0)
    scores = {}

    def remember(epoch, row, model):
        if epoch in (3, 15, 60, 84):
            logits = model(circles[0]).detach()
            scores[epoch] = accuracy(logits, circles[1]), logits.abs().mean().item()

    train(lambda: MLP(2, 8, 2, 1, activation=nn.Tanh), circles, epochs=84, lr=0.02,
        optimizer=Adam, on_epoch_end=remember)  # fmt: skip
    assert scores[3][0] == pytest.approx(0.5, abs=0.1)
    assert max(scores[3][1], scores[15][1]) < 0.3  # probabilities near one half
    assert scores[60][0] == scores[84][0] == 1
    assert scores[84][1] > 1.2 * scores[60][1]


@pytest.mark.parametrize("seed", range(3))
def test_a_narrow_last_layer_makes_the_circles_linearly_separable(seed):
    X, y = make_points("circles", 500, seed=0)
    epochs = 200 if seed == 0 else 600  # the lecture's seed is the quickest
    model, _ = train(lambda: MLP(2, 8, 2, 1, activation=nn.Tanh), (X, y), epochs=epochs, lr=0.02,
        optimizer=Adam, seed=seed)  # fmt: skip
    assert accuracy(model(X), y) == 1
    hidden = model.layers[:-1](X)
    output = model.layers[-1]
    torch.testing.assert_close(model(X), hidden @ output.weight.T + output.bias)


# --- how much can one layer do ---------------------------------------------------------------


def by_hand(f, a, b, units):
    knots = torch.linspace(a, b, units + 1, dtype=torch.float64)
    slopes = f(knots).diff() / knots.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    return lambda x: f(knots[0]) + torch.relu(x[:, None] - knots[:-1]) @ changes


def largest_error(f, a, b, units):
    x = torch.linspace(a, b, 20_001, dtype=torch.float64)
    return (by_hand(f, a, b, units)(x) - f(x)).abs().max().item()


def test_twice_the_hinges_a_quarter_of_the_error():
    errors = [largest_error(torch.sin, 0, 2 * math.pi, n) for n in (4, 8, 16, 32, 64)]
    assert errors == pytest.approx([0.2105, 0.0704, 0.0188, 0.0048, 0.0012], abs=6e-5)
    for n, error in zip((4, 8, 16, 32, 64), errors, strict=True):
        assert error <= (2 * math.pi / n) ** 2 / 8  # h²/8 times the largest second derivative
    assert errors[3] / errors[4] == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("units", [8, 16, 64])
def test_descent_does_not_find_the_polygon_that_exists(units):
    x = torch.linspace(0, 2 * math.pi, 2001)[::10, None]
    data = (x - math.pi) / 1.8, torch.sin(x)
    _, params = train_many(
        (1, units, 1), data, torch.relu, 1000, optimizer=adam(0.01), loss=squares
    )
    with torch.no_grad():
        errors = (forward(params, data[0], torch.relu) - data[1]).abs().amax(dim=(1, 2))
    ratio = errors / largest_error(torch.sin, 0, 2 * math.pi, units)
    assert ratio.min() > 1.4
    assert ratio[0] > 2.3  # the lecture prints that it is more than 1.5


def test_cost_grows_with_depth_and_with_the_square_of_width():
    def hidden(L, H):
        return count((8, *[H] * L, 1))

    assert hidden(8, 64) / hidden(4, 64) == pytest.approx(2, rel=0.15)
    assert hidden(4, 128) / hidden(4, 64) == pytest.approx(4, rel=0.05)
    assert pytest.approx(4e9, rel=0.1) == 16**8


# --- two points ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_both_passes_by_hand_equal_autograd(seed):
    torch.manual_seed(seed)
    W1, b1, W2, b2 = params = [
        torch.randn(size, dtype=torch.float64, requires_grad=True)
        for size in ((2, 8), 8, (8, 1), 1)
    ]
    X, y = PAIR.X.double(), PAIR.y.double()
    Z1 = X @ W1 + b1
    A1 = torch.relu(Z1)
    p = torch.sigmoid(A1 @ W2 + b2)
    loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
    d2 = (p - y) / 2
    d1 = (d2 @ W2.T) * (Z1 > 0)
    by_us = [X.T @ d1, d1.sum(dim=0), A1.T @ d2, d2.sum(dim=0)]
    for ours, autograd in zip(by_us, torch.autograd.grad(loss, params), strict=True):
        torch.testing.assert_close(ours, autograd)


def two_points(f, slope, delta, steps, seeds=range(3)):
    """Descend with gradients written by hand, in float64: losses (steps, G) and P(class 1)."""
    W1, b1, W2, b2 = (p.detach().double().numpy() for p in stacked((2, 8, 1), seeds))
    X, y = PAIR.X.double().numpy(), PAIR.y.double().numpy()
    losses = []
    for _ in range(steps):
        Z1 = X @ W1.swapaxes(1, 2) + b1[:, None]
        A1 = f(Z1)
        z = A1 @ W2.swapaxes(1, 2) + b2[:, None]
        losses.append((np.logaddexp(0, z) - y * z).mean(axis=(1, 2)))
        d2 = delta(1 / (1 + np.exp(-z)), y)
        d1 = d2 @ W2 * slope(A1)
        W2 = W2 - 0.01 * d2.swapaxes(1, 2) @ A1
        b2 = b2 - 0.01 * d2.sum(axis=1)
        W1 = W1 - 0.01 * d1.swapaxes(1, 2) @ X
        b1 = b1 - 0.01 * d1.sum(axis=1)
    return np.array(losses), 1 / (1 + np.exp(-z))


RELU = (lambda z: np.maximum(z, 0), lambda a: a > 0)
SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))


@pytest.mark.parametrize(
    ("unit", "after_1000", "after_10000"),
    [(RELU, (0.18, 0.345), (0.003, 0.004)), (SIGMOID, (0.645, 0.67), (0.041, 0.050))],
)
def test_two_points_need_ten_thousand_updates(unit, after_1000, after_10000):
    losses, _ = two_points(*unit, lambda p, y: (p - y) / 2, 10_000)
    for step, (low, high) in ((999, after_1000), (-1, after_10000)):
        assert low <= losses[step].min() <= losses[step].max() <= high


def test_the_hand_written_descent_is_the_one_that_fit_does():
    losses, _ = two_points(*RELU, lambda p, y: (p - y) / 2, 300, seeds=[0])
    _, history = train(lambda: MLP(2, 8, 1), PAIR, epochs=300, lr=0.01)
    np.testing.assert_allclose(losses[:, 0], history["loss"], rtol=1e-5)


@pytest.mark.parametrize("unit", [RELU, SIGMOID])
def test_half_a_loss_ignores_class_zero_and_says_one_to_both(unit):
    z = torch.tensor([-3.0, 0.4], requires_grad=True)  # -sum y log sigmoid(z): class 0, class 1
    (-torch.tensor([0.0, 1.0]) * F.logsigmoid(z)).sum().backward()
    assert z.grad[0] == 0
    _, p = two_points(*unit, lambda p, y: y * (p - 1), 3000)
    assert p.min() > 0.98


# --- the network that learns nothing ---------------------------------------------------------


@cache
def sick() -> tuple[Tensor, list[Tensor]]:
    data = WOMEN.X, WOMEN.y
    return train_many(SMALL, data, torch.sigmoid, 1000, optimizer=sgd(0.1), seeds=range(20))


def test_the_entropy_of_the_labels_is_the_loss_of_the_base_rate():
    q = WOMEN.y.double().mean().item()
    assert q == pytest.approx(0.6535, abs=5e-5)
    assert -q * math.log(q) - (1 - q) * math.log(1 - q) == pytest.approx(ENTROPY, abs=1e-5)
    logits = torch.full_like(WOMEN.y, math.log(q / (1 - q)))
    assert BCE(logits, WOMEN.y).item() == pytest.approx(ENTROPY, abs=1e-5)


def test_after_100_and_1000_epochs_twenty_networks_know_the_base_rate_and_nothing_else():
    losses, params = sick()
    assert 0.6440 < losses[99].min() < losses[99].max() < 0.6465
    assert 0.6420 < losses[-1].min() < losses[-1].max() < 0.6458
    logits = women_logits(params, torch.sigmoid)
    assert accuracies(logits) == pytest.approx(0.6535, abs=5e-5)
    spread = torch.sigmoid(logits).std(dim=(1, 2))
    assert spread.max() < 0.004
    assert spread.min() > 1e-5
    p = torch.sigmoid(logits[2])  # the lecture's seed
    assert (p.min().item(), p.max().item()) == pytest.approx((0.650, 0.657), abs=4e-4)
    assert losses[[0, 99, -1], 2].tolist() == pytest.approx([0.734, 0.645, 0.644], abs=4e-4)
    assert (losses[99::100, 2].diff() < 0).all()


def test_the_signal_dies_on_its_way_in_and_the_gradient_on_its_way_back():
    assert gradient_norms(SMALL, torch.sigmoid) == pytest.approx([0.0063, 0.0417, 0.2119], abs=5e-5)
    for seed in range(10):
        first, second, last = gradient_norms(SMALL, torch.sigmoid, seed)
        assert first < second / 4 < last / 8
    seed_everything(0)
    signal, spreads = WOMEN.X, []
    for layer in MLP(*SMALL, activation=nn.Sigmoid).layers:
        if isinstance(layer, nn.Linear):
            spreads.append(signal.std(dim=0).mean().item())
        signal = layer(signal)
    assert spreads == pytest.approx([0.302, 0.043, 0.007], abs=5e-4)


@pytest.mark.parametrize(
    ("f", "optimizer", "loss", "share"),
    [
        (torch.sigmoid, FAST, (0.460, 0.466), (0.760, 0.770)),
        (torch.sigmoid, sgd(5.0), (0.43, 0.47), (0.76, 0.80)),
        (torch.sigmoid, sgd(0.1, momentum=0.9), (0.460, 0.467), (0.760, 0.770)),
        (torch.tanh, PLAIN, (0.461, 0.469), (0.760, 0.775)),
        (torch.sigmoid, adam(0.01), (0.38, 0.405), (0.80, 0.835)),
    ],
    ids=["lr 1", "lr 5", "momentum", "tanh", "Adam"],
)
def test_cures_that_leave_the_plateau_in_all_of_five_seeds(f, optimizer, loss, share):
    losses, params = thousand(f, optimizer)
    assert loss[0] < losses[-1].min() < losses[-1].max() < loss[1]
    shares = accuracies(women_logits(params, f))
    assert share[0] < shares.min() < shares.max() < share[1]


def test_relu_cures_four_of_five_and_the_fifth_has_dead_units():
    losses, (W1, b1, W2, b2, _, _) = thousand(torch.relu, PLAIN)
    assert (losses[-1] < 0.52).tolist() == [True, False, True, True, True]
    assert losses[-1, 1] == pytest.approx(0.6435, abs=1e-3)
    for seed, dead in ((1, [0, 3]), (2, [0, 0])):
        first = torch.relu(W1[seed] @ WOMEN.X.T + b1[seed][:, None])
        second = torch.relu(W2[seed] @ first + b2[seed][:, None])
        assert [(layer.amax(dim=1) == 0).sum().item() for layer in (first, second)] == dead


def test_batches_of_32_do_not_leave_the_plateau_with_every_seed():
    _, history = train(lambda: MLP(*SMALL, activation=nn.Sigmoid), WOMEN, epochs=200, lr=0.1,
        batch_size=32, seed=0)  # fmt: skip
    assert 0.64 < history["loss"][-1] < 0.65


def test_ten_times_the_rate_leaves_the_plateau_in_a_tenth_of_the_epochs():
    losses, _ = train_many(
        SMALL, (WOMEN.X, WOMEN.y), torch.sigmoid, 700, optimizer=sgd(1.0), seeds=range(20)
    )
    fast = (losses < 0.6).float().argmax(dim=0)
    assert (losses < 0.6).any(dim=0).all()
    assert 230 < fast.min() < fast.max() < 660  # 2,300 to 6,600 epochs at a tenth of the rate
    slow_ends = (patience()[:, 4] < 0.6).float().argmax()  # seed 12, the quickest
    assert (slow_ends / fast[12]).item() == pytest.approx(10, rel=0.03)


def test_the_bar_is_a_logistic_regression():
    scores = evaluate_newton()
    assert scores["loss"] == pytest.approx(0.4717, abs=1e-4)
    assert scores["accuracy"] == pytest.approx(0.769, abs=1e-3)


def evaluate_newton():
    model = SklearnLogistic(C=1e10, max_iter=10_000, tol=1e-10)
    model.fit(WOMEN.X.double().numpy(), WOMEN.y[:, 0].numpy())
    net = LogisticRegression(8)
    with torch.no_grad():
        net.linear.weight.copy_(torch.tensor(model.coef_))
        net.linear.bias.copy_(torch.tensor(model.intercept_))
    return evaluate(net, WOMEN, loss_fn=BCE, metrics={"accuracy": accuracy})


def test_around_epoch_1000_lies_a_plain():
    # Along random directions the loss changes far less at epoch 1,000 than at the solution.
    _, params = sick()
    _, found = thousand(torch.sigmoid, FAST)
    torch.manual_seed(0)
    rises = []
    for place in ([p[2:3] for p in params], [p[2:3] for p in found]):
        here = log_loss(forward(place, WOMEN.X, torch.sigmoid), WOMEN.y)
        moved = [p + 0.2 * torch.randn(50, *p.shape[1:]) for p in place]
        rises.append((log_loss(forward(moved, WOMEN.X, torch.sigmoid), WOMEN.y) - here).median())
    assert rises[1] > 2 * rises[0]


# --- twelve hidden layers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "init", "first", "last"),
    [
        (torch.sigmoid, None, (5e-12, 5e-11), (0.2, 0.4)),
        (torch.tanh, None, (5e-5, 5e-4), (0.05, 0.2)),
        (torch.relu, None, (1e-7, 1e-5), (0.01, 0.2)),
        (torch.relu, "he", (1e-2, 1.0), (0.005, 3)),
        (torch.tanh, "xavier", (1e-2, 0.1), (0.005, 0.1)),
    ],
)
def test_gradients_that_reach_the_first_of_thirteen_layers(f, init, first, last):
    for seed in range(3):
        norms = gradient_norms(DEEP, f, seed, init)
        assert first[0] < norms[0] < first[1]
        assert last[0] < norms[-1] < last[1]
    norms = gradient_norms(DEEP, torch.sigmoid)
    assert 7 < (norms[-1] / norms[0]) ** (1 / 12) < 8


@pytest.mark.parametrize("f", [torch.sigmoid, torch.tanh, torch.relu])
def test_twelve_hidden_layers_with_default_starts_learn_the_base_rate(f):
    losses, params = train_many(
        DEEP, (WOMEN.X, WOMEN.y), f, 1000, optimizer=sgd(0.1), seeds=range(2)
    )  # the lecture shows 400 epochs; more of them change nothing
    for end in (losses[399], losses[999]):
        assert end == pytest.approx(0.64525, abs=1e-4)
    assert accuracies(women_logits(params, f)) == pytest.approx(0.6535, abs=5e-5)


def test_adam_does_not_save_the_deep_sigmoid():
    losses, _ = train_many(
        DEEP, (WOMEN.X, WOMEN.y), torch.sigmoid, 400, optimizer=adam(0.005), seeds=range(2)
    )
    assert losses[-1] == pytest.approx(ENTROPY, abs=1e-4)


@pytest.mark.parametrize(
    ("f", "init", "late"), [(torch.relu, "he", (0.40, 0.44)), (torch.tanh, "xavier", (0.42, 0.45))]
)
def test_the_right_start_cures_twelve_layers(f, init, late):
    losses, _ = train_many(
        DEEP, (WOMEN.X, WOMEN.y), f, 1000, optimizer=sgd(0.1), init=init, seeds=range(2)
    )
    assert 0.445 < losses[:400].min() < losses[399].max() < 0.495  # as the lecture shows
    assert late[0] < losses[-1].min() < losses[-1].max() < late[1]


def test_he_and_adam_go_lower_still():
    losses, _ = train_many(
        DEEP, (WOMEN.X, WOMEN.y), torch.relu, 1000, optimizer=adam(0.005), init="he", seeds=range(2)
    )
    for epochs, low, high in ((400, 0.2, 0.32), (1000, 0.18, 0.25)):
        best = losses[:epochs].min(dim=0).values
        assert low < best.min() < best.max() < high


@pytest.mark.parametrize(
    ("activation", "early", "late"),
    [(nn.ReLU, (0.22, 0.32), (0.12, 0.25)), (nn.Sigmoid, (0.4, 0.45), (0.35, 0.38))],
)
def test_batch_norm_cures_twelve_layers(activation, early, late):
    _, history = train(lambda: MLP(*DEEP, activation=activation, batch_norm=True), WOMEN,
        epochs=1000, lr=0.1, seed=0)  # fmt: skip
    for epochs, (low, high) in ((400, early), (1000, late)):
        assert low < min(history["loss"][:epochs]) < high  # it jumps from epoch to epoch


def test_he_draws_six_times_the_variance_of_the_default():
    layer = nn.Linear(400, 400)
    default = layer.weight.var().item()
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert default == pytest.approx(1 / (3 * 400), rel=0.02)
    assert layer.weight.var().item() == pytest.approx(2 / 400, rel=0.02)
    nn.init.xavier_uniform_(layer.weight)
    assert layer.weight.var().item() == pytest.approx(2 / 800, rel=0.02)


# --- pitfalls --------------------------------------------------------------------------------


def test_linear_layers_start_uniform_between_one_over_the_root_of_their_inputs():
    torch.manual_seed(0)
    layer = nn.Linear(100, 400)  # the lecture draws 3,000 starts at once by this rule
    for drawn in (layer.weight, layer.bias):
        assert 0.098 < drawn.abs().max().item() <= 0.1
        assert drawn.std().item() == pytest.approx(0.1 / math.sqrt(3), rel=0.1)


def test_fresh_networks_hardly_ever_start_at_the_first_loss_of_the_table():
    params = stacked(SMALL, range(1000))
    with torch.no_grad():
        first = log_loss(forward(params, WOMEN.X, torch.sigmoid), WOMEN.y)
    assert first.median().item() == pytest.approx(0.692, abs=0.01)
    assert (first <= 0.6445).float().mean() < 0.005


def test_going_on_from_the_plateau_prints_nearly_that_table():
    losses = patience()[:, :4]
    starts = (losses <= 0.6444).float().argmax(dim=0).tolist()
    ends = [losses[start + 999, column].item() for column, start in enumerate(starts)]
    row = losses[[starts[0] + k for k in (0, 200, 400, 600, 800, 999)], 0].tolist()
    assert row == pytest.approx([0.6444, 0.6441, 0.6438, 0.6433, 0.6427, 0.6418], abs=1e-4)
    assert row == pytest.approx([0.6444, 0.6441, 0.6437, 0.6431, 0.6424, 0.6413], abs=6e-4)
    assert 0.639 < min(ends) < max(ends) < 0.6425


def test_the_smallest_training_loss_is_not_the_best_validation_loss():
    parts = split(WOMEN.X, WOMEN.y, stratify=True, seed=0)
    assert len(parts.train[0]) == 455
    small = lambda: MLP(*SMALL, activation=nn.Sigmoid)  # noqa: E731
    cases = {
        "line": (lambda: LogisticRegression(8), SGD, 1.0, 300),
        "lr 1": (small, SGD, 1.0, 1000),
        "Adam": (small, Adam, 0.01, 1000),
        "deep": (lambda: MLP(*DEEP, batch_norm=True), SGD, 0.1, 500),
    }
    seen, held_out = {}, {}
    for name, (model, optimizer, lr, epochs) in cases.items():  # the lecture shows seed 0
        net, history = train(
            model, parts.train, epochs=epochs, lr=lr, optimizer=optimizer, seed=1, progress=False
        )
        seen[name] = evaluate(net, parts.train, loss_fn=BCE)["loss"]
        held_out[name] = evaluate(net, parts.val, loss_fn=BCE)["loss"]
    assert [seen["line"], seen["lr 1"]] == pytest.approx([0.44, 0.435], abs=0.005)
    assert [held_out["line"], held_out["lr 1"]] == pytest.approx([0.53, 0.53], abs=0.005)
    assert 0.31 < seen["Adam"] < 0.35
    assert 0.57 < held_out["Adam"] < 0.65
    assert min(history["loss"]) < 0.2  # the deep net, which jumps from epoch to epoch
    assert held_out["deep"] > 0.75 > ENTROPY  # worse than the base rate


# --- exercises -------------------------------------------------------------------------------


def test_exercise_2_xor_from_or_and_nand():
    W1, b1 = torch.tensor([[20.0, -20.0], [20.0, -20.0]]), torch.tensor([-10.0, 30.0])
    W2, b2 = torch.tensor([[20.0], [20.0]]), torch.tensor([-30.0])
    p = torch.sigmoid(torch.sigmoid(XOR.X @ W1 + b1) @ W2 + b2)
    assert (p - XOR.y).abs().max() < 0.01


def test_exercise_3_two_points_with_a_pencil():
    W1 = torch.tensor([[1.0, -1.0], [2.0, 1.0]], requires_grad=True)
    b1 = torch.zeros(2, requires_grad=True)
    W2 = torch.tensor([[1.0], [2.0]], requires_grad=True)
    b2 = torch.tensor([-1.0], requires_grad=True)
    x, y = PAIR.X[1:], PAIR.y[1:]
    z = torch.relu(x @ W1 + b1) @ W2 + b2
    loss = BCE(z, y)
    loss.backward()
    assert z.item() == pytest.approx(0.95)
    assert loss.item() == pytest.approx(0.327, abs=5e-4)
    delta = 1 / (1 + math.exp(-0.95)) - 1
    assert W2.grad.flatten().tolist() == pytest.approx([delta * 1.95, 0], abs=1e-6)
    assert W2.grad[0].item() == pytest.approx(-0.544, abs=5e-4)
    assert b2.grad.item() == pytest.approx(delta)
    assert W1.grad.tolist() == [pytest.approx([delta * 0.75, 0]), pytest.approx([delta * 0.6, 0])]
    assert b1.grad.tolist() == pytest.approx([delta, 0])


def test_exercise_4_absolute_value_and_hat():
    t = torch.linspace(-3, 3, 100)
    relu = torch.relu
    assert (relu(t) + relu(-t) - t.abs()).abs().max() < 1e-6
    hat = relu(t + 1) - 2 * relu(t) + relu(t - 1)
    assert (hat - torch.clamp(1 - t.abs(), min=0)).abs().max() < 1e-6


def test_exercise_5_thirty_two_units_for_the_parabola():
    assert largest_error(torch.square, -1, 1, 31) > 0.001 > largest_error(torch.square, -1, 1, 32)
    assert largest_error(torch.square, -1, 1, 32) == pytest.approx((2 / 32) ** 2 * 2 / 8, rel=1e-3)


def test_exercise_6_fifteen_layers():
    fifteen = (8, *[10] * 15, 1)
    for seed in range(3):
        assert gradient_norms(fifteen, torch.sigmoid, seed)[0] < 1e-12
    losses, _ = train_many(
        fifteen, (WOMEN.X, WOMEN.y), torch.sigmoid, 100, optimizer=sgd(0.1), seeds=range(2)
    )
    assert losses[-1] == pytest.approx(0.645, abs=5e-4)
    for f, init in ((torch.relu, "he"), (torch.tanh, "xavier")):
        losses, _ = train_many(fifteen, (WOMEN.X, WOMEN.y), f, 400, optimizer=sgd(0.1), init=init,
            seeds=range(2))  # fmt: skip
        assert losses.min(dim=0).values.max() < 0.5


def test_exercise_7_the_wines_with_a_deep_net():
    parts = split(WINE.X, WINE.y, stratify=True, seed=0)
    X_train, X_val = standardize(parts.train[0], parts.val[0])
    y_train, y_val = parts.train[1], parts.val[1]

    def score(model, lr):
        net, _ = train(model, (X_train, y_train), epochs=300, lr=lr, loss_fn=nn.CrossEntropyLoss())
        return accuracy(net(X_val), y_val)

    assert score(lambda: LogisticRegression(13, 3), 0.1) > 0.9
    assert score(lambda: MLP(13, *[16] * 10, 3, init="he"), 0.05) > 0.9
    assert score(lambda: MLP(13, *[16] * 10, 3), 0.05) == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    ("f", "stuck"),
    [
        (torch.tanh, []),
        (F.elu, []),
        (F.softsign, []),
        (torch.relu, [1]),
        (F.leaky_relu, [1]),
    ],
)
def test_exercise_8_other_activations(f, stuck):
    losses, _ = thousand(f, PLAIN)
    assert [seed for seed in range(3) if losses[-1, seed] > 0.48] == stuck
    assert losses[-1, stuck] == pytest.approx(0.644, abs=1e-3)


def test_exercise_9_five_tents_make_32_pieces():
    x = torch.linspace(0, 1, 2**12 + 1, dtype=torch.float64)
    y = x
    for _ in range(5):
        y = 2 * torch.relu(y) - 4 * torch.relu(y - 0.5)
    slopes = y.diff() / x.diff()
    assert (slopes.diff().abs() > 1).sum() + 1 == 32
    assert slopes.abs().unique().tolist() == [32.0]
