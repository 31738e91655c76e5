"""Models of tables: a linear layer, with a logit to read, or with hidden layers before it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from torch import Tensor, nn

from ._inputs import apply, require_counts

Init = Callable[[Tensor], object]

# Gain-aware initialisations by name; biases become zero. First used in lecture 04.
INITS: dict[str, Init] = {
    "he": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "xavier": nn.init.xavier_uniform_,
}


class LinearRegression(nn.Module):
    """Predict ``X @ w + b``: one linear unit for each output.

    First written out in lecture 01.

    Parameters
    ----------
    n_features
        Columns of `X`.
    n_outputs
        Columns of the prediction.

    Examples
    --------
    >>> import torch
    >>> model = LinearRegression(3)
    >>> model(torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    def __init__(self, n_features: int, n_outputs: int = 1) -> None:
        super().__init__()
        require_counts(n_features=n_features, n_outputs=n_outputs)
        self.linear = nn.Linear(n_features, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        """Return predictions (N, n_outputs) for `X` (N, n_features), float32."""
        return apply(self.linear, X, self.linear.in_features)


class LogisticRegression(nn.Module):
    """A linear unit whose output is read as a logit: the classifier without hidden layers.

    First written out in lecture 03.

    Parameters
    ----------
    n_features
        Columns of `X`.
    n_classes
        Two classes need one logit, for the probability of class 1 (sigmoid); K > 2 classes need
        K logits (softmax, lecture 07).

    Examples
    --------
    >>> import torch
    >>> LogisticRegression(8)(torch.zeros(5, 8)).shape
    torch.Size([5, 1])
    >>> LogisticRegression(13, n_classes=3)(torch.zeros(5, 13)).shape
    torch.Size([5, 3])
    """

    def __init__(self, n_features: int, n_classes: int = 2) -> None:
        super().__init__()
        require_counts(n_features=n_features, n_classes=n_classes)
        if n_classes < 2:
            raise ValueError(
                "n_classes must be 2 or more: with one class there is nothing to tell apart. "
                "Two classes give one logit by themselves."
            )
        self.linear = nn.Linear(n_features, 1 if n_classes == 2 else n_classes)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (N, 1) or (N, n_classes), for `X` (N, n_features), float32."""
        return apply(self.linear, X, self.linear.in_features)


class MLP(nn.Module):
    """A multi-layer perceptron: linear layers with an activation between each two.

    The last layer is linear: a regressor reads its output as it is, a classifier as logits.
    First written out in lecture 04.

    Parameters
    ----------
    *widths
        Features, hidden widths, outputs: ``MLP(8, 6, 4, 1)`` has two hidden layers.
    activation
        A module class, or any function that makes one: ``nn.Tanh``, ``lambda: nn.LeakyReLU(0.1)``.
    init
        ``"he"`` (for ReLU), ``"xavier"`` (for tanh and sigmoid), or a function that fills a
        weight in place, such as ``nn.init.orthogonal_``. Biases then start at zero. None keeps
        PyTorch's default.
    dropout
        Probability with which a hidden activation is zeroed while training (lecture 09).
    batch_norm
        Normalise each hidden layer over the batch before its activation (lecture 09).

    Raises
    ------
    TypeError, ValueError
        If a width is no positive whole number, there are fewer than two of them, `dropout` is
        outside [0, 1), or `init` is unknown.

    Examples
    --------
    >>> import torch
    >>> model = MLP(8, 6, 4, 1)
    >>> sum(p.numel() for p in model.parameters())
    87
    >>> model(torch.zeros(5, 8)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self,
        *widths: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
        init: str | Init | None = None,
        dropout: float = 0.0,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        if len(widths) < 2:
            raise ValueError(
                f"MLP got {len(widths)} width(s); give the features, the hidden widths and the "
                "outputs, for example MLP(8, 6, 4, 1)."
            )
        require_counts(**{f"width {i}": width for i, width in enumerate(widths)})
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout is a probability in [0, 1), not {dropout}.")
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(widths[:-1]):
            layers.append(nn.Linear(n_in, n_out))
            if batch_norm:
                layers.append(nn.BatchNorm1d(n_out))
            layers.append(activation())
            if dropout:
                layers.append(nn.Dropout(dropout))
        layers.append(nn.Linear(widths[-2], widths[-1]))
        self.widths = widths
        self.layers = nn.Sequential(*layers)
        if init is not None:
            _initialise(self, init)

    def forward(self, X: Tensor) -> Tensor:
        """Return outputs (N, widths[-1]) for `X` (N, widths[0]), float32."""
        return apply(self.layers, X, self.widths[0])


def _initialise(model: nn.Module, init: str | Init) -> None:
    if isinstance(init, str):
        if init not in INITS:
            raise ValueError(f"init {init!r} is unknown; choose from {sorted(INITS)} or None.")
        init = INITS[init]
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            init(layer.weight)
            nn.init.zeros_(layer.bias)
