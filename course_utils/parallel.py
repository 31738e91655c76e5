r"""Train one model on several processes at once; lecture 11 reads this script line by line.

On this machine, two processes, each with half of every batch::

    torchrun --nproc-per-node 2 -m course_utils.parallel --batch-size 100

On a machine with 4 GPUs: ``--nproc-per-node 4``, nothing else. On two such machines, on both::

    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint first-host:29500 \
        -m course_utils.parallel --batch-size 800
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from course_utils.datasets import make_images
from course_utils.models import ConvNet
from course_utils.runtime import seed_everything


def main() -> None:
    """Run one of the processes that torchrun starts; it tells each which one it is."""
    options = read_options()
    device, backend = choose_device()
    dist.init_process_group(backend)
    try:
        model, dataset = build(options.samples)
        wrapped = DistributedDataParallel(model.to(device))
        result = train(wrapped, dataset, options.batch_size, options.epochs, options.lr, device)
        result["all_reduce"] = time_all_reduce(device)
        if dist.get_rank() == 0 and options.save:  # one writer, or they overwrite each other
            save(result | {"model": model.state_dict()}, options.save)
    finally:
        dist.destroy_process_group()


def choose_device() -> tuple[torch.device, str]:
    """Return this process's own GPU and "nccl" where each can have one; else the CPU and "gloo"."""
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    if torch.cuda.device_count() >= int(os.environ.get("LOCAL_WORLD_SIZE", "1")):
        torch.cuda.set_device(local_rank)
        return torch.device("cuda", local_rank), "nccl"
    return torch.device("cpu"), "gloo"


def build(samples: int) -> tuple[nn.Module, Dataset[Any]]:
    """Return the same untrained model and the same data in every process."""
    X, y = make_images(samples, seed=0)
    seed_everything(0)
    return ConvNet(3, 10), TensorDataset((X - 0.5) / 0.25, y)


def train(
    model: nn.Module,
    dataset: Dataset[Any],
    batch_size: int,
    epochs: int,
    lr: float,
    device: torch.device | str = "cpu",
) -> dict[str, Any]:
    """Train on this process's share of every batch; alone, on all of it.

    Parameters
    ----------
    model
        Wrapped in DistributedDataParallel where there are several processes.
    dataset
        The whole of it, the same in every process.
    batch_size
        Samples for each update, over all processes; a multiple of their number.
    epochs, lr, device
        As usual.

    Returns
    -------
    dict
        ``losses`` (epoch by epoch, over all processes), ``seconds`` (likewise, by this
        process's clock) and ``processes``.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    if batch_size % world:
        raise ValueError(f"{world} processes cannot share batches of {batch_size} equally.")
    sampler: DistributedSampler[Any] = DistributedSampler(dataset, world, rank, seed=0)
    loader = DataLoader(dataset, batch_size // world, sampler=sampler)
    sgd = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses, seconds = [], []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)  # or every epoch has the order of the first
        start, total = time.perf_counter(), torch.zeros(2, device=device)
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            loss = nn.functional.cross_entropy(model(X), y)
            sgd.zero_grad()
            loss.backward()  # here the processes average their gradients
            sgd.step()  # so here all take the same step
            total[0] += loss.detach() * len(X)
            total[1] += len(X)
        if world > 1:
            dist.all_reduce(total)  # the sum over all processes, in all of them
        losses.append((total[0] / total[1]).item())
        seconds.append(time.perf_counter() - start)
    return {"losses": losses, "seconds": seconds, "processes": world}


def time_all_reduce(device: torch.device | str, repeats: int = 5) -> list[list[float]]:
    """Return pairs: how many float32 numbers, and the fewest seconds to add them up everywhere."""
    pairs = []
    for count in (10**3, 10**4, 10**5, 10**6, 10**7):
        numbers, fewest = torch.ones(count, device=device), float("inf")
        for _ in range(repeats):
            dist.barrier()
            start = time.perf_counter()
            dist.all_reduce(numbers, op=dist.ReduceOp.MAX)
            float(numbers[0])  # waits for a GPU
            fewest = min(fewest, time.perf_counter() - start)
        pairs.append([float(count), fewest])
    return pairs


def launch(processes: int, *options: str, timeout: float = 120) -> str | None:
    """Start this script with torchrun, on the CPU of this machine, and wait for its end.

    Parameters
    ----------
    processes
        How many; they meet at a free port of 127.0.0.1.
    *options
        What follows on the command line: ``"--epochs", "2"``, …
    timeout
        Seconds after which all of them are stopped, since processes that cannot reach each other
        wait for ever.

    Returns
    -------
    str or None
        Why it failed, in a line; None where it did not.

    Examples
    --------
    >>> launch(1, "--epochs", "three")
    "it failed: parallel.py: error: argument --epochs: invalid int value: 'three'"
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        meet = ["--master-addr", "127.0.0.1", "--master-port", str(probe.getsockname()[1])]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as logs:
        command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node"]
        command += [str(processes), *meet, "--log-dir", logs, "-m", __name__, *options]
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        ) as torchrun:
            try:
                lines = torchrun.communicate(timeout=timeout)[1].strip().splitlines()
            except subprocess.TimeoutExpired:
                torchrun.terminate()  # it stops its processes; killed, it would leave them behind
                return f"stopped after {timeout:g} s: can processes here reach 127.0.0.1?"
    reasons = [line for line in lines if "rror: " in line] + lines[-1:] + ["no message"]
    return f"it failed: {reasons[0]}" if torchrun.returncode else None


def save(state: dict[str, Any], path: Path) -> None:
    """Write a file that is there whole or not at all; tensors come back on a CPU."""
    state = state | {"model": {name: value.cpu() for name, value in state["model"].items()}}
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train a ConvNet on all processes of torchrun.")
    parser.add_argument("--samples", type=int, default=2000, help="images to draw")
    parser.add_argument("--batch-size", type=int, default=100, help="over all processes")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--save", type=Path, help="where to write the result")
    return parser.parse_args()


if __name__ == "__main__":
    main()
