"""What lecture 00 says and what its exercises ask for, checked away from the notebook."""

from __future__ import annotations

import importlib
import itertools
import operator
import random
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from course_utils import (
    MLP,
    LogisticRegression,
    accuracy,
    fit,
    get_device,
    load_dataset,
    make_points,
    plotting,
    seed_everything,
)

SEEDS = range(5)


# --- why learn from data -----------------------------------------------------------------------


def share_correct(threshold):
    women = load_dataset("diabetes", variant="768")
    glucose, sick = women.X[:, 1].numpy(), women.y[:, 0].numpy().astype(bool)
    return np.mean((glucose > threshold) == sick)


def test_the_data_prefer_the_threshold_143_and_then_75_of_100_are_right():
    scores = {threshold: share_correct(threshold) for threshold in range(60, 200)}
    assert len(scores) == 140
    best = max(scores.values())
    assert [threshold for threshold, score in scores.items() if score == best] == [143]
    assert round(best, 3) == 0.750
    assert round(scores[120], 3) == 0.704


def test_120_is_about_the_average_and_always_no_scores_65():
    women = load_dataset("diabetes", variant="768")
    assert abs(women.X[:, 1].mean().item() - 120) < 1
    assert women.class_names == ("no diabetes", "diabetes")
    assert round(1 - women.y.mean().item(), 3) == 0.651


# --- from nerve cell to network ----------------------------------------------------------------


@pytest.mark.parametrize(("b", "logic"), [(-1.5, all), (-0.5, any)])
def test_a_unit_computes_and_or_or_by_its_bias_alone(b, logic):
    for x in itertools.product((0, 1), repeat=2):
        assert (x[0] + x[1] + b > 0) == logic(x)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bias_is_the_threshold_with_its_sign_turned(seed):
    rng = np.random.default_rng(seed)
    X, w, threshold = rng.normal(size=(50, 3)), rng.normal(size=3), rng.normal()
    np.testing.assert_array_equal(X @ w > threshold, X @ w + (-threshold) > 0)


def test_no_single_unit_computes_xor_but_two_layers_do():
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for w1, w2, b in itertools.product(np.linspace(-3, 3, 25), repeat=3):
        fires = [w1 * x1 + w2 * x2 + b > 0 for x1, x2 in X.tolist()]
        assert fires != [False, True, True, False]
    either, both = X.sum(1) - 0.5 > 0, X.sum(1) - 1.5 > 0
    assert (either.float() - both.float() - 0.5 > 0).tolist() == [False, True, True, False]


def test_the_net_of_the_figure_has_36_weights_and_10_biases():
    network = MLP(3, 4, 4, 2)
    weights = [p.numel() for name, p in network.named_parameters() if name.endswith("weight")]
    biases = [p.numel() for name, p in network.named_parameters() if name.endswith("bias")]
    assert (sum(weights), sum(biases)) == (36, 10) == (3 * 4 + 4 * 4 + 4 * 2, 4 + 4 + 2)
    assert len(plotting.plot_network((3, 4, 4, 2)).lines) == 36


# --- tensors -----------------------------------------------------------------------------------


def test_three_sources_three_dtypes():
    assert torch.tensor([0.0, 1.0]).dtype == torch.float32
    assert torch.tensor([0, 1]).dtype == torch.int64
    assert torch.from_numpy(np.array([0.0, 1.0])).dtype == torch.float64


def test_a_slice_or_a_list_keeps_the_column_a_number_removes_it():
    study = load_dataset("diabetes", variant="759")
    table = torch.cat([study.X, study.y], dim=1)
    assert table.shape == (759, 9)
    assert table[:, :-1].shape == (759, 8)
    assert table[:, -1:].shape == table[:, [-1]].shape == (759, 1)
    assert table[:, -1].shape == (759,)
    assert torch.equal(table[:, :-1], study.X)
    assert torch.equal(table[:, -1:], study.y)


def test_65_of_100_labels_are_1_and_1_means_no_diabetes():
    study = load_dataset("diabetes", variant="759")
    assert study.class_names == ("diabetes", "no diabetes")
    assert round(study.y.mean().item(), 4) == 0.6535
    assert study.X.min() >= -1
    assert study.X.max() <= 1


