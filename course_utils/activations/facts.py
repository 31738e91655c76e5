"""What can be said about an activation function: derived from its values, not looked up."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .table import Function, derivatives, resolve_activation

_STEP = 0.02  # of the grid
_FAR = 1e8  # as good as infinity: softsign is 1e-8 away from its limit here
_SMALL = 0.01  # a slope below this counts as vanishing
_TINY = 1e-6  # a jump below this share of the largest value counts as rounding
Interval = tuple[float, float]


@dataclass(frozen=True)
class ActivationFacts:
    """What `activation_facts` found. Positions are values of z; slopes are values of f'."""

    values: str
    monotonic: str
    continuity: str
    symmetry: str
    identity_at_0: bool
    slopes: str
    slope_monotonic: str
    slope_continuous: bool
    saturates: str
    vanishing: tuple[Interval, ...]
    exploding: bool
    dead: tuple[Interval, ...]
    jumps: tuple[float, ...]
    kinks: tuple[float, ...]
    low: float
    high: float
    slope_low: float
    slope_high: float

    def row(self) -> dict[str, str]:
        """Return the facts as words, in the order of the table of lecture 05."""
        return {
            "range": self.values,
            "monotonic": self.monotonic,
            "class": self.continuity,
            "symmetry": self.symmetry,
            "like z at 0": _yes(self.identity_at_0),
            "slopes": self.slopes,
            "slope monotonic": self.slope_monotonic,
            "slope continuous": _yes(self.slope_continuous),
            "saturates": self.saturates,
            "vanishing where": _intervals(self.vanishing),
            "slope over 1": _yes(self.exploding),
            "dead where": _intervals(self.dead),
        }


def activation_facts(name_or_fn: str | Function, *, limit: float = 10.0) -> ActivationFacts:
    """Derive what there is to say about an activation function, from its values alone.

    Continuity is "jumps", "C0" (kinks), "C1" (the second derivative jumps) or "C2+". A slope
    below 0.01 counts as vanishing, one of exactly 0 over an interval as dead; positions are
    looked for from ``-limit`` to ``limit``, and an interval that reaches this border is taken
    to go on. Ranges use the values far outside as well.

    Parameters
    ----------
    name_or_fn
        A key of `ACTIVATIONS`, or an element-wise function of a tensor.
    limit
        How far from 0 to look.

    Raises
    ------
    ValueError
        If the name is unknown, or the function is not element-wise or not a number somewhere.

    Examples
    --------
    >>> facts = activation_facts("relu")
    >>> facts.values, facts.slopes, facts.continuity, facts.dead
    ('[0, ∞)', '{0, 1}', 'C0', ((-inf, 0.0),))
    """
    function = resolve_activation(name_or_fn)
    n = round(limit / _STEP)
    z = torch.arange(-n, n + 1, dtype=torch.float64) * _STEP
    f, slope = derivatives(function, z, 1)
    far = z.new_tensor([-_FAR, _FAR])
    f_far, slope_far = derivatives(function, far, 1)
    jumps, kinks, bends = (_breaks(function, z, order) for order in range(3))
    beside = torch.cat([z, *[z.new_tensor([at - 1e-12, at + 1e-12]) for at in (*jumps, *kinks)]])
    f_all, slope_all = derivatives(function, beside, 1)
    smooth = ~torch.isin(z, z.new_tensor([*jumps, *kinks]))
    low, high = _extent(f_all, f_far)
    slope_low, slope_high = _extent(slope_all, slope_far)
    mirrored = f + f.flip(0)
    near = z.new_tensor([-1e-4, 1e-4])
    return ActivationFacts(
        values=_range(f, low, high),
        monotonic=_monotonic(f),
        continuity="jumps" if jumps else "C0" if kinks else "C1" if bends else "C2+",
        symmetry=_symmetry(f, mirrored),
        identity_at_0=bool(((function(near) / near - 1).abs() < 1e-3).all()),
        slopes=_range(slope[smooth], slope_low, slope_high),
        slope_monotonic=_monotonic(slope[smooth]),
        slope_continuous=not (jumps or kinks),
        saturates=_sides(slope_far.abs() < 1e-9),
        vanishing=_where(z, slope.abs() < _SMALL * (1 - 1e-9)),
        exploding=max(abs(slope_low), abs(slope_high)) > 1 + 1e-9,
        dead=_where(z, slope == 0),
        jumps=jumps,
        kinks=kinks,
        low=low,
        high=high,
        slope_low=slope_low,
        slope_high=slope_high,
    )


