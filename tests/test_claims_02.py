"""What lecture 02 says, computed anew: gradient descent, graphs, backpropagation, the loop.

The functions below are written for these tests; only the engine and the faulty exercise code are
taken from the notebook, because they are what is to be judged.
"""

from __future__ import annotations

import copy
import math
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_utils import (
    LinearRegression,
    LogisticRegression,
    batches,
    evaluate,
    fit,
    load_dataset,
    split,
    standardize,
)
from course_utils.notebooks import read_notebook

NOTEBOOK = Path(__file__).parents[1] / "lectures" / "02_gradient_descent_backpropagation.ipynb"
SHAPES = [(4, 6), (4,), (3, 4), (3,), (1, 3), (1,)]
SAMPLES = [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]


def from_lecture(*starts, **names):
    """Run the code cells of the lecture that begin like this, in this order."""
    cells = [cell.source for cell in read_notebook(NOTEBOOK).cells if cell.cell_type == "code"]
    space = {"math": math, "torch": torch, **names}
    for start in starts:
        (source,) = [source for source in cells if source.startswith(start)]
        exec(compile(source, "<lecture 02>", "exec"), space)
    return SimpleNamespace(**space)


def descend(w, lr, steps, slope=lambda w: 28 / 3 * (w - 2)):
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - lr * slope(path[-1]))
    return path


def walk(loss, start, lr=0.05, steps=60):
    at = torch.tensor(start, requires_grad=True)
    path = [at.tolist()]
    for _ in range(steps):
        (slope,) = torch.autograd.grad(loss(*at), at)
        with torch.no_grad():
            at -= lr * slope
        path.append(at.tolist())
    return path


def nudge(loss, p, h=1e-5):
    """Central differences, entry by entry."""
    out = torch.zeros_like(p)
    with torch.no_grad():
        for i in range(p.numel()):
            was = p.view(-1)[i].item()
            p.view(-1)[i] = was + h
            up = loss()
            p.view(-1)[i] = was - h
            out.view(-1)[i] = (up - loss()) / (2 * h)
            p.view(-1)[i] = was
    return out


# --- downhill and the learning rate --------------------------------------------------------------


def test_the_loss_of_three_points_is_the_parabola_of_the_lecture():
    line = load_dataset("line3")
    for w in (0.0, 1.0, 1.7, 4.0):
        assert math.isclose(
            nn.functional.mse_loss(w * line.X, line.y).item(), 14 / 3 * (w - 2) ** 2, rel_tol=1e-5
        )
    assert round(28 / 3 * (1 - 2), 2) == -9.33


def test_a_scan_of_87_weights_is_out_of_reach():
    assert round(87 * math.log10(41)) == 140


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_points_in_the_direction_of_the_steepest_rise(seed):
    draw = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, 10, generator=draw, dtype=torch.float64)
    at = torch.randn(2, generator=draw, dtype=torch.float64, requires_grad=True)

    def loss(w, b):
        return ((w[..., None] * x + b[..., None] - y) ** 2).mean(-1)

    loss(at[0], at[1]).backward()
    angles = torch.deg2rad(torch.arange(0, 360, 0.5, dtype=torch.float64))
    w, b = at.detach()
    around = loss(w + 1e-6 * angles.cos(), b + 1e-6 * angles.sin())
    uphill = torch.atan2(at.grad[1], at.grad[0])
    for extreme, direction in ((around.argmax(), uphill), (around.argmin(), uphill + math.pi)):
        apart = torch.cos(angles[extreme] - direction)
        assert apart > math.cos(math.radians(0.3))


def test_the_step_of_the_figure_goes_downhill_but_not_to_the_minimum():
    # Gradient at (1, 1.5) by hand: errors ŷ − y of 0.5, -0.5, -1.5 at x = 1, 2, 3.
    gradient = torch.tensor([2 / 3 * (0.5 - 1.0 - 4.5), 2 / 3 * (0.5 - 0.5 - 1.5)])
    angle = math.degrees(math.atan2(gradient[1], gradient[0])) % 360
    assert round(angle, 1) == 196.7
    to_minimum = torch.tensor([2.0, 0.0]) - torch.tensor([1.0, 1.5])
    cosine = torch.nn.functional.cosine_similarity(-gradient, to_minimum, dim=0)
    assert cosine < 0.5


