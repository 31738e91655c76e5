"""Outcomes of calls, on their way from a submission's process to the checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..checks import Failure, Outcome
from .wire import LONGEST, WireError, bounded_text, natural, pack, unpack

_STATUSES = frozenset(
    ["returned", "blank", "raised", "too slow", "not a function", "class", "parameters", "died"]
)


def pack_outcome(outcome: Outcome, keep: Callable[[Any], int]) -> tuple[dict[str, Any], bytes]:
    """Turn the outcome of a call into JSON and bytes."""
    try:
        tree, body = pack(outcome.value, keep)
    except WireError as error:
        tree, body = ["strange", str(error)], b""
    failure = outcome.failure
    return {
        "status": outcome.status,
        "value": tree,
        "failure": failure
        and [failure.type[:200], failure.text[:LONGEST], failure.line[:400], failure.number],
        "printed": outcome.printed[:LONGEST],
        "warnings": [text[:400] for text in outcome.warnings[:5]],
        "changed": list(outcome.changed),
        "detail": outcome.detail[:400],
        "seconds": outcome.seconds,
    }, body


def unpack_outcome(
    header: dict[str, Any], body: bytes | bytearray, handle: Callable[[int], Any]
) -> Outcome:
    """Turn JSON and bytes into an outcome; every field is checked.

    Raises
    ------
    WireError
        If anything is not as `pack_outcome` makes it.
    """
    try:
        if header["status"] not in _STATUSES:
            raise WireError("no such status")
        failure = None
        if header["failure"] is not None:
            name, text, line, number = header["failure"]
            failure = Failure(
                bounded_text(name, 200), bounded_text(text, LONGEST), bounded_text(line, 400),
                None if number is None else natural(number),
            )  # fmt: skip
        if (header["status"] == "raised") != (failure is not None):
            raise WireError("a failure without an exception, or the other way round")
        return Outcome(
            header["status"],
            unpack(header["value"], body, handle),
            failure,
            bounded_text(header["printed"], LONGEST),
            tuple(bounded_text(each, 400) for each in header["warnings"][:5]),
            tuple(natural(each) for each in header["changed"][:100]),
            bounded_text(header["detail"], 400),
            float(header["seconds"]),
        )
    except (TypeError, ValueError, KeyError) as error:
        raise WireError(f"not an outcome: {error}") from None
