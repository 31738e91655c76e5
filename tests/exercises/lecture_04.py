"""Right answers to the exercises of lecture 04, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F


def baseline_entropy(y):
    q = y.mean().item()
    loss = -sum(share * math.log(share) for share in (q, 1 - q) if share > 0)
    return loss, max(q, 1 - q)


def baseline_special(y):
    q = torch.distributions.Bernoulli(probs=y.double().mean())
    return q.entropy().item(), max(q.probs, 1 - q.probs).item()


def baseline_numpy(y):
    shares = np.bincount(y.numpy().astype(int).ravel(), minlength=2) / len(y)
    loss = -(shares * np.log(np.where(shares > 0, shares, 1))).sum()
    return [loss, shares.max()]


def forward_loop(X, Ws, bs):
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = torch.relu(A @ W + b)
    return A @ Ws[-1] + bs[-1]


def forward_linear(X, Ws, bs):
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        X = F.linear(X if i == 0 else X.clamp(min=0), W.T, b)
    return X


def forward_einsum(X, Ws, bs):
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        X = F.relu(torch.einsum("nd,dk->nk", X, W) + b)
    return torch.einsum("nd,dk->nk", X, Ws[-1]) + bs[-1]


def forward_numpy(X, Ws, bs):
    A = X.numpy()
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = np.maximum(A @ W.numpy() + b.numpy(), 0)
    return torch.from_numpy(A @ Ws[-1].numpy() + bs[-1].numpy())


def collapse_from_the_left(Ws, bs):
    W, b = Ws[0], bs[0]
    for next_W, next_b in zip(Ws[1:], bs[1:], strict=True):
        W, b = W @ next_W, b @ next_W + next_b
    return W, b


def collapse_from_the_right(Ws, bs):
    W, b = Ws[-1], bs[-1]
    for earlier_W, earlier_b in zip(Ws[-2::-1], bs[-2::-1], strict=True):
        W, b = earlier_W @ W, earlier_b @ W + b
    return [W, b]


def collapse_with_ones(Ws, bs):
    total = torch.eye(len(Ws[0]) + 1)
    for W, b in zip(Ws, bs, strict=True):
        corner = torch.zeros(len(W) + 1, 1)
        corner[-1] = 1
        total = total @ torch.cat([torch.cat([W, b[None]]), corner], dim=1)
    return total[:-1, :-1], total[-1, :-1]


def hinges_by_changes(knots, values):
    slopes = values.diff() / knots.diff()
    return torch.cat([slopes[:1], slopes.diff()]), values[0]


def hinges_loop(knots, values):
    weights, slope = [], 0.0
    for i in range(len(knots) - 1):
        new = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        weights.append(new - slope)
        slope = new
    return torch.tensor(weights), values[0]


def hinges_least_squares(knots, values):
    x = knots.double()
    columns = torch.cat([torch.relu(x[:, None] - x[:-1]), torch.ones(len(x), 1).double()], dim=1)
    solution = torch.linalg.lstsq(columns, values.double()[:, None]).solution[:, 0]
    return solution[:-1].float(), solution[-1].float()


def hinges_numpy(knots, values):
    slopes = np.diff(values.numpy()) / np.diff(knots.numpy())
    return torch.from_numpy(np.diff(slopes, prepend=np.float32(0))), values[0].clone()


def xor_of_the_sum(off, on):
    W1, W2 = torch.ones(2, 2), torch.tensor([[1.0], [-2.0]])
    return W1, -torch.tensor([2 * off, off + on]), W2, torch.tensor([-(on - off) / 2])


def xor_of_the_difference(off, on):
    W1 = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])  # relu(x1 - x2) + relu(x2 - x1) = |x1 - x2|
    return W1, torch.zeros(2), torch.ones(2, 1), torch.tensor([(off - on) / 2])


def xor_scaled(off, on):
    s = 1 / (on - off)  # to 0 and 1 first, then as in the lecture
    W1 = torch.full((2, 2), s).requires_grad_()
    b1 = torch.tensor([-2 * off * s, -2 * off * s - 1])
    return [W1, b1, torch.tensor([[2.0], [-4.0]]), torch.tensor([-1.0])]


def norms_autograd(X, y, Ws, bs):
    Ws = [W.clone().requires_grad_() for W in Ws]
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = torch.sigmoid(A @ W + b)
    F.binary_cross_entropy_with_logits(A @ Ws[-1] + bs[-1], y).backward()
    return torch.stack([W.grad.norm() for W in Ws])


def norms_by_hand(X, y, Ws, bs):
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        As.append(torch.sigmoid(As[-1] @ W + b))
    delta = (torch.sigmoid(As[-1] @ Ws[-1] + bs[-1]) - y) / len(y)
    found = []
    for W, A in zip(reversed(Ws), reversed(As), strict=True):
        found.insert(0, (A.T @ delta).norm().item())
        delta = delta @ W.T * A * (1 - A)
    return torch.tensor(found)


def norms_modules(X, y, Ws, bs):
    parts = []
    for W, b in zip(Ws, bs, strict=True):
        layer = torch.nn.Linear(*W.shape)
        layer.load_state_dict({"weight": W.T, "bias": b})
        parts += [layer, torch.nn.Sigmoid()]
    torch.nn.BCELoss()(torch.nn.Sequential(*parts)(X), y).backward()
    return torch.tensor([torch.linalg.norm(layer.weight.grad) for layer in parts[::2]])


VARIANTS = {
    "baseline_scores": [baseline_entropy, baseline_special, baseline_numpy],
    "mlp_forward": [forward_loop, forward_linear, forward_einsum, forward_numpy],
    "collapse": [collapse_from_the_left, collapse_from_the_right, collapse_with_ones],
    "hinge_weights": [hinges_by_changes, hinges_loop, hinges_least_squares, hinges_numpy],
    "xor_weights": [xor_of_the_sum, xor_of_the_difference, xor_scaled],
    "gradient_norms": [norms_autograd, norms_by_hand, norms_modules],
}
