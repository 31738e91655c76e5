"""Exercise of lecture 11: what a faster part is worth."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import uniform, whole

Seconds = dict[str, float]


def speed_up_by_amdahl(seconds: Seconds, part: str, factor: float) -> float:
    """Amdahl's law, from the share of the part."""
    share = seconds[part] / math.fsum(seconds.values())
    return 1 / ((1 - share) + share / factor)


def by_times(
    told: Callable[[float, float, float], float],
) -> Callable[[Seconds, str, float], float]:
    """Something else told from the time before, the time after, and the part's time before."""

    def speed_up(seconds: Seconds, part: str, factor: float) -> float:
        before = sum(seconds.values())
        return told(before, before - seconds[part] + seconds[part] / factor, seconds[part])

    return speed_up


def the_rest_faster(seconds: Seconds, part: str, factor: float) -> float:
    """Makes everything else faster."""
    share = 1 - seconds[part] / sum(seconds.values())
    return 1 / ((1 - share) + share / factor)


def mean_of_factors(seconds: Seconds, part: str, factor: float) -> float:
    """Averages speeds, weighted by times."""
    share = seconds[part] / sum(seconds.values())
    return (1 - share) * 1 + share * factor


def left_out(seconds: Seconds, part: str, factor: float) -> float:
    """The part is gone, whatever the factor."""
    return speed_up_by_amdahl(seconds, part, math.inf)


def slower(seconds: Seconds, part: str, factor: float) -> float:
    """Multiplies the part's time."""
    return speed_up_by_amdahl(seconds, part, 1 / factor) if factor < math.inf else 0.0


def dictionary_changed(seconds: Seconds, part: str, factor: float) -> float:
    """Writes the new time into the caller's dictionary."""
    before = sum(seconds.values())
    seconds[part] /= factor
    return before / sum(seconds.values())


def less_a_share(seconds: Seconds, part: str, factor: float) -> float:
    """Divides the part's share away, as if "3 times faster" meant "less by a third"."""
    before = sum(seconds.values())
    return before / (before - seconds[part] / factor)


def draw_profile(generator: Generator) -> Inputs:
    """Times of four parts, one of which becomes faster."""
    names = ("load", "forward", "backward", "update")
    seconds = {name: uniform(generator, 0.5, 9) for name in names}
    return seconds, names[whole(generator, 0, 3)], uniform(generator, 2.2, 12)


SPEED_UP = Exercise(
    id="speed_up",
    title="What a faster part is worth",
    signature="speed_up(seconds, part, factor)",
    points=1,
    minutes=7,
    returns="a number (float)",
    reference=speed_up_by_amdahl,
    cases=(
        Case(
            "loading four times faster",
            lambda: ({"load": 6.0, "forward": 2.0, "backward": 4.0}, "load", 4.0),
        ),
        Case(
            "a small part a hundred times faster",
            lambda: ({"load": 1.0, "forward": 7.0, "backward": 11.0, "update": 1.0}, "load", 100.0),
        ),
        Case(
            "a part that takes no time any more",
            lambda: ({"data": 0.3, "model": 0.1}, "data", math.inf),
        ),
        Case("a part made slower", lambda: ({"data": 2.0, "model": 6.0}, "model", 0.5)),
    ),
    draw=draw_profile,
    mistakes=(
        Mistake(
            "the other way round",
            by_times(lambda before, after, part: after / before),
            "Twice as fast is 2, not ½. Which of the two times stands above the line?",
        ),
        Mistake(
            "the factor itself",
            lambda seconds, part, factor: factor,
            (
                "Only one part becomes faster. Do the others take no time?",
                "Add up the times before and after; the rest is in both sums.",
            ),
        ),
        Mistake(
            "speeds averaged",
            mean_of_factors,
            (
                "Let the part take no time at all. Is your speed-up endless?",
                "Times can be added, speeds cannot: first the new time, then a ratio.",
            ),
        ),
        Mistake(
            "the part left out",
            left_out,
            "That is the best that could ever be had. Here the part still takes some time.",
        ),
        Mistake(
            "the rest made faster",
            the_rest_faster,
            "You divide the time of all other parts. Which one becomes faster?",
        ),
        Mistake(
            "seconds saved",
            by_times(lambda before, after, part: before - after),
            "Those are the seconds saved. Asked for is how many times faster the whole becomes.",
        ),
        Mistake(
            "share saved",
            by_times(lambda before, after, part: 1 - after / before),
            "That is the share of the time that is saved. Asked for is a ratio of two times.",
        ),
        Mistake(
            "faster by",
            by_times(lambda before, after, part: before / after - 1),
            "Nothing made faster should give 1, the same speed. What do you give?",
        ),
        Mistake(
            "time taken off is the part's divided time",
            less_a_share,
            "A part that becomes 4 times faster keeps a quarter of its time. What do you keep?",
        ),
        Mistake(
            "the part made slower",
            slower,
            "Does the time of a part that becomes 4 times faster grow or shrink?",
        ),
        Mistake(
            "changes the dictionary",
            dictionary_changed,
            "The number is right, but the caller's dictionary has changed. "
            "Compute with a number of your own, or with dict(seconds), a copy.",
        ),
        Mistake(
            "the new time",
            by_times(lambda before, after, part: after),
            "That is the new time, and right. How does it compare with the old one?",
        ),
    ),
    hints=(
        "By hand for the first case: 12 seconds before; and after?",
        "Time of all parts before, divided by the time of all parts after.",
    ),
)
