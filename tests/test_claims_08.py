"""What lecture 08 says in its prose, computed again over several seeds."""

from __future__ import annotations

import copy
import io
import math
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression as ScikitLogistic
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from course_utils import (
    MLP,
    LogisticRegression,
    accuracy,
    evaluate,
    fit,
    load_dataset,
    precision,
    recall,
    seed_everything,
    split,
    standardize,
)

WOMEN = load_dataset("diabetes")
BIG = load_dataset("diabetes", variant="2000")
FORM = load_dataset("diabetes", variant="759")
NEW = torch.tensor([[2, 138, 62, 35, 0, 33.6, 0.127, 47]])  # labelled 1, not in the table
LACKING = [14, 24, 236, 259, 285, 401, 458, 517, 658]


def whole(data):
    return torch.cat([data.X, data.y], dim=1)


def train_net(X, y, *, seed=0, epochs=700, **options):
    seed_everything(seed)
    net = MLP(8, 20, 20, 2)
    adam = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
    history = fit(
        net, (X, y), loss_fn=nn.CrossEntropyLoss(), optimizer=adam, epochs=epochs, **options
    )
    return net, history


def random_split(data, seed):
    train, _, test = split(data.X, data.y.flatten().long(), fractions=(0.8, 0.0, 0.2), seed=seed)
    return train, test


def scikit_logistic(X, y):
    return ScikitLogistic(C=1e4).fit(X.numpy(), y.numpy().ravel())


# --- what is in the table ------------------------------------------------------------------------


def test_768_different_women_with_impossible_zeros():
    assert len(WOMEN) == len(torch.unique(whole(WOMEN), dim=0)) == 768
    assert round(WOMEN.y.mean().item(), 5) == 0.34896
    assert (WOMEN.X == 0).sum(dim=0).tolist() == [111, 5, 35, 227, 374, 11, 0, 0]
    assert sum([5, 35, 227, 374, 11]) == 652


def test_the_759_form_is_min_max_with_the_minimum_stored_as_0_and_labels_flipped():
    low, high = WOMEN.X.amin(dim=0), WOMEN.X.amax(dim=0)
    kept = [i for i in range(768) if i not in LACKING]
    scaled = 2 * (WOMEN.X - low) / (high - low) - 1
    rebuilt = torch.where(low == WOMEN.X, 0.0, scaled)[kept]
    assert torch.allclose(rebuilt, FORM.X, atol=1e-6)
    assert torch.equal(FORM.y, 1 - WOMEN.y[kept])
    assert (int(FORM.y.sum()), len(FORM)) == (496, 759)
    assert round(FORM.y.mean().item(), 6) == 0.653491
    assert (low == WOMEN.X).sum(dim=0).tolist() == [111, 5, 35, 227, 374, 11, 1, 63]
    middle = (low + high) / 2
    assert (middle[4].item(), middle[7].item()) == (423, 51)
    assert torch.quantile(WOMEN.X[WOMEN.X[:, 4] > 0, 4], 0.95) < 423


def test_four_of_the_five_rows_people_show_of_the_2000_form_are_rows_483_to_486():
    assert WOMEN.X[483:487, :2].tolist() == [[0, 84], [0, 145], [0, 135], [1, 139]]
    assert not (WOMEN.X == NEW).all(dim=1).any()
    near = (WOMEN.X[:, :3] == NEW[:, :3]).all(dim=1)
    assert not near.any()


def test_2000_draws_hold_713_women_and_most_test_rows_have_a_twin():
    distinct, counts = torch.unique(whole(BIG), dim=0, return_counts=True)
    assert (len(BIG), len(distinct), int(counts.max())) == (2000, 713, 12)
    for seed in range(6):
        (X, _), (X_te, _) = random_split(BIG, seed)
        twins = (X_te[:, None] == X[None]).all(dim=2).any(dim=1).float().mean().item()
        assert 0.84 < twins < 0.91
    assert round((1 - 1 / 768) ** 1600, 2) == 0.12
    assert round(2000 / 768, 1) == 2.6


def test_the_written_loader_serves_pytorchs_first_epoch_and_not_its_second():
    class Loader:
        def __init__(self, n, generator):
            self.n, self.generator = n, generator

        def order(self):
            torch.empty((), dtype=torch.int64).random_(generator=self.generator)
            return torch.randperm(self.n, generator=self.generator).tolist()

    for seed in range(3):
        ours = Loader(768, torch.Generator().manual_seed(seed))
        theirs = DataLoader(
            TensorDataset(torch.arange(768)), batch_size=100, shuffle=True,
            generator=torch.Generator().manual_seed(seed),
        )  # fmt: skip
        epochs = [[i for (batch,) in theirs for i in batch.tolist()] for _ in range(2)]
        assert ours.order() == epochs[0]
        assert ours.order() != epochs[1]


