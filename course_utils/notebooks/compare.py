"""Is a fresh output the stored one? Word for word, or with numbers within a stated tolerance."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable

from nbformat import NotebookNode

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BLANKS_AT_NUMBER = re.compile(r"[ \t]*\0[ \t]*")
_SHOWN_LINES = 30


def cell_rtol(cell: NotebookNode) -> float | None:
    """Read the relative tolerance from a cell's tag ``rtol=5e-2``; None where there is none.

    Raises
    ------
    ValueError
        For a tag that is no number between 0 and 1, or for two of them.
    """
    tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("rtol")]
    if not tags:
        return None
    value = tags[0].removeprefix("rtol=")
    try:
        rtol = float(value)
    except ValueError:
        rtol = float("nan")
    if len(tags) > 1 or not 0 < rtol < 1:
        raise ValueError(f"tags {tags}: write one tag like 'rtol=5e-2', between 0 and 1.")
    return rtol


def output_difference(
    stored: Iterable[NotebookNode], fresh: Iterable[NotebookNode], *, rtol: float | None = None
) -> str | None:
    """Compare two lists of cleaned outputs.

    Text is compared part by part and in order. Of a picture only its presence and its alt text
    are compared, since pixels depend on fonts and on the drawing library.

    Parameters
    ----------
    stored, fresh
        Outputs as `clean_outputs` leaves them.
    rtol
        Relative tolerance of the numbers (see `same_text`); None compares word for word.

    Returns
    -------
    str or None
        None where they agree, else what differs.
    """
    old, new = _parts(stored), _parts(fresh)
    if [kind for kind, _ in old] != [kind for kind, _ in new]:
        was, now = (", ".join(kind for kind, _ in parts) or "nothing" for parts in (old, new))
        return f"stored: {was}\nfresh:  {now}" + _diff(_text(old), _text(new))
    for (kind, before), (_, after) in zip(old, new, strict=True):
        if not same_text(before, after, rtol=rtol):
            within = "" if rtol is None else f" by more than rtol={rtol:g}"
            return f"{kind} differs{within}:" + _diff(before, after)
    return None


def same_text(stored: str, fresh: str, *, rtol: float | None = None) -> bool:
    """Compare two texts, their numbers within a relative tolerance if one is given.

    Everything between the numbers must agree, blanks next to a number excepted (they are the
    padding that keeps columns aligned). A printed number is a rounded one: two values a and b
    with ``|a - b| <= rtol * |a|`` may be printed up to one unit of the last place further apart,
    half a unit for each rounding. So the tolerance is ``rtol * |a|`` plus one unit of the last
    printed place. A pair of whole numbers gets no such unit: they count something.

    Examples
    --------
    >>> same_text("loss 0.0312", "loss 0.0318"), same_text("loss 0.0312", "loss 0.0318", rtol=0.03)
    (False, True)
    >>> same_text("epoch 20: 0.51", "epoch 21: 0.51", rtol=0.01)
    False
    """
    if rtol is None:
        return stored == fresh
    words = [_BLANKS_AT_NUMBER.sub("\0", _NUMBER.sub("\0", text)) for text in (stored, fresh)]
    if words[0] != words[1]:
        return False
    pairs = zip(_NUMBER.findall(stored), _NUMBER.findall(fresh), strict=True)
    return all(_close(old, new, rtol) for old, new in pairs)


def _close(old: str, new: str, rtol: float) -> bool:
    if re.fullmatch(r"[-+]?\d+", old) and re.fullmatch(r"[-+]?\d+", new):
        unit = 0.0
    else:
        unit = max(_last_place(old), _last_place(new))
    slack = rtol * abs(float(old)) + unit
    return abs(float(old) - float(new)) <= slack * (1 + 1e-9)  # 0.3 - 0.2 is not quite 0.1


def _last_place(number: str) -> float:
    """Return the value of one unit in the last place: 0.01 for 3.14, 100 for 1e2."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent or 0) - decimals}")


def _parts(outputs: Iterable[NotebookNode]) -> list[tuple[str, str]]:
    """Flatten outputs to pairs of what it is and its text."""
    parts: list[tuple[str, str]] = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append((output.name, output.text))
        elif output.output_type == "error":
            parts.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            for mime, data in sorted(output.data.items()):
                if mime.startswith("image/"):
                    data = output.metadata.get(mime, {}).get("alt", "")
                elif not isinstance(data, str):
                    data = json.dumps(data, sort_keys=True)
                parts.append((mime, data))
    return parts


def _text(parts: list[tuple[str, str]]) -> str:
    return "\n".join(text for _, text in parts)


def _diff(old: str, new: str) -> str:
    lines = list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), "stored", "fresh", "", "", 1, "")
    )
    if len(lines) > _SHOWN_LINES:
        lines = [*lines[:_SHOWN_LINES], f"… {len(lines) - _SHOWN_LINES} lines more"]
    return "\n" + "\n".join(lines) if lines else ""
