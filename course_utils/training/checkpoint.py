"""Checkpoints: all that a training run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import torch

_OWN = ("epoch", "rng", "cuda_rng")


def save_checkpoint(path: str | Path, *, epoch: int, **parts: Any) -> None:
    """Write the state of a run to a file: the epoch, the given parts, and the random numbers.

    The file is written under another name first and then renamed. Whoever is interrupted
    meanwhile keeps the checkpoint before.

    Parameters
    ----------
    path
        Where to; an older checkpoint of that name is replaced. The folder must exist.
    epoch
        How many epochs are finished.
    **parts
        Name → model, optimizer, scheduler (anything with ``state_dict()``) or a
        ``torch.Generator``, such as the one that shuffles a DataLoader.

    Raises
    ------
    TypeError
        If a part has no state to save.
    ValueError
        If a part has one of the names ``epoch``, ``rng``, ``cuda_rng``.

    Examples
    --------
    >>> from torch import nn
    >>> model, folder = nn.Linear(2, 1), tempfile.mkdtemp()
    >>> save_checkpoint(Path(folder) / "run.pt", epoch=3, model=model)
    >>> load_checkpoint(Path(folder) / "run.pt", model=model)
    3

    Notes
    -----
    First written out in lecture 11.
    """
    _refuse_own_names(parts)
    state: dict[str, Any] = {name: _state_of(name, part) for name, part in parts.items()}
    state |= {"epoch": epoch, "rng": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda_rng"] = torch.cuda.get_rng_state_all()
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())  # on the disk, before the name says so
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load_checkpoint(path: str | Path, **parts: Any) -> int:
    """Bring the parts of a run, and the random numbers, back to where `save_checkpoint` was.

    Parameters
    ----------
    path
        The file. It is read with ``weights_only=True``: tensors and numbers, no code.
    **parts
        The parts under the names under which they were saved, all of them.

    Returns
    -------
    int
        How many epochs were finished.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the checkpoint holds other parts than those given: a run that goes on without its
        optimizer's state is another run.

    Examples
    --------
    >>> from torch import nn
    >>> model, folder = nn.Linear(2, 1), tempfile.mkdtemp()
    >>> save_checkpoint(Path(folder) / "run.pt", epoch=3, model=model)
    >>> load_checkpoint(Path(folder) / "run.pt", net=model)
    Traceback (most recent call last):
        ...
    ValueError: the checkpoint holds model, you gave net: load what was saved, by its names.

    Notes
    -----
    First written out in lecture 11.
    """
    _refuse_own_names(parts)
    state = torch.load(path, map_location="cpu", weights_only=True)
    held = sorted(set(state) - set(_OWN))
    if held != sorted(parts):
        raise ValueError(
            f"the checkpoint holds {', '.join(held) or 'no parts'}, you gave "
            f"{', '.join(sorted(parts)) or 'none'}: load what was saved, by its names."
        )
    for name, part in parts.items():
        if isinstance(part, torch.Generator):
            part.set_state(state[name])
        else:
            part.load_state_dict(state[name])
    torch.set_rng_state(state["rng"])
    if "cuda_rng" in state and torch.cuda.device_count() == len(state["cuda_rng"]):
        torch.cuda.set_rng_state_all(state["cuda_rng"])
    return int(state["epoch"])


def _state_of(name: str, part: Any) -> Any:
    if isinstance(part, torch.Generator):
        return part.get_state()
    if not callable(getattr(part, "state_dict", None)):
        raise TypeError(
            f"{name} is a {type(part).__name__}, which has no state_dict(). Give the model, the "
            "optimizer, the scheduler, or the generator of the DataLoader."
        )
    return part.state_dict()


def _refuse_own_names(parts: dict[str, Any]) -> None:
    taken = sorted(set(parts) & set(_OWN))
    if taken:
        raise ValueError(f"the name {taken[0]!r} is used by the checkpoint itself; take another.")
