"""Right answers to the exercises of lecture 10, written in other ways than the reference."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def batch_permute(image):
    return image.permute(2, 0, 1).unsqueeze(0).float() / 255


def batch_stacked(image):
    channels = [image[:, :, c] for c in range(image.shape[2])]
    return torch.stack(channels)[None] / 255


def batch_movedim(image):
    return (image.to(torch.float32) / 255).movedim(-1, 0).reshape(1, -1, *image.shape[:2])


def batch_numpy(image):
    turned = image.numpy().transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
    return torch.from_numpy(turned)


def batch_loops(image):
    H, W, C = image.shape
    result = torch.zeros(1, C, H, W)
    for i in range(H):
        for j in range(W):
            for c in range(C):
                result[0, c, i, j] = image[i, j, c].item() / 255
    return result


def size_formula(size, layers):
    for kernel, stride, padding in layers:
        size = (size - kernel + 2 * padding) // stride + 1
    return size


def size_counted(size, layers):
    for kernel, stride, padding in layers:
        size = len(range(0, size + 2 * padding - kernel + 1, stride))
    return size


def size_floor(size, layers):
    for k, s, p in layers:
        size = math.floor((size - k + 2 * p) / s + 1)
    return size


def size_recursive(size, layers):
    if not layers:
        return size
    kernel, stride, padding = layers[0]
    return size_recursive(int((size + 2 * padding - kernel) / stride) + 1, layers[1:])


def field_forwards(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field, jump


def field_backwards(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field, math.prod(stride for _, stride in layers)


def field_summed(layers):
    strides = [stride for _, stride in layers]
    parts = [(k - 1) * math.prod(strides[:i]) for i, (k, _) in enumerate(layers)]
    return [1 + sum(parts), math.prod(strides)]


def field_of_sets(layers):
    def pixels(number):
        seen = {number}
        for kernel, stride in reversed(layers):
            seen = {n * stride + u for n in seen for u in range(kernel)}
        return seen

    return len(pixels(0)), min(pixels(1)) - min(pixels(0))


def convolve_windows(X, W, b, stride, padding):
    X = F.pad(X, (padding,) * 4)
    k = W.shape[-1]
    rows, columns = ((n - k) // stride + 1 for n in X.shape[2:])
    Z = torch.zeros(len(X), len(W), rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = X[:, :, top : top + k, left : left + k]
            for f in range(len(W)):
                Z[:, f, i, j] = (window * W[f]).sum(dim=(1, 2, 3)) + b[f]
    return Z


def convolve_unfold(X, W, b, stride, padding):
    k = W.shape[-1]
    windows = F.unfold(X, k, stride=stride, padding=padding)
    Z = W.flatten(1) @ windows + b[:, None]
    return Z.unflatten(2, ((X.shape[2] + 2 * padding - k) // stride + 1, -1))


def convolve_shifts(X, W, b, stride, padding):
    N, C, H, width = X.shape
    padded = torch.zeros(N, C, H + 2 * padding, width + 2 * padding)
    padded[:, :, padding : padding + H, padding : padding + width] = X
    k = W.shape[-1]
    total = 0
    for u in range(k):
        for v in range(k):
            down, right = padded.shape[2] - k + u + 1, padded.shape[3] - k + v + 1
            part = padded[:, :, u:down:stride, v:right:stride]
            total = total + torch.einsum("ncij,fc->nfij", part, W[:, :, u, v])
    return total + b.reshape(1, -1, 1, 1)


def convolve_windows_view(X, W, b, stride, padding):
    k = W.shape[-1]
    X = F.pad(X, (padding, padding, padding, padding))
    windows = X.unfold(2, k, stride).unfold(3, k, stride)  # (N, C, rows, columns, k, k)
    return torch.einsum("ncijuv,fcuv->nfij", windows, W) + b[:, None, None]


def convolve_numpy(X, W, b, stride, padding):
    x = np.pad(X.double().numpy(), [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    k = W.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    z = np.einsum("ncijuv,fcuv->nfij", windows, W.double().numpy())
    return torch.from_numpy(z + b.numpy()[:, None, None]).float()


def costs_loop(shape, layers):
    C, H, W = shape
    parameters = macs = 0
    for layer in layers:
        if layer[0] == "conv":
            _, F_, k, s, p = layer
            H, W = (H - k + 2 * p) // s + 1, (W - k + 2 * p) // s + 1
            parameters += F_ * (C * k * k + 1)
            macs += F_ * H * W * C * k * k
            C = F_
        elif layer[0] == "pool":
            H, W = H // layer[1], W // layer[1]
        else:
            n = C * H * W
            parameters += layer[1] * (n + 1)
            macs += layer[1] * n
            C, H, W = layer[1], 1, 1
    return parameters, macs


def costs_match(shape, layers):
    shape, parameters, macs = list(shape), 0, 0
    for layer in layers:
        match layer:
            case ("conv", f, k, s, p):
                weights = f * shape[0] * k**2
                shape = [f] + [len(range(0, n + 2 * p - k + 1, s)) for n in shape[1:]]
                parameters, macs = parameters + weights + f, macs + weights * shape[1] * shape[2]
            case ("pool", k):
                shape[1:] = [(n - k) // k + 1 for n in shape[1:]]
            case ("linear", units):
                weights = math.prod(shape) * units
                parameters, macs, shape = parameters + weights + units, macs + weights, [units]
    return [parameters, macs]


def costs_sequential(shape, layers):
    Z, modules, macs = torch.zeros(1, *shape), [], 0
    for name, *n in layers:
        if name == "conv":
            modules.append(nn.Conv2d(Z.shape[1], n[0], n[1], stride=n[2], padding=n[3]))
        elif name == "pool":
            modules.append(nn.MaxPool2d(n[0]))
        else:
            Z = Z.flatten(1)
            modules.append(nn.Linear(Z.shape[1], n[0]))
        with torch.no_grad():
            Z = modules[-1](Z)
        if name != "pool":
            macs += Z.numel() * modules[-1].weight[0].numel()
    return sum(p.numel() for p in nn.Sequential(*modules).parameters()), macs


def gradient_shifts(X, G):
    R, S = G.shape[2:]
    k = X.shape[2] - R + 1
    grad_W = torch.zeros(G.shape[1], X.shape[1], k, k)
    for u in range(k):
        for v in range(k):
            window = X[:, :, u : u + R, v : v + S]
            grad_W[:, :, u, v] = torch.einsum("nfij,ncij->fc", G, window)
    return grad_W, G.sum(dim=(0, 2, 3))


def gradient_places(X, G):
    R, S = G.shape[2:]
    k = X.shape[2] - R + 1
    grad_W = 0
    for i in range(R):
        for j in range(S):
            window = X[:, None, :, i : i + k, j : j + k]  # (N, 1, C, k, k)
            grad_W = grad_W + (window * G[:, :, i, j, None, None, None]).sum(dim=0)
    return grad_W, G.sum(dim=3).sum(dim=2).sum(dim=0)


def gradient_convolved(X, G):
    grad_W = F.conv2d(X.transpose(0, 1), G.transpose(0, 1)).transpose(0, 1)
    return grad_W, G.transpose(0, 1).flatten(1).sum(dim=1)


def gradient_unfold(X, G):
    k = X.shape[2] - G.shape[2] + 1
    windows = F.unfold(X, k)  # (N, C k k, places)
    grad_W = (G.flatten(2) @ windows.transpose(1, 2)).sum(dim=0)
    return grad_W.reshape(G.shape[1], X.shape[1], k, k), G.sum((0, 2, 3))


def gradient_backward(X, G):
    k = X.shape[2] - G.shape[2] + 1
    layer = nn.Conv2d(X.shape[1], G.shape[1], k)
    (layer(X) * G).sum().backward()
    return layer.weight.grad, layer.bias.grad


VARIANTS = {
    "image_batch": [batch_permute, batch_stacked, batch_movedim, batch_numpy, batch_loops],
    "map_size": [size_formula, size_counted, size_floor, size_recursive],
    "field_and_jump": [field_forwards, field_backwards, field_summed, field_of_sets],
    "convolve_images": [
        convolve_windows,
        convolve_unfold,
        convolve_shifts,
        convolve_windows_view,
        convolve_numpy,
    ],
    "network_costs": [costs_loop, costs_match, costs_sequential],
    "kernel_gradient": [
        gradient_shifts,
        gradient_places,
        gradient_convolved,
        gradient_unfold,
        gradient_backward,
    ],
}
