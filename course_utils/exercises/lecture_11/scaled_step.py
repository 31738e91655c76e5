"""Exercise of lecture 11: a step in half precision."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

State = tuple[Tensor, float, int]


def step_by_torch(w: Tensor, g: Tensor, lr: float, scale: float, good: int, interval: int) -> State:
    """The kernels behind torch.amp.GradScaler."""
    arrived, overflow = (g * scale).half().float(), torch.zeros(1)
    torch._amp_foreach_non_finite_check_and_unscale_([arrived], overflow, torch.tensor([1 / scale]))
    scales, tracker = torch.tensor([scale]), torch.tensor([good], dtype=torch.int32)
    torch._amp_update_scale_(scales, tracker, overflow, 2.0, 0.5, interval)
    return w - lr * arrived if not overflow else w.clone(), scales.item(), int(tracker)


def step_like(
    *,
    arrive: Callable[[Tensor, float], Tensor] = lambda g, scale: (g * scale).half(),
    move: Callable[[Tensor, float, float], Tensor] = lambda half, scale, lr: (
        lr * (half.float() / scale)
    ),
    overflow: Callable[[Tensor], bool] = lambda half: not bool(torch.isfinite(half).all()),
    on_overflow: Callable[[Tensor, Tensor], Tensor] = lambda w, new_w: w,
    shrink: float = 0.5,
    after_overflow: Callable[[int], int] = lambda good: 0,
    grown: Callable[[int, int], bool] = lambda good, interval: good >= interval,
    growth: float = 2.0,
    after_growth: Callable[[int], int] = lambda good: 0,
) -> Callable[[Tensor, Tensor, float, float, int, int], State]:
    """A scaled step with one of its parts exchanged."""

    def step(w: Tensor, g: Tensor, lr: float, scale: float, good: int, interval: int) -> State:
        half = arrive(g, scale)
        new_w = w - move(half, scale, lr)
        if overflow(half):
            return on_overflow(w, new_w), scale * shrink, after_overflow(good)
        good += 1
        if grown(good, interval):
            return new_w, scale * growth, after_growth(good)
        return new_w, scale, good

    return step


def finite_entries_only(w: Tensor, new_w: Tensor) -> Tensor:
    """Steps where the gradient is finite."""
    return torch.where(torch.isfinite(new_w), new_w, w)


def step_in_place(w: Tensor, g: Tensor, lr: float, scale: float, good: int, interval: int) -> State:
    """Changes the caller's weights."""
    new_w, scale, good = step_by_torch(w, g, lr, scale, good, interval)
    w.copy_(new_w)
    return w, scale, good


def draw_step(generator: Generator) -> Inputs:
    """Small weights and gradients; the largest gradient overflows in about half of the draws."""
    shape = (whole(generator, 2, 3), whole(generator, 2, 4))
    w = 1e-3 * torch.randn(shape, generator=generator)
    g = 10 ** (-6.5 + 2 * torch.rand(shape, generator=generator))
    scale = 2.0 ** whole(generator, 4, 10)
    g[0, 0] = 65_504 / scale * (1.5 if whole(generator, 0, 1) else 0.01)
    interval = whole(generator, 2, 5)
    return w, g, uniform(generator, 0.2, 0.9), scale, whole(generator, 1, interval - 1), interval


