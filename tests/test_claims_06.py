"""What lecture 06 says, computed again: the ravine, the rules' first steps, the diabetes race."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_utils import MLP, History, batches, fit, load_dataset

START = (1.0, 0.2)


def ravine_steps(lr: float, gamma: float = 0.0, *, start=START, limit: int = 1000) -> int | None:
    """Steps of heavy-ball descent on (u² + 25 v²) / 2 until closer than 0.0001 to the minimum."""
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

    def test_the_place_of_the_learning_rate_matters_only_when_it_changes(self):
        """Inside the velocity (textbooks) or outside of it (PyTorch)."""

        def run(rates: list[float]) -> tuple[float, float]:
            inside = outside = 1.0
            v_in = v_out = 0.0
            for rate in rates:
                v_in = 0.9 * v_in + rate * 2 * inside
                inside -= v_in
                v_out = 0.9 * v_out + 2 * outside
                outside -= rate * v_out
            return inside, outside

        assert run([0.1] * 10)[0] == pytest.approx(run([0.1] * 10)[1], abs=1e-12)
        first, second = run([0.1] * 5 + [0.01] * 5)
        assert abs(first - second) > 0.1


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