@pytest.mark.parametrize(("lr", "end"), [(1e-4, 1.0891), (1e-3, 1.6085), (0.01, 1.99994)])
def test_a_hundred_steps_from_one_end_where_the_lecture_says(lr, end):
    digits = len(str(end).split(".")[1])
    assert round(descend(1.0, lr, 100)[-1], digits) == end


def test_the_limit_is_two_over_the_curvature_and_half_of_it_arrives_in_one_step():
    limit = 2 / (28 / 3)
    assert round(limit, 5) == 0.21429
    assert round(limit / 2, 5) == 0.10714
    for start in (-3.0, 1.0, 2.5, 40.0):
        assert math.isclose(descend(start, limit / 2, 1)[-1], 2.0)
        assert abs(descend(start, 0.999 * limit, 5000)[-1] - 2) < 0.01
        assert abs(descend(start, 1.001 * limit, 5000)[-1] - 2) > 1e3


def test_each_of_the_three_rates_shows_its_regime():
    stalls, arrives, bounces = (descend(0.5, lr, 15) for lr in (0.005, 0.08, 0.2))
    assert stalls[-1] < 1.3
    assert abs(arrives[-1] - 2) < 1e-6
    sides = [w > 2 for w in bounces]
    assert all(a != b for a, b in pairwise(sides))
    assert abs(bounces[-1] - 2) < abs(bounces[0] - 2)


def test_a_rate_ten_per_cent_higher_turns_bouncing_into_blowing_up():
    assert abs(descend(1.0, 0.20, 100)[-1] - 2) < 1e-6
    far = [abs(w - 2) for w in descend(1.0, 0.22, 100)]
    assert all(after > before for before, after in pairwise(far))
    assert far[-1] > 100


# --- one sample at a time ------------------------------------------------------------------------


def test_single_sample_updates_by_hand_reach_the_numbers_of_the_lecture():
    w, trace = 1.0, []
    for _ in range(100):
        for x, y in SAMPLES:
            w -= 0.01 * 2 * x * (x * w - y)
        trace.append(w)
    assert [round(trace[epoch - 1], 5) for epoch in (1, 10, 20)] == [1.26069, 1.95122, 1.99762]
    assert round((3 * trace[0] - 6) ** 2, 4) == 4.9192
    # Each sample multiplies the distance by its own factor; one step with all is shorter.
    factor = math.prod(1 - 0.02 * x * x for x, _ in SAMPLES)
    assert math.isclose(trace[0] - 2, -factor)
    assert round(descend(1.0, 0.01, 1)[-1], 3) == 1.093


def autograd_run(*, reset, start=1.0, epochs=100):
    w, trace = torch.tensor(start, requires_grad=True), []
    for _ in range(epochs):
        for x, y in SAMPLES:
            loss = (x * w - y) ** 2
            loss.backward()
            with torch.no_grad():
                w -= 0.01 * w.grad
            if reset:
                w.grad = None
        trace.append((loss.item(), w.item()))
    return trace


def test_autograd_takes_the_same_path_and_stops_where_float32_ends():
    trace = autograd_run(reset=True)
    assert round(trace[0][0], 4) == 7.3159
    assert round(trace[0][1], 5) == 1.26069
    assert trace[-1][0] == 2.0**-40  # 9.0949e-13, exactly
    assert f"{trace[-1][1]:.7f}" == "1.9999996"
    spacing = 2.0**-23  # of float32 numbers from 1 to 2
    assert f"{spacing:.8f}" == "0.00000012"
    assert 0.01 * 2 * 3 * math.sqrt(trace[-1][0]) < spacing / 2  # the last update is rounded away
    assert autograd_run(reset=True, epochs=1000)[-1] == trace[-1]  # for ever


def test_without_the_reset_the_weight_swings_for_ever():
    weights = [w for _, w in autograd_run(reset=False)]
    assert round(weights[-1], 3) == 1.911
    assert f"{max(weights):.2f}" == "3.00"
    assert round(weights[21], 2) == 1.96
    for start in (0.0, 1.0, 1.7, 5.0):
        late = [w for _, w in autograd_run(reset=False, start=start, epochs=1000)][-100:]
        swing = abs(start - 2)
        assert max(late) - 2 > 0.9 * swing  # no friction
        assert 2 - min(late) > 0.9 * swing


