"""Data in any form that `fit` accepts, as batches on the right device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset
from torch.utils.data import Dataset as TorchDataset

from .guards import check_data

EVALUATION_NUMBERS = 2**22  # inputs in one forward pass of an evaluation: 16 MB of float32


class Source:
    """Training or validation data in any accepted form, as batches on the right device."""

    def __init__(
        self,
        data: Any,
        model: nn.Module,
        role: str,
        device: torch.device | str | None,
        *,
        batch_size: int | None = None,
        seed: int = 0,
    ) -> None:
        self.role = role
        self.checked = False
        self.batch_size = batch_size
        self.generator = torch.Generator().manual_seed(seed)
        first = next(model.parameters(), None)
        own = first.device if first is not None else torch.device("cpu")
        self.device = torch.device(device) if device is not None else own
        self.tensors: tuple[Tensor, Tensor] | None = None
        self.loader: Iterable[tuple[Tensor, Tensor]] | None = None
        pair = _as_pair(data)
        if pair is not None:
            X, y = pair
            check_data(X, y, model, role=role, device=None if device is None else self.device)
            self.tensors = X.to(self.device), y.to(self.device)
        elif isinstance(data, DataLoader):
            self.loader = data
        elif isinstance(data, TorchDataset):
            size = batch_size or len(data)  # type: ignore[arg-type]
            self.loader = DataLoader(
                data, size, shuffle=batch_size is not None, generator=self.generator
            )
        else:
            raise TypeError(
                f"the {role} data are a {type(data).__name__}; give (X, y), a dataset, or a "
                "DataLoader."
            )
        self.model = model

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        if self.tensors is None:
            return self._from_loader()
        X, y = self.tensors
        if self.batch_size is None:
            return iter([(X, y)])
        order = self._order(len(X))
        batches = X[order].split(self.batch_size), y[order].split(self.batch_size)
        return zip(*batches, strict=True)

    def chunks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """In order, as large as memory allows: nothing is learned, so nothing is shuffled."""
        if self.tensors is None:
            return self._from_loader()
        X, y = self.tensors
        rows = max(1, EVALUATION_NUMBERS // max(1, X[0].numel()))
        return zip(X.split(rows), y.split(rows), strict=True)

    def targets(self, y: Tensor) -> Tensor:
        """All targets where they are known, else those of the batch at hand."""
        return y if self.tensors is None else self.tensors[1]

    def _order(self, n: int) -> Tensor:
        # A DataLoader draws one number for its workers before its sampler draws the order.
        # Doing the same keeps `fit` bit-equal to a loop over `batches(X, y, seed=seed)`.
        torch.empty((), dtype=torch.int64).random_(generator=self.generator)
        order = list(RandomSampler(range(n), generator=self.generator))
        return torch.tensor(order, device=self.device)

    def _from_loader(self) -> Iterator[tuple[Tensor, Tensor]]:
        assert self.loader is not None
        empty = True
        for batch in self.loader:
            if not isinstance(batch, (tuple, list)) or len(batch) != 2:
                raise TypeError(f"a batch of the {self.role} data must be a pair (X, y).")
            X, y = batch
            if not self.checked:
                check_data(X, y, self.model, role=self.role, device=self.device)
            empty = False
            yield X.to(self.device, non_blocking=True), y.to(self.device, non_blocking=True)
        if empty:
            raise ValueError(f"the {self.role} DataLoader gave no batch: its dataset is empty.")


def _as_pair(data: Any) -> tuple[Any, Any] | None:
    """Return (X, y) where `data` holds whole tensors, None where it makes batches itself."""
    if isinstance(data, (tuple, list)):
        if len(data) != 2:
            raise TypeError(
                f"data given as a tuple must be (X, y); this one has {len(data)} parts."
            )
        return data[0], data[1]
    if hasattr(data, "X") and hasattr(data, "y"):
        return data.X, data.y
    if isinstance(data, TensorDataset) and len(data.tensors) == 2:
        return data.tensors[0], data.tensors[1]
    return None
