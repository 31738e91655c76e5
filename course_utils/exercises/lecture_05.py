"""Exercises of lecture 05, activation functions."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..checks import Case, Exercise, Inputs, Mistake

Elementwise = Callable[[Tensor], Tensor]

# --- elu ------------------------------------------------------------------------------------


def line_of_five() -> Tensor:
    """Five numbers on both sides of 0."""
    return torch.tensor([-2.0, -0.5, 0.0, 1.0, 3.0])


def elu_in_place(z: Tensor, alpha: float) -> Tensor:
    """Changes the caller's tensor."""
    z.copy_(F.elu(z, alpha))
    return z


def elu_of_one(z: Tensor, alpha: float) -> Tensor:
    """Asks a whole tensor whether it is above 0."""
    return z if z > 0 else alpha * (torch.exp(z) - 1)


def draw_images(generator: Generator) -> Inputs:
    """A tensor with four axes, and an alpha."""
    z = 2 * torch.randn(2, 3, 2, 2, generator=generator)
    return z, 0.3 + torch.rand((), generator=generator).item() * 2


ELU = Exercise(
    id="elu",
    title="Bend it, whatever its shape",
    signature="elu(z, alpha)",
    points=1,
    minutes=7,
    returns="a float32 tensor, shaped like z",
    reference=F.elu,
    cases=(
        Case("five numbers, alpha 1", lambda: (line_of_five(), 1.0)),
        Case("a layer, alpha 2", lambda: (torch.tensor([[-1.0, 0.5], [2.0, -3.0]]), 2.0)),
        Case("images", lambda: (torch.linspace(-3, 3, 24).reshape(2, 3, 2, 2), 0.5)),
        Case("a single number", lambda: (torch.tensor(-1.5), 0.7)),
        Case("large numbers", lambda: (torch.tensor([-200.0, 200.0]), 1.5), 0.5),
    ),
    draw=draw_images,
    mistakes=(
        Mistake(
            "one number at a time",
            elu_of_one,
            (
                "`if` asks one question. A layer has an answer for each of its numbers.",
                "torch.where(question, then, otherwise) asks element by element.",
            ),
        ),
        Mistake(
            "does not pass 0",
            lambda z, alpha: torch.where(z > 0, z, alpha * torch.exp(z)),
            "At z = 0 both pieces should meet. What does your left piece give just below 0?",
        ),
        Mistake(
            "a leak, not a bend",
            lambda z, alpha: torch.where(z > 0, z, alpha * z),
            "That is leaky ReLU: a straight line on the left. ELU levels off at −alpha.",
        ),
        Mistake(
            "alpha in the exponent",
            lambda z, alpha: torch.where(z > 0, z, torch.exp(alpha * z) - 1),
            "Yours always levels off at −1. At which height should it?",
        ),
        Mistake(
            "alpha on both sides",
            lambda z, alpha: torch.where(z > 0, alpha * z, alpha * (torch.exp(z) - 1)),
            "With alpha = 1 you are right. What should z = 1 become, whatever alpha is?",
        ),
        Mistake(
            "alpha forgotten",
            lambda z, alpha: F.elu(z),
            "You are right for alpha = 1. Do you use alpha at all?",
        ),
        Mistake(
            "left side upside down",
            lambda z, alpha: torch.where(z > 0, z, alpha * (1 - torch.exp(z))),
            "Negative inputs should give negative outputs: mind the order of the difference.",
        ),
        Mistake(
            "0 times infinity",
            lambda z, alpha: (z > 0) * z + (z <= 0) * alpha * (torch.exp(z) - 1),
            (
                "Moderate numbers are right. What is exp(200) in float32, and 0 times that?",
                "Multiplying by 0 does not switch off an infinity. torch.where does, or a clamp.",
            ),
        ),
        Mistake(
            "changes its input",
            elu_in_place,
            "Do not write into z: the backward pass may still need it. Make a new tensor.",
        ),
    ),
    hints=(
        "Try z = −2, 0 and 1 by hand, with alpha = 1 and alpha = 2.",
        "Two pieces, chosen element by element: torch.where(z > 0, …, …).",
    ),
)

# --- hardtanh_backward ----------------------------------------------------------------------


