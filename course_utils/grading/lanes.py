"""Mark many submissions side by side; no submission can stop, slow or change another."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import torch

from .alone import AloneLane
from .cells import UnreadableError, read_cells
from .launch import ForkedLane, GraderError, Lane, Zygote, modules_of
from .marking import Mark, Marked, mark, nothing
from .sandbox import Limits, die_with_parent
from .submissions import Part, Submission

_MOST_TRIES = 2  # of a submission whose lane dies: the second in a fresh lane
_TICK = 1.0
UNSAFE = "graded without a sandbox"


def mark_submission(submission: Submission, lane: Lane) -> Marked:
    """Mark all notebooks of a submission; what cannot be read is zero with a reason.

    Raises
    ------
    GraderError
        If the grader itself cannot go on.
    """
    marked = [_mark_part(part, lane) for part in submission.parts]
    marks: list[Mark] = [each for one in marked for each in one.marks]
    reason = next((one.reason for one in marked if one.reason), "")
    return Marked(tuple(marks), reason, sum(one.cpu for one in marked))


def failed(submission: Submission, reason: str) -> Marked:
    """Give zero for everything that a submission was to hold."""
    marks = (each for part in submission.parts for each in nothing(part.notebook, reason).marks)
    return Marked(tuple(marks), reason)


@dataclass
class _Lane:
    process: BaseProcess
    line: Connection
    task: int | None = None
    since: float = field(default_factory=time.monotonic)


class Pool:
    """Lanes: processes that judge, each with the submission of the moment in another process.

    Parameters
    ----------
    submissions
        What is to be marked.
    jobs
        How many lanes.
    limits
        Of one submission.
    seconds
        After which a submission as a whole is given up.
    alone
        Without a sandbox, in processes that are not forked: works on any system, and slowly.
    """

    def __init__(
        self,
        submissions: Sequence[Submission],
        *,
        jobs: int,
        limits: Limits,
        seconds: float,
        alone: bool = False,
    ) -> None:
        self.submissions, self.limits, self.seconds = submissions, limits, seconds
        self.alone = alone
        self.jobs = max(1, min(jobs, len(submissions)))
        self.waiting = deque(range(len(submissions)))
        self.tries = [0] * len(submissions)
        self.zygote: Zygote | None = None
        self.lanes: list[_Lane] = []

    def run(self) -> Iterator[tuple[Submission, Marked]]:
        """Yield each submission with its marks, as they are done.

        Raises
        ------
        GraderError
            If the grader itself cannot go on.
        """
        warm_up()
        try:
            self._start()
            while self.waiting or any(lane.task is not None for lane in self.lanes):
                yield from self._round()
        finally:
            self._stop()

    def _start(self) -> None:
        if self.alone:
            self.lanes = [self._lane(AloneLane(), []) for _ in range(self.jobs)]
            return
        modules = modules_of([part.notebook for one in self.submissions for part in one.parts])
        self.zygote = Zygote(self.jobs, limits=self.limits, modules=modules)
        for lane in self.zygote.lanes:
            self.lanes.append(self._lane(lane, [o for o in self.zygote.lanes if o is not lane]))

    def _lane(self, lane: Lane, others: Sequence[ForkedLane]) -> _Lane:
        """Start a process that judges: by a fork, quick, or afresh where forks cannot be had."""
        context = multiprocessing.get_context("spawn" if self.alone else "fork")
        ours, theirs = context.Pipe()
        process = context.Process(  # type: ignore[attr-defined]  # either context has it
            target=_work, args=(theirs, lane, others, self.submissions)
        )
        process.start()
        theirs.close()
        return _Lane(process, ours)

    def _stop(self) -> None:
        for lane in self.lanes:
            lane.line.close()
            lane.process.kill()
            lane.process.join()
        if self.zygote is not None:
            self.zygote.close()
        self.lanes, self.zygote = [], None

    def _round(self) -> Iterator[tuple[Submission, Marked]]:
        for lane in self.lanes:
            if lane.task is None and self.waiting:
                lane.task, lane.since = self.waiting.popleft(), time.monotonic()
                self.tries[lane.task] += 1
                lane.line.send(lane.task)
        for line in wait([lane.line for lane in self.lanes if lane.task is not None], _TICK):
            lane = next(each for each in self.lanes if each.line is line)
            assert lane.task is not None
            submission = self.submissions[lane.task]
            try:
                answer = lane.line.recv()
            except (EOFError, OSError):
                yield from self._again(submission, lane.task, "the lane that judged it died")
                return
            lane.task = None
            if isinstance(answer, str):
                raise GraderError(answer)
            yield submission, Marked.from_json(answer)
        for lane in self.lanes:
            if lane.task is not None and time.monotonic() - lane.since > self.seconds:
                text = f"time limit of {self.seconds:g} s for the whole submission"
                late = self.submissions[lane.task]
                self.tries[lane.task] = _MOST_TRIES
                yield from self._again(late, lane.task, text)
                return

    def _again(
        self, submission: Submission, task: int, why: str
    ) -> Iterator[tuple[Submission, Marked]]:
        """Start all lanes afresh; hand back what they were at, the culprit once more at most."""
        for lane in self.lanes:
            if lane.task is not None and lane.task != task:
                self.tries[lane.task] -= 1  # not its fault
                self.waiting.appendleft(lane.task)
        self._stop()
        if self.tries[task] < _MOST_TRIES:
            self.waiting.append(task)
        else:
            yield submission, failed(submission, why)
        self._start()


def told_unsafe(marked: Marked) -> Marked:
    """Say in the reason that no sandbox was used."""
    return replace(marked, reason="; ".join(filter(None, (marked.reason, UNSAFE))))


def default_jobs() -> int:
    """As many lanes as there are cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _mark_part(part: Part, lane: Lane) -> Marked:
    if part.path is None:
        return nothing(part.notebook, part.reason)
    try:
        cells = read_cells(part.path)
    except UnreadableError as error:
        return nothing(part.notebook, str(error))
    return mark(part.notebook, cells, lane)


def _work(
    line: Connection,
    lane: Lane,
    others: Sequence[ForkedLane],
    submissions: Sequence[Submission],
) -> None:
    die_with_parent()
    warm_up()
    for other in others:
        other.close()
    while True:
        try:
            task = line.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            marked = mark_submission(submissions[task], lane)
            if isinstance(lane, AloneLane):
                marked = told_unsafe(marked)
            line.send(marked.to_json())
        except KeyboardInterrupt:
            return
        except GraderError as error:
            line.send(str(error))


def warm_up() -> None:
    """Do once, before the lanes are forked, what each would otherwise do for itself."""
    torch.set_num_threads(1)  # with more, a fork hangs at its first matrix product
    weight = torch.zeros(2, 1, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=0.1)
    (torch.ones(3, 2) @ weight - 1).square().mean().backward()
    optimizer.step()
