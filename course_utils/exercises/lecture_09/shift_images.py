"""Exercise of lecture 09: shifted copies."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Shift = Callable[[Tensor, Tensor, bool], Tensor]


def shift_by_padding(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """A negative padding cuts pixels off: as much as the other side gets."""
    if not training:
        return images.clone()
    moved = [
        F.pad(image, (right, -right, down, -down))
        for image, (down, right) in zip(images, offsets.tolist(), strict=True)
    ]
    return torch.stack(moved)


def with_offsets(change: Callable[[Tensor], Tensor]) -> Shift:
    """The right shift by wrong offsets."""
    return lambda images, offsets, training: shift_by_padding(images, change(offsets), training)


def around_the_edge(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """What leaves on one side comes in on the other."""
    if not training:
        return images
    shifts = offsets.tolist()
    moved = [torch.roll(im, s, dims=(-2, -1)) for im, s in zip(images, shifts, strict=True)]
    return torch.stack(moved)


def edges_blackened_from_the_start(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """Rolls, then blackens [:down]; [:-1] is all but one row."""
    if not training:
        return images
    moved = around_the_edge(images, offsets, True)
    for image, (down, right) in zip(moved, offsets.tolist(), strict=True):
        image[:, :down] = 0
        image[:, :, :right] = 0
    return moved


def edge_repeated(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """Fills with the nearest pixel."""
    if not training:
        return images
    height, width = images.shape[-2:]
    moved = []
    for image, (down, right) in zip(images, offsets.tolist(), strict=True):
        rows = (torch.arange(height) - down).clamp(0, height - 1)
        columns = (torch.arange(width) - right).clamp(0, width - 1)
        moved.append(image[:, rows][:, :, columns])
    return torch.stack(moved)


def cut_and_put(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """Slices as for shifts down and to the right; [: -0] is empty, negative ones fit nowhere."""
    if not training:
        return images
    moved = torch.zeros_like(images)
    for i, (down, right) in enumerate(offsets.tolist()):
        moved[i, :, down:, right:] = images[i, :, :-down, :-right]
    return moved


def zeros_where_it_was(images: Tensor, offsets: Tensor, training: bool) -> Tensor:
    """Blackens a frame instead of moving."""
    if not training:
        return images
    return torch.where(shift_by_padding(torch.ones_like(images), offsets, True) > 0, images, 0.0)


def draw_images(generator: Generator) -> Inputs:
    """Images without a black pixel, shifts of up to two pixels, three of four in training."""
    n, channels = whole(generator, 3, 5), whole(generator, 1, 3)
    shape = (n, channels, whole(generator, 5, 7), whole(generator, 4, 8))
    offsets = torch.randint(-2, 3, (n, 2), generator=generator)
    images = 0.2 + torch.rand(shape, generator=generator)
    return images, offsets, whole(generator, 1, 4) > 1


def numbered(n: int, channels: int, height: int, width: int) -> Tensor:
    """Images whose pixels are 1, 2, 3, … in the order of reading."""
    count = n * channels * height * width
    return torch.arange(1.0, count + 1).reshape(n, channels, height, width)


SHIFT_IMAGES = Exercise(
    id="shift_images",
    title="The same picture, elsewhere",
    signature="shift_images(images, offsets, training)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape (N, C, H, W)",
    reference=shift_by_padding,
    cases=(
        Case(
            "two grey images, down and to the right",
            lambda: (numbered(2, 1, 3, 4), torch.tensor([[1, 2], [2, 1]]), True),
        ),
        Case(
            "up, to the left, and not at all",
            lambda: (numbered(3, 1, 4, 3), torch.tensor([[-1, 0], [1, -2], [0, 0]]), True),
        ),
        Case(
            "in colour, right out of the picture",
            lambda: (numbered(2, 3, 3, 3), torch.tensor([[0, 1], [3, -1]]), True),
            costs=0.5,
        ),
        Case("validation", lambda: (numbered(2, 1, 2, 3), torch.tensor([[1, 0], [0, 1]]), False)),
    ),
    draw=draw_images,
    mistakes=(
        Mistake(
            "around the edge",
            around_the_edge,
            (
                "What comes in on the side that becomes free? It should be black.",
                "torch.roll brings back what has left. Set those rows and columns to 0.",
            ),
        ),
        Mistake(
            "the same shift for all",
            with_offsets(lambda offsets: offsets[:1].expand_as(offsets)),
            "Only the first image is moved as asked. Each has its own row of `offsets`.",
        ),
        Mistake(
            "rows and columns swapped",
            with_offsets(lambda offsets: offsets.flip(1)),
            "The first offset moves down, along the height; which dimension is that?",
        ),
        Mistake(
            "the other direction",
            with_offsets(torch.neg),
            (
                "A shift of 1 down: where should the first row be found afterwards?",
                "Yours moves up and to the left. Row r of the result was row r − down.",
            ),
        ),
        Mistake(
            "validation moved, too",
            lambda images, offsets, training: shift_by_padding(images, offsets, True),
            "Training is right. What is measured is the picture as it is: ask for `training`.",
        ),
        Mistake(
            "nothing moved",
            lambda images, offsets, training: images,
            "That is right for validation. In training every image moves by its offsets.",
        ),
        Mistake(
            "filled with the edge",
            edge_repeated,
            "The moved part is right. What becomes free should be 0, not a copy of the edge.",
        ),
        Mistake(
            "slices that forget 0 and left",
            cut_and_put,
            (
                "Right for shifts down and to the right. What is x[:-0], and x[-1:]?",
                "Three cases: positive, zero, negative. F.pad, or a larger black image from which "
                "you cut a window, needs none.",
            ),
        ),
        Mistake(
            "blackened from the start, always",
            edges_blackened_from_the_start,
            (
                "Right for shifts down and to the right. Which rows does x[:-1] mean?",
                "With a negative offset the other end becomes free: x[down:], from the end.",
            ),
        ),
        Mistake(
            "blackened, not moved",
            zeros_where_it_was,
            "The right pixels are black, but the picture has stayed where it was.",
        ),
        Mistake(
            "down only",
            with_offsets(lambda offsets: offsets * torch.tensor([1, 0])),
            "You move up and down. The second offset moves to the side.",
        ),
        Mistake(
            "side only",
            with_offsets(lambda offsets: offsets * torch.tensor([0, 1])),
            "You move to the side. The first offset moves down.",
        ),
    ),
    hints=(
        "Draw the first image, 3 × 4, and move it 1 down and 2 to the right with a pencil.",
        "For each image: a black one of the same size, into which the part still to be seen goes. "
        "Or let F.pad add on one side and cut on the other.",
    ),
)
