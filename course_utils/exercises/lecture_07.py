"""Exercises of lecture 07, softmax and cross-entropy."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..checks import Case, Exercise, Inputs, Mistake

# --- data -----------------------------------------------------------------------------------


def logits_of_animals() -> Tensor:
    """Three samples, four classes: cat, dog, owl, bee."""
    return torch.tensor([[2.0, 1.0, 0.0, -1.0], [0.5, 3.0, -2.0, 1.0], [-1.0, 0.0, 1.5, 1.0]])


def huge_logits() -> Tensor:
    """A row that overflows, and one that underflows."""
    return torch.tensor([[1000.0, 1001.0, 1002.0], [-900.0, -902.0, -901.0]])


def rows_far_apart() -> Tensor:
    """Rows of very different height: no shift is good for both."""
    return torch.tensor([[300.0, 301.0], [2.0, 0.0], [-300.0, -300.5]])


def draw_logits(generator: Generator) -> tuple[Tensor, Tensor]:
    """Logits of 4 to 8 samples and 3 to 5 classes, and true classes."""
    n = int(torch.randint(4, 9, (), generator=generator))
    k = int(torch.randint(3, 6, (), generator=generator))
    Z = 2 * torch.randn(n, k, generator=generator)
    return Z, torch.randint(k, (n,), generator=generator)


# --- top_accuracy ---------------------------------------------------------------------------


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

# --- softmax_at -----------------------------------------------------------------------------


def shares_of_torch(Z: Tensor, T: float) -> Tensor:
    """torch.softmax, in float64."""
    return torch.softmax(Z.double() / T, dim=1).float()


def shares_naive(Z: Tensor, T: float) -> Tensor:
    """The formula as it stands."""
    e = torch.exp(Z / T)
    return e / e.sum(dim=1, keepdim=True)


def shares_of_columns(Z: Tensor, T: float) -> Tensor:
    """Normalises the columns."""
    return torch.softmax(Z / T, dim=0)


def one_maximum(Z: Tensor, T: float) -> Tensor:
    """Subtracts the largest logit of the whole table."""
    return shares_naive(Z - Z.max(), T)


def one_sum(Z: Tensor, T: float) -> Tensor:
    """Divides by the sum of the whole table."""
    e = torch.exp(Z / T - (Z / T).amax(dim=1, keepdim=True))
    return e / e.sum()


def cooled_shares(Z: Tensor, T: float) -> Tensor:
    """Divides the shares, not the logits."""
    return torch.softmax(Z, dim=1) / T


def draw_temperature(generator: Generator) -> Inputs:
    """Logits and a temperature."""
    Z, _ = draw_logits(generator)
    return Z, 0.3 + 3 * torch.rand((), generator=generator).item()


SOFTMAX_AT = Exercise(
    id="softmax_at",
    title="Shares at any temperature",
    signature="softmax_at(Z, T)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (N, K), each row with the sum 1",
    reference=shares_of_torch,
    between=(0, 1),
    cases=(
        Case("three animals, T = 1", lambda: (logits_of_animals(), 1.0)),
        Case("three animals, T = 2", lambda: (logits_of_animals(), 2.0)),
        Case("logits of a thousand", lambda: (huge_logits(), 1.0), costs=0.5),
        Case("rows of very different height", lambda: (rows_far_apart(), 0.5), costs=0.5),
        Case("one sample, three classes", lambda: (torch.tensor([[0.0, 1.0, 3.0]]), 0.5)),
    ),
    draw=draw_temperature,
    mistakes=(
        Mistake(
            "overflow",
            shares_naive,
            (
                "Right for small logits. What is torch.exp(torch.tensor(1000.0))?",
                "Shift invariance: subtract from each row what makes its largest exponent 0.",
            ),
        ),
        Mistake(
            "one maximum for all rows",
            one_maximum,
            (
                "One row is far below another: what are its powers after your shift?",
                "They all become 0, and 0 / 0 is NaN. Each row needs its own maximum.",
            ),
        ),
        Mistake(
            "columns instead of rows",
            shares_of_columns,
            (
                "Which sums are 1 in your result: those of the rows or of the columns?",
                "A row is a sample; its classes compete with each other. Along which dim is that?",
            ),
        ),
        Mistake(
            "one sum for all rows",
            one_sum,
            "All your shares together add up to 1. Each row should, by itself: look at dim.",
        ),
        Mistake(
            "times T",
            lambda Z, T: shares_of_torch(Z, 1 / T),
            "Hot means undecided. At T = 2, are your shares more equal or less than at T = 1?",
        ),
        Mistake(
            "temperature forgotten",
            lambda Z, T: shares_of_torch(Z, 1.0),
            "Right at T = 1. Where does T enter?",
        ),
        Mistake(
            "shares divided by T",
            cooled_shares,
            "Do your rows add up to 1? The temperature divides the logits, before everything else.",
        ),
        Mistake(
            "no exponential",
            lambda Z, T: (Z / T) / (Z / T).sum(dim=1, keepdim=True),
            "Some of your shares are negative. What makes all scores positive?",
        ),
        Mistake(
            "logarithms of the shares",
            lambda Z, T: torch.log_softmax(Z / T, dim=1),
            "Those are log-probabilities, all below 0. Asked for are the shares themselves.",
        ),
        Mistake(
            "exponentials, not shares",
            lambda Z, T: torch.exp(Z / T - (Z / T).amax(dim=1, keepdim=True)),
            "Positive and safe, but do the rows add up to 1?",
        ),
    ),
    hints=(
        "Check your result: every row has the sum 1, no value is NaN, and T = 2 is flatter than 1.",
        "Divide by T, subtract each row's own maximum (amax with keepdim=True), exponentials, "
        "divide by each row's own sum.",
    ),
)

# --- mean_cross_entropy ---------------------------------------------------------------------


def shares_of_truth(Z: Tensor, y: Tensor) -> Tensor:
    """The share of the true class of each sample."""
    return Z.softmax(dim=1)[range(len(y)), y]


def naive_logsumexp(Z: Tensor, y: Tensor) -> Tensor:
    """Stays in the logarithm, but lets the exponentials overflow."""
    return (Z.exp().sum(dim=1).log() - Z[range(len(y)), y]).mean()


def every_row_meets_every_class(Z: Tensor, y: Tensor) -> Tensor:
    """Picks the columns y of all rows."""
    return -Z.log_softmax(dim=1)[:, y].mean()


def over_all_entries(Z: Tensor, y: Tensor) -> Tensor:
    """The mean over N · K entries of the one-hot product."""
    return -(F.one_hot(y, Z.shape[1]) * Z.log_softmax(dim=1)).mean()


def maximum_lost(Z: Tensor, y: Tensor) -> Tensor:
    """Subtracts the maximum in the exponent and does not add it again."""
    shifted = Z - Z.amax(dim=1, keepdim=True)
    return (shifted.exp().sum(dim=1).log() - Z[range(len(y)), y]).mean()


MEAN_CROSS_ENTROPY = Exercise(
    id="mean_cross_entropy",
    title="Cross-entropy that survives",
    signature="mean_cross_entropy(Z, y)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=F.cross_entropy,
    atol=1e-5,
    cases=(
        Case("three animals", lambda: (logits_of_animals(), torch.tensor([0, 3, 2]))),
        Case("equal logits of five classes", lambda: (torch.ones(2, 5), torch.tensor([4, 0]))),
        Case("logits of a thousand", lambda: (huge_logits(), torch.tensor([2, 1])), costs=0.5),
        Case(
            "sure and wrong",
            lambda: (torch.tensor([[0.0, -300.0], [200.0, 0.0]]), torch.tensor([1, 1])),
            costs=0.5,
        ),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "sum over the samples",
            lambda Z, y: F.cross_entropy(Z, y, reduction="sum"),
            "With twice as many samples, equally well predicted, your loss doubles. Should it?",
        ),
        Mistake(
            "minus lost",
            lambda Z, y: -F.cross_entropy(Z, y),
            "A share is below 1: which sign has its logarithm, and which one should a loss have?",
        ),
        Mistake(
            "softmax, then log",
            lambda Z, y: -shares_of_truth(Z, y).log().mean(),
            (
                "Right where no share is tiny. What is the share of a logit 300 below the rest?",
                "It becomes 0, and its log infinite. Never form it: z − log Σ exp z.",
            ),
        ),
        Mistake(
            "logsumexp overflows",
            naive_logsumexp,
            (
                "The right formula; but what is exp(1000)?",
                "log Σ exp z = m + log Σ exp(z − m), with m the maximum of each row.",
            ),
        ),
        Mistake(
            "maximum not added again",
            maximum_lost,
            "You subtract the maximum within the exponent, or from one of two terms only. "
            "What has to happen to it outside?",
        ),
        Mistake(
            "softmax twice",
            lambda Z, y: F.cross_entropy(Z.softmax(dim=1), y),
            (
                "A sample that is right and very sure: what does it cost with you? It should be 0.",
                "F.cross_entropy takes the softmax itself; you gave it shares for logits.",
            ),
        ),
        Mistake(
            "raw logits",
            lambda Z, y: F.nll_loss(Z, y),
            "A cross-entropy is never negative. You pick the true logit; of what should "
            "the true entry be picked?",
        ),
        Mistake(
            "columns y of all rows",
            every_row_meets_every_class,
            (
                "log_p[:, y] has N rows and N columns. How many numbers do you need?",
                "One for each sample: index rows and columns together, or use gather.",
            ),
        ),
        Mistake(
            "mean over N · K",
            over_all_entries,
            "Too small by the factor K. One-hot rows hold many zeros: sum over the classes first.",
        ),
        Mistake(
            "one loss for each sample",
            lambda Z, y: F.cross_entropy(Z, y, reduction="none"),
            "One penalty for each sample, all right. The loss is their mean.",
        ),
        Mistake(
            "softmax over the samples",
            lambda Z, y: F.nll_loss(Z.log_softmax(dim=0), y),
            "Equal logits of five classes should cost log 5. Along which dim do you normalise?",
        ),
        Mistake(
            "binary logarithm",
            lambda Z, y: F.cross_entropy(Z, y) / math.log(2),
            "That is in bits. The course, as PyTorch, uses the natural logarithm.",
        ),
    ),
    hints=(
        "Do it by hand for equal logits of K classes: each share is 1/K, the loss log K.",
        "First log-probabilities, z − log Σ exp z in each row, without an overflow; "
        "then pick the true ones, mean, minus.",
    ),
)

# --- logit_gradient -------------------------------------------------------------------------


def gradient_by_autograd(Z: Tensor, y: Tensor) -> Tensor:
    """The gradient, found by autograd."""
    Z = Z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(Z, y), Z)
    return gradient


def only_the_true_logit(Z: Tensor, y: Tensor) -> Tensor:
    """Forgets that the other classes pay."""
    hot = F.one_hot(y, Z.shape[1])
    return hot * (Z.softmax(dim=1) - hot) / len(Z)


def as_many_classes_as_seen(Z: Tensor, y: Tensor) -> Tensor:
    """Lets one_hot guess K."""
    return (Z.softmax(dim=1) - F.one_hot(y)) / len(Z)


def each_share_alone(Z: Tensor, y: Tensor) -> Tensor:
    """Takes the softmax for K sigmoids: one derivative p (1 − p) for each class."""
    p = Z.softmax(dim=1)
    return (p - F.one_hot(y, Z.shape[1])) * p * (1 - p) / len(Z)


LOGIT_GRADIENT = Exercise(
    id="logit_gradient",
    title="The pull on every logit",
    signature="logit_gradient(Z, y)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (N, K)",
    reference=gradient_by_autograd,
    cases=(
        Case("three animals", lambda: (logits_of_animals(), torch.tensor([1, 3, 2]))),
        Case(
            "one sample, two classes",
            lambda: (torch.tensor([[math.log(3.0), 0.0]]), torch.tensor([1])),
        ),
        Case("a class that does not occur", lambda: (logits_of_animals(), torch.tensor([2, 0, 1]))),
        Case("logits of a thousand", lambda: (huge_logits(), torch.tensor([0, 1])), costs=1),
    ),
    draw=draw_logits,
    mistakes=(
        Mistake(
            "gradient of the sum",
            lambda Z, y: len(Z) * gradient_by_autograd(Z, y),
            "With one sample it is right, with three it is three times too large. "
            "The loss is a mean.",
        ),
        Mistake(
            "sign",
            lambda Z, y: -gradient_by_autograd(Z, y),
            (
                "A larger true logit makes the loss smaller. Which sign has its slope?",
                "Truth minus share is the direction of descent; the gradient points uphill.",
            ),
        ),
        Mistake(
            "mean over N · K",
            lambda Z, y: gradient_by_autograd(Z, y) / Z.shape[1],
            "Too small by the factor K: the loss is a mean over samples, a sum over classes.",
        ),
        Mistake(
            "only the true logit",
            only_the_true_logit,
            (
                "What does a row of the gradient add up to? It should be 0.",
                "The other classes pay as well, each its own share.",
            ),
        ),
        Mistake(
            "one-hot as wide as the largest class",
            as_many_classes_as_seen,
            (
                "Which shape has F.one_hot(torch.tensor([2, 0, 1])), and which one has Z?",
                "The last class may be absent from y: tell one_hot how many there are.",
            ),
        ),
        Mistake(
            "softmax over the samples",
            lambda Z, y: (Z.softmax(dim=0) - F.one_hot(y, Z.shape[1])) / len(Z),
            "Rows of the gradient should add up to 0. Along which dim is your softmax?",
        ),
        Mistake(
            "shares without the truth",
            lambda Z, y: Z.softmax(dim=1) / len(Z),
            "All your slopes are positive: every logit would be pushed down, also the true one.",
        ),
        Mistake(
            "logits minus truth",
            lambda Z, y: (Z - F.one_hot(y, Z.shape[1])) / len(Z),
            "You compare logits with the truth. What is it that lies between 0 and 1?",
        ),
        Mistake(
            "an inner derivative too many",
            each_share_alone,
            (
                "A sure and wrong sample has a slope near 0 with you. Should it?",
                "p(1 − p) belongs to the squared error. With cross-entropy logarithm and "
                "exponential cancel.",
            ),
        ),
    ),
    hints=(
        "Add up each row of your result: 0? And its true entry: negative, the others positive?",
        "Share minus truth, where the truth is a table of one-hot rows; and the loss is a mean.",
    ),
)

# --- squashed_floor -------------------------------------------------------------------------


def floor_by_torch(K: int, low: float, high: float) -> float:
    """What the surest right row that is allowed costs."""
    row = torch.full((1, K), low, dtype=torch.float64)
    row[0, 0] = high
    return F.cross_entropy(row, torch.tensor([0])).item()


def draw_range(generator: Generator) -> Inputs:
    """A number of classes and a range."""
    low = -3 * torch.rand((), generator=generator).item()
    high = 0.3 + 2 * torch.rand((), generator=generator).item()
    return int(torch.randint(2, 50, (), generator=generator)), low, high


SQUASHED_FLOOR = Exercise(
    id="squashed_floor",
    title="The floor of squashed outputs",
    signature="squashed_floor(K, low, high)",
    points=1,
    minutes=9,
    returns="a number (float)",
    reference=floor_by_torch,
    cases=(
        Case("two sigmoids", lambda: (2, 0.0, 1.0)),
        Case("softmax twice, ten classes", lambda: (10, 0.0, 1.0)),
        Case("three outputs of tanh", lambda: (3, -1.0, 1.0)),
        Case("five outputs from 2 to 6", lambda: (5, 2.0, 6.0)),
    ),
    draw=draw_range,
    mistakes=(
        Mistake(
            "K wrong classes",
            lambda K, low, high: math.log(1 + K * math.exp(low - high)),
            "Of K classes one is the true one. How many others are there?",
        ),
        Mistake(
            "range of a sigmoid, always",
            lambda K, low, high: floor_by_torch(K, 0.0, 1.0),
            (
                "Right for a sigmoid. How far can two outputs of tanh lie apart?",
                "Softmax hears differences: the largest possible one is what counts.",
            ),
        ),
        Mistake(
            "upper end only",
            lambda K, low, high: floor_by_torch(K, 0.0, high),
            "Right where the range begins at 0. Only differences count: which one is the largest?",
        ),
        Mistake(
            "worst instead of best",
            lambda K, low, high: math.log(1 + (K - 1) * math.exp(high - low)),
            (
                "For two sigmoids log 2 is the cost of knowing nothing. Is your floor below that?",
                "You gave the truth the smallest output. Which sign has the exponent?",
            ),
        ),
        Mistake(
            "knows nothing",
            lambda K, low, high: math.log(K),
            "That is the cost of equal outputs. The best row has the truth at one end of the "
            "range and all others at the other.",
        ),
        Mistake(
            "the share, not its cost",
            lambda K, low, high: math.exp(-floor_by_torch(K, low, high)),
            "That is the largest share that the truth can get. What does a share cost?",
        ),
        Mistake(
            "one wrong class",
            lambda K, low, high: floor_by_torch(2, low, high),
            "Right for two classes. Every further class takes its part, even from the surest row.",
        ),
        Mistake(
            "zero",
            lambda K, low, high: 0.0,
            "That is the floor of free logits. Here the truth never gets the share 1.",
        ),
    ),
    hints=(
        "Write down the best row for a true class 0: which output is high, which ones are low?",
        "Its cross-entropy: the share of the truth is a fraction; divide above and below by the "
        "exponential of the true output.",
    ),
)

# --- kl_divergence --------------------------------------------------------------------------


def kl_of_torch(P: Tensor, Q: Tensor) -> Tensor:
    """PyTorch's own; it wants the logarithm of the model first."""
    return F.kl_div(Q.log(), P, reduction="batchmean")


