"""Mark submissions on other machines, through a dask.distributed cluster that exists already.

What goes out are the source's cells and the bytes that a student handed in; what comes back are
marks. Both are plain data, no file system is shared, and the marks are those of a run here.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .lanes import failed
from .launch import GraderError, modules_of
from .marking import Marked
from .parcel import task_of
from .remote import close_lane, judge
from .sandbox import Limits
from .submissions import Submission

_MOST_TRIES = 2  # of a submission whose workers are lost again and again
_AHEAD = 2  # tasks for each worker: one to do, one to begin with at once
_TICK = 1.0
_WAIT = 20.0  # seconds for the scheduler to answer
_PATIENCE = 60.0  # seconds without any worker


class ClusterPool:
    """As `lanes.Pool`, with one lane on each worker of a cluster.

    Parameters
    ----------
    submissions
        What is to be marked.
    address
        Of the scheduler, ``tcp://10.0.0.1:8786`` say.
    limits
        Of one submission.
    seconds
        After which a submission as a whole is given up.
    patience
        Seconds to wait for a worker where there is none.

    Attributes
    ----------
    lacking
        Machine → layers of the sandbox that it lacks, and why.
    """

    def __init__(
        self,
        submissions: Sequence[Submission],
        *,
        address: str,
        limits: Limits,
        seconds: float,
        patience: float = _PATIENCE,
    ) -> None:
        self.submissions, self.address, self.seconds = submissions, address, seconds
        self.patience = patience
        self.waiting = deque(range(len(submissions)))
        self.tries = [0] * len(submissions)
        self.running: dict[Any, int] = {}
        self.lacking: dict[str, dict[str, str]] = {}
        self._lonely_since: float | None = None
        notebooks = [part.notebook for one in submissions for part in one.parts]
        self._options = {"limits": asdict(limits), "modules": modules_of(notebooks)}

    def run(self) -> Iterator[tuple[Submission, Marked]]:
        """Yield each submission with its marks, as they are done.

        Raises
        ------
        GraderError
            If the cluster cannot be reached, has no worker, or its workers cannot grade.
        """
        client = _connected(self.address)
        try:
            while self.waiting or self.running:
                self._send(client)
                yield from self._receive(client)
        except OSError as error:
            raise GraderError(f"the cluster at {self.address} is gone: {error}") from None
        finally:
            with contextlib.suppress(Exception):  # whatever is lost by now has no lane to close
                client.cancel(list(self.running), force=True)
                client.run(close_lane)
            self.running.clear()
            client.close()

    def _send(self, client: Any) -> None:
        """Keep every worker busy, and no more than that in the scheduler's memory."""
        workers = len(client.nthreads())
        now = time.monotonic()
        self._lonely_since = None if workers else self._lonely_since or now
        if self._lonely_since is not None and now - self._lonely_since > self.patience:
            raise GraderError(
                f"no worker is connected to {self.address}. Start some: "
                f"dask worker {self.address} --nthreads 1"
            )
        while self.waiting and len(self.running) < _AHEAD * max(workers, 1):
            number = self.waiting.popleft()
            self.tries[number] += 1
            task = task_of(self.submissions[number], self._options, self.seconds)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Sending large graph")
                self.running[client.submit(judge, task, pure=False)] = number

    def _receive(self, client: Any) -> Iterator[tuple[Submission, Marked]]:
        import distributed

        with contextlib.suppress(TimeoutError), client.as_current():
            distributed.wait(list(self.running), timeout=_TICK, return_when="FIRST_COMPLETED")
        for future in [each for each in self.running if each.done()]:
            number = self.running.pop(future)
            one = self.submissions[number]
            if future.status == "finished":
                yield one, self._result(one, future.result())
            elif self.tries[number] < _MOST_TRIES:
                self.waiting.append(number)
            else:
                yield one, failed(one, "the lane that judged it died")

    def _result(self, submission: Submission, answer: Mapping[str, Any]) -> Marked:
        if "marked" in answer:
            self.lacking[answer["host"]] = answer["missing"]
            return Marked.from_json(answer["marked"])
        if "failed" in answer:
            return failed(submission, answer["failed"])
        raise GraderError(f"a worker of the cluster cannot grade: {answer.get('error', answer)}.")


def _connected(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        cure = "pip install 'course-utils[cluster]', or pip install distributed"
        raise GraderError(f"--scheduler needs dask.distributed: {cure}.") from None
    try:
        return distributed.Client(address, timeout=_WAIT, set_as_default=False, name="grading")
    except (OSError, ValueError) as error:
        raise GraderError(f"no scheduler answers at {address}: {error}") from None
