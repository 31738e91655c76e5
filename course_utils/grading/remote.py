"""The far side of a cluster: one lane on each dask worker, which judges what is sent to it.

`judge` runs in the dask worker. It keeps a process of its own beside it (this module's `main`),
with a zygote and a sandbox as on any machine, so that a check that hangs can be killed and nothing
of a submission ever runs in the dask worker itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from .places import digest_of_code

_START = 180.0  # seconds until the lane and its zygote have imported torch
_IDLE = 900.0  # seconds after which a lane that nobody closed ends by itself
_MOST_TRIES = 2
_LOCK = threading.Lock()  # one submission at a time, however many threads the dask worker has
_RUNNING: dict[str, _Neighbour] = {}
_CLOSED = [0]  # how often the coordinator has said that it is done


class _LateError(Exception):
    """The lane did not answer in time."""


class _Neighbour:
    """The lane's process, beside the dask worker."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course_utils.grading.remote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.about = self.ask(options, _START)

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Send one line, wait for one line; an empty answer: the process has ended."""
        line, output = self.process.stdin, self.process.stdout
        assert line is not None
        assert output is not None
        try:
            line.write(json.dumps(request).encode() + b"\n")
            line.flush()
        except OSError:
            return {}
        answer, deadline = b"", time.monotonic() + seconds
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise _LateError
            part = os.read(output.fileno(), 1 << 16)
            if not part:
                return {}
            answer += part
        return json.loads(answer)

    def close(self) -> None:
        """End it; its zygote and workers end with it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # a line that it did not take
                    pipe.close()


def judge(task: Mapping[str, Any]) -> dict[str, Any]:
    """Mark one submission; what a dask worker runs.

    Parameters
    ----------
    task
        As `parcel.task_of` makes it: plain data.

    Returns
    -------
    dict
        ``marked`` (see `Marked.to_json`), or ``failed`` with a reason that goes into the row, or
        ``error`` where the grader itself cannot go on.
    """
    if task["code"] != digest_of_code():
        return {"error": "it has another version of the course than the machine that asks"}
    with _LOCK:
        answer: dict[str, Any] = {}
        closed = _CLOSED[0]
        for _ in range(_MOST_TRIES):
            try:
                lane = _lane(task["options"])
                answer = lane.about if "error" in lane.about else lane.ask(task, task["seconds"])
            except _LateError:
                _close()
                return {"failed": f"time limit of {task['seconds']:g} s for the whole submission"}
            if "marked" in answer:
                return {**answer, "missing": lane.about["missing"], "host": socket.gethostname()}
            _close()
            if closed != _CLOSED[0]:
                return {"error": "it was told to stop"}
        return answer or {"failed": "the lane that judged it died"}


def close_lane() -> None:
    """End the lane of this dask worker, if it has one, whatever it is at."""
    _CLOSED[0] += 1
    _close()


def _lane(options: Mapping[str, Any]) -> _Neighbour:
    key = json.dumps(options)
    if key not in _RUNNING:
        _close()
        _RUNNING[key] = _Neighbour(options)
    return _RUNNING[key]


def _close() -> None:
    for key in list(_RUNNING):
        lane = _RUNNING.pop(key, None)
        if lane is not None:
            lane.close()


# ── in the lane's own process ────────────────────────────────────────────────────────────────


def main() -> int:
    """Judge submissions that come over the input, one line each, until it closes."""
    from .lanes import mark_submission
    from .launch import GraderError, Zygote
    from .parcel import submission_from
    from .sandbox import Limits, die_with_parent, why_unsafe
    from .warming import warm_up

    die_with_parent()
    requests, answers = _channels()
    options = json.loads(requests.readline())
    warm_up()
    try:
        if why := why_unsafe():
            raise GraderError(f"no sandbox there ({why})")
        with Zygote(limits=Limits(**options["limits"]), modules=options["modules"]) as zygote:
            _say(answers, {"missing": zygote.about["missing"]})
            while select.select([requests], [], [], _IDLE)[0] and (line := requests.readline()):
                with tempfile.TemporaryDirectory(prefix="course-submitted-") as folder:
                    submission = submission_from(json.loads(line), Path(folder))
                    marked = mark_submission(submission, zygote.lanes[0])
                _say(answers, {"marked": marked.to_json()})
    except GraderError as error:
        _say(answers, {"error": str(error)})
        return 1
    return 0


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Move input and output away, so that a check that prints or reads does not disturb them."""
    requests, answers = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)
    return requests, answers


def _say(answers: BinaryIO, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
