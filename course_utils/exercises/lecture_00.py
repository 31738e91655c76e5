"""Exercises of lecture 00, tensors."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..checks import Case, Exercise, Inputs, Mistake

# --- data -----------------------------------------------------------------------------------


def numbered(rows: int, columns: int) -> Tensor:
    """A table whose entries are all different: row 1 is 11, 12, 13, row 2 is 21, 22, 23."""
    return torch.arange(1.0, rows + 1).reshape(-1, 1) * 10 + torch.arange(1.0, columns + 1)


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def between(low: int, high: int, generator: Generator) -> int:
    """Draw a whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


# --- take_target ----------------------------------------------------------------------------


def take_out(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Pick columns by lists of their numbers."""
    everything = list(range(table.shape[1]))
    target = everything.pop(column)
    return table[:, everything], table[:, [target]]


def take_out_by_slices(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Slices that end at column + 1, which is 0 for the last column counted from the end."""
    rest = torch.cat([table[:, :column], table[:, column + 1 :]], dim=1)
    return rest, table[:, column : column + 1]


def take_out_rows(table: Tensor, column: int) -> tuple[Tensor, Tensor]:
    """Takes a row for a column."""
    return torch.cat([table[:column], table[column + 1 :]]), table[column : column + 1]


def draw_table(generator: Generator) -> Inputs:
    """A table of at least 4 columns and rows, and one of its columns, counted from the start."""
    columns = between(4, 7, generator)
    table = torch.randn(between(7, 12, generator), columns, generator=generator)
    return table, between(0, columns - 1, generator)


TAKE_TARGET = Exercise(
    id="take_target",
    title="X and y, wherever the target stands",
    signature="take_target(table, column)",
    points=2,
    minutes=8,
    returns="a tuple (X, y) of shapes (N, D) and (N, 1)",
    parts=("X", "y"),
    reference=take_out,
    cases=(
        Case("the last of three columns", lambda: (numbered(4, 3), 2)),
        Case("the first column", lambda: (numbered(4, 3), 0)),
        Case("a column in the middle", lambda: (numbered(5, 4), 1)),
        Case("one row", lambda: (numbered(1, 3), 2)),
        Case("the last column as −1", lambda: (numbered(3, 3), -1), costs=0.5),
    ),
    draw=draw_table,
    mistakes=(
        Mistake(
            "flat target",
            lambda table, column: (take_out(table, column)[0], table[:, column]),
            (
                "X is right. How many directions does y have, and how many should it have?",
                "A number as index removes a direction. What kind of index keeps it?",
            ),
        ),
        Mistake(
            "target still in X",
            lambda table, column: (table, take_out(table, column)[1]),
            (
                "Could a model read the answer in your X?",
                "X holds the target as well. It is the table without that column.",
            ),
        ),
        Mistake(
            "always the last column",
            lambda table, column: (table[:, :-1], table[:, -1:]),
            (
                "It is right where the target comes last. What happens to `column` in your code?",
                "The target may stand anywhere; only here and there is it the last one.",
            ),
        ),
        Mistake(
            "only the columns before it",
            lambda table, column: (table[:, :column], take_out(table, column)[1]),
            (
                "Where are the columns that stand behind the target?",
                "X has two parts, before and after the target; torch.cat glues tensors together.",
            ),
        ),
        Mistake(
            "−1 as a slice",
            take_out_by_slices,
            (
                "For every column counted from the start it is right. What is −1 + 1?",
                "A slice from −1 to 0 is empty. Turn a negative number into one from the start, "
                "or pick columns by a list.",
            ),
        ),
        Mistake(
            "y before X",
            lambda table, column: take_out(table, column)[::-1],
            "Both are there, in the wrong order: first X, then y.",
        ),
        Mistake(
            "a row instead of a column",
            take_out_rows,
            (
                "You have taken one sample out, with all its features.",
                "The first index counts rows, the second columns: table[:, …] takes all rows.",
            ),
        ),
    ),
    hints=(
        "Print the shapes of both results: they should be (N, D) and (N, 1), as in the lecture.",
        "Make a list of the columns that stay. A list of column numbers is a valid second index.",
    ),
)

# --- cure_dtypes ----------------------------------------------------------------------------


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

# --- all_scores -----------------------------------------------------------------------------


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

# --- differences ----------------------------------------------------------------------------


def draw_predictions(generator: Generator) -> Inputs:
    """Predictions as a column, targets as a column or flat."""
    n = between(3, 9, generator)
    y_hat, y = torch.randn(n, 1, generator=generator), torch.randn(n, 1, generator=generator)
    return y_hat, y.flatten() if between(0, 1, generator) else y


DIFFERENCES = Exercise(
    id="differences",
    title="No silent broadcast",
    signature="differences(y_hat, y)",
    points=1,
    minutes=5,
    returns="a float32 tensor of shape (N, 1)",
    reference=lambda y_hat, y: torch.sub(y_hat, y.view(len(y_hat), 1)),
    cases=(
        Case("targets as a column", lambda: (column(1.0, 2.0, 4.0), column(1.5, 0.0, 5.0))),
        Case("flat targets", lambda: (column(1.0, 2.0, 4.0), torch.tensor([1.5, 0.0, 5.0]))),
        Case(
            "perfect predictions, flat targets",
            lambda: (column(1.0, 2.0, 3.0, 4.0, 5.0), torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])),
        ),
        Case("one sample", lambda: (column(3.0), torch.tensor([1.0]))),
    ),
    draw=draw_predictions,
    mistakes=(
        Mistake(
            "silent broadcast",
            lambda y_hat, y: y_hat - y,
            (
                "How many differences should five samples have?",
                "A flat y is read as a row, and every prediction meets every target. "
                "Give y its second direction first.",
            ),
        ),
        Mistake(
            "flat result",
            lambda y_hat, y: y_hat.flatten() - y.flatten(),
            (
                "The numbers are right. Which shape is asked for?",
                "You made both flat; make both columns instead.",
            ),
        ),
        Mistake(
            "always one more direction",
            lambda y_hat, y: y_hat - y.unsqueeze(1),
            (
                "Flat targets are right now. And targets that are a column already?",
                "unsqueeze adds a direction in any case; reshape says what comes out.",
            ),
        ),
        Mistake(
            "predictions flattened",
            lambda y_hat, y: y_hat.squeeze() - y,
            "Now the prediction has lost its direction. Which of the two should be mended?",
        ),
        Mistake(
            "a row",
            lambda y_hat, y: y_hat.T - y,
            "You have turned the predictions into a row; samples belong into rows of their own.",
        ),
        Mistake(
            "target minus prediction",
            lambda y_hat, y: y.reshape(-1, 1) - y_hat,
            "The shape is right. Which is subtracted from which?",
        ),
    ),
    hints=(
        "Print both shapes before you subtract. What does PyTorch make of (N, 1) and (N,)?",
        "y.reshape with the right two numbers turns a flat tensor and a column into a column.",
    ),
)

