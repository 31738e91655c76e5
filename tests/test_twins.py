"""What a lecture writes out and what the package holds are twins: equal numbers, under one seed.

How to add a twin:

1. In the lecture, tag the cell that writes the code out: ``twin:training.fit`` (the module and
   the name inside course_utils). Cells of one lecture with the same tag are run one after another.
2. In the library, say in the docstring: "First written out in lecture 01".
3. Below, in the section of your lecture, add a test with ``@twin("01", "training.fit")``. It gets
   ``cell`` and ``library``. ``cell(X=X, model=model)`` runs the code in a fresh namespace that
   holds these names (and torch, nn, math, a CPU device) and returns it: ``names.losses``.
   ``library`` is the object of the package.
4. Compare results on the same data, seed and initial weights: ``torch.equal``, or ``allclose``
   with a tight tolerance and a word on why the last digit may differ.

For example::

    @twin("01", "metrics.r2")
    def test_r2_of_lecture_01(cell, library):
        y, predictions = torch.randn(2, 20, 1)
        assert cell().r2(predictions, y) == library(predictions, y)

A tag without a comparison fails, and so does a comparison without a tag.
"""

from __future__ import annotations

import itertools
import math
import random
import re
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_notebook
from torch import nn

from course_utils import LinearRegression, batches
from course_utils.notebooks.files import dumps, read_notebook

LECTURES = Path(__file__).resolve().parents[1] / "lectures"
Key = tuple[str, str]  # number of the lecture, name in the package
COMPARISONS: dict[Key, Callable[..., None]] = {}


