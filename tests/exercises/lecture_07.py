"""Right answers to the exercises of lecture 07, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F


def top_counted(Z, y, n):
    hits = 0
    for row, truth in zip(Z.tolist(), y.tolist(), strict=True):
        best = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:n]
        hits += truth in best
    return hits / len(y)


def top_by_place(Z, y, n):
    true = Z[torch.arange(len(y)), y].reshape(-1, 1)
    return (Z.gt(true).sum(dim=1) < n).float().mean().item()


def top_numpy(Z, y, n):
    best = np.argsort(-Z.numpy(), axis=1)[:, :n]
    return np.mean([t in row for t, row in zip(y.numpy(), best, strict=True)])


def softmax_lines(Z, T):
    Z = Z / T
    e = torch.exp(Z - Z.amax(dim=1, keepdim=True))
    return e / e.sum(dim=1, keepdim=True)


def softmax_logsumexp(Z, T):
    return torch.exp(Z / T - torch.logsumexp(Z / T, dim=1, keepdim=True))


def softmax_rows(Z, T):
    rows = []
    for z in Z:
        e = ((z - max(z)) / T).exp()
        rows.append(e / sum(e))
    return torch.stack(rows)


def softmax_numpy(Z, T):
    e = np.exp((Z.numpy() - Z.numpy().max(axis=1, keepdims=True)) / np.float32(T))
    return torch.from_numpy(e / e.sum(axis=1, keepdims=True))


def log_shares(Z):
    m = Z.amax(dim=1, keepdim=True)
    return Z - m - (Z - m).exp().sum(dim=1, keepdim=True).log()


def loss_indexed(Z, y):
    return -log_shares(Z)[range(len(y)), y].mean()


def loss_onehot(Z, y):
    return -(F.one_hot(y, Z.shape[1]) * log_shares(Z)).sum() / len(y)


def loss_gathered(Z, y):
    return (torch.logsumexp(Z, dim=1) - Z.gather(1, y[:, None])[:, 0]).mean()


def loss_loop(Z, y):
    total = 0.0
    for z, truth in zip(Z, y, strict=True):
        largest = z.max()
        total = total + largest + (z - largest).exp().sum().log() - z[truth]
    return total / len(y)


def loss_in_double(Z, y):
    z = Z.double().numpy()
    m = z.max(axis=1)
    log_sum = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
    return torch.tensor((log_sum - z[np.arange(len(y)), y.numpy()]).mean()).float()


def gradient_onehot(Z, y):
    return (Z.softmax(dim=1) - F.one_hot(y, Z.shape[1])) / len(Z)


def gradient_in_place(Z, y):
    gradient = Z.softmax(dim=1)
    gradient[torch.arange(len(y)), y] -= 1
    return gradient / len(y)


def gradient_backward(Z, y):
    Z.requires_grad_()
    loss_gathered(Z, y).backward()
    return Z.grad


def gradient_numpy(Z, y):
    p = softmax_numpy(Z, 1.0).numpy()
    return torch.from_numpy((p - np.eye(Z.shape[1], dtype=np.float32)[y.numpy()]) / len(Z))


def floor_formula(K, low, high):
    return math.log(1 + (K - 1) * math.exp(low - high))


def floor_share(K, low, high):
    truth, other = math.exp(high), math.exp(low)
    return -math.log(truth / (truth + (K - 1) * other))


def floor_logsumexp(K, low, high):
    return (torch.logsumexp(torch.tensor([high] + [low] * (K - 1)), dim=0) - high).item()


def kl_xlogy(P, Q):
    return (torch.xlogy(P, P) - P * Q.log()).sum(dim=1).mean()


def kl_where(P, Q):
    terms = torch.where(P > 0, P * (P / Q).log(), 0.0)
    return terms.sum() / len(P)


def kl_loop(P, Q):
    total = 0.0
    for p, q in zip(P.flatten().tolist(), Q.flatten().tolist(), strict=True):
        if p > 0:
            total += p * math.log(p / q)
    return torch.tensor(total / len(P))


def kl_clamped(P, Q):
    return torch.einsum("nk,nk->n", P, P.clamp(min=1e-30).log() - Q.log()).mean()


VARIANTS = {
    "top_accuracy": [top_counted, top_by_place, top_numpy],
    "softmax_at": [softmax_lines, softmax_logsumexp, softmax_rows, softmax_numpy],
    "mean_cross_entropy": [loss_indexed, loss_onehot, loss_gathered, loss_loop, loss_in_double],
    "logit_gradient": [
        gradient_onehot,
        gradient_in_place,
        gradient_backward,
        gradient_numpy,
    ],
    "squashed_floor": [floor_formula, floor_share, floor_logsumexp],
    "kl_divergence": [kl_xlogy, kl_where, kl_loop, kl_clamped],
}