def backward_of(f: Elementwise) -> Callable[[Tensor, Tensor], Tensor]:
    """Make the backward pass of an activation, by autograd."""

    def backward(z: Tensor, error: Tensor) -> Tensor:
        z = z.detach().clone().requires_grad_()
        (passed,) = torch.autograd.grad(f(z), z, grad_outputs=error)
        return passed

    return backward


def clamp_edges(z: Tensor, error: Tensor) -> Tensor:
    """Lets the error through at the kinks as well, as the slope of `clamp` does."""
    return error * (z.abs() <= 1)


def draw_layer(generator: Generator) -> Inputs:
    """Pre-activations and errors, (5, 4); some on a kink."""
    z = (4 * torch.randn(5, 4, generator=generator)).round() / 2
    return z, torch.randn(5, 4, generator=generator)


HARDTANH_BACKWARD = Exercise(
    id="hardtanh_backward",
    title="The way back through hard tanh",
    signature="hardtanh_backward(z, error)",
    points=1,
    minutes=7,
    returns="a float32 tensor, shaped like z",
    reference=backward_of(F.hardtanh),
    cases=(
        Case(
            "four units",
            lambda: (torch.tensor([-2.0, -0.5, 0.5, 3.0]), torch.tensor([1.0, 2.0, -3.0, 4.0])),
        ),
        Case(
            "two samples",
            lambda: (
                torch.tensor([[0.2, -1.5, 0.9], [1.1, 0.0, -0.7]]),
                torch.tensor([[0.5, -2.0, 0.1], [3.0, -0.25, 2.0]]),
            ),
        ),
        Case(
            "exactly at the kinks",
            lambda: (torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([5.0, 6.0, 7.0])),
            costs=0.5,
        ),
    ),
    draw=draw_layer,
    mistakes=(
        Mistake(
            "slope without the error",
            lambda z, error: (z.abs() < 1).float(),
            (
                "That is the slope alone. Does your result depend on the error?",
                "The chain rule: what arrives from behind, times the slope here.",
            ),
        ),
        Mistake(
            "passes at the kinks",
            clamp_edges,
            "Between and outside you are right. The task says what the slope at −1 and 1 is.",
        ),
        Mistake(
            "slope of the smooth tanh",
            backward_of(torch.tanh),
            "1 − tanh² belongs to the smooth one. Hard tanh has three straight pieces.",
        ),
        Mistake(
            "the error is clamped",
            lambda z, error: error.clamp(-1, 1),
            (
                "You send the error through the function. Does your result depend on z?",
                "Backwards the error meets a slope, and the slope is taken at z.",
            ),
        ),
        Mistake(
            "function instead of slope",
            lambda z, error: error * z.clamp(-1, 1),
            "You multiply by the output of hard tanh. The way back multiplies by its slope.",
        ),
        Mistake(
            "ReLU's slope",
            lambda z, error: error * ((z > 0) & (z < 1)),
            "Left of 0 you let nothing through. Where does hard tanh begin to be flat?",
        ),
        Mistake(
            "only one side",
            lambda z, error: error * (z < 1),
            "z = −2 lets the error through in yours. Is hard tanh steep there?",
        ),
        Mistake(
            "outside instead of inside",
            lambda z, error: error * (z.abs() >= 1),
            "You pass where the function is flat and block where it rises.",
        ),
    ),
    hints=(
        "Sketch hard tanh. Which slope has each of its three pieces?",
        "The error, where z lies strictly between −1 and 1; elsewhere 0.",
    ),
)

# --- error_after ----------------------------------------------------------------------------


def slopes_of(A: Tensor, activation: str) -> Tensor:
    """Slopes by autograd, at the numbers that went in, found from those that came out."""
    outputs = A.double()
    f, inverse = {
        "sigmoid": (torch.sigmoid, torch.logit),
        "tanh": (torch.tanh, torch.atanh),
    }[activation]
    return backward_of(f)(inverse(outputs), torch.ones_like(outputs))


def error_layer_by_layer(error: Tensor, A: Tensor, activation: str) -> Tensor:
    """Pass an error through one layer after the other, last layer first."""
    passed = error.double()
    for slopes in slopes_of(A, activation).flip(0):
        passed = passed * slopes
    return passed.float()


def with_slope(
    slope: Callable[[Tensor, str], Tensor],
) -> Callable[[Tensor, Tensor, str], Tensor]:
    """Make an answer from a slope, which may be wrong."""
    return lambda error, A, activation: error * slope(A, activation).prod(dim=0)


