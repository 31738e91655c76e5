"""Start once, before any fork, what torch starts at its first use."""

from __future__ import annotations

import torch


def warm_up() -> None:
    """Use what checks and students use, so that no fork has to start it for itself."""
    torch.set_num_threads(1)  # with more, a fork hangs at its first matrix product
    torch.nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 4, 4)).sum().backward()
    torch.linalg.lstsq(torch.ones(3, 1), torch.ones(3, 1))
    weight = torch.zeros(2, 1, requires_grad=True)
    for optimizer in (torch.optim.SGD([weight], lr=0.1), torch.optim.Adam([weight], lr=0.1)):
        (torch.ones(3, 2) @ weight - 1).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
