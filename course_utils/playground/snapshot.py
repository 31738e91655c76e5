"""What the page draws: surfaces of the network and of its units, as small arrays of bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .choices import FEATURES
from .data import compute_features
from .session import Session, hidden_outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

SURFACE = 50  # points along each side of the output's surface
THUMBNAIL = 25  # and of a unit's: every second one of them


@dataclass(frozen=True)
class Snapshot:
    """A network at one moment.

    Attributes
    ----------
    surface : uint8, shape (1 or K, 50, 50)
        Probability of class 1, or of each class, times 255; row 0 is the top of the picture.
    units : uint8, shape (hidden units, 25, 25)
        Output of each hidden unit, layer by layer: 128 is zero, 0 and 255 are its largest size.
    weights : float32
        For each layer its weights (rows are units) and then its biases, one after the other.
    grad_norms : float32, shape (layers,)
        Norm of each layer's last gradient.
    """

    surface: NDArray[np.uint8]
    units: NDArray[np.uint8]
    weights: NDArray[np.float32]
    grad_norms: NDArray[np.float32]


class Grid:
    """Points that cover the plane of a session, and the network's outputs there.

    Parameters
    ----------
    session
        Its points decide the corners: all of them lie inside.

    Attributes
    ----------
    extent
        Left, right, bottom, top.
    """

    def __init__(self, session: Session) -> None:
        points = torch.cat([session.plane.train[0], session.plane.val[0]])
        low, high = points.amin(dim=0), points.amax(dim=0)
        low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
        self.extent = (low[0].item(), high[0].item(), low[1].item(), high[1].item())
        across = torch.linspace(self.extent[0], self.extent[1], SURFACE)
        down = torch.linspace(self.extent[3], self.extent[2], SURFACE)
        x2, x1 = torch.meshgrid(down, across, indexing="ij")
        self.points = torch.stack([x1.flatten(), x2.flatten()], dim=1)
        self.inputs = compute_features(self.points, session.settings.features)

    def snapshot(self, session: Session) -> Snapshot:
        """Evaluate the session's network on the grid."""
        hidden, logits = hidden_outputs(session.model, self.inputs)
        chances = torch.sigmoid(logits) if logits.shape[1] == 1 else torch.softmax(logits, dim=1)
        surface = (torch.nan_to_num(chances, nan=0.5) * 255).round().to(torch.uint8)
        units = torch.cat(hidden, dim=1) if hidden else logits[:, :0]
        parts = [part.detach().flatten() for part in session.model.parameters()]
        return Snapshot(
            surface.T.reshape(-1, SURFACE, SURFACE).contiguous().numpy(),
            thumbnails(units),
            torch.cat(parts).numpy(),
            np.array(session.grad_norms, dtype=np.float32),
        )

    def feature_thumbnails(self) -> NDArray[np.uint8]:
        """Return the surfaces of all features that can be chosen, (features, 25, 25)."""
        return thumbnails(compute_features(self.points, tuple(FEATURES)))


def thumbnails(values: Tensor) -> NDArray[np.uint8]:
    """Turn outputs on the grid, (2500, units), into pictures (units, 25, 25) with 128 for zero.

    Examples
    --------
    >>> dead = thumbnails(torch.zeros(2500, 1))
    >>> dead.shape, int(dead.min()), int(dead.max())
    ((1, 25, 25), 128, 128)
    """
    small = values.T.reshape(-1, SURFACE, SURFACE)[:, ::2, ::2]
    small = torch.nan_to_num(small, nan=0.0, posinf=0.0, neginf=0.0)
    largest = small.abs().amax(dim=(1, 2), keepdim=True).clamp_min(1e-12)
    pictures: NDArray[np.uint8] = (small / largest * 127 + 128).round().to(torch.uint8).numpy()
    return pictures