def slope_at_output(A: Tensor, activation: str) -> Tensor:
    """Takes the outputs for inputs."""
    f = torch.sigmoid if activation == "sigmoid" else torch.tanh
    return backward_of(f)(A, torch.ones_like(A))


def draw_outputs(generator: Generator) -> Inputs:
    """Outputs of 2 to 4 layers of as many units, from one of the two functions."""
    n = int(torch.randint(2, 5, (), generator=generator))
    z, error = torch.randn(n, n, generator=generator), torch.randn(n, generator=generator)
    if torch.rand((), generator=generator) < 0.5:
        return error, torch.sigmoid(z), "sigmoid"
    return error, torch.tanh(z), "tanh"


ERROR_AFTER = Exercise(
    id="error_after",
    title="What is left of an error",
    signature="error_after(error, A, activation)",
    points=2,
    minutes=10,
    returns="a float32 tensor of shape (n,)",
    reference=error_layer_by_layer,
    atol=1e-8,
    cases=(
        Case(
            "one sigmoid layer",
            lambda: (torch.tensor([1.0, -2.0]), torch.tensor([[0.5, 0.9]]), "sigmoid"),
        ),
        Case(
            "two sigmoid layers",
            lambda: (torch.tensor([1.0, 4.0]), torch.tensor([[0.5, 0.2], [0.75, 0.6]]), "sigmoid"),
        ),
        Case(
            "three tanh layers",
            lambda: (
                torch.tensor([3.0, -1.0]),
                torch.tensor([[0.0, 0.8], [-0.5, 0.1], [0.9, -0.3]]),
                "tanh",
            ),
        ),
        Case(
            "saturated",
            lambda: (torch.tensor([2.0]), torch.tensor([[0.25], [1.0]]), "sigmoid"),
            costs=0.5,
        ),
    ),
    draw=draw_outputs,
    mistakes=(
        Mistake(
            "outputs taken for inputs",
            with_slope(slope_at_output),
            (
                "A holds what came *out*. Do you put it through the function a second time?",
                "The slopes follow from the outputs directly: σ' = σ(1 − σ), and σ is in A.",
            ),
        ),
        Mistake(
            "sigmoid's slope for both",
            with_slope(lambda A, activation: A * (1 - A)),
            "Sigmoid is right. tanh has another formula, with the square of its value.",
        ),
        Mistake(
            "tanh's slope for both",
            with_slope(lambda A, activation: 1 - A**2),
            "tanh is right. For the sigmoid your slopes pass ¼, which its slopes never do.",
        ),
        Mistake(
            "slopes added",
            lambda error, A, activation: error * slopes_of(A, activation).float().sum(dim=0),
            "One layer is right. Does a second layer make the error larger or smaller?",
        ),
        Mistake(
            "slopes averaged",
            lambda error, A, activation: error * slopes_of(A, activation).float().mean(dim=0),
            "With more layers less and less should be left. A mean does not shrink with depth.",
        ),
        Mistake(
            "product over the units",
            lambda error, A, activation: error * slopes_of(A, activation).float().prod(dim=1),
            (
                "You multiply the slopes of one layer's units. Along what does an error travel?",
                "A row of A is a layer. The layers follow each other along dim 0.",
            ),
        ),
        Mistake(
            "error forgotten",
            lambda error, A, activation: slopes_of(A, activation).float().prod(dim=0),
            "That is the product of the slopes. By what is it multiplied?",
        ),
        Mistake(
            "last layer only",
            lambda error, A, activation: error * slopes_of(A, activation).float()[-1],
            "You pass one layer. The error still has to go through those before it.",
        ),
        Mistake(
            "outputs multiplied",
            with_slope(lambda A, activation: A),
            "You multiply by the outputs. The chain rule wants slopes.",
        ),
    ),
    hints=(
        "One layer first: the slope of each unit from its output, times the error.",
        "sigmoid: a(1 − a); tanh: 1 − a². Then a product along the layers, dim=0.",
    ),
)

# --- dead_units -----------------------------------------------------------------------------


def dead_by_autograd(layers: list[Tensor]) -> float:
    """Share of the units whose slope is 0 for each sample, by autograd of ReLU."""
    slopes = [backward_of(torch.relu)(Z, torch.ones_like(Z)) for Z in layers]
    dead = [float(unit.abs().sum()) == 0 for layer in slopes for unit in layer.T]
    return sum(dead) / len(dead)


