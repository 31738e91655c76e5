"""Right answers to the exercises of lecture 08, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score


def twins_broadcast(X_train, X_test):
    return (X_test[:, None] == X_train[None]).all(dim=2).any(dim=1).float().mean().item()


def twins_loops(X_train, X_test):
    found = 0
    for row in X_test:
        for other in X_train:
            if torch.equal(row, other):
                found += 1
                break
    return found / len(X_test)


def twins_unique(X_train, X_test):
    _, who = torch.unique(torch.cat([X_train, X_test]), dim=0, return_inverse=True)
    n = len(X_train)
    return torch.isin(who[n:], who[:n]).double().mean().item()


def twins_distances(X_train, X_test):
    nearest = (X_test[:, None] - X_train[None]).abs().sum(dim=2).amin(dim=1)
    return int((nearest == 0).sum()) / len(X_test)


def twins_numpy(X_train, X_test):
    a, b = X_train.numpy(), X_test.numpy()
    return np.mean([(a == row).all(axis=1).any() for row in b])


def chance_lines(row, saved):
    x = (torch.tensor([row]) - saved["mean"]) / saved["std"]
    logits = x @ saved["weight"].T + saved["bias"]
    return logits.softmax(dim=1)[0, 1].item()


def chance_linear(row, saved):
    x = ((torch.tensor(row) - saved["mean"]) / saved["std"]).unsqueeze(0)
    logits = F.linear(x, saved["weight"], saved["bias"])
    return float(torch.softmax(logits, dim=-1)[:, 1])


def chance_module(row, saved):
    model = torch.nn.Linear(len(row), 2)
    model.load_state_dict({"weight": saved["weight"], "bias": saved["bias"]})
    model.eval()
    with torch.inference_mode():
        z = model((torch.tensor(row).reshape(1, -1) - saved["mean"]) / saved["std"])
    return torch.sigmoid(z[0, 1] - z[0, 0]).item()


def chance_numpy(row, saved):
    x = (np.array(row) - saved["mean"].numpy()) / saved["std"].numpy()
    z = saved["weight"].numpy() @ x + saved["bias"].numpy()
    return math.exp(z[1]) / (math.exp(z[0]) + math.exp(z[1]))


def fill_where(X_train, X_new, columns):
    picked = X_train[:, columns]
    medians = torch.stack([c[c > 0].median() for c in picked.T])

    def fill(X):
        missing = X[:, columns] == 0
        filled = X.clone()
        filled[:, columns] = torch.where(missing, medians, X[:, columns])
        return torch.cat([filled, missing.float()], dim=1)

    return fill(X_train), fill(X_new)


def fill_columns(X_train, X_new, columns):
    tables = []
    for X in (X_train, X_new):
        parts = [X[:, c] for c in range(X.shape[1])]
        flags = []
        for c in columns:
            missing = X[:, c] == 0
            known = X_train[:, c][X_train[:, c] != 0]
            parts[c] = X[:, c].masked_fill(missing, known.median().item())
            flags.append(missing)
        tables.append(torch.stack([*parts, *flags], dim=1))
    return tables


def fill_nanmedian(X_train, X_new, columns):
    hollow = torch.where(X_train[:, columns] == 0, torch.nan, X_train[:, columns])
    medians = hollow.nanmedian(dim=0).values
    tables = []
    for X in (X_train, X_new):
        table, flags = X.clone(), torch.zeros(len(X), len(columns))
        for place, c in enumerate(columns):
            for i in range(len(X)):
                if X[i, c] == 0:
                    table[i, c] = medians[place]
                    flags[i, place] = 1
        tables.append(torch.hstack([table, flags]))
    return tuple(tables)


def fill_sorted_numpy(X_train, X_new, columns):
    A, B = X_train.numpy().copy(), X_new.numpy().copy()
    flags = [(X[:, columns] == 0).astype(np.float32) for X in (A, B)]
    for c in columns:
        known = np.sort(A[:, c][A[:, c] != 0])
        middle = known[(len(known) - 1) // 2]
        for X in (A, B):
            X[X[:, c] == 0, c] = middle
    return tuple(torch.from_numpy(np.c_[X, f]) for X, f in zip((A, B), flags, strict=True))


def folds_unique(groups, k):
    _, person = torch.unique(groups, return_inverse=True)
    rows = torch.arange(len(groups))
    return [(rows[person % k != f], rows[person % k == f]) for f in range(k)]


def folds_isin(groups, k):
    distinct = groups.unique()
    folds = []
    for f in range(k):
        held = torch.isin(groups, distinct[f::k])
        folds.append([torch.where(~held)[0], torch.where(held)[0]])
    return folds


def folds_loops(groups, k):
    persons = sorted(set(groups.tolist()))
    folds = []
    for f in range(k):
        mine = persons[f::k]
        held = [i for i, g in enumerate(groups.tolist()) if g in mine]
        rest = [i for i in range(len(groups)) if i not in held]
        folds.append((torch.tensor(rest), torch.tensor(held)))
    return tuple(folds)


def folds_searched(groups, k):
    fold = torch.searchsorted(torch.unique(groups), groups).remainder(k)
    return [((fold != f).nonzero().flatten(), (fold == f).nonzero().flatten()) for f in range(k)]


def area_sklearn(scores, y):
    return roc_auc_score(y.numpy(), scores.numpy())


def area_pairs(scores, y):
    ill, well = scores[y == 1], scores[y == 0]
    d = ill[:, None] - well[None]
    return ((d > 0).float() + 0.5 * (d == 0).float()).mean().item()


def area_loops(scores, y):
    total, pairs = 0.0, 0
    for a, truth_a in zip(scores.tolist(), y.tolist(), strict=True):
        for b, truth_b in zip(scores.tolist(), y.tolist(), strict=True):
            if truth_a == 1 and truth_b == 0:
                pairs += 1
                total += 1 if a > b else 0.5 if a == b else 0
    return total / pairs


def area_ranks(scores, y):
    below = (scores[None] < scores[:, None]).sum(dim=1)
    equal = (scores[None] == scores[:, None]).sum(dim=1)
    ranks = below + (equal + 1) / 2
    n = int((y == 1).sum())
    return ((ranks[y == 1].sum() - n * (n + 1) / 2) / (n * (len(y) - n))).item()


def area_signs(scores, y):
    d = scores[y == 1].reshape(-1, 1) - scores[y == 0].reshape(1, -1)
    return (torch.sign(d) / 2 + 0.5).mean().item()


def calibration_masks(p, y, bins):
    total = 0.0
    place = (p * bins).long().clamp(max=bins - 1)
    for b in range(bins):
        inside = place == b
        if inside.any():
            gap = (p[inside].mean() - y[inside].float().mean()).abs().item()
            total += gap * inside.sum().item() / len(p)
    return total


def calibration_counts(p, y, bins):
    place = (p * bins).long().clamp(max=bins - 1)
    said = torch.bincount(place, weights=p, minlength=bins)
    came = torch.bincount(place, weights=y.float(), minlength=bins)
    return ((said - came).abs().sum() / len(p)).item()


def calibration_edges(p, y, bins):
    edges = torch.linspace(0, 1, bins + 1)
    total = 0.0
    for b in range(bins):
        last = b == bins - 1
        inside = (p >= edges[b]) & (p <= edges[b + 1] if last else p < edges[b + 1])
        if inside.sum() > 0:
            total += abs(p[inside].sum() - y[inside].sum())
    return float(total / len(p))


def calibration_numpy(p, y, bins):
    p, y = p.numpy().astype(float), y.numpy()
    place = np.digitize(p, np.linspace(0, 1, bins + 1)[1:-1])
    gaps = [abs(p[place == b].mean() - y[place == b].mean()) for b in np.unique(place)]
    sizes = [np.sum(place == b) for b in np.unique(place)]
    return float(np.average(gaps, weights=sizes))


VARIANTS = {
    "twin_share": [twins_broadcast, twins_loops, twins_unique, twins_distances, twins_numpy],
    "chance_of_row": [chance_lines, chance_linear, chance_module, chance_numpy],
    "fill_missing": [fill_where, fill_columns, fill_nanmedian, fill_sorted_numpy],
    "group_folds": [folds_unique, folds_isin, folds_loops, folds_searched],
    "roc_area": [area_sklearn, area_pairs, area_loops, area_ranks, area_signs],
    "calibration_error": [
        calibration_masks,
        calibration_counts,
        calibration_edges,
        calibration_numpy,
    ],
}
