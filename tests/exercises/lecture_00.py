"""Right answers to the exercises of lecture 00, written in other ways than the reference."""

from __future__ import annotations

import numpy as np
import torch


def target_with_a_mask(table, column):
    is_target = torch.zeros(table.shape[1], dtype=torch.bool)
    is_target[column] = True
    return table[:, ~is_target], table[:, is_target]


def target_with_cat(table, column):
    column = column % table.shape[1]
    X = torch.cat([table[:, :column], table[:, column + 1 :]], dim=1)
    return X, table[:, column].unsqueeze(1)


def target_numpy(table, column):
    X = torch.from_numpy(np.delete(table.numpy(), column, axis=1))
    return [X, table[:, column].reshape(-1, 1)]


def target_in_a_loop(table, column):
    rows = [row.tolist() for row in table]
    y = torch.tensor([[row.pop(column)] for row in rows])
    return torch.tensor(rows), y


def dtypes_by_methods(features, labels):
    classes = torch.tensor(labels)
    return features.float(), classes.float().reshape(-1, 1), classes


def dtypes_numpy(features, labels):
    X = torch.from_numpy(features.numpy().astype(np.float32))
    classes = torch.from_numpy(np.array(labels, dtype=np.int64))
    return X, classes[:, None].to(torch.float32), classes


def dtypes_by_type(features, labels):
    X = features.type(torch.float32)
    targets = torch.FloatTensor(labels).unsqueeze(-1)
    return X, targets, torch.LongTensor(labels)


def scores_loop(X, W, b):
    return torch.stack([x @ W + b for x in X])


def scores_einsum(X, W, b):
    return torch.einsum("nd,dk->nk", X, W) + b


def scores_with_ones(X, W, b):
    return torch.cat([X, torch.ones(len(X), 1)], dim=1) @ torch.cat([W, b.reshape(1, -1)])


def differences_view(y_hat, y):
    return y_hat - y.view_as(y_hat)


def differences_if(y_hat, y):
    if y.ndim == 1:
        y = y[:, None]
    return y_hat - y


def differences_loop(y_hat, y):
    return torch.tensor([[a.item() - b.item()] for a, b in zip(y_hat, y, strict=True)])


def rows_by_index_select(table, n, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(len(table), generator=generator)
    return torch.index_select(table, 0, order[:n]), torch.rand(1)


def rows_with_a_fork(table, n, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        order = torch.randperm(len(table))
    return table[order][:n], torch.rand(1)


def rows_with_the_state_put_back(table, n, seed):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    chosen = [table[i] for i in torch.randperm(len(table)).tolist()[:n]]
    torch.set_rng_state(state)
    return torch.stack(chosen), torch.rand(1)


def distances_broadcast(A, B):
    return ((A[:, None] - B) ** 2).sum(-1).sqrt()


def distances_one_loop(A, B):
    return torch.stack([torch.linalg.vector_norm(B - a, dim=1) for a in A])


def distances_by_products(A, B):
    squares = (A**2).sum(1, keepdim=True) + (B**2).sum(1) - 2 * A @ B.T
    return squares.clamp(min=0).sqrt()


def distances_numpy(A, B):
    difference = A.numpy()[:, None] - B.numpy()[None]
    return torch.from_numpy(np.linalg.norm(difference, axis=2))


VARIANTS = {
    "take_target": [target_with_a_mask, target_with_cat, target_numpy, target_in_a_loop],
    "cure_dtypes": [dtypes_by_methods, dtypes_numpy, dtypes_by_type],
    "all_scores": [scores_loop, scores_einsum, scores_with_ones, lambda X, W, b: X @ W + b],
    "differences": [differences_view, differences_if, differences_loop],
    "draw_rows": [rows_by_index_select, rows_with_a_fork, rows_with_the_state_put_back],
    "distances": [
        distances_broadcast,
        distances_one_loop,
        distances_by_products,
        distances_numpy,
        torch.cdist,
    ],
}