# --- one form for all columns --------------------------------------------------------------------


def test_filling_changes_a_logistic_regression_by_less_than_the_splits_do():
    gains, raw_losses = [], []
    for seed in range(20):
        (a, y_a), (b, y_b), _ = split(WOMEN.X, WOMEN.y, stratify=True, seed=seed)
        medians = torch.stack([c[c > 0].median() for c in a[:, 1:6].T])
        losses = []
        for filled in (False, True):
            tables = []
            for X in (a, b):
                X, missing = X.clone(), X[:, 1:6] == 0
                if filled:
                    X[:, 1:6] = torch.where(missing, medians, X[:, 1:6])
                    X = torch.cat([X, missing[:, 2:4].float()], dim=1)
                tables.append(X)
            Z, Z_val = standardize(*tables)
            chance = scikit_logistic(Z, y_a).predict_proba(Z_val.numpy())[:, 1]
            losses.append(
                F.binary_cross_entropy(torch.as_tensor(chance).double(), y_b.flatten().double())
            )
        gains.append((losses[0] - losses[1]).item())
        raw_losses.append(losses[0].item())
    assert 0 < np.mean(gains) < 0.02 < np.std(raw_losses)
    assert 8 <= sum(gain > 0 for gain in gains) <= 16
    assert np.mean(raw_losses) == pytest.approx(0.49, abs=0.01)


def test_standardising_makes_a_circle_of_the_houses_ravine():
    X = load_dataset("houses").X
    for x, steepest, ratio in ((X, 8.5e6, 1.7e8), (standardize(X)[0], 2, 1)):
        X1 = torch.cat([x, torch.ones_like(x)], dim=1).double()
        flat, steep = torch.linalg.eigvalsh(2 * X1.T @ X1 / 3).tolist()
        assert steep == pytest.approx(steepest, rel=0.01)
        assert steep / flat == pytest.approx(ratio, rel=0.03)
    assert f"{2 / 8.5e6:.0e}" == "2e-07"


def test_raw_inputs_start_far_above_log_2_and_standardised_ones_near_it():
    y = WOMEN.y.flatten().long()
    (Z,) = standardize(WOMEN.X)
    starts = {"raw": [], "scaled": []}
    for seed in range(40):
        seed_everything(seed)
        net = MLP(8, 20, 20, 2)
        starts["raw"].append(F.cross_entropy(net(WOMEN.X), y).item())
        starts["scaled"].append(F.cross_entropy(net(Z), y).item())
    assert min(starts["raw"]) > 0.8
    assert 5 < max(starts["raw"]) < 10
    assert 0.64 < min(starts["scaled"]) < math.log(2) < max(starts["scaled"]) < 0.8


# --- split before you look -----------------------------------------------------------------------


def test_stratified_parts_share_the_classes_and_random_ones_do_not():
    def shares(stratify):
        return [split(WOMEN.X, WOMEN.y, stratify=stratify, seed=s).val[1].mean() for s in range(50)]

    assert max(shares(None)) - min(shares(None)) > 0.1
    assert max(shares(True)) - min(shares(True)) < 0.02


def raw_accuracy(train, test, *, seed, epochs=700):
    """The lab's network on inputs as they are: accuracy and loss on the test part."""
    net, history = train_net(*train, seed=seed, epochs=epochs)
    with torch.inference_mode():
        logits = net(test[0])
    loss = F.cross_entropy(logits, test[1]).item()
    return accuracy(logits, test[1]), loss, history["loss"][-1]


def test_with_raw_inputs_ten_points_of_the_score_are_copies():
    """Measured over ten seeds and splits: 0.79 to 0.88 with copies, 0.70 to 0.77 without.

    The 0.80 to 0.81 that is told of such a file lies within."""
    leaky, clean = (
        [raw_accuracy(*random_split(data, seed), seed=seed)[0] for seed in range(4)]
        for data in (BIG, WOMEN)
    )
    assert all(0.77 < score < 0.9 for score in leaky)
    assert all(0.67 < score < 0.8 for score in clean)
    assert 0.06 < np.mean(leaky) - np.mean(clean) < 0.15


