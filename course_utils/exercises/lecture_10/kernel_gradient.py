"""Exercise of lecture 10: shared weights, gathered slopes."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

TwoTensors = tuple[Tensor, Tensor]


def gradient_by_autograd(X: Tensor, G: Tensor) -> TwoTensors:
    """Convolves with any kernels, for the map is linear in them, and asks autograd."""
    k = X.shape[2] - G.shape[2] + 1
    W = torch.zeros(G.shape[1], X.shape[1], k, k, requires_grad=True)
    b = torch.zeros(G.shape[1], requires_grad=True)
    grad_W, grad_b = torch.autograd.grad(F.conv2d(X, W, b), (W, b), G)
    return grad_W, grad_b


def gradient_like(
    of_w: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda g, X, G: g,
    of_b: Callable[[Tensor, Tensor], Tensor] = lambda g, G: g,
    slopes: Callable[[Tensor], Tensor] = lambda G: G,
) -> Callable[[Tensor, Tensor], TwoTensors]:
    """The right gradient, changed afterwards, or that of changed slopes."""

    def gradient(X: Tensor, G: Tensor) -> TwoTensors:
        grad_W, grad_b = gradient_by_autograd(X, slopes(G))
        return of_w(grad_W, X, G), of_b(grad_b, G)

    return gradient


def first_place(G: Tensor) -> Tensor:
    """Slopes at the first place of each map only."""
    only = torch.zeros_like(G)
    only[:, :, 0, 0] = G[:, :, 0, 0]
    return only


def first_sample(G: Tensor) -> Tensor:
    """Slopes of the first image only."""
    return torch.cat([G[:1], 0 * G[1:]])


def grey_image() -> Inputs:
    """One grey image of 3×3 pixels and slopes of 2×2 places."""
    image = torch.tensor([[1.0, 2.0, 0.0], [3.0, -1.0, 4.0], [0.0, 2.0, 5.0]])
    return image[None, None], torch.tensor([[1.0, 0.0], [2.0, -1.0]])[None, None]


def random_slopes(n: int, c: int, f: int, k: int, h: int, w: int, seed: int) -> Inputs:
    """Images and slopes, always the same for a seed."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, c, h, w, generator=generator)
    return X, torch.randn(n, f, h - k + 1, w - k + 1, generator=generator)


def draw_slopes(generator: Generator) -> Inputs:
    """Two images or more, not square."""
    n, c, f, k = (whole(generator, low, high) for low, high in ((2, 4), (2, 3), (2, 3), (2, 3)))
    h, w = whole(generator, 4, 5), whole(generator, 6, 7)
    X = torch.randn(n, c, h, w, generator=generator)
    return X, torch.randn(n, f, h - k + 1, w - k + 1, generator=generator)


KERNEL_GRADIENT = Exercise(
    id="kernel_gradient",
    title="Shared weights, gathered slopes",
    signature="kernel_gradient(X, G)",
    points=2,
    minutes=13,
    returns="a tuple (grad_W, grad_b) of float32 tensors of shapes (F, C, k, k) and (F,)",
    parts=("grad_W", "grad_b"),
    reference=gradient_by_autograd,
    atol=1e-5,
    cases=(
        Case("one grey image, one kernel of 2", grey_image),
        Case("three images", lambda: random_slopes(3, 1, 1, 3, 5, 6, seed=5)),
        Case("two channels, two kernels", lambda: random_slopes(2, 2, 2, 3, 6, 5, seed=6)),
        Case("kernels of 1", lambda: random_slopes(2, 3, 2, 1, 3, 4, seed=7), costs=0.5),
    ),
    draw=draw_slopes,
    mistakes=(
        Mistake(
            "mean over the images",
            gradient_like(
                of_w=lambda g, X, G: g / len(X),
                of_b=lambda g, G: g / len(G),
            ),
            (
                "Right for one image. Does the loss know anything of a mean?",
                "A mean, if there is one, is in G already. The contributions of all images add up.",
            ),
        ),
        Mistake(
            "mean over the places",
            gradient_like(
                of_w=lambda g, X, G: g / G[0, 0].numel(),
                of_b=lambda g, G: g / G[0, 0].numel(),
            ),
            "A weight that is used at many places has a part in all of them. "
            "Several paths: do their slopes add up or average?",
        ),
        Mistake(
            "mean over everything",
            gradient_like(
                of_w=lambda g, X, G: g / G[:, 0].numel(),
                of_b=lambda g, G: g / G[:, 0].numel(),
            ),
            "You average over images and places. Contributions of several paths add up.",
        ),
        Mistake(
            "first place only",
            gradient_like(slopes=first_place),
            (
                "You follow one path: the weight's use at the first place. Where else is it used?",
                "Shared means: add up over all places (i, j).",
            ),
        ),
        Mistake(
            "first image only",
            gradient_like(slopes=first_sample),
            "Right for one image. The same kernels read all images: their slopes add up.",
        ),
        Mistake(
            "kernel gradient turned",
            gradient_like(of_w=lambda g, X, G: g.flip(2, 3)),
            (
                "The right numbers, turned by 180°. Which pixel does the first weight meet?",
                "Weight (u, v) meets pixel (i + u, j + v) at the place (i, j): plus, not minus.",
            ),
        ),
        Mistake(
            "kernel gradient transposed",
            gradient_like(of_w=lambda g, X, G: g.transpose(2, 3)),
            "Rows and columns of each kernel are exchanged: u goes with the rows.",
        ),
        Mistake(
            "slopes turned",
            gradient_like(slopes=lambda G: G.flip(2, 3)),
            "You turn G before you lay it on the image. Leave it as it is.",
        ),
        Mistake(
            "channels and kernels exchanged",
            gradient_like(of_w=lambda g, X, G: g.transpose(0, 1)),
            "Which axis comes first in a layer's weights: the kernels, or the channels they read?",
        ),
        Mistake(
            "channels added up",
            gradient_like(of_w=lambda g, X, G: g.sum(dim=1, keepdim=True).expand_as(g)),
            "Each channel has weights of its own, and each weight meets its own channel only.",
        ),
        Mistake(
            "all kernels share one slope",
            gradient_like(
                of_w=lambda g, X, G: g.sum(dim=0, keepdim=True).expand_as(g),
                of_b=lambda g, G: g.sum().expand_as(g),
            ),
            "Kernel f makes map f, and no other: only G[:, f] reaches it.",
        ),
        Mistake(
            "bias averaged",
            gradient_like(of_b=lambda g, G: G.mean(dim=(0, 2, 3))),
            "`grad_W` is right. The bias is used at every place of every image too.",
        ),
        Mistake(
            "bias of ones",
            gradient_like(of_b=lambda g, G: torch.ones_like(g)),
            "`grad_W` is right. The bias passes on each slope with the factor 1: "
            "which slopes arrive?",
        ),
        Mistake(
            "bias for each image",
            gradient_like(of_b=lambda g, G: G.sum(dim=(2, 3))),
            "`grad_W` is right. One bias for each kernel serves all images: sum over them as well.",
        ),
        Mistake(
            "sign",
            gradient_like(of_w=lambda g, X, G: -g, of_b=lambda g, G: -g),
            "The gradient points uphill. The minus belongs to the optimiser's step.",
        ),
    ),
    hints=(
        "Do the first case by hand: the first weight meets the pixels 1, 2, 3 and −1, at four "
        "places with the slopes 1, 0, 2 and −1.",
        "For each (u, v): the window of X that starts there and is as large as G, times G, "
        "summed over images and places; for every pair of map f and channel c.",
    ),
)
