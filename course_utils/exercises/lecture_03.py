"""Exercises of lecture 03, logistic regression."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..checks import Case, Exercise, Inputs, Mistake
from ..metrics import confusion

# --- data -----------------------------------------------------------------------------------


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def hours() -> tuple[Tensor, Tensor]:
    """Four students, as in the lecture."""
    return column(1.0, 2.0, 3.0, 4.0), column(0.0, 0.0, 1.0, 1.0)


def eight_verdicts() -> tuple[Tensor, Tensor]:
    """Eight logits and truths; the thresholds 0.2, 0.5, 0.6 and 0.99 part them differently."""
    z = column(-2.0, -1.0, 0.3, 0.8, 3.0, -0.5, 1.5, -3.0)
    return z, column(0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)


def draw_logits(generator: Generator) -> tuple[Tensor, Tensor]:
    """From 6 to 12 logits, most between −4 and 4, and their truths, of both classes."""
    n = int(torch.randint(6, 13, (), generator=generator))
    y = (torch.rand(n, 1, generator=generator) < 0.5).float()
    y[0], y[1] = 0, 1
    return 2 * torch.randn(n, 1, generator=generator), y


# --- input_at -------------------------------------------------------------------------------


def input_by_bisection(w: float, b: float, p: float) -> float:
    """Halve the interval in which the probability passes p."""
    low, high = -1e4, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        z = max(-700.0, min(700.0, w * middle + b))
        below = 1 / (1 + math.exp(-z)) < p
        low, high = (middle, high) if below == (w > 0) else (low, middle)
    return (low + high) / 2


def draw_unit(generator: Generator) -> Inputs:
    """A weight of either sign, a bias, a probability."""
    w, b, p = torch.rand(3, generator=generator).tolist()
    return (w + 0.5) * (1 if p < 0.6 else -1), 4 * b - 2, 0.1 + 0.8 * p


INPUT_AT = Exercise(
    id="input_at",
    title="How many hours for that chance?",
    signature="input_at(w, b, p)",
    points=1,
    minutes=6,
    returns="a number (float)",
    reference=input_by_bisection,
    cases=(
        Case("a chance of one half", lambda: (1.0, -2.5, 0.5)),
        Case("a chance of 90 %", lambda: (1.2, -2.6, 0.9)),
        Case("a chance of 20 %", lambda: (0.8, 1.0, 0.2)),
        Case("more is worse", lambda: (-2.0, 3.0, 0.7)),
    ),
    draw=draw_unit,
    mistakes=(
        Mistake(
            "bias added",
            lambda w, b, p: (math.log(p / (1 - p)) + b) / w,
            (
                "Put your answer back into w · x + b. Do you get the logit that you wanted?",
                "Solve z = xw + b for x step by step: on which side does b end up?",
            ),
        ),
        Mistake(
            "always one half",
            lambda w, b, p: -b / w,
            (
                "A chance of one half is right. Does your answer depend on p at all?",
                "−b/w is where the logit is 0. Which logit has the probability p?",
            ),
        ),
        Mistake(
            "probability taken for the logit",
            lambda w, b, p: (p - b) / w,
            (
                "You treat p as if it were z. What stands between the two?",
                "First find the logit z whose sigmoid is p: the logarithm of the odds.",
            ),
        ),
        Mistake(
            "odds without a logarithm",
            lambda w, b, p: (p / (1 - p) - b) / w,
            "Odds of 1 belong to a chance of one half, but to which logit? A step is missing.",
        ),
        Mistake(
            "log p alone",
            lambda w, b, p: (math.log(p) - b) / w,
            "log p is never above 0, a logit may be. Odds are p against what is left.",
        ),
        Mistake(
            "odds upside down",
            lambda w, b, p: (math.log((1 - p) / p) - b) / w,
            "You find the input where the *other* class has the probability p.",
        ),
        Mistake(
            "decimal logarithm",
            lambda w, b, p: (math.log10(p / (1 - p)) - b) / w,
            "Nearly: the sigmoid is made of e, so which logarithm undoes it?",
        ),
    ),
    hints=(
        "Two steps: from the probability to the logit, from the logit to the input.",
        "The logit is the logarithm of the odds p / (1 − p). Then solve z = xw + b for x.",
    ),
)

# --- log_loss -------------------------------------------------------------------------------


def penalties(z: Tensor, y: Tensor) -> Tensor:
    """Penalty of each sample, right also for large logits."""
    return F.binary_cross_entropy_with_logits(z, y, reduction="none")


def mean_after(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Make the textbook's loss of probabilities, which are changed first."""

    def loss(z: Tensor, y: Tensor) -> Tensor:
        p = change(torch.sigmoid(z))
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    return loss


