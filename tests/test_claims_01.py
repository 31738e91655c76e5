"""What lecture 01 says can be computed, so it is: every number of its prose, and its exercises.

Oracles are closed forms in float64 (least squares, eigenvalues of the second derivatives), not the
notebook's own code.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from course_utils import LinearRegression, fit, load_dataset, r2, seed_everything, standardize

SEEDS = range(4)


def train_line(X: Tensor, y: Tensor, *, lr: float, epochs: int, seed: int = 0, **options):
    seed_everything(seed)
    model = LinearRegression(X.shape[1])
    sgd = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = options.pop("loss_fn", nn.functional.mse_loss)
    return model, fit(model, (X, y), loss_fn=loss_fn, optimizer=sgd, epochs=epochs, **options)


def with_ones(X: Tensor) -> Tensor:
    return torch.cat([X, torch.ones(len(X), 1)], dim=1).double()


def least_squares(X: Tensor, y: Tensor) -> tuple[list[float], float]:
    """Parameters (weights, then bias) and the MSE."""
    X1, y = with_ones(X), y.double()
    solution = torch.linalg.lstsq(X1, y).solution
    return solution.flatten().tolist(), (X1 @ solution - y).square().mean().item()


def curvatures(X: Tensor, *, reduction: str = "mean") -> list[float]:
    X1 = with_ones(X)
    rows = len(X) if reduction == "mean" else 1
    return torch.linalg.eigvalsh(2 * X1.T @ X1 / rows).tolist()


def mse(w: float, b: float, X: Tensor, y: Tensor) -> float:
    return (w * X.double() + b - y.double()).square().mean().item()


@pytest.fixture(scope="module")
def line3() -> tuple[Tensor, Tensor]:
    return load_dataset("line3").xy


@pytest.fixture(scope="module")
def houses() -> tuple[Tensor, Tensor]:
    return load_dataset("houses").xy


@pytest.fixture(scope="module")
def have_a_try() -> tuple[Tensor, Tensor]:
    return load_dataset("have_a_try").xy


@pytest.fixture(scope="module")
def cars() -> tuple[Tensor, Tensor]:
    mpg = load_dataset("mpg")
    return mpg.feature("weight"), mpg.y


# --- A model is a calculation, the loss, one step ------------------------------------------------


def test_two_models_of_one_family_agree_at_one_input():
    assert 3 * 3.2 + 2 == pytest.approx(0.5 * 3.2 + 10) == pytest.approx(11.6)


def test_the_scan_of_the_weight_is_a_parabola(line3):
    X, y = (t.double() for t in line3)
    w = torch.arange(41).double() / 10
    scan = (X * w - y).square().mean(dim=0)
    assert torch.allclose(scan, 14 / 3 * (w - 2) ** 2, atol=1e-12)
    assert X.square().mean().item() == pytest.approx(14 / 3)
    assert scan[0].item() == scan[-1].item() == pytest.approx(56 / 3)
    assert (scan.argmin().item(), scan.min().item()) == (20, pytest.approx(0, abs=1e-12))


def test_one_step_with_lr_a_tenth_lands_at_1_9333(line3):
    X, y = line3
    w = torch.tensor(1.0, requires_grad=True)
    loss = (w * X - y).square().mean()
    loss.backward()
    assert loss.item() == pytest.approx(14 / 3)
    assert w.grad.item() == pytest.approx(-28 / 3)
    landed = 1 + 0.1 * 28 / 3
    assert landed == pytest.approx(1.9333, abs=5e-5)
    assert mse(landed, 0, X, y) == pytest.approx(0.0207, abs=5e-5)
    assert 2 - landed == pytest.approx((1 - 0.1 * 28 / 3) * 1)


@pytest.mark.parametrize(("share", "shrinks"), [(0.5, True), (0.99, True), (1.01, False)])
def test_descent_on_one_weight_shrinks_below_2_over_the_curvature(share, shrinks):
    lr, distance = share * 2 / (28 / 3), 1.0
    for _ in range(100):
        distance -= lr * 28 / 3 * distance
    assert (abs(distance) < 1) == shrinks


def test_the_limit_of_the_one_weight_is_0_214(line3):
    curvature = 2 * line3[0].square().mean().item()
    assert curvature == pytest.approx(28 / 3)
    assert 2 / curvature == pytest.approx(0.214, abs=5e-4)


# --- The rhythm of training ----------------------------------------------------------------------


def test_the_loss_of_the_line_falls_by_the_same_factor_every_100_epochs(line3):
    flat, steep = curvatures(line3[0], reduction="sum")
    factor = (1 - 0.01 * flat) ** 200
    assert (flat, steep) == (pytest.approx(0.72118, abs=5e-6), pytest.approx(33.279, abs=5e-4))
    assert 2 / steep == pytest.approx(0.0601, abs=5e-5)
    assert factor == pytest.approx(0.235137, abs=5e-7)
    for seed in SEEDS:
        model, history = train_line(
            *line3, lr=0.01, epochs=500, seed=seed, loss_fn=nn.MSELoss(reduction="sum")
        )
        loss = history["loss"]
        assert 5 < loss[0] < 165
        for epoch in (100, 200, 300):
            assert loss[epoch + 100] / loss[epoch] == pytest.approx(factor, abs=5e-5)
        assert 7.968 <= model(torch.tensor([[4.0]])).item() < 7.9975


def test_with_seed_0_the_run_is_the_one_in_the_text(line3):
    model, history = train_line(*line3, lr=0.01, epochs=500, loss_fn=nn.MSELoss(reduction="sum"))
    printed = [44.3605, 0.1432, 0.0337, 0.0079, 0.0019]
    assert history["loss"][::100] == pytest.approx(printed, abs=6e-5)
    assert model(torch.tensor([[4.0]])).item() == pytest.approx(7.98, abs=5e-3)


def test_a_linear_layer_stores_its_weight_as_out_times_in():
    layer = nn.Linear(3, 2)
    X = torch.randn(5, 3)
    assert layer.weight.shape == (2, 3)
    assert layer.bias.shape == (2,)
    assert torch.allclose(layer(X), X @ layer.weight.T + layer.bias)


# --- Is 400,000 dollars a good price? ------------------------------------------------------------


def test_2000_square_feet_are_185_8_square_metres():
    assert round(2000 * 0.3048**2, 1) == 185.8


def test_the_lines_of_the_houses_have_the_losses_and_prices_in_the_text(houses):
    X, y = houses
    assert mse(0.2, 0, X, y) == pytest.approx(4285.3, abs=0.05)
    assert mse(0.1, 150, X, y) == pytest.approx(799.09, abs=5e-3)
    (w, b), best = least_squares(X, y)
    assert (w, b) == (pytest.approx(0.058488, abs=5e-7), pytest.approx(247.263, abs=5e-4))
    assert best == pytest.approx(447.29, abs=5e-3)
    prices = [w * 2000 + b, 0.1 * 2000 + 150, 0.2 * 2000]
    assert prices == pytest.approx([364.2, 350.0, 400.0], abs=0.05)
    assert (0.2 * X[2] - y[2]).item() == pytest.approx(111, abs=1e-3)


@pytest.mark.parametrize(("bias", "floor"), [(1.0, 2004.06), (0.0, 2016.73), (-1.0, 2029.45)])
def test_the_floor_of_a_run_that_learns_only_the_slope(houses, bias, floor):
    X, y = (t.double() for t in houses)
    w = ((X * (y - bias)).sum() / X.square().sum()).item()
    assert mse(w, bias, X, y) == pytest.approx(floor, abs=5e-3)
    if bias == 0:
        assert w == pytest.approx(0.17689, abs=5e-6)
        assert w * 2000 == pytest.approx(353.8, abs=0.05)


def test_a_thousand_epochs_on_raw_houses_learn_the_slope_and_leave_the_bias(houses):
    X, y = (t.double() for t in houses)
    curvature = 2 * X.square().mean().item()
    factor = (1 - 1e-9 * curvature) ** 100
    assert factor == pytest.approx(0.425956, abs=5e-7)
    for seed in SEEDS:
        seed_everything(seed)
        start = LinearRegression(1).linear.bias.item()
        model, history = train_line(*houses, lr=1e-9, epochs=1000, seed=seed)
        loss = history["loss"]
        w = ((X * (y - start)).sum() / X.square().sum()).item()
        floor = mse(w, start, X, y)
        assert abs(model.linear.bias.item() - start) < 1e-3
        assert 2004 < loss[-1] < 2030
        assert loss[-1] == pytest.approx(floor, abs=0.3)
        assert (loss[149] - floor) / (loss[99] - floor) == pytest.approx(factor, abs=1e-3)
        assert r2(model(houses[0]), houses[1]) < 0  # worse than the mean price


@pytest.mark.parametrize("seed", SEEDS)
def test_the_learning_rate_of_the_houses_has_its_limit_at_2_3535e_7(houses, seed, capsys):
    steep = curvatures(houses[0])[1]
    assert steep == pytest.approx(8.498e6, rel=1e-4)
    assert 2 / steep == pytest.approx(2.3535e-7, abs=5e-12)
    below = train_line(*houses, lr=2.3e-7, epochs=200, seed=seed)[1]["loss"]
    above = train_line(*houses, lr=2.4e-7, epochs=200, seed=seed)[1]["loss"]
    assert below[-1] < below[0] < above[-1]
    blown = train_line(*houses, lr=1e-4, epochs=200, seed=seed)[1]
    assert len(blown) < 10
    assert blown.stopped
    assert "Training stopped" in capsys.readouterr().out


def test_one_learning_rate_cannot_serve_both_directions_of_the_raw_houses(houses):
    flat, steep = curvatures(houses[0])
    assert steep / flat == pytest.approx(165e6, rel=0.01)
    assert math.log(10) / (flat * 2 / steep) > 1e8


def test_standardised_houses_reach_least_squares_in_thirty_epochs(houses):
    (X,), (y,) = standardize(houses[0]), standardize(houses[1])
    assert curvatures(X) == pytest.approx([2, 2], abs=1e-5)
    unit = houses[1].var(correction=0).item()
    best = least_squares(*houses)[1]
    for seed in SEEDS:
        model, history = train_line(X, y, lr=0.1, epochs=100, seed=seed)
        assert history["loss"][29] * unit == pytest.approx(best, abs=0.05)
        assert history["loss"][-1] * unit == pytest.approx(447.291, abs=1e-3)
        assert model.linear.weight.item() == pytest.approx(0.674, abs=5e-4)
        assert abs(model.linear.bias.item()) < 1e-3
        w = model.linear.weight.item() * (houses[1].std() / houses[0].std()).item()
        b = houses[1].mean().item() - w * houses[0].mean().item()
        assert w * 2000 + b == pytest.approx(364.2, abs=0.05)


def test_r2_of_the_houses_puts_the_raw_run_below_the_mean_price(houses):
    X, y = houses
    (w, b), _ = least_squares(X, y)
    assert y.mean().item() == pytest.approx(366.3, abs=0.05)
    scores = [r2(slope * X + bias, y) for slope, bias in [(0.1, 150.0), (0.2, 0.0), (w, b)]]
    assert scores == pytest.approx([0.03, -4.22, 0.45], abs=5e-3)
    assert r2(0.1766 * X + 0.5365, y) == pytest.approx(-1.45, abs=5e-3)


def test_leaving_one_house_out_moves_the_answer_from_349_to_411(houses):
    X, y = (t.flatten().tolist() for t in houses)
    prices, slopes = [], []
    for i, j in [(0, 1), (1, 2), (0, 2)]:
        slopes.append((y[j] - y[i]) / (X[j] - X[i]))
        prices.append(y[i] + slopes[-1] * (2000 - X[i]))
    assert [round(price) for price in prices] == [385, 349, 411]
    assert [slope < 0 for slope in slopes] == [False, False, True]


# --- Which loss? ---------------------------------------------------------------------------------


def test_the_slopes_of_the_losses_are_a_line_a_step_and_a_clipped_line():
    e = torch.tensor([-3.0, -0.5, 0.0, 0.5, 3.0], requires_grad=True)
    zeros = torch.zeros_like(e)
    expected: dict[str, tuple[Callable, list[float]]] = {
        "MSE": (nn.MSELoss(reduction="sum"), [-6, -1, 0, 1, 6]),
        "MAE": (nn.L1Loss(reduction="sum"), [-1, -1, 0, 1, 1]),
        "Huber": (nn.HuberLoss(reduction="sum"), [-1, -0.5, 0, 0.5, 1]),
    }
    for loss_fn, slopes in expected.values():
        (slope,) = torch.autograd.grad(loss_fn(e, zeros), e)
        assert slope.tolist() == slopes


def test_half_the_mse_takes_the_same_steps_at_twice_the_learning_rate(have_a_try):
    def half(y_hat: Tensor, y: Tensor) -> Tensor:
        return (y_hat - y).square().mean() / 2

    whole = train_line(*have_a_try, lr=0.005, epochs=50)[0]
    halved = train_line(*have_a_try, lr=0.01, epochs=50, loss_fn=half)[0]
    assert torch.allclose(whole.linear.weight, halved.linear.weight, atol=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_one_slipped_decimal_bends_the_mse_line_most(have_a_try, seed):
    X, y = have_a_try
    assert y[11].item() == pytest.approx(3.465)
    slipped = y.clone()
    slipped[11] /= 10
    (X_std,) = standardize(X)
    slopes = {}
    for name, loss_fn in {
        "MSE": nn.MSELoss(), "MAE": nn.L1Loss(), "Huber": nn.HuberLoss(delta=0.5),
    }.items():  # fmt: skip
        for which, targets in {"clean": y, "slipped": slipped}.items():
            model, _ = train_line(X_std, targets, lr=0.03, epochs=1000, seed=seed, loss_fn=loss_fn)
            slopes[name, which] = round(model.linear.weight.item() / X.std(correction=0).item(), 2)
    assert slopes == {
        ("MSE", "clean"): 0.26, ("MSE", "slipped"): 0.08,
        ("MAE", "clean"): 0.28, ("MAE", "slipped"): 0.28,
        ("Huber", "clean"): 0.27, ("Huber", "slipped"): 0.23,
    }  # fmt: skip


def test_minus_log_likelihood_of_gaussian_noise_is_the_mse_and_a_constant(have_a_try):
    X, y = (t.double() for t in have_a_try)
    noise_std, n = 0.411, len(y)
    assert least_squares(X, y)[1] == pytest.approx(noise_std**2, abs=5e-4)
    values = []
    for w, b in [(0.26, 0.748), (0.2, 1.0), (0.35, 0.5)]:
        heights = torch.exp(-((y - w * X - b) ** 2) / (2 * noise_std**2)) / (
            noise_std * math.sqrt(2 * math.pi)
        )
        values.append(-heights.log().sum().item())
        formula = n / (2 * noise_std**2) * mse(w, b, X, y) + n * math.log(
            noise_std * math.sqrt(2 * math.pi)
        )
        assert values[-1] == pytest.approx(formula)
    assert values == pytest.approx([7.95, 9.38, 13.89], abs=5e-3)


def test_laplace_noise_leads_to_the_mean_absolute_error(have_a_try):
    X, y = have_a_try
    nll = [-torch.distributions.Laplace(w * X + 0.7, 0.3).log_prob(y).sum() for w in (0.2, 0.3)]
    mae = [(w * X + 0.7 - y).abs().mean() for w in (0.2, 0.3)]
    assert (nll[1] - nll[0]).item() == pytest.approx(
        (len(y) / 0.3 * (mae[1] - mae[0])).item(), rel=1e-4
    )


# --- When a line is not enough -------------------------------------------------------------------


def test_line_and_quadratic_of_the_cars_are_the_ones_in_the_text(cars):
    X, y = cars
    assert len(X) == 392
    (w, b), best = least_squares(X, y)
    assert (w, b) == (pytest.approx(-0.0076473, abs=5e-8), pytest.approx(46.2165, abs=5e-5))
    variance = y.double().var(correction=0).item()
    assert best == pytest.approx(18.677, abs=5e-4)
    assert 1 - best / variance == pytest.approx(0.6926, abs=5e-5)
    (z,) = standardize(X)
    best = least_squares(torch.cat([z, z**2], dim=1), y)[1]
    assert best == pytest.approx(17.308, abs=5e-4)
    assert 1 - best / variance == pytest.approx(0.7151, abs=5e-5)


@pytest.mark.parametrize("seed", range(2))
def test_gradient_descent_reaches_both_fits_of_the_cars(cars, seed):
    X, y = cars
    (z,) = standardize(X)
    for features in (z, torch.cat([z, z**2], dim=1)):
        history = train_line(features, y, lr=0.1, epochs=500, seed=seed)[1]
        assert history["loss"][-1] == pytest.approx(least_squares(features, y)[1], abs=5e-4)


def test_residuals_of_the_line_bow(cars):
    X, y = cars
    (w, b), _ = least_squares(X, y)
    residuals = (y - w * X - b).flatten()[X.flatten().argsort(stable=True)]
    first, *middle, last = [group.mean().item() for group in residuals.tensor_split(6)]
    assert first > 1
    assert last > 1
    assert max(middle) < 0.2
    assert min(middle) < -1


def test_far_outside_the_data_the_line_is_negative_and_the_parabola_rises(cars):
    X, y = cars
    (w, b), _ = least_squares(X, y)
    assert X.max().item() == 5140
    assert w * 7000 + b < 0
    assert -b / w == pytest.approx(6040, abs=5)  # where the line meets 0
    pounds, z = torch.tensor([[5451.0], [7000.0]]), standardize(X)[0]
    w1, w2, b = least_squares(torch.cat([z, z**2], dim=1), y)[0]
    low, far = (w1 * s + w2 * s**2 + b for s in standardize(X, pounds)[1].flatten().tolist())
    assert far > low + 1
    lowest = X.mean().item() - w1 / (2 * w2) * X.std(correction=0).item()
    assert lowest == pytest.approx(5450, abs=5)


# --- Pitfalls ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_without_the_reset_the_loss_swings_for_ever(line3, seed):
    X, y = line3
    seed_everything(seed)
    model = LinearRegression(1)
    sgd = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(500):
        loss = nn.functional.mse_loss(model(X), y, reduction="sum")
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    assert max(losses[-60:]) > 0.8 * max(losses)
    prediction = model(torch.tensor([[4.0]])).item()
    assert abs(prediction - 8) > 1
    if seed == 0:
        assert losses[::100] == pytest.approx([44.4, 19.7, 10.2, 47.9, 5.2], abs=0.06)
        assert prediction == pytest.approx(13.08, abs=5e-3)


def test_with_the_reset_a_run_is_below_1_within_ten_epochs(line3):
    loss = train_line(*line3, lr=0.01, epochs=10, loss_fn=nn.MSELoss(reduction="sum"))[1]["loss"]
    assert loss[-1] < 1


def test_the_sum_over_fifteen_points_diverges_where_the_mean_converges(have_a_try):
    total = nn.MSELoss(reduction="sum")
    mean = train_line(*have_a_try, lr=0.01, epochs=10)[1]["loss"]
    diverged = train_line(*have_a_try, lr=0.01, epochs=10, loss_fn=total)[1]["loss"]
    cured = train_line(*have_a_try, lr=0.01 / 15, epochs=10, loss_fn=total)[1]["loss"]
    assert diverged[-1] > 1e6 * diverged[0]
    assert [loss / 15 for loss in cured] == pytest.approx(mean, rel=1e-3)


def test_the_houses_learning_rate_learns_nothing_elsewhere(have_a_try):
    copied = train_line(*have_a_try, lr=1e-9, epochs=1000)[1]["loss"]
    assert copied[0] == pytest.approx(3.927, abs=5e-4)
    assert copied[-1] == pytest.approx(copied[0], rel=1e-3)
    assert train_line(*have_a_try, lr=0.01, epochs=1000)[1]["loss"][-1] == pytest.approx(
        0.169, abs=5e-4
    )


@pytest.mark.parametrize("lr", [0.01, 0.1, 0.5])
def test_on_standardised_features_ordinary_rates_work(have_a_try, cars, lr):
    for X, y in (have_a_try, cars):
        (X_std,) = standardize(X)
        loss = train_line(X_std, y, lr=lr, epochs=1000)[1]["loss"][-1]
        assert loss == pytest.approx(least_squares(X, y)[1], rel=1e-3)


def test_a_model_that_was_trained_before_starts_near_zero(line3):
    model, first = train_line(*line3, lr=0.03, epochs=500)
    sgd = torch.optim.SGD(model.parameters(), lr=0.03)
    second = fit(model, line3, loss_fn=nn.MSELoss(), optimizer=sgd, epochs=1)
    assert first["loss"][0] == pytest.approx(14.787, abs=5e-4)
    assert second["loss"][0] < 2e-4


def test_a_tensor_with_a_gradient_does_not_become_an_array(line3):
    with pytest.raises(RuntimeError, match="requires grad"):
        LinearRegression(1)(line3[0]).numpy()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_without_the_square_falls_for_ever(line3, seed):
    def mean_error(y_hat: Tensor, y: Tensor) -> Tensor:
        return (y_hat - y).mean()

    model, history = train_line(*line3, lr=0.03, epochs=500, seed=seed, loss_fn=mean_error)
    loss = history["loss"]
    steps = [after - before for before, after in pairwise(loss)]
    assert max(steps) < -0.1  # no sign of slowing down
    assert model(torch.tensor([[4.0]])).item() < -100


# --- Exercises: each solved, and its number proved -----------------------------------------------


def test_exercise_1_the_mean_minimises_mse_and_the_median_mae():
    targets = torch.tensor([1.0, 2.0, 3.0, 4.0, 100.0])
    c = torch.arange(201) / 2
    errors = c[:, None] - targets
    best_mse = c[errors.square().mean(dim=1).argmin()].item()
    best_mae = c[errors.abs().mean(dim=1).argmin()].item()
    assert (best_mse, best_mae) == (22, 3) == (targets.mean().item(), targets.median().item())


def test_exercise_2_have_a_try(have_a_try):
    X, y = have_a_try
    (w, b), best = least_squares(X, y)
    assert (w, b) == (pytest.approx(0.25999, abs=5e-6), pytest.approx(0.74767, abs=5e-6))
    assert best == pytest.approx(0.168915, abs=5e-7)
    assert 1 - best / y.double().var(correction=0).item() == pytest.approx(0.6894, abs=5e-5)
    model, history = train_line(X, y, lr=0.01, epochs=1000)
    assert history["loss"][-1] == pytest.approx(0.1689, abs=1e-4)
    assert r2(model(X), y) == pytest.approx(0.69, abs=5e-3)
    assert 0.25 < model.linear.weight.item() < 0.28


def test_exercise_3_the_limit_of_the_learning_rate(have_a_try):
    X, y = have_a_try
    limit = 2 / curvatures(X)[1]
    assert limit == pytest.approx(0.02315, abs=5e-6)
    below = train_line(X, y, lr=0.99 * limit, epochs=1000)[1]["loss"]
    above = train_line(X, y, lr=1.01 * limit, epochs=1000)[1]["loss"]
    assert below[-1] == pytest.approx(0.169, abs=5e-4)
    assert above[-1] > 100 * above[0]


def test_exercise_4_sum_at_lr_equals_mean_at_three_times_lr(line3):
    total, summed = train_line(*line3, lr=0.01, epochs=10, loss_fn=nn.MSELoss(reduction="sum"))
    mean, averaged = train_line(*line3, lr=0.03, epochs=10)
    assert torch.allclose(total.linear.weight, mean.linear.weight)
    assert torch.allclose(total.linear.bias, mean.linear.bias)
    assert summed["loss"] == pytest.approx([3 * loss for loss in averaged["loss"]], rel=1e-4)


def test_exercise_5_houses_without_training(houses):
    X, y = (t.double() for t in houses)
    w, b = torch.linalg.lstsq(with_ones(X), y).solution.flatten().tolist()
    assert (w, b) == (pytest.approx(0.058488, abs=5e-7), pytest.approx(247.263, abs=5e-4))
    assert mse(w, b, X, y) == pytest.approx(447.29, abs=5e-3)
    assert w * 2000 + b == pytest.approx(364.2, abs=0.05)
    assert torch.linalg.lstsq(X, y).solution.item() == pytest.approx(0.17689, abs=5e-6)


@pytest.mark.parametrize("seed", range(2))
def test_exercise_6_weight_and_model_year(seed):
    mpg = load_dataset("mpg")
    (X,) = standardize(mpg.feature("weight", "model_year"))
    model, _ = train_line(X, mpg.y, lr=0.1, epochs=500, seed=seed)
    assert r2(model(X), mpg.y) == pytest.approx(0.808, abs=5e-4)
    assert model.linear.weight.flatten().tolist() == pytest.approx([-5.63, 2.79], abs=5e-3)


def test_exercise_7_the_parabola_turns_beyond_the_heaviest_car(cars):
    X, y = cars
    (z,) = standardize(X)
    (w1, w2, _), best = least_squares(torch.cat([z, z**2], dim=1), y)
    lowest = X.mean().item() - w1 / (2 * w2) * X.std(correction=0).item()
    assert best == pytest.approx(17.308, abs=5e-4)
    assert lowest == pytest.approx(5451, abs=0.5)
    assert X.max().item() < lowest


def test_exercise_8_one_step_to_the_minimum(houses, line3):
    (X,), (y,) = standardize(houses[0]), standardize(houses[1])
    for seed in SEEDS:
        history = train_line(X, y, lr=0.5, epochs=2, seed=seed)[1]
        assert history["loss"][1] == pytest.approx(0.5452, abs=5e-5)
    lr = 1 / (2 * line3[0].square().mean().item())
    assert lr == pytest.approx(0.10714, abs=5e-6)
    w = 1 - lr * 28 / 3 * (1 - 2)
    assert w == pytest.approx(2)
    assert mse(w, 0, *line3) == pytest.approx(0, abs=1e-12)
