"""`fit` and `evaluate` against hand-written loops and closed forms."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data import Dataset as TorchDataset

from course_utils import MLP, History, LinearRegression, accuracy, batches, evaluate, fit, r2

Pair = tuple[Tensor, Tensor]
MakeOptimizer = Callable[[Any], torch.optim.Optimizer]


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters)


def binary(n: int = 75, d: int = 8) -> Pair:
    generator = torch.Generator().manual_seed(n)
    X = torch.randn(n, d, generator=generator)
    return X, (X[:, :1] + 0.5 * torch.randn(n, 1, generator=generator) > 0).float()


def classes(n: int = 75, d: int = 2, k: int = 3) -> Pair:
    generator = torch.Generator().manual_seed(n)
    X = torch.randn(n, d, generator=generator)
    return X, torch.randint(0, k, (n,), generator=generator)


def seeded(*widths: int, **options: Any) -> MLP:
    torch.manual_seed(0)
    return MLP(*widths, **options)


def same_weights(a: nn.Module, b: nn.Module) -> bool:
    return all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def hand_loop(model: nn.Module, loader: Any, loss_fn: Any, optimizer: Any, epochs: int) -> None:
    for _ in range(epochs):
        for X, y in loader:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            optimizer.step()


class TestEqualToTheLoopWrittenByHand:
    @pytest.mark.parametrize("make", [sgd, adam])
    @pytest.mark.parametrize("batch_size", [1, 25, 32, 75, 100])
    @pytest.mark.parametrize("seed", [0, 7])
    def test_mini_batches_give_bit_equal_weights(
        self, make: MakeOptimizer, batch_size: int, seed: int
    ) -> None:
        X, y = binary()
        loss_fn = nn.BCEWithLogitsLoss()
        ours, theirs = seeded(8, 6, 4, 1), seeded(8, 6, 4, 1)
        fit(
            ours,
            (X, y),
            loss_fn=loss_fn,
            optimizer=make(ours.parameters()),
            epochs=3,
            batch_size=batch_size,
            seed=seed,
            val=binary(20),
            metrics={"a": accuracy},
        )
        loader = batches(X, y, batch_size, seed=seed)
        hand_loop(theirs, loader, loss_fn, make(theirs.parameters()), 3)
        assert same_weights(ours, theirs)

    @pytest.mark.parametrize("make", [sgd, adam])
    def test_class_targets_give_bit_equal_weights(self, make: MakeOptimizer) -> None:
        X, y = classes()
        ours, theirs = seeded(2, 20, 20, 3), seeded(2, 20, 20, 3)
        loss_fn = nn.CrossEntropyLoss()
        fit(
            ours,
            (X, y),
            loss_fn=loss_fn,
            optimizer=make(ours.parameters()),
            epochs=3,
            batch_size=16,
            seed=5,
        )
        hand_loop(theirs, batches(X, y, 16, seed=5), loss_fn, make(theirs.parameters()), 3)
        assert same_weights(ours, theirs)

    def test_the_full_batch_is_one_update_of_all_samples_in_order(self) -> None:
        X, y = binary()
        ours, theirs = seeded(8, 6, 1), seeded(8, 6, 1)
        loss_fn = nn.BCEWithLogitsLoss()
        history = fit(ours, (X, y), loss_fn=loss_fn, optimizer=sgd(ours.parameters()), epochs=5)
        optimizer, losses = sgd(theirs.parameters()), []
        for _ in range(5):
            loss = loss_fn(theirs(X), y)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert same_weights(ours, theirs)
        assert history["loss"] == history.step_losses == losses

    def test_a_different_seed_gives_a_different_order(self) -> None:
        X, y = binary()
        models = [seeded(8, 6, 1) for _ in range(2)]
        for seed, model in enumerate(models):
            fit(
                model,
                (X, y),
                loss_fn=nn.BCEWithLogitsLoss(),
                optimizer=sgd(model.parameters()),
                epochs=1,
                batch_size=10,
                seed=seed,
            )
        assert not same_weights(*models)

    def test_the_global_generator_is_left_alone(self) -> None:
        X, y = binary()
        model = seeded(8, 6, 1)
        before = torch.get_rng_state()
        fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            optimizer=sgd(model.parameters()),
            epochs=2,
            batch_size=10,
        )
        assert torch.equal(before, torch.get_rng_state())


class Column:
    """A dataset known by its attributes X and y."""

    def __init__(self, X: Tensor, y: Tensor) -> None:
        self.X, self.y = X, y


class Squares(TorchDataset[Pair]):
    """A dataset that makes its samples one by one."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, i: int) -> Pair:
        if not 0 <= i < 10:
            raise IndexError(i)
        return torch.tensor([i / 10]), torch.tensor([(i / 10) ** 2])


