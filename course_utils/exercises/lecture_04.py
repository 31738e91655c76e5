"""Exercises of lecture 04, wide and deep MLPs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ..checks import Case, Exercise, Inputs, Mistake

Tensors = list[Tensor]
Activation = Callable[[Tensor], Tensor]

# --- data -----------------------------------------------------------------------------------


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def a_number(generator: Generator, low: int, high: int) -> int:
    """Draw a whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def layers(*widths: int, generator: Generator | None = None) -> tuple[Tensors, Tensors]:
    """Weights (n_in, n_out) and biases (n_out,) of a network; always the same without generator."""
    draw = generator or torch.Generator().manual_seed(len(widths))
    Ws = [torch.randn(n_in, n_out, generator=draw) for n_in, n_out in pairwise(widths)]
    bs = [torch.randn(n_out, generator=draw) for n_out in widths[1:]]
    return Ws, bs


def draw_layers(generator: Generator) -> tuple[Tensors, Tensors]:
    """A network of two to four layers, each two to five wide."""
    widths = [a_number(generator, 2, 5) for _ in range(a_number(generator, 3, 5))]
    return layers(*widths, generator=generator)


def linear_modules(Ws: Tensors, bs: Tensors) -> list[nn.Linear]:
    """Make PyTorch's own layers with these parameters."""
    modules = []
    for W, b in zip(Ws, bs, strict=True):
        module = nn.Linear(*W.shape)
        with torch.no_grad():
            module.weight.copy_(W.T)
            module.bias.copy_(b)
        modules.append(module)
    return modules


# --- baseline_scores ------------------------------------------------------------------------


def constant_answer(y: Tensor) -> tuple[float, float]:
    """Log loss and accuracy of a classifier that gives every sample the share of class 1."""
    p = torch.full_like(y, y.mean().item())
    right = ((p > 0.5) == (y > 0.5)).float().mean().item()
    return F.binary_cross_entropy(p, y).item(), max(right, 1 - right)


def entropy(q: float, log: Callable[[float], float] = math.log) -> float:
    """Entropy of a share q; 0 at both ends."""
    return -sum(share * log(share) for share in (q, 1 - q) if share > 0)


def without_the_ends(y: Tensor) -> tuple[float, float]:
    """Multiplies 0 with the logarithm of 0."""
    q = y.mean()
    return (-q * q.log() - (1 - q) * (1 - q).log()).item(), max(q.item(), 1 - q.item())


def only_class_1(y: Tensor) -> tuple[float, float]:
    """Forgets what class 0 pays."""
    q = y.mean().item()
    return -q * math.log(q), max(q, 1 - q)


def draw_labels(generator: Generator) -> Inputs:
    """Labels of both classes, 20 to 60 of them."""
    n = a_number(generator, 20, 60)
    ones = a_number(generator, 1, n - 1)
    return (torch.cat([torch.ones(ones, 1), torch.zeros(n - ones, 1)]),)


