"""Write the pages: where they go, and under which names."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..store import write_whole
from ..table import Row
from .feedback import feedback_page
from .summary import summary_page, times_csv

_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LIKE_OURS = re.compile(r"~[0-9a-f]{8}$")
_LONGEST = 120  # bytes; file systems take 255


def write_reports(out: Path, rows: Sequence[Row]) -> None:
    """Write ``feedback/<student>/<assignment>.html``, ``summary.html``, ``measured/times.csv``.

    Parameters
    ----------
    out
        Folder of the results.
    rows
        Everybody's marks, sorted. The same marks give the same bytes; only ``measured`` holds
        what was measured.
    """
    students = folder_names(row.student for row in rows)
    assignments = folder_names(row.assignment for row in rows)
    links = {}
    for row in rows:
        folder, file = students[row.student], f"{assignments[row.assignment]}.html"
        write_whole(out / "feedback" / folder / file, feedback_page(row))
        links[row.student, row.assignment] = f"feedback/{folder}/{file}"
    write_whole(out / "summary.html", summary_page(rows, links))
    write_whole(out / "measured" / "times.csv", times_csv(rows))


def folder_names(names: Iterable[str]) -> dict[str, str]:
    """Give every name one that a folder can have on any machine, and no two the same.

    Names of ordinary people stay as they are, with spaces and accents. What a file system could
    take for a path, refuse, or confuse with another name is replaced, and a digest is added.

    Examples
    --------
    >>> folder_names(["Zoë 🦊", "../x"])
    {'../x': '_.._x~d6b96a97', 'Zoë 🦊': 'Zoë 🦊'}
    """
    every = sorted(set(names))
    folded = Counter(map(_folded, every))
    return {each: _safe(each, alone=folded[_folded(each)] == 1) for each in every}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _safe(name: str, *, alone: bool) -> str:
    fit = _UNFIT.sub("_", name)
    if fit.startswith(".") or fit != fit.strip(" ") or fit.endswith(".") or not fit:
        alone = False
    if _RESERVED.fullmatch(fit) or _LIKE_OURS.search(fit) or len(fit.encode()) > _LONGEST:
        alone = False
    if alone and fit == name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = fit.encode()[:_LONGEST].decode("utf-8", "ignore").strip(" ")
    return f"{'_' * short.startswith('.')}{short}~{digest}"
