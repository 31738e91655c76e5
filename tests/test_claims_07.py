"""What lecture 07 says can be computed, so it is: every number of its prose, and its exercises.

Oracles are closed forms and numpy in float64, the density that the moons are drawn from, or
PyTorch; where the lecture speaks of training, the claim is tried over several seeds.
"""

from __future__ import annotations

import math
import warnings
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils import (
    MLP,
    LogisticRegression,
    accuracy,
    confusion,
    fit,
    load_dataset,
    make_points,
    seed_everything,
    split,
    standardize,
)

FLOOR = math.log(1 + math.exp(-1))


def softmax(z):
    """As the definition says, in float64."""
    e = np.exp(np.asarray(z, dtype=np.float64))
    return e / e.sum(axis=-1, keepdims=True)


def stable_softmax(z):
    e = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return e / e.sum(dim=-1, keepdim=True)


def floor(n_classes):
    """Cross-entropy of a one-hot row that is taken for logits."""
    return math.log(1 + (n_classes - 1) / math.e)


def squashed(outputs, y):
    return F.cross_entropy(torch.sigmoid(outputs), y)


def twice(outputs, y):
    return F.cross_entropy(outputs.softmax(dim=1), y)


def logits_loss(outputs, y):
    return F.cross_entropy(outputs, y)


def train(model, parts, *, lr, epochs, loss_fn=logits_loss):
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    how = {"loss_fn": loss_fn, "optimizer": adam, "epochs": epochs, "progress": False}
    return fit(model, parts[0], val=parts[1], metrics={"accuracy": accuracy}, **how)


# --- softmax -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logits", "shares"),
    [
        (
            [1, 2, 3, 4, 1, 2, 3],
            [0.02364054, 0.06426166, 0.1746813, 0.474833, 0.02364054, 0.06426166, 0.1746813],
        ),
        ([0.1, 1, 5], [0.00725956, 0.01785564, 0.9748848]),
    ],
)
def test_the_printed_shares_are_right_to_1e_8(logits, shares):
    np.testing.assert_allclose(softmax(logits), shares, rtol=0, atol=5.01e-9 * 10)
    exact = torch.tensor(logits, dtype=torch.float64).softmax(dim=0).numpy()
    np.testing.assert_allclose(softmax(logits), exact, rtol=0, atol=1e-12)


def test_the_exponentials_by_hand_and_what_five_times_the_logit_earns():
    np.testing.assert_allclose(np.exp([0.1, 1, 5]), [1.10517092, 2.71828183, 148.4131591], 1e-8)
    low, high = softmax([0.1, 1, 5])[1:]
    assert high / low == pytest.approx(math.exp(4))
    assert round(high / low, 1) == 54.6


def test_zero_to_nine_leaves_0_632149_to_the_nine_and_neighbours_differ_by_e():
    shares = softmax(range(10))
    assert round(shares[9], 6) == 0.632149
    np.testing.assert_allclose(shares[1:] / shares[:-1], math.e)


def test_dividing_by_the_sum_gives_shares_below_0_and_above_1():
    z = np.array([3.0, 1.0, -2.0])
    assert (z / z.sum()).tolist() == [1.5, 0.5, -1.0]
    assert sum([1.0, -1.0, 0.0]) == 0


@pytest.mark.parametrize("seed", range(5))
def test_shares_lie_between_0_and_1_sum_to_1_keep_the_order_and_ignore_a_shift(seed):
    z = np.random.default_rng(seed).normal(0, 3, (50, 6))
    shares = softmax(z)
    assert ((shares > 0) & (shares < 1)).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares.argsort(axis=1) == z.argsort(axis=1)).all()
    np.testing.assert_allclose(softmax(z + 100), shares)
    assert not np.allclose(softmax(10 * z), shares)
    two = softmax(z[:, :2])[:, 1]
    np.testing.assert_allclose(two, 1 / (1 + np.exp(-(z[:, 1] - z[:, 0]))))


def test_a_sum_from_0_to_k_has_a_term_too_many():
    z = np.array([2.0, 1.0, 0.0, -1.0])
    wrong = np.exp(z) / (np.exp(z).sum() + np.exp(0.0))  # a class 0 beside the classes 1 … K
    assert wrong.sum() < 0.95