class TestFormsOfData:
    @pytest.mark.parametrize(
        "form",
        [lambda X, y: [X, y], Column, TensorDataset, lambda X, y: batches(X, y, 10, seed=0)],
        ids=["list", "X and y", "TensorDataset", "DataLoader"],
    )
    def test_every_form_trains_alike(self, form: Callable[[Tensor, Tensor], Any]) -> None:
        X, y = binary()
        data = form(X, y)
        size = None if isinstance(data, DataLoader) else 10
        ours, theirs = seeded(8, 6, 1), seeded(8, 6, 1)
        runs = [(ours, data, size), (theirs, (X, y), 10)]
        histories = [
            fit(
                model,
                given,
                loss_fn=nn.BCEWithLogitsLoss(),
                optimizer=sgd(model.parameters()),
                epochs=2,
                batch_size=size,
                seed=0,
                val=form(X, y),
            )
            for model, given, size in runs
        ]
        assert histories[0]["loss"] == histories[1]["loss"]
        assert same_weights(ours, theirs)

    @pytest.mark.parametrize("batch_size", [None, 3])
    def test_a_dataset_of_single_samples_is_batched(self, batch_size: int | None) -> None:
        model = LinearRegression(1)
        history = fit(
            model,
            Squares(),
            loss_fn=nn.MSELoss(),
            optimizer=sgd(model.parameters()),
            epochs=2,
            batch_size=batch_size,
        )
        assert len(history.step_losses) == 2 * (1 if batch_size is None else 4)

    def test_a_single_sample_can_be_learned(self) -> None:
        model = LinearRegression(1)
        X = torch.ones(1, 1)
        history = fit(
            model,
            (X, X),
            loss_fn=nn.MSELoss(),
            optimizer=sgd(model.parameters()),
            epochs=50,
            batch_size=4,
        )
        assert history["loss"][-1] < 1e-6


class TestHistoryOfARun:
    def test_least_squares_is_reached(self) -> None:
        X, _ = binary(60, 3)
        y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3 + 0.1 * torch.randn(60, 1)
        model = LinearRegression(3)
        fit(model, (X, y), loss_fn=nn.MSELoss(), optimizer=sgd(model.parameters()), epochs=500)
        A = torch.cat([X, torch.ones(60, 1)], dim=1)
        exact = torch.linalg.lstsq(A, y).solution.squeeze()
        found = torch.cat([model.linear.weight.squeeze(), model.linear.bias]).detach()
        assert torch.allclose(found, exact, atol=1e-5)

    def test_an_unequal_last_batch_counts_by_its_size(self) -> None:
        X, y = binary(10)
        model = seeded(8, 1)
        frozen = torch.optim.SGD(model.parameters(), lr=0.0)
        history = fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            optimizer=frozen,
            epochs=1,
            batch_size=4,
            val=(X, y),
            metrics={"accuracy": accuracy},
        )
        assert len(history.step_losses) == 3
        assert history["loss"][0] == pytest.approx(history["val_loss"][0], rel=1e-6)
        assert history["accuracy"] == history["val_accuracy"]

    def test_a_summed_loss_is_summed_over_the_epoch(self) -> None:
        X, y = binary(10)
        model = seeded(8, 1)
        frozen = torch.optim.SGD(model.parameters(), lr=0.0)
        loss_fn = nn.BCEWithLogitsLoss(reduction="sum")
        history = fit(
            model, (X, y), loss_fn=loss_fn, optimizer=frozen, epochs=1, batch_size=4, val=(X, y)
        )
        assert history["loss"][0] == pytest.approx(loss_fn(model(X), y).item(), rel=1e-6)
        assert history["val_loss"][0] == pytest.approx(history["loss"][0], rel=1e-6)

    def test_the_loss_is_measured_before_the_update_and_validation_after(self) -> None:
        X = torch.ones(1, 1)
        model = LinearRegression(1)
        nn.init.zeros_(model.linear.weight)
        nn.init.zeros_(model.linear.bias)
        step = torch.optim.SGD(model.parameters(), lr=0.25)  # w = b = 0.5 after one step
        history = fit(model, (X, X), loss_fn=nn.MSELoss(), optimizer=step, epochs=1, val=(X, X))
        assert history["loss"] == [1.0]
        assert history["val_loss"] == [0.0]

    def test_rows_hold_plain_floats_only(self) -> None:
        X, y = binary()
        model = seeded(8, 1)
        history = fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            epochs=2,
            val=(X, y),
            optimizer=sgd(model.parameters()),
            metrics={"accuracy": accuracy},
        )
        assert history.keys() == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
        assert all(type(v) in (float, int) for row in history for v in row.values())
        assert history["epoch"] == [1, 2]
        frame = history.to_frame()
        assert frame.index.tolist() == [1, 2]
        assert frame["val_loss"].tolist() == history["val_loss"]


