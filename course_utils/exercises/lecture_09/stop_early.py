"""Exercise of lecture 09: when to stop, and what to keep."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator

from ...checks import Case, Exercise, Inputs, Mistake
from .common import whole

Losses = list[float]
Stopper = Callable[[Losses, int, float], tuple[int, int]]


def stop_by_jumps(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Jumps from each best epoch to the next one that is soon enough."""
    best = 0
    while True:
        soon = range(best + 1, min(best + patience + 1, len(losses)))
        better = [epoch for epoch in soon if losses[epoch] < losses[best] - min_delta]
        if not better:
            return best, min(best + patience, len(losses) - 1)
        best = better[0]


def stopper_like(
    improves: Callable[[float, float, float], bool] = lambda loss, best, delta: loss < best - delta,
    enough: Callable[[int, int], bool] = lambda bad, patience: bad >= patience,
    reset: bool = True,
) -> Stopper:
    """A counter of bad epochs, with one of its parts exchanged."""

    def stop(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
        best, bad = 0, 0
        for epoch in range(1, len(losses)):
            if improves(losses[epoch], losses[best], min_delta):
                best, bad = epoch, bad * (not reset)
            else:
                bad += 1
                if enough(bad, patience):
                    return best, epoch
        return best, len(losses) - 1

    return stop


def worse_than_before(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Compares each epoch with the one before it."""
    bad, stop = 0, len(losses) - 1
    for epoch in range(1, len(losses)):
        bad = 0 if losses[epoch] < losses[epoch - 1] - min_delta else bad + 1
        if bad >= patience:
            stop = epoch
            break
    return min(range(stop + 1), key=losses.__getitem__), stop


def lowest_of_all(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Takes the best epoch from the whole list, the part after the stop included."""
    _, stop = stop_by_jumps(losses, patience, min_delta)
    return min(range(len(losses)), key=losses.__getitem__), stop


def lowest_then_patience(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Looks at the whole list first, and waits from its lowest loss on."""
    best = min(range(len(losses)), key=losses.__getitem__)
    return best, min(best + patience, len(losses) - 1)


def stop_beyond_the_end(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Adds the patience, wherever the list ends."""
    best, _ = stop_by_jumps(losses, patience, min_delta)
    return best, best + patience


def the_loss_itself(losses: Losses, patience: int, min_delta: float) -> tuple[float, int]:
    """Returns the lowest loss instead of its epoch."""
    best, stop = stop_by_jumps(losses, patience, min_delta)
    return losses[best], stop


def from_one(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Counts epochs from 1."""
    best, stop = stop_by_jumps(losses, patience, min_delta)
    return best + 1, stop + 1


def keeps_the_last(losses: Losses, patience: int, min_delta: float) -> tuple[int, int]:
    """Keeps the weights that are there when it stops."""
    _, stop = stop_by_jumps(losses, patience, min_delta)
    return stop, stop


def draw_curve(generator: Generator) -> Inputs:
    """A validation curve that falls, then rises, with noise and equal values."""
    n, lowest = whole(generator, 30, 40), whole(generator, 8, 14)
    epochs = torch.arange(n)
    curve = 0.6 + 0.004 * (epochs - lowest).abs() + 0.05 * torch.rand(n, generator=generator)
    losses = [round(loss, 2) for loss in curve.tolist()]
    return losses, whole(generator, 3, 5), 0.005 * whole(generator, 0, 3) + 0.001


STOP_EARLY = Exercise(
    id="stop_early",
    title="When to stop, and what to keep",
    signature="stop_early(losses, patience, min_delta)",
    points=2,
    minutes=12,
    returns="a tuple (best, stop) of two whole numbers (int)",
    parts=("best", "stop"),
    reference=stop_by_jumps,
    cases=(
        Case(
            "down, a bump, down again, up",
            lambda: ([0.9, 0.7, 0.8, 0.6, 0.65, 0.62, 0.61, 0.3, 0.2], 3, 0.0),
        ),
        Case("equal losses", lambda: ([0.8, 0.5, 0.6, 0.5, 0.5, 0.7, 0.9, 0.6], 4, 0.0)),
        Case(
            "gains too small to count",
            lambda: ([1.0, 0.96, 0.8, 0.78, 0.72, 0.755, 0.71, 0.705, 0.5, 0.52], 3, 0.05),
        ),
        Case("never stops", lambda: ([0.9, 0.8, 0.85, 0.7, 0.75], 4, 0.0), costs=0.5),
    ),
    draw=draw_curve,
    mistakes=(
        Mistake(
            "counter not reset",
            stopper_like(reset=False),
            (
                "You stop too soon. What happens to your counter when a new best epoch comes?",
                "Patience counts bad epochs in a row: an improvement sets the count back to 0.",
            ),
        ),
        Mistake(
            "one epoch too late",
            stopper_like(enough=lambda bad, patience: bad > patience),
            "`stop` is one epoch too late: with patience 3 the third bad epoch is the last one.",
        ),
        Mistake(
            "one epoch too early",
            stopper_like(enough=lambda bad, patience: bad >= patience - 1),
            "You give up one epoch too soon. With patience 3, how many bad epochs may there be?",
        ),
        Mistake(
            "compared with the epoch before",
            worse_than_before,
            (
                "After a bump, is a loss that only comes down again an improvement?",
                "Compare each loss with the best one so far, not with the one before it.",
            ),
        ),
        Mistake(
            "lowest of the whole list",
            lowest_of_all,
            (
                "`stop` is right. Can an epoch after it be the best? It was never trained.",
                "Look for the best among the epochs up to `stop`, and let a gain of no more than "
                "min_delta not count.",
            ),
        ),
        Mistake(
            "waits from the lowest of all",
            lowest_then_patience,
            (
                "You look at losses that are not there yet. What is known after five epochs?",
                "Go through the list from the left, as if the next epoch had not been trained.",
            ),
        ),
        Mistake(
            "equal counts as better",
            stopper_like(improves=lambda loss, best, delta: loss <= best - delta),
            "Is a loss that equals the best one an improvement? Only one that is lower.",
        ),
        Mistake(
            "min_delta ignored",
            stopper_like(improves=lambda loss, best, delta: loss < best),
            (
                "Right where min_delta is 0. Does every small gain count?",
                "A loss counts as better if it is lower than the best by more than min_delta.",
            ),
        ),
        Mistake(
            "min_delta with the wrong sign",
            stopper_like(improves=lambda loss, best, delta: loss < best + delta),
            "With min_delta your rule becomes more lenient: even a higher loss counts as better.",
        ),
        Mistake(
            "stops beyond the end",
            stop_beyond_the_end,
            "Right where it stops. If the list ends before patience does, which epoch is the last?",
        ),
        Mistake(
            "keeps the last epoch",
            keeps_the_last,
            (
                "`stop` is right. Are the weights of that epoch the ones you want?",
                "When training stops, the last epochs were all bad. Which one was the last good?",
            ),
        ),
        Mistake(
            "the loss itself",
            the_loss_itself,
            "That is the lowest loss. Asked for is the number of its epoch.",
        ),
        Mistake("counted from 1", from_one, "Both are one too large: the first epoch is number 0."),
        Mistake(
            "waits for a higher loss",
            stopper_like(improves=lambda loss, best, delta: loss > best + delta),
            "You take a higher loss for an improvement. These are losses, not accuracies.",
        ),
    ),
    hints=(
        "Go through the first case with a pencil: best so far, and bad epochs in a row.",
        "Remember the best epoch and count bad epochs in a row; a loss below the best minus "
        "min_delta sets the count to 0; stop when it reaches `patience`.",
    ),
)
