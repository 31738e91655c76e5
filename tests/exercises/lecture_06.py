"""Right answers to the exercises of lecture 06, written in other ways than the reference."""

from __future__ import annotations

import math
import warnings

import numpy as np
import torch
import torch._dynamo  # an optimiser loads it: seconds that no exercise allows
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


def updates_ceil(n, batch_size, epochs, drop_last):
    per_epoch = n // batch_size if drop_last else math.ceil(n / batch_size)
    return epochs * per_epoch


def updates_minus_floor(n, batch_size, epochs, drop_last):
    return epochs * (n // batch_size) if drop_last else -(-n // batch_size) * epochs


def updates_counted(n, batch_size, epochs, drop_last):
    updates = 0
    for _ in range(epochs):
        for start in range(0, n, batch_size):
            if start + batch_size <= n or not drop_last:
                updates += 1
    return updates


def updates_numpy(n, batch_size, epochs, drop_last):
    return int((np.floor if drop_last else np.ceil)(n / batch_size)) * epochs


def batches_slices(X, y, order, batch_size):
    parts = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        parts.append((X[rows], y[rows]))
    return parts


def batches_split(X, y, order, batch_size):
    return [(X[rows], y[rows]) for rows in order.split(batch_size)]


def batches_shuffled_first(X, y, order, batch_size):
    return list(zip(X[order].split(batch_size), y[order].split(batch_size), strict=True))


def batches_row_by_row(X, y, order, batch_size):
    parts, rows = [], []
    for row in order.tolist():
        rows.append(row)
        if len(rows) == batch_size:
            parts.append([X[rows], y[rows]])
            rows = []
    if rows:
        parts.append([X[rows], y[rows]])
    return parts


def momentum_lines(w, g, v, lr, gamma, nesterov):
    v = gamma * v + g
    step = g + gamma * v if nesterov else v
    return w - lr * step, v


def momentum_copies(w, g, v, lr, gamma, nesterov):
    w, v = w.clone(), v.clone()
    v *= gamma
    v += g
    w -= lr * v if not nesterov else lr * g + lr * gamma * v
    return [w, v]


def momentum_numpy(w, g, v, lr, gamma, nesterov):
    new = np.float32(gamma) * v.numpy() + g.numpy()
    step = g.numpy() + np.float32(gamma) * new if nesterov else new
    return torch.from_numpy(w.numpy() - np.float32(lr) * step), torch.from_numpy(new)


def momentum_textbook_rescaled(w, g, v, lr, gamma, nesterov):
    u = gamma * lr * v + lr * g  # the textbook's velocity, divided by the rate at the end
    return w - (lr * g + gamma * u if nesterov else u), u / lr


def adam_lines(w, g, m, q, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    q = beta2 * q + (1 - beta2) * g**2
    m_hat, q_hat = m / (1 - beta1**t), q / (1 - beta2**t)
    return w - lr * m_hat / (q_hat.sqrt() + eps), m, q


def adam_lerp(w, g, m, q, t, lr, beta1, beta2, eps):
    m, q = torch.lerp(g, m, beta1), torch.lerp(g * g, q, beta2)
    root = q.sqrt() / math.sqrt(1 - beta2**t)
    return w - lr / (1 - beta1**t) * (m / (root + eps)), m, q


def adam_weight_by_weight(w, g, m, q, t, lr, beta1, beta2, eps):
    new_w, new_m, new_q = w.clone(), m.clone(), q.clone()
    for i in np.ndindex(*w.shape):
        new_m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        new_q[i] = beta2 * q[i] + (1 - beta2) * g[i] ** 2
        divisor = (new_q[i] / (1 - beta2**t)) ** 0.5 + eps
        new_w[i] = w[i] - lr * (new_m[i] / (1 - beta1**t)) / divisor
    return new_w, new_m, new_q


def adam_in_double(w, g, m, q, t, lr, beta1, beta2, eps):
    return tuple(
        x.float() for x in adam_lines(w.double(), g.double(), m, q, t, lr, beta1, beta2, eps)
    )


def decay_lines(w, g, m, q, t, lr, decay, decoupled):
    if decoupled:
        w = w * (1 - lr * decay)
    else:
        g = g + decay * w
    return adam_lines(w, g, m, q, t, lr)


def decay_subtracted(w, g, m, q, t, lr, decay, decoupled):
    if decoupled:
        new_w, m, q = adam_lines(w, g, m, q, t, lr)
        return new_w - lr * decay * w, m, q
    return adam_lines(w, g + decay * w, m, q, t, lr)


def decay_by_autograd(w, g, m, q, t, lr, decay, decoupled):
    at = w.clone().requires_grad_()
    (slope,) = torch.autograd.grad(decay / 2 * (at**2).sum(), at)
    if decoupled:
        return adam_lines(w - lr * slope, g, m, q, t, lr)
    return adam_lines(w, g + slope, m, q, t, lr)


def schedule_loop(lr, start, warmup, epochs):
    rates = []
    for epoch in range(epochs):
        if epoch < warmup:
            rates.append(lr * (start + (1 - start) * epoch / warmup))
        else:
            x = (epoch - warmup) / (epochs - warmup)
            rates.append(lr * (1 + math.cos(math.pi * x)) / 2)
    return rates


def schedule_torch(lr, start, warmup, epochs):
    rise = torch.linspace(start, 1, warmup + 1)[:-1]
    fall = torch.cos(torch.linspace(0, math.pi, epochs - warmup + 1)[:-1]) / 2 + 0.5
    return (lr * torch.cat([rise, fall])).tolist()


def schedule_numpy(lr, start, warmup, epochs):
    e = np.arange(epochs)
    rise = start + (1 - start) * e / max(warmup, 1)
    fall = np.cos(np.pi / 2 * (e - warmup) / (epochs - warmup)) ** 2
    return list(lr * np.where(e < warmup, rise, fall))


def momentum_optimizer(w, g, v, lr, gamma, nesterov):
    parameter = nn.Parameter(w.clone())
    parameter.grad = g.clone()
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=gamma, nesterov=nesterov)
    optimizer.state[parameter]["momentum_buffer"] = v.clone()
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter]["momentum_buffer"]