def test_the_direction_named_disappears_unless_it_is_kept():
    students = load_dataset("gpa_experience").X
    columns = [sum(column) / 4 for column in zip(*students.tolist(), strict=True)]
    rows = [sum(row) / 2 for row in students.tolist()]
    assert students.mean(dim=0).tolist() == pytest.approx(columns)
    assert columns == pytest.approx([3.175, 0.5])
    assert students.mean(dim=1).tolist() == pytest.approx(rows)
    assert students.mean(dim=1, keepdim=True).shape == (4, 1)
    assert students.sum(dim=0).shape == students.max(dim=0).values.shape == (2,)


def test_digits_are_1797_images_of_8_by_8():
    images = load_dataset("digits").X.reshape(-1, 1, 8, 8)
    assert images.shape == (1797, 1, 8, 8)
    assert images[0, 0, 0, 0].ndim == 0


# --- one product -------------------------------------------------------------------------------


def test_scores_of_the_four_students():
    students = load_dataset("gpa_experience").X
    assert (
        students.tolist() == torch.tensor([[2.1, 0.1], [4.2, 0.8], [3.1, 0.9], [3.3, 0.2]]).tolist()
    )
    by_hand = [2 * gpa - experience + 0.5 for gpa, experience in students.tolist()]
    scores = students @ torch.tensor([[2.0], [-1.0]]) + torch.tensor([0.5])
    assert scores.shape == (4, 1)
    torch.testing.assert_close(scores[:, 0], torch.tensor(by_hand))
    assert [round(score, 1) for score in by_hand] == [4.6, 8.1, 5.8, 6.9]


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_bias_zeros_always_score_zero(seed):
    torch.manual_seed(seed)
    assert nn.Linear(3, 1, bias=False)(torch.zeros(1, 3)).item() == 0
    assert nn.Linear(3, 1)(torch.zeros(1, 3)).item() != 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_layer_stores_the_transposed_matrix(seed):
    torch.manual_seed(seed)
    layer, X = nn.Linear(5, 3), torch.randn(7, 5)
    assert layer.weight.shape == (3, 5)
    torch.testing.assert_close(layer(X), X @ layer.weight.T + layer.bias)


def test_the_inner_sizes_must_agree():
    with pytest.raises(RuntimeError):
        torch.zeros(4, 2) @ torch.zeros(1, 2)
    assert (torch.zeros(1000, 8) @ torch.zeros(8, 1)).shape == (1000, 1)


# --- vectorise ---------------------------------------------------------------------------------


def test_the_sum_of_two_vectors():
    a, b = [3, 2, 5, 1], [1, 7, 4, 2]
    assert (torch.tensor(a) + torch.tensor(b)).tolist() == [4, 9, 9, 3]
    assert [p + q for p, q in zip(a, b, strict=True)] == [4, 9, 9, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_products_equal_one(seed):
    torch.manual_seed(seed)
    samples, W = torch.rand(100, 3), torch.rand(1, 3)
    one_by_one = [sum(float(W[0, j] * x[j]) for j in range(3)) for x in samples]
    at_once = W @ samples.T
    assert at_once.shape == (1, 100)
    torch.testing.assert_close(at_once[0], torch.tensor(one_by_one))
    torch.testing.assert_close(samples @ W.T, at_once.T)


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_in_another_order_differ_in_the_last_digit(seed):
    torch.manual_seed(seed)
    a, b, c = torch.rand(3, 1000)
    one_way, other_way = (a + b) + c, a + (b + c)
    assert (one_way != other_way).any()
    assert torch.allclose(one_way, other_way)


# --- what PyTorch does -------------------------------------------------------------------------


def test_backward_computes_the_gradient_and_the_optimiser_moves_the_weight():
    w = torch.tensor(3.0, requires_grad=True)
    loss = (w * 2 - 10) ** 2
    loss.backward()
    assert (w.item(), loss.item(), w.grad.item()) == (3.0, 16.0, -16.0)
    torch.optim.SGD([w], lr=0.1).step()
    assert w.item() == pytest.approx(3 + 0.1 * 16)
    assert (2 * 5 - 10) ** 2 == 0  # the better weight


def test_variable_has_been_merged_into_the_tensor():
    old = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    assert type(old) is torch.Tensor
    assert old.requires_grad
    assert (torch.ones(2, requires_grad=True) * 3).grad_fn is not None
    assert all(parameter.requires_grad for parameter in nn.Linear(2, 1).parameters())


def test_display_html_and_image_live_in_ipython_display():
    today, before = (
        importlib.import_module(f"IPython.{name}") for name in ("display", "core.display")
    )
    for name in ("display", "HTML", "Image"):
        assert callable(getattr(today, name))
    with warnings.catch_warnings():  # IPython 8 warned, 9 has taken it away
        warnings.simplefilter("error")
        with pytest.raises((AttributeError, DeprecationWarning)):
            operator.attrgetter("display")(before)


# --- the same numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_seeding_torch_alone_leaves_numpy_and_python_unseeded(seed):
    def draws(seed_with):
        seed_with(seed)
        return torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()

    first, second = draws(torch.manual_seed), draws(torch.manual_seed)
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False, False]
    assert draws(seed_everything) == draws(seed_everything)