BASELINE_SCORES = Exercise(
    id="baseline_scores",
    title="The bar that every classifier must beat",
    signature="baseline_scores(y)",
    points=1,
    minutes=6,
    returns="a tuple (loss, accuracy) of two numbers (float)",
    parts=("loss", "accuracy"),
    reference=constant_answer,
    cases=(
        Case("three of four in class 1", lambda: (column(1.0, 1.0, 0.0, 1.0),)),
        Case("one of five in class 1", lambda: (column(0.0, 0.0, 1.0, 0.0, 0.0),)),
        Case("only class 1", lambda: (torch.ones(3, 1),), costs=0.5),
    ),
    draw=draw_labels,
    mistakes=(
        Mistake(
            "logarithm of 0",
            without_the_ends,
            (
                "Right, as long as both classes occur. What is log(0), and what is 0 times that?",
                "A class that does not occur costs nothing: leave its term out.",
            ),
        ),
        Mistake(
            "class 1 only",
            only_class_1,
            (
                "Accuracy is right. Do the samples of class 0 pay nothing?",
                "A share q pays −log q. What does the rest pay, and how large is the rest?",
            ),
        ),
        Mistake(
            "bits",
            lambda y: (entropy(y.mean().item(), math.log2), constant_answer(y)[1]),
            "You measure in bits. Which logarithm does nn.BCELoss use?",
        ),
        Mistake(
            "a coin",
            lambda y: (math.log(2), 0.5),
            (
                "That is somebody who answers one half. This one knows the share of class 1.",
                "The loss depends on how many of the labels are 1: begin with the mean of y.",
            ),
        ),
        Mistake(
            "accuracy is the share of class 1",
            lambda y: (constant_answer(y)[0], y.mean().item()),
            (
                "The loss is right. If one of five is in class 1, which class would you name?",
                "Naming the larger class is right as often as that class occurs.",
            ),
        ),
        Mistake(
            "sign",
            lambda y: (-entropy(y.mean().item()), constant_answer(y)[1]),
            "A log loss is never negative, but the logarithm of a share is.",
        ),
        Mistake(
            "sum over the samples",
            lambda y: (len(y) * constant_answer(y)[0], constant_answer(y)[1]),
            "That is what all samples pay together. A loss is what one pays, on average.",
        ),
    ),
    hints=(
        "Do it for four labels, three of them 1: everybody is told ¾. What does each one pay?",
        "With the share q of class 1: a share q pays −log q, the rest −log(1 − q).",
    ),
)

# --- mlp_forward ----------------------------------------------------------------------------


