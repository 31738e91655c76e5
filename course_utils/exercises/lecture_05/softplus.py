"""Exercise of lecture 05: softplus without overflow."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...checks import Case, Exercise, Mistake


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