def test_weights_are_drawn_on_the_cpu_so_that_every_device_starts_alike():
    seed_everything(0)
    here = nn.Linear(8, 1)
    seed_everything(0)
    there = nn.Linear(8, 1).to(get_device())
    assert torch.equal(here.weight, there.weight.cpu())


def test_a_move_to_where_the_tensor_is_does_nothing():
    x = torch.ones(2)
    assert x.to("cpu") is x


# --- pitfalls ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 5, 50])
def test_flat_targets_give_perfect_predictions_twice_the_variance_as_loss(n):
    y = torch.arange(1.0, n + 1)
    difference = y.reshape(-1, 1) - y
    assert difference.shape == (n, n)
    assert (difference.diagonal() == 0).all()
    loss = (difference**2).mean()
    torch.testing.assert_close(loss, 2 * y.var(correction=0))
    assert n != 5 or loss.item() == 4.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_net_trained_on_flat_targets_learns_the_mean(seed):
    torch.manual_seed(seed)
    X = torch.randn(30, 2)
    y = (X @ torch.tensor([[3.0], [-2.0]]) + 1.0).squeeze()  # (30,): a direction is missing
    layer = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
    for _ in range(500):
        optimizer.zero_grad()
        ((layer(X) - y) ** 2).mean().backward()
        optimizer.step()
    torch.testing.assert_close(layer(X)[:, 0], y.mean().expand(30), atol=1e-3, rtol=0)


def test_a_layer_refuses_lists_and_other_kinds_of_numbers():
    layer = nn.Linear(2, 1)
    with pytest.raises(TypeError):
        layer([[2.1, 0.1]])
    for x in (torch.tensor([[2, 0]]), torch.from_numpy(np.array([[2.1, 0.1]]))):
        with pytest.raises(RuntimeError):
            layer(x)
        assert layer(x.float()).shape == (1, 1)


def test_tensors_on_two_devices_do_not_add():
    with pytest.raises(RuntimeError):
        torch.ones(2) + torch.ones(2, device="meta")


# --- exercises ---------------------------------------------------------------------------------


def test_exercise_1_three_of_six_shapes_have_one_direction():
    X, w, b, v = torch.zeros(6, 4), torch.zeros(4, 1), torch.zeros(1), torch.zeros(4)
    results = [X @ w + b, X.T, X[:, -1:], X[:, -1], X @ v, X.mean(dim=0)]
    shapes = [tuple(result.shape) for result in results]
    assert shapes == [(6, 1), (4, 6), (6, 1), (6,), (6,), (4,)]
    assert sum(len(shape) == 1 for shape in shapes) == 3


def test_exercise_2_the_cars():
    cars = load_dataset("mpg")
    table = torch.cat([cars.X, cars.y], dim=1)
    X, y = table[:, :-1], table[:, -1:]
    assert (X.shape, y.shape) == ((392, 7), (392, 1))
    assert round(y.mean().item(), 2) == 23.45


