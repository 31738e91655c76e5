"""Installed packages against the tested lock, or against the allowed ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from .finding import SETUP, Finding


def read_lock(path: Path) -> dict[str, str]:
    """Read the exact versions that apply to this machine from a requirements file.

    Parameters
    ----------
    path
        Lines like ``name==1.2.3 ; marker``; comments and options are skipped.

    Returns
    -------
    dict
        Name → version. Lines whose marker speaks of another system are left out.
    """
    lock = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([\w.-]+)==([^\s;]+)\s*(?:;\s*(.+))?$", line.strip())
        if match and _applies(match[3]):
            lock[match[1]] = match[2]
    return lock


def read_ranges(path: Path) -> list[str]:
    """Read from `pyproject.toml` what the package and the lectures need: ``"numpy>=2.0"``, ….

    An old Python cannot read that file; then the list is empty.
    """
    try:
        import tomllib
    except ImportError:
        return []
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["lab"]]


def installed_version(name: str) -> str | None:
    """Return the version of an installed distribution, or None where it is missing."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_packages(
    lock: Mapping[str, str],
    find: Callable[[str], str | None] = installed_version,
    *,
    needed: Collection[str] | None = None,
) -> Finding:
    """Compare what is installed with the tested versions.

    Parameters
    ----------
    lock
        Name → tested version.
    find
        Gives the installed version of a name, None where it is missing.
    needed
        Names without which nothing works, all where not given. The others come with them, and
        other versions may do without some.

    Examples
    --------
    >>> print(check_packages({"torch": "2.13.0"}, {"torch": "2.13.0+cpu"}.get))
    ok       packages  1 as tested (torch 2.13.0+cpu)
    """
    found = {name: find(name) for name in lock}
    needed = lock if needed is None else needed
    missing = [name for name, version in found.items() if version is None]
    # A build such as 2.13.0+cpu is version 2.13.0.
    others = {
        name: version
        for name, version in found.items()
        if version is not None and version.split("+")[0] != lock[name]
    }
    if any(name in needed for name in missing):
        text = f"{len(missing)} of {len(lock)} missing: {_some(missing)}"
        return Finding("problem", "packages", text, SETUP)
    if others or missing:
        listed = [f"{name} {version} (tested: {lock[name]})" for name, version in others.items()]
        listed += [f"no {name}" for name in missing]
        cure = "nothing while all goes well; `pip install -r requirements.txt` brings them back."
        text = f"{len(listed)} of {len(lock)} differ from the tested ones: {_some(listed)}"
        return Finding("look", "packages", text, cure)
    return Finding("ok", "packages", f"{len(lock)} as tested (torch {found.get('torch')})")


def check_ranges(
    requirements: Iterable[str], find: Callable[[str], str | None] = installed_version
) -> Finding:
    """Compare what is installed with ranges such as ``"numpy>=2.0"``.

    Parameters
    ----------
    requirements
        As in the package's metadata; those of optional extras are skipped.
    find
        Gives the installed version of a name, None where it is missing.
    """
    try:
        from packaging.requirements import Requirement
    except ImportError:
        cure = "pip install packaging"
        return Finding("problem", "packages", "not compared: packaging is missing", cure)
    wanted = [Requirement(text) for text in requirements]
    wanted = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    bad = []
    for each in wanted:
        version = find(each.name)
        if version is None:
            bad.append(f"{each.name} is missing")
        elif not each.specifier.contains(version, prereleases=True):
            bad.append(f"{each.name} {version} (needed: {each.specifier})")
    if bad:
        cure = "pip install --upgrade " + " ".join(
            f'"{each.name}{each.specifier}"' for each in wanted
        )
        return Finding("problem", "packages", _some(bad), cure)
    return Finding("ok", "packages", f"{len(wanted)} within the allowed ranges")


def _applies(marker: str | None) -> bool:
    if marker is None:
        return True
    try:
        from packaging.markers import Marker
    except ImportError:  # without it a line for some systems only cannot be judged
        return False
    return Marker(marker).evaluate()


def _some(names: Sequence[str], n: int = 4) -> str:
    rest = len(names) - n
    return ", ".join(names[:n]) + (f" and {rest} more" if rest > 0 else "")
