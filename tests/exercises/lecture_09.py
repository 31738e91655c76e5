"""Right answers to the exercises of lecture 09, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn


def dropout_where(X, u, p, training):
    return torch.where(u < p, 0.0, X / (1 - p)) if training else X


def dropout_mask(X, u, p, training):
    if not training:
        return X
    mask = (u >= p).float() / (1 - p)
    return X * mask


def dropout_loop(X, u, p, training):
    Y = X.clone()
    if training:
        for i in range(X.shape[0]):
            for j in range(X.shape[1]):
                Y[i, j] = 0 if u[i, j] < p else X[i, j] / (1 - p)
    return Y


def dropout_numpy(X, u, p, training):
    Y = X.numpy() * (u.numpy() >= p) / np.float32(1 - p) if training else X.numpy()
    return torch.from_numpy(Y)


def gain_tensors(a, b):
    d = a - b
    mean, error = d.mean(), d.std() / len(d) ** 0.5
    return mean.item(), (mean - 2 * error).item(), (mean + 2 * error).item()


def gain_numpy(a, b):
    d = a.numpy() - b.numpy()
    error = np.std(d, ddof=1) / np.sqrt(len(d))
    return float(d.mean()), float(d.mean() - 2 * error), float(d.mean() + 2 * error)


def gain_by_hand(a, b):
    n = len(a)
    d = [float(x) - float(y) for x, y in zip(a, b, strict=True)]
    mean = sum(d) / n
    error = math.sqrt(sum((x - mean) ** 2 for x in d) / (n - 1) / n)
    return [mean, mean - 2 * error, mean + 2 * error]


def stop_counter(losses, patience, min_delta):
    best, lowest, bad = 0, float("inf"), 0
    for epoch, loss in enumerate(losses):
        if loss < lowest - min_delta:
            best, lowest, bad = epoch, loss, 0
        else:
            bad += 1
        if bad == patience:
            break
    return best, epoch


def stop_distance(losses, patience, min_delta):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] - min_delta:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def stop_while(losses, patience, min_delta):
    best = epoch = 0
    while epoch < len(losses) - 1 and epoch - best < patience:
        epoch += 1
        if losses[best] - losses[epoch] > min_delta:
            best = epoch
    return best, epoch


def shift_slices(images, offsets, training):
    if not training:
        return images
    H, W = images.shape[-2:]
    moved = torch.zeros_like(images)
    for i, (down, right) in enumerate(offsets.tolist()):
        top, left = max(down, 0), max(right, 0)
        bottom, end = min(H, H + down), min(W, W + right)
        if top < bottom and left < end:
            part = images[i, :, top - down : bottom - down, left - right : end - right]
            moved[i, :, top:bottom, left:end] = part
    return moved


def shift_window(images, offsets, training):
    if not training:
        return images
    H, W = images.shape[-2:]
    margin = int(offsets.abs().max())
    padded = torch.nn.functional.pad(images, (margin,) * 4)
    windows = []
    for image, (down, right) in zip(padded, offsets, strict=True):
        top, left = margin - int(down), margin - int(right)
        windows.append(image[:, top : top + H, left : left + W])
    return torch.stack(windows)


def shift_rolled(images, offsets, training):
    if not training:
        return images.clone()
    moved = images.clone()
    H, W = images.shape[-2:]
    for i, (down, right) in enumerate(offsets.tolist()):
        rolled = torch.roll(images[i], (down, right), (1, 2))
        rows, columns = torch.arange(H), torch.arange(W)
        seen = (rows - down >= 0) & (rows - down < H)
        seen = seen[:, None] & (columns - right >= 0) & (columns - right < W)
        moved[i] = rolled * seen
    return moved


def shift_gathered(images, offsets, training):
    if not training:
        return images
    N, C, H, W = images.shape
    rows = torch.arange(H) - offsets[:, :1]
    columns = torch.arange(W) - offsets[:, 1:]
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None]
    i = torch.arange(N)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[i, rows.clamp(0, H - 1)[:, :, None]]
    moved = moved[:, :, 0]
    index = columns.clamp(0, W - 1)[:, None, :, None].expand(N, H, W, C)
    moved = moved.gather(2, index).permute(0, 3, 1, 2)
    return moved * inside[:, None]


def ridge_centred(X, y, lam):
    X_mean, y_mean = X.mean(dim=0), y.mean(dim=0)
    A, t = X - X_mean, y - y_mean
    if lam == 0:
        w = torch.linalg.lstsq(A, t).solution
    else:
        w = torch.linalg.solve(A.T @ A + len(X) * lam * torch.eye(X.shape[1]), A.T @ t)
    return w, y_mean - X_mean @ w


def ridge_diagonal(X, y, lam):
    X1 = torch.cat([torch.ones(len(X), 1), X], dim=1).double()
    D = len(X) * lam * torch.eye(X1.shape[1], dtype=torch.float64)
    D[0, 0] = 0
    v = torch.inverse(X1.T @ X1 + D) @ X1.T @ y.double()
    return v[1:].float(), v[0].float()


def ridge_newton(X, y, lam):
    X, y = X.double(), y.double()
    v = torch.zeros(X.shape[1] + 1, dtype=torch.float64)

    def loss(v):
        residual = X @ v[:-1] + v[-1] - y[:, 0]
        return (residual**2).mean() + lam * (v[:-1] ** 2).sum()

    slope = torch.autograd.functional.jacobian(loss, v)
    bend = torch.autograd.functional.hessian(loss, v)
    v = -torch.linalg.solve(bend, slope)
    return v[:-1, None].float(), v[-1:].float()


def ridge_numpy(X, y, lam):
    X, y = X.numpy().astype(float), y.numpy().astype(float)
    A, t = X - X.mean(axis=0), y - y.mean()
    w = np.linalg.pinv(A.T @ A + len(X) * lam * np.eye(X.shape[1])) @ A.T @ t
    b = y.mean() - X.mean(axis=0) @ w
    return torch.tensor(w).float(), torch.tensor(b).float()


def norm_lines(X, gamma, beta, mean, var, training, momentum):
    if training:
        m, v = X.mean(dim=0), X.var(dim=0, correction=0)
        n = len(X)
        mean = (1 - momentum) * mean + momentum * m
        var = (1 - momentum) * var + momentum * v * n / (n - 1)
    else:
        m, v = mean, var
    return gamma * (X - m) / torch.sqrt(v + 1e-5) + beta, mean, var


def norm_module(X, gamma, beta, mean, var, training, momentum):
    layer = nn.BatchNorm1d(X.shape[1], momentum=momentum).train(training)
    with torch.no_grad():
        layer.weight.copy_(gamma)
        layer.bias.copy_(beta)
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(var)
        return layer(X), layer.running_mean, layer.running_var


def norm_columns(X, gamma, beta, mean, var, training, momentum):
    columns, means, variances = [], [], []
    for k in range(X.shape[1]):
        x = X[:, k]
        if training:
            centre = x.mean()
            squares = ((x - centre) ** 2).sum()
            columns.append((x - centre) / (squares / len(x) + 1e-5).sqrt() * gamma[k] + beta[k])
            means.append(mean[k] + momentum * (centre - mean[k]))
            variances.append(var[k] + momentum * (squares / (len(x) - 1) - var[k]))
        else:
            columns.append((x - mean[k]) / (var[k] + 1e-5).sqrt() * gamma[k] + beta[k])
            means.append(mean[k])
            variances.append(var[k])
    return torch.stack(columns, dim=1), torch.stack(means), torch.stack(variances)


VARIANTS = {
    "dropout_pass": [dropout_where, dropout_mask, dropout_loop, dropout_numpy],
    "paired_gain": [gain_tensors, gain_numpy, gain_by_hand],
    "stop_early": [stop_counter, stop_distance, stop_while],
    "shift_images": [shift_slices, shift_window, shift_rolled, shift_gathered],
    "ridge_weights": [ridge_centred, ridge_diagonal, ridge_newton, ridge_numpy],
    "batch_norm_pass": [norm_lines, norm_module, norm_columns],
}
