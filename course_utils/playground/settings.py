"""The settings of a run: checked, frozen, and short enough to travel in a link."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from .choices import (
    ACTIVATIONS,
    DATA,
    FEATURES,
    MOST_LAYERS,
    MOST_UNITS,
    OPTIMIZERS,
    PENALTIES,
    TABLES,
)


class SettingsError(ValueError):
    """A setting that makes no sense; the message is one sentence for the page."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes; equal settings give equal numbers.

    Attributes
    ----------
    data
        A kind of `make_points`, ``"wine"`` or ``"diabetes"``.
    n
        Points to draw, 40 to 1000; tables are taken whole.
    noise
        Times the usual noise of the kind, 0 to 6; tables have their own.
    train
        Percent of the points to train on, 10 to 90; the rest validates.
    columns
        For tables: ``"pca"`` (two principal components), or two features joined by ``"+"``.
    features
        What the network is given: keys of `FEATURES`.
    hidden
        Units in each hidden layer: none to six layers of 1 to 10.
    activation, optimizer, penalty
        Keys of the tables in `choices`.
    lr
        The learning rate η, above 0 and at most 100.
    strength
        Of the penalty: factor for L1, L2 (0 to 10), probability for dropout (0 to 0.9).
    batch
        Rows for each update; 0 takes all rows at once.
    seed
        Of the points, the split, the first weights and the order of the batches.

    Examples
    --------
    >>> Settings(hidden=(4,)).query()
    'hidden=4'
    >>> Settings.from_query("data=xor&hidden=&lr=0.3")
    Settings(data='xor', hidden=(), lr=0.3)
    """

    data: str = "circles"
    n: int = 400
    noise: float = 2.0
    train: int = 60
    columns: str = "pca"
    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (8, 8)
    activation: str = "relu"
    optimizer: str = "adam"
    lr: float = 0.01
    penalty: str = "none"
    strength: float = 0.0
    batch: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("data", "data set", self.data, DATA)
        _between("n", "the number of points", self.n, 40, 1000)
        _between("noise", "the noise", self.noise, 0, 6)
        _between("train", "the training share in percent", self.train, 10, 90)
        _check_columns(self.data, self.columns)
        _check_features(self.features)
        _check_hidden(self.hidden)
        _one_of("activation", "activation", self.activation, ACTIVATIONS)
        _one_of("optimizer", "optimizer", self.optimizer, OPTIMIZERS)
        if not 0 < self.lr <= 100:
            raise SettingsError(
                "lr", f"The learning rate must be above 0 and at most 100, not {self.lr:g}."
            )
        _one_of("penalty", "regularisation", self.penalty, PENALTIES)
        largest = {"none": math.inf, "dropout": 0.9}.get(self.penalty, 10)
        _between(
            "strength", f"the strength of {PENALTIES[self.penalty]}", self.strength, 0, largest
        )
        _between("batch", "the batch size (0 for all rows at once)", self.batch, 0, 1000)
        _between("seed", "the seed", self.seed, 0, 2**32 - 1)

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{k}={v!r}' for k, v in self._changed().items())})"

    def query(self) -> str:
        """Return what differs from the defaults, for the end of a link."""
        return "&".join(f"{name}={_written(value)}" for name, value in self._changed().items())

    def _changed(self) -> dict[str, Any]:
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as plain numbers, texts and tuples."""
        return asdict(self)

    @classmethod
    def from_query(cls, query: str) -> Settings:
        """Read settings from the end of a link; what is not there has its default.

        Raises
        ------
        SettingsError
            For a name or a value that no playground wrote.
        """
        return cls.from_mapping(dict(parse_qsl(query.lstrip("#?"), keep_blank_values=True)))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], base: Settings | None = None) -> Settings:
        """Read settings from texts or numbers, as a page or a link holds them.

        Parameters
        ----------
        values
            Name → value; a list may be a text with commas.
        base
            Where the settings come from that are not named; the defaults where None.

        Raises
        ------
        SettingsError
            With one sentence that says what was given and what is wanted.
        """
        read: dict[str, Any] = {}
        known = {each.name: each.default for each in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise SettingsError(name, f"There is no setting '{name}'.")
            read[name] = _read(name, value, known[name])
        return replace(base or cls(), **read)


def _read(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else list(value)
        parts = [part for part in parts if part != ""]
        return tuple(_number(name, p, int) for p in parts) if name == "hidden" else tuple(parts)
    if isinstance(default, str):
        return str(value)
    return _number(name, value, type(default))


def _number(name: str, value: Any, kind: type[int] | type[float]) -> int | float:
    try:
        number = float(value)
        if math.isfinite(number) and (kind is float or number == int(number)):
            return kind(number)
    except (TypeError, ValueError):
        pass
    wanted = "a whole number" if kind is int else "a number"
    raise SettingsError(name, f"{_NAMES.get(name, name)} must be {wanted}, not '{value}'.")


_NAMES = {
    "n": "The number of points",
    "noise": "The noise",
    "train": "The training share",
    "hidden": "The number of units",
    "lr": "The learning rate",
    "strength": "The strength",
    "batch": "The batch size",
    "seed": "The seed",
}


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return (
        f"{value:g}"
        if isinstance(value, float) and float(f"{value:g}") == value
        else quote(str(value), safe="+").replace("+", "%2B")
    )


def _one_of(name: str, what: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise SettingsError(name, f"There is no {what} '{value}'; choose {', '.join(known)}.")


def _between(name: str, what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        limits = f"{low:g} or more" if high == math.inf else f"from {low:g} to {high:.10g}"
        raise SettingsError(name, f"{what[0].upper()}{what[1:]} must be {limits}, not {value:g}.")


def _check_columns(data: str, columns: str) -> None:
    if data not in TABLES or columns == "pca":
        return
    names = columns.split("+")
    if len(names) != 2 or names[0] == names[1]:
        raise SettingsError("columns", "Choose two different features for the two axes.")


def _check_features(features: tuple[str, ...]) -> None:
    if not features:
        raise SettingsError("features", "Switch on at least one input: there is nothing to see.")
    for feature in features:
        _one_of("features", "input", feature, FEATURES)


def _check_hidden(hidden: tuple[int, ...]) -> None:
    if len(hidden) > MOST_LAYERS:
        raise SettingsError("hidden", f"{len(hidden)} hidden layers do not fit; {MOST_LAYERS} do.")
    for units in hidden:
        _between("hidden", "the number of units in a layer", units, 1, MOST_UNITS)