def adam_optimizer(w, g, m, q, t, lr, beta1, beta2, eps, make=torch.optim.Adam, decay=0):
    parameter = nn.Parameter(w.clone())
    parameter.grad = g.clone()
    optimizer = make([parameter], lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay)
    state = {"step": torch.tensor(t - 1.0), "exp_avg": m.clone(), "exp_avg_sq": q.clone()}
    optimizer.state[parameter] = state
    optimizer.step()
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"]


def decay_optimizer(w, g, m, q, t, lr, decay, decoupled):
    make = torch.optim.AdamW if decoupled else torch.optim.Adam
    return adam_optimizer(w, g, m, q, t, lr, 0.9, 0.999, 1e-8, make, decay)


def schedule_of_schedulers(lr, start, warmup, epochs):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    if warmup:
        rise = LinearLR(optimizer, start_factor=start, total_iters=warmup)
        fall = CosineAnnealingLR(optimizer, T_max=epochs - warmup)
        schedule = SequentialLR(optimizer, [rise, fall], milestones=[warmup])
    else:
        schedule = CosineAnnealingLR(optimizer, T_max=epochs)
    rates = []
    for _ in range(epochs):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SequentialLR calls its parts in an older way
            schedule.step()
    return rates


VARIANTS = {
    "count_updates": [updates_ceil, updates_minus_floor, updates_counted, updates_numpy],
    "epoch_batches": [batches_slices, batches_split, batches_shuffled_first, batches_row_by_row],
    "momentum_step": [
        momentum_lines,
        momentum_copies,
        momentum_numpy,
        momentum_textbook_rescaled,
        momentum_optimizer,
    ],
    "adam_step": [adam_lines, adam_lerp, adam_weight_by_weight, adam_in_double, adam_optimizer],
    "decay_step": [decay_lines, decay_subtracted, decay_by_autograd, decay_optimizer],
    "warmup_cosine": [schedule_loop, schedule_torch, schedule_numpy, schedule_of_schedulers],
}
