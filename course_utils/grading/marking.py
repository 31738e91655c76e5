"""Mark one submission: its code in its own process, the source's checks here."""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import random
from dataclasses import asdict, dataclass, field
from functools import cache
from types import CodeType
from typing import Any

import numpy as np
import torch

from ..checks import Outcome, Result, grade
from ..checks.compare import leaves
from ..exercises import find_exercise
from .assignment import Assignment, Check, code_of
from .cells import Cell
from .discretion import is_hidden
from .launch import GraderError, Lane
from .memory import Memory
from .proxies import Names, RemoteObject
from .session import RemoteCaller, RemoteHandle, Session

_MOST_TEXT = 2_000
_MEMORY = Memory()
_found = cache(find_exercise)  # which looks through a folder each time


@dataclass(frozen=True)
class Mark:
    """What one check gave.

    Attributes
    ----------
    name
        The exercise.
    points, max_points
        What it earned, and what it could.
    message
        For the student: what is wrong, and the hint for a known mistake; no hidden input.
    mistake
        The known mistake's name; empty where none was recognised.
    """

    name: str
    points: float
    max_points: float
    message: str = ""
    mistake: str = ""


@dataclass(frozen=True)
class Marked:
    """What one submission gave; plain data, so that it can be stored and compared.

    Attributes
    ----------
    marks
        One for each check, in order.
    reason
        Why points are missing altogether; empty where there is nothing to say.
    cpu
        CPU seconds of the student's process.
    """

    marks: tuple[Mark, ...]
    reason: str = ""
    cpu: float = field(default=0.0, compare=False)

    @property
    def points(self) -> float:
        """Sum over the checks."""
        return sum(mark.points for mark in self.marks)

    def to_json(self) -> dict[str, Any]:
        """Turn into what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Marked:
        """Undo `to_json`."""
        marks = tuple(Mark(**mark) for mark in data["marks"])
        return cls(marks, data["reason"], data["cpu"])


def nothing(assignment: Assignment, reason: str) -> Marked:
    """Give zero for everything, with the reason."""
    marks = tuple(Mark(each.exercise, 0.0, each.points, reason) for each in assignment.checks)
    return Marked(marks, reason)


def mark(assignment: Assignment, cells: list[Cell], lane: Lane) -> Marked:
    """Mark a submission.

    Parameters
    ----------
    assignment
        The source.
    cells
        Of the submission.
    lane
        Starts its processes.

    Returns
    -------
    Marked
        Never raises for anything that a student did.

    Raises
    ------
    GraderError
        If the grader itself cannot go on.
    """
    with Session(lane, code_of(assignment, cells)) as session:
        scope: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        for line in assignment.imports:
            with contextlib.suppress(ImportError):
                exec(_set_up("imports", line), scope)
        for name, source in assignment.setup:
            exec(_set_up(name, source), scope)
        names = Names(session, [check.source for check in assignment.checks])
        marks = tuple(_checked(check, scope, session, names) for check in assignment.checks)
    return Marked(marks, _reason(assignment, session, marks), round(session.cpu, 3))


def _checked(check: Check, scope: dict[str, Any], session: Session, names: Names) -> Mark:
    """Run one check here, with the student's names standing for what is in the other process."""
    results: list[Result] = []
    asked: dict[tuple[str, int], Outcome] = {}

    def remote_check(exercise_id: str, answer: Any, *, seed: int | None = None, **_: Any) -> Result:
        exercise = _found(exercise_id)
        name = getattr(answer, "course_name", exercise_id)
        remote = RemoteCaller(session, name, exercise.seconds, exercise.kind, _MEMORY.pack)

        def caller(inputs: Any) -> Outcome:  # a check's second line tries the visible cases again
            key = (name, id(inputs))
            if key not in asked or _is_lost(asked[key], session):
                asked[key] = remote(inputs)
            return asked[key]

        cases = _MEMORY.cases(exercise, seed)
        results.append(grade(exercise, caller, seed=seed, known=_MEMORY, cases=cases))
        return results[-1]

    names.last = None
    message = ""
    points = 0.0
    try:
        known = {name for name, value in scope.items() if not isinstance(value, RemoteObject)}
        scope |= names.used_in(check.source, unless=known)
        _seed(check)
        points = _run(check, scope | {"check": remote_check})
    except (GraderError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a failed assert, or whatever a value of theirs led to
        message = names.say(error, hidden=is_hidden(check.source, error.__traceback__))
    if results:
        message = results[-1].message
    mistake = results[-1].mistake if results else None
    message = message[:_MOST_TEXT].encode("utf-8", "backslashreplace").decode()
    return Mark(check.exercise, points, check.points, message, mistake or "")


def _seed(check: Check) -> None:
    """Let a check draw the same numbers for everybody, whatever was judged here before."""
    seed = int.from_bytes(hashlib.sha256(check.source.encode()).digest()[:4])
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for GPUs, for 0.7 ms


def _is_lost(outcome: Outcome, session: Session) -> bool:
    """Whether it holds something of a process that has ended since."""
    handles = (leaf for leaf in leaves(outcome.value) if isinstance(leaf, RemoteHandle))
    return not all(session.is_in(handle.era) for handle in handles)


def _run(check: Check, scope: dict[str, Any]) -> float:
    """Run a check as nbgrader scores it: an error is zero, a last number counts, else full."""
    statements, last = _compiled(check.source)
    exec(statements, scope)
    value: Any = None if last is None else eval(last, scope)
    if type(value) in (int, float):
        # What is computed from a student's numbers may be NaN, which is neither less nor more.
        return float(min(max(value, 0), check.points)) if value == value else 0.0
    return check.points


@cache
def _compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """Compile a check: its statements and, where it ends in an expression, that one by itself."""
    tree, value = ast.parse(source), None
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        tree.body.pop()
        value = compile(ast.Expression(last.value), "<check>", "eval", dont_inherit=True)
    return compile(tree, "<check>", "exec", dont_inherit=True), value


@cache
def _set_up(name: str, source: str) -> CodeType:
    return compile(source, f"<{name}>", "exec", dont_inherit=True)


def _reason(assignment: Assignment, session: Session, marks: tuple[Mark, ...]) -> str:
    """Say in a few words why a submission has nothing, or what ended its process."""
    if sum(mark.points for mark in marks) == assignment.max_points:
        return ""
    if session.endings:
        return f"process ended: {session.endings[0]}"
    own = {name: failure for name, failure in session.failures.items() if failure.type}
    if own:
        name, failure = next(iter(own.items()))
        return f"cell {name!r}: {failure.type}"
    if all(mark.points == 0 for mark in marks):
        return "nothing right yet"
    return ""