def test_a_lucky_test_part_explains_the_better_numbers_told_of_raw_inputs():
    """0.77 to 0.80 is told of 768 women, raw: so it is on scikit-learn's splits 0, 1 and 2 after
    691 updates, where a test loss of 0.52 to 1.98 was written down as well. Our splits give 0.70
    to 0.77, because one split of 154 women is uncertain by 0.07."""
    X, y = WOMEN.X, WOMEN.y.flatten().long()
    scores, losses = [], []
    for split_seed, seed in product(range(3), range(2)):
        rows = train_test_split(np.arange(768), test_size=0.2, random_state=split_seed)
        train, test = ((X[part], y[part]) for part in rows)
        score, loss, final = raw_accuracy(train, test, seed=seed, epochs=691)
        scores.append(score)
        losses.append(loss)
        assert 0.28 < final < 0.45
    assert all(0.72 < score < 0.84 for score in scores)
    assert np.mean(scores) == pytest.approx(0.78, abs=0.03)
    assert min(losses) < 0.65
    assert max(losses) > 1  # one seed is sure and wrong


@pytest.mark.parametrize("seed", [0, 5])
def test_copies_lift_the_test_accuracy_from_about_seven_to_above_nine_tenths(seed):
    def score(train, test):
        X, X_te = standardize(train[0], test[0])
        return accuracy(train_net(X, train[1], seed=seed)[0](X_te), test[1])

    group = torch.unique(whole(BIG), dim=0, return_inverse=True)[1]
    order = torch.randperm(713, generator=torch.Generator().manual_seed(seed))
    held = torch.isin(group, order[: 713 // 5])
    y = BIG.y.flatten().long()
    assert score(*random_split(BIG, seed)) > 0.93
    assert 0.58 < score((BIG.X[~held], y[~held]), (BIG.X[held], y[held])) < 0.82
    assert 0.58 < score(*random_split(WOMEN, seed)) < 0.82


# --- which number --------------------------------------------------------------------------------


def test_what_the_matrix_of_the_found_notebook_says():
    (healthy, alarms), (missed, found) = [[242, 30], [36, 92]]
    p, r, specificity = found / (found + alarms), found / 128, healthy / 272
    assert round((healthy + found) / 400, 3) == 0.835
    assert [round(v, 3) for v in (p, r, specificity)] == [0.754, 0.719, 0.890]
    assert round(2 * p * r / (p + r), 3) == 0.736
    assert round((r + specificity) / 2, 3) == 0.804
    assert 272 / 400 == 0.68
    assert missed / 128 > 0.25


def test_the_question_on_precision_has_the_answer_one_third():
    found, alarms, healthy = 95, 200, 1000
    assert found / (found + alarms) == pytest.approx(0.32, abs=0.005)
    assert (found + healthy - alarms, 100 + healthy) == (895, 1100)
    assert (healthy - alarms) / healthy == 0.8


def test_a_line_beats_the_majority_by_a_tenth_on_ten_folds():
    for seed in range(3):
        fold = torch.randperm(768, generator=torch.Generator().manual_seed(seed)) % 10
        line, majority = [], []
        for k in range(10):
            X, X_te = standardize(WOMEN.X[fold != k], WOMEN.X[fold == k])
            y_te = WOMEN.y[fold == k].numpy().ravel()
            line.append(scikit_logistic(X, WOMEN.y[fold != k]).score(X_te.numpy(), y_te))
            majority.append((y_te == 0).mean())
        assert np.mean(majority) == pytest.approx(0.651, abs=0.005)
        assert 0.76 < np.mean(line) < 0.785
        assert max(line) - min(line) > 0.08


@cache
def lab(seed):
    """The lab done right: the net of the best epoch, the last one, and the sealed numbers."""
    parts = split(WOMEN.X, WOMEN.y.flatten().long(), stratify=True, seed=0)
    X, X_val, X_te, new = standardize(*(X for X, _ in parts), NEW)
    best = {"loss": math.inf}

    def keep_best(epoch, row, model):
        if row["val_loss"] < best["loss"]:
            state = copy.deepcopy(model.state_dict())
            best.update(loss=row["val_loss"], epoch=epoch, state=state)

    late, history = train_net(
        X, parts.train[1], seed=seed, val=(X_val, parts.val[1]), on_epoch_end=keep_best
    )
    net = MLP(8, 20, 20, 2)
    net.load_state_dict(best["state"])
    return net, late, best, history, (X_val, parts.val[1]), (X_te, parts.test[1]), new


SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_epoch_is_early_and_the_rest_only_makes_it_surer(seed):
    net, late, best, history, (X_val, y_val), test, _ = lab(seed)
    assert best["epoch"] < 30
    assert history["val_loss"][-1] > 5 * best["loss"]
    assert 0.68 < accuracy(net(test[0]), test[1]) < 0.82
    chances = late(X_val).softmax(dim=1)
    wrong, sure = chances.argmax(dim=1) != y_val, chances.amax(dim=1) > 0.99
    assert sure.float().mean() > 0.6
    assert (wrong & sure).sum() > wrong.sum() / 2
    early = net(X_val).softmax(dim=1).amax(dim=1) > 0.99
    assert early.float().mean() < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lower_threshold_finds_more_and_is_right_less_often(seed):
    net, _, _, _, (X_val, y_val), _, _ = lab(seed)
    chance = net(X_val).softmax(dim=1)[:, 1:]
    y = y_val.float().reshape(-1, 1)
    found, alarms, right = [], [], []
    for threshold in (0.5, 0.2):
        z = chance - threshold
        found.append(recall(z, y))
        alarms.append(((z > 0) & (y == 0)).sum().item())
        right.append(precision(z, y))
    assert found[1] > found[0] + 0.1
    assert alarms[1] > alarms[0]
    assert right[1] < right[0]


def test_a_line_says_perhaps_to_the_new_woman_and_another_split_says_it_otherwise():
    chances = []
    for seed in range(8):
        X, y = split(WOMEN.X, WOMEN.y, stratify=True, seed=seed).train
        Z, z_new = standardize(X, NEW)
        chances.append(scikit_logistic(Z, y).predict_proba(z_new.numpy())[0, 1])
    assert chances[0] == pytest.approx(0.38, abs=0.01)
    assert min(chances[1:]) == pytest.approx(0.41, abs=0.01)
    assert max(chances[1:]) == pytest.approx(0.545, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_late_networks_are_certain_about_the_new_woman_and_early_ones_are_not(seed):
    net, late, _, _, _, _, new = lab(seed)
    p_late = late(new).softmax(dim=1)[0, 1].item()
    assert max(p_late, 1 - p_late) > 0.98
    assert 0.2 < net(new).softmax(dim=1)[0, 1].item() < 0.45
    assert net(NEW).softmax(dim=1).max() > 0.999  # the scaler forgotten


def test_most_late_networks_say_that_she_is_healthy():
    assert sum(lab(seed)[1](lab(seed)[6]).softmax(dim=1)[0, 1].item() < 0.5 for seed in SEEDS) >= 2


def test_a_test_of_154_women_is_uncertain_by_seven_hundredths():
    assert 2 * math.sqrt(0.75 * 0.25 / 154) == pytest.approx(0.07, abs=0.002)


def test_the_lab_as_found_starts_high_and_jumps():
    (X, y), test = random_split(BIG, 0)
    _, history = train_net(X, y, val=test)
    losses = np.array(history["loss"])
    assert losses[0] > 0.8
    assert (losses[1:] > 1.03 * losses[:-1]).sum() >= 3
    assert history["val_loss"][-1] < 0.5  # the copies keep it low


# --- when one class is rare ----------------------------------------------------------------------


def clouds(seed, n=2000, rare=100):
    y = (torch.arange(n) < rare).float().reshape(-1, 1)
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed)) + 1.5 * y, y


@cache
def rare_model(seed, weight):
    model = LogisticRegression(2)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(float(weight)))
    adam = torch.optim.Adam(model.parameters(), lr=0.1)
    fit(model, clouds(seed), loss_fn=loss_fn, optimizer=adam, epochs=400)
    return model


