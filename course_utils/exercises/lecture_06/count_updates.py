"""Exercise of lecture 06, "how many updates?"."""

from __future__ import annotations

import math

import torch
from torch import Generator
from torch.utils.data import DataLoader, TensorDataset

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole


def updates_by_loader(n: int, batch_size: int, epochs: int, drop_last: bool) -> int:
    """Counts the batches of a DataLoader."""
    loader = DataLoader(TensorDataset(torch.zeros(n)), batch_size, drop_last=drop_last)
    return epochs * len(loader)


def draw_sizes(generator: Generator) -> Inputs:
    """Sizes whose last batch is mostly short."""
    n, batch_size = whole(generator, 30, 900), whole(generator, 3, 29)
    return n, batch_size, whole(generator, 3, 40), bool(whole(generator, 0, 1))


COUNT_UPDATES = Exercise(
    id="count_updates",
    title="How many updates?",
    signature="count_updates(n, batch_size, epochs, drop_last)",
    points=1,
    minutes=5,
    returns="a whole number (int)",
    reference=updates_by_loader,
    cases=(
        Case("10 samples in batches of 4", lambda: (10, 4, 3, False)),
        Case("the same, short batch left out", lambda: (10, 4, 3, True)),
        Case("759 samples in batches of 32", lambda: (759, 32, 100, False)),
        Case("batches that fit exactly", lambda: (2000, 500, 5, False)),
        Case("fewer samples than a batch", lambda: (20, 32, 6, True), costs=0.5),
    ),
    draw=draw_sizes,
    mistakes=(
        Mistake(
            "short batch forgotten",
            lambda n, batch_size, epochs, drop_last: epochs * (n // batch_size),
            (
                "10 samples in batches of 4: count the batches with your fingers.",
                "The samples left over make a batch too, unless drop_last is True. "
                "In which direction must n / batch_size be rounded?",
            ),
        ),
        Mistake(
            "drop_last ignored",
            lambda n, batch_size, epochs, drop_last: epochs * math.ceil(n / batch_size),
            "Right with every sample. What does drop_last=True do with a batch that is not full?",
        ),
        Mistake(
            "drop_last the other way round",
            lambda n, batch_size, epochs, drop_last: updates_by_loader(
                n, batch_size, epochs, not drop_last
            ),
            "drop_last=True means fewer batches, not more. Which of your two branches is which?",
        ),
        Mistake(
            "one batch more, always",
            lambda n, batch_size, epochs, drop_last: (
                epochs * (n // batch_size + (0 if drop_last else 1))
            ),
            (
                "Try 2000 samples in batches of 500: is there a fifth batch?",
                "Adding 1 is right only where samples are left over; math.ceil knows when.",
            ),
        ),
        Mistake(
            "epochs run into each other",
            lambda n, batch_size, epochs, drop_last: (
                epochs * n // batch_size if drop_last else math.ceil(epochs * n / batch_size)
            ),
            (
                "With one epoch you are right. Does a batch ever hold samples of two epochs?",
                "Every epoch is cut into batches anew: round first, then multiply.",
            ),
        ),
        Mistake(
            "rounded to the nearest",
            lambda n, batch_size, epochs, drop_last: (
                epochs * (n // batch_size if drop_last else round(n / batch_size))
            ),
            "10 / 4 is 2.5 and needs 3 batches; what about 9 / 4? round() goes both ways.",
        ),
        Mistake(
            "one epoch only",
            lambda n, batch_size, epochs, drop_last: updates_by_loader(n, batch_size, 1, drop_last),
            "Those are the iterations of one epoch. How many updates has the whole training?",
        ),
        Mistake(
            "not a whole number",
            lambda n, batch_size, epochs, drop_last: epochs * n / batch_size,
            "Half an update cannot be made. Round n / batch_size, and return an int.",
        ),
    ),
    hints=(
        "Do it by hand for 10 samples in batches of 4: how many batches has an epoch?",
        "Batches per epoch first, a whole number; then times the epochs. "
        "math.ceil rounds up, // rounds down.",
    ),
)
