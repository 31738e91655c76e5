"""The address of the course's repository: written in one place, used by every launch button.

The place is ``pyproject.toml``::

    [project.urls]
    Repository = "https://github.com/you/course"

Until it is there, pages show no button that would lead nowhere.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

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

    def colab(self, notebook: str) -> str:
        """Address that opens a notebook (path from the course's folder) in Colab."""
        path = f"{self.owner}/{self.name}/blob/{self.branch}/{notebook}"
        return f"https://colab.research.google.com/github/{path}"

    def binder(self, notebook: str) -> str:
        """Address that opens a notebook in JupyterLab on Binder."""
        branch = self.branch.replace("/", "%2F")
        place = f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{branch}"
        return f"{place}?urlpath=lab/tree/{notebook}"


def launch_row(notebook: str, download: str, repository: Repository | None) -> str:
    """Write the links below a page's title, as HTML.

    Parameters
    ----------
    notebook
        Path of the notebook from the course's folder.
    download
        Link to the notebook's copy within the book.
    repository
        Where the notebook can be opened from; None leaves only the download.
    """
    links = []
    if repository is not None:
        links += [("Open in Colab", repository.colab(notebook))]
        links += [("Open in Binder", repository.binder(notebook))]
    links += [("Download the notebook", download)]
    items = " ".join(f'<a href="{address}">{text}</a>' for text, address in links)
    return f'<p class="launch">{items}</p>'