@pytest.mark.parametrize("seed", range(4))
def test_weight_and_threshold_are_one_knob(seed):
    X, y = clouds(100 + seed)
    plain, weighted = (rare_model(seed, w)(X).detach() for w in (1, 19))
    assert 0.95 < accuracy(plain, y) < 0.97
    assert 0.25 < recall(plain, y) < 0.5
    for z in (weighted, plain + math.log(19)):
        assert accuracy(z, y) < 0.9  # below the majority's 0.95
        assert recall(z, y) > 0.75
        assert precision(z, y) < 0.35
    assert (weighted - plain).median() == pytest.approx(math.log(19), abs=0.6)
    assert round(math.log(19), 2) == 2.94
    threshold = 1 / 20
    assert math.log(threshold / (1 - threshold)) == pytest.approx(-math.log(19))


def test_the_printed_example_finds_36_and_then_86_of_100():
    X, y = clouds(100)
    plain = rare_model(0, 1)(X).detach()
    for z, found, alarms in ((plain, 36, 16), (plain + math.log(19), 86, 270)):
        called = z > 0
        assert (called & (y == 1)).sum().item() == pytest.approx(found, abs=2)
        assert (called & (y == 0)).sum().item() == pytest.approx(alarms, rel=0.1)


def test_resampling_is_the_weighted_loss():
    X, y = clouds(0)
    rows = torch.cat([torch.arange(2000), torch.arange(100).repeat(18)])
    z = rare_model(0, 1)(X).detach()
    weighted = F.binary_cross_entropy_with_logits(
        z, y, pos_weight=torch.tensor(19.0), reduction="sum"
    )
    resampled = F.binary_cross_entropy_with_logits(z[rows], y[rows], reduction="sum")
    assert resampled.item() == pytest.approx(weighted.item(), rel=1e-5)


