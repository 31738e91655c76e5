"""What of a submission's words may come back to its author: nothing of a hidden test.

A process that has seen the inputs of a hidden test could hand them out: as the name of an
exception, as the text of one, as the parameters that it pretends to take. So only words that stand
in the submission itself, or in Python, are repeated.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Any

from ..checks import Failure
from ..checks.outcome import Strange

_OURS = (
    *("it was killed", "it crashed", "it ended itself", "CPU time limit", "file size limit"),
    *(
        "its files grew too large",
        "it started too many threads",
        "no answer in time",
        "the other side",
        "the process that",
    ),
    *("an answer that nobody asked for", "values of more than"),
)
_KNOWN = {*dir(builtins), "LinAlgError", "OutOfMemoryError", "UnpicklingError"}
_KINDS = {
    *("function", "generator", "coroutine", "async_generator", "module", "Generator", "huge int"),
    *("NumPy array of object", "tensor on meta", "tensor on cuda", "values of more than 64 MB"),
    *(f"very long or deep {each}" for each in ("list", "tuple", "dict")),
    *(f"sparse_{each} tensor" for each in ("coo", "csr", "csc", "bsr", "bsc")),
    *("dict_keys", "dict_values", "dict_items", "Size", "dtype", "device", "deque", "Fraction"),
    *("SGD", "Adam", "AdamW", "DataLoader", "TensorDataset", "DataFrame", "Series", "Figure"),
}
_HIDDEN = re.compile(r"^\s*#+ (BEGIN|END) HIDDEN TESTS")


def own_words(failure: Failure, sources: Iterable[str]) -> Failure:
    """Keep the type of an exception, and its line, only where they stand in the submission.

    Examples
    --------
    >>> own_words(Failure("X7", "", "secret", 3), ["def f(x): ..."])
    Failure(type='Exception', text='', line='', number=None)
    """
    text = "\n".join(sources)
    lines = {line.strip()[:400] for line in text.splitlines()}
    named = failure.type in _KNOWN or re.search(rf"\bclass {re.escape(failure.type)}\b", text)
    if failure.line not in lines or (failure.number or 0) > text.count("\n") + 1:
        failure = replace(failure, line="", number=None)
    return failure if named else replace(failure, type="Exception")


def own_kinds(value: Any, sources: Iterable[str]) -> Any:
    """Name the type of an odd object only where it is Python's or a class of the submission.

    Examples
    --------
    >>> own_kinds([Strange("generator"), Strange("it is 4711")], [])
    [Strange(type='generator'), Strange(type='value of another kind')]
    """
    if isinstance(value, (list, tuple)):
        return type(value)(own_kinds(item, sources) for item in value)
    if isinstance(value, dict):
        return {key: own_kinds(item, sources) for key, item in value.items()}
    if not isinstance(value, Strange) or value.type in _KINDS:
        return value
    name = value.type.removeprefix("class ")
    if name in _KNOWN or (
        name.isidentifier() and any(re.search(rf"\bclass {name}\b", each) for each in sources)
    ):
        return value
    return Strange("value of another kind")


def ending(why: str) -> str:
    """Repeat how a process ended only in our own words."""
    return why if not why or why.startswith(_OURS) else "it did not keep to the protocol"


def is_hidden(source: str, traceback: TracebackType | None) -> bool:
    """Whether what failed in a check, ``<check>``, is one of its hidden tests."""
    number = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<check>":
            number = traceback.tb_lineno
        traceback = traceback.tb_next
    marks = [m[1] for line in source.split("\n")[:number] if (m := _HIDDEN.match(line))]
    return bool(marks) and marks[-1] == "BEGIN"
