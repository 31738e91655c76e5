"""Right answers to the exercises of lecture 01, written in other ways than the reference."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F


def mse_loop(y_hat, y):
    total = 0.0
    for a, b in zip(y_hat.flatten(), y.flatten(), strict=True):
        total = total + (a - b) ** 2
    return total / y.numel()


def mse_numpy(y_hat, y):
    return torch.tensor(((y_hat.numpy() - y.numpy()) ** 2).mean())


def mse_in_double(y_hat, y):
    return torch.linalg.vector_norm(y_hat.double() - y).square().div(y.numel()).float()


def gradient_by_hand(X, y, w, b):
    error = X @ w + b - y
    return 2 / len(X) * X.T @ error, 2 * error.mean(dim=0)


def gradient_einsum(X, y, w, b):
    error = torch.einsum("nd,dk->nk", X, w) + b - y
    return 2 * torch.einsum("nd,nk->dk", X, error) / len(X), 2 * error.sum(0) / len(X)


def gradient_loop(X, y, w, b):
    grad_w, grad_b = torch.zeros_like(w), torch.zeros(1)
    for x, target in zip(X, y, strict=True):
        error = x @ w + b - target
        grad_w += 2 * error * x.reshape(-1, 1) / len(X)
        grad_b += 2 * error / len(X)
    return grad_w, grad_b


def gradient_backward(X, y, w, b):
    w.requires_grad_()
    b.requires_grad_()
    ((X @ w + b - y) ** 2).mean().backward()
    return [w.grad, b.grad]


def descend_by_hand(X, y, w, b, lr, steps):
    for _ in range(steps):
        grad_w, grad_b = gradient_by_hand(X, y, w, b)
        w, b = w - lr * grad_w, b - lr * grad_b
    return w, b


def descend_on_copies(X, y, w, b, lr, steps):
    w, b = w.clone(), b.clone()
    for _ in range(steps):
        grad_w, grad_b = gradient_einsum(X, y, w, b)
        w -= lr * grad_w
        b -= lr * grad_b
    return w, b


def descend_autograd(X, y, w, b, lr=0.1, steps=10):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    for _ in range(steps):
        loss = F.mse_loss(X @ w + b, y)
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad = b.grad = None
    return w.detach(), b.detach()


def descend_sgd(X, y, w, b, lr, steps):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(X @ w + b, y).backward()
        optimizer.step()
    return w.detach(), b.detach()


def least_squares_lstsq(X, y):
    solution = torch.linalg.lstsq(torch.cat([X, torch.ones(len(X), 1)], dim=1), y).solution
    return solution[:-1], solution[-1]


def least_squares_normal_equations(X, y):
    X1 = torch.cat([torch.ones(len(X), 1), X], dim=1)
    solution = torch.linalg.solve(X1.T @ X1, X1.T @ y)
    return solution[1:], solution[0]


def least_squares_numpy(X, y):
    X1 = np.column_stack([X.numpy(), np.ones(len(X), dtype=np.float32)])
    solution, *_ = np.linalg.lstsq(X1, y.numpy(), rcond=None)
    return torch.from_numpy(solution[:-1]), torch.from_numpy(solution[-1])


def standardise_by_hand(train, test):
    mean, std = train.mean(dim=0), train.std(dim=0, correction=0)
    return (train - mean) / std, (test - mean) / std


def standardise_by_columns(train, test):
    new_train, new_test = torch.empty_like(train), torch.empty_like(test)
    for d in range(train.shape[1]):
        mean = train[:, d].sum() / len(train)
        std = ((train[:, d] - mean) ** 2).mean().sqrt()
        new_train[:, d] = (train[:, d] - mean) / std
        new_test[:, d] = (test[:, d] - mean) / std
    return new_train, new_test


def standardise_numpy(train, test):
    mean, std = train.numpy().mean(0), train.numpy().std(0)
    return torch.from_numpy((train.numpy() - mean) / std), (test - torch.tensor(mean)) / std


def largest_lr_eigenvalues(X):
    X1 = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    return (2 / torch.linalg.eigvalsh(2 / len(X) * X1.T @ X1).max()).item()


def largest_lr_singular_values(X):
    X1 = np.column_stack([X.numpy(), np.ones(len(X))])
    return len(X) / np.linalg.norm(X1, 2) ** 2


def largest_lr_power_iteration(X):
    X1 = torch.cat([torch.ones(len(X), 1), X], dim=1).double()
    H = 2 * X1.T @ X1 / len(X)
    v = torch.ones(len(H), dtype=torch.float64)
    for _ in range(2000):
        v = H @ v / (H @ v).norm()
    return 2 / float(v @ H @ v)


VARIANTS = {
    "mse": [
        mse_loop,
        mse_numpy,
        mse_in_double,
        torch.nn.MSELoss(),
        lambda *tensors: (tensors[0] - tensors[1]).square().mean(),
    ],
    "mse_gradient": [gradient_by_hand, gradient_einsum, gradient_loop, gradient_backward],
    "descend": [descend_by_hand, descend_on_copies, descend_autograd, descend_sgd],
    "least_squares": [
        least_squares_lstsq,
        least_squares_normal_equations,
        least_squares_numpy,
    ],
    "standardise": [standardise_by_hand, standardise_by_columns, standardise_numpy],
    "largest_lr": [
        largest_lr_eigenvalues,
        largest_lr_singular_values,
        largest_lr_power_iteration,
    ],
}
