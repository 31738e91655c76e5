"""Two processes train as one does, and the script says so from the command line."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import TensorDataset

from course_utils import MLP, parallel
from course_utils.datasets import Waiting

HOW = {"batch_size": 20, "epochs": 3, "lr": 0.1}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def task():
    """A small net in double precision: what differs then is no rounding."""
    torch.manual_seed(0)
    X, y = torch.randn(100, 5, dtype=torch.float64), torch.randint(3, (100,))
    return MLP(5, 8, 3).double(), TensorDataset(X, y)


def one_of_two(rank: int, port: int, folder: Path) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    dist.init_process_group("gloo", rank=rank, world_size=2)
    model, data = task()
    result = parallel.train(DistributedDataParallel(model), data, **HOW)
    torch.save(result | {"model": model.state_dict()}, folder / f"{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_equal_one_with_the_same_total_batch(tmp_path):
    mp.spawn(one_of_two, (free_port(), tmp_path), nprocs=2)
    first, second = (torch.load(tmp_path / f"{r}.pt", weights_only=True) for r in range(2))
    model, data = task()
    start = [p.detach().clone() for p in model.parameters()]
    alone = parallel.train(model, data, **HOW)
    assert (alone["processes"], first["processes"]) == (1, 2)
    # The losses are summed up in float32, the weights are doubles.
    assert first["losses"] == second["losses"]
    assert first["losses"] == pytest.approx(alone["losses"], rel=1e-5)
    for name, value in model.state_dict().items():
        assert torch.equal(first["model"][name], second["model"][name]), name
        assert torch.allclose(first["model"][name], value, rtol=0, atol=1e-12), name
    moved = [(p - q).abs().max() for p, q in zip(model.parameters(), start, strict=True)]
    assert min(moved) > 0.01


def test_the_script_runs_under_torchrun_and_one_process_saves(tmp_path):
    options = ["--samples", "60", "--batch-size", "20", "--epochs", "1"]
    assert parallel.launch(2, *options, "--save", str(tmp_path / "run.pt"), timeout=240) is None
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]
    run = torch.load(tmp_path / "run.pt", weights_only=True)
    model, data = parallel.build(60)
    alone = parallel.train(model, data, 20, 1, 0.02)
    assert run["losses"] == pytest.approx(alone["losses"], rel=1e-4)
    assert [count for count, _ in run["all_reduce"]] == [1e3, 1e4, 1e5, 1e6, 1e7]
    assert min(seconds for _, seconds in run["all_reduce"]) > 0
    model.load_state_dict(run["model"])  # plain names, without "module."


def started_with(word):
    return [p for p in psutil.process_iter(["cmdline"]) if word in (p.info["cmdline"] or [])]


def test_a_launch_that_takes_too_long_ends_with_all_its_processes(tmp_path, monkeypatch):
    never = str(tmp_path / "never.pt")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def once_all_have_started(process, timeout):
        for _ in range(600):
            if len(started_with(never)) == 3:  # torchrun and two that train
                raise subprocess.TimeoutExpired(process.args, timeout)
            time.sleep(0.2)
        raise AssertionError("the processes did not start")

    monkeypatch.setattr(subprocess.Popen, "communicate", once_all_have_started)
    found = parallel.launch(2, "--samples", "9000", "--epochs", "9999", "--save", never, timeout=7)
    assert found is not None
    assert found.startswith("stopped after 7 s")
    assert started_with(never) == []
    assert list(tmp_path.iterdir()) == []


def test_a_launch_says_what_went_wrong():
    found = parallel.launch(2, "--batch-size", "33", "--samples", "40", timeout=240)
    assert found is not None
    assert found.endswith("ValueError: 2 processes cannot share batches of 33 equally.")


@pytest.mark.parametrize(("widths", "buckets"), [((784, 64, 10), {1}), ([1500] * 6, {2, 3, 4})])
def test_gradients_of_a_small_network_travel_in_one_bucket(tmp_path, widths, buckets):
    sizes = []

    def count(_, bucket):
        sizes.append(4 * bucket.buffer().numel())
        future = torch.futures.Future()
        future.set_result(bucket.buffer())
        return future

    dist.init_process_group("gloo", f"file://{tmp_path / 'meet'}", rank=0, world_size=1)
    try:
        wrapped = DistributedDataParallel(MLP(*widths))
        wrapped.register_comm_hook(None, count)
        for _ in range(2):  # the first pass finds the order in which gradients come
            sizes.clear()
            wrapped(torch.randn(2, widths[0])).sum().backward()
    finally:
        dist.destroy_process_group()
    assert len(sizes) in buckets
    assert sum(sizes) == sum(p.nbytes for p in wrapped.parameters())


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch):
    monkeypatch.setattr(dist, "is_initialized", lambda: True)
    monkeypatch.setattr(dist, "get_rank", lambda: 0)
    monkeypatch.setattr(dist, "get_world_size", lambda: 3)
    model, data = task()
    with pytest.raises(ValueError, match="3 processes cannot share batches of 20"):
        parallel.train(model, data, **HOW)


def test_each_process_takes_its_own_gpu_only_where_there_are_enough(monkeypatch):
    chosen = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    for count, wanted in ((0, ("cpu", "gloo")), (1, ("cpu", "gloo")), (2, ("cuda:1", "nccl"))):
        monkeypatch.setattr(torch.cuda, "device_count", lambda count=count: count)
        device, backend = parallel.choose_device()
        assert (str(device), backend) == wanted
    assert chosen == [1]


def test_samples_that_wait_are_the_samples():
    X, y = torch.rand(3, 2), torch.rand(3, 1)
    data = Waiting(X, y, seconds=0)
    assert len(data) == 3
    assert all(torch.equal(data[i][0], X[i]) and torch.equal(data[i][1], y[i]) for i in range(3))
    with pytest.raises(ValueError, match="3 rows and y has 2"):
        Waiting(X, y[:2])
    with pytest.raises(ValueError, match="-1 seconds"):
        Waiting(X, y, seconds=-1)


def test_every_sample_is_seen_once_by_one_process():
    class Seen(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.rows = nn.Linear(1, 2), []

        def forward(self, X):
            self.rows += X[:, 0].tolist()
            return self.layer(X)

    model = Seen()
    data = TensorDataset(torch.arange(10.0)[:, None], torch.zeros(10, dtype=torch.int64))
    parallel.train(model, data, 3, 2, 0.0)
    first, second = model.rows[:10], model.rows[10:]
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second  # set_epoch was called
