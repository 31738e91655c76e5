"""CPU time of ``import course_utils`` over that of ``import torch``."""

import statistics
import subprocess
import sys

REPEATS = 7
CODE = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def cpu_seconds(statement: str) -> float:
    command = [sys.executable, "-c", CODE.format(statement)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def report() -> None:
    pairs = [(cpu_seconds("import torch"), cpu_seconds("import torch, course_utils"))
             for _ in range(REPEATS)]  # fmt: skip
    torch_alone = statistics.median(first for first, _ in pairs)
    both = statistics.median(second for _, second in pairs)
    print("Import, CPU seconds (median of interleaved fresh processes; goal: at most 0.05 more)")
    print(f"  torch {torch_alone:.3f}   torch and course_utils {both:.3f}"
          f"   difference {both - torch_alone:+.3f}\n")  # fmt: skip
