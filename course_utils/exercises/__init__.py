"""The exercises of the course: data, a file for each; and `check`, which tries answers.

How to write an exercise
------------------------
Put it into a file of its own, named by its id, ``lecture_NN/mean_square.py``; name it in the
``EXERCISES`` of ``lecture_NN/__init__.py``, in the notebook's order; and put its right variants
into ``tests/exercises/lecture_NN.py``. ``pytest tests/test_exercises.py -k NN`` then proves it: the
reference is right, a blank earns nothing, every mistake is refused with its own hint, every
variant is accepted. A complete small one::

    import torch

    from ...checks import Case, Exercise, Mistake

    MEAN_SQUARE = Exercise(
        id="mean_square",  # the student's function has this name; unique in the course
        title="The mean of the squares",
        signature="mean_square(x)",
        points=1,
        minutes=3,
        returns="a float32 tensor of shape ()",  # in words, for messages
        reference=lambda x: torch.nn.functional.mse_loss(x, torch.zeros_like(x)),
        cases=(  # by hand: typical, then edges; different sizes tell sum from mean
            Case("two numbers", lambda: (torch.tensor([1.0, 3.0]),)),
            Case("a table", lambda: (torch.arange(6.0).reshape(3, 2),)),
            Case("one number", lambda: (torch.tensor([-2.0]),), costs=0.5),
        ),
        draw=lambda generator: (torch.randn(7, generator=generator),),
        mistakes=(
            Mistake(
                "sum instead of mean",
                lambda x: (x**2).sum(),
                ("Twice as many rows: should the result be twice as large?",
                 "Divide by how many numbers there are."),
            ),
            Mistake("no square", lambda x: x.mean(), "Can the result be negative?"),
            Mistake("square of the mean", lambda x: x.mean() ** 2,
                    "Which comes first, the square or the mean?"),
        ),
        hints=("Try it by hand with the numbers 1 and 3.", "Square, then average."),
    )

and ``tests/exercises/lecture_NN.py``::

    VARIANTS = {"mean_square": [with_a_loop, with_numpy, lambda x: (x * x).mean()]}

In ``lectures/solutions/NN_topic.ipynb`` it is three cells (see ``course_utils.notebooks.marks``): a
task, a solution, and its check, with a seed that no other exercise has::

    check("mean_square", mean_square).points
    ### BEGIN HIDDEN TESTS
    check("mean_square", mean_square, seed=4711).points
    ### END HIDDEN TESTS

Good to know:

- Inputs are tensors, numbers, strings, and lists, tuples and dicts of these; never functions.
  They are copied before anybody gets them; a student who changes one is told so.
- A mistake may raise, return another kind or shape or dtype, or change its inputs. Of two that
  behave alike in all visible cases the second could never be named: give a case that tells them
  apart. The test finds such pairs.
- A hint never holds the answer. The first is a nudge and is shown at once; more on request.
- `costs` makes a case worth a part of the points; a failing case without it costs all.
- Several values: return a tuple and name them, ``parts=("grad_w", "grad_b")``.
- A pencil's answer: ``kind="value"``, ``signature="limit()"``, ``reference=0.25``, no cases,
  mistakes with wrong values: ``Mistake("1 / curvature", 0.125, "…")``. The student returns it from
  a function, so that a blank notebook runs, or tries values: ``check("limit", 0.25)``.
- A property instead of equal numbers: ``judge=lambda inputs, value: None if … else "Sentence."``.
  It is called for every returned value but None and must cope with each kind. A function or
  module comes as a `Handle`: call it with tensors, ask ``parameter_shapes()``, ``layer_names()``.
  A judged mistake is recognised by an equal value, or by the same sentence in every case, so give
  different sentences to different mistakes.
- Before each call all seeds are set to 0. Time limit of a case: `seconds`, 2 by default; aim at
  milliseconds, for a wrong answer is compared with every mistake.
- float32 results are compared with rtol 1e-4, atol 1e-6; change `rtol`, `atol` where sums are long.
  dtype must be the reference's (`any_dtype`), results carry no gradient (`may_need_grad`).
"""

