"""Seeds and devices."""

import os
import random

import numpy as np
import pytest
import torch

from course_utils import get_device, measure, runtime, seed_everything
from course_utils.runtime import quiet


def draw() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), torch.rand(1).item()


def test_the_same_seed_gives_the_same_numbers_from_all_three_generators() -> None:
    seed_everything(3)
    first = draw()
    seed_everything(3)
    assert draw() == first


def test_different_seeds_give_different_numbers() -> None:
    seed_everything(3)
    first = draw()
    seed_everything(4)
    assert all(a != b for a, b in zip(first, draw(), strict=True))


def test_seeding_turns_reduced_precision_off() -> None:
    torch.backends.cudnn.allow_tf32 = True
    seed_everything()
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


@pytest.mark.parametrize("seed", ["1", 1.0, None, True])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    with pytest.raises(TypeError, match="whole number"):
        seed_everything(seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=r"2\*\*32"):
        seed_everything(seed)


def test_a_preferred_device_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    assert get_device("cpu") == torch.device("cpu")
    assert get_device(torch.device("cpu")) == torch.device("cpu")


def test_the_environment_overrides_the_preference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert get_device("cuda:7") == torch.device("cpu")


def test_the_fastest_device_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert get_device() == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert get_device() == torch.device("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert get_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "meta"])
def test_an_unknown_device_is_refused_with_the_known_ones(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    with pytest.raises(ValueError, match="'cpu', 'cuda'"):
        get_device(name)


def test_a_device_that_is_not_there_is_refused_and_the_variable_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("COURSE_DEVICE", "cuda:1")
    with pytest.raises(ValueError, match=r"COURSE_DEVICE asks for 'cuda:1'.*doctor"):
        get_device()


# --- measure -----------------------------------------------------------------------------------


def test_warm_up_is_run_and_not_counted():
    calls = []
    assert len(measure(lambda: calls.append(1), repeats=4, warm_up=3)) == 4
    assert len(calls) == 7


def test_measure_reads_the_clock_on_the_wall(monkeypatch):
    clock = iter([10.0, 10.5, 20.0, 22.0])
    monkeypatch.setattr(runtime.time, "perf_counter", lambda: next(clock))
    assert measure(lambda: None, repeats=2, warm_up=1) == [0.5, 2.0]


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_measure_waits_for_the_device_around_every_call(monkeypatch, kind):
    events = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: kind == "cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: kind == "mps")
    monkeypatch.setattr(getattr(torch, kind), "synchronize", lambda: events.append("wait"))
    measure(lambda: events.append("work"), repeats=2, warm_up=1)
    assert events == ["work", *["wait", "work", "wait"] * 2]


def test_measure_refuses_what_is_no_function():
    with pytest.raises(TypeError, match=r"measure\(lambda: model"):
        measure(torch.zeros(2))
    with pytest.raises(ValueError, match="1 or more repeats"):
        measure(lambda: None, repeats=0)


# --- quiet -------------------------------------------------------------------------------------


def test_quiet_holds_back_what_is_written_past_python_and_then_lets_go(capfd):
    with quiet():
        os.write(2, b"held back")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_an_exception_ends_the_quiet(capfd):
    with pytest.raises(ZeroDivisionError), quiet():
        _ = 1 / 0
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