def _breaks(function: Function, z: Tensor, order: int) -> tuple[float, ...]:
    """Where the derivative of this order jumps: halve every gap of the grid 35 times.

    The half with the larger change is kept. A steep but continuous flank shrinks with its gap, a
    jump stays.
    """
    left, right = z[:-1], z[1:]
    ends = derivatives(function, z)[order]
    a, b = ends[:-1], ends[1:]
    change = torch.zeros_like(left)
    for _ in range(35):
        middle = (left + right) / 2
        m = derivatives(function, middle, order)[order]
        first = (m - a).abs() >= (b - m).abs()
        change = torch.maximum((m - a).abs(), (b - m).abs())
        left, right = torch.where(first, left, middle), torch.where(first, middle, right)
        a, b = torch.where(first, a, m), torch.where(first, m, b)
    at = ((left + right) / 2)[change > _TINY * max(1.0, ends.abs().max().item())]
    return tuple(sorted({round(x, 6) + 0.0 for x in at.tolist()}))


def _extent(values: Tensor, far: Tensor) -> Interval:
    """Smallest and largest value; infinite where the far ones leave the near ones behind."""
    near = values.abs().max().item()
    ends = [
        float(torch.inf) * (1 if x > 0 else -1) if abs(x) > 2 * near else x for x in far.tolist()
    ]
    return min(values.min().item(), *ends), max(values.max().item(), *ends)


def _range(values: Tensor, low: float, high: float) -> str:
    """Write a range: up to three values as a set, otherwise an interval.

    The bracket is round where no value of the grid reaches the end.
    """
    distinct = values.unique()
    if len(distinct) <= 3:
        return "{" + ", ".join(_number(x) for x in distinct.tolist()) + "}"
    left = "[" if values.min().item() <= low else "("
    right = "]" if values.max().item() >= high else ")"
    return f"{left}{_number(low)}, {_number(high)}{right}"


def _monotonic(values: Tensor) -> str:
    steps = values.diff()
    if (steps.abs() <= 1e-14).all():
        return "constant"
    for word, rising in (("creasing", steps), ("", -steps)):
        if (rising > 0).all():
            return "increasing" if word else "decreasing"
        if (rising >= -1e-14).all():
            return "non-decreasing" if word else "non-increasing"
    return "no"


def _symmetry(f: Tensor, mirrored: Tensor) -> str:
    if torch.allclose(f, f.flip(0), atol=1e-9):
        return "even"
    if torch.allclose(mirrored, mirrored[:1].expand_as(mirrored), atol=1e-9):
        center = mirrored[len(mirrored) // 2].item() / 2
        return "odd" if abs(center) < 1e-9 else f"about (0, {_number(center)})"
    return "none"


def _sides(flat: Tensor) -> str:
    left, right = flat.tolist()
    return "both sides" if left and right else "left" if left else "right" if right else "no"


def _where(z: Tensor, condition: Tensor) -> tuple[Interval, ...]:
    """Intervals of the grid where a condition holds; a single point is none."""
    padded = torch.cat([condition.new_zeros(1), condition, condition.new_zeros(1)]).int().diff()
    starts, ends = (padded == 1).nonzero().flatten(), (padded == -1).nonzero().flatten() - 1
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end > start:
            a = -torch.inf if start == 0 else round(z[start].item(), 2)
            b = torch.inf if end == len(z) - 1 else round(z[end].item(), 2)
            found.append((a + 0.0, b + 0.0))
    return tuple(found)


def _intervals(intervals: tuple[Interval, ...]) -> str:
    words = []
    for a, b in intervals:
        if a == -torch.inf:
            words.append("all z" if b == torch.inf else f"z ≤ {b:.1f}")
        else:
            words.append(f"z ≥ {a:.1f}" if b == torch.inf else f"{a:.1f} … {b:.1f}")
    return ", ".join(words) or "no"


def _number(x: float) -> str:
    if abs(x) == torch.inf:
        return "∞" if x > 0 else "-∞"
    return f"{round(x, 4) + 0.0:g}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