# --- keep it, and pitfalls -----------------------------------------------------------------------


def test_a_saved_state_predicts_the_same_and_a_pickled_model_is_refused():
    net = MLP(8, 20, 20, 2)
    assert sum(p.numel() for p in net.parameters()) == 642
    file = io.BytesIO()
    torch.save({"state": net.state_dict(), "mean": torch.zeros(8)}, file)
    assert len(file.getvalue()) < 20_000
    file.seek(0)
    again = MLP(8, 20, 20, 2)
    again.load_state_dict(torch.load(file, weights_only=True)["state"])
    X = torch.randn(5, 8)
    assert torch.equal(net(X), again(X))
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    with pytest.raises(Exception, match="Weights only load failed"):
        torch.load(file)


def test_forward_skips_hooks_and_stored_losses_keep_graphs():
    net, calls = MLP(8, 20, 20, 2), []
    net.register_forward_hook(lambda *_: calls.append(1))
    loss = net.forward(torch.zeros(3, 8)).sum()
    assert calls == []
    net(torch.zeros(3, 8))
    assert calls == [1]
    assert loss.grad_fn is not None
    with pytest.raises(RuntimeError, match="requires grad"):
        np.asarray(loss)


def test_fit_measures_before_the_update_and_evaluate_after():
    X, y = standardize(WOMEN.X)[0], WOMEN.y
    seed_everything(0)
    model, loss_fn = LogisticRegression(8), nn.BCEWithLogitsLoss()
    before = evaluate(model, (X, y), loss_fn=loss_fn)["loss"]
    sgd = torch.optim.SGD(model.parameters(), lr=0.5)
    history = fit(model, (X, y), loss_fn=loss_fn, optimizer=sgd, epochs=1)
    assert history["loss"][0] == pytest.approx(before, rel=1e-5)
    assert evaluate(model, (X, y), loss_fn=loss_fn)["loss"] < before - 0.02


@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_200_guessers_looks_skilled(seed):
    g = torch.Generator().manual_seed(seed)
    truth, guesses = (
        torch.randint(2, (100,), generator=g),
        torch.randint(2, (200, 100), generator=g),
    )
    score = (guesses == truth).float().mean(dim=1)
    assert score.max() > 0.6
    fresh = torch.randint(2, (100,), generator=g)
    assert 0.33 < (guesses[score.argmax()] == fresh).float().mean() < 0.67


def test_columns_chosen_before_the_split_predict_noise():
    def ten_best(X, y):
        return ((X - X.mean(dim=0)) * (y - y.mean())).mean(dim=0).abs().topk(10).indices

    leaked, honest = [], []
    for seed in range(6):
        X = torch.randn(100, 1000, generator=torch.Generator().manual_seed(seed))
        y = (torch.arange(100) % 2).float().reshape(-1, 1)
        for scores, leak in ((leaked, True), (honest, False)):
            for k in range(5):
                te = torch.arange(100) // 2 % 5 == k
                columns = ten_best(X, y) if leak else ten_best(X[~te], y[~te])
                X1 = torch.cat([X[:, columns], torch.ones(100, 1)], dim=1)
                w = torch.linalg.lstsq(X1[~te], 2 * y[~te] - 1).solution
                scores.append(accuracy(X1[te] @ w, y[te]))
    assert np.mean(leaked) > 0.7
    assert 0.42 < np.mean(honest) < 0.58