def share(dead: list[Tensor]) -> float:
    """Share of True in several tensors together."""
    return torch.cat([d.flatten() for d in dead]).float().mean().item()


def two_layers() -> list[Tensor]:
    """Three samples, two layers of 4 and 2 units; two of the six units are dead."""
    return [
        torch.tensor([[1.0, -1.0, -2.0, 0.5], [-1.0, -3.0, 2.0, 1.0], [2.0, -0.5, -1.0, 0.2]]),
        torch.tensor([[-1.0, 0.3], [-0.2, -2.0], [-5.0, -1.0]]),
    ]


def draw_layers(generator: Generator) -> Inputs:
    """Pre-activations of two or three layers, most of them negative."""
    n_layers = int(torch.randint(2, 4, (), generator=generator))
    widths = torch.randint(3, 7, (n_layers,), generator=generator).tolist()
    return ([torch.randn(4, width, generator=generator) - 1 for width in widths],)


DEAD_UNITS = Exercise(
    id="dead_units",
    title="Count the dead before training",
    signature="dead_units(layers)",
    points=2,
    minutes=10,
    returns="a number (float)",
    between=(0, 1),
    reference=dead_by_autograd,
    cases=(
        Case("one layer, one sample", lambda: ([torch.tensor([[1.0, -1.0, -2.0, 3.0, -4.0]])],)),
        Case("one layer, three samples", lambda: (two_layers()[:1],)),
        Case("two layers", lambda: (two_layers(),)),
        Case("all alive", lambda: ([torch.tensor([[1.0, -1.0], [-1.0, 1.0]])],)),
        Case(
            "a unit at exactly 0",
            lambda: ([torch.tensor([[0.0, 1.0, 2.0], [-1.0, 3.0, -1.0]])],),
            costs=0.5,
        ),
    ),
    draw=draw_layers,
    mistakes=(
        Mistake(
            "share of zeros",
            lambda layers: share([Z <= 0 for Z in layers]),
            (
                "A unit that is off for some samples is not dead. What do you count?",
                "First ask of each unit whether it is off for *every* sample; then the share.",
            ),
        ),
        Mistake(
            "off for any sample",
            lambda layers: share([(Z <= 0).any(dim=0) for Z in layers]),
            "One sample that passes keeps a unit alive. Which word is it: any or all?",
        ),
        Mistake(
            "samples instead of units",
            lambda layers: share([(Z <= 0).all(dim=1) for Z in layers]),
            "You find samples for which all units are off. A unit is a column: which dim?",
        ),
        Mistake(
            "mean of the layers' shares",
            lambda layers: sum(share([(Z <= 0).all(dim=0)]) for Z in layers) / len(layers),
            (
                "One layer is right. Do a layer of 4 and a layer of 2 units count alike?",
                "The share of *all* units: put the verdicts together, then average.",
            ),
        ),
        Mistake(
            "first layer only",
            lambda layers: share([(layers[0] <= 0).all(dim=0)]),
            "Your result does not depend on the second layer.",
        ),
        Mistake(
            "a number, not a share",
            lambda layers: float(sum(int((Z <= 0).all(dim=0).sum()) for Z in layers)),
            "That is how many are dead. Of how many?",
        ),
        Mistake(
            "the living",
            lambda layers: 1 - share([(Z <= 0).all(dim=0) for Z in layers]),
            "That is the share of the units that are alive.",
        ),
        Mistake(
            "0 counts as alive",
            lambda layers: share([(Z < 0).all(dim=0) for Z in layers]),
            "Which slope does PyTorch give ReLU at exactly 0? Is anything learned there?",
        ),
        Mistake(
            "mean below 0",
            lambda layers: share([Z.mean(dim=0) <= 0 for Z in layers]),
            "A unit whose mean is negative may still be on for one sample, and learn from it.",
        ),
    ),
    hints=(
        "For one layer: a table of True and False, then one verdict for each column.",
        "(Z <= 0).all(dim=0) has a verdict for each unit; collect them over the layers.",
    ),
)

# --- softplus -------------------------------------------------------------------------------


def softplus_in_double(z: Tensor) -> Tensor:
    """The logarithm of e⁰ + e^z, in float64."""
    z = z.double()
    return torch.logaddexp(torch.zeros_like(z), z).float()


