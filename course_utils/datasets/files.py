"""Find the bundled files, refuse changed ones, and read their columns."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course_utils.datasets.catalogue import TABLES, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DatasetError(RuntimeError):
    """A bundled file is missing, damaged or edited."""


def check_data_files() -> list[str]:
    """Check every bundled file; return one sentence for each that is missing or changed.

    Examples
    --------
    >>> check_data_files()
    []
    """
    problems = []
    for table in TABLES.values():
        if table.file is not None:
            try:
                read_checked(table)
            except DatasetError as error:
                problems.append(str(error))
    return problems


def data_dir() -> Path:
    """Return the folder of the CSV files: inside an installed package, or `data/` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


def read_checked(table: Table) -> bytes:
    """Read a file and refuse it unless it is the published one, byte by byte."""
    assert table.file is not None
    path = data_dir() / table.file
    if (path.parent.parent / ".git").exists():
        cure = f"Bring it back with: git restore data/{table.file}"
    else:
        cure = "Download or install the course again."
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"The data file {path} is missing. {cure}") from None
    except OSError as error:
        raise DatasetError(
            f"The data file {path} cannot be read ({error.strerror}). {cure}"
        ) from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise DatasetError(
            f"The data file {path} is not the published one: it was edited or damaged "
            f"(its sha256 differs; a spreadsheet that saved it is enough). {cure}"
        )
    return content


def read_csv(table: Table) -> tuple[NDArray[np.float64], list[str]]:
    """Return the numbers of a checked file, and its columns headed ``name (unit)``."""
    header, *rows = csv.reader(read_checked(table).decode("utf-8").splitlines())
    columns = [table.rename.get(column, column) for column in header]
    kept = [i for i, column in enumerate(columns) if column not in table.drop]
    values = np.array([[float(row[i]) for i in kept] for row in rows])
    return values, [columns[i] for i in kept]