def twin(lecture: str, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a test as the comparison of the cell of `lecture` tagged ``twin:name``."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        key = (lecture, name)
        if key in COMPARISONS:
            raise ValueError(f"lecture {lecture} has two comparisons of {name}")
        COMPARISONS[key] = function
        function.twin = key  # type: ignore[attr-defined]
        return function

    return register


def find_cells(folder: Path) -> dict[Key, str]:
    """Collect the sources of all twin cells in the lectures of a folder."""
    cells: dict[Key, str] = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        for node in read_notebook(path).cells:
            for tag in node.metadata.get("tags", []):
                if tag.startswith("twin:"):
                    key = path.name[:2], tag.removeprefix("twin:")
                    cells[key] = f"{cells[key]}\n{node.source}" if key in cells else node.source
    return cells


def find_in_library(name: str) -> Any:
    """Look up ``training.fit`` in the package, ``torch.optim.Adam`` in PyTorch."""
    module, *rest = name.split(".")
    found = torch if module == "torch" else import_module(f"course_utils.{module}")
    for part in rest:
        found = getattr(found, part)
    return found


def run_cell(source: str, names: Mapping[str, Any]) -> SimpleNamespace:
    """Run a cell's source in a fresh namespace that holds `names`."""
    namespace = {"torch": torch, "nn": nn, "math": math, "device": torch.device("cpu"), **names}
    exec(compile(TransformerManager().transform_cell(source), "<twin cell>", "exec"), namespace)
    return SimpleNamespace(**namespace)


def problems(
    cells: Mapping[Key, str],
    comparisons: Mapping[Key, Any],
    look_up: Callable[[str], Any] = find_in_library,
) -> list[str]:
    """Tags without comparisons, comparisons without tags, docstrings that name another lecture."""
    found = [
        f"lecture {n}: no comparison of {name}" for n, name in sorted({*cells} - {*comparisons})
    ]
    found += [
        f"lecture {n}: no cell tagged {name}" for n, name in sorted({*comparisons} - {*cells})
    ]
    for name in sorted({name for _, name in cells}):
        first = min(lecture for lecture, other in cells if other == name)
        try:
            text = look_up(name).__doc__ or ""
        except (AttributeError, ImportError):
            found.append(f"lecture {first}: course_utils has no {name}")
            continue
        if name.startswith("torch."):
            continue  # its docstring is not ours
        if not re.search(rf"First written out in\s+lecture\s+{first}\b", text):
            found.append(f"{name}: say in the docstring 'First written out in lecture {first}'")
    return found


CELLS = find_cells(LECTURES)


@pytest.fixture
def cell(request: pytest.FixtureRequest) -> Callable[..., SimpleNamespace]:
    """The twin's code in the lecture: call it with the names it needs."""
    lecture, name = request.function.twin
    if (lecture, name) not in CELLS:
        pytest.fail(f"no cell of lecture {lecture} is tagged 'twin:{name}'")
    return lambda **names: run_cell(CELLS[lecture, name], names)


@pytest.fixture
def library(request: pytest.FixtureRequest) -> Any:
    """The twin's object in the package."""
    return find_in_library(request.function.twin[1])


def test_tags_comparisons_and_docstrings_agree():
    found = problems(CELLS, COMPARISONS)
    assert not found, "\n" + "\n".join(found)


# --- the machinery itself, on a toy ------------------------------------------------------------


def double(x: float) -> float:
    """Return twice the number. First written out in lecture 07."""
    return 2 * x


def toy_lecture(folder: Path, *cells: tuple[str, str]) -> None:
    nodes = [new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells]
    text = dumps(new_notebook(cells=nodes))
    (folder / "07_toy.ipynb").write_text(text, encoding="utf-8")


def test_a_cell_is_run_with_the_given_names_and_nothing_else(tmp_path):
    toy_lecture(tmp_path, ("twin:toy.double", "def double(x):\n    return x + x\n\n\n%precision 3"))
    cells = find_cells(tmp_path)
    assert list(cells) == [("07", "toy.double")]
    with pytest.raises(NameError, match="get_ipython"):  # a magic is no twin
        run_cell(cells["07", "toy.double"], {})
    names = run_cell("y = torch.ones(2) * x", {"x": 3})
    assert names.y.tolist() == [3.0, 3.0]
    with pytest.raises(NameError, match="'x' is not defined"):
        run_cell("y = x", {})


def test_cells_with_one_tag_are_one_twin(tmp_path):
    toy_lecture(tmp_path, ("twin:toy.double", "a = 1"), ("twin:toy.double", "b = a + 1"))
    assert run_cell(find_cells(tmp_path)["07", "toy.double"], {}).b == 2


@pytest.mark.parametrize(
    ("cells", "comparisons", "message"),
    [
        ([("07", "toy.double")], [("07", "toy.double")], ""),
        (
            [("07", "toy.double"), ("08", "toy.double")],
            [("07", "toy.double")],
            "lecture 08: no comp",
        ),
        ([("07", "toy.double")], [], "lecture 07: no comparison of toy.double"),
        ([], [("07", "toy.double")], "lecture 07: no cell tagged toy.double"),
        ([("06", "toy.double")], [("06", "toy.double")], "toy.double: say in the docstring"),
        ([("07", "toy.halve")], [("07", "toy.halve")], "course_utils has no toy.halve"),
    ],
)
def test_a_missing_half_of_a_twin_is_found(cells, comparisons, message):
    toys = SimpleNamespace(double=double)
    found = problems(
        dict.fromkeys(cells, ""),
        dict.fromkeys(comparisons, double),
        lambda name: getattr(toys, name.removeprefix("toy.")),
    )
    assert found == [] if not message else message in " ".join(found)


def test_a_twin_is_registered_once():
    key = ("07", "toy.once")
    try:
        twin(*key)(lambda: None)
        with pytest.raises(ValueError, match="two comparisons"):
            twin(*key)(lambda: None)
    finally:
        COMPARISONS.pop(key, None)


# --- lecture 00 --------------------------------------------------------------------------------


@twin("00", "runtime.seed_everything")
@pytest.mark.parametrize("seed", [0, 137, 2**32 - 1])
def test_seed_everything_of_lecture_00(cell, library, seed):
    def draws(seed_with):
        seed_with(seed)
        numpy_draws = [np.random.rand(3).tolist(), np.random.permutation(5).tolist()]
        torch_draws = [torch.rand(3).tolist(), nn.Linear(2, 1).weight.tolist()]
        return random.random(), numpy_draws, torch_draws

    written = cell(random=random, np=np).seed_everything
    assert draws(written) == draws(library)
    assert draws(written) != draws(lambda seed: library(seed ^ 1))


# --- lecture 01 --------------------------------------------------------------------------------


@twin("01", "models.LinearRegression")
@pytest.mark.parametrize(("n_features", "n_outputs"), [(1, 1), (3, 1), (2, 4)])
def test_linear_regression_of_lecture_01(cell, library, n_features, n_outputs):
    X = torch.randn(5, n_features, generator=torch.Generator().manual_seed(1))
    models = []
    for make in (cell().LinearRegression, library):
        torch.manual_seed(0)
        models.append(make(n_features, n_outputs))
    written, imported = models
    assert list(written.state_dict()) == list(imported.state_dict())
    assert torch.equal(written(X), imported(X))


@twin("01", "training.fit")
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_the_training_loop_of_lecture_01(cell, library, reduction):
    X = torch.tensor([[1.0], [2.0], [3.0]])
    y, loss_fn = 2 * X, nn.MSELoss(reduction=reduction)
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        models.append(nn.Linear(1, 1))
    written, imported = models
    optimizer = torch.optim.SGD(written.parameters(), lr=0.01)
    losses = cell(X=X, y=y, model=written, loss_fn=loss_fn, optimizer=optimizer).losses
    optimizer = torch.optim.SGD(imported.parameters(), lr=0.01)
    history = library(imported, (X, y), loss_fn=loss_fn, optimizer=optimizer, epochs=500)
    assert losses == history["loss"]
    assert torch.equal(written.weight, imported.weight)
    assert torch.equal(written.bias, imported.bias)


@twin("01", "metrics.r2")
def test_r2_of_lecture_01(cell, library):
    y, noise = torch.randn(2, 50, 1, generator=torch.Generator().manual_seed(0))
    for predictions in (y, y + 0.5 * noise, noise, torch.full_like(y, y.mean())):
        # the package sums in float64, the lecture in float32
        assert cell().r2(predictions, y) == pytest.approx(library(predictions, y), abs=1e-5)


# --- lecture 02 --------------------------------------------------------------------------------


@twin("02", "training.fit")
def test_the_mini_batch_loop_of_lecture_02(cell, library):
    from course_utils import LinearRegression, batches

    X = torch.randn(50, 3)
    y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(50, 1)
    for size in (1, 7, 32, None):  # None: all rows as one batch
        written = LinearRegression(3)
        packaged = LinearRegression(3)
        packaged.load_state_dict(written.state_dict())
        loader = [(X, y)] if size is None else batches(X, y, size, seed=5)
        loss_fn, sgd = nn.MSELoss(), torch.optim.SGD(written.parameters(), lr=0.05)
        losses = cell().train(written, loader, loss_fn, sgd, epochs=3)
        sgd = torch.optim.SGD(packaged.parameters(), lr=0.05)
        how = {"loss_fn": loss_fn, "optimizer": sgd, "epochs": 3, "batch_size": size, "seed": 5}
        assert losses == library(packaged, (X, y), **how).step_losses
        assert torch.equal(written.linear.weight, packaged.linear.weight)


# --- lecture 03 --------------------------------------------------------------------------------


@twin("03", "models.LogisticRegression")
def test_logistic_regression_of_lecture_03(cell, library):
    torch.manual_seed(3)
    written = cell().LogisticRegression(4)
    torch.manual_seed(3)
    packaged = library(4)
    assert written.state_dict().keys() == packaged.state_dict().keys()
    X = torch.randn(20, 4)
    assert torch.equal(written(X), packaged(X))


@twin("03", "metrics.accuracy")
def test_accuracy_of_lecture_03(cell, library):
    for n in (1, 3, 600):
        logits, y = torch.randn(n, 1), (torch.rand(n, 1) > 0.5).float()
        assert cell().accuracy(logits, y) == library(logits, y)
    assert cell().accuracy(torch.zeros(1, 1), torch.zeros(1, 1)) == 1.0  # a tie is class 0
    assert library(torch.zeros(1, 1), torch.zeros(1, 1)) == 1.0


@twin("03", "metrics.confusion")
def test_confusion_of_lecture_03(cell, library):
    for n in (1, 3, 600):
        logits, y = torch.randn(n, 1), (torch.rand(n, 1) > 0.2).float()
        assert torch.equal(cell().confusion(logits, y), library(logits, y))


# --- lecture 04 --------------------------------------------------------------------------------


@twin("04", "models.MLP")
@pytest.mark.parametrize("widths", [(8, 6, 4, 1), (2, 1), (13, 32, 3)])
@pytest.mark.parametrize("activation", [nn.ReLU, nn.Sigmoid])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_mlp_of_lecture_04(cell, library, widths, activation, batch_norm):
    lecture_mlp = cell(pairwise=itertools.pairwise).MLP
    X = torch.randn(5, widths[0])
    models = []
    for make in (lecture_mlp, library):
        torch.manual_seed(0)
        models.append(make(*widths, activation=activation, batch_norm=batch_norm))
    written, packaged = models
    assert written.state_dict().keys() == packaged.state_dict().keys()
    assert torch.equal(written(X), packaged(X))
    for model in models:
        model.eval()
    assert torch.equal(written(X), packaged(X))


# --- lecture 05 --------------------------------------------------------------------------------


@twin("05", "activations.value_and_slope")
def test_value_and_slope_of_lecture_05(cell, library):
    z = torch.linspace(-7, 7, 141, dtype=torch.float64).reshape(3, 47)
    for f in (torch.relu, torch.tanh, torch.sign, nn.functional.selu, lambda z: z):
        for written, packaged in zip(cell().value_and_slope(f, z), library(f, z), strict=True):
            assert torch.equal(written, packaged)
    assert not z.requires_grad


# --- lecture 06 --------------------------------------------------------------------------------


@twin("06", "training.fit")
@pytest.mark.parametrize("batch_size", [1, 16, 50])
def test_fit_of_lecture_06(cell, library, batch_size):
    X = torch.randn(50, 1)
    y = 2 * X + 1 + 0.1 * torch.randn(50, 1)
    mse = nn.MSELoss()
    written, packaged = (LinearRegression(1) for _ in range(2))
    packaged.load_state_dict(written.state_dict())
    names = cell(X=X, y=y, mse=mse, batches=batches)
    losses, path = names.train_in_batches(written, batch_size, epochs=3)
    sgd = torch.optim.SGD(packaged.parameters(), lr=0.05)
    history = library(
        packaged, (X, y), loss_fn=mse, optimizer=sgd, epochs=3, batch_size=batch_size, seed=0
    )
    assert losses == history.step_losses
    assert path[-1].tolist() == [p.item() for p in packaged.parameters()]


# Rule of the lecture, options of the optimizer that it equals.
RULES_06 = {
    "SGD": [
        ("sgd", {}),
        ("momentum", {"momentum": 0.9}),
        ("nesterov", {"momentum": 0.9, "nesterov": True}),
    ],
    **{name: [(name.lower(), {})] for name in ("Adagrad", "RMSprop", "Adadelta", "Adam")},
    **{name: [(name.lower(), {})] for name in ("Adamax", "NAdam", "AdamW")},
}


def compare_optimizers(cell, library):
    """Five hundred steps on noisy gradients that depend on the weights, in float64."""
    name = library.__name__
    context = {"descend": lambda *_: None, "arrival": lambda *_: 0, "ravine": None}
    if name == "AdamW":  # the lecture builds it on its Adam
        context["adam"] = run_cell(CELLS["06", "torch.optim.Adam"], {}).adam
    written = cell(**context)
    for rule, options in RULES_06[name]:
        weights = torch.linspace(-2, 2, 5, dtype=torch.float64)
        theirs = nn.Parameter(weights.clone())
        optimizer = library([theirs], lr=0.02, **options)
        state = {}
        for noise in torch.randn(500, 5, dtype=torch.float64):
            weights = getattr(written, rule)(weights, weights.sin() + noise, state, 0.02)
            theirs.grad = theirs.detach().sin() + noise
            optimizer.step()
        assert torch.allclose(weights, theirs, rtol=0, atol=1e-7), rule


for optimizer_name in RULES_06:

    @twin("06", f"torch.optim.{optimizer_name}")
    def comparison(cell, library):
        compare_optimizers(cell, library)

    globals()[f"test_{optimizer_name.lower()}_of_lecture_06"] = comparison
del comparison


# --- lecture 07 --------------------------------------------------------------------------------


@twin("07", "models.LogisticRegression")
def test_softmax_regression_of_lecture_07(cell, library):
    for n_classes in (3, 10):
        torch.manual_seed(7)
        written = cell().SoftmaxRegression(4, n_classes)
        torch.manual_seed(7)
        packaged = library(4, n_classes=n_classes)
        assert written.state_dict().keys() == packaged.state_dict().keys()
        X = torch.randn(20, 4)
        assert torch.equal(written(X), packaged(X))


@twin("07", "metrics.accuracy")
def test_accuracy_of_lecture_07(cell, library):
    for n, n_classes in ((1, 2), (3, 3), (600, 10)):
        logits, y = torch.randn(n, n_classes), torch.randint(n_classes, (n,))
        assert cell().accuracy(logits, y) == library(logits, y)
    tied, first = torch.zeros(1, 3), torch.tensor([0])  # a tie goes to the first class
    assert cell().accuracy(tied, first) == library(tied, first) == 1.0


# --- lecture 08 --------------------------------------------------------------------------------


@twin("08", "torch.utils.data.TensorDataset")
def test_the_dataset_of_lecture_08(cell, library):
    X, y = torch.randn(7, 3), torch.randn(7, 1)
    written, torchs = cell().TableDataset(X, y), library(X, y)
    assert len(written) == len(torchs) == 7
    for i in (0, 3, 6, -1):
        for ours, theirs in zip(written[i], torchs[i], strict=True):
            assert torch.equal(ours, theirs)


@twin("08", "torch.utils.data.DataLoader")
@pytest.mark.parametrize("batch_size", [1, 3, 10, 64])
def test_the_loader_of_lecture_08_serves_the_first_epoch_of_pytorchs(cell, library, batch_size):
    X = torch.randn(50, 4)
    table = torch.utils.data.TensorDataset(X, X[:, :1])
    generators = [torch.Generator().manual_seed(137) for _ in range(2)]
    written = cell().Loader(table, batch_size, generators[0])
    torchs = library(table, batch_size=batch_size, shuffle=True, generator=generators[1])
    assert len(written) == len(torchs)
    first = list(written)
    for ours, theirs in zip(first, torchs, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])
    again = torch.cat([X for X, _ in written])
    assert not torch.equal(torch.cat([X for X, _ in first]), again)  # a new order
    assert torch.equal(again.sort(dim=0).values, X.sort(dim=0).values)  # of the same rows


