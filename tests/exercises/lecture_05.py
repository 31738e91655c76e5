"""Right answers to the exercises of lecture 05, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F


def elu_where(z, alpha):
    return torch.where(z > 0, z, alpha * (torch.exp(z) - 1))


def elu_clamped(z, alpha):
    return z.clamp(min=0) + alpha * torch.expm1(z.clamp(max=0))


def elu_masked(z, alpha):
    out = z.clone()
    left = z <= 0
    out[left] = alpha * (z[left].exp() - 1)
    return out


def elu_loop(z, alpha):
    values = [x if x > 0 else alpha * (math.exp(x) - 1) for x in z.flatten().tolist()]
    return torch.tensor(values).reshape(z.shape)


def elu_numpy(z, alpha):
    z = z.numpy()
    return torch.tensor(np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0)), dtype=torch.float32)


def back_masked(z, error):
    passed = torch.zeros_like(error)
    inside = (z > -1) & (z < 1)
    passed[inside] = error[inside]
    return passed


def back_where(z, error):
    return torch.where(z.abs() < 1, error, 0.0)


def back_loop(z, error):
    passed = [e if -1 < x < 1 else 0.0 for x, e in zip(z.flatten(), error.flatten(), strict=True)]
    return torch.tensor(passed).reshape(z.shape)


def back_autograd(z, error):
    z.requires_grad_()
    F.hardtanh(z).backward(error)
    return z.grad


def back_numpy(z, error):
    return torch.from_numpy(error.numpy() * (np.abs(z.numpy()) < 1))


def slopes(A, activation):
    return A * (1 - A) if activation == "sigmoid" else 1 - A**2


def left_by_product(error, A, activation):
    return error * slopes(A, activation).prod(dim=0)


def left_by_loop(error, A, activation):
    for a in reversed(A):
        error = error * slopes(a, activation)
    return error


def left_by_logarithms(error, A, activation):
    return error * slopes(A.double(), activation).log().sum(dim=0).exp().float()


def left_numpy(error, A, activation):
    A = A.numpy()
    slope = {"sigmoid": A - A**2, "tanh": (1 - A) * (1 + A)}[activation]
    return torch.from_numpy(error.numpy() * slope.prod(axis=0))


def dead_concatenated(layers):
    return torch.cat([(Z <= 0).all(dim=0) for Z in layers]).float().mean().item()


def dead_counted(layers):
    dead = total = 0
    for Z in layers:
        for unit in range(Z.shape[1]):
            dead += all(value <= 0 for value in Z[:, unit].tolist())
            total += 1
    return dead / total


def dead_by_maximum(layers):
    highest = torch.cat(layers, dim=1).max(dim=0).values
    return (highest <= 0).sum().item() / len(highest)


def dead_by_outputs(layers):
    outputs = torch.cat([torch.relu(Z) for Z in layers], dim=1)
    return float(np.mean(outputs.numpy().sum(axis=0) == 0))


def softplus_log1p(z):
    return z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))


def softplus_logaddexp(z):
    return torch.logaddexp(z, torch.zeros_like(z))


def softplus_numpy(z):
    return torch.from_numpy(np.logaddexp(np.float32(0), z.numpy()))


def softplus_loop(z):
    values = [max(x, 0.0) + math.log1p(math.exp(-abs(x))) for x in z.flatten().tolist()]
    return torch.tensor(values).reshape(z.shape)


def softplus_pieces(z):
    return torch.where(z > 15, z, torch.log1p(torch.exp(z.clamp(max=15))))


def gap_tensor(z, slope, h):
    z = z.double()

    def silu(z):
        return z * torch.sigmoid(z)

    difference = (silu(z + h) - silu(z - h)) / (2 * h)
    return (difference - slope).abs().max().item()


def gap_numpy(z, slope, h):
    z = z.numpy().astype(float)
    right, left = ((z + s) / (1 + np.exp(-(z + s))) for s in (h, -h))
    return np.abs((right - left) / (2 * h) - slope.numpy()).max()


def gap_loop(z, slope, h):
    worst = 0.0
    for x, s in zip(z.double().flatten(), slope.flatten(), strict=True):
        rise = F.silu(x + h) - F.silu(x - h)
        worst = max(worst, abs(rise.item() / (2 * h) - s.item()))
    return worst


VARIANTS = {
    "elu": [elu_where, elu_clamped, elu_masked, elu_loop, elu_numpy],
    "hardtanh_backward": [back_masked, back_where, back_loop, back_autograd, back_numpy],
    "error_after": [left_by_product, left_by_loop, left_by_logarithms, left_numpy],
    "dead_units": [dead_concatenated, dead_counted, dead_by_maximum, dead_by_outputs],
    "softplus": [
        softplus_log1p,
        softplus_logaddexp,
        softplus_numpy,
        softplus_loop,
        softplus_pieces,
        F.softplus,
    ],
    "slope_gap": [gap_tensor, gap_numpy, gap_loop],
}
