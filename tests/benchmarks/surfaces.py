"""CPU time of a loss surface of 100 x 100 networks, against a double loop over them."""

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call

from course_utils import MLP, load_dataset
from course_utils.plotting import loss_grid

LOOPED = 500  # networks of the loop that are timed; the other 9,500 are like them


def cpu_seconds(job: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return min(times)


def ratio(rows: int) -> float:
    data = load_dataset("diabetes", variant="759")
    X, y = data.X[:rows], data.y[:rows]
    torch.manual_seed(0)
    model = MLP(8, 6, 4, 1, activation=nn.Sigmoid)
    parameters = dict(model.named_parameters())
    first, second = [{n: torch.randn_like(p) for n, p in parameters.items()} for _ in range(2)]
    steps, loss_fn = torch.linspace(-1, 1, 100), nn.BCEWithLogitsLoss()

    def loop() -> None:
        with torch.no_grad():
            for u in range(LOOPED):
                moved = {n: p + u * first[n] + 0.5 * second[n] for n, p in parameters.items()}
                loss_fn(functional_call(model, moved, (X,)), y).item()

    def grid() -> None:
        loss_grid(model, (X, y), (first, second), loss_fn=loss_fn, u=steps, v=steps)

    return cpu_seconds(loop) * 100**2 / LOOPED / cpu_seconds(grid)


def report() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    print("Loss surface, 100 x 100 networks 8-6-4-1: CPU time of a double loop over that of")
    print("loss_grid (goal: 10)")
    for rows in (4, 100, 200, 759):
        print(f"  {rows:4} rows {ratio(rows):6.1f}")
    print()
    torch.set_num_threads(threads)
