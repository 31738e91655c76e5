"""How nbgrader reads a notebook, sends it through its steps, and writes it."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from traitlets import Bool

from .book import use_kept_gradebooks


class QuickExporter(NotebookExporter):
    """nbconvert's own, which validates once after all steps instead of after each.

    Made when autograding starts, it is also what has nbgrader keep its gradebook.
    """

    optimistic_validation = Bool(True, help="see nbconvert").tag(config=True)

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)  # type: ignore[no-untyped-call]
        if not use_kept_gradebooks():
            self.log.info(
                "This nbgrader opens its gradebook in a way of its own; that takes longer."
            )
