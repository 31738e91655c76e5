"""Exercises of lecture 06, optimizers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd
from torch.utils.data import DataLoader, TensorDataset

from ..checks import Case, Exercise, Inputs, Mistake

# --- data -----------------------------------------------------------------------------------

Rows = list[tuple[Tensor, Tensor]]
TwoTensors = tuple[Tensor, Tensor]
ThreeTensors = tuple[Tensor, Tensor, Tensor]


def whole(generator: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def uniform(generator: Generator, low: float, high: float) -> float:
    """A number between two."""
    return low + (high - low) * torch.rand((), generator=generator).item()


# --- count_updates --------------------------------------------------------------------------


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

# --- epoch_batches --------------------------------------------------------------------------


def batches_by_loader(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Any:
    """The batches of a DataLoader that goes through the rows in this order."""
    return list(DataLoader(TensorDataset(X, y), batch_size, sampler=order.tolist()))


def cut(X: Tensor, y: Tensor, batch_size: int, stop: int) -> Rows:
    """Slices that begin before `stop`."""
    starts = range(0, stop, batch_size)
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in starts]


def last_batch_lost(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Counts the batches with //."""
    return cut(X[order], y[order], batch_size, len(X) // batch_size * batch_size)


def empty_batch(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Counts one batch too many where they fit exactly."""
    return cut(X[order], y[order], batch_size, (len(X) // batch_size + 1) * batch_size)


def chunks(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """As many batches as a batch should have rows."""
    return [(X[rows], y[rows]) for rows in order.chunk(batch_size)]


def one_row_too_few(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Ends each slice a row early."""
    starts = range(0, len(X), batch_size)
    return [(X[order[i : i + batch_size - 1]], y[order[i : i + batch_size - 1]]) for i in starts]


def filled_up(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Fills the last batch with rows from the beginning."""
    rows = torch.cat([order, order[: -len(order) % batch_size]])
    return [(X[part], y[part]) for part in rows.split(batch_size)]


def first_batch_only(X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Rows:
    """Returns inside the loop."""
    return cut(X[order], y[order], batch_size, 1)


def table(n: int, n_features: int = 2) -> TwoTensors:
    """Rows that can be told apart, and their class numbers."""
    X = torch.arange(float(n * n_features)).reshape(n, n_features)
    return X, torch.arange(n) * 11


def draw_table(generator: Generator) -> Inputs:
    """A table, a random order of its rows, and a batch size."""
    n = whole(generator, 9, 25)
    X = torch.randn(n, 3, generator=generator)
    order = torch.randperm(n, generator=generator)
    return X, torch.randint(1000, (n,), generator=generator), order, whole(generator, 2, 5)


EPOCH_BATCHES = Exercise(
    id="epoch_batches",
    title="Cut an epoch into batches",
    signature="epoch_batches(X, y, order, batch_size)",
    points=1,
    minutes=8,
    returns="a list of pairs (X_batch, y_batch)",
    reference=batches_by_loader,
    cases=(
        Case("five rows, batches of 2", lambda: (*table(5), torch.tensor([3, 0, 4, 2, 1]), 2)),
        Case("six rows, batches of 3", lambda: (*table(6), torch.tensor([2, 0, 1, 5, 3, 4]), 3)),
        Case(
            "seven rows, batches of 3",
            lambda: (*table(7, 1), torch.tensor([6, 1, 5, 0, 2, 4, 3]), 3),
        ),
        Case("one batch holds all", lambda: (*table(3), torch.tensor([1, 2, 0]), 5), costs=0.5),
    ),
    draw=draw_table,
    mistakes=(
        Mistake(
            "last batch lost",
            last_batch_lost,
            (
                "Count the rows in all your batches together: N?",
                "Where N / batch_size leaves a rest, those rows make one more, shorter batch. "
                "A slice may reach beyond the end.",
            ),
        ),
        Mistake(
            "order ignored",
            lambda X, y, order, batch_size: cut(X, y, batch_size, len(X)),
            (
                "Your batches are cut well, but the rows come as they stand in the table.",
                "`order` holds row numbers: the first batch takes the rows order[:batch_size].",
            ),
        ),
        Mistake(
            "y not shuffled",
            lambda X, y, order, batch_size: cut(X[order], y, batch_size, len(X)),
            (
                "Does each row of X still stand beside its own target?",
                "Only X goes through `order`. Such a training runs, and learns nothing.",
            ),
        ),
        Mistake(
            "the inverse order",
            lambda X, y, order, batch_size: cut(
                X[order.argsort()], y[order.argsort()], batch_size, len(X)
            ),
            (
                "If order begins with 3, which row should come first?",
                "You sort by `order`; it holds row numbers, to be used as an index.",
            ),
        ),
        Mistake(
            "batch_size batches",
            chunks,
            (
                "How many rows has your first batch, and how many should it have?",
                "chunk(n) makes n pieces; split(n) makes pieces of n.",
            ),
        ),
        Mistake(
            "an empty batch",
            empty_batch,
            (
                "Right where rows are left over. Look at the last batch where none are.",
                "The mean loss of an empty batch is NaN. Let the starts end before N: "
                "range has a third number, the step.",
            ),
        ),
        Mistake(
            "one row too few",
            one_row_too_few,
            "Each batch lacks a row: a slice a:b already ends before b.",
        ),
        Mistake(
            "last batch filled up",
            filled_up,
            "Some rows are seen twice in your epoch. The last batch may be shorter.",
        ),
        Mistake(
            "first batch only",
            first_batch_only,
            "You return a single batch. Where does your `return` stand?",
        ),
    ),
    hints=(
        "Write down by hand which rows are in each batch, for order (3, 0, 4, 2, 1) and size 2.",
        "Cut `order` into pieces of batch_size numbers; each piece picks rows of X and of y.",
    ),
)

# --- momentum_step --------------------------------------------------------------------------


def momentum_by_torch(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """One step of PyTorch's SGD; its functional form, as an optimiser takes seconds to load."""
    w, v = w.clone(), v.clone()
    options: dict[str, Any] = {"weight_decay": 0.0, "dampening": 0.0, "maximize": False}
    sgd([w], [g], [v], foreach=False, lr=lr, momentum=gamma, nesterov=nesterov, **options)
    return w, v


def rate_inside(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """The form of many textbooks."""
    v = gamma * v + lr * g
    return w - (lr * g + gamma * v if nesterov else v), v


def mean_of_gradients(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """A running mean instead of a fading sum."""
    v = gamma * v + (1 - gamma) * g
    return w - lr * (g + gamma * v if nesterov else v), v


def old_velocity(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Moves before the velocity is new."""
    return w - lr * (g + gamma * v if nesterov else v), gamma * v + g


def no_look_ahead(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Plain momentum always; so does g + γ · old velocity."""
    v = gamma * v + g
    return w - lr * v, v


def only_the_velocity(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Nesterov without the present gradient."""
    v = gamma * v + g
    return w - lr * (gamma * v if nesterov else v), v


def uphill(w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool) -> TwoTensors:
    """Adds the step."""
    new_w, v = momentum_by_torch(w, g, v, lr, gamma, nesterov)
    return 2 * w - new_w, v


def velocity_not_kept(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Returns the old velocity."""
    return momentum_by_torch(w, g, v, lr, gamma, nesterov)[0], v


def velocity_in_place(
    w: Tensor, g: Tensor, v: Tensor, lr: float, gamma: float, nesterov: bool
) -> TwoTensors:
    """Changes the caller's velocity."""
    v.mul_(gamma).add_(g)
    return w - lr * (g + gamma * v if nesterov else v), v


def draw_momentum(generator: Generator) -> Inputs:
    """Weights, gradient, velocity of a random shape."""
    shape = (whole(generator, 2, 4), whole(generator, 1, 3))
    w, g, v = (torch.randn(shape, generator=generator) for _ in range(3))
    lr, gamma = uniform(generator, 0.05, 0.4), uniform(generator, 0.4, 0.95)
    return w, g, v, lr, gamma, bool(whole(generator, 0, 1))


MOMENTUM_STEP = Exercise(
    id="momentum_step",
    title="A step of PyTorch's momentum",
    signature="momentum_step(w, g, v, lr, gamma, nesterov)",
    points=2,
    minutes=10,
    returns="a tuple (w, v) of tensors shaped like w",
    parts=("w", "v"),
    reference=momentum_by_torch,
    cases=(
        Case(
            "one weight",
            lambda: (
                torch.tensor([1.0]),
                torch.tensor([3.0]),
                torch.tensor([2.0]),
                0.1,
                0.5,
                False,
            ),
        ),
        Case(
            "the same with Nesterov",
            lambda: (torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([2.0]), 0.1, 0.5, True),
        ),
        Case(
            "a table of weights",
            lambda: (
                torch.tensor([[1.0, -2.0], [0.0, 4.0]]),
                torch.tensor([[0.5, 1.0], [-1.0, 2.0]]),
                torch.tensor([[3.0, 0.0], [1.0, -2.0]]),
                0.2,
                0.9,
                False,
            ),
        ),
        Case(
            "first step: no velocity yet",
            lambda: (
                torch.tensor([2.0, 0.0, -1.0]),
                torch.tensor([1.0, -1.0, 4.0]),
                torch.zeros(3),
                0.1,
                0.9,
                True,
            ),
        ),
    ),
    draw=draw_momentum,
    mistakes=(
        Mistake(
            "learning rate inside the velocity",
            rate_inside,
            (
                "w is right, v is too small. Where does your learning rate enter?",
                "That is the form of many textbooks. PyTorch's velocity sums the bare gradients; "
                "the rate comes in when w moves.",
            ),
        ),
        Mistake(
            "a running mean",
            mean_of_gradients,
            (
                "On a constant slope g, what should v grow to: g, or g / (1 − γ)?",
                "Adam's m is a running mean. Momentum is a fading sum: g comes in whole.",
            ),
        ),
        Mistake(
            "step with the old velocity",
            old_velocity,
            (
                "In the very first step v is 0: does your w move at all?",
                "The velocity first, then the step with the new velocity.",
            ),
        ),
        Mistake(
            "no look ahead",
            no_look_ahead,
            (
                "Plain momentum is right. What is different with nesterov=True?",
                "g + γ · v with the old v is the new velocity, so nothing changes. "
                "Which v belongs into Nesterov's step?",
            ),
        ),
        Mistake(
            "Nesterov always",
            lambda w, g, v, lr, gamma, nesterov: momentum_by_torch(w, g, v, lr, gamma, True),
            "Nesterov is right. Plain momentum moves along v itself: ask for `nesterov`.",
        ),
        Mistake(
            "Nesterov without the gradient",
            only_the_velocity,
            "You look ahead along γ · v, but the slope where you stand counts as well.",
        ),
        Mistake("uphill", uphill, "v is right; w goes uphill. Against the gradient means minus."),
        Mistake(
            "velocity not kept",
            velocity_not_kept,
            "w is right. The next step needs the velocity of this one: return the new v.",
        ),
        Mistake(
            "changes its inputs",
            velocity_in_place,
            "Methods that end in _ and operators like += change the caller's tensor. "
            "Make a new one: v = γ · v + g.",
        ),
    ),
    hints=(
        "Do the first case by hand: w = 1, g = 3, v = 2, η = 0.1, γ = 0.5.",
        "New velocity first; plain momentum moves along it, Nesterov along g plus γ times it.",
    ),
)

# --- adam_step ------------------------------------------------------------------------------


def adam_by_torch(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    decay: float = 0.0,
    step: Callable[..., None] = adam,
) -> ThreeTensors:
    """Step number t of PyTorch's Adam, or of its AdamW, in the functional form."""
    w, m, q, steps_before = w.clone(), m.clone(), q.clone(), torch.tensor(float(t - 1))
    options = {"amsgrad": False, "maximize": False, "foreach": False, "weight_decay": decay}
    betas = {"beta1": beta1, "beta2": beta2}
    step([w], [g], [m], [q], [], [steps_before], lr=lr, eps=eps, **betas, **options)
    return w, m, q


def adam_like(
    *,
    square: Callable[[Tensor], Tensor] = torch.square,
    correction: Callable[[float, int], float] = lambda beta, t: 1 - beta**t,
    divisor: Callable[[Tensor, float], Tensor] = lambda q, eps: q.sqrt() + eps,
    keep_corrected: bool = False,
    swap: bool = False,
) -> Callable[..., ThreeTensors]:
    """Adam with one of its parts exchanged."""

    def step(
        w: Tensor,
        g: Tensor,
        m: Tensor,
        q: Tensor,
        t: int,
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> ThreeTensors:
        if swap:
            beta1, beta2 = beta2, beta1
        m, q = beta1 * m + (1 - beta1) * g, beta2 * q + (1 - beta2) * square(g)
        mean = torch.div(m, correction(beta1, t))
        squares = torch.div(q, correction(beta2, t))
        w = w - lr * mean / divisor(squares, eps)
        return (w, mean, squares) if keep_corrected else (w, m, q)

    return step


def eps_before_correction(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> ThreeTensors:
    """Adds eps to the root before it is corrected."""
    m, q = beta1 * m + (1 - beta1) * g, beta2 * q + (1 - beta2) * g**2
    rate = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (q.sqrt() + eps), m, q


def means_in_place(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> ThreeTensors:
    """Changes the caller's means."""
    m.mul_(beta1).add_((1 - beta1) * g)
    q.mul_(beta2).add_((1 - beta2) * g**2)
    return w - lr * m / (1 - beta1**t) / ((q / (1 - beta2**t)).sqrt() + eps), m, q


def draw_state(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
    """Weights, gradient, both means and the number of the step."""
    shape = (whole(generator, 2, 4), whole(generator, 1, 3))
    w, g, m = (torch.randn(shape, generator=generator) for _ in range(3))
    q = 0.2 + torch.rand(shape, generator=generator)
    return w, g, m, q, whole(generator, 2, 20)


def draw_adam(generator: Generator) -> Inputs:
    """A state in mid-training, with coefficients of its own."""
    lr, beta1 = uniform(generator, 0.05, 0.3), uniform(generator, 0.6, 0.9)
    return *draw_state(generator), lr, beta1, uniform(generator, 0.92, 0.99), 1e-8


ADAM_STEP = Exercise(
    id="adam_step",
    title="A step of Adam",
    signature="adam_step(w, g, m, q, t, lr, beta1=0.9, beta2=0.999, eps=1e-8)",
    points=2,
    minutes=14,
    returns="a tuple (w, m, q) of tensors shaped like w",
    parts=("w", "m", "q"),
    reference=adam_by_torch,
    cases=(
        Case(
            "first step, two weights",
            lambda: (
                torch.tensor([1.0, 1.0]),
                torch.tensor([100.0, -0.01]),
                torch.zeros(2),
                torch.zeros(2),
                1,
                0.1,
                0.9,
                0.999,
                1e-8,
            ),
        ),
        Case(
            "fifth step, three weights",
            lambda: (
                torch.tensor([0.5, -1.0, 2.0]),
                torch.tensor([1.0, -2.0, 0.5]),
                torch.tensor([0.3, 0.4, -0.2]),
                torch.tensor([0.5, 1.0, 0.25]),
                5,
                0.1,
                0.8,
                0.95,
                1e-8,
            ),
        ),
        Case(
            "gradients no larger than eps",
            lambda: (
                torch.tensor([[0.0], [1.0]]),
                torch.tensor([[0.01], [-0.02]]),
                torch.tensor([[0.02], [0.01]]),
                torch.tensor([[0.0002], [0.0001]]),
                3,
                0.5,
                0.9,
                0.99,
                0.01,
            ),
            costs=0.5,
        ),
    ),
    draw=draw_adam,
    mistakes=(
        Mistake(
            "no bias correction",
            adam_like(correction=lambda beta, t: 1.0),
            (
                "Adam's first step has the length of the learning rate. How long is yours?",
                "Both means begin at 0 and are too small at first. Which divisor makes up for it?",
            ),
        ),
        Mistake(
            "(1 − β) to the power t",
            adam_like(correction=lambda beta, t: (1 - beta) ** t),
            (
                "In the first step you are right. What should the correction tend to later on?",
                "It should tend to 1. Yours tends to 0: what exactly is raised to the power t?",
            ),
        ),
        Mistake(
            "counts from 0",
            adam_like(correction=lambda beta, t: math.nan if t == 1 else 1 - beta ** (t - 1)),
            "t counts from 1 already: the first step has t = 1. With t − 1 you divide by 0 there.",
        ),
        Mistake(
            "counts one too many",
            adam_like(correction=lambda beta, t: 1 - beta ** (t + 1)),
            "t is the number of the step you are making, counted from 1; nothing needs adding.",
        ),
        Mistake(
            "corrected means returned",
            adam_like(keep_corrected=True),
            (
                "w is right. Let the next step start from what you return: is it still right?",
                "The corrected means serve this step only; keep m and q as they were before.",
            ),
        ),
        Mistake(
            "eps inside the root",
            adam_like(divisor=lambda q, eps: (q + eps).sqrt()),
            "Only small gradients show it: where does eps stand, under the root or beside it?",
        ),
        Mistake(
            "eps before the correction",
            eps_before_correction,
            "Nearly. You correct after adding eps; correct q first, take the root, then add eps.",
        ),
        Mistake(
            "root forgotten",
            adam_like(divisor=lambda q, eps: q + eps),
            (
                "Multiply the loss by 1000: does your step stay the same?",
                "m has the unit of the gradient, q of its square. What makes the units cancel?",
            ),
        ),
        Mistake(
            "gradient not squared",
            adam_like(square=lambda g: g, divisor=lambda q, eps: q.abs().sqrt() + eps),
            "m is right, q is not. Can a mean of squares become smaller by a negative gradient?",
        ),
        Mistake(
            "changes its inputs",
            means_in_place,
            "Operators like *= and methods that end in _ change the caller's m and q. "
            "Make new ones: m = …",
        ),
        Mistake(
            "betas swapped",
            adam_like(swap=True),
            "beta1 belongs to the mean of gradients, beta2 to the mean of squares.",
        ),
    ),
    hints=(
        "Print your first step: it should be lr for each weight, against the sign of g.",
        "In this order: the two means, then copies of them divided by 1 − βᵗ, then the step. "
        "Return the means as they were before the division.",
    ),
)

# --- decay_step -----------------------------------------------------------------------------


def decay_by_torch(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    decay: float,
    decoupled: bool,
) -> ThreeTensors:
    """Step number t of PyTorch's AdamW, or of its Adam with weight_decay."""
    return adam_by_torch(w, g, m, q, t, lr, decay=decay, step=adamw if decoupled else adam)


def decay_like(
    before: Callable[[Tensor, float, float], Tensor] = lambda w, lr, decay: w * (1 - lr * decay),
    inside: Callable[[Tensor, Tensor, float, float], Tensor] = lambda g, w, lr, decay: (
        g + decay * w
    ),
) -> Callable[..., ThreeTensors]:
    """Both ways of decay, with what happens before the step or inside the gradient exchanged."""

    def step(
        w: Tensor,
        g: Tensor,
        m: Tensor,
        q: Tensor,
        t: int,
        lr: float,
        decay: float,
        decoupled: bool,
    ) -> ThreeTensors:
        if decoupled:
            return adam_by_torch(before(w, lr, decay), g, m, q, t, lr)
        return adam_by_torch(w, inside(g, w, lr, decay), m, q, t, lr)

    return step


def decay_after(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    q: Tensor,
    t: int,
    lr: float,
    decay: float,
    decoupled: bool,
) -> ThreeTensors:
    """Shrinks the weights after the step, the step included."""
    if not decoupled:
        return decay_by_torch(w, g, m, q, t, lr, decay, False)
    w, m, q = adam_by_torch(w, g, m, q, t, lr)
    return w * (1 - lr * decay), m, q


def draw_decay(generator: Generator) -> Inputs:
    """A state in mid-training, a strong decay, either way."""
    lr, decay = uniform(generator, 0.05, 0.2), uniform(generator, 0.2, 0.6)
    return *draw_state(generator), lr, decay, bool(whole(generator, 0, 1))


def decay_case(decay: float, decoupled: bool) -> Inputs:
    """Three weights in the fourth step."""
    return (
        torch.tensor([1.0, -2.0, 3.0]),
        torch.tensor([0.5, 1.0, -4.0]),
        torch.tensor([0.2, -0.1, 1.0]),
        torch.tensor([0.3, 0.8, 2.0]),
        4,
        0.1,
        decay,
        decoupled,
    )


DECAY_STEP = Exercise(
    id="decay_step",
    title="Weight decay: AdamW against L2",
    signature="decay_step(w, g, m, q, t, lr, decay, decoupled)",
    points=2,
    minutes=10,
    returns="a tuple (w, m, q) of tensors shaped like w",
    parts=("w", "m", "q"),
    reference=decay_by_torch,
    cases=(
        Case("AdamW, three weights", lambda: decay_case(0.5, True)),
        Case("Adam with L2, three weights", lambda: decay_case(0.5, False)),
        Case(
            "AdamW, no gradient",
            lambda: (
                torch.tensor([[2.0, -1.0]]),
                torch.zeros(1, 2),
                torch.zeros(1, 2),
                torch.zeros(1, 2),
                1,
                0.1,
                0.2,
                True,
            ),
        ),
    ),
    draw=draw_decay,
    mistakes=(
        Mistake(
            "the two ways swapped",
            lambda w, g, m, q, t, lr, decay, decoupled: decay_by_torch(
                w, g, m, q, t, lr, decay, not decoupled
            ),
            "Both ways are there, in each other's place. Decoupled: the gradient hears nothing.",
        ),
        Mistake(
            "always in the gradient",
            lambda w, g, m, q, t, lr, decay, decoupled: decay_by_torch(
                w, g, m, q, t, lr, decay, False
            ),
            (
                "L2 is right. With AdamW, may m and q know of the decay?",
                "Decoupled: the weights shrink by a share of themselves, outside of the fraction.",
            ),
        ),
        Mistake(
            "always decoupled",
            lambda w, g, m, q, t, lr, decay, decoupled: decay_by_torch(
                w, g, m, q, t, lr, decay, True
            ),
            (
                "AdamW is right. With L2 the loss has a term ½ λ‖w‖²: what does its slope join?",
                "Without `decoupled` the gradient that enters Adam is that of the larger loss.",
            ),
        ),
        Mistake(
            "no decay at all",
            lambda w, g, m, q, t, lr, decay, decoupled: adam_by_torch(w, g, m, q, t, lr),
            "That is Adam alone: `decay` has no effect yet.",
        ),
        Mistake(
            "learning rate missing in the decay",
            decay_like(before=lambda w, lr, decay: w * (1 - decay)),
            (
                "L2 is right. AdamW's weights shrink too fast: by which share in a step?",
                "A schedule that lowers the rate should lower the decay too: the share is η · λ.",
            ),
        ),
        Mistake(
            "learning rate in the L2 term",
            decay_like(inside=lambda g, w, lr, decay: g + lr * decay * w),
            "AdamW is right. The slope of ½ λ‖w‖² is λw; Adam multiplies by η later, once.",
        ),
        Mistake(
            "L2 with a factor 2",
            decay_like(inside=lambda g, w, lr, decay: g + 2 * decay * w),
            "AdamW is right. Twice the L2 term: PyTorch adds the slope of ½ λ‖w‖², not of λ‖w‖².",
        ),
        Mistake(
            "weights grow",
            decay_like(
                before=lambda w, lr, decay: w * (1 + lr * decay),
                inside=lambda g, w, lr, decay: g - decay * w,
            ),
            "With no gradient at all, does a weight of 2 come nearer to 0 or go away from it?",
        ),
        Mistake(
            "shrinks after the step",
            decay_after,
            (
                "Nearly. Does Adam's own step shrink as well?",
                "Only the old weights shrink: decay them first, then make Adam's step.",
            ),
        ),
    ),
    hints=(
        "Both ways use your adam_step once. What do you hand it as w, what as g?",
        "Decoupled: w is smaller by the share η · λ before Adam's step. Otherwise: g has λw added.",
    ),
)

# --- warmup_cosine --------------------------------------------------------------------------


def rates_on_two_grids(lr: float, start: float, warmup: int, epochs: int) -> list[float]:
    """A grid of rates, then a grid of angles; the tests compare it with PyTorch's schedulers."""
    rise = torch.linspace(start, 1, warmup + 1, dtype=torch.float64)[:-1]
    angles = torch.linspace(0, math.pi / 2, epochs - warmup + 1, dtype=torch.float64)[:-1]
    return (lr * torch.cat([rise, angles.cos() ** 2])).tolist()


def schedule_like(
    rise: Callable[[float, int, int], float] = lambda start, epoch, warmup: (
        start + (1 - start) * epoch / warmup
    ),
    fall: Callable[[int, int, int], float] = lambda epoch, warmup, epochs: half_wave(
        (epoch - warmup) / (epochs - warmup)
    ),
    first: int = 0,
) -> Callable[[float, float, int, int], list[float]]:
    """Both parts of the schedule, with one exchanged."""

    def rates(lr: float, start: float, warmup: int, epochs: int) -> list[float]:
        return [
            lr * (rise(start, e, warmup) if e < warmup else fall(e, warmup, epochs))
            for e in range(first, epochs + first)
        ]

    return rates


def half_wave(share: float) -> float:
    """From 1 to 0 along half a cosine."""
    return (1 + math.cos(math.pi * share)) / 2


def share(epoch: int, warmup: int, epochs: int) -> float:
    """How much of the second part is over."""
    return (epoch - warmup) / (epochs - warmup)


def draw_schedule(generator: Generator) -> Inputs:
    """A rate and lengths of the two parts."""
    warmup = whole(generator, 2, 6)
    lr, start = uniform(generator, 0.05, 2.0), uniform(generator, 0.05, 0.5)
    return lr, start, warmup, warmup + whole(generator, 4, 15)


WARMUP_COSINE = Exercise(
    id="warmup_cosine",
    title="Warm up, then half a cosine",
    signature="warmup_cosine(lr, start, warmup, epochs)",
    points=2,
    minutes=13,
    returns="a list of as many numbers (float) as there are epochs",
    reference=rates_on_two_grids,
    cases=(
        Case("two epochs of warm-up, four of cosine", lambda: (1.0, 0.5, 2, 6)),
        Case("five of 40 epochs, as in the lecture", lambda: (0.1, 0.1, 5, 40)),
        Case("no warm-up", lambda: (0.2, 0.1, 0, 8), costs=0.5),
    ),
    draw=draw_schedule,
    mistakes=(
        Mistake(
            "cosine over all epochs",
            schedule_like(
                fall=lambda epoch, warmup, epochs: half_wave((epoch - warmup) / epochs),
            ),
            (
                "Your rate does not come near 0 at the end. How many epochs has the cosine?",
                "The warm-up takes its epochs away: the half wave has epochs − warmup of them.",
            ),
        ),
        Mistake(
            "cosine not shifted",
            schedule_like(fall=lambda epoch, warmup, epochs: half_wave(epoch / epochs)),
            (
                "Look at the seam: which rate has the first epoch after the warm-up?",
                "The cosine must begin when the warm-up ends: count its epochs from there.",
            ),
        ),
        Mistake(
            "warm-up forgotten",
            lambda lr, start, warmup, epochs: [lr * half_wave(e / epochs) for e in range(epochs)],
            "A good cosine, from the first epoch on. Where are the epochs of warm-up?",
        ),
        Mistake(
            "warm-up from zero",
            schedule_like(rise=lambda start, epoch, warmup: epoch / warmup),
            (
                "Which rate has your first epoch? An epoch at rate 0 learns nothing.",
                "The straight line begins at start · lr and ends at lr.",
            ),
        ),
        Mistake(
            "warm-up one epoch short",
            schedule_like(
                rise=lambda start, epoch, warmup: start + (1 - start) * epoch / (warmup - 1)
            ),
            (
                "How often does the full rate occur in your list?",
                "Epoch `warmup`, the first of the cosine, is the first with the full rate: "
                "the line needs `warmup` strides to get there.",
            ),
        ),
        Mistake(
            "line without its start",
            schedule_like(rise=lambda start, epoch, warmup: start + epoch / warmup),
            "The line begins rightly and ends above lr. How far has it to rise, from start · lr?",
        ),
        Mistake(
            "whole wave",
            schedule_like(
                fall=lambda epoch, warmup, epochs: half_wave(2 * share(epoch, warmup, epochs))
            ),
            "Your rate comes up again at the end. Half a wave reaches from angle 0 to which angle?",
        ),
        Mistake(
            "quarter wave",
            schedule_like(
                fall=lambda epoch, warmup, epochs: math.cos(
                    math.pi / 2 * share(epoch, warmup, epochs)
                )
            ),
            (
                "Halfway through the cosine the rate should be lr / 2. What is yours?",
                "You use a quarter of the wave. Half a wave runs from 1 to −1: shift and scale it.",
            ),
        ),
        Mistake(
            "twice the rate",
            schedule_like(
                fall=lambda epoch, warmup, epochs: 2 * half_wave(share(epoch, warmup, epochs))
            ),
            "1 + cos begins at 2. The first epoch of the cosine should have the rate lr.",
        ),
        Mistake(
            "upside down",
            schedule_like(
                fall=lambda epoch, warmup, epochs: 1 - half_wave(share(epoch, warmup, epochs))
            ),
            "Your rate falls to 0 at the seam and then rises. Which sign has the cosine?",
        ),
        Mistake(
            "epochs from 1",
            schedule_like(first=1),
            "Your list begins with the second epoch: its first entry should be start · lr. "
            "Count from 0.",
        ),
        Mistake(
            "straight line down",
            schedule_like(fall=lambda epoch, warmup, epochs: 1 - share(epoch, warmup, epochs)),
            "Both ends are right. In between it should fall along a cosine, not a straight line.",
        ),
    ),
    hints=(
        "Do it by hand for lr = 1, start = 0.5, warmup = 2, epochs = 6: a list of six.",
        "Two formulas: a straight line while epoch < warmup; then lr times (1 + cos(π · x)) / 2, "
        "where x goes from 0 to 1 over the rest.",
    ),
)

EXERCISES = (
    COUNT_UPDATES,
    EPOCH_BATCHES,
    MOMENTUM_STEP,
    ADAM_STEP,
    DECAY_STEP,
    WARMUP_COSINE,
)
