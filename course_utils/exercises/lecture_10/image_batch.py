"""Exercise of lecture 10: an image from a file."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole


def batch_by_lists(image: Tensor) -> Tensor:
    """Takes out one channel after the other, one row after the other."""
    channels = range(image.shape[2])
    rows = image.tolist()
    return torch.tensor([[[[pixel[c] / 255 for pixel in row] for row in rows] for c in channels]])


def channels_first(image: Tensor) -> Tensor:
    """The image as (C, H, W), still of whole numbers."""
    return image.permute(2, 0, 1)


def draw_image(generator: Generator) -> Inputs:
    """Noise of any size, with the smallest and the largest possible value."""
    shape = (whole(generator, 4, 7), whole(generator, 4, 7), 3)
    image = torch.randint(256, shape, generator=generator).to(torch.uint8)
    image[0, 0, 0], image[1, 1, 1] = 0, 255
    return (image,)


def two_rows() -> Inputs:
    """Two rows of three pixels; every pixel has a colour of its own."""
    pixels = [
        [[255, 0, 0], [0, 255, 0], [0, 0, 255]],
        [[51, 102, 153], [204, 204, 204], [25, 50, 75]],
    ]
    return (torch.tensor(pixels, dtype=torch.uint8),)


def square_image() -> Inputs:
    """As many rows as columns as channels: no shape tells a wrong order."""
    return (torch.linspace(0, 255, 27).to(torch.uint8).reshape(3, 3, 3),)


IMAGE_BATCH = Exercise(
    id="image_batch",
    title="An image from a file",
    signature="image_batch(image)",
    points=1,
    minutes=7,
    returns="a float32 tensor of shape (1, C, H, W)",
    between=(0, 1),
    reference=batch_by_lists,
    cases=(
        Case("two rows of three pixels", two_rows),
        Case("three rows of three pixels", square_image),
        Case(
            "a grey image, one channel",
            lambda: (torch.tensor([[[10], [255]], [[90], [0]], [[30], [60]]], dtype=torch.uint8),),
        ),
        Case(
            "a dark image",
            lambda: (torch.arange(20, 68, 2, dtype=torch.uint8).reshape(2, 4, 3),),
            costs=0.5,
        ),
    ),
    draw=draw_image,
    mistakes=(
        Mistake(
            "reshape instead of permute",
            lambda image: image.reshape(1, image.shape[2], *image.shape[:2]) / 255,
            (
                "The shape is right. Look at the red channel of the first case: which of the six "
                "pixels are red?",
                "reshape only cuts the numbers otherwise, in the order in which they lie in "
                "memory. Which function exchanges axes?",
            ),
        ),
        Mistake(
            "rows and columns exchanged",
            lambda image: (image.permute(2, 1, 0) / 255).unsqueeze(0),
            (
                "Your image lies on its side: it is mirrored at the diagonal.",
                "permute(2, 1, 0) turns the whole order round. Height stays before width.",
            ),
        ),
        Mistake(
            "channels still last",
            lambda image: (image / 255).unsqueeze(0),
            "A batch, and the right range. Where does PyTorch want the channels?",
        ),
        Mistake(
            "wrong way round",
            lambda image: (image.permute(1, 2, 0) / 255).unsqueeze(0),
            "permute names, for each new place, the axis that comes there. "
            "Which axis of the image holds the channels?",
        ),
        Mistake(
            "no batch",
            lambda image: channels_first(image) / 255,
            "That is an image, (C, H, W). A network wants a batch, even of one.",
        ),
        Mistake(
            "channels taken for samples",
            lambda image: (channels_first(image) / 255).unsqueeze(1),
            "With you, each channel is a sample. Of the one image there is one sample: "
            "at which place does the new axis belong?",
        ),
        Mistake(
            "still up to 255",
            lambda image: channels_first(image).unsqueeze(0).float(),
            "The right order. The values go up to 255; asked is the range from 0 to 1.",
        ),
        Mistake(
            "whole numbers divided",
            lambda image: (channels_first(image) // 255).unsqueeze(0).float(),
            (
                "Almost all of your pixels are black. What is 204 // 255?",
                "Divide after the numbers have become float32, with a single stroke.",
            ),
        ),
        Mistake(
            "still uint8",
            lambda image: channels_first(image).unsqueeze(0),
            "These are whole numbers, uint8. Weights are float32, and so must be what they meet.",
        ),
        Mistake(
            "divided by the largest value",
            lambda image: (channels_first(image) / image.max()).unsqueeze(0),
            (
                "Right where a pixel has the value 255. What becomes of a dark image?",
                "A dark image has to stay dark: the same divisor for all images.",
            ),
        ),
        Mistake(
            "stretched between smallest and largest value",
            lambda image: (
                (channels_first(image) - image.min()) / (image.max() - image.min())
            ).unsqueeze(0),
            "You stretch each image to the full range. Grey fog would become black and white: "
            "use the same numbers for all images.",
        ),
        Mistake(
            "divided by 256",
            lambda image: (channels_first(image) / 256).unsqueeze(0),
            "Nearly. The largest value of 8 bits should become exactly 1: which one is it?",
        ),
        Mistake(
            "colours in the other order",
            lambda image: (channels_first(image).flip(0) / 255).unsqueeze(0),
            "Red and blue are exchanged. The channels stay in their order.",
        ),
        Mistake(
            "one grey channel",
            lambda image: (channels_first(image) / 255).mean(dim=0, keepdim=True).unsqueeze(0),
            "You averaged the colours away. Each channel stays by itself.",
        ),
    ),
    hints=(
        "Take the pixel in row 0, column 1 of the first case, green. At which four indices "
        "should its 1 stand in the result?",
        "Exchange axes with permute, make float32 of it and divide by 255; unsqueeze or [None] "
        "adds the batch.",
    ),
)
