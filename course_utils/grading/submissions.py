"""Find what students handed in: nbgrader's folders, a zip of them, notebooks side by side."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .assignment import Assignment
from .cells import MOST_BYTES

_MOST_ENTRIES = 200_000
_MOST_UNPACKED = 4 << 30
_MOST_RATIO = 200  # a text that shrinks to less than this part is no notebook but a bomb
_CHUNK = 1 << 20
_DEEPEST, _LONGEST_PATH = 32, 2_000  # of the name of a zip's entry: folders, bytes
_SHOWN = 200  # characters of such a name
_MOST_LOOKED_AT = 1_000  # folders, for a guess


class SubmissionsError(Exception):
    """The folder or zip cannot be used at all; the message says why."""


@dataclass(frozen=True)
class Part:
    """One notebook of an assignment, and the file that a student handed in for it."""

    notebook: Assignment
    path: Path | None
    reason: str = ""


@dataclass(frozen=True)
class Submission:
    """Everything that one student handed in for one assignment; perhaps nothing."""

    student: str
    assignment: str
    parts: tuple[Part, ...]


def find_submissions(
    root: Path, notebooks: Sequence[Assignment], roster: Iterable[str] = ()
) -> list[Submission]:
    """Find a row for every student and every assignment that anybody handed in.

    Parameters
    ----------
    root
        ``<student>/<assignment>/<notebook>.ipynb`` as in nbgrader's ``submitted``; or a folder
        of notebooks, named ``<student>.ipynb`` or ``<student>_<assignment>.ipynb``. A folder
        may also be called by the number that an assignment's name begins with: 01.
    notebooks
        The sources. Several with one name are parts of one assignment.
    roster
        Students who must have a row, whatever they handed in.

    Returns
    -------
    list of Submission
        Sorted by student, then by assignment.

    Raises
    ------
    SubmissionsError
        If nothing is there that belongs to any assignment.
    """
    if not root.is_dir():
        raise SubmissionsError(f"{root} is neither a folder nor a zip.")
    names = sorted({each.name for each in notebooks})
    known = _also_called(names)
    found: dict[tuple[str, str], Path] = {}
    students = set(roster)
    twice: dict[tuple[str, str], str] = {}
    for entry in sorted(root.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.suffix == ".ipynb":
            student, name = _from_file_name(entry.stem, names)
            students.add(student)
            places = [((student, name), entry)]
        elif entry.is_symlink() or entry.is_dir():
            students.add(entry.name)
            places = [
                ((entry.name, name), entry if entry.is_symlink() else entry / word)
                for word, name in known.items()
                if os.path.lexists(entry / word)
            ]
        else:
            continue
        for key, place in places:
            other = found[key].relative_to(root).parts[0] if key in found else entry.name
            if other != entry.name:  # whoever chooses file names could speak for another
                twice[key] = f"notebook not chosen: {other!r} and {entry.name!r} are one student's"
            found[key] = place
    if {path.name for path in found.values()} <= {each.file for each in notebooks}:
        found = {}  # one student's own folder: nobody is called like an assignment
    used = [name for name in names if any(key[1] == name for key in found)]
    if not used:
        raise SubmissionsError(_nothing_there(root, names))
    parts = {name: [each for each in notebooks if each.name == name] for name in used}
    return [
        Submission(
            student,
            name,
            tuple(
                Part(each, None, twice[student, name])
                if (student, name) in twice
                else _part(each, found.get((student, name)), len(parts[name]))
                for each in parts[name]
            ),
        )
        for student in sorted(students)
        for name in used
    ]


def unpack(archive: Path, folder: Path) -> list[str]:
    """Unpack the notebooks and the students' folders of a zip, nothing else, into an empty folder.

    Parameters
    ----------
    archive
        The zip.
    folder
        Where to.

    Returns
    -------
    list of str
        What was left out, and why.

    Raises
    ------
    SubmissionsError
        If it is no zip, holds too much, or is a bomb.
    """
    refused: list[str] = []
    left = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise SubmissionsError(f"{archive.name} holds {len(entries):,} entries: too many.")
            for entry in entries:
                path = PurePosixPath(entry.filename)
                if path.suffix != ".ipynb" or entry.is_dir() or path.parts[0] == "__MACOSX":
                    continue
                why = _why_not(entry)
                if not why:
                    size, why = _unpacked(opened, entry, folder.joinpath(*path.parts))
                    left -= size
                if why:
                    refused.append(f"{_short(entry.filename)}: {why}")
                if left < 0:
                    raise SubmissionsError(f"{archive.name} unpacks to more than 4 GB.")
            _add_empty(entries, folder)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise SubmissionsError(f"{archive.name} cannot be unpacked: {error}.") from None
    return refused


def top_of(folder: Path) -> Path:
    """Skip folders that hold nothing but one folder, as zips often begin with.

    A folder whose only part is one student is told apart by the notebooks two levels below it.
    """
    while True:
        parts = [each for each in folder.iterdir() if not each.name.startswith((".", "__MACOSX"))]
        if len(parts) != 1 or not parts[0].is_dir():
            return folder
        depth = min((len(p.relative_to(folder).parts) for p in folder.rglob("*.ipynb")), default=0)
        if depth <= 3:
            return folder
        folder = parts[0]


def _why_not(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in path.parts[0]:
        return "its path leads out of the folder"
    sizes = [len(part.encode("utf-8", "surrogatepass")) for part in path.parts]
    if "\0" in entry.filename or max(sizes, default=0) > 255 or sum(sizes) > _LONGEST_PATH:
        return "its name cannot be a file's"
    if len(sizes) > _DEEPEST:
        return "it lies too deep"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    if entry.file_size > _CHUNK and entry.file_size > _MOST_RATIO * max(1, entry.compress_size):
        return "it unpacks to more than 200 times its size"
    return ""


def _add_empty(entries: Iterable[zipfile.ZipInfo], folder: Path) -> None:
    """Make the folders of students who handed in nothing: they have a row, too."""
    top = top_of(folder)
    for entry in entries:
        target = folder.joinpath(*PurePosixPath(entry.filename).parts)
        named = entry.is_dir() and not _why_not(entry) and target.name != "__MACOSX"
        if named and target.parent == top and not os.path.lexists(target):
            target.mkdir()


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> tuple[int, str]:
    """Unpack one file; tell its size, or why that cannot be: others must not suffer from it."""
    try:
        if os.path.lexists(target):
            return 0, "there twice"
        target.parent.mkdir(parents=True, exist_ok=True)
        return _copy(opened, entry, target), ""
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE):
            raise  # this machine's trouble, not the entry's
        why = f"it cannot be unpacked: {error.strerror}"
    except Exception as error:  # encrypted, damaged, packed in an unknown way: many kinds
        why = f"it cannot be unpacked: {' '.join(str(error).split())[:100]!r}"
    with contextlib.suppress(OSError):
        if target.is_file():
            target.unlink()
    return 0, why


def _short(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")


def _copy(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> int:
    """Unpack one file, however long it says it is; a notebook that is too large is cut off."""
    written = 0
    with opened.open(entry) as source, target.open("xb") as file:
        while written <= MOST_BYTES and (chunk := source.read(_CHUNK)):
            written += len(chunk)
            file.write(chunk)
    return written


def _also_called(names: Sequence[str]) -> dict[str, str]:
    """Map what a folder may be called to the assignment; its whole name comes last, and wins."""
    numbers = [name.partition("_")[0] for name in names]
    short = {
        number: name
        for number, name in zip(numbers, names, strict=True)
        if number.isdecimal() and numbers.count(number) == 1
    }
    return short | dict(zip(names, names, strict=True))


def _from_file_name(stem: str, names: Sequence[str]) -> tuple[str, str]:
    for name in names:  # never by its number alone: student_01 is a student
        for joint in ("_", "-", " "):
            if stem.endswith(joint + name):
                return stem.removesuffix(joint + name), name
            if stem.startswith(name + joint):
                return stem.removeprefix(name + joint), name
    return stem, names[0] if len(names) == 1 else ""


def _nothing_there(root: Path, names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + f" and {len(names) - 3} more" * (len(names) > 3)
    said = f"{root} holds nothing for {shown}."
    here = root.resolve()
    around = []
    with contextlib.suppress(OSError):
        around = [each for each in sorted(here.iterdir()) if each.is_dir()]
    for place in (*around, here.parent, here.parent.parent):
        if _holds(place, _also_called(names)):
            return f"{said} Did you mean {place}?"
    return (
        f"{said} Expected: <student>/<assignment>/<notebook>.ipynb, or "
        "<student>_<assignment>.ipynb side by side; --source says which assignments there are."
    )


def _holds(folder: Path, words: Iterable[str]) -> bool:
    """Whether submissions lie in a folder, as far as a quick look shows."""
    try:
        entries = list(itertools.islice(folder.iterdir(), _MOST_LOOKED_AT))
    except OSError:
        return False
    wanted = tuple(words)
    return any(list((entry / word).glob("*.ipynb")) for entry in entries for word in wanted)


def _part(notebook: Assignment, place: Path | None, of: int) -> Part:
    if place is None:
        return Part(notebook, None, "missing")
    try:
        return _found(notebook, place, of)
    except OSError as error:
        return Part(notebook, None, f"notebook unreadable: {error.strerror}")


def _found(notebook: Assignment, place: Path, of: int) -> Part:
    if place.suffix == ".ipynb" and not place.is_dir():
        return Part(notebook, place)
    if place.is_symlink() or place.parent.is_symlink():
        return Part(notebook, None, "notebook unreadable: the folder is a link")
    named = place / notebook.file
    if named.is_symlink() or named.exists():
        return Part(notebook, named)
    others = list(_notebooks(place))
    if of == 1 and len(others) == 1:  # renamed
        return Part(notebook, others[0])
    if others:
        shown = ", ".join(repr(each.name) for each in others[:3])
        return Part(notebook, None, f"missing: {notebook.file} is not among {shown}")
    return Part(notebook, None, "missing")


def _notebooks(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.glob("*.ipynb")) if not each.name.startswith("."))
