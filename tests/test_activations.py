"""What is derived about an activation function, against what is known about it."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.activations import (
    ACTIVATIONS,
    CLASSICS,
    activation_facts,
    resolve_activation,
    value_and_slope,
)

INF = math.inf
FACTS = {name: activation_facts(name) for name in ACTIVATIONS}
# name: low, high, continuity, symmetry, identity at 0, largest slope; worked out by hand.
KNOWN = {
    "step": (0, 1, "jumps", "about (0, 0.5)", False, 0),
    "sign": (-1, 1, "jumps", "odd", False, 0),
    "linear": (-INF, INF, "C2+", "odd", True, 1),
    "piecewise": (0, 1, "C0", "about (0, 0.5)", False, 1),
    "sigmoid": (0, 1, "C2+", "about (0, 0.5)", False, 0.25),
    "tanh": (-1, 1, "C2+", "odd", True, 1),
    "relu": (0, INF, "C0", "none", False, 1),
    "softplus": (0, INF, "C2+", "none", False, 1),
    "relu6": (0, 6, "C0", "none", False, 1),
    "leaky_relu": (-INF, INF, "C0", "none", False, 1),
    "prelu": (-INF, INF, "C0", "none", False, 1),
    "elu": (-1, INF, "C1", "none", True, 1),
    "selu": (-1.0507 * 1.6733, INF, "C0", "none", False, 1.0507 * 1.6733),
    "threshold": (0, INF, "jumps", "none", False, 1),
    "hardtanh": (-1, 1, "C0", "odd", True, 1),
    "softshrink": (-INF, INF, "C0", "odd", False, 1),
    "tanhshrink": (-INF, INF, "C2+", "odd", False, 1),
    "logsigmoid": (-INF, 0, "C2+", "none", False, 1),
    "softsign": (-1, 1, "C1", "odd", True, 1),
    "gelu": (-0.16997, INF, "C2+", "none", False, 1.12890),
    "silu": (-0.27846, INF, "C2+", "none", False, 1.09984),
}
MODULES = {
    "relu": nn.ReLU(),
    "relu6": nn.ReLU6(),
    "leaky_relu": nn.LeakyReLU(),
    "prelu": nn.PReLU(),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "threshold": nn.Threshold(1, 0),
    "hardtanh": nn.Hardtanh(),
    "softshrink": nn.Softshrink(),
    "tanhshrink": nn.Tanhshrink(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "logsigmoid": nn.LogSigmoid(),
    "softplus": nn.Softplus(),
    "softsign": nn.Softsign(),
}


def test_the_table_holds_eight_classics_and_the_fifteen_of_pytorch():
    assert len(CLASSICS) == 8
    assert len(MODULES) == 15
    assert {*CLASSICS, *MODULES, "gelu", "silu"} == {*ACTIVATIONS}


@pytest.mark.parametrize("name", MODULES)
def test_a_function_equals_the_module_of_pytorch(name):
    z = torch.linspace(-8, 8, 161)
    assert torch.equal(ACTIVATIONS[name](z), MODULES[name](z).detach())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_facts_agree_with_those_worked_out_by_hand(name):
    low, high, continuity, symmetry, identity, steepest = KNOWN[name]
    facts = FACTS[name]
    assert facts.low == pytest.approx(low, abs=1e-4)
    assert facts.high == pytest.approx(high, abs=1e-4)
    assert (facts.continuity, facts.symmetry) == (continuity, symmetry)
    assert facts.identity_at_0 is identity
    assert facts.slope_high == pytest.approx(steepest, abs=2e-4)
    assert facts.exploding is (steepest > 1)
    assert facts.slope_continuous is (continuity in ("C1", "C2+"))


def test_only_gelu_and_silu_are_not_monotonic():
    assert {name for name, facts in FACTS.items() if facts.monotonic == "no"} == {"gelu", "silu"}
    strictly = {name for name, facts in FACTS.items() if facts.monotonic == "increasing"}
    assert {"sigmoid", "tanh", "softplus", "elu", "leaky_relu", "softsign"} <= strictly
    assert not {"relu", "hardtanh", "step"} & strictly


def test_dead_zones_are_where_the_slope_is_exactly_zero():
    dead = {name: facts.dead for name, facts in FACTS.items() if facts.dead}
    assert dead == {
        "step": ((-INF, INF),),
        "sign": ((-INF, INF),),
        "piecewise": ((-INF, -0.52), (0.52, INF)),  # PyTorch's slope is 1 at the corners
        "relu": ((-INF, 0),),
        "relu6": ((-INF, 0), (6, INF)),
        "threshold": ((-INF, 1),),
        "hardtanh": ((-INF, -1), (1, INF)),
        "softshrink": ((-0.5, 0.5),),
    }


def test_saturation_is_seen_far_out_on_either_side():
    sides = {name: facts.saturates for name, facts in FACTS.items()}
    assert {name for name, side in sides.items() if side == "right"} == {"logsigmoid"}
    assert sides["relu"] == sides["softplus"] == sides["elu"] == sides["gelu"] == "left"
    assert sides["sigmoid"] == sides["tanh"] == sides["softsign"] == "both sides"
    assert sides["leaky_relu"] == sides["tanhshrink"] == sides["linear"] == "no"


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "elu", "softsign"])
def test_a_vanishing_slope_is_below_a_hundredth_there_and_not_outside(name):
    edges = [e for zone in FACTS[name].vanishing for e in zone if abs(e) < INF]
    for edge in edges:
        inside = edge - math.copysign(0.03, edge)
        _, slope = value_and_slope(
            ACTIVATIONS[name].function, torch.tensor([edge, inside]).double()
        )
        assert slope[0] < 0.01 < slope[1]


def test_jumps_and_kinks_are_found_between_the_points_of_the_grid():
    facts = activation_facts(lambda z: F.relu(z - 0.123456))
    assert facts.kinks == (0.123456,)
    facts = activation_facts(lambda z: (z > math.pi).double() + z)
    assert facts.jumps == (3.141593,)
    assert activation_facts(lambda z: torch.tanh(200 * z)).continuity == "C2+"
    assert activation_facts(lambda z: z * z.abs()).continuity == "C1"


def test_ranges_are_written_as_sets_or_intervals():
    assert FACTS["relu"].values == "[0, ∞)"
    assert FACTS["relu"].slopes == "{0, 1}"
    assert FACTS["sigmoid"].values == "(0, 1)"
    assert FACTS["sigmoid"].slopes == "(0, 0.25]"
    assert FACTS["selu"].slopes == "(0, 1.7581)"
    assert activation_facts(torch.sin).values == "[-1, 1]"
    assert activation_facts(torch.square).values == "[0, ∞)"
    assert activation_facts(torch.exp).values == "(0, ∞)"
    assert activation_facts(lambda z: -z).monotonic == "decreasing"
    assert activation_facts(torch.cos).symmetry == "even"


def test_a_row_has_words_for_every_fact():
    row = FACTS["relu"].row()
    assert row["dead where"] == "z ≤ 0.0"
    assert row["like z at 0"] == row["slope over 1"] == row["slope continuous"] == "no"
    assert FACTS["softshrink"].row()["dead where"] == "-0.5 … 0.5"
    assert FACTS["step"].row()["dead where"] == "all z"
    assert all(isinstance(words, str) and words for words in row.values())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_agree_with_finite_differences(name):
    function = ACTIVATIONS[name].function
    z = torch.linspace(-5, 5, 140, dtype=torch.float64)  # meets no kink
    _, slope = value_and_slope(function, z)
    difference = (function(z + 1e-6) - function(z - 1e-6)) / 2e-6
    torch.testing.assert_close(slope, difference, atol=1e-8, rtol=0)


def test_deriving_facts_does_not_load_the_compiler():
    code = """
import sys
from course_utils.activations import ACTIVATIONS, activation_facts
before = "torch._dynamo" in sys.modules
for name in ACTIVATIONS:
    activation_facts(name)
assert before or "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_input_is_left_as_it_was():
    z = torch.zeros(3)
    value_and_slope(torch.tanh, z)
    assert not z.requires_grad
    assert z.grad is None


def test_bad_functions_are_refused_in_words():
    with pytest.raises(ValueError, match="choose from step, sign"):
        resolve_activation("swich")
    with pytest.raises(ValueError, match="each element by itself"):
        activation_facts(torch.sum)
    with pytest.raises(ValueError, match="overflow"):
        activation_facts(lambda z: (torch.exp(2 * z) - 1) / (torch.exp(2 * z) + 1))
