"""Pages of the API reference: one for each module, its public names from the source text.

The names are read, not imported: Sphinx imports them when it reads the docstrings.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]

# Modules in the order in which a reader meets them, and what to say of each.
_MODULES = {
    "runtime": "Seed and device",
    "datasets": "Data: tables, generated points, splits, batches",
    "models": "Models",
    "training": "Training and evaluation",
    "metrics": "Metrics",
    "activations": "Activation functions",
    "plotting": "Figures",
    "widgets": "Widgets",
    "questions": "Self-test questions",
    "checks": "Checked exercises",
}


@dataclass(frozen=True)
class Module:
    """A module, and the public names it has."""

    name: str
    title: str
    functions: list[str]
    classes: list[str]

    @property
    def rst(self) -> str:
        """The page, for Sphinx's autodoc."""
        lines = [self.title, "=" * len(self.title), ""]
        lines += [f".. automodule:: course_utils.{self.name}", "   :no-members:", ""]
        lines += [f".. currentmodule:: course_utils.{self.name}", ""]
        lines += [".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in (*self.functions, *self.classes)]
        lines += [""]
        for heading, kind, names in (
            ("Functions", "autofunction", self.functions),
            ("Classes", "autoclass", self.classes),
        ):
            if not names:
                continue
            lines += [heading, "-" * len(heading), ""]
            for name in names:
                lines += [f".. {kind}:: {name}"]
                lines += ["   :members:"] if kind == "autoclass" else []
                lines += [""]
        return "\n".join(lines)


def modules() -> list[Module]:
    """List the documented modules with what they offer; what is not written yet is left out."""
    found = []
    for name, title in _MODULES.items():
        path = PACKAGE / f"{name}.py"
        path = path if path.is_file() else PACKAGE / name / "__init__.py"
        if path.is_file():
            functions, classes = _public(path)
            found.append(Module(name, title, functions, classes))
    return found


def overview(documented: list[Module]) -> str:
    """Write the front page of the reference: which names a notebook imports, and from where."""
    exports = _exports()
    rows = []
    for module in documented:
        names = [name for name, home in exports.items() if home.split(".")[0] == module.name]
        more = len(module.functions) + len(module.classes) - len(names)
        links = " · ".join(f"{{py:obj}}`~course_utils.{module.name}.{name}`" for name in names)
        rest = f"{{doc}}`{more} more <{module.name}>`" if more > 0 else ""
        inner = " · ".join(filter(None, (links, rest)))
        rows += [f"[{module.title}]({module.name}.rst)\n: {inner}"]
    pages = "\n".join(module.name for module in documented)
    return (
        "# API reference\n\n"
        "`from course_utils import …` gives the names listed here one by one. What each module "
        "has besides is on its page; import it with the module's name: "
        "`from course_utils import plotting`.\n\n"
        "Shapes: features `X` are `(N, D)` float32; targets of regression and binary "
        "classification `(N, 1)` float32; classes `(N,)` int64. Classifiers return logits.\n\n"
        + "\n\n".join(rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"
    )


def _exports() -> dict[str, str]:
    """Read the table of public names of the package: name -> module."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_EXPORTS":
            table: dict[str, str] = ast.literal_eval(node.value or ast.Dict([], []))
            return table
    return {}


def _public(path: Path) -> tuple[list[str], list[str]]:
    """Find public functions and classes: those of ``__all__``, or all without an underscore."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = dict(_definitions(tree))
    if path.name == "__init__.py":
        for file in sorted(path.parent.glob("*.py")):
            inner = _definitions(ast.parse(file.read_text(encoding="utf-8")))
            kinds = {**dict(inner), **kinds}
    listed = _all(tree)
    names = sorted(kinds, key=str.lower) if listed is None else listed
    public = [name for name in names if not name.startswith("_") and name in kinds]
    functions = [name for name in public if kinds[name] == "function"]
    return functions, [name for name in public if kinds[name] == "class"]


def _definitions(tree: ast.Module) -> list[tuple[str, str]]:
    return [
        (node.name, "class" if isinstance(node, ast.ClassDef) else "function")
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]


def _all(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None
