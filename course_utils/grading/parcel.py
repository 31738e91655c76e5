"""A submission as plain data, on its way to another machine and as it arrives there."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .assignment import Assignment, Check
from .cells import UnreadableError, read_bytes
from .places import digest_of_code
from .submissions import Part, Submission


def task_of(submission: Submission, options: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Turn a submission into plain data: what a worker elsewhere needs to judge it."""
    return {
        "code": digest_of_code(),
        "options": dict(options),
        "seconds": seconds,
        "student": submission.student,
        "assignment": submission.assignment,
        "parts": [_sent(part) for part in submission.parts],
    }


def submission_from(task: Mapping[str, Any], folder: Path) -> Submission:
    """Write what came over the wire into a folder, and describe it as if it had been found."""
    parts = []
    for i, part in enumerate(task["parts"]):
        path = None
        if part["data"] is not None:
            path = folder / f"{i}.ipynb"
            path.write_bytes(zlib.decompress(base64.b64decode(part["data"])))
        parts.append(Part(_notebook(part["notebook"]), path, part["reason"]))
    return Submission(task["student"], task["assignment"], tuple(parts))


def _notebook(data: Mapping[str, Any]) -> Assignment:
    return Assignment(
        data["name"],
        data["file"],
        tuple((name, source) for name, source in data["setup"]),
        tuple(data["solutions"]),
        tuple(Check(**check) for check in data["checks"]),
        frozenset(data["locked"]),
        data["digest"],
        imports=tuple(data["imports"]),
    )


def _sent(part: Part) -> dict[str, Any]:
    plain = {**asdict(part.notebook), "locked": sorted(part.notebook.locked)}
    sent: dict[str, Any] = {"notebook": plain, "data": None, "reason": part.reason}
    if part.path is not None:
        try:
            packed = zlib.compress(read_bytes(part.path), 1)
            sent["data"] = base64.b64encode(packed).decode()
        except UnreadableError as error:
            sent["reason"] = str(error)
    return sent