class TestHook:
    def run(self, hook: Any, epochs: int = 10) -> History:
        X, y = binary()
        model = seeded(8, 1)
        return fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            epochs=epochs,
            optimizer=sgd(model.parameters()),
            on_epoch_end=hook,
        )

    def test_it_sees_epoch_row_and_model(self) -> None:
        seen = []
        self.run(lambda epoch, row, model: seen.append((epoch, row["epoch"], type(model))), 2)
        assert seen == [(1, 1, MLP), (2, 2, MLP)]

    def test_returning_true_stops_and_says_so(self) -> None:
        history = self.run(lambda epoch, row, model: epoch == 3)
        assert len(history) == 3
        assert history.stopped == "on_epoch_end asked for it after epoch 3"

    def test_it_may_add_numbers_to_the_row(self) -> None:
        def note_weight(epoch: int, row: dict[str, float], model: nn.Module) -> None:
            row["w"] = next(model.parameters())[0, 0].item()

        history = self.run(note_weight)
        assert len(history["w"]) == 10
        assert history["w"][0] != history["w"][-1]

    def test_an_interrupt_keeps_the_finished_epochs(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def press_ctrl_c(epoch: int, row: dict[str, float], model: nn.Module) -> None:
            if epoch == 4:
                raise KeyboardInterrupt

        history = self.run(press_ctrl_c)
        assert len(history) == 4
        assert history.stopped == "interrupted after 4 finished epochs"
        assert "interrupted after 4" in capsys.readouterr().out


class TestModes:
    def test_dropout_is_on_in_training_off_in_validation_and_the_mode_restored(self) -> None:
        modes: list[bool] = []

        class Spy(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear = nn.Linear(8, 1)

            def forward(self, X: Tensor) -> Tensor:
                modes.append(self.training)
                return self.linear(X)

        X, y = binary()
        model = Spy()
        model.eval()
        fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            optimizer=sgd(model.parameters()),
            epochs=2,
            val=(X, y),
        )
        assert modes == [True, False, True, False]
        assert not model.training
        model.train()
        evaluate(model, (X, y), loss_fn=nn.BCEWithLogitsLoss())
        assert modes[-1] is False
        assert model.training

    # Importing the compiler makes PyTorch warn of its own old parts.
    @pytest.mark.filterwarnings("ignore:.*script_method:DeprecationWarning")
    @pytest.mark.skipif(
        shutil.which("g++") is None or " " in str(Path(__file__).resolve()),
        reason="PyTorch's compiler needs g++, and a path without spaces",
    )
    def test_compile_trains_to_the_same_numbers(self) -> None:
        X, y = binary()
        losses = []
        for compiled in (False, True):
            model = seeded(8, 6, 1)
            history = fit(
                model,
                (X, y),
                loss_fn=nn.BCEWithLogitsLoss(),
                epochs=3,
                optimizer=sgd(model.parameters()),
                compile=compiled,
            )
            losses.append(history["loss"])
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)


class TestEvaluate:
    def test_it_equals_the_loss_on_all_data_at_once(self) -> None:
        X, y = classes()
        model = seeded(2, 5, 3)
        scores = evaluate(model, (X, y), loss_fn=nn.CrossEntropyLoss(), metrics={"a": accuracy})
        assert scores["loss"] == pytest.approx(nn.CrossEntropyLoss()(model(X), y).item(), rel=1e-6)
        assert scores["a"] == accuracy(model(X), y)

    def test_chunks_do_not_change_the_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        X, y = classes()
        model = seeded(2, 5, 3)
        whole = evaluate(model, (X, y), loss_fn=nn.CrossEntropyLoss())
        monkeypatch.setattr("course_utils.training.sources.EVALUATION_NUMBERS", 20)
        assert evaluate(model, (X, y), loss_fn=nn.CrossEntropyLoss()) == pytest.approx(whole)

    def test_it_leaves_no_gradients(self) -> None:
        X, y = binary(20, 1)
        model = LinearRegression(1)
        evaluate(model, (X, y), loss_fn=nn.MSELoss(), metrics={"r2": r2})
        assert model.linear.weight.grad is None

    def test_it_refuses_the_broadcast(self) -> None:
        X, y = binary(20, 1)
        with pytest.raises(ValueError, match="every prediction with every target"):
            evaluate(LinearRegression(1), (X, y.reshape(-1)), loss_fn=nn.MSELoss())


