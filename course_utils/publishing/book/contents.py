"""The page of contents: Sphinx knows the sections once it has read every page."""

from __future__ import annotations

from typing import Any

from .course import Chapter

PAGE = "contents"


class ContentsPage:
    """Writes the list of sections into the page ``contents`` when Sphinx resolves it.

    Parameters
    ----------
    chapters
        What to list, in order.
    """

    def __init__(self, chapters: list[Chapter]) -> None:
        self.chapters = chapters

    def __call__(self, app: Any, doctree: Any, docname: str) -> None:
        """Sphinx calls this at its event ``doctree-resolved``."""
        if docname != PAGE:
            return
        from docutils import nodes  # type: ignore[import-untyped]

        section = next(iter(doctree.findall(nodes.section)))
        for chapter in self.chapters:
            toc = app.env.tocs[chapter.page]
            first, *inner = list(toc.findall(nodes.reference))
            part = nodes.section(ids=[f"part-{chapter.page.replace('/', '-')}"])
            title = nodes.title()
            title += self._link(app, first, chapter.page)
            part += title
            # Of the table of a page: its title, then the list of its sections.
            items = [ref for ref in inner if _depth(ref) == 2]
            listing = nodes.bullet_list()
            for reference in items:
                paragraph = nodes.paragraph()
                paragraph += self._link(app, reference, chapter.page)
                item = nodes.list_item()
                item += paragraph
                listing += item
            part += listing
            section += part

    def _link(self, app: Any, reference: Any, page: str) -> Any:
        from docutils import nodes

        address = app.builder.get_relative_uri(PAGE, page) + reference.get("anchorname", "")
        link = nodes.reference(refuri=address, internal=True)
        link += [child.deepcopy() for child in reference.children]
        return link


def _depth(node: Any) -> int:
    """How many lists a node lies in."""
    from docutils import nodes

    depth = 0
    while node is not None:
        depth += isinstance(node, nodes.bullet_list)
        node = node.parent
    return depth
