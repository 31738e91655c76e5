"""Mark many submissions side by side; no submission can stop, slow or change another."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .alone import AloneLane
from .cells import UnreadableError, read_cells
from .launch import ForkedLane, GraderError, Lane, Zygote, modules_of
from .marking import Mark, Marked, mark, nothing
from .sandbox import Limits, die_with_parent, missing
from .submissions import Part, Submission
from .warming import warm_up

_MOST_TRIES = 2  # of a submission whose lane dies: the second in a fresh lane
_MOST_DEATHS = 3  # of the zygote, without a mark between them
_GONE = "the process that forks the workers ended"
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

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.join()


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

    Attributes
    ----------
    lacking
        Machine → layers of the sandbox that should be there and could not be had, and why.
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
        self.suspects: set[int] = set()  # one of them has taken the zygote with it, perhaps
        self.deaths = 0  # of the zygote, since anything was marked
        self.zygote: Zygote | None = None
        self.lacking: dict[str, dict[str, str]] = {}
        self.folder: tempfile.TemporaryDirectory[str] | None = None
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
                self._hand_out()
                yield from self._collect()
        finally:
            self._stop()

    def _start(self) -> None:
        if self.alone:
            self.folder = tempfile.TemporaryDirectory(prefix="course-grading-")
        else:
            modules = modules_of([part.notebook for one in self.submissions for part in one.parts])
            self.zygote = Zygote(self.jobs, limits=self.limits, modules=modules)
            lost = self.zygote.about["missing"].items() - missing().items()
            self.lacking = {"this machine": dict(lost)} if lost else {}
        for place in range(self.jobs):
            self.lanes.append(self._lane(place))

    def _lane(self, place: int) -> _Lane:
        """Start a process that judges: by a fork, quick, or afresh where forks cannot be had."""
        context = multiprocessing.get_context("spawn" if self.alone else "fork")
        forked = self.zygote.lanes if self.zygote is not None else []
        lane: Lane = (
            forked[place] if forked else AloneLane(self.folder.name if self.folder else None)
        )
        ours, theirs = context.Pipe()
        process = context.Process(  # type: ignore[attr-defined]  # either context has it
            target=_work,
            args=(theirs, lane, [each for each in forked if each is not lane], self.submissions),
        )
        process.start()
        theirs.close()
        return _Lane(process, ours)

    def _stop(self) -> None:
        for lane in self.lanes:
            lane.end()
        if self.zygote is not None:
            self.zygote.close()
        if self.folder is not None:
            self.folder.cleanup()
        self.lanes, self.zygote, self.folder = [], None, None

    def _hand_out(self) -> None:
        for lane in self.lanes:
            if lane.task is not None or not self.waiting:
                continue
            busy = {each.task for each in self.lanes if each.task is not None}
            if busy and self.suspects & {*busy, self.waiting[0]}:
                return  # a suspect has nobody beside it
            lane.task, lane.since = self.waiting.popleft(), time.monotonic()
            self.tries[lane.task] += 1
            with contextlib.suppress(OSError):  # a lane that has died since: that is noticed below
                lane.line.send(lane.task)

    def _collect(self) -> Iterator[tuple[Submission, Marked]]:
        """Yield what has been marked; see to the first lane that died or takes too long."""
        for line in wait([lane.line for lane in self.lanes if lane.task is not None], _TICK):
            lane = next(each for each in self.lanes if each.line is line)
            assert lane.task is not None
            try:
                answer = lane.line.recv()
            except (EOFError, OSError):
                yield from self._replace(lane, "the lane that judged it died")
                return
            if isinstance(answer, str):
                yield from self._begin_again(answer)
                return
            task, lane.task, self.deaths = lane.task, None, 0
            self.suspects.discard(task)
            yield self.submissions[task], Marked.from_json(answer)
        for lane in self.lanes:
            if lane.task is not None and time.monotonic() - lane.since > self.seconds:
                self.tries[lane.task] = _MOST_TRIES
                text = f"time limit of {self.seconds:g} s for the whole submission"
                yield from self._replace(lane, text)
                return

    def _replace(self, lane: _Lane, why: str) -> Iterator[tuple[Submission, Marked]]:
        """Start this lane afresh, and no other; what it was at is done once more at most."""
        lane.end()
        task, lane.task = lane.task, None
        place = self.lanes.index(lane)
        if self.zygote is None or self.zygote.lanes[place].clear():
            self.lanes[place] = self._lane(place)
            yield from self._once_more(task, why)
        else:
            yield from self._once_more(task, why)
            yield from self._begin_again(_GONE)

    def _begin_again(self, said: str) -> Iterator[tuple[Submission, Marked]]:
        """Start all afresh where the zygote is gone; nobody knows who did it, so all are suspects.

        Raises
        ------
        GraderError
            If it is there, and the trouble another, or if it dies again and again.
        """
        self.deaths += 1
        if self.zygote is None or not self.zygote.is_gone() or self.deaths > _MOST_DEATHS:
            raise GraderError(said)
        tasks = [lane.task for lane in self.lanes if lane.task is not None]
        self._stop()
        self.suspects.update(tasks)
        for task in tasks:
            yield from self._once_more(task, _GONE)
        self._start()

    def _once_more(self, task: int | None, why: str) -> Iterator[tuple[Submission, Marked]]:
        assert task is not None
        if self.tries[task] < _MOST_TRIES:
            self.waiting.appendleft(task)
            return
        self.suspects.discard(task)
        yield self.submissions[task], failed(self.submissions[task], why)


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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator, who ends us
    die_with_parent()
    silence()
    warm_up()
    for other in others:
        other.close()
    while True:
        try:
            task = line.recv()
        except EOFError:
            return
        try:
            marked = mark_submission(submissions[task], lane)
            if isinstance(lane, AloneLane):
                marked = told_unsafe(marked)
            line.send(marked.to_json())
        except GraderError as error:
            line.send(str(error))
        except Exception as error:  # nobody foresaw it: it costs this one, and no other time
            why = f"it could not be judged ({type(error).__name__})"
            line.send(failed(submissions[task], why).to_json())


def silence() -> None:
    """Let checks print into nothing: what they print of a student's could command a terminal."""
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for standard in (1, 2):
        os.dup2(sys.stdout.fileno(), standard)
