"""Exercises of lecture 02, gradient descent and backpropagation."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.optim.sgd import sgd

from ..checks import Case, Exercise, Inputs, Mistake

# --- data -----------------------------------------------------------------------------------


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def between(low: int, high: int, generator: Generator) -> int:
    """Draw a whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


# --- sgd_step -------------------------------------------------------------------------------


def step_by_torch(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """One step of PyTorch's SGD; its functional form, as an optimiser takes seconds to load."""
    moved = [p.detach().clone() for p in params]
    sgd(
        moved,
        [grad.clone() for grad in grads],
        [None] * len(moved),  # no momentum yet
        lr=lr,
        weight_decay=0.0,
        momentum=0.0,
        dampening=0.0,
        nesterov=False,
        maximize=False,
    )
    return moved


def step_is_watched(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Lets autograd watch the update."""
    return [p - lr * grad for p, grad in zip(params, grads, strict=True)]


def step_in_place(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Changes the caller's tensors."""
    with torch.no_grad():
        for p, grad in zip(params, grads, strict=True):
            p -= lr * grad
    return params


def step_in_place_and_watched(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Changes the caller's tensors in the open."""
    for p, grad in zip(params, grads, strict=True):
        p -= lr * grad
    return params


def a_layer(watched: bool = False) -> Inputs:
    """Weights and biases of a layer with their gradients."""
    params = [torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), torch.tensor([0.5, -1.0])]
    grads = [torch.tensor([[0.5, 0.0, -1.0], [2.0, -1.0, 4.0]]), torch.tensor([1.0, -3.0])]
    return [p.requires_grad_(watched) for p in params], grads, 0.1


def draw_step(generator: Generator) -> Inputs:
    """Two to four tensors of different shapes."""
    shapes = [(between(2, 4, generator), between(2, 3, generator)), (3,), (1, 2), (1,)]
    shapes = shapes[: between(2, 4, generator)]
    params = [torch.randn(shape, generator=generator) for shape in shapes]
    grads = [torch.randn(shape, generator=generator) for shape in shapes]
    return params, grads, 0.05 * between(1, 6, generator)


SGD_STEP = Exercise(
    id="sgd_step",
    title="One step for all parameters",
    signature="sgd_step(params, grads, lr)",
    points=1,
    minutes=6,
    returns="a list of tensors, shaped like those in params",
    reference=step_by_torch,
    seconds=6.0,  # a student's first optimiser may take a slow machine seconds to build
    cases=(
        Case("one weight", lambda: ([torch.tensor([3.0])], [torch.tensor([-16.0])], 0.1)),
        Case("a layer: weights and biases", a_layer),
        Case(
            "three tensors",
            lambda: (
                [column(1.0, 2.0), torch.tensor([0.5]), torch.tensor([[4.0, -1.0]])],
                [column(-3.0, 2.0), torch.tensor([0.0]), torch.tensor([[1.0, 0.25]])],
                0.5,
            ),
        ),
        Case("parameters that autograd watches", lambda: a_layer(watched=True), costs=0.5),
    ),
    draw=draw_step,
    mistakes=(
        Mistake(
            "uphill",
            lambda params, grads, lr: [
                p.detach() + lr * grad for p, grad in zip(params, grads, strict=True)
            ],
            (
                "The first case: the slope is −16. Which way does the loss fall?",
                "The gradient points uphill. Which sign takes you down?",
            ),
        ),
        Mistake(
            "autograd watches the update",
            step_is_watched,
            (
                "The numbers are right. Is the update a part of the model?",
                "Autograd need not see the update: torch.no_grad(), as in the lecture.",
            ),
        ),
        Mistake(
            "changes its inputs",
            step_in_place,
            (
                "What do the caller's tensors hold after the call?",
                "`p -= …` writes into the tensor that you were given. `p - …` makes a new one.",
            ),
        ),
        Mistake(
            "changes its inputs, watched",
            step_in_place_and_watched,
            (
                "`-=` changes the caller's tensors, and autograd refuses where it watches them.",
                "Make new tensors, and do so where autograd does not look.",
            ),
        ),
        Mistake(
            "only the first tensor",
            lambda params, grads, lr: [params[0].detach() - lr * grads[0]],
            "How many tensors go in, and how many come out? Look where your `return` stands.",
        ),
        Mistake(
            "no learning rate",
            lambda params, grads, lr: step_by_torch(params, grads, 1.0),
            "Your step is the whole gradient. What makes it shorter?",
        ),
        Mistake(
            "the step instead of the place",
            lambda params, grads, lr: [-lr * grad for grad in grads],
            "That is how far to go. Asked is where you arrive.",
        ),
    ),
    hints=(
        "Do it for the first tensor and its gradient: w − η · gradient.",
        "Go through both lists together, with zip, and collect the new tensors in a list.",
    ),
)

# --- best_and_limit -------------------------------------------------------------------------


def curvature(x: Tensor) -> float:
    """Second derivative of the MSE of ŷ = wx, by autograd; the targets do not matter."""
    w = torch.zeros((), requires_grad=True)
    (slope,) = torch.autograd.grad(F.mse_loss(w * x, torch.ones_like(x)), w, create_graph=True)
    return float(torch.autograd.grad(slope, w)[0])


def rates(c: float) -> tuple[float, float]:
    """Best and largest rate for a curvature."""
    return 1 / c, 2 / c


def draw_points(generator: Generator) -> Inputs:
    """Some points on the x axis, not about 0."""
    return (torch.randn(between(4, 9, generator), generator=generator) * 2 + 1,)


BEST_AND_LIMIT = Exercise(
    id="best_and_limit",
    title="The best rate and the cliff",
    signature="best_and_limit(x)",
    points=1,
    minutes=8,
    returns="a tuple (best, limit) of numbers (float)",
    parts=("best", "limit"),
    reference=lambda x: rates(curvature(x)),
    cases=(
        Case("the three points of the lecture", lambda: (torch.tensor([1.0, 2.0, 3.0]),)),
        Case("one point", lambda: (torch.tensor([0.5]),)),
        Case("on both sides of 0", lambda: (torch.tensor([-1.0, 3.0, 0.0, -4.0]),)),
        Case("large numbers", lambda: (torch.tensor([20.0, 30.0, 50.0, 10.0, 40.0]),)),
    ),
    draw=draw_points,
    mistakes=(
        Mistake(
            "factor 2 of the curvature",
            lambda x: rates(curvature(x) / 2),
            (
                "Take your `best` for one step on the lecture's parabola: do you reach the bottom?",
                "The loss is e² averaged. How does e² with e = wx − y bend, seen from w?",
            ),
        ),
        Mistake(
            "curvature of the sum",
            lambda x: rates(curvature(x) * len(x)),
            (
                "With one point it is right. What do more points change?",
                "You add over the points; the loss averages.",
            ),
        ),
        Mistake(
            "swapped",
            lambda x: rates(curvature(x))[::-1],
            "Which comes first, the rate that arrives in one step or the rate that never arrives?",
        ),
        Mistake(
            "limit at 1 / curvature",
            lambda x: rates(2 * curvature(x)),
            (
                "What is the factor ρ = 1 − η · curvature at your limit? Does it explode there?",
                "ρ = 0 means one step to the bottom. At which ρ does the distance stop shrinking?",
            ),
        ),
        Mistake(
            "curvature instead of a rate",
            lambda x: (curvature(x), 2 * curvature(x)),
            "A steep valley wants small steps: does your rate get smaller when x gets larger?",
        ),
        Mistake(
            "square of the mean",
            lambda x: rates(float(2 * x.mean() ** 2)),
            "First square each x, then average: points on both sides of 0 must not cancel.",
        ),
        Mistake(
            "x not squared",
            lambda x: rates(float(2 * x.abs().mean())),
            "Each derivative with respect to w brings a factor x. How many derivatives are there?",
        ),
        Mistake(
            "the lecture's curvature",
            lambda x: rates(28 / 3),
            "28/3 belongs to the points 1, 2, 3. How does it come from them?",
        ),
    ),
    hints=(
        "Differentiate the loss, the mean of (wx − y)², twice with respect to w, on paper.",
        "For the points 1, 2, 3 the curvature is 28/3. Each step multiplies the distance by "
        "ρ = 1 − η · curvature: find the η with ρ = 0 and that with ρ = −1.",
    ),
)

# --- graph_gradients ------------------------------------------------------------------------


def graph_by_autograd(a: float, b: float, c: float) -> tuple[float, ...]:
    """Autograd on the same graph, in double precision."""
    leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (a, b, c)]
    x, y, z = leaves
    ((x + y) * (y * z)).backward()
    return tuple(float(leaf.grad) for leaf in leaves if leaf.grad is not None)


def draw_three(generator: Generator) -> Inputs:
    """Three numbers, none of them small."""
    signs = 2.0 * torch.randint(0, 2, (3,), generator=generator) - 1
    values = signs * (0.5 + 3 * torch.rand(3, generator=generator))
    return tuple(values.tolist())


GRAPH_GRADIENTS = Exercise(
    id="graph_gradients",
    title="Two paths lead to b",
    signature="graph_gradients(a, b, c)",
    points=1,
    minutes=8,
    returns="a tuple (df_da, df_db, df_dc) of numbers",
    parts=("df_da", "df_db", "df_dc"),
    reference=graph_by_autograd,
    cases=(
        Case("a = 2, b = 3, c = −1", lambda: (2.0, 3.0, -1.0)),
        Case("a = −1.5, b = 0.5, c = 4", lambda: (-1.5, 0.5, 4.0)),
        Case("b = 0", lambda: (1.0, 0.0, 3.0)),
    ),
    draw=draw_three,
    mistakes=(
        Mistake(
            "only the path through p",
            lambda a, b, c: (b * c, b * c, (a + b) * b),
            (
                "df_da and df_dc are right. How many arrows leave b?",
                "b is used twice, in p and in q. What comes back along both arrows is added.",
            ),
        ),
        Mistake(
            "only the path through q",
            lambda a, b, c: (b * c, (a + b) * c, (a + b) * b),
            (
                "df_da and df_dc are right. Draw the arrows that leave b.",
                "If b grows, so does the sum p, too: one more path leads back from there.",
            ),
        ),
        Mistake(
            "paths multiplied",
            lambda a, b, c: (b * c, b * c * (a + b) * c, (a + b) * b),
            "Along a path you multiply. And what do you do with two paths that meet?",
        ),
        Mistake(
            "f's factors not swapped",
            lambda a, b, c: (a + b, (a + b) + b * c * c, b * c * b),
            (
                "In a product, how much does f change with p: by p, or by something else?",
                "A product hands to each factor the *other* factor, times what arrives.",
            ),
        ),
        Mistake(
            "q's factors not swapped",
            lambda a, b, c: (b * c, b * c + (a + b) * b, (a + b) * c),
            (
                "df_da is right. If c grows by 1, by how much does q = b c grow?",
                "A product hands to each factor the *other* factor; you gave b its own value.",
            ),
        ),
        Mistake(
            "sum treated as a product",
            lambda a, b, c: (b * c * b, b * c * a + (a + b) * c, (a + b) * b),
            (
                "df_dc is right. If a grows by 1, by how much does a + b grow?",
                "A sum hands on what arrives, unchanged, to both.",
            ),
        ),
        Mistake(
            "the values of the graph",
            lambda a, b, c: (a + b, b * c, (a + b) * b * c),
            "These are the values p, q and f of the forward pass. Now walk back.",
        ),
    ),
    hints=(
        "Write the values p, q, f first; then df/dp and df/dq; then go on to a, b and c.",
        "Nudge b by 0.001 and see how f changes: that is df_db to three digits.",
    ),
)

# --- nudged_gradient ------------------------------------------------------------------------


def neuron_loss(X: Tensor, y: Tensor, w: Tensor) -> Tensor:
    """Half the mean squared error of a sigmoid neuron; several columns of w at once."""
    return ((torch.sigmoid(X @ w) - y) ** 2).sum(dim=0) / (2 * len(X))


def nudge_all(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Central differences, each nudged w a column of its own."""
    nudges = h * torch.eye(len(w), dtype=w.dtype)
    difference = neuron_loss(X, y, w + nudges) - neuron_loss(X, y, w - nudges)
    return difference.reshape(-1, 1) / (2 * h)


def forward_differences(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Nudges up only."""
    nudges = h * torch.eye(len(w), dtype=w.dtype)
    difference = neuron_loss(X, y, w + nudges) - neuron_loss(X, y, w)
    return difference.reshape(-1, 1) / h


def nudge_together(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Nudges all weights at once."""
    difference = neuron_loss(X, y, w + h) - neuron_loss(X, y, w - h)
    return (difference / (2 * h)).expand(len(w)).reshape(-1, 1)


def nudges_stay(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Does not undo a nudge before the next one; works on a copy."""
    return nudges_stay_in_place(X, y, w.clone(), h)


def nudges_stay_in_place(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """The same on the caller's tensor."""
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        w[i] += h
        up = neuron_loss(X, y, w)
        w[i] -= 2 * h
        slopes[i] = (up - neuron_loss(X, y, w)) / (2 * h)
    return slopes


def nudges_taken_back(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """Adds and subtracts h on the caller's tensor: it comes back but for the last digits."""
    slopes = torch.zeros_like(w)
    for i in range(len(w)):
        w[i] += h
        up = neuron_loss(X, y, w)
        w[i] -= 2 * h
        slopes[i] = (up - neuron_loss(X, y, w)) / (2 * h)
        w[i] += h
    return slopes


def neuron_derivative(X: Tensor, y: Tensor, w: Tensor, h: float) -> Tensor:
    """The exact gradient."""
    w = w.clone().requires_grad_()
    (grad,) = torch.autograd.grad(neuron_loss(X, y, w).sum(), w)
    return grad


def four_students() -> Inputs:
    """Four rows of two features, one w."""
    X = torch.tensor([[2.1, 0.1], [4.2, 0.8], [3.1, 0.9], [3.3, 0.2]])
    return X.double(), column(0.0, 1.0, 0.0, 1.0).double(), column(0.7, -0.9).double()


def draw_neuron(generator: Generator) -> Inputs:
    """A table, targets, weights, and a wide nudge."""
    n, d = between(4, 8, generator), between(2, 4, generator)
    X = torch.randn(n, d, generator=generator).double()
    y = torch.randint(0, 2, (n, 1), generator=generator).double()
    w = torch.randn(d, 1, generator=generator).double()
    return X, y, w, 0.1 * between(3, 8, generator)


NUDGED_GRADIENT = Exercise(
    id="nudged_gradient",
    title="The judge of last resort",
    signature="nudged_gradient(X, y, w, h)",
    points=2,
    minutes=12,
    returns="a float64 tensor of shape (D, 1)",
    reference=nudge_all,
    cases=(
        Case(
            "one weight, a wide nudge",
            lambda: (
                column(1.0, 2.0).double(),
                column(0.0, 1.0).double(),
                column(0.5).double(),
                0.4,
            ),
        ),
        Case("four students, two weights", lambda: (*four_students(), 0.001)),
        Case("the same, a wide nudge", lambda: (*four_students(), 0.4)),
        Case(
            "three weights",
            lambda: (
                torch.tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]]).double(),
                column(1.0, 0.0).double(),
                column(0.3, -0.2, 0.1).double(),
                0.3,
            ),
        ),
    ),
    draw=draw_neuron,
    mistakes=(
        Mistake(
            "nudged up only",
            forward_differences,
            (
                "Compare two places that lie to the left and to the right of w, equally far.",
                "You compare w + h with w. The lecture's formula looks to both sides.",
            ),
        ),
        Mistake(
            "divided by h",
            lambda X, y, w, h: 2 * nudge_all(X, y, w, h),
            "How far apart are w − h and w + h?",
        ),
        Mistake(
            "not divided",
            lambda X, y, w, h: 2 * h * nudge_all(X, y, w, h),
            "That is how much the loss changes. A slope is change divided by distance.",
        ),
        Mistake(
            "down minus up",
            lambda X, y, w, h: -nudge_all(X, y, w, h),
            "If the loss is higher at w + h, the slope is positive. Is yours?",
        ),
        Mistake(
            "all weights at once",
            nudge_together,
            (
                "With one weight it is right. With several, do they all have the same slope?",
                "A partial derivative nudges one weight and leaves the others where they are.",
            ),
        ),
        Mistake(
            "nudges not undone",
            nudges_stay,
            (
                "The first slope is right, the second is not. Where does w[0] stand by then?",
                "Put each weight back before you nudge the next one.",
            ),
        ),
        Mistake(
            "nudges the caller's w",
            nudges_stay_in_place,
            (
                "What does `w` hold after your function has run?",
                "Nudge a copy, w.clone(), or put every weight back: keep its old value.",
            ),
        ),
        Mistake(
            "nudges added and taken away",
            nudges_taken_back,
            (
                "You take every nudge back. Is (0.1 + 0.7) − 0.7 the same as 0.1 in a computer?",
                "The last digit may change. Keep the old value and write it back, or use a copy.",
            ),
        ),
        Mistake(
            "the exact derivative",
            neuron_derivative,
            "A good gradient, but no nudge: with a wide h the slope between two places differs "
            "from the slope in the middle. Use `loss` and h only.",
        ),
    ),
    hints=(
        "For weight i: a copy of w with w[i] + h, a copy with w[i] − h, the loss at both.",
        "The slope along weight i is the difference of the two losses divided by 2h; "
        "a loop over the weights collects them in torch.zeros_like(w).",
    ),
)

# --- train_in_batches -----------------------------------------------------------------------

Trained = tuple[Tensor, Tensor, Tensor]


def batches_by_torch(
    X: Tensor,
    y: Tensor,
    w: Tensor,
    b: Tensor,
    lr: float,
    batch_size: int,
    epochs: int,
    *,
    reset: str = "batch",
    reduction: str = "mean",
    measure_after: bool = False,
) -> Trained:
    """Mini-batch training with PyTorch's own loss, autograd and SGD; the options make it wrong."""
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    losses = []
    for _ in range(epochs):
        if reset == "epoch":
            w.grad = b.grad = None
        for X_part, y_part in zip(X.split(batch_size), y.split(batch_size), strict=True):
            if reset == "batch":
                w.grad = b.grad = None
            loss = F.mse_loss(X_part @ w + b, y_part, reduction=reduction)
            loss.backward()
            with torch.no_grad():
                for p in (w, b):
                    assert p.grad is not None
                    p.copy_(step_by_torch([p], [p.grad], lr)[0])
            if measure_after:
                loss = F.mse_loss(X_part @ w + b, y_part)
            losses.append(loss.detach())
    return w.detach(), b.detach(), torch.stack(losses)


def last_batch_dropped(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Leaves out the rows that fill no whole batch."""
    whole = max(len(X) // batch_size, 1) * batch_size
    return batches_by_torch(X[:whole], y[:whole], w, b, lr, batch_size, epochs)


def whole_table_each_time(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Cuts batches and then uses the whole table."""
    updates = epochs * len(X.split(batch_size))
    return batches_by_torch(X, y, w, b, lr, len(X), updates)


def last_loss_only(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """One loss for each epoch."""
    w, b, losses = batches_by_torch(X, y, w, b, lr, batch_size, epochs)
    return w, b, losses.reshape(epochs, -1)[:, -1]


def train_in_place(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, batch_size: int, epochs: int
) -> Trained:
    """Trains the caller's own tensors."""
    new_w, new_b, losses = batches_by_torch(X, y, w, b, lr, batch_size, epochs)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b, losses


def five_rows() -> Inputs:
    """Five rows of two features, a model, a learning rate."""
    X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [2.0, 1.5], [0.5, -1.0]])
    return X, column(3.0, -1.0, 0.5, 2.0, 1.0), column(0.5, -1.0), torch.tensor([2.0]), 0.1


def draw_training(generator: Generator) -> Inputs:
    """A table whose last batch is smaller than the others."""
    n = 2 * between(3, 5, generator) + 1
    X = torch.randn(n, 2, generator=generator)
    y, w = torch.randn(n, 1, generator=generator) + 1, torch.randn(2, 1, generator=generator)
    return X, y, w, torch.randn(1, generator=generator), 0.05, 2, between(2, 4, generator)


TRAIN_IN_BATCHES = Exercise(
    id="train_in_batches",
    title="The loop, from memory",
    signature="train_in_batches(X, y, w, b, lr, batch_size, epochs)",
    points=2,
    minutes=14,
    returns="a tuple (w, b, losses) of shapes (D, 1), (1,) and (number of updates,)",
    parts=("w", "b", "losses"),
    reference=batches_by_torch,
    seconds=6.0,  # a student's first optimiser may take a slow machine seconds to build
    cases=(
        Case("one batch, one epoch", lambda: (*five_rows(), 5, 1)),
        Case(
            "four rows in two batches",
            lambda: (*[t[:4] for t in five_rows()[:2]], *five_rows()[2:], 2, 1),
        ),
        Case("five rows in batches of two, three epochs", lambda: (*five_rows(), 2, 3)),
        Case("a batch larger than the table", lambda: (*five_rows(), 32, 4)),
    ),
    draw=draw_training,
    mistakes=(
        Mistake(
            "no reset",
            lambda *inputs: batches_by_torch(*inputs, reset="never"),
            (
                "The first update is right, the second is not. What is left over from the first?",
                "backward() adds to what is in .grad. When must the old gradient go?",
            ),
        ),
        Mistake(
            "reset once per epoch",
            lambda *inputs: batches_by_torch(*inputs, reset="epoch"),
            (
                "With one batch per epoch it is right. What about the second batch of an epoch?",
                "The gradient is reset for every epoch; it should be for every update.",
            ),
        ),
        Mistake(
            "loss after the update",
            lambda *inputs: batches_by_torch(*inputs, measure_after=True),
            "w and b are right. When do you measure the loss: before its update, or after?",
        ),
        Mistake(
            "sum instead of mean",
            lambda *inputs: batches_by_torch(*inputs, reduction="sum"),
            "Your loss adds over the rows of a batch: with twice the rows the steps double.",
        ),
        Mistake(
            "last batch dropped",
            last_batch_dropped,
            (
                "Five rows in batches of two: how many batches are there?",
                "The last batch may be smaller than the others; its rows count as well.",
            ),
        ),
        Mistake(
            "the whole table in each update",
            whole_table_each_time,
            (
                "With one batch it is right. Which rows does the second update use?",
                "You loop over batches, but the loss is that of the whole table.",
            ),
        ),
        Mistake(
            "one epoch only",
            lambda X, y, w, b, lr, batch_size, epochs: batches_by_torch(
                X, y, w, b, lr, batch_size, 1
            ),
            "It ends after one pass over the table. What is `epochs` for?",
        ),
        Mistake(
            "one loss for each epoch",
            last_loss_only,
            "w and b are right. `losses` has a number for each update, not for each epoch.",
        ),
        Mistake(
            "changes its inputs",
            train_in_place,
            "You train the caller's own tensors. Start with copies: w.clone(), b.clone().",
        ),
    ),
    hints=(
        "One epoch is a loop over X.split(batch_size) and y.split(batch_size), zipped together.",
        "In it: the loss of this batch, its gradient, the update of w and b under no_grad, the "
        "reset. Start from w.clone().requires_grad_() if autograd shall find the gradient.",
    ),
)

# --- net_gradients --------------------------------------------------------------------------

Gradients = tuple[Tensor, Tensor, Tensor, Tensor]


def net_by_autograd(
    X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor
) -> Gradients:
    """Autograd through PyTorch's own layers."""
    params = [p.clone().requires_grad_() for p in (W1, b1, W2, b2)]
    y_hat = torch.sigmoid(F.linear(torch.tanh(F.linear(X, *params[:2])), *params[2:]))
    g1, g2, g3, g4 = torch.autograd.grad(F.mse_loss(y_hat, y) / 2, params)
    return g1, g2, g3, g4


def net_by_hand(
    X: Tensor,
    y: Tensor,
    W1: Tensor,
    b1: Tensor,
    W2: Tensor,
    b2: Tensor,
    *,
    out: str = "y_hat * (1 - y_hat)",
    hidden: str = "1 - a * a",
    error: str = "y_hat - y",
) -> Gradients:
    """The backward pass; the options put other factors in."""
    a = torch.tanh(X @ W1.T + b1)
    y_hat = torch.sigmoid(a @ W2.T + b2)
    ones = torch.ones_like
    factors = {
        "y_hat * (1 - y_hat)": y_hat * (1 - y_hat),
        "1 - y_hat": 1 - y_hat,
        "1 - a * a": 1 - a * a,
        "a * (1 - a)": a * (1 - a),
        "1 for each row": ones(y_hat),
        "1 for each unit": ones(a),
        "y_hat - y": y_hat - y,
        "y - y_hat": y - y_hat,
        "mean": (y_hat - y).mean() * ones(y),
    }
    d2 = factors[error] / len(X) * factors[out]
    d1 = d2 @ W2 * factors[hidden]
    return d1.T @ X, d1.sum(0), d2.T @ a, d2.sum(0)


def transposed(*inputs: Tensor) -> Gradients:
    """Both weight gradients the other way round."""
    dW1, db1, dW2, db2 = net_by_autograd(*inputs)
    return dW1.T, db1, dW2.T, db2


def scaled(factors: Sequence[float], *inputs: Tensor) -> Gradients:
    """The right gradients times some factors."""
    g1, g2, g3, g4 = (f * g for f, g in zip(factors, net_by_autograd(*inputs), strict=True))
    return g1, g2, g3, g4


def times_n(*inputs: Tensor) -> Gradients:
    """The gradient of the sum."""
    return scaled([len(inputs[0])] * 4, *inputs)


def biases_averaged(*inputs: Tensor) -> Gradients:
    """A mean of deltas that hold 1/N already."""
    return scaled([1, 1 / len(inputs[0])] * 2, *inputs)


def biases_not_summed(
    X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor
) -> Gradients:
    """Gives the deltas themselves for the biases."""
    a = torch.tanh(X @ W1.T + b1)
    y_hat = torch.sigmoid(a @ W2.T + b2)
    d2 = (y_hat - y) / len(X) * y_hat * (1 - y_hat)
    d1 = d2 @ W2 * (1 - a * a)
    return d1.T @ X, d1, d2.T @ a, d2


def random_net(n: int, d: int, h: int, generator: Generator) -> Inputs:
    """Rows, targets between 0 and 1, and a net D–H–1."""
    shapes = [(h, d), (h,), (1, h), (1,)]
    X, y = torch.randn(n, d, generator=generator), torch.rand(n, 1, generator=generator)
    return X, y, *[torch.randn(shape, generator=generator) for shape in shapes]


def net_of_size(n: int, d: int, h: int) -> Inputs:
    """The same, always from one seed."""
    return random_net(n, d, h, torch.Generator().manual_seed(n + 10 * d + 100 * h))


NET_GRADIENTS = Exercise(
    id="net_gradients",
    title="Backward through a network",
    signature="net_gradients(X, y, W1, b1, W2, b2)",
    points=3,
    minutes=20,
    returns="a tuple (dW1, db1, dW2, db2), shaped like W1, b1, W2, b2",
    parts=("dW1", "db1", "dW2", "db2"),
    reference=net_by_autograd,
    cases=(
        Case(
            "one sample, one hidden unit",
            lambda: (
                column(2.0),
                column(1.0),
                column(0.5),
                torch.tensor([-0.5]),
                column(2.0),
                torch.tensor([-1.0]),
            ),
        ),
        Case("four samples, one hidden unit", lambda: net_of_size(4, 2, 1)),
        Case("five samples, 3–4–1", lambda: net_of_size(5, 3, 4)),
        Case("three samples, 3–3–1", lambda: net_of_size(3, 3, 3)),
    ),
    draw=lambda generator: random_net(
        between(4, 7, generator), between(2, 3, generator), between(4, 5, generator), generator
    ),
    mistakes=(
        Mistake(
            "hidden layer with the sigmoid's derivative",
            lambda *inputs: net_by_hand(*inputs, hidden="a * (1 - a)"),
            (
                "dW2 and db2 are right. Which activation does the hidden layer have here?",
                "a (1 − a) belongs to the sigmoid. With a = tanh(z), what is the derivative?",
            ),
        ),
        Mistake(
            "hidden derivative forgotten",
            lambda *inputs: net_by_hand(*inputs, hidden="1 for each unit"),
            (
                "dW2 and db2 are right. What lies between the hidden layer's a and its z?",
                "δ¹ needs the derivative of the hidden activation, element by element.",
            ),
        ),
        Mistake(
            "output derivative forgotten",
            lambda *inputs: net_by_hand(*inputs, out="1 for each row"),
            (
                "Your first delta is the slope with respect to ŷ. Asked is the one before σ.",
                "δ² = ∂L/∂z²: one more link stands between ŷ and z².",
            ),
        ),
        Mistake(
            "half of the sigmoid's derivative",
            lambda *inputs: net_by_hand(*inputs, out="1 - y_hat"),
            "The sigmoid's derivative has two factors; the lecture's pitfall lost the same one.",
        ),
        Mistake(
            "sign",
            lambda *inputs: net_by_hand(*inputs, error="y - y_hat"),
            (
                "Where the prediction is too high, the loss must grow with b2. Does yours?",
                "The derivative of ½ (y − ŷ)² with respect to ŷ has a minus in front of (y − ŷ).",
            ),
        ),
        Mistake(
            "gradient of the sum",
            times_n,
            (
                "With one sample it is right. What does the loss do with several?",
                "1/N is missing in the first delta.",
            ),
        ),
        Mistake(
            "factor 2",
            lambda *inputs: scaled([2.0] * 4, *inputs),
            "Twice too large: this loss has a ½ in front, so that the 2 of the square goes away.",
        ),
        Mistake(
            "biases averaged",
            biases_averaged,
            "The weights are right. 1/N is in the deltas already: do the biases need it again?",
        ),
        Mistake(
            "biases not summed",
            biases_not_summed,
            (
                "One bias serves all rows, but you return a number for each row.",
                "b was added to N rows, so N arrows lead back to it: what do you do with them?",
            ),
        ),
        Mistake(
            "weights transposed",
            transposed,
            "The numbers are right; a gradient has the shape of its weights: (outputs, inputs).",
        ),
        Mistake(
            "errors averaged first",
            lambda *inputs: net_by_hand(*inputs, error="mean"),
            (
                "With one sample it is right. Do all rows have the same error?",
                "Each row keeps its own error until the last sum; you averaged at the start.",
            ),
        ),
    ),
    hints=(
        "Forward first, and keep a (N, H) and ŷ (N, 1). Then δ² (N, 1) from the loss back to z², "
        "and δ¹ (N, H) from δ² back to z¹.",
        "Each delta gives its weights' gradient with the layer's input, and its bias by a sum over "
        "the rows. Nudging one weight by 0.001 tells which of your results is wrong.",
    ),
)

EXERCISES = (
    SGD_STEP,
    BEST_AND_LIMIT,
    GRAPH_GRADIENTS,
    NUDGED_GRADIENT,
    TRAIN_IN_BATCHES,
    NET_GRADIENTS,
)
