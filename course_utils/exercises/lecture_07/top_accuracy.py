"""Exercise of lecture 07: right within n guesses."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import draw_logits, logits_of_animals


def share_in_topk(Z: Tensor, y: Tensor, n: int) -> float:
    """Looks the true class up among the classes of torch.topk."""
    best = Z.topk(n, dim=1).indices
    return (best == y[:, None]).any(dim=1).double().mean().item()


def place_of_truth(Z: Tensor, y: Tensor) -> Tensor:
    """How many classes have a larger logit than the true one."""
    true = Z.gather(1, y[:, None])
    return Z.gt(true).sum(dim=1)


def top_of_columns(Z: Tensor, y: Tensor, n: int) -> float:
    """Searches along the samples."""
    best = Z.topk(min(n, len(Z)), dim=0).indices
    return (best[:, y] == torch.arange(len(y))).any(dim=0).double().mean().item()


def draw_top(generator: Generator) -> Inputs:
    """Logits, classes, and how many guesses are allowed."""
    Z, y = draw_logits(generator)
    return Z, y, int(torch.randint(1, 3, (), generator=generator))


TOP_ACCURACY = Exercise(
    id="top_accuracy",
    title="Right within n guesses",
    signature="top_accuracy(Z, y, n)",
    points=1,
    minutes=7,
    returns="a number (float) from 0 to 1",
    reference=share_in_topk,
    between=(0, 1),
    cases=(
        Case("three animals, one guess", lambda: (logits_of_animals(), torch.tensor([0, 3, 2]), 1)),
        Case(
            "three animals, two guesses", lambda: (logits_of_animals(), torch.tensor([1, 2, 3]), 2)
        ),
        Case(
            "five samples, two guesses of three",
            lambda: (
                torch.tensor(
                    [
                        [1.0, 2.0, 3.0],
                        [-1.0, -3.0, -2.0],
                        [0.5, 0.0, 0.2],
                        [9.0, 8.0, 0.0],
                        [0.1, 0.3, 0.2],
                    ]
                ),
                torch.tensor([0, 0, 1, 1, 2]),
                2,
            ),
        ),
        Case(
            "as many guesses as classes", lambda: (logits_of_animals(), torch.tensor([3, 2, 0]), 4)
        ),
    ),
    draw=draw_top,
    mistakes=(
        Mistake(
            "argmax only",
            lambda Z, y, n: (Z.argmax(dim=1) == y).double().mean().item(),
            (
                "Right for one guess. What does n change in your function?",
                "With two guesses the second largest logit counts too: look at torch.topk, "
                "or count how many logits are larger than that of the truth.",
            ),
        ),
        Mistake(
            "the n-th guess only",
            lambda Z, y, n: (place_of_truth(Z, y) == n - 1).double().mean().item(),
            "You accept only the n-th guess. Those before it count as well.",
        ),
        Mistake(
            "one guess too many",
            lambda Z, y, n: (place_of_truth(Z, y) <= n).double().mean().item(),
            "With n = 1, how many logits may be larger than that of the true class?",
        ),
        Mistake(
            "smallest logits",
            lambda Z, y, n: share_in_topk(-Z, y, n),
            "You pick the classes the model believes in least. Which end of the order is meant?",
        ),
        Mistake(
            "a count",
            lambda Z, y, n: float((place_of_truth(Z, y) < n).sum()),
            "That is the number of hits. Accuracy is a share of all samples.",
        ),
        Mistake(
            "per cent",
            lambda Z, y, n: 100 * share_in_topk(Z, y, n),
            "The numbers are right, in per cent. A share lies between 0 and 1.",
        ),
        Mistake(
            "divided by the classes",
            lambda Z, y, n: (place_of_truth(Z, y) < n).sum().item() / Z.shape[1],
            "You divide by the number of classes. A share of what is accuracy?",
        ),
        Mistake(
            "hits counted for each guess",
            lambda Z, y, n: (Z.topk(n, dim=1).indices == y[:, None]).double().mean().item(),
            (
                "With as many guesses as classes every sample is a hit: your result should be 1.",
                "A sample has n guesses but is hit once: first any(dim=1), then the mean.",
            ),
        ),
    ),
    hints=(
        "Do it by hand for the first row (2, 1, 0, −1): which classes are its two best guesses?",
        "A sample is a hit if its true class is among the n largest logits of its row; "
        "then the share of hits. No softmax is needed.",
    ),
)
