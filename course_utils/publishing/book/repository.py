"""The address of the course's repository: written in one place, used by every launch button.

The place is ``pyproject.toml``::

    [project.urls]
    Repository = "https://github.com/you/course"

``python -m course_utils repository URL`` writes it there, and into the first cell of every lecture.
Until then, pages show no button that would lead nowhere.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...notebooks.files import NotebookError, find_notebooks, write_text
from ...notebooks.install import NOT_SET, set_address
from ..assets import PublishingError

_ADDRESS = re.compile(
    r"https://github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?"
    r"(?:/tree/(?P<branch>[\w./-]+?))?/?\Z"
)


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, from where Colab and Binder can open notebooks.

    Examples
    --------
    >>> repository = Repository.parse("https://github.com/me/course")
    >>> repository.colab("lectures/00_tensors.ipynb")
    'https://colab.research.google.com/github/me/course/blob/main/lectures/00_tensors.ipynb'
    """

    owner: str
    name: str
    branch: str = "main"

    @classmethod
    def parse(cls, address: str) -> Repository:
        """Read ``https://github.com/OWNER/NAME`` with or without ``/tree/BRANCH``.

        Raises
        ------
        PublishingError
            For any other address: Colab opens notebooks from GitHub only.
        """
        found = _ADDRESS.match(address.strip())
        if not found:
            raise PublishingError(
                f"'{address}' is no address that Colab and Binder can open. Write it as "
                "https://github.com/OWNER/NAME, with /tree/BRANCH if the branch is not main."
            )
        return cls(found["owner"], found["name"], found["branch"] or "main")

    @classmethod
    def of(cls, course: str | Path) -> Repository | None:
        """Look the address up in the ``pyproject.toml`` of a course's folder.

        Returns
        -------
        Repository or None
            None where no address has been set.
        """
        path = Path(course, "pyproject.toml")
        if not path.is_file():
            return None
        project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
        address = project.get("urls", {}).get("Repository")
        return cls.parse(address) if address else None

    @property
    def home(self) -> str:
        """The page of the repository."""
        return f"https://github.com/{self.owner}/{self.name}"

    @property
    def pip(self) -> str:
        """What follows ``git+`` where pip installs the package from the repository."""
        return self.home if self.branch == "main" else f"{self.home}@{self.branch}"

    @property
    def address(self) -> str:
        """The address as `parse` reads it."""
        return self.home if self.branch == "main" else f"{self.home}/tree/{self.branch}"

    def colab(self, notebook: str) -> str:
        """Address that opens a notebook (path from the course's folder) in Colab."""
        path = f"{self.owner}/{self.name}/blob/{self.branch}/{notebook}"
        return f"https://colab.research.google.com/github/{path}"

    def binder(self, notebook: str) -> str:
        """Address that opens a notebook in JupyterLab on Binder."""
        branch = self.branch.replace("/", "%2F")
        place = f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{branch}"
        return f"{place}?urlpath=lab/tree/{notebook}"


def launch_row(
    notebook: str, download: str, repository: Repository | None, *, installs: bool = True
) -> str:
    """Write the links below a page's title, as HTML.

    Parameters
    ----------
    notebook
        Path of the notebook from the course's folder.
    download
        Link to the notebook's copy within the book.
    repository
        Where the notebook can be opened from; None leaves only the download.
    installs
        Whether the notebook fetches the package by itself, without which it fails on Colab.
    """
    links = []
    if repository is not None:
        links += [("Open in Colab", repository.colab(notebook))] * installs
        links += [("Open in Binder", repository.binder(notebook))]
    links += [("Download the notebook", download)]
    items = " ".join(f'<a href="{address}">{text}</a>' for text, address in links)
    return f'<p class="launch">{items}</p>'


def main(argv: Sequence[str] | None = None) -> int:
    """Write the repository's address into ``pyproject.toml`` and every lecture.

    Parameters
    ----------
    argv
        The words after the command; those of this process where not given.

    Returns
    -------
    int
        The exit status: 0 all well, 1 something failed, 2 the command line makes no sense.
    """
    parser = argparse.ArgumentParser(
        prog="python -m course_utils repository",
        description="Set the address from which Colab and Binder open the lectures. Without one, "
        "bring the lectures up to date with pyproject.toml.",
    )
    parser.add_argument("address", nargs="?", help="https://github.com/OWNER/NAME[/tree/BRANCH]")
    parser.add_argument("--course", default=".", type=Path, help="the course's folder (this one)")
    try:
        options = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        if options.address:
            _write_address(options.course / "pyproject.toml", Repository.parse(options.address))
        repository = Repository.of(options.course)
        paths = find_notebooks([options.course / "lectures"])
        changed = set_address(repository.pip if repository else NOT_SET, paths)
    except (PublishingError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Address: {repository.address if repository else 'none yet'}")
    print(f"Lectures changed: {', '.join(path.name for path in changed) or 'none'}")
    return 0


def _write_address(path: Path, repository: Repository) -> None:
    """Change one line of ``pyproject.toml``, or add the table before the first ``[tool…]``."""
    if not path.is_file():
        raise PublishingError(f"There is no {path}: run this in the folder of the course.")
    text = path.read_text(encoding="utf-8")
    line = f'Repository = "{repository.address}"'
    if re.search(r"^\[project\.urls\]", text, re.MULTILINE):
        text, found = re.subn(r"^Repository = .*$", line, text, flags=re.MULTILINE)
        if not found:
            text = text.replace("[project.urls]", f"[project.urls]\n{line}", 1)
    else:
        place = text.find("\n[tool")
        place = len(text) if place < 0 else place + 1
        text = f"{text[:place]}[project.urls]\n{line}\n\n{text[place:]}"
    write_text(path, text)