SOFTPLUS = Exercise(
    id="softplus",
    title="Softplus without overflow",
    signature="softplus(z)",
    points=2,
    minutes=10,
    returns="a float32 tensor, shaped like z",
    reference=softplus_in_double,
    rtol=1e-3,
    atol=1e-12,
    cases=(
        Case("around 0", lambda: (torch.tensor([-2.0, -0.5, 0.0, 1.0, 3.0]),)),
        Case("two samples", lambda: (torch.tensor([[0.5, -1.0, 2.0], [4.0, 0.1, -3.0]]),)),
        Case("far to the right", lambda: (torch.tensor([50.0, 100.0, 1000.0]),), 0.5),
        Case("far to the left", lambda: (torch.tensor([-12.0, -20.0, -100.0]),), 0.5),
    ),
    draw=lambda generator: (torch.rand(3, 4, generator=generator) * 10 - 5,),
    mistakes=(
        Mistake(
            "typed in",
            lambda z: torch.log(1 + torch.exp(z)),
            (
                "Around 0 it is right. What is exp(100) in float32?",
                "Take z out where it is positive: ln(1 + e^z) = max(z, 0) + a rest with e^(−|z|).",
            ),
        ),
        Mistake(
            "typed in, with log1p",
            lambda z: torch.log1p(torch.exp(z)),
            (
                "The left is right. On the right e^z overflows before log1p sees it.",
                "Only powers that are never above 1 are safe: e^(−|z|).",
            ),
        ),
        Mistake(
            "rounded away on the left",
            lambda z: z.clamp(min=0) + torch.log(1 + torch.exp(-z.abs())),
            (
                "Nothing overflows. Far to the left you give exactly 0: what is 1 + e⁻²⁰ in "
                "float32?",
                "The sum forgets the small number. torch.log1p(x) is ln(1 + x) without the sum.",
            ),
        ),
        Mistake(
            "overflows on the left",
            lambda z: z + torch.log1p(torch.exp(-z)),
            "Right on the right. For z = −100 the exponent −z is +100: which sign does it need?",
        ),
        Mistake(
            "0 for everything left of −10",
            lambda z: torch.where(
                z > 10, z, torch.where(z < -10, 0.0, torch.log1p(torch.exp(z.clamp(max=10))))
            ),
            "Small is not 0: left of −10 softplus is nearly e^z, and its logarithm is still used.",
        ),
        Mistake(
            "cut off",
            lambda z: torch.log1p(torch.exp(z.clamp(max=20))),
            "No infinity, but from 20 on you stay at 20. What is softplus(100)?",
        ),
        Mistake(
            "its mirror image",
            lambda z: F.softplus(-z, threshold=100),
            "Your function falls. Softplus is a smooth ReLU: it rises.",
        ),
        Mistake(
            "ReLU",
            lambda z: z.relu(),
            "That is ReLU, with its kink. At z = 0 softplus is ln 2.",
        ),
        Mistake(
            "logsigmoid",
            lambda z: F.logsigmoid(z),
            "Your values are negative. It is a relative: mirror it, and change the sign.",
        ),
    ),
    hints=(
        "Try z = 0, 100 and −20. Which of the three goes wrong, and at which step?",
        "max(z, 0), plus the logarithm of 1 + e^(−|z|). For the logarithm there is torch.log1p.",
    ),
)

# --- slope_gap ------------------------------------------------------------------------------


def gap_in_numbers(z: Tensor, slope: Tensor, h: float) -> float:
    """Largest distance, with Python's numbers (float64)."""

    def silu(x: float) -> float:
        return x / (1 + math.exp(-x))

    pairs = zip(z.flatten().tolist(), slope.flatten().tolist(), strict=True)
    return max(abs((silu(x + h) - silu(x - h)) / (2 * h) - s) for x, s in pairs)


def gap_with(
    difference: Callable[[Tensor, float], Tensor] | None = None,
    join: Callable[[Tensor], Tensor] = lambda gaps: gaps.abs().max(),
    dtype: torch.dtype = torch.float64,
) -> Callable[[Tensor, Tensor, float], float]:
    """Make an answer, one part of which may be wrong."""

    def central(z: Tensor, h: float) -> Tensor:
        return (F.silu(z + h) - F.silu(z - h)) / (2 * h)

    def gap(z: Tensor, slope: Tensor, h: float) -> float:
        return join((difference or central)(z.to(dtype), h) - slope.to(dtype)).item()

    return gap