# --- draw_rows ------------------------------------------------------------------------------


def draw_with_own_generator(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Leaves the notebook's generator alone."""
    following = torch.rand(1)  # first: nothing that comes later can have disturbed it
    order = torch.randperm(len(table), generator=torch.Generator().manual_seed(seed))
    return table[order[:n]], following


def seeds_everybody(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Seeds the generator that all others draw from."""
    torch.manual_seed(seed)
    return table[torch.randperm(len(table))[:n]], torch.rand(1)


def without_seed(table: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draws with whatever state there is."""
    return table[torch.randperm(len(table))[:n]], torch.rand(1)


def picked(table: Tensor, order: Tensor) -> tuple[Tensor, Tensor]:
    """Rows in an order, and the number that the untouched generator draws."""
    return table[order], torch.rand(1)


def draw_draw(generator: Generator) -> Inputs:
    """A table, a number of rows, a seed other than 0."""
    rows = between(8, 20, generator)
    table = torch.randn(rows, 3, generator=generator)
    return table, between(2, rows - 3, generator), between(1, 10_000, generator)


def seeded(seed: int) -> Generator:
    """A generator of one's own."""
    return torch.Generator().manual_seed(seed)


DRAW_ROWS = Exercise(
    id="draw_rows",
    title="A draw that repeats and disturbs nobody",
    signature="draw_rows(table, n, seed)",
    points=2,
    minutes=10,
    returns="a tuple (rows, following) of shapes (n, D) and (1,)",
    parts=("rows", "following"),
    reference=draw_with_own_generator,
    cases=(
        Case("three of ten rows", lambda: (numbered(10, 2), 3, 1)),
        Case("the same with another seed", lambda: (numbered(10, 2), 3, 2)),
        Case("all rows, in another order", lambda: (numbered(6, 3), 6, 7)),
        Case("one row", lambda: (numbered(8, 1), 1, 137), 0.5),
    ),
    draw=draw_draw,
    mistakes=(
        Mistake(
            "the notebook's generator seeded",
            seeds_everybody,
            (
                "`rows` is right. But what will the rest of the notebook draw after your call?",
                "torch.manual_seed sets the one generator that everybody uses. "
                "Draw from a torch.Generator of your own.",
            ),
        ),
        Mistake(
            "seed not used",
            without_seed,
            (
                "Call it twice with one seed: do you get the same rows?",
                "`seed` is not used. A generator of your own takes it by .manual_seed(seed).",
            ),
        ),
        Mistake(
            "own generator without its seed",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=torch.Generator())[:n]
            ),
            (
                "You disturb nobody. But do two seeds give different rows?",
                "A new torch.Generator always starts alike; it has to be told your seed.",
            ),
        ),
        Mistake(
            "with replacement",
            lambda table, n, seed: picked(
                table, torch.randint(len(table), (n,), generator=seeded(seed))
            ),
            (
                "Can a row come twice in your draw?",
                "torch.randint draws with replacement. A shuffled order holds every row once.",
            ),
        ),
        Mistake(
            "only among the first rows",
            lambda table, n, seed: picked(table, torch.randperm(n, generator=seeded(seed))),
            (
                "Can the last row of the table ever be drawn?",
                "You shuffle n numbers. How many rows are there to choose from?",
            ),
        ),
        Mistake(
            "all rows",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=seeded(seed))
            ),
            "The order is right; how many rows were asked for?",
        ),
        Mistake(
            "the last of the order",
            lambda table, n, seed: picked(
                table, torch.randperm(len(table), generator=seeded(seed))[-n:]
            ),
            "A good draw, but the check expects the first n of the shuffled order.",
        ),
        Mistake(
            "not shuffled",
            lambda table, n, seed: picked(table, torch.arange(n)),
            "These are the first rows of the table, not random ones.",
        ),
    ),
    hints=(
        "torch.randperm(…) gives the numbers of all rows in random order; take the first n.",
        "Make a torch.Generator, seed it, and hand it to torch.randperm by `generator=`.",
    ),
)

