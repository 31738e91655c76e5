"""What lecture 06 says, computed again: the ravine, the rules' first steps, the diabetes race."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_utils import (
    MLP,
    History,
    LinearRegression,
    batches,
    evaluate,
    fit,
    load_dataset,
    make_regression,
    split,
)

START = (1.0, 0.2)


def ravine_steps(lr: float, gamma: float = 0.0, *, start=START, limit: int = 1000) -> int | None:
    """Steps of heavy-ball descent on (w1² + 25 w2²) / 2 until closer than 0.0001 to the minimum."""
    w, v = torch.tensor(start, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    curvatures = torch.tensor([1.0, 25.0], dtype=torch.float64)
    for step in range(1, limit + 1):
        v = gamma * v + curvatures * w
        w = w - lr * v
        if w.norm() < 1e-4:
            return step
    return None


def first_steps(optimizer: Any, gradients: Tensor, steps: int, **options: Any) -> Tensor:
    """Lengths of the steps of an optimizer of torch on constant gradients: (steps, N)."""
    w = nn.Parameter(torch.zeros_like(gradients))
    rule = optimizer([w], **options)
    lengths = []
    for _ in range(steps):
        before = w.detach().clone()
        w.grad = gradients.clone()
        rule.step()
        lengths.append((before - w.detach()).abs())
    return torch.stack(lengths)


class TestUpdates:
    @pytest.mark.parametrize(
        ("n", "size", "iterations"),
        [(2000, 500, 4), (759, 32, 24), (1600, 64, 25), (10_000, 50, 200), (50_000, 128, 391)],
    )
    def test_iterations_are_samples_by_batch_size_rounded_up(self, n, size, iterations):
        assert math.ceil(n / size) == iterations
        X = torch.zeros(n, 1)
        assert len(batches(X, X, size)) == iterations

    def test_exercise_1(self):
        assert (50_000 - 390 * 128, 391 * 30, 50_000 // 50) == (80, 11_730, 1000)

    def test_the_noise_of_a_batch_falls_with_the_root_of_its_size(self):
        generator = torch.Generator().manual_seed(0)
        samples = torch.randn(100_000, generator=generator)
        spread = [samples.reshape(-1, size).mean(1).std().item() for size in (1, 16)]
        assert spread[0] / spread[1] == pytest.approx(4, rel=0.05)


class TestRavine:
    def test_plain_descent_takes_226_steps_at_004_and_127_at_007(self):
        assert ravine_steps(0.04, start=(1.0, 0.2)) == 226
        assert ravine_steps(0.07, start=(1.0, 0.2)) == 127

    def test_at_008_it_never_arrives(self):
        assert pytest.approx(0.08) == 2 / 25
        assert ravine_steps(0.08) is None

    @pytest.mark.parametrize("start", [(1.0, 0.0), (1.0, 0.2), (1.0, 0.5)])
    def test_momentum_takes_135_to_150(self, start):
        steps = ravine_steps(0.04, 0.9, start=start)
        assert steps is not None
        assert 135 <= steps <= 150

    def test_exercise_2(self):
        assert [ravine_steps(0.04, gamma) for gamma in (0.7, 0.9, 0.95)] == [44, 135, 273]
        for gamma in (0.0, 0.3, 0.5, 0.8):
            steps = ravine_steps(0.04, gamma)
            assert steps is not None
            assert steps > 44

    def test_exercise_3(self):
        lr, gamma = 4 / (1 + 5) ** 2, ((5 - 1) / (5 + 1)) ** 2
        assert (round(lr, 3), round(gamma, 3)) == (0.111, 0.444)
        assert ravine_steps(lr, gamma) == 30
        assert ravine_steps(0.088, 0.52) == 23

    def test_nesterov_takes_73(self):
        w = nn.Parameter(torch.tensor(START, dtype=torch.float64))
        sgd = torch.optim.SGD([w], lr=0.04, momentum=0.9, nesterov=True)
        distances = []
        for _ in range(100):
            w.grad = w.detach() * torch.tensor([1.0, 25.0])
            sgd.step()
            distances.append(w.detach().norm().item())
        assert next(i for i, d in enumerate(distances, start=1) if d < 1e-4) == 73

    def test_the_place_of_the_learning_rate_matters_only_when_it_changes(self):
        """Inside the velocity (many texts) or outside of it (PyTorch); the loss is w² / 2."""

        def run(rates: list[float]) -> tuple[float, float]:
            inside = outside = 1.0
            v_in = v_out = 0.0
            for rate in rates:
                v_in = 0.9 * v_in + rate * inside
                inside -= v_in
                v_out = 0.9 * v_out + outside
                outside -= rate * v_out
            return round(inside, 5), round(outside, 5)

        assert run([0.1] * 10) == (-0.58879, -0.58879)
        assert run([0.1] * 5 + [0.01] * 5) == (-0.92965, -0.11584)


class TestFirstSteps:
    gradients = torch.tensor([100.0, 0.01], dtype=torch.float64)

    def test_sgd_moves_weights_by_their_gradients(self):
        steps = first_steps(torch.optim.SGD, self.gradients, 1, lr=0.1)[0]
        assert (steps[0] / steps[1]).item() == pytest.approx(10_000)

    def test_adagrad_moves_all_alike_and_ever_less(self):
        steps = first_steps(torch.optim.Adagrad, self.gradients, 100, lr=0.1)
        for t in (1, 10, 100):
            assert steps[t - 1].tolist() == pytest.approx([0.1 / math.sqrt(t)] * 2, rel=1e-6)

    def test_the_first_step_of_rmsprop_is_ten_times_the_rate(self):
        steps = first_steps(torch.optim.RMSprop, self.gradients, 1, lr=0.1)
        assert steps[0].tolist() == pytest.approx([1.0, 1.0], rel=1e-4)

    def test_the_first_step_of_adadelta_is_a_thousandth_by_root_of_its_memory(self):
        steps = first_steps(torch.optim.Adadelta, self.gradients[:1], 1, lr=1.0)
        assert steps[0].item() == pytest.approx(0.001 / math.sqrt(0.1), rel=1e-3)

    def test_the_first_step_of_adam_is_the_learning_rate(self):
        steps = first_steps(torch.optim.Adam, self.gradients, 1, lr=0.1)
        assert steps[0].tolist() == pytest.approx([0.1, 0.1], rel=1e-5)

    @pytest.mark.parametrize("scale", [1e-3, 1e3])
    def test_adam_does_not_see_the_scale_of_the_loss(self, scale):
        gradients = torch.randn(5, dtype=torch.float64)
        plain = first_steps(torch.optim.Adam, gradients, 20, lr=0.1)
        scaled = first_steps(torch.optim.Adam, scale * gradients, 20, lr=0.1)
        assert torch.allclose(plain, scaled, atol=1e-5)


# Optimizer, its options, band of the final training loss over seeds 0 to 2, and of the first
# epoch below 0.5 (None: never). The bands are a little wider than what was measured.
RACE: dict[str, tuple[Any, dict[str, Any], tuple[float, float], tuple[int, int] | None]] = {
    "SGD": (torch.optim.SGD, {"lr": 0.1}, (0.643, 0.647), None),
    "momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}, (0.460, 0.467), (430, 795)),
    "Nesterov": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        (0.460, 0.467),
        (425, 780),
    ),
    "Adagrad": (torch.optim.Adagrad, {"lr": 0.1}, (0.41, 0.425), (58, 78)),
    "Adadelta": (torch.optim.Adadelta, {"lr": 1.0}, (0.460, 0.467), (465, 555)),
    "RMSprop": (torch.optim.RMSprop, {"lr": 0.01}, (0.405, 0.42), (53, 69)),
    "Adam": (torch.optim.Adam, {"lr": 0.01}, (0.382, 0.405), (155, 190)),
    "Adamax": (torch.optim.Adamax, {"lr": 0.01}, (0.415, 0.433), (288, 336)),
    "NAdam": (torch.optim.NAdam, {"lr": 0.01}, (0.388, 0.408), (150, 180)),
    "AdamW": (torch.optim.AdamW, {"lr": 0.01}, (0.382, 0.405), (155, 190)),
}


def diabetes_run(optimizer: Any, options: dict[str, Any], seed: int) -> History:
    women = load_dataset("diabetes", variant="759")
    torch.manual_seed(seed)
    model = MLP(8, 6, 4, 1, activation=nn.Sigmoid)
    loss_fn = nn.BCEWithLogitsLoss()
    rule = optimizer(model.parameters(), **options)
    return fit(model, women, loss_fn=loss_fn, optimizer=rule, epochs=1000, progress=False)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", RACE)
def test_the_diabetes_net_ends_in_the_known_band(name: str, seed: int) -> None:
    optimizer, options, (low, high), epochs = RACE[name]
    losses = diabetes_run(optimizer, options, seed)["loss"]
    assert low <= losses[-1] <= high
    below = next((epoch for epoch, loss in enumerate(losses, start=1) if loss < 0.5), None)
    if epochs is None:
        assert below is None
    else:
        assert below is not None
        assert epochs[0] <= below <= epochs[1]


BCE = nn.BCEWithLogitsLoss()
SCHEDULERS = torch.optim.lr_scheduler


def wide_net(seed: int) -> MLP:
    torch.manual_seed(seed)
    return MLP(8, 32, 32, 1, init="he")


class TestBatchesOnALine:
    X, y = make_regression(200, weights=(2.0,), bias=1.0, noise=0.5, seed=0)
    X1 = torch.cat([X, torch.ones_like(X)], dim=1)
    best = torch.linalg.lstsq(X1, y).solution
    floor = ((X1 @ best - y) ** 2).mean().item()

    def path(self, batch_size: int, seed: int) -> Tensor:
        """The parameters after each step: 20 epochs of SGD at 0.05 from (0, 0)."""
        generator = torch.Generator().manual_seed(seed)
        w = torch.zeros(2, 1)
        points = [w]
        for _ in range(20):
            for rows in torch.randperm(200, generator=generator).split(batch_size):
                A = self.X1[rows]
                w = w - 0.05 * 2 / len(rows) * A.T @ (A @ w - self.y[rows])
                points.append(w)
        return torch.stack(points)

    @pytest.mark.parametrize("seed", range(3))
    def test_mini_batches_arrive_single_samples_hover_and_the_batch_is_late(self, seed):
        late = {}
        for size in (1, 20, 200):
            path = self.path(size, seed)
            quarter = path[-(len(path) // 4) :]
            late[size] = (quarter - self.best).norm(dim=1).mean().item()
        assert late[20] < 0.05
        assert 0.08 < late[1] < 0.2
        assert 0.25 < late[200] < 0.31

    def test_the_full_batch_walks_straight_and_single_samples_do_not(self):
        def detour(path: Tensor) -> float:
            walked = (path[1:] - path[:-1]).norm(dim=1).sum()
            return (walked / (path[-1] - path[0]).norm()).item()

        assert detour(self.path(200, 0)) < 1.01
        assert detour(self.path(1, 0)) > 50
        curvatures = torch.linalg.eigvalsh(self.X1.T @ self.X1)
        assert curvatures[1] < 1.2 * curvatures[0]  # the contours are nearly circles

    def run(
        self, make_schedule: Callable[[Any], Any], seed: int, optimizer: Any = torch.optim.SGD
    ) -> History:
        torch.manual_seed(0)
        model = LinearRegression(1)
        rule = optimizer(model.parameters(), lr=0.1)
        schedule = make_schedule(rule)

        def after_epoch(epoch, row, model):
            row["lr"] = schedule.get_last_lr()[0]
            gap = evaluate(model, (self.X, self.y), loss_fn=nn.MSELoss())["loss"] - self.floor
            row["gap"] = max(gap, 1e-7)
            schedule.step()

        data, mse = (self.X, self.y), nn.MSELoss()
        return fit(model, data, loss_fn=mse, optimizer=rule, epochs=40, batch_size=10, seed=seed,
                   on_epoch_end=after_epoch)  # fmt: skip

    @pytest.mark.parametrize("seed", range(3))
    def test_adam_hovers_too_and_profits_from_a_schedule(self, seed):
        constant, cosine = (
            sum(self.run(make, seed, torch.optim.Adam)["gap"][-5:])
            for make in (
                lambda adam: SCHEDULERS.ConstantLR(adam, factor=1.0),
                lambda adam: SCHEDULERS.CosineAnnealingLR(adam, T_max=40),
            )
        )
        assert constant > 50 * cosine

    @pytest.mark.parametrize("seed", range(3))
    def test_schedules_and_exercise_6_end_at_least_50_times_closer(self, seed):
        def warm(sgd: torch.optim.Optimizer) -> Any:
            first = SCHEDULERS.LinearLR(sgd, start_factor=0.1, total_iters=5)
            then = SCHEDULERS.CosineAnnealingLR(sgd, T_max=35)
            return SCHEDULERS.SequentialLR(sgd, [first, then], milestones=[5])

        makers = {
            "constant": lambda sgd: SCHEDULERS.ConstantLR(sgd, factor=1.0),
            "step": lambda sgd: SCHEDULERS.StepLR(sgd, step_size=10, gamma=0.2),
            "cosine": lambda sgd: SCHEDULERS.CosineAnnealingLR(sgd, T_max=40),
            "warm": warm,
        }
        runs = {name: self.run(make, seed) for name, make in makers.items()}
        gaps = {name: sum(run["gap"][-5:]) for name, run in runs.items()}
        for name in ("step", "cosine", "warm"):
            assert gaps["constant"] > 50 * gaps[name]
        rates = runs["warm"]["lr"]
        assert rates[0] == pytest.approx(0.01)
        assert rates[5] == pytest.approx(0.1) == max(rates)
        assert all(a > b for a, b in pairwise(rates[5:]))


@pytest.mark.parametrize("seed", range(5))
def test_noise_carries_most_runs_into_the_deep_basin(seed):
    tilts = torch.linspace(-5, 5, 51, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    batch, single = torch.tensor(1.5).double(), torch.full((100,), 1.5).double()
    for step in range(400):
        lr = 0.1 * (1 - step / 400)
        tilt = tilts[torch.randint(51, (100,), generator=generator)]
        single = single - lr * (4 * single * (single**2 - 1) + 0.6 + tilt)
        batch = batch - lr * (4 * batch * (batch**2 - 1) + 0.6)
    assert round(batch.item(), 2) == 0.91
    assert (single < 0).sum() > 70


@pytest.mark.parametrize(
    ("name", "lr"),
    [("SGD", 0.001), ("Adagrad", 0.01), ("Adadelta", 1.0), ("RMSprop", 0.01), ("Adam", 0.001),
     ("Adamax", 0.002), ("NAdam", 0.002), ("AdamW", 0.001)],
)  # fmt: skip
def test_the_table_lists_the_default_learning_rates_of_pytorch(name, lr):
    assert inspect.signature(getattr(torch.optim, name)).parameters["lr"].default == lr


def banana_distances(optimizer: Any, options: dict[str, Any], steps: int = 300) -> list[float]:
    """Distance from the minimum of (1 − w1)² + 5 (w2 − w1²)² after each step from (−1.5, 1)."""
    w = nn.Parameter(torch.tensor([-1.5, 1.0], dtype=torch.float64))
    rule = optimizer([w], **options)
    distances = []
    for _ in range(steps):
        w1, w2 = w
        loss = (1 - w1) ** 2 + 5 * (w2 - w1**2) ** 2
        rule.zero_grad()
        loss.backward()
        rule.step()
        distances.append((w.detach() - 1).norm().item())
    return distances


def test_the_race_in_the_bent_ravine():
    optim, heavy = torch.optim, {"lr": 0.01, "momentum": 0.9}
    runners = {
        "Nesterov": (optim.SGD, heavy | {"nesterov": True}),
        "momentum": (optim.SGD, heavy),
        "Adam": (optim.Adam, {"lr": 0.2}),
        "AdamW": (optim.AdamW, {"lr": 0.2}),
        "RMSprop": (optim.RMSprop, {"lr": 0.05}),
        "NAdam": (optim.NAdam, {"lr": 0.1}),
        "Adamax": (optim.Adamax, {"lr": 0.5}),
        "SGD": (optim.SGD, {"lr": 0.02}),
        "Adagrad": (optim.Adagrad, {"lr": 0.5}),
        "Adadelta": (optim.Adadelta, {"lr": 5.0}),
    }
    runs = {name: banana_distances(*runner) for name, runner in runners.items()}
    arrivals = {n: next(i for i, d in enumerate(r, 1) if d < 0.1) for n, r in runs.items()}
    assert list(arrivals.values()) == [41, 61, 92, 131, 182, 186, 187, 291, 294, 295]
    assert runs["Adam"][-1] < 1e-4 < 0.03 < runs["AdamW"][-1]  # decay pulls to 0
    outside = [step for step, d in enumerate(runs["RMSprop"], 1) if d >= 0.1 and step > 182]
    assert (outside[0], outside[-1]) == (281, 286)  # RMSprop leaps out again


def test_rmsprop_leaps_because_its_rate_grows_near_the_minimum_and_hops_in_the_end():
    w = nn.Parameter(torch.tensor([-1.5, 1.0], dtype=torch.float64))
    rmsprop = torch.optim.RMSprop([w], lr=0.05)
    rates, steps = [], []
    for _ in range(2000):
        w1, w2 = before = w.detach().clone()
        w.grad = torch.stack([-2 * (1 - w1) - 20 * w1 * (w2 - w1**2), 10 * (w2 - w1**2)])
        rmsprop.step()
        rates.append((0.05 / rmsprop.state[w]["square_avg"].sqrt()).max().item())
        steps.append((w.detach() - before).abs())
    assert all(a < b for a, b in pairwise(rates[182:275]))  # it grows all the way …
    assert max(step.max().item() for step in steps[182:270]) < 0.01  # … while the steps are calm
    assert max(step.max().item() for step in steps[275:290]) > 5 * 0.05  # then comes the leap
    assert torch.allclose(torch.stack(steps[-50:]), torch.tensor(0.05).double(), rtol=0.02)


class TestWeightDecay:
    def after(self, optimizer: Any, **options: Any) -> list[float]:
        w = nn.Parameter(torch.ones(2, dtype=torch.float64))
        rule = optimizer([w], lr=0.01, weight_decay=0.1, **options)
        for step in range(300):
            w.grad = (-1) ** step * torch.tensor([10.0, 0.1], dtype=torch.float64)
            rule.step()
        return w.tolist()

    def test_adam_spares_large_gradients_and_erases_small_ones(self):
        large, small = self.after(torch.optim.Adam)
        assert large > 0.9
        assert small < 0.1

    def test_adamw_shrinks_both_alike(self):
        large, small = self.after(torch.optim.AdamW)
        assert large == pytest.approx(small, abs=0.01)
        assert large == pytest.approx((1 - 0.001) ** 300, abs=0.02)

    def test_for_sgd_both_ways_are_one(self):
        w, by_hand = nn.Parameter(torch.ones(3)), torch.ones(3)
        sgd = torch.optim.SGD([w], lr=0.1, weight_decay=0.3)
        for gradient in torch.randn(20, 3):
            by_hand = (1 - 0.1 * 0.3) * by_hand - 0.1 * gradient
            w.grad = gradient
            sgd.step()
        assert torch.allclose(w, by_hand, atol=1e-6)


def test_a_scheduler_counts_calls():
    sgd = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = SCHEDULERS.StepLR(sgd, step_size=10, gamma=0.2)
    for _ in range(40):
        sgd.step()
        schedule.step()
    assert schedule.get_last_lr() == pytest.approx([0.00016])


def jump_of_a_range_test(optimizer: Any, low: float, high: float, seed: int) -> float:
    model = wide_net(seed)
    rule = optimizer(model.parameters(), lr=low)
    schedule = SCHEDULERS.ExponentialLR(rule, (high / low) ** (1 / 120))

    def raise_lr(epoch, row, model):
        row["lr"] = schedule.get_last_lr()[0]
        schedule.step()

    women = load_dataset("diabetes", variant="759")
    history = fit(model, women, loss_fn=BCE, optimizer=rule, epochs=120, on_epoch_end=raise_lr)
    losses = torch.tensor(history["loss"])
    jumped = losses > 1.2 * losses.cummin(dim=0).values
    return float(history["lr"][jumped.nonzero()[0].item()])


def loss_after_200(optimizer: Any, lr: float, seed: int) -> float:
    model = wide_net(seed)
    rule, women = optimizer(model.parameters(), lr=lr), load_dataset("diabetes", variant="759")
    return float(fit(model, women, loss_fn=BCE, optimizer=rule, epochs=200)["loss"][-1])


@pytest.mark.parametrize("seed", range(3))
def test_a_range_test_finds_a_good_rate_for_sgd(seed):
    jump = jump_of_a_range_test(torch.optim.SGD, 1e-3, 10.0, seed)
    assert 0.5 < jump < 3
    assert loss_after_200(torch.optim.SGD, 0.2 * jump, seed) < 0.46
    assert loss_after_200(torch.optim.SGD, 0.01 * jump, seed) > 0.52
    assert loss_after_200(torch.optim.SGD, 10 * jump, seed) > 0.52


@pytest.mark.parametrize("seed", range(3))
def test_exercise_5_a_range_test_finds_a_good_rate_for_adam(seed):
    jump = jump_of_a_range_test(torch.optim.Adam, 1e-5, 10.0, seed)
    assert 0.05 < jump < 2
    assert loss_after_200(torch.optim.Adam, 0.2 * jump, seed) < 0.45
    assert loss_after_200(torch.optim.Adam, 10 * jump, seed) > 0.6


def test_exercise_4_amsgrad_in_one_more_line():
    def amsgrad(w: Tensor, g: Tensor, s: dict[str, Any], lr: float) -> Tensor:
        s["t"] = t = s.get("t", 0) + 1
        s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
        s["q"] = 0.999 * s.get("q", 0) + (1 - 0.999) * g**2
        s["largest"] = torch.maximum(s.get("largest", s["q"]), s["q"])
        root = (s["largest"] / (1 - 0.999**t)).sqrt() + 1e-8
        return w - lr * s["m"] / (1 - 0.9**t) / root

    ours, state = torch.linspace(-2, 2, 5).double(), {}
    ams, plain = nn.Parameter(ours.clone()), nn.Parameter(ours.clone())
    rules = [torch.optim.Adam([ams], lr=0.02, amsgrad=True), torch.optim.Adam([plain], lr=0.02)]
    for noise in torch.randn(500, 5).double():
        ours = amsgrad(ours, ours.sin() + noise, state, 0.02)
        for w, rule in zip((ams, plain), rules, strict=True):
            w.grad = w.detach().sin() + noise
            rule.step()
    assert torch.allclose(ours, ams, rtol=0, atol=1e-8)
    assert not torch.allclose(plain, ams, rtol=0, atol=1e-8)


def held_out_run(name: str, seed: int) -> History:
    """1000 epochs of the sigmoid net on 60 % of the patients; the rest is measured meanwhile."""
    women = load_dataset("diabetes", variant="759")
    parts = split(*women.xy, fractions=(0.6, 0.4, 0.0), stratify=True, seed=seed)
    optimizer, options, _, _ = RACE[name]
    torch.manual_seed(0)
    model = MLP(8, 6, 4, 1, activation=nn.Sigmoid)
    rule = optimizer(model.parameters(), **options)
    return fit(model, parts.train, val=parts.val, loss_fn=BCE, optimizer=rule, epochs=1000)


@pytest.mark.parametrize("seed", range(3))
def test_a_lower_training_loss_is_not_a_better_test_loss(seed):
    momentum, adam = held_out_run("momentum", seed), held_out_run("Adam", seed)
    for other in (adam, held_out_run("AdamW", seed), held_out_run("NAdam", seed)):
        assert other["loss"][-1] < momentum["loss"][-1] - 0.05
        assert other["val_loss"][-1] > momentum["val_loss"][-1] + 0.03
    # Exercise 7: stopped at its best epoch, Adam would have been fine.
    losses = adam["val_loss"]
    best = min(range(1000), key=losses.__getitem__)
    assert 200 <= best + 1 <= 700
    assert losses[best] < 0.53
    assert losses[-1] > losses[best] + 0.05


@pytest.mark.parametrize("seed", range(3))
def test_optimizers_compared_at_one_rate_are_not_compared(seed):
    women = load_dataset("diabetes", variant="759")
    parts = split(*women.xy, fractions=(0.6, 0.4, 0.0), stratify=True, seed=0)
    losses = {}
    for name, lr in [("Adam", 0.01), ("SGD", 0.01), ("Adam", 0.001), ("SGD", 0.3)]:
        model = wide_net(seed)
        rule = getattr(torch.optim, name)(model.parameters(), lr=lr)
        fit(model, parts.train, loss_fn=BCE, optimizer=rule, epochs=200)
        losses[name, lr] = evaluate(model, parts.val, loss_fn=BCE)["loss"]
    assert max(losses["Adam", 0.001], losses["SGD", 0.3]) < 0.54
    assert min(losses["Adam", 0.01], losses["SGD", 0.01]) > 0.54