def true_slope(z: Tensor, h: float) -> Tensor:
    """Autograd's slope instead of a difference."""
    return backward_of(F.silu)(z, torch.ones_like(z))


def slopes_of_silu(z: Tensor) -> Tensor:
    """Right slopes, float32."""
    return true_slope(z.double(), 0).float()


def wrong_slopes() -> tuple[Tensor, Tensor]:
    """Five places; somebody took the gate alone for the slope."""
    z = torch.tensor([-3.0, -1.0, 0.0, 0.5, 2.0])
    return z, torch.sigmoid(z)


def one_wrong() -> tuple[Tensor, Tensor]:
    """A table of right slopes, one of which is too large by 0.25."""
    z = torch.linspace(-2, 2, 6).reshape(2, 3)
    slope = slopes_of_silu(z)
    slope[1, 0] += 0.25
    return z, slope


def draw_slopes(generator: Generator) -> Inputs:
    """Places, and slopes that are wrong by up to 0.1."""
    z = 2 * torch.randn(3, 4, generator=generator)
    return z, slopes_of_silu(z) + 0.1 * torch.randn(3, 4, generator=generator), 1e-5


SLOPE_GAP = Exercise(
    id="slope_gap",
    title="Is that slope right?",
    signature="slope_gap(z, slope, h)",
    points=2,
    minutes=12,
    returns="a number (float)",
    reference=gap_in_numbers,
    rtol=1e-5,
    cases=(
        Case("wrong slopes", lambda: (*wrong_slopes(), 1e-5)),
        Case("one is too large", lambda: (*one_wrong(), 1e-5)),
        Case("all are right", lambda: (one_wrong()[0], slopes_of_silu(one_wrong()[0]), 1e-5)),
        Case("a coarse step", lambda: (*wrong_slopes(), 0.5)),
    ),
    draw=draw_slopes,
    mistakes=(
        Mistake(
            "in float32",
            gap_with(dtype=torch.float32),
            (
                "Right slopes look wrong in yours. With how many digits do you subtract?",
                "f(z + h) and f(z − h) agree in nearly all digits of float32: z.double() first.",
            ),
        ),
        Mistake(
            "forward difference",
            gap_with(lambda z, h: (F.silu(z + h) - F.silu(z)) / h),
            (
                "With a small h you are nearly right. Do you step to both sides?",
                "The central difference: one step to the right, one to the left.",
            ),
        ),
        Mistake(
            "divided by h",
            gap_with(lambda z, h: (F.silu(z + h) - F.silu(z - h)) / h),
            "Your slopes are all twice too large. How far apart are z − h and z + h?",
        ),
        Mistake(
            "not divided",
            gap_with(lambda z, h: F.silu(z + h) - F.silu(z - h)),
            "That is how far f rises. A slope is a rise over a distance.",
        ),
        Mistake(
            "mean instead of maximum",
            gap_with(join=lambda gaps: gaps.abs().mean()),
            "One wrong slope among a million vanishes in a mean. Report the worst one.",
        ),
        Mistake(
            "signs kept",
            gap_with(join=lambda gaps: gaps.max()),
            (
                "A slope that is far too *large* passes your check. Why?",
                "A gap is a distance: without its sign.",
            ),
        ),
        Mistake(
            "signs kept, the other way round",
            gap_with(join=lambda gaps: (-gaps).max()),
            "A slope that is far too *small* passes your check. A distance has no sign.",
        ),
        Mistake(
            "autograd instead of a difference",
            gap_with(true_slope),
            "With h = 0.5 the difference is a rough slope; yours does not depend on h at all.",
        ),
        Mistake(
            "checks the sigmoid",
            gap_with(lambda z, h: (torch.sigmoid(z + h) - torch.sigmoid(z - h)) / (2 * h)),
            "You differentiate the gate. SiLU is z times its sigmoid.",
        ),
    ),
    hints=(
        "Right slopes must leave nearly nothing. In float32 they do not: is z.double() your first "
        "line?",
        "In float64: (f(z + h) − f(z − h)) / 2h, minus the slope, absolute value, maximum.",
    ),
)

EXERCISES = (ELU, HARDTANH_BACKWARD, ERROR_AFTER, DEAD_UNITS, SOFTPLUS, SLOPE_GAP)
