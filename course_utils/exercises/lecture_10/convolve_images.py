"""Exercise of lecture 10: a convolutional layer, whole."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Layer = Callable[[Tensor, Tensor, Tensor, int, int], Tensor]


def layer_like(
    images: Callable[[Tensor], Tensor] = lambda X: X,
    kernels: Callable[[Tensor], Tensor] = lambda W: W,
    offset: Callable[[Tensor, Tensor], Tensor] = lambda b, W: b,
    pad: Callable[[Tensor, int], Tensor] = lambda X, p: F.pad(X, (p, p, p, p)),
    whole_map: Callable[[Tensor, int], Tensor] = lambda Z, stride: Z[:, :, ::stride, ::stride],
) -> Layer:
    """A layer that convolves with stride 1 and picks; with one of its parts exchanged."""

    def layer(X: Tensor, W: Tensor, b: Tensor, stride: int, padding: int) -> Tensor:
        Z = F.conv2d(pad(images(X), padding), kernels(W), offset(b, W))
        return whole_map(Z, stride)

    return layer


def neighbours(X: Tensor, W: Tensor, b: Tensor, stride: int, padding: int) -> Tensor:
    """The right size, but the windows start at 0, 1, 2, … whatever the stride."""
    right = F.conv2d(X, W, b, stride=stride, padding=padding)
    return F.conv2d(X, W, b, padding=padding)[:, :, : right.shape[2], : right.shape[3]]


def padded_with_edge(X: Tensor, p: int) -> Tensor:
    """Repeats the outermost pixels."""
    return F.pad(X, (p, p, p, p), mode="replicate")


def image_with_edge() -> Inputs:
    """One grey image, a kernel for vertical edges that is not symmetric."""
    image = torch.tensor([[0.0, 0, 9, 9], [0, 0, 9, 9], [0, 3, 9, 9], [6, 9, 9, 9]])
    kernel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 3.0]])
    return image[None, None], kernel[None, None], torch.tensor([0.5]), 1, 0


def random_layer(n: int, c: int, f: int, k: int, h: int, w: int, seed: int) -> list[Tensor]:
    """Images, kernels and biases, always the same for a seed."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((n, c, h, w), (f, c, k, k), (f,))
    return [torch.randn(shape, generator=generator) for shape in shapes]


def draw_layer(generator: Generator) -> Inputs:
    """Small images that are not square. Stride and padding have cases that cost a part only."""
    n, c, f, k = (whole(generator, low, high) for low, high in ((1, 3), (2, 3), (2, 4), (2, 3)))
    h, w = whole(generator, 5, 6), whole(generator, 7, 8)
    X = torch.randn(n, c, h, w, generator=generator)
    W, b = torch.randn(f, c, k, k, generator=generator), torch.randn(f, generator=generator)
    return X, W, b, 1, 0