def lost_parentheses(z: Tensor, y: Tensor) -> Tensor:
    """The minus reaches only the first term."""
    return (-y * F.logsigmoid(z) + (1 - y) * F.logsigmoid(-z)).mean()


LOG_LOSS = Exercise(
    id="log_loss_of_logits",
    title="A log loss that survives",
    signature="log_loss_of_logits(z, y)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=F.binary_cross_entropy_with_logits,
    cases=(
        Case("knows nothing", lambda: (column(0.0, 0.0), column(1.0, 0.0))),
        Case("four students", lambda: (column(-1.5, -0.5, 0.5, 2.0), hours()[1])),
        Case("one sample", lambda: (column(-3.0), column(1.0))),
        Case("certain and wrong", lambda: (column(200.0, 1.0), column(0.0, 1.0)), costs=0.5),
        Case("very negative logits", lambda: (column(-150.0, -300.0), column(1.0, 0.0)), costs=0.5),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "log of a rounded probability",
            mean_after(lambda p: p),
            (
                "Moderate logits are right. What is sigmoid(200) in float32, and log(1 − that)?",
                "Do not form the probability: −log σ(z) is log(1 + e^(−z)). And e^(−z), for which "
                "sign of z can it overflow?",
            ),
        ),
        Mistake(
            "clamped logarithm",
            lambda z, y: F.binary_cross_entropy(torch.sigmoid(z), y),
            (
                "A logit of 200 that is wrong costs 200. Yours stops growing at 100.",
                "`BCELoss` cuts its logarithms off at −100. Start from the logits instead.",
            ),
        ),
        Mistake(
            "clamped probability",
            mean_after(lambda p: p.clamp(1e-7, 1 - 1e-7)),
            (
                "No infinity, but whoever is wrong with z = 20 or with z = 200 pays the same.",
                "The clamp hides the problem. Rearrange the formula so that none is needed.",
            ),
        ),
        Mistake(
            "e to a large power",
            lambda z, y: (torch.log(1 + torch.exp(z)) - y * z).mean(),
            (
                "The formula is right on paper. For which z is e^z more than float32 can hold?",
                "log(1 + e^z) = max(z, 0) + a rest that needs only e^(−|z|).",
            ),
        ),
        Mistake(
            "sum instead of mean",
            lambda z, y: penalties(z, y).sum(),
            "With twice as many samples, equally well predicted, your loss doubles. Should it?",
        ),
        Mistake(
            "lost parentheses",
            lost_parentheses,
            (
                "Can a penalty be negative? One of your two terms is.",
                "The minus belongs to both terms: mind the brackets.",
            ),
        ),
        Mistake(
            "classes swapped",
            lambda z, y: penalties(z, 1 - y).mean(),
            "A sample with y = 1 and a large logit should pay little. Yours pays most.",
        ),
        Mistake(
            "half of the loss",
            lambda z, y: (-y * F.logsigmoid(z)).mean(),
            "Samples of class 0 pay nothing, whatever the model says. One term is missing.",
        ),
        Mistake(
            "logits taken for probabilities",
            lambda z, y: -(y * torch.log(z) + (1 - y) * torch.log(1 - z)).mean(),
            "A logit can be negative or above 1, and has no logarithm then. It is not yet a p.",
        ),
    ),
    hints=(
        "One sample with y = 1 costs log(1 + e^(−z)), one with y = 0 costs log(1 + e^z).",
        "Both are max(z, 0) − y·z + log(1 + …), with a power of e that is never above 1.",
    ),
)

# --- log_loss_gradient ----------------------------------------------------------------------


