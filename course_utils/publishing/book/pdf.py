"""The little of a PDF that we read: how many pages, and where its named places are.

Chromium writes the objects that hold structure as plain text (only the drawing is compressed), so
that no library is needed.
"""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)
_REFERENCE = re.compile(rb"(\d+) 0 R")
_PLACE = re.compile(rb"/([^\s/\[\]<>()]+)\s*\[\s*(\d+) 0 R\s*/XYZ")


def page_count(data: bytes) -> int:
    """Count the pages of a PDF that Chromium wrote."""
    return len(_page_objects(data))


def destinations(data: bytes) -> dict[str, int]:
    """Find the page of each named place that some link leads to.

    Returns
    -------
    dict
        Identifier of the place in the HTML -> page number, from 1.
    """
    number = {name: place for place, name in enumerate(_page_objects(data), 1)}
    found = {}
    for name, page in _PLACE.findall(data):
        if int(page) in number:
            found[_plain(name)] = number[int(page)]
    return found


def _page_objects(data: bytes) -> list[int]:
    """Numbers of the objects that are pages, in reading order: the tree of pages, walked."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    roots = [n for n, body in objects.items() if _is_tree(body) and b"/Parent" not in body]
    order: list[int] = []
    waiting = roots[:1]
    while waiting:
        number = waiting.pop(0)
        body = objects.get(number, b"")
        kids = re.search(rb"/Kids\s*\[([^\]]*)\]", body)
        if kids and _is_tree(body):
            waiting = [int(n) for n in _REFERENCE.findall(kids[1])] + waiting
        else:
            order.append(number)
    return order


def _is_tree(body: bytes) -> bool:
    return re.search(rb"/Type\s*/Pages\b", body) is not None


def _plain(name: bytes) -> str:
    """Undo the escapes of a PDF name: ``#2D`` is a hyphen."""
    text = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name)
    return text.decode("utf-8", errors="replace")