# --- graphs and the engine -----------------------------------------------------------------------


def test_the_graph_of_x_plus_y_times_z_has_these_values_and_gradients():
    x, y, z = (torch.tensor(v, requires_grad=True) for v in (1.0, 3.0, -3.0))
    p = x + y
    p.retain_grad()
    g = p * z
    g.backward()
    assert (p.item(), g.item()) == (4, -12)
    assert [t.grad.item() for t in (p, z, x, y)] == [-3, 4, -3, -3]
    assert [type(t.grad_fn).__name__ for t in (p, g)] == ["AddBackward0", "MulBackward0"]
    assert math.isclose((1.001 + 3) * -3 - (-12), -0.003, rel_tol=1e-9)


@pytest.fixture(scope="module")
def engine():
    starts = "class Value", "def backward(end)", "Value.backward", "def sigmoid(self)"
    return from_lecture(*starts, "def layer", "def neuron_loss")


def test_the_engine_has_thirty_lines():
    cells = [cell.source for cell in read_notebook(NOTEBOOK).cells if cell.cell_type == "code"]
    starts = "class Value", "def backward(end)", "Value.backward", "def sigmoid(self)"
    parts = [source for source in cells if source.startswith(starts)]
    assert len(parts) == 4
    assert sum(bool(line.strip()) for part in parts for line in part.splitlines()) <= 30


def test_the_engine_adds_over_the_arrows(engine):
    a = engine.Value(3.0)
    (a * a).backward()
    assert a.grad == 6.0
    x, y, z = (engine.Value(v) for v in (1.0, 3.0, -3.0))
    g = (x + y) * z
    g.backward()
    assert (g.data, z.grad, x.grad, y.grad) == (-12, 4, -3, -3)
    source = from_source_with_overwriting()
    a = source.Value(3.0)
    (a * a).backward()
    assert a.grad == 3.0  # what `=` in place of `+=` would give


def from_source_with_overwriting():
    space = from_lecture("class Value", "def backward(end)")
    cells = [cell.source for cell in read_notebook(NOTEBOOK).cells if cell.cell_type == "code"]
    (source,) = [source for source in cells if source.startswith("def backward(end)")]
    assert source.count("parent.grad +=") == 1
    names = vars(space)
    exec(source.replace("parent.grad +=", "parent.grad ="), names)
    names["Value"].backward = names["backward"]
    return space


@pytest.mark.parametrize("seed", range(20))
def test_the_engine_agrees_with_autograd_on_random_graphs(engine, seed):
    draw = torch.Generator().manual_seed(seed)
    numbers = torch.randn(4, generator=draw, dtype=torch.float64).tolist()
    choices = torch.randint(0, 10_000, (12, 3), generator=draw).tolist()

    def calculate(leaves):
        nodes = list(leaves)
        for kind, i, j in choices:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            nodes.append([a + b, a * b, a.sigmoid()][kind % 3])
        total = nodes[-1]
        for node in nodes[:-1]:
            total = total + node.sigmoid()  # every node matters, most along several paths
        return total

    ours = [engine.Value(v) for v in numbers]
    theirs = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in numbers]
    end, expected = calculate(ours), calculate(theirs)
    end.backward()
    expected.backward()
    assert math.isclose(end.data, expected.item(), rel_tol=1e-12)
    for our, their in zip(ours, theirs, strict=True):
        assert math.isclose(our.grad, their.grad.item(), rel_tol=1e-9, abs_tol=1e-12)


def test_the_engine_learns_the_line_like_the_hand_made_updates(engine):
    w = 1.0
    for x, y in SAMPLES:
        value = engine.Value(w)
        error = value * engine.Value(x) + engine.Value(-y)
        (error * error).backward()
        w -= 0.01 * value.grad
    assert round(w, 5) == 1.26069


