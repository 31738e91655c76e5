"""Exercise of lecture 00: several scores for the whole table."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import between, column, numbered


def draw_linear(generator: Generator) -> Inputs:
    """A table, weights and biases of several scores."""
    n, d, k = between(4, 8, generator), between(2, 3, generator), between(2, 3, generator)
    X, W = torch.randn(n, d, generator=generator), torch.randn(d, k, generator=generator)
    return X, W, torch.randn(k, generator=generator)


ALL_SCORES = Exercise(
    id="all_scores",
    title="Several scores for the whole table",
    signature="all_scores(X, W, b)",
    points=1,
    minutes=6,
    returns="a float32 tensor of shape (N, K)",
    reference=lambda X, W, b: F.linear(X, W.T, b),
    cases=(
        Case(
            "four students, one score",
            lambda: (
                torch.tensor([[2.1, 0.1], [4.2, 0.8], [3.1, 0.9], [3.3, 0.2]]),
                column(2.0, -1.0),
                torch.tensor([0.5]),
            ),
        ),
        Case(
            "three samples, two scores",
            lambda: (
                numbered(3, 2) / 10,
                torch.tensor([[1.0, 0.0], [2.0, -1.0]]),
                torch.tensor([10.0, -3.0]),
            ),
        ),
        Case(
            "as many samples as scores",
            lambda: (
                torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, -1.0]]),
                torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
                torch.tensor([100.0, 200.0]),
            ),
        ),
        Case(
            "one sample",
            lambda: (
                torch.tensor([[1.0, -1.0]]),
                torch.tensor([[1.0, 2.0, 3.0], [0.5, 0.0, -0.5]]),
                torch.tensor([1.0, 2.0, 4.0]),
            ),
        ),
    ),
    draw=draw_linear,
    mistakes=(
        Mistake(
            "bias forgotten",
            lambda X, W, b: X @ W,
            (
                "Which score gets a sample whose features are all 0?",
                "The product is right. What is added to every row is missing.",
            ),
        ),
        Mistake(
            "bias inside the bracket",
            lambda X, W, b: X @ (W + b),
            (
                "Your bias is multiplied by the features. Should it be?",
                "First the product, then the bias: a bracket decides here.",
            ),
        ),
        Mistake(
            "weights transposed",
            lambda X, W, b: X @ W.T + b,
            (
                "Write the sizes under X and W: which two must agree?",
                "nn.Linear stores its matrix the other way round; our W is (D, K) already.",
            ),
        ),
        Mistake(
            "bias as a column",
            lambda X, W, b: X @ W + b.reshape(-1, 1),
            (
                "With as many samples as scores it runs. Is a bias that of a sample or of a score?",
                "A column is added along the rows. b has one number for each column of the result.",
            ),
        ),
        Mistake(
            "transposed result",
            lambda X, W, b: (X @ W + b).T,
            "The numbers are right; samples belong into the rows.",
        ),
        Mistake(
            "only the first row",
            lambda X, W, b: X[0] @ W + b,
            (
                "How many samples go in, and how many come out?",
                "If there is a loop with a `return` in it: it ends with its first row. "
                "No loop is needed.",
            ),
        ),
    ),
    hints=(
        "Write down the shapes: X (N, D), W (D, K), the result (N, K). Which product does that?",
        "@ is the matrix product; b is added to every row by broadcasting.",
    ),
)
