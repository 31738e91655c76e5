"""Every mistake that a beginner makes with `fit` is refused early, with its cure in words."""

import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from course_utils import MLP, LinearRegression, evaluate, fit

X = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
Y = (X[:, :1] > 0).float()
K = torch.tensor([0, 1, 2, 0, 1, 2])


def attempt(
    model: nn.Module | None = None, data: Any = (X, Y), loss_fn: Any = None, **options: Any
) -> None:
    model = model or LinearRegression(2)
    options.setdefault("optimizer", torch.optim.SGD(model.parameters(), lr=0.1))
    options.setdefault("epochs", 1)
    fit(model, data, loss_fn=loss_fn or nn.MSELoss(), **options)


def refused(error: type[Exception], *parts: str, **attempted: Any) -> None:
    with pytest.raises(error) as caught:
        attempt(**attempted)
    for part in parts:
        assert re.search(part, str(caught.value)), f"{part!r} not in: {caught.value}"


class TestData:
    def test_lists(self) -> None:
        cure = r"torch\.tensor\(X, dtype=torch\.float32\)"
        refused(TypeError, "a list", cure, data=(X.tolist(), Y))
        refused(TypeError, "y of the training data is a list", data=(X, Y.tolist()))

    def test_arrays(self) -> None:
        refused(TypeError, "a ndarray", data=(X.numpy(), Y))

    def test_float64_and_integer_inputs(self) -> None:
        refused(TypeError, "float64", r"X\.to\(torch\.float32\)", data=(X.double(), Y))
        refused(TypeError, "int64", data=(X.long(), Y))

    def test_unequal_lengths(self) -> None:
        refused(ValueError, r"\(6, 2\)", r"\(5, 1\)", "one row", data=(X, Y[:5]))

    def test_no_data(self) -> None:
        refused(ValueError, "empty", data=(X[:0], Y[:0]))
        refused(ValueError, "dimension|one row", data=(torch.tensor(1.0), Y))

    def test_an_empty_loader(self) -> None:
        loader = DataLoader(TensorDataset(X[:3], Y[:3]), 4, drop_last=True)
        refused(ValueError, "no batch", data=loader)

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_nan_and_infinite_values(self, value: float) -> None:
        bad = X.clone()
        bad[4, 1] = value
        refused(ValueError, "1 of 6 rows", "first in row 4", "fill the gaps", data=(bad, Y))
        refused(ValueError, "y of the training data", data=(X, torch.full_like(Y, value)))
        refused(ValueError, "X of the validation data", val=(bad, Y))
        refused(ValueError, "NaN", data=DataLoader(TensorDataset(bad, Y), 6))

    def test_another_device(self) -> None:
        far = (X.to("meta"), Y.to("meta"))
        refused(ValueError, "model is on cpu", "meta", r"device=device", data=far)

    def test_things_that_are_no_data(self) -> None:
        refused(TypeError, "a Tensor|Tensor", r"give \(X, y\)", data=X)
        refused(TypeError, "3 parts", data=(X, Y, Y))
        loader = DataLoader(TensorDataset(X), 2)
        refused(TypeError, "pair", data=loader)

    def test_a_batch_size_beside_a_loader(self) -> None:
        loader = DataLoader(TensorDataset(X, Y), 2)
        refused(ValueError, "leave batch_size out", data=loader, batch_size=3)