def test_cold_softmax_is_the_argmax_and_hot_softmax_is_flat():
    z = np.array([2.0, 1.0, 0.0, -1.0])
    np.testing.assert_allclose(softmax(z / 0.01), [1, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(softmax(z / 1e6), 0.25, rtol=1e-5)
    assert softmax(z / 0.2).round(2)[0] == 0.99
    assert softmax(z).round(2).tolist() == [0.64, 0.24, 0.09, 0.03]
    assert softmax(z / 5).min() > 0.175
    assert softmax(z / 5).max() < 0.335


def test_the_naive_form_overflows_from_89_on_and_the_maximum_cures_it():
    big = torch.tensor([1000.0, 1001.0, 1002.0])
    e = torch.exp(big)
    assert torch.isnan(e / e.sum()).all()
    assert torch.isfinite(torch.exp(torch.tensor(88.0)))
    assert torch.isinf(torch.exp(torch.tensor(89.0)))
    assert math.floor(1000 / math.log(10)) + 1 == 435  # digits of e^1000
    assert [round(s, 2) for s in stable_softmax(big).tolist()] == [0.09, 0.24, 0.67]
    torch.testing.assert_close(stable_softmax(big), big.softmax(dim=0))


def test_the_logarithm_of_a_tiny_share_survives_in_log_softmax_only():
    z = torch.tensor([0.0, -200.0])
    assert torch.log(torch.softmax(z, dim=0))[1] == -math.inf
    assert torch.log_softmax(z, dim=0)[1] == -200
    x = torch.randn(20, 7, dtype=torch.float64)
    m = x.amax(dim=1)
    by_hand = m + (x - m[:, None]).exp().sum(dim=1).log()
    torch.testing.assert_close(by_hand, torch.logsumexp(x, dim=1))


# --- cross-entropy and its gradient ------------------------------------------------------------


def test_three_penalties_and_which_of_them_decides():
    penalties = [-math.log(p) for p in (0.7, 0.2, 0.9)]
    assert [round(v, 3) for v in penalties] == [0.357, 1.609, 0.105]
    assert round(sum(penalties), 3) == 2.071
    assert round(sum(penalties) / 3, 4) == 0.6905


@pytest.mark.parametrize("seed", range(5))
def test_cross_entropy_is_the_negative_log_likelihood_of_log_softmax(seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0, 2, (40, 5)), rng.integers(0, 5, 40)
    ours = -np.log(softmax(z)[np.arange(40), y]).mean()
    logits, truth = torch.from_numpy(z), torch.from_numpy(y)
    assert F.cross_entropy(logits, truth).item() == pytest.approx(ours)
    assert F.nll_loss(F.log_softmax(logits, dim=1), truth).item() == pytest.approx(ours)
    onehot = np.eye(5)[y]
    assert -(onehot * np.log(softmax(z))).sum(axis=1).mean() == pytest.approx(ours)
    assert F.cross_entropy(logits * 0, truth).item() == pytest.approx(math.log(5))


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_on_the_logits_is_shares_minus_onehot_over_m(seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0, 2, (8, 4)), rng.integers(0, 4, 8)

    def loss(z):
        return -np.log(softmax(z)[np.arange(8), y]).mean()

    ours = (softmax(z) - np.eye(4)[y]) / 8
    for i, k in np.ndindex(8, 4):  # central differences
        step = np.zeros((8, 4))
        step[i, k] = 1e-5
        assert (loss(z + step) - loss(z - step)) / 2e-5 == pytest.approx(ours[i, k], abs=1e-8)
    np.testing.assert_allclose(ours.sum(axis=1), 0, atol=1e-15)


def test_sure_and_wrong_moves_cross_entropy_and_leaves_the_squared_error_cold():
    p = softmax([10.0, 0.0, 0.0])
    assert round(p[1] - 1, 5) == -0.99995
    error = p - np.array([0, 1, 0])
    jacobian_row = p[1] * (np.array([0, 1, 0]) - p)
    assert round(float(2 * error @ jacobian_row), 5) == -0.00018


def test_rain_on_one_day_of_four():
    p, q = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    cross, entropy = -(p * np.log(q)).sum(), -(p * np.log(p)).sum()
    assert (round(cross, 3), round(cross - entropy, 3)) == (0.693, 0.131)
    assert round((q * np.log(q / p)).sum(), 3) == 0.144  # not symmetric


# --- three data sets ---------------------------------------------------------------------------


def wine_parts(seed):
    wine = load_dataset("wine")
    parts = split(wine.X, wine.y, stratify=True, seed=seed)
    X_train, X_val = standardize(parts.train[0], parts.val[0])
    return (X_train, parts.train[1]), (X_val, parts.val[1])


@cache
def digit_parts():
    digits = load_dataset("digits")
    return split(digits.X, digits.y, stratify=True, seed=0)[:2]


def test_a_head_of_13_features_and_3_classes_has_42_parameters():
    assert sum(p.numel() for p in LogisticRegression(13, n_classes=3).parameters()) == 42
    wine = load_dataset("wine")
    assert wine.y.bincount().tolist() == [59, 71, 48]


def test_softmax_regression_reads_nearly_all_cultivars_on_any_split():
    wrong = []
    for seed in range(8):
        parts = wine_parts(seed)
        seed_everything(0)
        run = train(LogisticRegression(13, n_classes=3), parts, lr=0.05, epochs=200)
        assert 1.1 < run["loss"][0] < 1.6
        assert run["loss"][-1] < 0.02
        assert len(parts[1][0]) == 35
        wrong.append(round(35 * (1 - run["val_accuracy"][-1])))
    assert wrong[0] == 1
    assert max(wrong) <= 3


def test_between_two_classes_of_a_linear_head_the_border_is_straight():
    seed_everything(1)
    linear = LogisticRegression(2, n_classes=3).double().linear
    w, b = linear.weight[0] - linear.weight[1], linear.bias[0] - linear.bias[1]
    for t in (-2.0, 0.0, 5.0):  # points of the line w x + b = 0
        x = -b * w / (w @ w) + t * torch.stack([-w[1], w[0]])
        z = linear(x)
        assert z[0].item() == pytest.approx(z[1].item(), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_net_reads_more_than_94_of_100_digits_from_logits(seed):
    seed_everything(seed)
    run = train(MLP(64, 32, 10), digit_parts(), lr=0.02, epochs=150)
    assert 2.2 < run["loss"][0] < 2.45
    assert run["val_accuracy"][-1] > 0.94


@pytest.mark.parametrize("seed", range(2))
def test_diabetes_with_two_outputs_starts_far_above_log_2_and_overfits(seed):
    table = load_dataset("diabetes")
    y = table.y.reshape(-1).long()
    parts = split(table.X, y, fractions=(0.8, 0.2, 0.0), stratify=True, seed=seed)[:2]
    seed_everything(137)
    net = MLP(8, 20, 20, 2)
    assert sum(p.numel() for p in net.parameters()) == 642
    run = train(net, parts, lr=0.01, epochs=700)
    assert 5 < run["loss"][0] < 8
    assert 0.3 < run["loss"][-1] < 0.5
    assert run["val_loss"][-1] > run["loss"][-1] + 0.1


# --- moons -------------------------------------------------------------------------------------


@cache
def moons(seed):
    X, y = make_points("moons", 10_000, noise=0.5, seed=seed)
    return split(X, y.reshape(-1).long(), fractions=(0.8, 0.2, 0.0), seed=0)[:2]


def true_logits(X):
    t = (torch.arange(1000, dtype=torch.float64) + 0.5) * math.pi / 1000
    upper = torch.stack([torch.cos(t), torch.sin(t)], dim=1)
    lower = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=1)
    squared = [torch.cdist(X.double(), arc) ** 2 for arc in (upper, lower)]
    return torch.stack([torch.logsumexp(-d / (2 * 0.5**2), dim=1) for d in squared], dim=1)


def bounds(X, y):
    """Cross-entropy of the Bayes classifier on these points, free and squashed; its accuracy."""
    z = true_logits(X)
    gap = (z[:, 1] - z[:, 0]).clamp(-1, 1)
    cut = F.cross_entropy(torch.stack([0 * gap, gap], dim=1), y).item()
    return F.cross_entropy(z, y).item(), cut, accuracy(z, y)


def test_the_best_loss_and_accuracy_on_the_blurred_moons():
    """By integration over the plane: 0.394 free, 0.480 squashed, 82.3 % right."""
    across = torch.arange(-4, 5, 0.06, dtype=torch.float64)
    points = torch.cartesian_prod(across, across - 0.25)
    z = true_logits(points)
    weight = z.exp().sum(dim=1) / z.exp().sum()
    share, gap = torch.sigmoid(z[:, 1] - z[:, 0]), z[:, 1] - z[:, 0]

    def loss(d):
        return (weight * (share * F.softplus(-d) + (1 - share) * F.softplus(d))).sum().item()

    assert loss(gap) == pytest.approx(0.3936, abs=5e-4)
    assert loss(gap.clamp(-1, 1)) == pytest.approx(0.4796, abs=5e-4)
    assert (weight * share.maximum(1 - share)).sum().item() == pytest.approx(0.8233, abs=5e-4)
    best, cut, right = bounds(*moons(0)[0])  # and on the lecture's own training points
    assert (round(best, 3), round(cut, 3), round(right, 3)) == (0.386, 0.476, 0.828)


def test_a_squashed_pair_of_outputs_never_gets_below_0_3133():
    assert round(FLOOR, 4) == 0.3133
    assert round(1 / (1 + math.exp(-1)), 3) == 0.731
    sure = torch.tensor([[1e4, -1e4]])
    assert squashed(sure, torch.tensor([0])).item() == pytest.approx(FLOOR)
    outputs, y = 100 * torch.randn(1000, 2), torch.randint(2, (1000,))
    penalties = F.cross_entropy(torch.sigmoid(outputs), y, reduction="none")
    assert penalties.min() >= FLOOR - 1e-6


@pytest.mark.parametrize("data_seed", range(4))
def test_the_first_loss_with_sigmoid_outputs_is_0_711(data_seed):
    seed_everything(137)
    net = MLP(2, 20, 20, 2)
    assert sum(p.numel() for p in net.parameters()) == 522
    assert squashed(net(moons(data_seed)[0][0]), moons(data_seed)[0][1]).item() == pytest.approx(
        0.711, abs=2e-3
    )


@pytest.mark.parametrize(("seed", "data_seed"), [(137, 0), (0, 1)])
def test_exercise_5_two_plateaus_belong_to_the_code_and_one_to_the_data(seed, data_seed):
    parts, ends, right = moons(data_seed), {}, {}
    best, cut, bayes = bounds(*parts[0])
    for name, loss_fn in (("sigmoid", squashed), ("softmax", twice), ("logits", logits_loss)):
        seed_everything(seed)
        run = train(MLP(2, 20, 20, 2), parts, lr=0.01, epochs=150, loss_fn=loss_fn)
        ends[name], right[name] = run["loss"][-1], run["val_accuracy"][-1]
    for name in ("sigmoid", "softmax"):
        assert 0.46 < ends[name] < 0.495
        assert ends[name] == pytest.approx(cut, abs=0.01)
    assert ends["logits"] == pytest.approx(best, abs=0.01)
    assert ends["logits"] < 0.42 if data_seed else ends["logits"] < 0.40
    assert max(right.values()) - min(right.values()) < 0.015
    assert all(0.80 < value < 0.84 for value in right.values())
    assert abs(right["logits"] - bayes) < 0.02


# --- pitfalls ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_classes", "value"), [(2, 0.3133), (3, 0.5514), (10, 1.4612)])
def test_the_floor_of_the_double_softmax(n_classes, value):
    assert round(floor(n_classes), 4) == value
    perfect = torch.zeros(1, n_classes)
    perfect[0, 0] = 1000.0
    assert twice(perfect, torch.tensor([0])).item() == pytest.approx(floor(n_classes), abs=1e-6)
    free = torch.zeros(1, n_classes, requires_grad=True)
    adam = torch.optim.Adam([free], lr=0.5)
    for _ in range(300):
        adam.zero_grad()
        loss = twice(free, torch.tensor([0]))
        loss.backward()
        adam.step()
    assert floor(n_classes) - 1e-6 < loss.item() < floor(n_classes) + 1e-3


def test_wine_squashed_twice_stops_at_its_floor():
    seed_everything(0)
    run = train(
        LogisticRegression(13, n_classes=3), wine_parts(0), lr=0.05, epochs=200, loss_fn=twice
    )
    assert 0.5514 < run["loss"][-1] < 0.56


def test_exercise_8_squashed_twice_most_seeds_lose_digits_and_each_costs_a_tenth():
    lost = []
    X_val, y_val = digit_parts()[1]
    for seed in range(8):
        seed_everything(seed)
        net = MLP(64, 32, 10)
        run = train(net, digit_parts(), lr=0.02, epochs=150, loss_fn=twice)
        never = int((confusion(net(X_val), y_val).sum(dim=0) == 0).sum())
        assert min(run["loss"]) > 1.4612
        assert run["loss"][-1] == pytest.approx(floor(10) + 0.1 * never, abs=0.02)
        assert (run["val_accuracy"][-1] < 0.92) == (never > 0)
        assert never or run["val_accuracy"][-1] >= 0.95
        lost.append(never)
    assert 3 <= sum(n > 0 for n in lost) <= 7  # five where the lecture was written
    assert lost[0] == 1
    assert math.log(9 + math.e) == pytest.approx(floor(10) + 1)  # the 1 in the wrong place


def test_fit_refuses_a_softmax_before_cross_entropy():
    net = nn.Sequential(MLP(64, 32, 10), nn.Softmax(dim=1))
    adam = torch.optim.Adam(net.parameters())
    with pytest.raises(ValueError, match="come from a softmax"):
        fit(net, digit_parts()[0], loss_fn=nn.CrossEntropyLoss(), optimizer=adam, epochs=1)


def test_without_dim_softmax_warns_and_chooses_by_the_number_of_axes():
    for shape, dim in (((3,), 0), ((2, 3), 1), ((2, 3, 4), 0)):
        x = torch.randn(shape)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            shares = nn.Softmax()(x)
        assert "Implicit dimension" in str(caught[0].message)
        assert torch.equal(shares, x.softmax(dim=dim))


@pytest.mark.parametrize("seed", range(2))
def test_the_wrong_axis_starts_at_the_logarithm_of_the_rows_and_learns_worse(seed):
    def wrong_axis(outputs, y):
        return F.nll_loss(F.log_softmax(outputs, dim=0), y)

    seed_everything(seed)
    run = train(MLP(64, 32, 10), digit_parts(), lr=0.02, epochs=150, loss_fn=wrong_axis)
    assert len(digit_parts()[0][0]) == 1078
    assert run["loss"][0] == pytest.approx(math.log(1078), abs=0.05)
    assert 0.5 < run["val_accuracy"][-1] < 0.93


def test_raw_logits_have_no_floor_under_nll():
    def raw(outputs, y):
        return F.nll_loss(outputs, y)

    seed_everything(1)
    run = train(MLP(64, 32, 10), digit_parts(), lr=0.02, epochs=150, loss_fn=raw)
    assert run["loss"][-1] < -1000
    assert run["val_accuracy"][-1] < 0.2


def test_the_lost_minus_makes_minus_8_7352_of_1_7470():
    logs = np.log([0.57, 0.33, 0.19, 0.09, 0.05])
    assert round(logs.sum(), 4) == -8.7352
    assert round(-logs.mean(), 4) == 1.7470


def test_cross_entropy_with_one_output_is_0_and_so_is_its_gradient():
    z = torch.tensor([[-3.0], [0.2], [8.0]], requires_grad=True)
    for y in (torch.zeros(3, dtype=torch.int64), torch.tensor([[0.0], [1.0], [1.0]])):
        loss = F.cross_entropy(z, y)
        (gradient,) = torch.autograd.grad(loss, z)
        assert loss.item() == 0
        assert not gradient.any()


def test_which_targets_cross_entropy_takes():
    z, y = torch.randn(3, 2), torch.tensor([0, 1, 1])
    for wrong in (y.float(), y.reshape(-1, 1), F.one_hot(y, 2)):
        with pytest.raises(RuntimeError):
            F.cross_entropy(z, wrong)
    with pytest.raises(IndexError):
        F.cross_entropy(z, y + 1)
    soft = F.cross_entropy(z, F.one_hot(y, 2).float())
    assert soft.item() == pytest.approx(F.cross_entropy(z, y).item())


def test_sum_and_mean_differ_by_the_number_of_rows():
    X, y = digit_parts()[0]
    ends = []
    for reduction, lr in (("mean", 0.5), ("sum", 0.5), ("sum", 0.5 / len(y))):
        seed_everything(0)
        model = LogisticRegression(64, n_classes=10)
        sgd = torch.optim.SGD(model.parameters(), lr=lr)
        loss_fn = nn.CrossEntropyLoss(reduction=reduction)
        run = fit(model, (X, y), loss_fn=loss_fn, optimizer=sgd, epochs=50, progress=False)
        ends.append(run["loss"][-1] / (len(y) if reduction == "sum" else 1))
    assert ends[0] == pytest.approx(ends[2], rel=1e-3)
    assert ends[0] < 0.7
    assert ends[1] > 1.5


# --- exercises ---------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [0, 7])
def test_exercise_1_shares_by_hand(c):
    np.testing.assert_allclose(softmax(c + np.log([1, 2, 5])), [0.125, 0.25, 0.625])


def test_exercise_2_a_shift_is_harmless_until_float32_runs_out_of_digits():
    z = torch.tensor([2.3, 1.1, 0.4, -0.7])
    exact = torch.from_numpy(softmax([2.3, 1.1, 0.4, -0.7])).float()
    for c, off in ((0, 1e-6), (10, 1e-5), (1e4, 1e-3)):
        assert (stable_softmax(z + c) - exact).abs().max() < off
    assert stable_softmax(z + 1e8).tolist() == [0.25] * 4
    assert np.spacing(np.float32(1e8)) == 8


def test_exercise_3_the_temperature_of_ninety_percent():
    low, high = 0.2, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if softmax(np.array([2.0, 1.0, 0.0, -1.0]) / middle)[0] > 0.9:
            low = middle
        else:
            high = middle
    assert round(low, 3) == 0.434


def test_exercise_4_my_cross_entropy():
    def my_cross_entropy(logits, y):
        shifted = logits - logits.max(dim=1, keepdim=True).values
        log_sum = shifted.exp().sum(dim=1).log()
        return (log_sum - shifted[torch.arange(len(y)), y]).mean()

    logits, y = torch.randn(100, 5), torch.randint(5, (100,))
    assert abs(my_cross_entropy(logits, y) - F.cross_entropy(logits, y)) < 1e-6
    thousands = torch.tensor([[1000.0, 1001.0, 1002.0]])
    assert round(my_cross_entropy(thousands, torch.tensor([2])).item(), 4) == 0.4076
    assert my_cross_entropy(torch.tensor([[1000.0, -1000.0]]), torch.tensor([1])).item() == 2000


@pytest.mark.parametrize(("n_classes", "value"), [(2, 0.3133), (3, 0.5514), (10, 1.4612)])
def test_exercise_6_k_sigmoids_have_the_floor_of_the_double_softmax(n_classes, value):
    sure = torch.full((1, n_classes), -1e4)
    sure[0, 0] = 1e4
    assert squashed(sure, torch.tensor([0])).item() == pytest.approx(floor(n_classes), abs=1e-6)
    assert round(floor(n_classes), 4) == value
    assert round(1 - floor(100) / math.log(100), 2) == 0.21


def test_exercise_7_label_smoothing():
    logits, y = torch.randn(20, 10), torch.randint(10, (20,))
    soft = 0.9 * F.one_hot(y, 10) + 0.1 / 10
    ours = -(soft * F.log_softmax(logits, dim=1)).sum(dim=1).mean()
    assert abs(ours - F.cross_entropy(logits, y, label_smoothing=0.1)) < 1e-6
    best = torch.zeros(1, 10)
    best[0, 3] = math.log(91)
    lowest = F.cross_entropy(best, torch.tensor([3]), label_smoothing=0.1)
    assert round(lowest.item(), 4) == 0.5003
    assert round(math.log(91), 2) == 4.51
    entropy = -(0.91 * math.log(0.91) + 9 * 0.01 * math.log(0.01))
    assert lowest.item() == pytest.approx(entropy, abs=1e-6)