# --- backpropagation through a network -----------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_of_one_sigmoid_neuron_needs_s_and_one_minus_s(seed):
    draw = torch.Generator().manual_seed(seed)
    X = torch.randn(7, 3, generator=draw, dtype=torch.float64)
    y = torch.rand(7, 1, generator=draw, dtype=torch.float64).round()
    w = torch.randn(3, 1, generator=draw, dtype=torch.float64, requires_grad=True)
    b = torch.randn(1, generator=draw, dtype=torch.float64, requires_grad=True)
    s = torch.sigmoid(X @ w + b)
    (((y - s) ** 2).sum() / (2 * len(X))).backward()
    error = -(y - s.detach()) / len(X)
    s = s.detach()
    delta = error * s * (1 - s)
    assert torch.allclose(X.T @ delta, w.grad, atol=1e-14)
    assert torch.allclose(delta.sum(0), b.grad, atol=1e-14)
    without_s = X.T @ (error * (1 - s))
    assert not torch.allclose(without_s, w.grad, rtol=0.05)


def network(seed, N=5):
    draw = torch.Generator().manual_seed(seed)
    X = torch.randn(N, 6, generator=draw, dtype=torch.float64)
    y = torch.rand(N, 1, generator=draw, dtype=torch.float64)
    params = [torch.randn(shape, generator=draw, dtype=torch.float64) for shape in SHAPES]
    return X, y, params


def activations(X, params):
    found = [X]
    for W, b in zip(params[::2], params[1::2], strict=True):
        found.append(torch.sigmoid(found[-1] @ W.T + b))
    return found


def half_mse(y, y_hat):
    return ((y - y_hat) ** 2).sum() / (2 * len(y))


def by_autograd(X, y, params):
    watched = [p.clone().requires_grad_() for p in params]
    return torch.autograd.grad(half_mse(y, activations(X, watched)[-1]), watched)


@pytest.fixture(scope="module")
def lecture():
    starts = "def forward(X, W1", "def half_mse", "def gradients", "def suspicious"
    return from_lecture(*starts, "def finite_differences")


def test_the_network_has_47_numbers():
    assert sum(math.prod(shape) for shape in SHAPES) == 47
    assert [math.prod(shape) for shape in SHAPES] == [24, 4, 12, 3, 3, 1]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("N", [1, 5, 40])
def test_the_hand_made_backward_pass_matches_autograd_and_nudging(lecture, seed, N):
    X, y, params = network(seed, N)
    ours = lecture.gradients(X, y, *params)
    for our, their in zip(ours, by_autograd(X, y, params), strict=True):
        assert our.shape == their.shape
        assert (our - their).abs().max() < 1e-12
    if N == 5:
        for our, p in zip(ours, params, strict=True):
            numeric = nudge(lambda: half_mse(y, activations(X, params)[-1]), p)
            assert (our - numeric).abs().max() < 1e-9