class TestLossAndTargets:
    @pytest.mark.parametrize(
        "loss_fn", [nn.MSELoss(), F.l1_loss, lambda o, y: (o - y).abs().mean()]
    )
    def test_the_silent_broadcast(self, loss_fn: Any) -> None:
        parts = (r"\(6, 1\)", r"\(6,\)", "every prediction with every target", r"reshape\(-1, 1\)")
        refused(ValueError, *parts, data=(X, Y.reshape(-1)), loss_fn=loss_fn)

    def test_the_wrong_number_of_outputs(self) -> None:
        refused(ValueError, "last layer", model=MLP(2, 3, 2), data=(X, Y), loss_fn=nn.MSELoss())

    @pytest.mark.parametrize(
        "loss_fn", [nn.BCEWithLogitsLoss(), F.binary_cross_entropy_with_logits, nn.MSELoss()]
    )
    def test_integer_targets_for_a_loss_that_wants_floats(self, loss_fn: Any) -> None:
        refused(TypeError, "int64", r"y\.float\(\)", data=(X, Y.long()), loss_fn=loss_fn)

    def test_binary_targets_out_of_range(self) -> None:
        refused(ValueError, "1 to 2", data=(X, Y + 1), loss_fn=nn.BCEWithLogitsLoss())

    @pytest.mark.parametrize("loss_fn", [nn.CrossEntropyLoss(), F.cross_entropy])
    def test_float_targets_for_cross_entropy(self, loss_fn: Any) -> None:
        parts = ("float32", r"reshape\(-1\)\.long\(\)")
        refused(TypeError, *parts, model=MLP(2, 3), data=(X, K.float()), loss_fn=loss_fn)

    def test_small_integers_for_cross_entropy(self) -> None:
        data = (X, K.int())
        refused(TypeError, r"y\.long\(\)", model=MLP(2, 3), data=data, loss_fn=F.cross_entropy)

    def test_class_numbers_as_a_column(self) -> None:
        data = (X, K.reshape(-1, 1))
        refused(
            ValueError, r"y\.reshape\(-1\)", model=MLP(2, 3), data=data, loss_fn=F.cross_entropy
        )

    def test_a_class_beyond_the_last_output_even_in_a_late_batch(self) -> None:
        late = torch.tensor([0, 0, 0, 0, 0, 2])
        parts = ("classes 0 to 2", "2 outputs", "Count classes from 0")
        for batch_size in (None, 1):
            refused(
                ValueError,
                *parts,
                model=MLP(2, 2),
                data=(X, late),
                loss_fn=nn.CrossEntropyLoss(),
                batch_size=batch_size,
            )

    def test_one_logit_for_cross_entropy(self) -> None:
        data = (X, Y.reshape(-1).long())
        refused(ValueError, "BCEWithLogitsLoss", data=data, loss_fn=nn.CrossEntropyLoss())

    @pytest.mark.parametrize("last", [nn.Sigmoid(), nn.Softmax(dim=1)])
    def test_probabilities_for_cross_entropy(self, last: nn.Module) -> None:
        model = nn.Sequential(nn.Linear(2, 3), last)
        parts = ("wants logits", "Remove the model's last activation")
        refused(ValueError, *parts, model=model, data=(X, K), loss_fn=nn.CrossEntropyLoss())

    def test_probabilities_for_the_binary_loss_also_behind_a_reshape(self) -> None:
        class Sneaky(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear = nn.Linear(2, 1)

            def forward(self, X: Tensor) -> Tensor:
                return torch.sigmoid(self.linear(X)).squeeze(1).unsqueeze(1)

        refused(ValueError, "come from a sigmoid", model=Sneaky(), loss_fn=nn.BCEWithLogitsLoss())

    def test_hidden_sigmoids_are_welcome(self) -> None:
        attempt(MLP(2, 3, 1, activation=nn.Sigmoid), loss_fn=nn.BCEWithLogitsLoss())

    def test_logits_for_a_loss_that_wants_probabilities(self) -> None:
        model = LinearRegression(2)
        nn.init.constant_(model.linear.bias, 5.0)
        parts = ("logits", r"BCEWithLogitsLoss\(\)")
        refused(ValueError, *parts, model=model, loss_fn=nn.BCELoss())

    def test_logits_for_a_loss_that_wants_log_probabilities(self) -> None:
        model = nn.Linear(2, 3)
        nn.init.constant_(model.bias, 5.0)
        refused(ValueError, "CrossEntropyLoss", model=model, data=(X, K), loss_fn=nn.NLLLoss())

    def test_right_pairs_pass(self) -> None:
        attempt(nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()), loss_fn=nn.BCELoss())
        attempt(nn.Sequential(nn.Linear(2, 3), nn.LogSoftmax(1)), (X, K), nn.NLLLoss())
        attempt(MLP(2, 3), (X, F.one_hot(K).float()), nn.CrossEntropyLoss())
        attempt(MLP(2, 3), (X, torch.tensor([0, 1, -100, 0, 1, 2])), nn.CrossEntropyLoss())

    def test_validation_targets_are_looked_at_too(self) -> None:
        parts = (r"\(6,\)", "reshape")
        refused(ValueError, *parts, val=(X, Y.reshape(-1)))


class TestArguments:
    def test_a_loss_class_without_parentheses(self) -> None:
        refused(TypeError, r"parentheses: nn\.MSELoss\(\)", loss_fn=nn.MSELoss)
        with pytest.raises(TypeError, match="parentheses"):
            evaluate(LinearRegression(2), (X, Y), loss_fn=nn.MSELoss)  # type: ignore[arg-type]

    def test_an_unreduced_loss(self) -> None:
        refused(ValueError, "'mean' or 'sum'", loss_fn=nn.MSELoss(reduction="none"))

    def test_a_model_that_is_none(self) -> None:
        with pytest.raises(TypeError, match=r"nn\.Module, not a function"):
            fit(lambda X: X, (X, Y), loss_fn=nn.MSELoss(), optimizer=None, epochs=1)  # type: ignore[arg-type]

    def test_an_optimizer_of_another_model(self) -> None:
        other = torch.optim.SGD(LinearRegression(2).parameters(), lr=0.1)
        refused(ValueError, "none of this model's parameters", "after the model", optimizer=other)

    def test_an_optimizer_class_or_name(self) -> None:
        refused(TypeError, "the class SGD", optimizer=torch.optim.SGD)
        refused(TypeError, "a str", optimizer="sgd")

    def test_an_optimizer_that_needs_a_closure(self) -> None:
        model = LinearRegression(2)
        lbfgs = torch.optim.LBFGS(model.parameters())
        refused(TypeError, "loop of its own", model=model, optimizer=lbfgs)

    @pytest.mark.parametrize("value", [0, -3])
    def test_counts_below_one(self, value: int) -> None:
        refused(ValueError, "epochs must be 1 or more", epochs=value)
        refused(ValueError, "batch_size must be 1 or more", batch_size=value)

    @pytest.mark.parametrize("value", [1.5, "10", True])
    def test_counts_that_are_none(self, value: Any) -> None:
        refused(TypeError, "epochs must be a whole number", epochs=value)
        refused(TypeError, "batch_size must be a whole number", batch_size=value)

    def test_metrics_that_are_no_functions(self) -> None:
        refused(ValueError, "'accuracy': accuracy", metrics={"accuracy": 0.5})
        refused(ValueError, "does not fit", metrics={"loss": lambda o, y: 0.0})

    def test_a_model_that_returns_several_tensors(self) -> None:
        class Pair(nn.Linear):
            def forward(self, X: Tensor) -> Any:  # type: ignore[override]
                return super().forward(X), X

        refused(TypeError, "a tuple", model=Pair(2, 1))

    def test_a_refusal_leaves_the_model_untouched(self) -> None:
        model = MLP(2, 2)
        before = [p.clone() for p in model.parameters()]
        refused(ValueError, "2 outputs", model=model, data=(X, K), loss_fn=nn.CrossEntropyLoss())
        assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))