# --- exercises -----------------------------------------------------------------------------------


def test_exercise_1_batches():
    table = TensorDataset(torch.zeros(614, 8), torch.zeros(614, 1))
    assert 50 * len(DataLoader(table, batch_size=32)) == 1000
    assert 50 * len(DataLoader(table, batch_size=32, drop_last=True)) == 950
    assert [len(y) for _, y in DataLoader(table, batch_size=32)][-1] == 6


def test_exercise_2_157_women_occur_once():
    counts = torch.unique(BIG.X, dim=0, return_counts=True)[1]
    times = torch.bincount(counts)
    assert (times * torch.arange(len(times))).sum() == 2000
    assert times[1] == 157
    assert round(157 / 2000, 4) == 0.0785


def test_exercise_3_groups_stay_together():
    def by_groups(groups, fractions=(0.6, 0.2, 0.2), seed=0):
        count = int(groups.max()) + 1
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
        part = torch.full((count,), 2)
        first, second = (round(count * sum(fractions[:k])) for k in (1, 2))
        part[order[:first]], part[order[first:second]] = 0, 1
        return part[groups]

    woman = torch.unique(BIG.X, dim=0, return_inverse=True)[1]
    for seed in range(20):
        parts = by_groups(woman, seed=seed)
        assert all(len(parts[woman == w].unique()) == 1 for w in range(0, 713, 31))
        shares = [(parts == k).float().mean().item() for k in range(3)]
        assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.04)
        assert torch.equal(parts, by_groups(woman, seed=seed))


def test_exercise_4_a_dataset_that_fills():
    medians = torch.tensor([117.0, 72.0, 29.0, 125.0, 32.3])

    class FilledDataset(Dataset):
        def __len__(self):
            return len(WOMEN)

        def __getitem__(self, i):
            x, missing = WOMEN.X[i].clone(), WOMEN.X[i, 1:6] == 0
            x[1:6][missing] = medians[missing]
            return torch.cat([x, missing[2:4].float()])

    filled = torch.stack([FilledDataset()[i] for i in range(768)])
    assert filled.shape == (768, 10)
    assert (filled[:, 1:6] > 0).all()
    assert filled[:, 8:].sum(dim=0).tolist() == [227, 374]
    measured = WOMEN.X[:, 1:6] > 0
    assert torch.equal(filled[:, 1:6][measured], WOMEN.X[:, 1:6][measured])


def test_exercise_5_the_line_crosses_one_half_once_at_about_151():
    X, y = split(WOMEN.X, WOMEN.y, stratify=True, seed=0).train
    glucose = torch.linspace(60, 200, 141)
    rows = NEW.repeat(141, 1)
    rows[:, 1] = glucose
    Z, Z_rows = standardize(X, rows)
    chance = scikit_logistic(Z, y).predict_proba(Z_rows.numpy())[:, 1]
    assert (np.diff(chance) > 0).all()
    assert glucose[int(np.argmax(chance > 0.5))].item() == pytest.approx(151, abs=3)


@pytest.mark.parametrize("seed", range(3))
def test_exercise_6_the_cheapest_threshold_is_near_1_in_21(seed):
    X, y = clouds(100 + seed)
    p = torch.sigmoid(rare_model(seed, 1)(X)).detach()
    grid = [k / 100 for k in range(1, 100)]
    costs = [(20 * ((p <= t) & (y == 1)).sum() + ((p > t) & (y == 0)).sum()).item() for t in grid]
    assert costs[4] <= 1.1 * min(costs)
    assert round(1 / 21, 3) == 0.048


def test_exercise_7_the_area_three_ways():
    def pairs(scores, truth):
        ill, well = scores[truth == 1].double(), scores[truth == 0].double()
        more = (ill[:, None] > well[None]).double() + 0.5 * (ill[:, None] == well[None])
        return more.mean().item()

    scores, truth = torch.tensor([0.1, 0.4, 0.4, 0.8, 0.9]), torch.tensor([0, 0, 1, 1, 0])
    assert round(pairs(scores, truth), 4) == 0.5833
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        scores = torch.randint(20, (100,), generator=generator)
        truth = torch.randint(2, (100,), generator=generator)
        assert pairs(scores, truth) == pytest.approx(roc_auc_score(truth, scores), abs=1e-9)
