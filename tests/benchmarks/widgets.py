"""How long one redraw of each widget takes, in CPU seconds, at its default and at its ends."""

import inspect
import time

import torch

from course_utils import use_course_style, widgets
from course_utils.widgets import Experiment, Explorer


def seconds(panel: Explorer) -> float:
    """CPU seconds of one redraw, a training included where there is one."""
    start = time.process_time()
    if isinstance(panel, Experiment):
        panel.start()
        panel.wait()
    else:
        panel.redraw()
    return time.process_time() - start


def ends(panel: Explorer) -> list[dict[str, object]]:
    """All controls at their first and at their last position."""
    positions = []
    for end in ("min", "max"):
        values = dict(panel.values)
        for name, control in panel.controls.items():
            if hasattr(control, "base"):
                values[name] = control.base ** getattr(control, end)
            elif hasattr(control, end):
                values[name] = getattr(control, end)
        positions.append(values)
    return positions


def report() -> None:
    use_course_style()
    torch.set_num_threads(1)
    makers = {n: getattr(widgets, n) for n in widgets.__all__ if n != "explore"}
    makers = {n: make for n, make in makers.items() if inspect.isfunction(make)}
    print("Widgets, CPU seconds of a redraw (goal: 0.2; 1 with a training)")
    print(f"  {'':22}{'default':>9}{'lowest':>9}{'highest':>9}")
    for name, make in makers.items():
        panel = make()
        seconds(panel)  # the first one imports what it needs
        times = [seconds(panel)]
        for values in ends(panel):
            panel.set(**values)
            times.append(seconds(panel))
        trains = "  with a training" if isinstance(panel, Experiment) else ""
        print(f"  {name:22}" + "".join(f"{t:9.3f}" for t in times) + trains)
    print()


if __name__ == "__main__":
    report()