from __future__ import annotations

import difflib
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..checks import Exercise, LocalCaller, Result, grade, kind_of

__all__ = ["all_exercises", "check", "exercises_of", "find_exercise", "lectures"]

_WIDTH = 88  # columns of a message: what a window of usual width shows


def lectures() -> tuple[str, ...]:
    """Numbers of the lectures that have exercises.

    Examples
    --------
    >>> "01" in lectures()
    True
    """
    names = (module.name for module in iter_modules(__path__))
    return tuple(sorted(n.removeprefix("lecture_") for n in names if n.startswith("lecture_")))


@cache
def exercises_of(lecture: str) -> tuple[Exercise, ...]:
    """Exercises of one lecture, in order.

    Parameters
    ----------
    lecture
        Its number, as in the file's name: "01".

    Raises
    ------
    KeyError
        If it has none.

    Examples
    --------
    >>> [exercise.id for exercise in exercises_of("01")][0]
    'mse'
    """
    if lecture not in lectures():
        raise KeyError(f"no exercises for lecture {lecture!r}; there are {', '.join(lectures())}.")
    name = f"lecture_{lecture}"
    exercises: tuple[Exercise, ...] = import_module(f".{name}", __name__).EXERCISES
    return exercises


def all_exercises() -> Iterator[tuple[str, Exercise]]:
    """Go through lecture numbers and exercises; a lecture's files are read when its turn comes."""
    for lecture in lectures():
        for exercise in exercises_of(lecture):
            yield lecture, exercise


def find_exercise(exercise_id: str) -> Exercise:
    """Return the exercise with an id.

    Raises
    ------
    KeyError
        For an unknown id; the message names the nearest ones.

    Examples
    --------
    >>> find_exercise("mse").points
    1
    """
    known = []
    for _, exercise in all_exercises():
        if exercise.id == exercise_id:
            return exercise
        known.append(exercise.id)
    near = difflib.get_close_matches(str(exercise_id).lower(), known, n=3, cutoff=0.4)
    names = " or ".join(f'"{name}"' for name in near)
    words = f"Did you mean {names}?" if near else "Copy the name from the notebook's check cell."
    shown = f'"{exercise_id}"' if isinstance(exercise_id, str) else kind_of(exercise_id)
    raise KeyError(f"There is no exercise {shown}. {words}")


def check(
    exercise_id: str, answer: Any, *, hint: int | None = None, seed: int | None = None
) -> Result:
    """Try an answer to an exercise and say, in a few lines, whether it is right and if not why.

    Never raises, and stops an answer that takes too long.

    Parameters
    ----------
    exercise_id
        The exercise, as the notebook names it.
    answer
        Your function itself, without parentheses; or the value that is asked for.
    hint
        Which hint to show: 1, 2 or 3.
    seed
        Draws further cases from this seed.

    Returns
    -------
    Result
        True where the answer is right; with points and message. Nothing is displayed for it.

    Examples
    --------
    >>> result = check("mse", lambda y_hat, y: ((y_hat - y) ** 2).mean())
    ✓ mse: all 4 cases right (1 point).
    >>> result.points
    1
    """
    try:
        exercise = find_exercise(exercise_id)
    except KeyError as error:
        result = Result(str(exercise_id), 0.0, 0.0, False, str(error.args[0]))
    else:
        caller = LocalCaller(answer, exercise.seconds, exercise.kind)
        try:
            result = grade(exercise, caller, seed=seed, hint=hint)
        except Exception as error:  # a fault of ours; the student's notebook goes on
            text = f"✗ {exercise.id}: this check itself failed ({type(error).__name__}); tell us."
            result = Result(exercise.id, 0.0, exercise.points, False, text)
    _say("\n".join(_wrapped(line) for line in result.message.splitlines()))
    return result


def _wrapped(line: str) -> str:
    """Break a long line between words; JupyterLab would break it within one."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _say(text: str) -> None:
    try:
        print(text)
    except UnicodeEncodeError:  # a console that knows no ✓
        encoding = sys.stdout.encoding or "ascii"
        print(text.encode(encoding, "replace").decode(encoding))