@twin("08", "datasets.standardize")
def test_standardize_of_lecture_08(cell, library):
    tables = [3 + 5 * torch.randn(n, 4) for n in (40, 7, 1)]
    parts = SimpleNamespace(train=tables[:1], val=tables[1:2])
    written = cell(parts=parts).standardize
    for ours, theirs in zip(written(*tables), library(*tables), strict=True):
        assert torch.equal(ours, theirs)


def binary_case(n):
    logits, y = torch.randn(n, 1), (torch.rand(n, 1) > 0.3).float()
    logits[0], y[0] = 1.0, 1.0  # one of class 1 is found, so that nothing is divided by 0
    return logits, y


@twin("08", "metrics.precision")
@pytest.mark.parametrize("n", [2, 50, 600])
def test_precision_of_lecture_08(cell, library, n):
    logits, y = binary_case(n)
    assert cell().precision(logits, y) == library(logits, y)


@twin("08", "metrics.recall")
@pytest.mark.parametrize("n", [2, 50, 600])
def test_recall_of_lecture_08(cell, library, n):
    logits, y = binary_case(n)
    assert cell(precision=None).recall(logits, y) == library(logits, y)


@twin("08", "metrics.f1")
@pytest.mark.parametrize("n", [2, 50, 600])
def test_f1_of_lecture_08(cell, library, n):
    logits, y = binary_case(n)
    assert cell().f1(logits, y) == pytest.approx(library(logits, y), rel=1e-12)


