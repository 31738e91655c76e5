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

_IMAGES = """\
## Images, drawn or fetched

No file here. `make_images(n, seed=0)` draws colour images of 32x32 pixels in ten classes: disc,
ring, square, frame, triangle, plus, cross, and three textures in a round window, stripes, checks
and dots. Place, size, colours, direction and period are drawn anew for each image, so that no
single pixel tells the class; the same seed gives the same images everywhere. Nobody is in them,
and they are free to use. Do not conclude how well a model reads photographs: there is one clean
shape in each image, never covered, and always upright.

`fetch_images("mnist")` and `fetch_images("cifar10")` download MNIST (Y. LeCun, C. Cortes and
C. Burges) and CIFAR-10 (A. Krizhevsky, V. Nair and G. Hinton) from OpenML, if you have a network:
optional, cached by scikit-learn, compared with the md5 that OpenML publishes. No lecture needs
them. Their terms are those of their owners: see their pages at OpenML.
"""


def data_readme() -> str:
    """Return the text of ``data/README.md``.

    Examples
    --------
    >>> data_readme().splitlines()[0]
    "# The course's tables"
    """
    tables = (_section(name, table) for name, table in TABLES.items())
    return "\n".join([_INTRODUCTION, *tables, _IMAGES])


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
