"""A student's names as a check sees them: data is copied, everything else is used from afar."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ..checks import Failure
from .objects import MARK
from .session import Session

_SECONDS = 10.0  # for one use


class RemoteError(Exception):
    """Something that is no exception of Python's own went wrong in the student's process."""


class RemoteObject:
    """A function, class, or instance in a submission's process.

    It can be called, its attributes read and set, its items and length asked for; it cannot be
    taken for one of this process: nothing of its code ever runs here.
    """

    def __init__(self, names: Names, number: int, kind: str, name: str = "") -> None:
        self.__dict__.update(_names=names, _number=number, _kind=kind, course_name=name)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call it there; what it raises there is raised here."""
        return self._names.use("call", [self, list(arguments), keywords])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # Python itself asks for these, before it tries the type's
        return self._names.use("attribute", [self, name])

    def __setattr__(self, name: str, value: Any) -> None:
        self._names.use("set", [self, name, value])

    def __getitem__(self, key: Any) -> Any:
        return self._names.use("item", [self, key])

    def __len__(self) -> int:
        return int(self._names.use("length", [self]))

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._names.use("list", [self]))

    def __repr__(self) -> str:
        return f"<{self._kind} of the submission>"


class Names:
    """The names of a submission, for the checks that use them.

    Parameters
    ----------
    session
        The submission's.
    checks
        Sources of all checks: what they speak of is asked for in one go. Functions and other
        objects are asked for once; data, which may change, again for each check.
    """

    def __init__(self, session: Session, checks: Iterable[str] = ()) -> None:
        self.session = session
        self.last: Failure | None = None
        self._all = {name for source in checks for name in _names_in(source)}
        self._objects: dict[str, RemoteObject] = {}
        self._era = 0  # of the process that holds them

    def used_in(self, source: str, unless: set[str]) -> dict[str, Any]:
        """Fetch what a check speaks of.

        Parameters
        ----------
        source
            Of the check.
        unless
            Names that are known already.

        Returns
        -------
        dict
            Those names that the submission has.
        """
        wanted = [name for name in _names_in(source) if name not in unless]
        if not self.session.is_in(self._era):
            self._objects.clear()
        asked = set(wanted) - set(self._objects)
        if not asked:
            return {name: self._objects[name] for name in wanted}
        if not self._objects:
            asked |= self._all - unless
        found = self.use("look", [sorted(asked)])
        self._era = self.session.started
        for name, value in found.items():
            if isinstance(value, RemoteObject):
                value.__dict__["course_name"] = name
                self._objects[name] = value
        found = self._objects | found
        return {name: found[name] for name in wanted if name in found}

    def use(self, how: str, arguments: list[Any]) -> Any:
        """Do one thing with an object there; raise here what was raised there."""
        outcome = self.session.object(how, [_sent(each) for each in arguments], _SECONDS)
        self.last = outcome.failure
        if outcome.status == "raised" and outcome.failure is not None:
            raise _error(outcome.failure)
        if outcome.status == "too slow":
            raise TimeoutError(f"not done after {_SECONDS:g} s")
        if outcome.status == "blank":
            raise RemoteError("Not done yet.")
        if outcome.status != "returned":
            raise RemoteError(outcome.detail or outcome.status)
        return self._received(outcome.value)

    def say(self, error: BaseException, *, hidden: bool) -> str:
        """Put a failed check into words for the student; nothing of the check itself is told.

        Parameters
        ----------
        error
            What the check raised.
        hidden
            Whether a hidden test did: then not even texts of exceptions, which may hold inputs.
        """
        failure, self.last = self.last, None
        if failure is not None and type(error).__name__ in (failure.type, "RemoteError"):
            line = f", in your line {failure.number}: `{failure.line}`" if failure.line else ""
            text = "" if hidden else failure.text
            return f"It raises {failure.type}{line}. {text}".strip()
        if isinstance(error, (TimeoutError, RemoteError)):
            return str(error)
        if hidden and not isinstance(error, NameError):
            return "A hidden test fails."
        if isinstance(error, NameError):
            broken = self.session.failures
            first = next(iter(broken.items()), None)
            if first is None:
                return f"{error}: is the cell there?"
            cell, why = first
            line = f" at `{why.line}`" if why.line else ""
            return f"Cell {cell!r} does not run: {why.type}{line}. {why.text}".strip()
        told = str(error) if isinstance(error, AssertionError) else ""
        return f"A test fails. {told}".strip()

    def _received(self, value: Any) -> Any:
        if isinstance(value, dict):
            if MARK in value and type(value[MARK]) is int:
                return RemoteObject(self, value[MARK], str(value.get("type"))[:100])
            return {key: self._received(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._received(item) for item in value)
        return value


def _sent(value: Any) -> Any:
    if isinstance(value, RemoteObject):
        return {MARK: value._number}
    if isinstance(value, dict):
        return {str(key): _sent(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_sent(item) for item in value)
    return value


def _error(failure: Failure) -> BaseException:
    """Make an exception of the type that was raised there, where Python itself has that type."""
    kind = getattr(builtins, failure.type, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(failure.text)
        except TypeError:  # needs more than a text
            pass
    return RemoteError(f"{failure.type}: {failure.text}")


@cache
def _names_in(source: str) -> list[str]:
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return sorted(names - set(dir(builtins)) - {"check"})
