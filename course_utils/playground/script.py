"""The PyTorch code of a run: what the playground did, written out to be read and run."""

from __future__ import annotations

from itertools import pairwise

from ..datasets.generators import KINDS
from .choices import ACTIVATIONS, FEATURES, OPTIMIZERS, TABLES
from .data import fractions, noise_of
from .session import optimizer_arguments
from .settings import Settings

N_CLASSES = {"wine": 3, "diabetes": 2} | {kind: entry[2] for kind, entry in KINDS.items()}


def pytorch_code(settings: Settings, epochs: int) -> str:
    """Write the run as a script that needs PyTorch and this package's data.

    Model and loop are plain PyTorch. Run in a fresh Python it ends with the playground's losses.

    Parameters
    ----------
    settings
        Of the run.
    epochs
        How many to train, 1 or more.

    Examples
    --------
    >>> print(pytorch_code(Settings(hidden=()), 20).splitlines()[-1])
    print(f"epoch {epoch}: training loss {loss:.4f}, validation loss {val_loss:.4f}")
    """
    parts = [_imports(settings), _data(settings), _model(settings), _training(settings, epochs)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _imports(settings: Settings) -> list[str]:
    table = settings.data in TABLES
    names = ["load_dataset" if table else "make_points", "seed_everything", "split", "standardize"]
    if settings.batch:
        names.insert(0, "batches")
    lines = ["import torch", "from torch import nn", ""]
    lines.append(f"from course_utils import {', '.join(names)}")
    if table and settings.columns == "pca":
        lines.append("from course_utils.playground.data import principal_components")
    return lines


def _data(settings: Settings) -> list[str]:
    lines = ["# The data: split, then standardised with the training rows' mean and spread."]
    seed = settings.seed
    if settings.data not in TABLES:
        noise = noise_of(settings)
        lines.append(f'X, y = make_points("{settings.data}", {settings.n}, {noise=!r}, {seed=})')
    elif settings.columns == "pca":
        lines.append(f'X, y = load_dataset("{settings.data}").xy')
    else:
        first, second = settings.columns.split("+")
        lines.append(f'dataset = load_dataset("{settings.data}")')
        lines.append(f'X, y = dataset.feature("{first}", "{second}"), dataset.y')
    lines += [
        f"train, val, _ = split(X, y, fractions={fractions(settings)}, stratify=True, {seed=})",
        "(X_train, y_train), (X_val, y_val) = train, val",
        "X_train, X_val = standardize(X_train, X_val)",
    ]
    if settings.data in TABLES and settings.columns == "pca":
        lines.append("X_train, X_val = standardize(*principal_components(X_train, X_val))")
    if settings.features != ("x1", "x2"):
        codes = ", ".join(FEATURES[name].code for name in settings.features)
        lines += [
            "",
            "",
            "def features(X):",
            "    x1, x2 = X[:, 0], X[:, 1]",
            f"    return torch.stack([{codes}], dim=1)",
            "",
            "",
            "X_train, X_val = features(X_train), features(X_val)",
        ]
    return lines


def _model(settings: Settings) -> list[str]:
    n_classes = N_CLASSES[settings.data]
    widths = [len(settings.features), *settings.hidden, 1 if n_classes == 2 else n_classes]
    activation = ACTIVATIONS[settings.activation].__name__
    dropout = settings.penalty == "dropout" and settings.strength > 0
    lines = ["# The network.", f"seed_everything({settings.seed})", "model = nn.Sequential("]
    for n_in, n_out in pairwise(widths[:-1]):
        layer = f"    nn.Linear({n_in}, {n_out}), nn.{activation}(),"
        lines.append(layer + (f" nn.Dropout({settings.strength!r})," if dropout else ""))
    lines += [f"    nn.Linear({widths[-2]}, {widths[-1]}),", ")"]
    optimizer = OPTIMIZERS[settings.optimizer].make
    arguments = {"lr": settings.lr} | optimizer_arguments(settings)
    written = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    name = getattr(optimizer, "__name__", "")
    lines.append(f"optimizer = torch.optim.{name}(model.parameters(), {written})")
    loss = "BCEWithLogitsLoss" if n_classes == 2 else "CrossEntropyLoss"
    lines.append(f"loss_fn = nn.{loss}()")
    return lines


def _training(settings: Settings, epochs: int) -> list[str]:
    lines = ["# The training."]
    if settings.batch:
        lines.append(f"loader = batches(X_train, y_train, {settings.batch}, seed={settings.seed})")
    else:
        lines.append("loader = [(X_train, y_train)]  # all rows at once")
    lines += [
        f"for epoch in range(1, {epochs} + 1):",
        "    model.train()",
        "    total = 0.0",
        "    for X_batch, y_batch in loader:",
        "        batch_loss = loss_fn(model(X_batch), y_batch)",
    ]
    if settings.penalty == "l1":
        lines += [
            "        weights = [p for p in model.parameters() if p.ndim == 2]",
            f"        batch_loss += {settings.strength!r} * sum(W.abs().sum() for W in weights)",
        ]
    lines += [
        "        optimizer.zero_grad()",
        "        batch_loss.backward()",
        "        optimizer.step()",
        "        total += batch_loss.item() * len(X_batch)",
        "    loss = total / len(X_train)",
        "    model.eval()",
        "    with torch.no_grad():",
        "        val_loss = loss_fn(model(X_val), y_val).item()",
        "",
        'print(f"epoch {epoch}: training loss {loss:.4f}, validation loss {val_loss:.4f}")',
    ]
    return lines
