"""What a training run leaves behind: one row of plain numbers for each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, float]


class History:
    """The rows of a training run, read by column or by row.

    Attributes
    ----------
    rows : list of dict
        One for each finished epoch: ``"epoch"`` (from 1), ``"loss"``, the metrics, and
        ``"val_…"`` for each of them where validation data were given.
    step_losses : list of float
        The loss of every update, measured just before it.
    stopped : str or None
        Why the run ended before its last epoch; None where it did not.

    Examples
    --------
    >>> history = History()
    >>> history.append({"epoch": 1, "loss": 0.7})
    >>> history.append({"epoch": 2, "loss": 0.4})
    >>> history["loss"]
    [0.7, 0.4]
    >>> history[-1]
    {'epoch': 2, 'loss': 0.4}
    >>> len(history)
    2
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.step_losses: list[float] = []
        self.stopped: str | None = None

    def append(self, row: Row) -> None:
        """Add the row of one epoch."""
        self.rows.append(row)

    def keys(self) -> list[str]:
        """Return the names of the columns, in the order in which they first appeared."""
        return list(dict.fromkeys(key for row in self.rows for key in row))

    def best(self, key: str = "val_loss", *, largest: bool = False) -> Row:
        """Return the row with the smallest value of `key` (the largest on request).

        Examples
        --------
        >>> history = History()
        >>> history.append({"epoch": 1, "loss": 0.7})
        >>> history.append({"epoch": 2, "loss": 0.4})
        >>> history.best("loss")["epoch"]
        2
        """
        values = [value for value in self[key] if value == value]  # NaN is equal to nothing
        if not values:
            raise ValueError(f"the column {key!r} holds no number that could be the best.")
        wanted = max(values) if largest else min(values)
        return self.rows[self[key].index(wanted)]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, indexed by epoch."""
        import pandas as pd

        frame = pd.DataFrame(self.rows, columns=self.keys() or ["epoch", "loss"])
        return frame.astype({"epoch": int}).set_index("epoch")

    @overload
    def __getitem__(self, key: str) -> list[float]: ...

    @overload
    def __getitem__(self, key: int) -> Row: ...

    def __getitem__(self, key: str | int) -> list[float] | Row:
        if isinstance(key, str):
            if key not in self.keys():
                raise KeyError(f"no column {key!r} in this history; there are {self.keys()}.")
            return [row.get(key, float("nan")) for row in self.rows]
        return self.rows[key]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        last = ", ".join(f"{key}={value:.4g}" for key, value in self.rows[-1:] and self[-1].items())
        ended = f"; stopped: {self.stopped}" if self.stopped else ""
        return f"History({len(self)} epochs{'; last: ' + last if last else ''}{ended})"