def test_finite_differences_of_the_lecture_need_two_passes_for_each_number(lecture):
    X, y, params = network(0)
    passes = []

    def loss():
        passes.append(1)
        return half_mse(y, activations(X, params)[-1])

    before = copy.deepcopy(params)
    with torch.no_grad():
        for p in params:
            assert torch.equal(lecture.finite_differences(loss, p), nudge(loss, p))
    assert len(passes) == 2 * 94  # 94 by the lecture's, 94 by ours
    assert all(torch.equal(a, b) for a, b in zip(before, params, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_runs_the_network_and_agrees_to_1e_12(engine, lecture, seed):
    X, y, params = network(seed, N=1)

    def values(t):
        return [values(row) for row in t] if t.dim() else engine.Value(t.item())

    nodes = [values(p) for p in params]
    signal = values(X[0])
    for W, b in zip(nodes[::2], nodes[1::2], strict=True):
        signal = engine.layer(W, b, signal)
    error = signal[0] + engine.Value(-y.item())
    (error * error * engine.Value(0.5)).backward()

    def grads(node):
        return [grads(row) for row in node] if isinstance(node, list) else node.grad

    for node, their in zip(nodes, lecture.gradients(X, y, *params), strict=True):
        assert torch.allclose(torch.tensor(grads(node), dtype=torch.float64), their, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_transposed_product_is_refused_and_the_mean_error_is_wrong(seed):
    X, y, params = network(seed)
    *_, a2, y_hat = activations(X, params)
    slope = y_hat * (1 - y_hat)
    d3 = -(y - y_hat) / len(y) * slope
    with pytest.raises(RuntimeError, match="shape"):
        params[4].T @ d3
    assert (d3 @ params[4]).shape == a2.shape
    right = by_autograd(X, y, params)[4]
    assert torch.allclose(d3.T @ a2, right, atol=1e-12)
    averaged = -(y - y_hat).mean() / len(y) * slope
    assert not torch.allclose(averaged.T @ a2, right, rtol=0.05)


@pytest.fixture(scope="module")
def cars():
    table = load_dataset("mpg")
    X = standardize(table.X[:, :6])[0].double()
    y = table.y.double()
    return X, (y - y.min()) / (y.max() - y.min())


@pytest.mark.parametrize("seed", range(4))
def test_three_hundred_steps_with_hand_made_gradients_beat_the_mean(lecture, cars, seed):
    X, y = cars
    _, _, params = network(seed)
    start = half_mse(y, activations(X, params)[-1])
    for _ in range(300):
        for p, grad in zip(params, lecture.gradients(X, y, *params), strict=True):
            p -= 2.0 * grad
    end = half_mse(y, activations(X, params)[-1])
    assert end < 0.5 * start
    assert end < 0.5 * half_mse(y, y.mean())


# --- surfaces ------------------------------------------------------------------------------------

SURFACES = {
    "bowl": lambda u, v: u**2 + 2 * v**2,
    "saddle": lambda u, v: u**2 - v**2 + v**4 / 16,
    "valleys": lambda u, v: (u**2 - 1) ** 2 + 0.4 * u + v**2,
    "ripples": lambda u, v: (u**2 + v**2) / 2 - torch.cos(4 * u) - torch.cos(4 * v),
}
STARTS = [(1.2, 0.0), (1.2, 0.05), (-1.2, 1.4)]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("bowl", [0, 0, 0]),
        ("saddle", [0, -4, -4]),
        ("valleys", [0.39, 0.39, -0.41]),
        ("ripples", [-0.84, -0.84, 0.32]),
    ],
)
def test_descent_ends_where_the_table_says(name, ends):
    surface = SURFACES[name]
    losses = [surface(*torch.tensor(walk(surface, start)[-1])).item() for start in STARTS]
    assert all(abs(loss - end) < 0.0051 for loss, end in zip(losses, ends, strict=True))


def test_start_a_stops_at_a_saddle_that_is_no_minimum():
    end = torch.tensor(walk(SURFACES["saddle"], STARTS[0])[-1], requires_grad=True)
    (gradient,) = torch.autograd.grad(SURFACES["saddle"](*end), end)
    assert gradient.abs().max() < 0.01
    curvatures = torch.linalg.eigvalsh(
        torch.autograd.functional.hessian(lambda at: SURFACES["saddle"](*at), end.detach())
    )
    assert curvatures[0] < -1
    assert curvatures[1] > 1


def test_only_the_bowl_is_convex():
    draw = torch.Generator().manual_seed(0)
    a, b = 4 * torch.rand(2, 2000, 2, generator=draw) - 2
    for name, surface in SURFACES.items():
        middle = surface(*((a + b) / 2).T)
        chord = (surface(*a.T) + surface(*b.T)) / 2
        assert bool((middle <= chord + 1e-5).all()) is (name == "bowl")


def test_the_deepest_ripple_is_in_the_middle():
    grid = torch.linspace(-2, 2, 401)
    u, v = torch.meshgrid(grid, grid, indexing="ij")
    heights = SURFACES["ripples"](u, v)
    assert math.isclose(heights.min(), -2.0, abs_tol=1e-5)
    assert heights.argmin() == 200 * 401 + 200


def valleys(w):
    return (w**2 - 1) ** 2 + 0.4 * w


def end_of(start, lr, steps=60):
    return walk(valleys, [start], lr, steps)[-1][0]


def test_the_hill_parts_the_starts_and_a_larger_rate_jumps_over_it():
    assert end_of(0.05, 0.05) < -1
    assert end_of(0.15, 0.05) > 0.9
    assert end_of(1.8, 0.05) > 0.9
    assert end_of(1.8, 0.2) < -1
    assert not math.isfinite(end_of(2.0, 0.2))


# --- differentiable almost everywhere ------------------------------------------------------------

X3 = torch.tensor([1.0, 2.0, 3.0])


def test_descent_on_the_mae_hops_around_the_kink_with_equal_steps():
    path = [at[0] for at in walk(lambda w: (X3 * w - 2 * X3).abs().mean(), [1.1], 0.08, 40)]
    steps = [abs(b - a) for a, b in pairwise(path)]
    assert all(math.isclose(step, 0.16, rel_tol=1e-4) for step in steps)
    assert any(w > 2 for w in path[-2:])
    assert any(w < 2 for w in path[-2:])
    # The MSE with the same rate arrives.
    assert abs(descend(1.1, 0.08, 40)[-1] - 2) < 1e-6


def test_the_share_of_wrong_answers_has_no_slope_to_follow():
    hours = load_dataset("hours")

    def wrong(w):
        passes = (1 + torch.sign(hours.X.flatten() - w)) / 2
        return (passes - hours.y.flatten()).abs().mean()

    for start in (0.5, 1.1, 1.9, 3.3, 4.4):
        assert walk(wrong, [start], 0.08, 15)[-1] == walk(wrong, [start], 0.08, 0)[-1]
        slope = wrong(torch.tensor(start + 1e-3)) - wrong(torch.tensor(start - 1e-3))
        assert slope == 0
    assert {wrong(torch.tensor(w)).item() for w in (0.5, 1.5, 2.5, 3.5)} == {0.5, 0.25, 0.0}


def test_accuracy_by_comparison_has_no_graph():
    hours = load_dataset("hours")
    threshold = torch.tensor(1.2, requires_grad=True)
    accuracy = (threshold < hours.X).eq(hours.y.bool()).float().mean()
    assert accuracy == 0.75
    assert accuracy.grad_fn is None
    with pytest.raises(RuntimeError):
        accuracy.backward()


@pytest.mark.parametrize(
    ("f", "slopes"),
    [(torch.relu, [0, 0, 1]), (torch.abs, [-1, 0, 1]), (torch.sign, [0, 0, 0])],
)
def test_torch_picks_slope_zero_at_the_kink(f, slopes):
    x = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    f(x).sum().backward()
    assert x.grad.tolist() == slopes


# --- the loop ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fuel():
    table = load_dataset("mpg")
    train, val, _ = split(table.X[:, :6], table.y, seed=0)
    X_train, X_val = standardize(train[0], val[0])
    return X_train, train[1], X_val, val[1]


def test_235_rows_make_8_batches_and_40_epochs_make_320_updates(fuel):
    X, y, *_ = fuel
    assert len(X) == 235
    assert [len(rows) for _, rows in batches(X, y, 32)] == [32] * 7 + [11]
    assert 40 * math.ceil(235 / 32) == 320


@pytest.mark.parametrize("seed", range(3))
def test_backward_computes_and_only_the_optimiser_updates(fuel, seed):
    torch.manual_seed(seed)
    X, y, *_ = fuel
    model = LinearRegression(6)
    sgd = torch.optim.SGD(model.parameters(), lr=0.05)
    before = copy.deepcopy(model.state_dict())
    nn.functional.mse_loss(model(X), y).backward()
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    gradient = model.linear.weight.grad.clone()
    sgd.step()
    moved = model.linear.weight - before["linear.weight"]
    assert torch.allclose(moved, -0.05 * gradient, atol=1e-6)
    sgd.zero_grad()
    assert model.linear.weight.grad is None


def run(fuel, seed, *, epochs=40, batch_size=32, hook=None):
    X, y, X_val, y_val = fuel
    torch.manual_seed(seed)
    model = LinearRegression(6)
    sgd = torch.optim.SGD(model.parameters(), lr=0.05)
    how = {"loss_fn": nn.MSELoss(), "optimizer": sgd, "epochs": epochs, "seed": seed}
    history = fit(
        model, (X, y), val=(X_val, y_val), batch_size=batch_size, on_epoch_end=hook, **how
    )
    return model, history


@pytest.mark.parametrize("seed", range(3))
def test_a_mini_batch_update_is_about_as_good_as_one_with_the_whole_data(fuel, seed):
    mini = run(fuel, seed)[1].step_losses
    whole = run(fuel, seed, batch_size=None)[1].step_losses
    assert (len(mini), len(whole)) == (320, 40)
    assert 0.4 < sum(mini[30:40]) / sum(whole[30:40]) < 1.6
    assert sum(whole[30:40]) / 10 < 0.1 * whole[0]
    flicker = torch.tensor(mini[160:])
    assert 9 < flicker.mean() < 15
    assert flicker.std() > 1.5


def test_the_same_loop_trains_a_classifier():
    hours = load_dataset("hours")
    for seed in range(5):
        torch.manual_seed(seed)
        model = LogisticRegression(1)
        sgd = torch.optim.SGD(model.parameters(), lr=0.5)
        how = {"loss_fn": nn.BCEWithLogitsLoss(), "optimizer": sgd, "epochs": 40}
        history = fit(model, (hours.X, hours.y), **how)
        assert history["loss"][-1] < history["loss"][0]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_rise_of_the_validation_loss_is_noise(fuel, seed):
    losses = run(fuel, seed)[1]["val_loss"]
    rise = next(i for i in range(1, len(losses)) if losses[i] > losses[i - 1])
    assert rise + 1 <= 15  # epochs until then
    assert min(losses) < min(losses[: rise + 1]) - 0.3


def test_the_impatient_run_of_the_lecture_stops_after_6_of_40_epochs(fuel):
    seen = []

    def rises(epoch, row, model):
        seen.append(row["val_loss"])
        return len(seen) > 1 and seen[-1] > seen[-2]

    impatient = run(fuel, 0, hook=rises)[1]["val_loss"]
    assert len(impatient) == 6
    assert round(min(impatient), 1) == 14.8
    assert round(min(run(fuel, 0)[1]["val_loss"]), 1) == 13.0


# --- pitfalls ------------------------------------------------------------------------------------


def test_an_update_in_the_open_is_refused_or_makes_a_new_tensor():
    w = torch.tensor(1.0, requires_grad=True)
    ((3 * w - 6) ** 2).backward()
    with pytest.raises(RuntimeError, match="leaf"):
        w -= 0.01 * w.grad
    assert not (w - 0.01 * w.grad).is_leaf


def test_data_hides_a_change_that_no_grad_reports():
    w = torch.tensor(3.0, requires_grad=True)
    loss = w * w
    w.data -= 1.0
    loss.backward()
    assert w.grad == 4.0  # wrong: the loss was computed at 3, where the slope is 6
    w = torch.tensor(3.0, requires_grad=True)
    loss = w * w
    with torch.no_grad():
        w -= 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_cell_run_twice_starts_from_the_trained_weight():
    w, first_losses = 1.0, []
    for _ in range(2):
        first_losses.append((1.0 * w - 2.0) ** 2)
        for _ in range(100):
            for x, y in SAMPLES:
                w -= 0.01 * 2 * x * (x * w - y)
    assert first_losses[0] == 1.0
    assert first_losses[1] < 1e-20


# --- exercises, solved ---------------------------------------------------------------------------


def test_exercise_1_where_is_the_cliff():
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    limit = 2 / (2 * (x**2).mean().item())
    assert round(limit, 4) == 0.1333

    def slope(w):
        return (2 * x * (x * w - 5 * x)).mean().item()

    assert abs(descend(1.0, 0.13, 100, slope)[-1] - 5) < 0.1
    assert abs(descend(1.0, 0.14, 100, slope)[-1] - 5) > 100


def test_exercise_2_several_weights_one_limit():
    line = load_dataset("line3")
    X1 = torch.cat([line.X, torch.ones_like(line.X)], dim=1)
    low, high = torch.linalg.eigvalsh(2 / 3 * X1.T @ X1).tolist()
    assert round(low, 4) == 0.2404
    assert round(high, 3) == 11.093
    assert round(2 / high, 4) == 0.1803
    for lr, works in ((0.178, True), (0.183, False)):
        for seed in range(3):
            torch.manual_seed(seed)
            model = LinearRegression(1)
            sgd = torch.optim.SGD(model.parameters(), lr=lr)
            fit(model, (line.X, line.y), loss_fn=nn.MSELoss(), optimizer=sgd, epochs=400)
            loss = evaluate(model, (line.X, line.y), loss_fn=nn.MSELoss())["loss"]
            assert (loss < 0.01) is works
            assert works or loss > 1


def test_exercise_3_a_graph_by_hand():
    a, b, c = (torch.tensor(v, requires_grad=True) for v in (2.0, -1.0, 3.0))
    f = (a * b + c) * a
    f.backward()
    assert [f.item(), a.grad.item(), b.grad.item(), c.grad.item()] == [2, -1, 4, 2]
    p, q = 2 * -1, 2 * -1 + 3
    assert (p, q, q + 2 * -1, 2 * 2, 2) == (-2, 1, -1, 4, 2)  # by hand: q + a·b, a·a, a


def test_exercise_4_extend_the_engine(engine):
    class Value(engine.Value):
        def tanh(self):
            t = math.tanh(self.data)
            return Value(t, (self,), (1 - t * t,))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def __sub__(self, other):
            return Value(self.data - other.data, (self, other), (1.0, -1.0))

    a, b = Value(0.5), Value(2.0)
    ((a * b).tanh() - a).backward()
    assert f"{a.grad:.6f}" == "-0.160051"
    assert f"{b.grad:.6f}" == "0.209987"
    ta, tb = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.5, 2.0))
    (torch.tanh(ta * tb) - ta).backward()
    assert math.isclose(a.grad, ta.grad.item(), rel_tol=1e-12)
    assert math.isclose(b.grad, tb.grad.item(), rel_tol=1e-12)