# --- lecture 09 --------------------------------------------------------------------------------


@twin("09", "training.EarlyStopping")
@pytest.mark.parametrize("patience", [1, 3, 30])
def test_the_early_stopper_of_lecture_09(cell, library, patience):
    from course_utils import fit

    g = torch.Generator().manual_seed(9)
    (X, y), (X_val, y_val) = ((torch.randn(20, 3, generator=g), torch.randn(20, 1, generator=g))
                              for _ in range(2))  # fmt: skip
    runs = []
    for make in (cell().EarlyStopper, library):
        torch.manual_seed(0)
        model, stopper = nn.Linear(3, 1), make(patience)
        how = {"loss_fn": nn.MSELoss(), "epochs": 300, "val": (X_val, y_val), "progress": False}
        sgd = torch.optim.SGD(model.parameters(), lr=0.05)
        history = fit(model, (X, y), optimizer=sgd, on_epoch_end=stopper, **how)
        stopper.restore(model)
        runs.append((history.rows, stopper.best_epoch, stopper.best_value, model.weight))
    assert len(runs[0][0]) == len(runs[1][0]) < 300
    assert runs[0][:3] == runs[1][:3]
    assert torch.equal(runs[0][3], runs[1][3])


@twin("09", "torch.nn.functional.dropout")
@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_of_lecture_09(cell, library, p):
    a = torch.randn(200, 50)
    written = cell().dropout
    assert torch.equal(written(a, p, training=False), library(a, p, training=False))
    torch.manual_seed(1)
    ours = written(a, p)
    torch.manual_seed(1)
    theirs = library(a, p, training=True)
    # the same coins; times 1 / (1 - p) or divided by 1 - p: the last digit may differ
    assert torch.equal(ours == 0, theirs == 0)
    assert torch.allclose(ours, theirs, rtol=1e-6, atol=0)


