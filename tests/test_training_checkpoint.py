"""A run that was interrupted and resumed is the run that was not, to the last bit."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course_utils import MLP, fit, load_checkpoint, make_points, save_checkpoint

X, Y = make_points("moons", 96, noise=0.2, seed=0)


class Run:
    """Everything that changes while training: dropout and shuffling draw random numbers."""

    def __init__(self, make=torch.optim.Adam):
        torch.manual_seed(0)
        self.model = MLP(2, 12, 1, dropout=0.2, batch_norm=True)
        self.optimizer = make(self.model.parameters(), lr=0.01)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, 10)
        self.generator = torch.Generator().manual_seed(3)
        self.loader = DataLoader(TensorDataset(X, Y), 20, shuffle=True, generator=self.generator)

    @property
    def parts(self):
        return {
            "model": self.model,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
            "loader": self.generator,
        }

    def go(self, epochs):
        def after(epoch, row, model):
            self.scheduler.step()

        loss_fn = nn.BCEWithLogitsLoss()
        how = {"loss_fn": loss_fn, "optimizer": self.optimizer, "epochs": epochs}
        return fit(self.model, self.loader, **how, on_epoch_end=after)["loss"]


@pytest.mark.parametrize("make", [torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD])
@pytest.mark.parametrize("stop", [1, 4])
def test_resuming_is_bit_equal_to_never_stopping(tmp_path, make, stop):
    whole = Run(make)
    losses = whole.go(6)
    first = Run(make)
    before = first.go(stop)
    save_checkpoint(tmp_path / "run.pt", epoch=stop, **first.parts)
    torch.manual_seed(99)  # another process, another state
    second = Run(make)
    second.go(1)
    assert load_checkpoint(tmp_path / "run.pt", **second.parts) == stop
    assert before + second.go(6 - stop) == losses
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name]), name


@pytest.mark.parametrize("forgotten", ["optimizer", "scheduler", "loader"])
def test_without_one_part_the_run_is_another(tmp_path, forgotten):
    whole = Run()
    whole.go(6)
    first = Run()
    first.go(3)
    kept = {name: part for name, part in first.parts.items() if name != forgotten}
    save_checkpoint(tmp_path / "run.pt", epoch=3, **kept)
    second = Run()
    load_checkpoint(
        tmp_path / "run.pt", **{name: second.parts[name] for name in first.parts if name in kept}
    )
    second.go(3)
    pairs = zip(whole.model.parameters(), second.model.parameters(), strict=True)
    assert not all(torch.equal(a, b) for a, b in pairs)


def test_a_broken_write_leaves_the_checkpoint_before_and_no_rubbish(tmp_path):
    run, path = Run(), tmp_path / "run.pt"
    save_checkpoint(path, epoch=1, **run.parts)

    class Breaks:
        def state_dict(self):
            return {"file": open}  # a function of the machine: it can be pickled, …

        def __reduce__(self):
            raise AssertionError

    class Unpicklable:
        def state_dict(self):
            return {"part": Breaks()}

    with pytest.raises(AssertionError):
        save_checkpoint(path, epoch=2, **run.parts, more=Unpicklable())
    assert load_checkpoint(path, **run.parts) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


def test_a_checkpoint_replaces_the_one_before(tmp_path):
    run = Run()
    for epoch in (1, 2):
        save_checkpoint(tmp_path / "run.pt", epoch=epoch, **run.parts)
    assert load_checkpoint(tmp_path / "run.pt", **run.parts) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return print, ("gotcha",)

    torch.save({"epoch": 1, "rng": torch.get_rng_state(), "model": Trap()}, tmp_path / "bad.pt")
    with pytest.raises(Exception, match="(?i)weights"):
        load_checkpoint(tmp_path / "bad.pt", model=nn.Linear(1, 1))


def test_what_was_saved_must_be_loaded(tmp_path):
    run = Run()
    save_checkpoint(tmp_path / "run.pt", epoch=1, **run.parts)
    start = copy.deepcopy(run.model.state_dict())
    with pytest.raises(ValueError, match="holds loader, model, optimizer, scheduler, you gave mod"):
        load_checkpoint(tmp_path / "run.pt", model=run.model)
    assert all(torch.equal(v, start[k]) for k, v in run.model.state_dict().items())


def test_a_part_without_state_is_refused(tmp_path):
    with pytest.raises(TypeError, match="loss is a float, which has no state_dict"):
        save_checkpoint(tmp_path / "run.pt", epoch=1, loss=0.3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["rng", "cuda_rng"])
def test_the_names_of_the_checkpoint_itself_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="used by the checkpoint itself"):
        save_checkpoint(tmp_path / "run.pt", epoch=1, **{name: nn.Linear(1, 1)})


def test_a_missing_file_or_folder_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "none.pt", model=nn.Linear(1, 1))
    with pytest.raises(FileNotFoundError):
        save_checkpoint(tmp_path / "no" / "run.pt", epoch=1, model=nn.Linear(1, 1))
