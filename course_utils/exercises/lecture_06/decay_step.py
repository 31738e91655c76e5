"""Exercise of lecture 06: weight decay: AdamW against L2."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.optim.adam import adam
from torch.optim.adamw import adamw

from ...checks import Case, Exercise, Inputs, Mistake
from .adam_step import adam_by_torch, draw_state
from .common import ThreeTensors, uniform, whole


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