def gradient_by_autograd(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of the mean log loss by autograd."""
    w, b = w.detach().clone().requires_grad_(), b.detach().clone().requires_grad_()
    loss = F.binary_cross_entropy_with_logits(X @ w + b, y)
    grad_w, grad_b = torch.autograd.grad(loss, [w, b])
    return grad_w, grad_b


def gradient_of(
    slope: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Make a gradient from a slope by the logit, which may be wrong."""

    def gradient(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        delta = slope(X @ w + b, y) / len(X)
        return X.T @ delta, delta.sum(dim=0)

    return gradient


def squared_error_slope(z: Tensor, y: Tensor) -> Tensor:
    """Slope of (σ(z) − y)²."""
    p = torch.sigmoid(z)
    return 2 * (p - y) * p * (1 - p)


def draw_model(generator: Generator) -> Inputs:
    """A table with two classes, and a model."""
    n, d = (int(torch.randint(low, 9, (), generator=generator)) for low in (4, 2))
    y = (torch.rand(n, 1, generator=generator) < 0.5).float()
    w = torch.randn(d, 1, generator=generator)
    return torch.randn(n, d, generator=generator) + 1, y, w, torch.randn(1, generator=generator)


LOG_LOSS_GRADIENT = Exercise(
    id="log_loss_gradient",
    title="Prediction minus truth",
    signature="log_loss_gradient(X, y, w, b)",
    points=2,
    minutes=12,
    returns="a tuple (grad_w, grad_b) of shapes (D, 1) and (1,)",
    parts=("grad_w", "grad_b"),
    reference=gradient_by_autograd,
    cases=(
        Case("a model that knows nothing", lambda: (*hours(), column(0.0), torch.tensor([0.0]))),
        Case("four students", lambda: (*hours(), column(1.2), torch.tensor([-2.6]))),
        Case(
            "three features",
            lambda: (
                torch.tensor([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0], [-2.0, 1.0, 1.0]] * 2)[:5],
                column(1.0, 0.0, 0.0, 1.0, 1.0),
                column(0.5, -1.0, 0.25),
                torch.tensor([0.3]),
            ),
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "gradient of the sum",
            lambda X, y, w, b: tuple(len(X) * g for g in gradient_by_autograd(X, y, w, b)),
            (
                "Off by one factor everywhere. Is it the number of samples?",
                "That is the gradient of the sum of the penalties. The loss is their mean.",
            ),
        ),
        Mistake(
            "truth minus prediction",
            gradient_of(lambda z, y: y - torch.sigmoid(z)),
            (
                "The size is right. Does your gradient point to where the loss grows?",
                "A prediction above the truth must give a positive slope. Which way round?",
            ),
        ),
        Mistake(
            "no sigmoid",
            gradient_of(lambda z, y: z - y),
            (
                "You compare the truth, 0 or 1, with a logit. With what should it be compared?",
                "Prediction minus truth: the prediction is a probability.",
            ),
        ),
        Mistake(
            "gradient of the squared error",
            gradient_of(squared_error_slope),
            (
                "A sample that is certain and wrong hardly pulls in yours. Which loss does that?",
                "That is the gradient of (σ − y)². In the log loss the factor σ(1 − σ) cancels.",
            ),
        ),
        Mistake(
            "slope of the sigmoid left in",
            gradient_of(lambda z, y: squared_error_slope(z, y) / 2),
            "The factor σ(1 − σ) cancels against the slope of the logarithm. Look again there.",
        ),
        Mistake(
            "factor 2",
            gradient_of(lambda z, y: 2 * (torch.sigmoid(z) - y)),
            "Twice too large: the 2 belongs to the squared error. There is no square here.",
        ),
        Mistake(
            "wrong class",
            gradient_of(lambda z, y: (z > 0).float() - y),
            "Predicted class minus truth is 0 for each sample on the right side, however unsure.",
        ),
        Mistake(
            "a row for grad_w",
            lambda X, y, w, b: (
                gradient_by_autograd(X, y, w, b)[0].T,
                gradient_by_autograd(X, y, w, b)[1],
            ),
            "`nn.Linear` keeps its weight as a row, (1, D). Here w is a column, and so is grad_w.",
        ),
        Mistake(
            "bias summed, weights averaged",
            lambda X, y, w, b: (
                gradient_by_autograd(X, y, w, b)[0],
                len(X) * gradient_by_autograd(X, y, w, b)[1],
            ),
            "grad_w is right. You divide it by N; is the bias not part of the same mean?",
        ),
    ),
    hints=(
        "One sample first: its slope by the logit, then by w_j and by b (chain rule).",
        "(σ(z) − y) is a column (N, 1). Multiply by which form of X to get (D, 1), then ÷ N.",
    ),
)

# --- counts_at ------------------------------------------------------------------------------


def counts_by_package(z: Tensor, y: Tensor, t: float) -> Tensor:
    """Counts by the course's `confusion`, with the threshold moved to the logit."""
    return confusion(z, y, threshold=math.log(t / (1 - t)))


def counts(called: Tensor, y: Tensor) -> Tensor:
    """Counts by truth (rows) and verdict (columns)."""
    return torch.tensor([[int(((y == i) & (called == j)).sum()) for j in (0, 1)] for i in (0, 1)])


COUNTS_AT = Exercise(
    id="counts_at",
    title="Who was taken for what",
    signature="counts_at(z, y, t)",
    points=1,
    minutes=8,
    returns="an int64 tensor of shape (2, 2)",
    reference=counts_by_package,
    cases=(
        Case("threshold 0.5", lambda: (*eight_verdicts(), 0.5)),
        Case("threshold 0.6", lambda: (*eight_verdicts(), 0.6)),
        Case("threshold 0.2", lambda: (*eight_verdicts(), 0.2)),
        Case(
            "a logit exactly at the threshold",
            lambda: (column(0.0, 1.0, 0.0), column(1.0, 0.0, 0.0), 0.5),
            costs=0.5,
        ),
    ),
    draw=lambda generator: (*draw_logits(generator), 0.3),
    mistakes=(
        Mistake(
            "logits compared with t",
            lambda z, y, t: counts(z > t, y),
            (
                "t is a probability. In which unit is z?",
                "Take the sigmoid of z first, or turn t into a logit: log(t / (1 − t)).",
            ),
        ),
        Mistake(
            "always one half",
            lambda z, y, t: counts(z > 0, y),
            "At 0.5 you are right; at every other threshold you give the same counts.",
        ),
        Mistake(
            "transposed",
            lambda z, y, t: counts_by_package(z, y, t).T,
            (
                "The diagonal is right. Who are in your upper right corner?",
                "A row belongs to a true class, a column to a predicted one.",
            ),
        ),
        Mistake(
            "class 1 first",
            lambda z, y, t: counts_by_package(z, y, t).flip(0, 1),
            "The numbers are right, in another order: class 0 is row 0 and column 0.",
        ),
        Mistake(
            "at the threshold counts as above",
            lambda z, y, t: counts(torch.sigmoid(z) >= t, y),
            "Class 1 is predicted *above* the threshold. And exactly at it?",
        ),
        Mistake(
            "shares",
            lambda z, y, t: counts_by_package(z, y, t) / len(y),
            "These are shares of all samples. Asked are counts, whole numbers.",
        ),
        Mistake(
            "threshold on the wrong side",
            lambda z, y, t: counts(torch.sigmoid(z) > 1 - t, y),
            "With a higher t fewer samples should be called 1; you call more.",
        ),
    ),
    hints=(
        "First a column of verdicts: which samples are called 1?",
        "Each count is a sum over (y == true) & (called == predicted), as in the lecture.",
    ),
)

# --- precision_recall -----------------------------------------------------------------------


def shares_by_sets(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Precision and recall from the sets of samples called 1 and of samples that are 1."""
    called = {i for i, value in enumerate(z.flatten().tolist()) if 1 / (1 + math.exp(-value)) > t}
    ones = {i for i, value in enumerate(y.flatten().tolist()) if value == 1}
    hits = len(called & ones)
    return hits / len(called) if called else 0.0, hits / len(ones) if ones else 0.0


def unguarded(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Divides by the number of samples called 1, which may be 0."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t).tolist()
    return found / (found + alarms), found / (found + missed)


def divided_tensors(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """As before, with tensors: NaN instead of an error."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t)
    return (found / (found + alarms)).item(), (found / (found + missed)).item()


def best_of_nothing(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Says 1 where the share is of nothing."""
    (_, alarms), (missed, found) = counts_by_package(z, y, t).tolist()
    return (
        found / (found + alarms) if found + alarms else 1.0,
        found / (found + missed) if found + missed else 1.0,
    )


def accuracy_first(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Accuracy in the place of precision."""
    counted = counts_by_package(z, y, t)
    return counted.trace().item() / len(y), shares_by_sets(z, y, t)[1]


def of_everybody(z: Tensor, y: Tensor, t: float) -> tuple[float, float]:
    """Divides by N."""
    found = counts_by_package(z, y, t)[1, 1].item()
    return found / len(y), found / len(y)


PRECISION_RECALL = Exercise(
    id="precision_recall",
    title="Precision and recall",
    signature="precision_recall(z, y, t)",
    points=2,
    minutes=10,
    returns="a tuple (precision, recall) of numbers (float)",
    parts=("precision", "recall"),
    between=(0, 1),
    reference=shares_by_sets,
    cases=(
        Case("threshold 0.5", lambda: (*eight_verdicts(), 0.5)),
        Case("threshold 0.2", lambda: (*eight_verdicts(), 0.2)),
        Case("threshold 0.6", lambda: (*eight_verdicts(), 0.6)),
        Case("nobody is called 1", lambda: (*eight_verdicts(), 0.99), costs=0.5),
        Case("nobody is of class 1", lambda: (column(1.0, -1.0), column(0.0, 0.0), 0.5), costs=0.5),
    ),
    draw=lambda generator: (*draw_logits(generator), 0.4),
    mistakes=(
        Mistake(
            "division by zero",
            unguarded,
            (
                "How many samples are called 1 at the threshold 0.99?",
                "A share of nothing has no value; the task says what to return then.",
            ),
        ),
        Mistake(
            "NaN",
            divided_tensors,
            "Tensors divide 0 by 0 without an error, and return NaN. Ask before you divide.",
        ),
        Mistake(
            "1 where nobody is",
            best_of_nothing,
            "Whoever finds nothing should not be called perfect: see what the task says about it.",
        ),
        Mistake(
            "swapped",
            lambda z, y, t: shares_by_sets(z, y, t)[::-1],
            (
                "Lower the threshold until all are called 1. Which of the two shares must be 1?",
                "Precision is a share of those *called* 1, recall of those that *are* 1.",
            ),
        ),
        Mistake(
            "accuracy instead of precision",
            accuracy_first,
            "recall is right. Your precision counts the correct zeros as well.",
        ),
        Mistake(
            "of everybody",
            of_everybody,
            "You divide by N twice. Each of the two is a share of a smaller group: which?",
        ),
        Mistake(
            "logits compared with t",
            lambda z, y, t: shares_by_sets(z - t, y, 0.5),
            "t is a probability, z is a logit: one of them has to be translated.",
        ),
    ),
    hints=(
        "Your counts_at has all that you need: found, missed and false alarms.",
        "precision = found / (found + false alarms), recall = found / (found + missed).",
    ),
)

# --- perceptron_pass ------------------------------------------------------------------------

Pass = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor, int]]


def step(z: float) -> float:
    """1 above 0, else 0."""
    return float(z > 0)


def rule(
    verdict: Callable[[float], float] = step,
    change: Callable[[float, float], float] = lambda truth, a: truth - a,
    *,
    bias: float = 1.0,
    at_once: bool = False,
    most: int | None = None,
) -> Pass:
    """Make a pass of Rosenblatt's rule in plain numbers, one part of which may be wrong."""

    def one_pass(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
        start = [*w.flatten().tolist(), b.item()]
        now, changes = list(start), 0
        for x, truth in zip(X.tolist(), y.flatten().tolist(), strict=True):
            used = start if at_once else now
            a = verdict(sum(p * value for p, value in zip(used, [*x, 1.0], strict=True)))
            if changes != most and change(truth, a):
                row = [*x, bias]
                now = [p + change(truth, a) * v for p, v in zip(now, row, strict=True)]
                changes += 1
        return torch.tensor(now[:-1]).reshape(-1, 1), torch.tensor(now[-1:]), changes

    return one_pass


def sigmoid_verdict(z: float) -> float:
    """A probability in the place of the step."""
    return torch.sigmoid(torch.tensor(z)).item()


def pass_in_place(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
    """Changes the caller's tensors."""
    new_w, new_b, changes = rule()(X, y, w, b)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b, changes


def count_all(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, int]:
    """Counts every sample as a change."""
    return *rule()(X, y, w, b)[:2], len(X)


def from_zero(n_features: int) -> tuple[Tensor, Tensor]:
    """Weights and bias of 0."""
    return torch.zeros(n_features, 1), torch.zeros(1)


PERCEPTRON_PASS = Exercise(
    id="perceptron_pass",
    title="One pass of Rosenblatt's rule",
    signature="perceptron_pass(X, y, w, b)",
    points=2,
    minutes=12,
    returns="a tuple (w, b, changes) of shapes (D, 1) and (1,), and a whole number (int)",
    parts=("w", "b", "changes"),
    reference=rule(),
    cases=(
        Case("one sample, from zero", lambda: (column(2.0), column(1.0), *from_zero(1))),
        Case("four students, from zero", lambda: (*hours(), *from_zero(1))),
        Case("four students, once more", lambda: (*hours(), column(3.0), torch.tensor([1.0]))),
        Case(
            "two features",
            lambda: (
                torch.tensor([[1.0, -2.0], [3.0, 0.5], [-1.0, 1.0], [0.5, 2.0], [-2.0, -1.0]]),
                column(1.0, 0.0, 1.0, 0.0, 1.0),
                *from_zero(2),
            ),
        ),
        Case(
            "nothing to learn",
            lambda: (*hours(), column(2.0), torch.tensor([-5.0])),
            costs=0.5,
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "all verdicts at the start",
            rule(at_once=True),
            (
                "The first change is right. With which weights do you judge the next sample?",
                "Each sample meets the weights that the one before it left behind.",
            ),
        ),
        Mistake(
            "away from the truth",
            rule(change=lambda truth, a: a - truth),
            "Say y = 1 and a = 0: z was too low. Does your change raise it for this sample?",
        ),
        Mistake(
            "bias never moves",
            rule(bias=0.0),
            "w is right at first, b stays. Think of b as the weight of an input that is always 1.",
        ),
        Mistake(
            "0 counts as above",
            rule(lambda z: float(z >= 0)),
            "What does your step answer at z = 0? The task says 1 only *above* 0.",
        ),
        Mistake(
            "sigmoid instead of step",
            rule(sigmoid_verdict),
            "Your changes are fractions: that is gradient descent. Rosenblatt's a is 0 or 1.",
        ),
        Mistake(
            "logit instead of verdict",
            rule(lambda z: z),
            "You subtract z itself. The unit answers with a step of z: 0 or 1.",
        ),
        Mistake(
            "only class 1 teaches",
            rule(change=lambda truth, a: truth * (truth - a)),
            (
                "Samples of class 0 that are called 1 change nothing. Should they?",
                "Adding y · x is the rule for targets −1 and 1. With 0 and 1 it is (y − a) · x.",
            ),
        ),
        Mistake(
            "one change only",
            rule(most=1),
            "After the first change it ends. Where does your `return` (or `break`) stand?",
        ),
        Mistake(
            "counts all samples",
            count_all,
            "w and b are right. Count the samples that changed something, not all of them.",
        ),
        Mistake(
            "changes its inputs",
            pass_in_place,
            "Start with w.clone() and b.clone(), or write w = w + … instead of w += ….",
        ),
    ),
    hints=(
        "Take the four students from zero, by hand: only the third changes something.",
        "For each row: z from the present w and b, a = 1 if z > 0 else 0, then the two updates.",
    ),
)

EXERCISES = (
    INPUT_AT,
    LOG_LOSS,
    LOG_LOSS_GRADIENT,
    COUNTS_AT,
    PRECISION_RECALL,
    PERCEPTRON_PASS,
)