@twin("09", "torch.nn.BatchNorm1d")
def test_batch_norm_of_lecture_09(cell, library):
    layers = cell().BatchNorm(4), library(4)
    for layer in layers:
        nn.init.constant_(layer.weight, 2.0)
        nn.init.constant_(layer.bias, -1.0)
    for n in (30, 5, 2):
        Z = 3 + 2 * torch.randn(n, 4)
        ours, theirs = (layer(Z) for layer in layers)
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-5)
        gradients = [torch.autograd.grad((out**2).sum(), list(layer.parameters()))
                     for layer, out in zip(layers, (ours, theirs), strict=True)]  # fmt: skip
        for a, b in zip(*gradients, strict=True):
            assert torch.allclose(a, b, rtol=1e-4, atol=1e-4)
    written, torchs = layers
    assert torch.allclose(written.mean, torchs.running_mean, atol=1e-6)
    assert torch.allclose(written.var, torchs.running_var, atol=1e-6)
    Z = torch.randn(3, 4)
    assert torch.allclose(written.eval()(Z), torchs.eval()(Z), rtol=0, atol=1e-5)


# --- lecture 10 --------------------------------------------------------------------------------


@twin("10", "torch.nn.functional.conv2d")
@pytest.mark.parametrize(("channels", "filters", "k"), [(1, 1, 1), (3, 6, 5), (4, 2, 3)])
def test_convolution_of_lecture_10(cell, library, channels, filters, k):
    written = cell(F=nn.functional)
    X = torch.randn(4, channels, 9, 11, dtype=torch.float64)
    W = torch.randn(filters, channels, k, k, dtype=torch.float64)
    b = torch.randn(filters, dtype=torch.float64)
    expected = library(X, W, b)
    # Sums in another order: the last digit may differ.
    assert torch.allclose(written.convolve(X, W, b).double(), expected, rtol=0, atol=1e-5)
    for stride, padding in ((1, 0), (2, 1), (3, 2)):
        found = written.convolve_by_unfold(X, W, b, stride=stride, padding=padding)
        expected = library(X, W, b, stride=stride, padding=padding)
        assert torch.allclose(found, expected, rtol=0, atol=1e-12)


