"""Write ``data/README.md`` from the catalogue: ``python -m course_utils.datasets.readme``."""

from __future__ import annotations

from course_utils.datasets.catalogue import TABLES, Table
from course_utils.datasets.files import data_dir
from course_utils.datasets.tables import load_dataset

_INTRODUCTION = """\
# The course's tables

Load one with `load_dataset("name")`. No network is needed. Each file is compared with the
sha256 below when it is loaded; a table that was edited is refused, since the lectures' numbers
would no longer hold (to work with your own version, copy it under another name and read it with
pandas). A column is headed `name (unit)`; names without parentheses have no unit. Numbers are
float32 once loaded.

This page is written by `python -m course_utils.datasets.readme` from
`course_utils/datasets/catalogue.py`: edit that, not this.
"""


def data_readme() -> str:
    """Return the text of ``data/README.md``.

    Examples
    --------
    >>> data_readme().splitlines()[0]
    "# The course's tables"
    """
    return "\n".join([_INTRODUCTION, *(_section(name, table) for name, table in TABLES.items())])


def _section(name: str, table: Table) -> str:
    dataset = load_dataset(name)
    columns = [dataset.label(feature) for feature in dataset.feature_names]
    if len(columns) > 13:
        columns = [columns[0], "…", columns[-1]]
    rows = [("Rows", str(len(dataset))), ("Features", "; ".join(columns))]
    target = f"{dataset.target_name}: " if dataset.class_names else dataset.label(table.target)
    target += ", ".join(f"{k} = {label}" for k, label in enumerate(dataset.class_names or ()))
    rows.append(("Target", target))
    if table.file is None:
        rows.append(("File", "none here: scikit-learn carries it"))
    else:
        rows += [("File", f"`{table.file}`"), ("sha256", f"`{table.sha256}`")]
    rows += table.card.lines()
    rows += [(f"Variant {key}", note) for key, note in table.variants.items()]
    return "\n".join([f"## {name}", "", *(f"- **{head}:** {text}" for head, text in rows), ""])


if __name__ == "__main__":
    (data_dir() / "README.md").write_text(data_readme(), encoding="utf-8", newline="\n")