SCALED_STEP = Exercise(
    id="scaled_step",
    title="A step in half precision",
    signature="scaled_step(w, g, lr, scale, good, interval)",
    points=2,
    minutes=14,
    returns="a tuple (w, scale, good): a tensor like w, a number (float), a whole number (int)",
    parts=("w", "scale", "good"),
    reference=step_by_torch,
    rtol=1e-5,
    atol=1e-10,
    cases=(
        Case(
            "a quiet step",
            lambda: (
                torch.tensor([0.001, -0.002, 0.004]),
                torch.tensor([0.0123, -0.0004, 0.00207]),
                0.1,
                1024.0,
                0,
                5,
            ),
        ),
        Case(
            "gradients too small for 16 bits",
            lambda: (
                torch.zeros(2, 2),
                torch.tensor([[2e-8, -5e-8], [3e-7, 1.1e-8]]),
                0.5,
                65536.0,
                1,
                4,
            ),
        ),
        Case(
            "an overflow",
            lambda: (
                torch.tensor([0.003, 0.001, -0.002]),
                torch.tensor([0.001, -9.0, 0.02]),
                0.1,
                16384.0,
                3,
                6,
            ),
        ),
        Case(
            "time to grow",
            lambda: (torch.tensor([0.01, 0.02]), torch.tensor([0.3, -0.1]), 0.1, 256.0, 2, 3),
        ),
    ),
    draw=draw_step,
    mistakes=(
        Mistake(
            "not divided again",
            step_like(move=lambda half, scale, lr: lr * half.float()),
            (
                "Your steps are as many times too long as `scale` is large.",
                "What arrives is the gradient of the scaled loss: divide before the step.",
            ),
        ),
        Mistake(
            "small numbers in 16 bits",
            step_like(move=lambda half, scale, lr: lr * (half / scale).float()),
            (
                "Tiny gradients vanish after all. Where are they rounded a second time?",
                "float16 ends near 6e-8. Scale before .half(); go to float32 before you divide.",
            ),
        ),
        Mistake(
            "divided and multiplied in 16 bits",
            step_like(move=lambda half, scale, lr: lr * (half / scale)),
            (
                "Tiny gradients vanish after all. Which dtype has what you divide?",
                "Dividing in float16 loses what scaling saved: .float() first.",
            ),
        ),
        Mistake(
            "multiplied and divided in 16 bits",
            step_like(move=lambda half, scale, lr: lr * half / scale),
            (
                "Which dtype has lr times what arrives? And divided by `scale`?",
                "All of it is still float16, which loses what scaling saved: .float() first.",
            ),
        ),
        Mistake(
            "not scaled at all",
            step_like(
                arrive=lambda g, scale: g.half(),
                move=lambda half, scale, lr: lr * half.float(),
            ),
            "What does torch.tensor(2e-8).half() show? Multiply by `scale` before it is rounded.",
        ),
        Mistake(
            "never in 16 bits",
            step_like(
                arrive=lambda g, scale: g * scale,
                overflow=lambda half: bool((half.abs() > 65_504).any()),
            ),
            "Nearly: what arrives has been rounded to 16 bits. Let it pass through .half().",
        ),
        Mistake(
            "overflow not noticed",
            step_like(overflow=lambda half: False),
            (
                "Are all of your weights still finite?",
                "Before the step: if any gradient is inf or NaN, leave the weights alone "
                "and halve the scale.",
            ),
        ),
        Mistake(
            "step in spite of the overflow",
            step_like(on_overflow=lambda w, new_w: new_w),
            "The scale is right. Some weights are infinite: on an overflow there is no step.",
        ),
        Mistake(
            "step for the finite entries",
            step_like(on_overflow=finite_entries_only),
            "After an overflow no gradient is to be trusted: the whole step is left out.",
        ),
        Mistake(
            "scale kept after an overflow",
            step_like(shrink=1.0),
            "With the same scale the next step overflows again. What should become of it?",
        ),
        Mistake(
            "scale doubled after an overflow",
            step_like(shrink=2.0),
            "Too large were the numbers already. In which direction should the scale go?",
        ),
        Mistake(
            "counter kept after an overflow",
            step_like(after_overflow=lambda good: good),
            "`w` and `scale` are right. Good steps count in a row: what ends the row?",
        ),
        Mistake(
            "counter kept after growth",
            step_like(after_growth=lambda good: good),
            "With your counter the scale would grow again in the next step. It begins anew.",
        ),
        Mistake(
            "grows in every step",
            step_like(grown=lambda good, interval: True),
            "Your scale grows with every good step; it should after `interval` of them in a row.",
        ),
        Mistake(
            "grows late or never",
            step_like(grown=lambda good, interval: good > interval),
            (
                "After `interval` good steps in a row the scale doubles. Does yours, ever?",
                "This step counts too: with two good ones before it, it is the third.",
            ),
        ),
        Mistake(
            "changes its input",
            step_in_place,
            "Operators like -= change the caller's weights. Make new ones: w = w − …",
        ),
    ),
    hints=(
        "Print what arrives, (scale · g) in float16, for each visible case: tiny, large, inf?",
        "Arrive in float16; if anything is not finite: no step, half the scale, count 0. Else: "
        "float32, divide, step, count; at `interval` double the scale, and count 0.",
    ),
)