# --- distances ------------------------------------------------------------------------------


def exact_distances(A: Tensor, B: Tensor) -> Tensor:
    """PyTorch's own, without the detour over a product that costs digits."""
    return torch.cdist(A, B, compute_mode="donot_use_mm_for_euclid_dist")


def pairwise(A: Tensor, B: Tensor) -> Tensor:
    """All differences, (N, M, D)."""
    return A[:, None, :] - B[None, :, :]


def large_tables() -> tuple[Tensor, Tensor]:
    """Two tables of 500 rows, 250 000 pairs."""
    generator = torch.Generator().manual_seed(0)
    A, B = torch.randn(2, 500, 3, generator=generator)
    return A, B


def draw_two_tables(generator: Generator) -> Inputs:
    """Two tables with one number of columns."""
    d = between(2, 4, generator)
    A = torch.randn(between(3, 6, generator), d, generator=generator)
    return A, torch.randn(between(7, 10, generator), d, generator=generator)


def row_by_row(A: Tensor, B: Tensor) -> Any:
    """Each row with its partner only."""
    return ((A - B) ** 2).sum(dim=1).sqrt()


DISTANCES = Exercise(
    id="distances",
    title="All distances at once",
    signature="distances(A, B)",
    points=2,
    minutes=14,
    seconds=1.0,
    rtol=1e-3,
    atol=1e-3,
    returns="a float32 tensor of shape (N, M)",
    reference=exact_distances,
    cases=(
        Case("one point and one point", lambda: (torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))),
        Case(
            "two points and three points",
            lambda: (
                torch.tensor([[0.0, 0.0], [1.0, 1.0]]),
                torch.tensor([[1.0, 0.0], [4.0, 5.0], [-2.0, 1.0]]),
            ),
        ),
        Case(
            "three points and three points",
            lambda: (numbered(3, 2), torch.tensor([[11.0, 12.0], [0.0, 0.0], [30.0, 29.0]])),
        ),
        Case("one feature", lambda: (column(1.0, -2.0), column(5.0, 0.0, 2.0, -2.0))),
        Case("500 points and 500 points", large_tables),
    ),
    draw=draw_two_tables,
    mistakes=(
        Mistake(
            "squares of the distances",
            lambda A, B: (pairwise(A, B) ** 2).sum(dim=2),
            "From (0, 0) to (3, 4) it is 5. Which last step of Pythagoras is missing?",
        ),
        Mistake(
            "sum of absolute differences",
            lambda A, B: pairwise(A, B).abs().sum(dim=2),
            (
                "From (0, 0) to (3, 4) you walk 3 and then 4. What does a bird fly?",
                "Square, add over the features, and take the root of the sum, in this order.",
            ),
        ),
        Mistake(
            "mean over the features",
            lambda A, B: (pairwise(A, B) ** 2).mean(dim=2).sqrt(),
            "With one feature it is right. Does Pythagoras add or average?",
        ),
        Mistake(
            "transposed",
            lambda A, B: exact_distances(B, A),
            "Entry (i, j) belongs to row i of A and row j of B; yours are the other way round.",
        ),
        Mistake(
            "row by row",
            row_by_row,
            (
                "You compare row i with row i only. And if A and B have different sizes?",
                "Every row of A should meet every row of B. Give A the shape (N, 1, D).",
            ),
        ),
        Mistake(
            "summed over B",
            lambda A, B: (pairwise(A, B) ** 2).sum(dim=1).sqrt(),
            (
                "Which of the three directions (N, M, D) should disappear?",
                "You add over the rows of B; one distance adds over the features.",
            ),
        ),
        Mistake(
            "no square at all",
            lambda A, B: pairwise(A, B).sum(dim=2).abs(),
            "Differences of +3 and −3 cancel in your sum. What makes all of them positive first?",
        ),
    ),
    hints=(
        "Two loops over 500 rows visit 250 000 pairs one by one: too slow. Start with the shapes: "
        "A as (N, 1, D) minus B, (M, D). What comes out?",
        "A[:, None, :] − B has shape (N, M, D). Then square, add over D, take the root.",
    ),
)

EXERCISES = (TAKE_TARGET, CURE_DTYPES, ALL_SCORES, DIFFERENCES, DRAW_ROWS, DISTANCES)
