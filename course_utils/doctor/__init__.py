"""Tell whether this machine is ready for the course, and what to do if it is not.

Nothing heavy is imported before it is needed, and whatever fails becomes a line of the report:
this module has to run where packages are missing or broken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from .finding import Finding
from .grader import check_grader
from .machine import (
    OLDEST_PYTHON,
    check_data,
    check_device,
    check_disk,
    check_kernel,
    check_python,
    kernel_command,
)
from .versions import check_packages, check_ranges, installed_version, read_lock, read_ranges

__all__ = [
    "OLDEST_PYTHON",
    "Finding",
    "check_data",
    "check_device",
    "check_disk",
    "check_grader",
    "check_kernel",
    "check_packages",
    "check_python",
    "check_ranges",
    "examine",
    "installed_version",
    "kernel_command",
    "main",
    "read_lock",
    "read_ranges",
]

ROOT = Path(__file__).resolve().parents[2]


def examine(root: Path = ROOT) -> list[Finding]:
    """Run every check; in a checkout at `root` against its lock, elsewhere against the ranges."""
    if (root / "requirements.txt").is_file():
        ranges = read_ranges(root / "pyproject.toml")
        needed = {re.split(r"[^\w.-]", text)[0] for text in ranges} or None
        packages = check_packages(read_lock(root / "requirements.txt"), needed=needed)
        if packages.status == "look":  # untested, but perhaps even outside what is allowed
            allowed = check_ranges(ranges)
            packages = allowed if allowed.status == "problem" else packages
    else:
        packages = check_ranges(metadata.requires("course-utils") or [])
    return [
        check_python(),
        packages,
        check_device(),
        check_kernel(),
        check_data(),
        check_disk(),
        check_grader(),
    ]


def main(findings: Sequence[Finding] | None = None) -> int:
    """Print the report; 0 if the course can start, 1 if something has to be solved first."""
    findings = examine() if findings is None else findings
    said = ""
    for finding in findings:
        print(finding)
        if finding.cure not in ("", said):  # one cure often serves several lines
            print(f"{'':18} What to do: {finding.cure}")
            said = finding.cure
    problems = sum(each.status == "problem" for each in findings)
    looks = sum(each.status == "look" for each in findings)
    if problems:
        print(f"Not ready: {problems} problem{'s' * (problems > 1)} to solve.")
        return 1
    print(f"Ready{f', with {looks} to look at' if looks else ''}.")
    return 0
