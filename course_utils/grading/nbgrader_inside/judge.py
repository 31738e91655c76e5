"""The process that judges for nbgrader: one for all submissions, as a lane of our own command."""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
import signal
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import Any

from ..assignment import Assignment
from ..cells import UnreadableError, cells_of
from ..lanes import silence
from ..launch import GraderError, Lane, Zygote
from ..marking import mark, nothing
from ..sandbox import Limits, die_with_parent, why_unsafe
from ..warming import warm_up

Marks = dict[str, tuple[float, float, str]]  # check → points, what it is worth, message
_MOST_TRIES = 2  # of a submission whose judge dies: the second with a fresh one


class Judge:
    """A process that holds the references, and the zygote that forks a process per submission.

    It stays for the next submission, so that what references and known mistakes gave is found out
    once; only after a time limit or its death there is a new one.
    """

    _one: Judge | None = None

    def __init__(self, limits: Limits, modules: Iterable[str]) -> None:
        if why := why_unsafe():
            raise GraderError(
                f"no sandbox here ({why}). Grade on Linux, or take our lines out of "
                "nbgrader_config.py: then students' code runs with your rights."
            )
        warm_up()
        self.limits, self.modules, self.owner = limits, frozenset(modules), os.getpid()
        self.zygote = Zygote(limits=limits, modules=sorted(self.modules))
        self._start()

    @classmethod
    def shared(cls, limits: Limits, modules: Iterable[str]) -> Judge:
        """Return the one that is there, or a new one where other limits or modules are asked.

        Modules of notebooks judged before stay, so that two notebooks that take turns share one.
        """
        one, wanted = cls._one, frozenset(modules)
        if one is not None and one.owner == os.getpid() and one.limits == limits:
            if wanted <= one.modules:
                return one
            wanted |= one.modules
        cls.end()
        cls._one = cls(limits, wanted)
        return cls._one

    @classmethod
    def end(cls) -> None:
        """End it and the zygote, and every worker with it."""
        one, cls._one = cls._one, None
        if one is not None and one.owner == os.getpid():
            one._stop()
            one.zygote.close()

    @classmethod
    def renew(cls) -> None:
        """End the process that judges and what it was at; the next keeps to the same zygote."""
        if (one := cls._one) is not None:
            one._stop()
            if one.zygote.lanes[0].clear():
                one._start()
            else:
                cls.end()

    @classmethod
    def marks(
        cls, assignment: Assignment, notebook: bytes, limits: Limits, seconds: float
    ) -> Marks:
        """Have one submission judged.

        Parameters
        ----------
        assignment
            Its source.
        notebook
            The submission, as JSON.
        limits
            Of its process.
        seconds
            After which it is given up, and worth nothing.

        Raises
        ------
        GraderError
            If the grader itself cannot go on.
        """
        why = ""
        for _ in range(_MOST_TRIES):
            try:
                told = cls.shared(limits, assignment.modules)._ask(assignment, notebook, seconds)
            except TimeoutError as error:
                cls.renew()
                return _zero(assignment, str(error))
            except (EOFError, OSError):
                cls.renew()
                continue
            except BaseException:  # interrupted: its answer would be taken for the next one's
                cls.end()
                raise
            if not isinstance(told, str):
                return {name: (points, worth, message) for name, points, worth, message in told}
            why = told
            cls.end()
        if why:
            raise GraderError(why)
        return _zero(assignment, "the process that judged it died")

    def _ask(self, assignment: Assignment, notebook: bytes, seconds: float) -> list[Any] | str:
        self.line.send((assignment, notebook))
        if not self.line.poll(seconds):
            raise TimeoutError(f"time limit of {seconds:g} s")
        told: list[Any] | str = json.loads(self.line.recv_bytes())
        return told

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.line, theirs = context.Pipe()
        words = (theirs, self.line, self.zygote.lanes[0])
        self.process = context.Process(target=_work, args=words, daemon=True)
        self.process.start()
        theirs.close()

    def _stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


def _zero(assignment: Assignment, why: str) -> Marks:
    return {check.name: (0.0, check.points, why) for check in assignment.checks}


def _work(line: Connection, parents: Connection, lane: Lane) -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nbgrader is interrupted, and ends this
    parents.close()
    silence()
    while True:
        try:
            assignment, notebook = line.recv()
        except (EOFError, OSError):
            return
        line.send_bytes(json.dumps(_judged(assignment, notebook, lane)).encode())


def _judged(assignment: Assignment, notebook: bytes, lane: Lane) -> list[Any] | str:
    """Plain data, for nbgrader's process takes no objects from here; text: it cannot go on."""
    try:
        marked = mark(assignment, cells_of(notebook), lane)
    except UnreadableError as error:
        marked = nothing(assignment, str(error))
    except GraderError as error:
        return str(error)
    except Exception as error:  # nobody foresaw it: it costs this one, and no other time
        marked = nothing(assignment, f"it could not be judged ({type(error).__name__})")
    return [
        (check.name, one.points, one.max_points, one.message)
        for check, one in zip(assignment.checks, marked.marks, strict=True)
    ]


atexit.register(Judge.end)