def backward_any(X, y, layers):
    found = [X]
    for W, b in layers:
        found.append(torch.sigmoid(found[-1] @ W.T + b))
    delta = -(y - found[-1]) / len(y) * found[-1] * (1 - found[-1])
    grads = []
    for (W, _), a in zip(reversed(layers), reversed(found[:-1]), strict=True):
        grads.append((delta.T @ a, delta.sum(0)))
        delta = delta @ W * a * (1 - a)
    return grads[::-1]


@pytest.mark.parametrize("seed", range(3))
def test_exercise_5_backward_by_hand_any_depth(seed):
    X, y, params = network(seed)
    layers = list(zip(params[::2], params[1::2], strict=True))
    ours = [t for pair in backward_any(X, y, layers) for t in pair]
    for our, their in zip(ours, by_autograd(X, y, params), strict=True):
        assert (our - their).abs().max() < 1e-12
    draw = torch.Generator().manual_seed(seed)
    widths = (6, 5, 4, 3, 1)
    params = []
    for before, after in pairwise(widths):
        params.append(torch.randn(after, before, generator=draw, dtype=torch.float64))
        params.append(torch.randn(after, generator=draw, dtype=torch.float64))
    layers = list(zip(params[::2], params[1::2], strict=True))
    ours = [t for pair in backward_any(X, y, layers) for t in pair]
    for our, p in zip(ours, params, strict=True):
        numeric = nudge(lambda: half_mse(y, activations(X, params)[-1]), p)
        assert (our - numeric).abs().max() < 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_exercise_6_nudging_finds_three_wrong_results(lecture, cars, seed):
    X, y = cars
    _, _, params = network(seed)
    numeric = [nudge(lambda: half_mse(y, activations(X, params)[-1]), p) for p in params]

    def agree(ours):
        return [bool((o - n).abs().max() < 1e-9) for o, n in zip(ours, numeric, strict=True)]

    assert agree(lecture.suspicious(X, y, *params)) == [False, False, True, False, True, True]
    assert agree(lecture.gradients(X, y, *params)) == [True] * 6