CONVOLVE_IMAGES = Exercise(
    id="convolve_images",
    title="A convolutional layer, whole",
    signature="convolve_images(X, W, b, stride, padding)",
    points=3,
    minutes=16,
    returns="a float32 tensor of shape (N, F, rows, columns)",
    reference=F.conv2d,
    atol=1e-5,
    cases=(
        Case("one grey image, one kernel", image_with_edge),
        Case(
            "two colour images, three kernels",
            lambda: (*random_layer(2, 3, 3, 3, 5, 6, seed=1), 1, 0),
        ),
        Case("stride 2", lambda: (*random_layer(2, 2, 3, 3, 6, 9, seed=2), 2, 0), costs=0.5),
        Case("padding 1", lambda: (*random_layer(1, 2, 2, 3, 4, 5, seed=3), 1, 1), costs=0.5),
        Case(
            "stride 3, padding 2, kernels of 4",
            lambda: (*random_layer(2, 1, 2, 4, 8, 9, seed=4), 3, 2),
            costs=1,
        ),
    ),
    draw=draw_layer,
    mistakes=(
        Mistake(
            "kernel turned",
            layer_like(kernels=lambda W: W.flip(2, 3)),
            (
                "The upper left weight meets the upper left pixel of the window. With you?",
                "You turn the kernel, as mathematicians do. The course, as PyTorch, does not.",
            ),
        ),
        Mistake(
            "kernel transposed",
            layer_like(kernels=lambda W: W.transpose(2, 3)),
            "Your kernel finds horizontal edges where it should find vertical ones: "
            "which index belongs to rows, in the image and in the kernel?",
        ),
        Mistake(
            "bias forgotten",
            layer_like(offset=lambda b, W: 0 * b),
            "Each map is off by one and the same number. What else has a layer, besides kernels?",
        ),
        Mistake(
            "bias once for each channel",
            layer_like(offset=lambda b, W: b * W.shape[1]),
            (
                "With one channel you are right. How often is the bias added with three?",
                "The bias is added once to each number of the map, after the sum over channels.",
            ),
        ),
        Mistake(
            "bias for each weight",
            layer_like(offset=lambda b, W: b * W[0].numel()),
            "The bias sits within the sum over the window. It is added once, after the sum.",
        ),
        Mistake(
            "mean in place of sum",
            layer_like(kernels=lambda W: W / W[0].numel()),
            "Too small by the number of weights of a kernel: products are added, not averaged.",
        ),
        Mistake(
            "mean over the channels",
            layer_like(kernels=lambda W: W / W.shape[1]),
            "Right for one channel. The sum runs over the channels too; it is no mean.",
        ),
        Mistake(
            "first channel only",
            layer_like(kernels=lambda W: torch.cat([W[:, :1], 0 * W[:, 1:]], dim=1)),
            "Right for one channel. A kernel has a layer of weights for each channel.",
        ),
        Mistake(
            "padding forgotten",
            layer_like(pad=lambda X, p: X),
            "Right without padding. Where do the zeros around the image come from?",
        ),
        Mistake(
            "padding on one side",
            layer_like(pad=lambda X, p: F.pad(X, (p, 0, p, 0))),
            "Zeros above and on the left, but none below and on the right: a row has two ends.",
        ),
        Mistake(
            "twice the padding on one side",
            layer_like(pad=lambda X, p: F.pad(X, (2 * p, 0, 2 * p, 0))),
            "The size is right, but all zeros lie above and on the left. "
            "There are `padding` of them at each end.",
        ),
        Mistake(
            "edge repeated",
            layer_like(pad=padded_with_edge),
            "You repeat the outermost pixels. Padding means zeros here.",
        ),
        Mistake(
            "stride forgotten",
            layer_like(whole_map=lambda Z, stride: Z),
            "Right with stride 1. How far does the window move each time, and how many places "
            "are left?",
        ),
        Mistake(
            "stride for the size only",
            neighbours,
            (
                "The shape is right. At which pixel does the second window of a row start?",
                "Output j belongs to the window that starts at j · stride.",
            ),
        ),
        Mistake(
            "stride along rows only",
            layer_like(whole_map=lambda Z, stride: Z[:, :, ::stride]),
            "The window jumps downwards, but not to the right: the stride holds for both.",
        ),
        Mistake(
            "as many columns as rows",
            lambda X, W, b, stride, padding: (
                lambda Z: Z[:, :, :, : Z.shape[2]]  # all images here are wider than high
            )(F.conv2d(X, W, b, stride, padding)),
            "Right for a square image. Count rows from the height, and columns from the width.",
        ),
        Mistake(
            "ReLU as well",
            lambda X, W, b, stride, padding: F.conv2d(X, W, b, stride, padding).relu(),
            "Right where the result is positive. The activation is a layer of its own.",
        ),
    ),
    hints=(
        "Begin with one grey image, stride 1 and no padding; the first number of the first case "
        "is easily done by hand. Then channels, batch, stride, padding, one by one.",
        "Pad with F.pad; for each place take the window of all samples and channels that starts "
        "at (i · stride, j · stride); for each kernel multiply, add over channels and window, "
        "add the bias.",
    ),
)
