"""Right answers to the exercises of lecture 03, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F


def input_by_odds(w, b, p):
    return (math.log(p / (1 - p)) - b) / w


def input_by_torch(w, b, p):
    return ((torch.logit(torch.tensor(p)) - b) / w).item()


def input_by_numpy(w, b, p):
    return (np.log(p) - np.log1p(-p) - b) / w


def input_by_newton(w, b, p):
    z = 0.0
    for _ in range(50):
        s = 1 / (1 + math.exp(-z))
        z -= (s - p) / (s * (1 - s))
    return (z - b) / w


def loss_rearranged(z, y):
    return (z.clamp(min=0) - y * z + torch.log(1 + torch.exp(-z.abs()))).mean()


def loss_logsigmoid(z, y):
    return -(y * F.logsigmoid(z) + (1 - y) * F.logsigmoid(-z)).mean()


def loss_softplus_of_the_side(z, y):
    return F.softplus(torch.where(y == 1, -z, z)).sum() / len(z)


def loss_numpy(z, y):
    z, y = z.double().numpy(), y.double().numpy()
    return torch.tensor(np.logaddexp(0, (1 - 2 * y) * z).mean(), dtype=torch.float32)


def loss_loop(z, y):
    total = 0.0
    for logit, truth in zip(z.flatten().tolist(), y.flatten().tolist(), strict=True):
        side = -logit if truth == 1 else logit
        total += max(side, 0) + math.log1p(math.exp(-abs(side)))
    return torch.tensor(total / len(z))


def gradient_by_hand(X, y, w, b):
    delta = (torch.sigmoid(X @ w + b) - y) / len(X)
    return X.T @ delta, delta.sum(dim=0)


def gradient_einsum(X, y, w, b):
    delta = (X @ w + b).sigmoid() - y
    return torch.einsum("nd,nk->dk", X, delta) / len(X), delta.mean(dim=0)


def gradient_loop(X, y, w, b):
    grad_w, grad_b = torch.zeros_like(w), torch.zeros(1)
    for x, truth in zip(X, y, strict=True):
        delta = torch.sigmoid(x @ w + b) - truth
        grad_w += delta * x.reshape(-1, 1) / len(X)
        grad_b += delta / len(X)
    return grad_w, grad_b


def gradient_backward(X, y, w, b):
    w.requires_grad_()
    b.requires_grad_()
    p = torch.sigmoid(X @ w + b)
    (-(y * p.log() + (1 - y) * (1 - p).log()).mean()).backward()
    return w.grad, b.grad


def gradient_numpy(X, y, w, b):
    X, y, w, b = (tensor.numpy() for tensor in (X, y, w, b))
    delta = 1 / (1 + np.exp(-(X @ w + b))) - y
    return [torch.from_numpy(X.T @ delta / len(X)), torch.from_numpy(delta.mean(axis=0))]


def counts_loop(z, y, t):
    counted = torch.zeros(2, 2, dtype=torch.int64)
    for logit, truth in zip(z.flatten(), y.flatten(), strict=True):
        counted[int(truth), int(torch.sigmoid(logit) > t)] += 1
    return counted


def counts_product(z, y, t):
    called = (z.sigmoid() > t).float()
    true, answers = torch.cat([1 - y, y], dim=1), torch.cat([1 - called, called], dim=1)
    return (true.T @ answers).long()


def counts_numpy(z, y, t):
    called = (z.numpy() > np.log(t / (1 - t))).astype(int)
    return torch.from_numpy(
        np.bincount((2 * y.numpy().astype(int) + called).ravel(), minlength=4).reshape(2, 2)
    )


def counts_listed(z, y, t):
    called = torch.sigmoid(z) > t
    return torch.tensor([[((y == i) & (called == j)).sum() for j in (0, 1)] for i in (0, 1)])


def shares_counted(z, y, t):
    (_, alarms), (missed, found) = counts_loop(z, y, t).tolist()
    called, ones = found + alarms, found + missed
    return (found / called if called else 0.0), (found / ones if ones else 0.0)


def shares_without_if(z, y, t):
    called = (torch.sigmoid(z) > t).float()
    found = (called * y).sum()
    return (found / called.sum().clamp(min=1)).item(), (found / y.sum().clamp(min=1)).item()


def shares_numpy(z, y, t):
    called, ones = torch.sigmoid(z).numpy() > t, y.numpy() == 1
    found = np.logical_and(called, ones).sum()
    return [float(found / max(1, called.sum())), float(found / max(1, ones.sum()))]


def shares_nan_to_num(z, y, t):
    called = torch.sigmoid(z) > t
    hits = (called & (y == 1)).sum()
    precision, recall = hits / called.sum(), hits / (y == 1).sum()
    return precision.nan_to_num().item(), recall.nan_to_num().item()


def pass_indexed(X, y, w, b):
    w, b, changes = w.clone(), b.clone(), 0
    for i in range(len(X)):
        z = X[i] @ w + b
        a = 1.0 if z.item() > 0 else 0.0
        if a != y[i].item():
            w += (y[i] - a) * X[i].reshape(-1, 1)
            b += y[i] - a
            changes += 1
    return w, b, changes


def pass_with_ones(X, y, w, b):
    X1, params = torch.cat([X, torch.ones(len(X), 1)], dim=1), torch.cat([w.flatten(), b])
    changes = 0
    for x, truth in zip(X1, y.flatten(), strict=True):
        error = truth - (x @ params > 0).float()
        params = params + error * x
        changes += int(error != 0)
    return params[:-1].reshape(-1, 1), params[-1:], changes


def pass_numpy(X, y, w, b):
    w, b, changes = w.numpy().copy(), b.numpy().copy(), 0
    for x, truth in zip(X.numpy(), y.numpy(), strict=True):
        error = truth - np.heaviside(x @ w + b, 0)
        w, b = w + error * x[:, None], b + error
        changes += int(np.count_nonzero(error))
    return torch.from_numpy(w), torch.from_numpy(b), changes


VARIANTS = {
    "input_at": [input_by_odds, input_by_torch, input_by_numpy, input_by_newton],
    "log_loss_of_logits": [
        loss_rearranged,
        loss_logsigmoid,
        loss_softplus_of_the_side,
        loss_numpy,
        loss_loop,
        torch.nn.BCEWithLogitsLoss(),
    ],
    "log_loss_gradient": [
        gradient_by_hand,
        gradient_einsum,
        gradient_loop,
        gradient_backward,
        gradient_numpy,
    ],
    "counts_at": [counts_loop, counts_product, counts_numpy, counts_listed],
    "precision_recall": [shares_counted, shares_without_if, shares_numpy, shares_nan_to_num],
    "perceptron_pass": [pass_indexed, pass_with_ones, pass_numpy],
}
