"""Marks that are kept between runs, so that only what is new or changed is graded again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from .cells import MOST_BYTES
from .marking import Marked
from .places import digest_of_code
from .sandbox import Limits
from .submissions import Submission

_ABOUT = "What has been graded already. Without this folder all is graded again.\n"


class Store:
    """One small file for each student and assignment, in a hidden folder of the results.

    Parameters
    ----------
    folder
        Of the results.
    limits
        With other limits a submission may earn other marks, so they belong to its key.
    unsafe
        Without a sandbox, whose marks are not kept for a run with one.
    """

    def __init__(self, folder: Path, limits: Limits, *, unsafe: bool = False) -> None:
        self.folder = folder / ".marks"
        self._salt = digest_of_code() + repr(limits) + "unsafe" * unsafe

    def prepare(self) -> None:
        """Find out before any work whether anything can be kept here.

        Raises
        ------
        OSError
            If not.
        """
        write_whole(self.folder / "about.txt", _ABOUT)

    def get(self, submission: Submission) -> Marked | None:
        """Return the marks of exactly this submission under exactly this source, or None."""
        try:
            data = json.loads(self._file(submission).read_text(encoding="utf-8"))
            return (
                Marked.from_json(data["marked"]) if data["key"] == self._key(submission) else None
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, submission: Submission, marked: Marked) -> None:
        """Keep marks; an interruption leaves the old file or the new one, never half of one."""
        data = {"key": self._key(submission), "marked": marked.to_json()}
        write_whole(self._file(submission), json.dumps(data, ensure_ascii=False, indent=1))

    def _file(self, submission: Submission) -> Path:
        name = json.dumps([submission.student, submission.assignment])
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _key(self, submission: Submission) -> str:
        digest = hashlib.sha256(self._salt.encode())
        for part in submission.parts:
            digest.update(f"{part.notebook.digest} {part.reason} ".encode())
            digest.update(_content(part.path))
        return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is either the old one or the new one, whatever interrupts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        # A name or message may hold halves of characters, which no file can: they are spelled out.
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as to:
            to.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:  # the disk is full, say: leave no half of a file there
        Path(name).unlink(missing_ok=True)
        raise


def _content(path: Path | None) -> bytes:
    try:
        if path is None or path.is_symlink() or not path.is_file():
            return b"nothing"
        size = path.stat().st_size
        if size > MOST_BYTES:
            return f"{size} bytes".encode()
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:  # of one student's file: a lane will say so in its row
        return str(error.errno).encode()