def test_exercise_3_dtypes():
    features, raw = np.array([[2.1, 0.1], [4.2, 0.8], [3.1, 0.9]]), [0, 1, 0]
    batch = torch.from_numpy(features).float()
    targets = torch.tensor(raw).float().reshape(-1, 1)
    labels = torch.tensor(raw)
    dtypes = [batch.dtype, targets.dtype, labels.dtype]
    assert dtypes == [torch.float32, torch.float32, torch.int64]
    assert [tuple(t.shape) for t in (batch, targets, labels)] == [(3, 2), (3, 1), (3,)]
    logits = nn.Linear(2, 1)(batch)
    assert nn.BCEWithLogitsLoss()(logits, targets).ndim == 0
    assert nn.CrossEntropyLoss()(nn.Linear(2, 2)(batch), labels).ndim == 0


def test_exercise_4_the_loop_and_the_product_agree():
    X = load_dataset("diabetes", variant="759").X
    weights, bias, total = torch.arange(8.0), 1.0, 0.0
    for row in X.tolist():
        total += (bias + sum(x * w for x, w in zip(row, range(8), strict=True))) ** 2
    slow = total / 759
    scores = X @ weights + bias
    fast = (scores**2).mean()
    assert torch.allclose(torch.tensor(slow), fast)
    assert round(slow, 2) == round(fast.item(), 2) == 90.28


def test_exercise_5_the_mean_keeps_its_direction():
    grid = torch.arange(16.0).reshape(4, 4) ** 2
    wrong, right = grid - grid.mean(dim=1), grid - grid.mean(dim=1, keepdim=True)
    assert wrong.shape == right.shape == (4, 4)
    assert wrong.mean(dim=1).abs().max() > 1
    assert right.mean(dim=1).abs().max() < 1e-6
    narrow = grid[:, :3]
    with pytest.raises(RuntimeError):  # a 4 × 3 table tells at once
        narrow - narrow.mean(dim=1)


def test_exercise_6_there_and_back():
    X, device = load_dataset("diabetes", variant="759").X, get_device()
    layer = nn.Linear(8, 1).to(device)
    there = layer(X.to(device)).detach().cpu().numpy()
    back_again = layer.cpu()(X).detach().numpy()
    assert np.abs(there - back_again).max() < 1e-5


def test_exercise_7_a_draw_that_repeats_and_disturbs_nobody():
    def random_rows(table, n, seed):
        generator = torch.Generator().manual_seed(seed)
        return table[torch.randperm(len(table), generator=generator)[:n]]

    table = load_dataset("diabetes", variant="759").X
    assert torch.equal(random_rows(table, 5, 1), random_rows(table, 5, 1))
    assert not torch.equal(random_rows(table, 5, 1), random_rows(table, 5, 2))
    seed_everything(0)
    undisturbed = torch.rand(1)
    seed_everything(0)
    random_rows(table, 5, 1)
    assert torch.equal(torch.rand(1), undisturbed)


def test_exercise_8_a_tree_can_be_drawn():
    legs = ("Legs?", [("yes", ("Back?", [("yes", "chair?"), ("no", "stool?")])), ("no", "sofa?")])
    tree = ("Can you sit on it?", [("yes", ("Made for it?", [("yes", legs), ("no", "rock?")]))])
    assert len(plotting.plot_tree(tree).patches) == 15


def trained_accuracy(model, X, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = nn.BCEWithLogitsLoss()
    fit(model, (X, y), loss_fn=loss_fn, optimizer=optimizer, epochs=400, progress=False)
    return accuracy(model(X).detach(), y)


@pytest.mark.parametrize("seed", range(2))
def test_exercise_8_without_hidden_layers_only_separate_clouds_are_solved(seed):
    torch.manual_seed(seed)
    solved = {}
    for kind in ("two_clouds", "circles", "xor", "spirals"):
        X, y = make_points(kind, 300, seed=seed)
        X = (X - X.mean(dim=0)) / X.std(dim=0)
        solved[kind] = trained_accuracy(LogisticRegression(2), X, y) > 0.9
    assert [kind for kind, yes in solved.items() if yes] == ["two_clouds"]
    X, y = make_points("circles", 300, seed=seed)
    alone = trained_accuracy(LogisticRegression(2), X, y)
    assert trained_accuracy(MLP(2, 4, 1, activation=nn.Tanh), X, y) > alone + 0.2
