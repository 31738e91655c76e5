"""Exercise of lecture 00: cure the dtypes."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between


def cure(features: Tensor, labels: list[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Name every dtype when the tensors are made."""
    targets = torch.tensor([[label] for label in labels], dtype=torch.float32)
    return features.to(torch.float32), targets, torch.tensor(labels, dtype=torch.int64)


def draw_batch(generator: Generator) -> Inputs:
    """Features in float64 and labels 0 and 1."""
    n = between(4, 9, generator)
    features = 3 * torch.randn(n, between(2, 5, generator), generator=generator)
    labels = torch.randint(0, 2, (n,), generator=generator).tolist()
    return features.double(), labels


CURE_DTYPES = Exercise(
    id="cure_dtypes",
    title="Cure the dtypes",
    signature="cure_dtypes(features, labels)",
    points=2,
    minutes=7,
    returns="a tuple (X, targets, classes)",
    parts=("X", "targets", "classes"),
    reference=cure,
    cases=(
        Case("whole numbers", lambda: (torch.tensor([[2, 0], [4, 1], [3, 1]]), [0, 1, 0])),
        Case(
            "float64, as NumPy has it",
            lambda: (torch.tensor([[2.1, 0.1], [-4.7, 0.8]], dtype=torch.float64), [1, 0]),
        ),
        Case("float32 already", lambda: (torch.tensor([[0.5], [1.5], [2.5]]), [1, 1, 0])),
        Case("one sample", lambda: (torch.tensor([[7, 8, 9]]), [1])),
    ),
    draw=draw_batch,
    mistakes=(
        Mistake(
            "features as they came",
            lambda features, labels: (features, *cure(features, labels)[1:]),
            (
                "Give your X to nn.Linear(2, 1): does it take it?",
                "A layer's weights are float32, so X must be too, whatever came from the file.",
            ),
        ),
        Mistake(
            "float64",
            lambda features, labels: (features.double(), *cure(features, labels)[1:]),
            (
                "A float in Python is a float64. Which one does a net compute in?",
                "x.double() makes float64. The lecture names the one that makes float32.",
            ),
        ),
        Mistake(
            "decimals cut off",
            lambda features, labels: (features.long().float(), *cure(features, labels)[1:]),
            "2.1 has become 2: whole numbers are no good stop on the way to float32.",
        ),
        Mistake(
            "flat targets",
            lambda features, labels: (
                cure(features, labels)[0],
                torch.tensor(labels).float(),
                torch.tensor(labels),
            ),
            (
                "Predictions come as (N, 1). What does (N, 1) minus your targets give?",
                "The dtype of targets is right; they lack the second direction.",
            ),
        ),
        Mistake(
            "targets in whole numbers",
            lambda features, labels: (
                cure(features, labels)[0],
                torch.tensor(labels).reshape(-1, 1),
                torch.tensor(labels),
            ),
            (
                "The shape of targets is right. Is 0 or 1 a whole number for the loss here?",
                "One of two classes is compared with a probability: a float32, see the table.",
            ),
        ),
        Mistake(
            "classes as decimals",
            lambda features, labels: (*cure(features, labels)[:2], torch.tensor(labels).float()),
            "A class is a name, not an amount: `classes` keeps whole numbers, int64.",
        ),
        Mistake(
            "classes as a column",
            lambda features, labels: (
                *cure(features, labels)[:2],
                torch.tensor(labels).reshape(-1, 1),
            ),
            "`classes` has the right dtype, but it is a flat list of names: shape (N,).",
        ),
        Mistake(
            "targets and classes swapped",
            lambda features, labels: (
                cure(features, labels)[0],
                cure(features, labels)[2],
                cure(features, labels)[1],
            ),
            "Look at the order: second the targets (N, 1), third the classes (N,).",
        ),
    ),
    hints=(
        "Print shape and dtype of all three results, and compare with the table in the lecture.",
        "x.float() and x.long() convert; reshape(-1, 1) makes a column of a flat tensor.",
    ),
)