def cross_entropy_of_rows(P: Tensor, Q: Tensor) -> Tensor:
    """Cross-entropy, the entropy of the data included."""
    return -(P * Q.log()).sum(dim=1).mean()


def rows_of_three() -> tuple[Tensor, Tensor]:
    """Two rows of three shares, none of them 0."""
    P = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    return P, torch.tensor([[0.25, 0.25, 0.5], [0.3, 0.4, 0.3]])


def draw_shares(generator: Generator) -> Inputs:
    """Two tables of shares."""
    Z, _ = draw_logits(generator)
    P = torch.softmax(torch.randn(Z.shape, generator=generator), dim=1)
    return P, Z.softmax(dim=1)


KL_DIVERGENCE = Exercise(
    id="kl_divergence",
    title="What wrong beliefs cost",
    signature="kl_divergence(P, Q)",
    points=2,
    minutes=12,
    returns="a float32 tensor of shape ()",
    reference=kl_of_torch,
    cases=(
        Case("rain on 1 day of 4", lambda: (torch.tensor([[0.25, 0.75]]), torch.full((1, 2), 0.5))),
        Case("two rows of three", rows_of_three),
        Case("the model is right", lambda: (rows_of_three()[0], rows_of_three()[0])),
        Case(
            "one-hot rows",
            lambda: (torch.eye(3)[[2, 0]], torch.tensor([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])),
            costs=1,
        ),
    ),
    draw=draw_shares,
    mistakes=(
        Mistake(
            "0 · log 0",
            lambda P, Q: (P * (P / Q).log()).sum(dim=1).mean(),
            (
                "Right where no share is 0. What is 0 · log 0 for the computer?",
                "A class that never comes costs nothing. torch.xlogy and torch.where can say so.",
            ),
        ),
        Mistake(
            "the other way round",
            lambda P, Q: (Q * (Q / P).log()).sum(dim=1).mean(),
            (
                "KL is not symmetric. Which of the two says how often a class really comes?",
                "The weights of the mean are the true shares P; Q only stands in the logarithm.",
            ),
        ),
        Mistake(
            "cross-entropy",
            cross_entropy_of_rows,
            (
                "A model that is right should cost 0 here. What does it cost with you?",
                "You have the cross-entropy; the entropy of P is still in it.",
            ),
        ),
        Mistake(
            "mean over all entries",
            lambda P, Q: torch.special.xlogy(P, P / Q).mean(),
            "Too small by the factor K: sum over the classes, mean over the rows.",
        ),
        Mistake(
            "sum over the rows",
            lambda P, Q: torch.special.xlogy(P, P / Q).sum(),
            "With one row it is right. What should become of several rows?",
        ),
        Mistake(
            "sign",
            lambda P, Q: -torch.special.xlogy(P, P / Q).sum(dim=1).mean(),
            "A divergence is never negative. What is log(p/q) where p is larger than q?",
        ),
        Mistake(
            "one number for each row",
            lambda P, Q: torch.special.xlogy(P, P / Q).sum(dim=1),
            "One divergence for each row, all right. Asked for is their mean.",
        ),
        Mistake(
            "entropy of the truth",
            lambda P, Q: -torch.special.xlogy(P, P).sum(dim=1).mean(),
            "That is what nobody can avoid, the entropy of P. Where is the model Q?",
        ),
        Mistake(
            "not weighted",
            lambda P, Q: (P.clamp(min=1e-9) / Q).log().sum(dim=1).mean(),
            "Each class counts alike in your sum. How often does each one really come?",
        ),
        Mistake(
            "binary logarithm",
            lambda P, Q: kl_of_torch(P, Q) / math.log(2),
            "That is in bits. The course, as PyTorch, uses the natural logarithm.",
        ),
    ),
    hints=(
        "Do it by hand for P = (¼, ¾) and Q = (½, ½): two terms p · log(p/q).",
        "In each row the sum of p · log(p/q), where p = 0 counts nothing; then the mean.",
    ),
)

EXERCISES = (
    TOP_ACCURACY,
    SOFTMAX_AT,
    MEAN_CROSS_ENTROPY,
    LOGIT_GRADIENT,
    SQUASHED_FLOOR,
    KL_DIVERGENCE,
)