def forward_by_modules(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """PyTorch's own layers in a row, with ReLU between them."""
    first, *rest = linear_modules(Ws, bs)
    chain = nn.Sequential(first, *(part for layer in rest for part in (nn.ReLU(), layer)))
    with torch.no_grad():
        output: Tensor = chain(X)
    return output


def forward(
    X: Tensor, Ws: Tensors, bs: Tensors, f: Activation = torch.relu, last: bool = False
) -> Tensor:
    """Forward pass with any activation, after the last layer too if asked for."""
    A = X
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        Z = A @ W + b
        A = f(Z) if last or i < len(Ws) - 1 else Z
    return A


def forward_bias_after_relu(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Adds the bias outside of the activation."""
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = torch.relu(A @ W) + b
    return A @ Ws[-1] + bs[-1]


def forward_one_relu(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Activates only the first layer."""
    if len(Ws) == 1:
        return forward(X, Ws, bs)
    A = torch.relu(X @ Ws[0] + bs[0])
    return forward(A, Ws[1:], bs[1:], lambda Z: Z)


def forward_transposed(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Takes the weights for those of nn.Linear."""
    return forward(X, [W.T for W in Ws], bs)


def forward_without_biases(X: Tensor, Ws: Tensors, bs: Tensors) -> Tensor:
    """Forgets the biases."""
    return forward(X, Ws, [torch.zeros_like(b) for b in bs])


def small_network() -> Inputs:
    """Two rows, 2 → 2 → 1, whole numbers."""
    X = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    Ws = [torch.tensor([[1.0, -1.0], [2.0, 1.0]]), column(1.0, 2.0)]
    return X, Ws, [torch.tensor([0.0, 3.0]), torch.tensor([-9.0])]


def draw_forward(generator: Generator) -> Inputs:
    """A network and some rows."""
    Ws, bs = draw_layers(generator)
    return torch.randn(a_number(generator, 3, 8), len(Ws[0]), generator=generator), Ws, bs


MLP_FORWARD = Exercise(
    id="mlp_forward",
    title="A network from a list",
    signature="mlp_forward(X, Ws, bs)",
    points=2,
    minutes=8,
    returns="a float32 tensor of shape (N, K)",
    reference=forward_by_modules,
    cases=(
        Case("2 → 2 → 1, whole numbers", small_network),
        Case(
            "3 → 4 → 3 → 2",
            lambda: (torch.linspace(-2, 2, 15).reshape(5, 3), *layers(3, 4, 3, 2)),
        ),
        Case(
            "one row",
            lambda: (torch.tensor([[0.5, -1.0]]), *layers(2, 5, 4, 3, 1)),
        ),
        Case(
            "a single layer",
            lambda: (column(1.0, -2.0), [torch.tensor([[1.0, -3.0]])], [torch.tensor([0.5, 1.0])]),
            costs=0.5,
        ),
    ),
    draw=draw_forward,
    mistakes=(
        Mistake(
            "ReLU after the last layer",
            lambda X, Ws, bs: forward(X, Ws, bs, last=True),
            (
                "No output of yours is negative. May a logit be?",
                "The last layer has no activation: it is a regressor's answer, or a logit.",
            ),
        ),
        Mistake(
            "no activation",
            lambda X, Ws, bs: forward(X, Ws, bs, lambda Z: Z),
            (
                "One layer is right, several are not. Does anything bend between them?",
                "Without something non-linear in between, your network is one linear map.",
            ),
        ),
        Mistake(
            "sigmoid",
            lambda X, Ws, bs: forward(X, Ws, bs, torch.sigmoid),
            "Your hidden activations lie between 0 and 1. Which activation does the task name?",
        ),
        Mistake(
            "biases forgotten",
            forward_without_biases,
            "Where do the bs enter? Without them a row of zeros always gives 0.",
        ),
        Mistake(
            "bias outside of the ReLU",
            forward_bias_after_relu,
            (
                "Which comes first in a layer, the bias or the ReLU? Do one unit by hand.",
                "The bias moves the knot of the hinge: it belongs into what is clipped.",
            ),
        ),
        Mistake(
            "only the first layer is activated",
            forward_one_relu,
            "Right with one hidden layer, wrong with more: which layers does your ReLU reach?",
        ),
        Mistake(
            "transposed weights",
            forward_transposed,
            "nn.Linear stores its weights (n_out, n_in); these are (n_in, n_out), as in the "
            "lecture's equations. Samples are rows.",
        ),
    ),
    hints=(
        "Begin with A = X and put A through one layer after the other, in a loop.",
        "Every layer computes A @ W + b. All but the last clip the result at 0.",
    ),
)

# --- collapse -------------------------------------------------------------------------------


def collapse_by_probing(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Ask the network itself: its answer to zeros is the bias, to unit vectors bias + weights."""
    chain = nn.Sequential(*linear_modules(Ws, bs)).double()
    n_in = len(Ws[0])
    with torch.no_grad():
        bias = chain(torch.zeros(1, n_in, dtype=torch.float64))
        weights = chain(torch.eye(n_in, dtype=torch.float64)) - bias
    return weights.float(), bias[0].float()


def product(Ws: Sequence[Tensor]) -> Tensor:
    """Multiply matrices in this order."""
    return reduce(torch.matmul, Ws)


def biases_added(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Adds the biases up."""
    return product(Ws), reduce(torch.add, bs)


def order_turned(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Multiplies the last layer with the first, as books with columns do."""
    return product(Ws[::-1]), collapse_by_probing(Ws, bs)[1]


def own_weights_on_the_bias(Ws: Tensors, bs: Tensors) -> tuple[Tensor, Tensor]:
    """Sends a bias through the weights of the layer that adds it."""
    total = torch.zeros(1)
    for W, b in zip(Ws, bs, strict=True):
        total = (total + b) @ W
    return product(Ws), total


def draw_linear(generator: Generator) -> Inputs:
    """Linear layers."""
    return draw_layers(generator)


COLLAPSE = Exercise(
    id="collapse",
    title="Many linear layers are one",
    signature="collapse(Ws, bs)",
    points=1,
    minutes=8,
    returns="a tuple (W, b) of shapes (D, K) and (K,)",
    parts=("W", "b"),
    reference=collapse_by_probing,
    atol=1e-5,
    cases=(
        Case(
            "1 → 1 → 1",
            lambda: ([column(2.0), column(-3.0)], [torch.tensor([1.0]), torch.tensor([4.0])]),
        ),
        Case("2 → 3 → 2", lambda: layers(2, 3, 2)),
        Case("3 → 4 → 2 → 1", lambda: layers(3, 4, 2, 1)),
        Case("2 → 2 → 2 → 2", lambda: layers(2, 2, 2, 2)),
        Case("a single layer", lambda: layers(3, 2), costs=0.5),
    ),
    draw=draw_linear,
    mistakes=(
        Mistake(
            "biases added",
            biases_added,
            (
                "W is right. What happens to the first bias on its way through the next layer?",
                "The next layer multiplies everything that reaches it, earlier biases included.",
            ),
        ),
        Mistake(
            "last bias only",
            lambda Ws, bs: (product(Ws), bs[-1].clone()),
            (
                "W is right. Put a row of zeros through the layers: what comes out?",
                "The earlier biases arrive too, multiplied by the weights that follow them.",
            ),
        ),
        Mistake(
            "order turned round",
            order_turned,
            (
                "Which matrix meets the row x first?",
                "With samples as rows the layers stand from left to right: x W₁ W₂.",
            ),
        ),
        Mistake(
            "a bias through its own layer",
            own_weights_on_the_bias,
            (
                "In x W + b: is b multiplied by W?",
                "A bias passes through the weights of the *next* layers only.",
            ),
        ),
        Mistake(
            "bias as a row",
            lambda Ws, bs: tuple(
                t.reshape(-1, Ws[-1].shape[1]) for t in collapse_by_probing(Ws, bs)
            ),
            "The numbers are right; b has two dimensions where (K,) is asked for.",
        ),
        Mistake(
            "as nn.Linear stores it",
            lambda Ws, bs: (collapse_by_probing(Ws, bs)[0].T, collapse_by_probing(Ws, bs)[1]),
            "The numbers are right, W is (n_out, n_in). Ours have one row for each input.",
        ),
    ),
    hints=(
        "Write two layers on paper, (x W₁ + b₁) W₂ + b₂, and multiply out.",
        "Go layer by layer: what you have so far is a W and a b; the next layer changes both.",
    ),
)

# --- hinge_weights --------------------------------------------------------------------------


def hinges_by_solving(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Solve for the weights: the sum of hinges takes the right value at every knot."""
    x, y = knots.double(), values.double()
    hinges = torch.relu(x[1:, None] - x[:-1])  # lower triangular
    weights = torch.linalg.solve_triangular(hinges, (y[1:] - y[0])[:, None], upper=False)
    return weights[:, 0].float(), values[0].clone()


def slopes_of(knots: Tensor, values: Tensor) -> Tensor:
    """Slopes between neighbouring knots."""
    return values.diff() / knots.diff()


def changes_of(slopes: Tensor) -> Tensor:
    """The first slope, then by how much it changes at each knot."""
    return torch.cat([slopes[:1], slopes.diff()])


def intercept(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Takes the bias from where the first line meets x = 0."""
    slopes = slopes_of(knots, values)
    return changes_of(slopes), values[0] - slopes[0] * knots[0]


def first_hinge_flat(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Starts with slope 0."""
    return torch.cat([torch.zeros(1), slopes_of(knots, values).diff()]), values[0].clone()


def even_knots(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Takes the first distance for all."""
    return changes_of(values.diff() / (knots[1] - knots[0])), values[0].clone()


def draw_knots(generator: Generator) -> Inputs:
    """Three to seven knots at uneven distances, and values."""
    gaps = torch.rand(a_number(generator, 3, 7), generator=generator) + 0.5
    knots = gaps.cumsum(dim=0) - 3
    return knots, 2 * torch.randn(len(gaps), generator=generator) + 1


HINGE_WEIGHTS = Exercise(
    id="hinge_weights",
    title="Hinges through given points",
    signature="hinge_weights(knots, values)",
    points=2,
    minutes=12,
    returns="a tuple (weights, bias) of shapes (M − 1,) and ()",
    parts=("weights", "bias"),
    reference=hinges_by_solving,
    rtol=1e-3,
    atol=1e-5,
    cases=(
        Case(
            "a hat",
            lambda: (torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 0.0])),
        ),
        Case(
            "four uneven knots",
            lambda: (torch.tensor([1.0, 2.0, 4.0, 4.5]), torch.tensor([2.0, 5.0, 4.0, 4.0])),
        ),
        Case(
            "cars: pounds and mpg",
            lambda: (
                torch.tensor([1600.0, 2400.0, 3400.0, 5200.0]),
                torch.tensor([36.0, 27.0, 19.0, 12.5]),
            ),
        ),
        Case(
            "two knots, one line",
            lambda: (torch.tensor([2.0, 6.0]), torch.tensor([1.0, 3.0])),
            costs=0.5,
        ),
    ),
    draw=draw_knots,
    mistakes=(
        Mistake(
            "slopes instead of changes",
            lambda knots, values: (slopes_of(knots, values), values[0].clone()),
            (
                "Up to the second knot the sum is right. Does the first hinge stop there?",
                "A hinge goes on for ever. The next one adds to its slope: by how much?",
            ),
        ),
        Mistake(
            "rises instead of slopes",
            lambda knots, values: (changes_of(values.diff()), values[0].clone()),
            (
                "Right where neighbouring knots are 1 apart. And where they are not?",
                "A slope is rise over run; the run is missing.",
            ),
        ),
        Mistake(
            "one distance for all",
            even_knots,
            "The first weight is right. Are all knots as far apart as the first two?",
        ),
        Mistake(
            "bias left out",
            lambda knots, values: (changes_of(slopes_of(knots, values)), torch.tensor(0.0)),
            (
                "The weights are right. At the first knot all hinges are 0: what is the sum there?",
                "The bias lifts the whole curve to the value at the first knot.",
            ),
        ),
        Mistake(
            "intercept at x = 0",
            intercept,
            (
                "The weights are right. Your bias is where the first line meets x = 0.",
                "Left of the first knot the sum is flat, not a line: at which height?",
            ),
        ),
        Mistake(
            "first slope missing",
            lambda knots, values: (slopes_of(knots, values).diff(), values[0].clone()),
            (
                "Count: with M knots you have a weight too few.",
                "The first hinge opens at the first knot; before it the slope is 0.",
            ),
        ),
        Mistake(
            "first hinge flat",
            first_hinge_flat,
            "All but the first weight are right. How steep is the curve after the first knot?",
        ),
    ),
    hints=(
        "Draw the hat. Which slope has the sum in each piece, and what does each hinge add to it?",
        "Slopes of the pieces first; each weight is the change of slope at its knot.",
    ),
)

# --- xor_weights ----------------------------------------------------------------------------

XOR_SHAPES = ((2, 2), (2,), (2, 1), (1,))
KINDS = ("both inputs off", "one input on", "both inputs on")


def two_hinges(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two hinges of the sum of both inputs, with knots where one more input is on."""
    return hinges_of_the_sum(2 * off, off + on, -2.0, -(on - off) / 2)


def hinges_of_the_sum(
    first: float, second: float, weight: float, bias: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two hinges of x₁ + x₂ with given knots, the second with a weight, and an output's bias."""
    knots = torch.tensor([-first, -second])
    return torch.ones(2, 2), knots, column(1.0, weight), torch.tensor([bias])


def signs_turned(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """1 where both inputs are equal."""
    W1, b1, W2, b2 = two_hinges(off, on)
    return W1, b1, -W2, -b2


def row_for_the_output(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """W2 as (1, 2)."""
    W1, b1, W2, b2 = two_hinges(off, on)
    return W1, b1, W2.T, b2


def second_knot_at_on(off: float, on: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Lets the second unit begin where the sum is `on`."""
    return hinges_of_the_sum(2 * off, on, -2.0, -(on - off) / 2)


def judge_xor(inputs: Inputs, value: Any) -> str | None:
    """Evaluate the network at the four points."""
    off, on = inputs
    four = isinstance(value, (tuple, list)) and len(value) == len(XOR_SHAPES)
    if not four or not all(isinstance(item, Tensor) for item in value):
        return "Return four tensors, (W1, b1, W2, b2), in this order."
    shapes = tuple(tuple(item.shape) for item in value)
    if shapes != XOR_SHAPES:
        return f"The shapes are {shapes}; two hidden units need {XOR_SHAPES}."
    W1, b1, W2, b2 = (item.detach().double() for item in value)
    X = torch.tensor([[off, off], [off, on], [on, off], [on, on]], dtype=torch.float64)
    z = (torch.relu(X @ W1 + b1) @ W2 + b2).flatten()
    if not bool(torch.isfinite(z).all()):
        return "The logit is NaN or infinite at one of the four points."
    if bool((z == 0).any()):
        return "The logit is 0 at one of the four points: that is neither positive nor negative."
    right = (z > 0) == torch.tensor([False, True, True, False])
    kinds = (right[0], right[1] & right[2], right[3])
    wrong = [name for name, is_right in zip(KINDS, kinds, strict=True) if not is_right]
    return f"The logit has the wrong sign with {', with '.join(wrong)}." if wrong else None


def draw_levels(generator: Generator) -> Inputs:
    """Two levels, up to 5 apart."""
    off, gap = torch.rand(2, generator=generator).tolist()
    return 8 * off - 4, 8 * off - 4 + 0.2 + 5 * gap


XOR_WEIGHTS = Exercise(
    id="xor_weights",
    title="XOR for any two levels",
    signature="xor_weights(off, on)",
    points=2,
    minutes=10,
    returns="a tuple (W1, b1, W2, b2) of shapes (2, 2), (2,), (2, 1) and (1,)",
    parts=("W1", "b1", "W2", "b2"),
    reference=two_hinges,
    judge=judge_xor,
    cases=(
        Case("off is 0, on is 1", lambda: (0.0, 1.0)),
        Case("off is −1, on is 1", lambda: (-1.0, 1.0)),
        Case("off is 2, on is 5", lambda: (2.0, 5.0)),
        Case("off is 0, on is 0.4", lambda: (0.0, 0.4)),
    ),
    draw=draw_levels,
    mistakes=(
        Mistake(
            "the lecture's weights for all levels",
            lambda off, on: hinges_of_the_sum(0.0, 1.0, -2.0, -0.5),
            (
                "Right for 0 and 1. Where do the four points lie on the line x₁ + x₂ otherwise?",
                "The sums are 2 · off, off + on and 2 · on: put the knots there.",
            ),
        ),
        Mistake(
            "threshold ½ for all levels",
            lambda off, on: hinges_of_the_sum(2 * off, off + on, -2.0, -0.5),
            (
                "Your knots are right. How high is the peak between them if on − off is small?",
                "The peak is as high as on − off; the output must cut below it and above 0.",
            ),
        ),
        Mistake(
            "an or",
            lambda off, on: hinges_of_the_sum(2 * off, off + on, 0.0, -(on - off) / 2),
            (
                "Your network computes OR: with both inputs on, too, the logit is positive.",
                "The second hidden unit must wake where both are on, and pull the logit down.",
            ),
        ),
        Mistake(
            "signs turned round",
            signs_turned,
            "The logit is positive where the inputs are equal. XOR asks whether they differ.",
        ),
        Mistake(
            "second knot at `on`",
            second_knot_at_on,
            (
                "Your second unit compares the sum of two inputs with one level. Which sum is it?",
                "It should begin where exactly one input is on: what is x₁ + x₂ there?",
            ),
        ),
        Mistake(
            "W2 as a row",
            row_for_the_output,
            "W2 has a row for each hidden unit and a column for each output.",
        ),
    ),
    hints=(
        "Let both units see x₁ + x₂ only; then the four points lie on a line. At which places?",
        "A hat from two hinges: up from the first place on, down again from the second on. "
        "Then the output's bias cuts it at half its height.",
    ),
)

# --- gradient_norms -------------------------------------------------------------------------


def norms(
    X: Tensor, y: Tensor, Ws: Tensors, bs: Tensors, *, f: Activation = torch.sigmoid,
    reduction: str = "mean", last: bool = False, biases: bool = False, power: int = 1,
) -> Tensor:  # fmt: skip
    """Norms of the gradients of all weight matrices, by autograd."""
    Ws, bs = ([t.clone().requires_grad_() for t in part] for part in (Ws, bs))
    z = forward(X, Ws, bs, f, last)
    loss = F.binary_cross_entropy_with_logits(z, y, reduction=reduction)
    dWs, dbs = (torch.autograd.grad(loss, part, retain_graph=True) for part in (Ws, bs))
    squares = [dW.square().sum() for dW in dWs]
    if biases:
        squares = [s + db.square().sum() for s, db in zip(squares, dbs, strict=True)]
    return torch.stack(squares).sqrt() ** power


def two_layers() -> Inputs:
    """Four rows, 2 → 3 → 1."""
    X = torch.tensor([[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0], [0.0, -1.5]])
    return X, column(1.0, 0.0, 0.0, 1.0), *layers(2, 3, 1)


def draw_gradients(generator: Generator) -> Inputs:
    """A network with one logit, rows, labels."""
    widths = [a_number(generator, 2, 5) for _ in range(a_number(generator, 2, 4))]
    Ws, bs = layers(*widths, 1, generator=generator)
    X = torch.randn(a_number(generator, 4, 9), widths[0], generator=generator)
    return X, (torch.rand(len(X), 1, generator=generator) > 0.4).float(), Ws, bs


GRADIENT_NORMS = Exercise(
    id="gradient_norms",
    title="Does a gradient arrive?",
    signature="gradient_norms(X, y, Ws, bs)",
    points=2,
    minutes=14,
    returns="a float32 tensor of shape (L,)",
    reference=norms,
    rtol=1e-3,
    atol=1e-8,
    cases=(
        Case(
            "one layer",
            lambda: (
                column(1.0, 2.0),
                column(1.0, 0.0),
                [column(0.5)],
                [torch.tensor([0.0])],
            ),
        ),
        Case("2 → 3 → 1", two_layers),
        Case(
            "3 → 3 → 3 → 3 → 1",
            lambda: (
                torch.linspace(-1, 1, 18).reshape(6, 3),
                column(1.0, 0.0, 1.0, 1.0, 0.0, 1.0),
                *layers(3, 3, 3, 3, 1),
            ),
        ),
        Case(
            "one row",
            lambda: (torch.tensor([[0.9, -0.2]]), column(0.0), *layers(2, 4, 2, 1)),
        ),
    ),
    draw=draw_gradients,
    mistakes=(
        Mistake(
            "gradient of the sum",
            partial(norms, reduction="sum"),
            (
                "With one row it is right. What happens to your norms with twice as many rows?",
                "The loss is the mean over the rows.",
            ),
        ),
        Mistake(
            "squared norms",
            partial(norms, power=2),
            "A norm is a length: the root of the sum of the squares.",
        ),
        Mistake(
            "last layer first",
            lambda X, y, Ws, bs: norms(X, y, Ws, bs).flip(0),
            "The numbers are right, from back to front. Backward passes begin at the end; "
            "the result should begin at the input.",
        ),
        Mistake(
            "biases included",
            partial(norms, biases=True),
            "Slightly too large: only the weight matrices count, not their biases.",
        ),
        Mistake(
            "sigmoid twice",
            partial(norms, last=True),
            (
                "Is your output a logit, or a probability already?",
                "binary_cross_entropy_with_logits applies a sigmoid of its own.",
            ),
        ),
        Mistake(
            "no hidden activation",
            partial(norms, f=lambda Z: Z),
            "Right for one layer. What stands between the layers of this network?",
        ),
        Mistake(
            "ReLU",
            partial(norms, f=torch.relu),
            "Those are the norms of a ReLU network. The network of the diagnosis has another unit.",
        ),
        Mistake(
            "size of an entry",
            lambda X, y, Ws, bs: (
                norms(X, y, Ws, bs) / torch.tensor([math.sqrt(W.numel()) for W in Ws])
            ),
            "Divided by the root of the number of weights: the norm itself has no mean in it.",
        ),
    ),
    hints=(
        "Autograd may help: copies of the matrices that require gradients, a forward pass, a loss.",
        "The forward pass is mlp_forward with sigmoids; the loss is "
        "F.binary_cross_entropy_with_logits; then one norm for each W.grad.",
    ),
)

EXERCISES = (
    BASELINE_SCORES,
    MLP_FORWARD,
    COLLAPSE,
    HINGE_WEIGHTS,
    XOR_WEIGHTS,
    GRADIENT_NORMS,
)
