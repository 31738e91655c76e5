"""Right answers to the exercises of lecture 02, written in other ways than the reference."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F


def step_list(params, grads, lr):
    with torch.no_grad():
        return [p - lr * g for p, g in zip(params, grads, strict=True)]


def step_detached(params, grads, lr):
    moved = []
    for i in range(len(params)):
        moved.append(params[i].detach() - lr * grads[i])
    return tuple(moved)


def step_on_copies(params, grads, lr):
    moved = [p.detach().clone() for p in params]
    for p, g in zip(moved, grads, strict=True):
        p.sub_(g, alpha=lr)
    return moved


def step_numpy(params, grads, lr):
    pairs = zip(params, grads, strict=True)
    return [torch.from_numpy(p.detach().numpy() - np.float32(lr) * g.numpy()) for p, g in pairs]


def rates_by_hand(x):
    curvature = 2 * (x**2).mean().item()
    return 1 / curvature, 2 / curvature


def rates_in_a_loop(x):
    total = 0.0
    for value in x.tolist():
        total += value * value
    return [len(x) / total / 2, len(x) / total]


def rates_numpy(x):
    limit = 1 / np.mean(x.numpy().astype(np.float64) ** 2)
    return limit / 2, limit


def rates_by_three_losses(x):
    x = x.double()
    below, here, above = (((w * x - 1) ** 2).mean().item() for w in (-1.0, 0.0, 1.0))
    curvature = above - 2 * here + below  # exact for a parabola
    return 1 / curvature, 2 / curvature


def graph_by_hand(a, b, c):
    p, q = a + b, b * c
    return q, q + p * c, p * b


def graph_expanded(a, b, c):
    return b * c, a * c + 2 * b * c, a * b + b**2  # f = abc + b²c


def graph_autograd(a, b, c):
    leaves = torch.tensor([a, b, c], dtype=torch.float64, requires_grad=True)
    ((leaves[0] + leaves[1]) * (leaves[1] * leaves[2])).backward()
    return leaves.grad.tolist()


def graph_nudged(a, b, c):
    def f(a, b, c):
        return (a + b) * b * c

    h = 1e-5
    return (
        (f(a + h, b, c) - f(a - h, b, c)) / (2 * h),
        (f(a, b + h, c) - f(a, b - h, c)) / (2 * h),
        (f(a, b, c + h) - f(a, b, c - h)) / (2 * h),
    )


def half_mse(X, y, w):
    return ((y - torch.sigmoid(X @ w)) ** 2).sum() / (2 * len(X))


def nudged_in_a_loop(X, y, w, h):
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        up, down = w.clone(), w.clone()
        up[i] += h
        down[i] -= h
        slopes[i] = (half_mse(X, y, up) - half_mse(X, y, down)) / (2 * h)
    return slopes


def nudged_and_put_back(X, y, w, h):
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        was = w[i].item()
        w[i] = was + h
        up = half_mse(X, y, w)
        w[i] = was - h
        slopes[i] = (up - half_mse(X, y, w)) / 2 / h
        w[i] = was
    return slopes


def nudged_numpy(X, y, w, h):
    X, y, w = X.numpy(), y.numpy(), w.numpy()

    def loss(w):
        return np.mean((1 / (1 + np.exp(-X @ w)) - y) ** 2) / 2

    units = np.eye(len(w))[:, :, None] * h
    slopes = [(loss(w + unit) - loss(w - unit)) / (2 * h) for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(-1, 1)


def train_autograd(X, y, w, b, lr, batch_size, epochs):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    losses = []
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = slice(start, start + batch_size)
            loss = ((X[rows] @ w + b - y[rows]) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
            w.grad = b.grad = None
            losses.append(loss.item())
    return w.detach(), b.detach(), torch.tensor(losses)


def train_by_hand(X, y, w, b, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for X_part, y_part in zip(X.split(batch_size), y.split(batch_size), strict=True):
            error = X_part @ w + b - y_part
            losses.append((error**2).mean())
            w = w - lr * 2 / len(error) * X_part.T @ error
            b = b - lr * 2 * error.mean(dim=0)
    return w, b, torch.stack(losses)


def train_module(X, y, w, b, lr, batch_size, epochs):
    model = torch.nn.Linear(len(w), 1)
    model.load_state_dict({"weight": w.T, "bias": b})
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    data = torch.utils.data.TensorDataset(X, y)
    losses = []
    for _ in range(epochs):
        for X_part, y_part in torch.utils.data.DataLoader(data, batch_size=batch_size):
            optimizer.zero_grad()
            loss = F.mse_loss(model(X_part), y_part)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return model.weight.detach().T, model.bias.detach(), torch.tensor(losses)


def net_by_hand(X, y, W1, b1, W2, b2):
    a = torch.tanh(X @ W1.T + b1)
    y_hat = torch.sigmoid(a @ W2.T + b2)
    d2 = -(y - y_hat) / len(y) * y_hat * (1 - y_hat)
    d1 = d2 @ W2 * (1 - a**2)
    return d1.T @ X, d1.sum(0), d2.T @ a, d2.sum(0)


def net_einsum(X, y, W1, b1, W2, b2):
    z = torch.einsum("nd,hd->nh", X, W1) + b1
    y_hat = torch.sigmoid(torch.einsum("nh,oh->no", z.tanh(), W2) + b2)
    d2 = torch.einsum("no,no,no->no", y_hat - y, y_hat, 1 - y_hat) / len(X)
    d1 = torch.einsum("no,oh,nh->nh", d2, W2, 1 / z.cosh() ** 2)
    return (
        torch.einsum("nh,nd->hd", d1, X),
        torch.einsum("nh->h", d1),
        torch.einsum("no,nh->oh", d2, z.tanh()),
        torch.einsum("no->o", d2),
    )


def net_row_by_row(X, y, W1, b1, W2, b2):
    totals = [torch.zeros_like(p) for p in (W1, b1, W2, b2)]
    for x, target in zip(X, y, strict=True):
        a = torch.tanh(W1 @ x + b1)
        s = torch.sigmoid(W2 @ a + b2)
        d2 = (s - target) * s * (1 - s)
        d1 = W2.T @ d2 * (1 - a * a)
        for total, part in zip(
            totals, (torch.outer(d1, x), d1, torch.outer(d2, a), d2), strict=True
        ):
            total += part / len(X)
    return totals


def net_autograd(X, y, W1, b1, W2, b2):
    params = [p.requires_grad_() for p in (W1, b1, W2, b2)]
    y_hat = torch.sigmoid(torch.tanh(X @ W1.T + b1) @ W2.T + b2)
    (((y - y_hat) ** 2).sum() / (2 * len(y))).backward()
    return tuple(p.grad for p in params)


VARIANTS = {
    "sgd_step": [step_list, step_detached, step_on_copies, step_numpy],
    "best_and_limit": [rates_by_hand, rates_in_a_loop, rates_numpy, rates_by_three_losses],
    "graph_gradients": [graph_by_hand, graph_expanded, graph_autograd, graph_nudged],
    "nudged_gradient": [nudged_in_a_loop, nudged_and_put_back, nudged_numpy],
    "train_in_batches": [train_autograd, train_by_hand, train_module],
    "net_gradients": [net_by_hand, net_einsum, net_row_by_row, net_autograd],
}
