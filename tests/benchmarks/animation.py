"""CPU time and size of animations of 50 frames, against matplotlib's own way to a notebook."""

import time
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.animation import FuncAnimation

from course_utils import MLP, make_points
from course_utils.plotting import animate_boundary, animate_race, plot_race, use_course_style

ROUNDS = 3
FRAMES = 50


def bowl(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return u**2 + v**2


def spirals() -> dict[str, np.ndarray]:
    angle, radius = np.linspace(0, 1, 251), np.linspace(1.6, 0.05, 251)
    turns = {f"run {k}": 2 * np.pi * k * angle for k in range(1, 6)}
    return {name: (radius * [np.cos(a), np.sin(a)]).T for name, a in turns.items()}


def race() -> Any:
    return animate_race(bowl, [spirals(), spirals()], frames=FRAMES)


def boundary() -> Any:
    torch.manual_seed(0)
    X, y = make_points("moons", 300, noise=0.15, seed=0)
    model = MLP(2, 20, 20, 1)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    states = {k: {n: (1 + k / 20) * v for n, v in start.items()} for k in range(FRAMES)}
    return animate_boundary(model, states, X, y)


def race_by_matplotlib() -> str:
    """The same two panels through FuncAnimation and to_jshtml, each frame drawn in full."""
    figure, axes = plt.subplots(1, 2, figsize=(11.2, 5), dpi=80)

    def draw(step: int) -> None:
        for ax in axes:
            ax.clear()
            plot_race(bowl, {n: p[: step + 1] for n, p in spirals().items()}, ax=ax)

    steps = np.linspace(0, 250, FRAMES).astype(int).tolist()
    with plt.rc_context({"animation.embed_limit": 100}):
        page = FuncAnimation(figure, draw, steps).to_jshtml()
    plt.close(figure)
    return str(page)


def best(make: Callable[[], Any]) -> tuple[float, Any]:
    seconds, result = float("inf"), None
    for _ in range(ROUNDS):
        start = time.process_time()
        result = make()
        seconds = min(seconds, time.process_time() - start)
    return seconds, result


def report() -> None:
    use_course_style()
    torch.set_num_threads(1)
    print(f"Animations of {FRAMES} frames, CPU seconds and file size (goals: 1 s, 1 MB)")
    print(f"  {'':18}{'draw':>8}{'PNG':>8}{'size':>10}{'GIF':>8}{'size':>10}")
    for name, make in {"race, 2 x 5 paths": race, "boundary": boundary}.items():
        drawing, animation = best(make)
        png, png_data = best(lambda a=animation: a.encode("PNG"))
        gif, gif_data = best(lambda a=animation: a.encode("GIF"))
        print(f"  {name:18}{drawing:8.2f}{png:8.2f}{len(png_data) / 1e6:7.2f} MB{gif:8.2f}"
              f"{len(gif_data) / 1e6:7.2f} MB")  # fmt: skip
    start = time.process_time()
    page = race_by_matplotlib()
    seconds = time.process_time() - start
    print(f"  {'race, to_jshtml':18}{seconds:8.2f}{'':8}{len(page) / 1e6:7.2f} MB\n")
