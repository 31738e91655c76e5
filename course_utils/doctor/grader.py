"""The sandbox in which the grader would run students' code; of interest to instructors only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .finding import Finding, shorten

_LAYERS = ("limits", "landlock", "seccomp", "own user", "bubblewrap")


def check_grader(missing: Callable[[], Mapping[str, str]] | None = None) -> Finding:
    """Tell which layers of the sandbox this machine offers, and why not the others.

    Nobody needs them all, and students need none: this line is never a reason not to start.

    Parameters
    ----------
    missing
        Returns layer → why it is missing; `course_utils.grading.sandbox.missing` where not given.

    Examples
    --------
    >>> check_grader(lambda: {"bubblewrap": "not installed"}).text
    'sandbox of limits, landlock, seccomp, own user; no bubblewrap: not installed'
    """
    try:
        from course_utils.grading.sandbox import missing as missing_here
        from course_utils.grading.sandbox import why_unsafe

        lacking = missing_here() if missing is None else missing()
        unsafe = why_unsafe(lacking)
    except Exception as error:
        return Finding("ok", "grader", f"its sandbox could not be looked at: {shorten(error)}")
    present = ", ".join(name for name in _LAYERS if name not in lacking)
    reasons: dict[str, list[str]] = {}
    for name, why in lacking.items():
        reasons.setdefault(why, []).append(name)
    absent = "; ".join(f"no {', '.join(names)}: {why}" for why, names in reasons.items())
    text = f"sandbox of {present}" if present else "no sandbox"
    if unsafe:
        text = "no sandbox for students' code (`grade` refuses without --unsafe)"
    return Finding("ok", "grader", f"{text}; {absent}" if absent else text)