def test_exercise_7_a_map_of_the_basins():
    starts = torch.linspace(-2, 2, 41).tolist()
    left = [start for start in starts if end_of(start, 0.05) < 0]
    assert len(left) == 22
    assert left == starts[:22]  # two clean pieces
    assert end_of(0.095, 0.05, steps=200) < 0 < end_of(0.105, 0.05, steps=200)
    top = torch.tensor(0.10103, requires_grad=True)
    (slope,) = torch.autograd.grad(valleys(top), top)
    assert abs(slope) < 1e-4
    assert any(end_of(start, 0.15) < 0 for start in starts if start > 1)


def test_exercise_8_a_patient_stopper(fuel):
    best, waited, kept = math.inf, 0, {}

    def patient(epoch, row, model):
        nonlocal best, waited, kept
        if row["val_loss"] < best:
            best, waited, kept = row["val_loss"], 0, copy.deepcopy(model.state_dict())
        else:
            waited += 1
        return waited >= 5

    model, history = run(fuel, 0, epochs=100, hook=patient)
    assert 6 < len(history) < 100
    model.load_state_dict(kept)
    restored = evaluate(model, fuel[2:], loss_fn=nn.MSELoss())["loss"]
    assert restored == min(history["val_loss"])
    assert restored < 14.8
