"""Files of the course: which a submission may read, and which decide on marks."""

from __future__ import annotations

import functools
import hashlib
import site
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_SECRET = {"exercises", "checks", "grading", "notebooks", "publishing", "__pycache__"}
_CODE = ("checks", "exercises", "grading")


def readable() -> Iterator[Path]:
    """Places that a submission may read: Python, its packages, and what this course shows.

    The folders of the checks, of the exercises with their answers and of the grader are left
    out; so is everything that is not named here: other submissions, marks, homes.
    """
    yield from map(Path, ("/dev/null", "/dev/urandom", "/etc/localtime", "/etc/ld.so.cache"))
    roots = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", *_folders()}
    found = sorted({Path(each).resolve() for each in roots})
    # The course may be installed as well as lie here: no copy tells the answers.
    copies = {PACKAGE, *(each / PACKAGE.name for each in found)}
    secret = {copy / name for copy in copies for name in _SECRET if (copy / name).exists()}
    for root in found:
        yield from _around(root, secret)


def _folders() -> list[str]:
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    data = str(PACKAGE.parent / "data")  # the course's tables; a built package carries them inside
    return [*map(sysconfig.get_path, kinds), *site.getsitepackages(), str(PACKAGE), data]


def _around(place: Path, secret: set[Path]) -> Iterator[Path]:
    """Yield a place whole or, where secrets lie in it, all of its parts but these."""
    if place in secret or not place.exists():
        return
    if not any(place in each.parents for each in secret):
        yield place
        return
    for part in sorted(place.iterdir()):
        yield from _around(part, secret)


@functools.cache
def digest_of_code() -> str:
    """Sum up the code that decides on marks: a new version grades anew."""
    files: Iterable[Path] = (f for name in _CODE for f in (PACKAGE / name).rglob("*.py"))
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
