"""Exercise of lecture 11: a loop too many."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole


def means_by_scatter(X: Tensor, y: Tensor, K: int) -> Tensor:
    """PyTorch's own reduction by groups; rows without a sample stay as they were, 0."""
    index = y[:, None].expand_as(X)
    return torch.zeros(K, X.shape[1]).scatter_reduce(0, index, X, "mean", include_self=False)


def means_like(
    divide: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor, int], Tensor]:
    """Sums (K, D) of the classes, divided otherwise by the counts (K,)."""

    def means(X: Tensor, y: Tensor, K: int) -> Tensor:
        sums = torch.zeros(K, X.shape[1]).index_add(0, y, X)
        return divide(sums, torch.bincount(y, minlength=K))

    return means


def last_row_wins(X: Tensor, y: Tensor, K: int) -> Tensor:
    """`sums[y] += X` reads all, adds all, and writes all: repeated classes are written once."""
    sums = torch.zeros(K, X.shape[1])
    last = torch.zeros(K, dtype=torch.int64).scatter_reduce(0, y, torch.arange(len(y)), "amax")
    counts = torch.bincount(y, minlength=K)
    sums[counts > 0] = X[last[counts > 0]]
    return sums / counts.clamp(min=1)[:, None]


def only_classes_that_occur(X: Tensor, y: Tensor, K: int) -> Tensor:
    """A row for each class of torch.unique."""
    return torch.stack([X[y == k].mean(dim=0) for k in y.unique()])


def up_to_the_largest(X: Tensor, y: Tensor, K: int) -> Tensor:
    """As many rows as the largest class asks for."""
    return means_by_scatter(X, y, int(y.max()) + 1)


def short_counts(X: Tensor, y: Tensor, K: int) -> Tensor:
    """Counts that end with the largest class that occurs."""
    sums = torch.zeros(K, X.shape[1]).index_add(0, y, X)
    return sums / torch.bincount(y).clamp(min=1)[:, None]


def mean_of_everything(X: Tensor, y: Tensor, K: int) -> Tensor:
    """The mean of a masked table: zeros of other classes count too."""
    masks = y[None] == torch.arange(min(K, 20))[:, None]
    return masks.float() @ X / len(X)


def large_table() -> Inputs:
    """600,000 rows of 20 classes; the rows of a class are equal, so that its mean is exact."""
    y = torch.arange(600_000) * 7 % 20
    return torch.stack([y.float(), 20 - 2 * y.float()], dim=1), y, 20


def draw_classes(generator: Generator) -> Inputs:
    """Rows of three to six classes; the last class never occurs."""
    n, d, K = whole(generator, 20, 40), whole(generator, 2, 4), whole(generator, 5, 7)
    X = 1 + torch.randn(n, d, generator=generator)
    y = torch.cat([torch.arange(K - 1), torch.randint(K - 1, (n - K + 1,), generator=generator)])
    return X, y, K


CLASS_MEANS = Exercise(
    id="class_means",
    title="A loop too many",
    signature="class_means(X, y, K)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape (K, D)",
    reference=means_by_scatter,
    rtol=1e-3,
    atol=1e-4,
    seconds=1.0,
    cases=(
        Case(
            "five rows, three classes",
            lambda: (
                torch.tensor([[1.0, 2.0], [3.0, 0.0], [5.0, 4.0], [0.0, 7.0], [6.0, 9.0]]),
                torch.tensor([0, 2, 0, 1, 0]),
                3,
            ),
        ),
        Case(
            "two classes, two features",
            lambda: (
                torch.tensor([[1.0, -1.0], [2.0, 5.0], [4.0, 3.0]]),
                torch.tensor([1, 1, 0]),
                2,
            ),
        ),
        Case(
            "classes without a row",
            lambda: (
                torch.tensor([[2.0], [4.0], [-3.0], [5.0]]),
                torch.tensor([0, 2, 2, 0]),
                5,
            ),
            costs=1,
        ),
        Case("600,000 rows", large_table),
    ),
    draw=draw_classes,
    mistakes=(
        Mistake(
            "the last row of a class alone",
            last_row_wins,
            (
                "By hand: do all three rows of class 0 enter the sum?",
                "`sums[y] += X` writes each class only once. What adds repeated indices up is "
                "index_add, or a product with one-hot rows.",
            ),
        ),
        Mistake(
            "sums",
            means_like(lambda sums, counts: sums),
            "Those are sums. By how many rows must each class be divided?",
        ),
        Mistake(
            "divided by all rows",
            mean_of_everything,
            "You divide by N. Each class has a number of rows of its own: torch.bincount.",
        ),
        Mistake(
            "0 / 0",
            means_like(lambda sums, counts: sums / counts[:, None]),
            (
                "Right where every class occurs. What is 0 / 0?",
                "A class without rows has the sum 0 already: divide by at least 1.",
            ),
        ),
        Mistake(
            "one row too many",
            means_like(lambda sums, counts: sums / (counts + 1)[:, None]),
            "All means are too near to 0. Adding 1 to the counts cures the empty classes, "
            "and spoils the others.",
        ),
        Mistake(
            "counts along the wrong dimension",
            means_like(lambda sums, counts: sums / counts.clamp(min=1)),
            (
                "sums has the shape (K, D), the counts (K,). Which dimension do they meet?",
                "Broadcasting begins at the right: give the counts the shape (K, 1).",
            ),
        ),
        Mistake(
            "classes that occur",
            only_classes_that_occur,
            "A class without rows needs its row too: of zeros. The result has K rows.",
        ),
        Mistake(
            "as many rows as the largest class",
            up_to_the_largest,
            "K is given: the last classes may have no row. Make the result that tall.",
        ),
        Mistake(
            "counts that end too early",
            short_counts,
            "torch.bincount(y) ends with the largest class that occurs: look at its minlength.",
        ),
        Mistake(
            "one mean for all",
            lambda X, y, K: X.mean(dim=0).expand(K, -1).clone(),
            "Each row of your result is the mean of all X. Where does `y` enter?",
        ),
    ),
    hints=(
        "Write it as a loop over the rows first: which two things are added up?",
        "Sums by torch.zeros(K, D).index_add(0, y, X), or by a loop over the few classes; "
        "counts by torch.bincount; then divide, and mind counts of 0.",
    ),
)
