"""Build, train and watch a small network in the browser.

``python -m course_utils playground`` opens it as an app of its own; in a notebook::

    from course_utils.playground import playground

    playground(data="spirals", hidden=(8, 8))

The training is a plain-Python `Session`, equal to `fit` number by number; the page only draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .session import Session
from .settings import Settings, SettingsError

if TYPE_CHECKING:
    from .widget import Playground

__all__ = ["Session", "Settings", "SettingsError", "playground"]


def playground(**settings: Any) -> Playground:
    """Return the playground as a widget, ready to be shown by a notebook.

    Parameters
    ----------
    **settings
        Names and values of `Settings`; the defaults where left away.

    Raises
    ------
    SettingsError
        With one sentence that says what is wrong with which setting.

    Examples
    --------
    >>> playground(data="xor", hidden=(4,))
    Playground(data='xor', hidden=(4,))
    """
    from .widget import Playground

    return Playground(Settings(**settings))
