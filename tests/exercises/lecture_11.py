"""Right answers to the exercises of lecture 11, written in other ways than the reference."""

from __future__ import annotations

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F


def speed_up_lines(seconds, part, factor):
    before = sum(seconds.values())
    after = before - seconds[part] + seconds[part] / factor
    return before / after


def speed_up_copy(seconds, part, factor):
    faster = {**seconds, part: seconds[part] / factor}
    return sum(seconds.values()) / sum(faster.values())


def speed_up_loop(seconds, part, factor):
    before = after = 0.0
    for name, time in seconds.items():
        before += time
        after += time / factor if name == part else time
    return before / after


def merge_loop(gradients, sizes):
    total = torch.zeros_like(gradients[0])
    for g, n in zip(gradients, sizes, strict=True):
        if n > 0:
            total += n / sum(sizes) * g
    return total


def merge_stacked(gradients, sizes):
    n = torch.tensor(sizes, dtype=torch.float32)
    held = torch.stack(gradients)[n > 0]
    shares = (n / n.sum())[n > 0]
    return (shares.reshape(-1, *[1] * (held.ndim - 1)) * held).sum(dim=0)


def merge_repeated(gradients, sizes):
    rows = [g for g, n in zip(gradients, sizes, strict=True) for _ in range(n)]
    return torch.stack(rows).mean(dim=0)


def merge_nan(gradients, sizes):
    parts = [n * g for g, n in zip(gradients, sizes, strict=True)]
    return torch.stack(parts).nansum(dim=0) / sum(sizes)


def means_index_add(X, y, K):
    sums = torch.zeros(K, X.shape[1]).index_add_(0, y, X)
    return sums / torch.bincount(y, minlength=K).clamp(min=1).reshape(K, 1)


def means_over_classes(X, y, K):
    means = torch.zeros(K, X.shape[1])
    for k in range(K):
        rows = X[y == k]
        if len(rows):
            means[k] = rows.mean(dim=0)
    return means


def means_one_hot(X, y, K):
    hot = F.one_hot(y, K).float()
    return hot.T @ X / hot.sum(dim=0).clamp(min=1)[:, None]


def means_sorted(X, y, K):
    order = y.argsort()
    counts = torch.bincount(y, minlength=K)
    parts = X[order].split(counts.tolist())
    return torch.stack([p.mean(dim=0) if len(p) else torch.zeros(X.shape[1]) for p in parts])


def means_numpy(X, y, K):
    sums, counts = np.zeros((K, X.shape[1])), np.bincount(y.numpy(), minlength=K)
    np.add.at(sums, y.numpy(), X.numpy())
    return torch.from_numpy(sums / np.maximum(counts, 1)[:, None]).float()


def batch_lines(budget, n_parameters, shapes, bits, optimizer):
    copies = {"sgd": 2, "momentum": 3, "adam": 4}[optimizer]
    left = budget - copies * n_parameters * 4
    each = sum(math.prod(shape) for shape in shapes) * bits // 8
    return max(left // each, 0)


def batch_counted(budget, n_parameters, shapes, bits, optimizer):
    used = 4 * n_parameters * 2
    if optimizer == "momentum":
        used += 4 * n_parameters
    if optimizer == "adam":
        used += 8 * n_parameters
    each = 0
    for shape in shapes:
        values = 1
        for size in shape:
            values *= size
        each += values * (bits // 8)
    size = 0
    while used + each <= budget:
        used, size = used + each, size + 1
    return size


def batch_in_bits(budget, n_parameters, shapes, bits, optimizer):
    left = 8 * budget - 32 * n_parameters * (2 + ["sgd", "momentum", "adam"].index(optimizer))
    if left < 0:
        return 0
    return int(left / (bits * sum(int(np.prod(shape)) for shape in shapes)))


def step_lines(w, g, lr, scale, good, interval):
    arrived = (g * scale).to(torch.float16)
    if not torch.isfinite(arrived).all():
        return w, scale / 2, 0
    w = w - lr * arrived.float() / scale
    good += 1
    return (w, scale * 2, 0) if good == interval else (w, scale, good)


def step_largest(w, g, lr, scale, good, interval):
    arrived = (scale * g).half().to(torch.float32)
    if arrived.abs().max() == float("inf"):
        return w.clone(), 0.5 * scale, 0
    if good + 1 < interval:
        return w - lr * (arrived / scale), scale, good + 1
    return w - lr * (arrived / scale), 2 * scale, 0


def step_numpy(w, g, lr, scale, good, interval):
    with np.errstate(over="ignore"):
        arrived = (g.numpy() * np.float32(scale)).astype(np.float16)
    if np.isinf(arrived).any():
        return w, scale / 2, 0
    new_w = w.numpy() - np.float32(lr) * (arrived.astype(np.float32) / np.float32(scale))
    good = (good + 1) % interval
    return torch.from_numpy(new_w), scale if good else 2 * scale, good


def resume_lines(X, y, state, epochs, lr, gamma, shrink):
    w, v = state["w"], state["v"]
    for epoch in range(state["epoch"], epochs):
        g = 2 * X.T @ (X @ w - y) / len(X)
        v = gamma * v + g
        w = w - lr * shrink**epoch * v
    return {"epoch": max(state["epoch"], epochs), "w": w, "v": v}


def resume_copied(X, y, state, epochs, lr, gamma, shrink):
    state = copy.deepcopy(state)
    while state["epoch"] < epochs:
        w = state["w"].requires_grad_()
        w.grad = None
        ((X @ w - y) ** 2).mean().backward()
        with torch.no_grad():
            state["v"].mul_(gamma).add_(w.grad)
            w -= lr * shrink ** state["epoch"] * state["v"]
        state["w"] = w.detach()
        state["epoch"] += 1
    return state


def resume_optimizer(X, y, state, epochs, lr, gamma, shrink):
    w = state["w"].clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr, momentum=gamma)
    optimizer.state[w]["momentum_buffer"] = state["v"].clone()
    for epoch in range(state["epoch"], epochs):
        optimizer.param_groups[0]["lr"] = lr * shrink**epoch
        optimizer.zero_grad()
        F.mse_loss(X @ w, y).backward()
        optimizer.step()
    v = optimizer.state[w]["momentum_buffer"]
    return {"epoch": epochs, "w": w.detach(), "v": v}


VARIANTS = {
    "speed_up": [speed_up_lines, speed_up_copy, speed_up_loop],
    "merge_gradients": [merge_loop, merge_stacked, merge_repeated, merge_nan],
    "class_means": [
        means_index_add,
        means_over_classes,
        means_one_hot,
        means_sorted,
        means_numpy,
    ],
    "largest_batch": [batch_lines, batch_counted, batch_in_bits],
    "scaled_step": [step_lines, step_largest, step_numpy],
    "resume_training": [resume_lines, resume_copied, resume_optimizer],
}