@twin("10", "models.ConvNet")
@pytest.mark.parametrize(("in_channels", "n_classes"), [(3, 10), (1, 2)])
def test_conv_net_of_lecture_10(cell, library, in_channels, n_classes):
    models = []
    for make in (cell().SmallConvNet, library):
        torch.manual_seed(10)
        models.append(make(in_channels, n_classes))
    written, packaged = models
    assert list(written.state_dict()) == list(packaged.state_dict())
    X = torch.randn(5, in_channels, 32, 32)
    assert torch.equal(written(X), packaged(X))


# --- lecture 11 --------------------------------------------------------------------------------


@twin("11", "runtime.measure")
def test_measure_of_lecture_11(cell, library, monkeypatch):
    runs = []
    for function in (cell(time=time).measure, library):
        ticks, calls = itertools.accumulate(range(100)), []
        monkeypatch.setattr(time, "perf_counter", lambda ticks=ticks: float(next(ticks)))
        seconds = function(lambda calls=calls: calls.append(1), repeats=4, warm_up=3)
        runs.append((seconds, len(calls)))
    assert runs[0] == runs[1] == ([1.0, 3.0, 5.0, 7.0], 7)


class Parts:
    """A run whose shuffling, dropout, optimizer and schedule all have a state."""

    def __init__(self):
        torch.manual_seed(4)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 2)
        self.order = torch.Generator().manual_seed(5)

    def go(self, steps):
        losses = []
        for _ in range(steps):
            X = torch.rand(6, 3, generator=self.order)
            loss = self.model(X).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            losses.append(loss.item())
        return losses