class TestDivergence:
    def diverge(self, **options: Any) -> History:
        X = torch.tensor([[1.0], [2.0], [3.0]])
        model = LinearRegression(1)
        fast = torch.optim.SGD(model.parameters(), lr=10.0)
        return fit(model, (X, 2 * X), loss_fn=nn.MSELoss(), optimizer=fast, epochs=200, **options)

    def test_the_run_stops_keeps_its_history_and_names_the_step(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        history = self.diverge()
        assert 1 < len(history) < 200
        assert not math.isfinite(history["loss"][-1])
        assert all(math.isfinite(loss) for loss in history["loss"][:-1])
        said = capsys.readouterr().out
        assert f"epoch {len(history)} (update {len(history)})" in said
        assert "smaller learning rate, or standardise" in said
        assert history.stopped is not None
        assert history.stopped in said

    def test_columns_stay_of_one_length(self) -> None:
        X = torch.tensor([[1.0], [2.0]])
        history = self.diverge(val=(X, X), metrics={"r2": r2})
        assert len(history["val_r2"]) == len(history["loss"]) == len(history)
        assert math.isnan(history["val_r2"][-1])

    def test_a_last_update_that_breaks_the_weights_is_noticed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        X = torch.tensor([[1e18]])
        model = LinearRegression(1)
        fast = torch.optim.SGD(model.parameters(), lr=1e30)
        history = fit(model, (X, X), loss_fn=nn.MSELoss(), optimizer=fast, epochs=1)
        assert math.isfinite(history["loss"][0])
        assert history.stopped is not None
        assert "last update" in history.stopped
        assert capsys.readouterr().out == f"Training stopped: {history.stopped}\n"


class TestProgress:
    def bars(self, monkeypatch: pytest.MonkeyPatch, progress: bool | None) -> list[Any]:
        import tqdm.auto

        made: list[Any] = []
        real = tqdm.auto.tqdm

        def spy(*args: Any, **kwargs: Any) -> Any:
            made.append(real(*args, **kwargs))
            return made[-1]

        monkeypatch.setattr(tqdm.auto, "tqdm", spy)
        X, y = binary()
        model = seeded(8, 1)
        fit(
            model,
            (X, y),
            loss_fn=nn.BCEWithLogitsLoss(),
            optimizer=sgd(model.parameters()),
            epochs=3,
            progress=progress,
        )
        return made

    def test_a_bar_on_request_counts_every_epoch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TQDM_DISABLE", raising=False)
        (bar,) = self.bars(monkeypatch, True)
        assert (bar.n, bar.total) == (3, 3)

    def test_the_switch_of_tqdm_is_heeded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TQDM_DISABLE", "1")
        assert self.bars(monkeypatch, True) == []

    @pytest.mark.parametrize("progress", [None, False])
    def test_no_bar_where_nobody_watches(
        self, monkeypatch: pytest.MonkeyPatch, progress: bool | None
    ) -> None:
        assert self.bars(monkeypatch, progress) == []

    def test_a_short_run_shows_no_bar_even_where_somebody_watches(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("TQDM_DISABLE", raising=False)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        assert self.bars(monkeypatch, None) == []

    def test_a_long_run_shows_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TQDM_DISABLE", raising=False)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        monkeypatch.setattr("course_utils.training.progress.PATIENCE", 0.0)
        assert len(self.bars(monkeypatch, None)) == 1


class TestHistoryClass:
    def history(self) -> History:
        history = History()
        history.append({"epoch": 1, "loss": 0.7, "val_loss": 0.9})
        history.append({"epoch": 2, "loss": 0.4, "val_loss": 0.5})
        history.append({"epoch": 3, "loss": 0.2, "val_loss": math.nan})
        return history

    def test_the_best_row_is_that_of_the_smallest_value(self) -> None:
        assert self.history().best()["epoch"] == 2
        assert self.history().best("loss", largest=True)["epoch"] == 1

    def test_no_number_no_best(self) -> None:
        history = History()
        history.append({"epoch": 1, "loss": math.nan})
        with pytest.raises(ValueError, match="no number"):
            history.best("loss")

    def test_an_unknown_column_is_named_with_the_known_ones(self) -> None:
        with pytest.raises(KeyError, match=r"accuracy.*\['epoch', 'loss', 'val_loss'\]"):
            self.history()["accuracy"]

    def test_columns_that_began_later_are_filled_with_nan(self) -> None:
        history = self.history()
        history.append({"epoch": 4, "loss": 0.1, "val_loss": 0.4, "w": 1.0})
        assert math.isnan(history["w"][0])
        assert history["w"][-1] == 1.0

    def test_it_prints_its_last_row(self) -> None:
        text = "History(3 epochs; last: epoch=3, loss=0.2, val_loss=nan)"
        assert repr(self.history()) == text
        assert repr(History()) == "History(0 epochs)"

    def test_an_empty_history_makes_an_empty_frame(self) -> None:
        assert len(History().to_frame()) == 0
