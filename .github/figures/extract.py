"""Take the pictures of README.md out of the executed lectures: ``make figures``.

So the front page shows what the lectures draw, and nobody draws anything twice. With ``--check``
nothing is written: the exit status tells whether the pictures are those of the lectures.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LECTURES = HERE.parents[1] / "lectures"

# Picture: the lecture that draws it, and how its alt text begins.
FIGURES = {
    "surfaces.png": ("02_gradient_descent_backpropagation.ipynb", "Four surfaces"),
    "reset.png": ("01_linear_regression.ipynb", "Two loss curves over 60 epochs"),
    "wine.png": ("03_logistic_regression.ipynb", "130 wines by proline and alcohol"),
    "patches.png": ("10_convolutional_networks.ipynb", "Five rows of eight patches"),
}


def find_figure(notebook: Path, beginning: str) -> tuple[bytes, str]:
    """Return the one PNG in `notebook` whose alt text begins so, and the whole alt text."""
    found = [
        (base64.b64decode(output["data"]["image/png"]), alt)
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if (alt := output.get("metadata", {}).get("image/png", {}).get("alt", ""))
        and alt.startswith(beginning)
    ]
    if len(found) != 1:
        sys.exit(
            f"{notebook.name} has {len(found)} figures whose alt text begins with {beginning!r}, "
            "one is needed: mend the list in .github/figures/extract.py."
        )
    return found[0]


def main() -> int:
    """Write every picture, or only compare; 1 if a compared one differs."""
    differ = []
    for name, (lecture, beginning) in FIGURES.items():
        picture, alt = find_figure(LECTURES / lecture, beginning)
        target = HERE / name
        if "--check" not in sys.argv:
            target.write_bytes(picture)
            print(f"{name}  ![{alt}](.github/figures/{name})")
        elif not target.is_file() or target.read_bytes() != picture:
            differ.append(name)
    if differ:
        print(f"{', '.join(differ)}: not the lectures' pictures any more. Run: make figures")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