def resumed_losses(path, save, load):
    """Losses of a run that was saved after 3 steps of 7, and of the one that was not."""
    first, second = Parts(), Parts()
    first.go(3)
    save(path, epoch=3, **vars(first))
    whole = first.go(4)
    torch.manual_seed(77)
    assert load(path, **vars(second)) == 3
    return whole, second.go(4)


@twin("11", "training.save_checkpoint")
def test_save_checkpoint_of_lecture_11(cell, library, tmp_path):
    from course_utils import load_checkpoint

    for save in (cell().save_checkpoint, library):
        whole, resumed = resumed_losses(tmp_path / "run.pt", save, load_checkpoint)
        assert whole == resumed
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


@twin("11", "training.load_checkpoint")
def test_load_checkpoint_of_lecture_11(cell, library, tmp_path):
    from course_utils import save_checkpoint

    for load in (cell().load_checkpoint, library):
        whole, resumed = resumed_losses(tmp_path / "run.pt", save_checkpoint, load)
        assert whole == resumed


@twin("11", "torch.utils.data.distributed.DistributedSampler")
@pytest.mark.parametrize(("n", "world"), [(10, 4), (12, 4), (7, 1), (9, 2)])
def test_rows_of_lecture_11(cell, library, n, world):
    rows_of = cell().rows_of
    for rank in range(world):
        sampler = library(range(n), world, rank, seed=3)
        for epoch in range(3):
            sampler.set_epoch(epoch)
            assert rows_of(rank, world, n, epoch, seed=3) == list(sampler)
