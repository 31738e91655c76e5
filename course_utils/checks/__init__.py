"""The engine behind `check`: it tries an answer, says what is wrong, and knows no exercise.

An `Exercise` is data: cases, a reference, known mistakes with their hints. `grade` calls an
answer through a caller, which may ask another process, and gives a `Result`. How an exercise is
written stands in `course_utils.exercises`.
"""

from .calling import LocalCaller
from .compare import kind_of
from .exercise import Answer, Case, Exercise, Inputs, Mistake
from .grading import Result, expected_value, grade, known_caller, recognise
from .outcome import Caller, Failure, Handle, HandleError, Outcome, copied, plain

__all__ = [
    "Answer",
    "Caller",
    "Case",
    "Exercise",
    "Failure",
    "Handle",
    "HandleError",
    "Inputs",
    "LocalCaller",
    "Mistake",
    "Outcome",
    "Result",
    "copied",
    "expected_value",
    "grade",
    "kind_of",
    "known_caller",
    "plain",
    "recognise",
]
