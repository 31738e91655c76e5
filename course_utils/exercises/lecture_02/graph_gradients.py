"""Exercise of lecture 02: two paths lead to b."""

from __future__ import annotations

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake


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
