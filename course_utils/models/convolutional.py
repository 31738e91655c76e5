"""The model of images: convolutions with pooling, then a small MLP on what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn

from ._inputs import require_counts, require_tensor, run


class ConvNet(nn.Module):
    """Convolution, activation, pooling, as often as there are `channels`; then linear layers.

    Returns logits. With its defaults it is the net of 62,006 parameters for CIFAR-10.
    First written out in lecture 10.

    Parameters
    ----------
    in_channels
        Channels of the images: 3 for colour, 1 for grey.
    n_classes
        Logits to return, one for each class.
    image_size
        Height and width of the images in pixels.
    channels
        Feature maps after each convolution.
    kernel_size
        Side of every kernel in pixels.
    padding
        Rows and columns of zeros put around each input of a convolution.
    pool
        Side of the max-pooling windows, and their stride; 1 leaves pooling out.
    hidden
        Widths of the linear layers between the last feature maps and the logits.
    activation
        A module class, or any function that makes one.

    Raises
    ------
    TypeError, ValueError
        If a size is no positive whole number, or the images are too small for the layers.

    Examples
    --------
    >>> import torch
    >>> model = ConvNet(3, 10)
    >>> sum(p.numel() for p in model.parameters())
    62006
    >>> model(torch.zeros(5, 3, 32, 32)).shape
    torch.Size([5, 10])
    """

    def __init__(
        self,
        in_channels: int,
        n_classes: int,
        *,
        image_size: int = 32,
        channels: Sequence[int] = (6, 16),
        kernel_size: int = 5,
        padding: int = 0,
        pool: int = 2,
        hidden: Sequence[int] = (120, 84),
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        require_counts(in_channels=in_channels, n_classes=n_classes, image_size=image_size)
        require_counts(kernel_size=kernel_size, pool=pool)
        require_counts(**{f"channels[{i}]": width for i, width in enumerate(channels)})
        require_counts(**{f"hidden[{i}]": width for i, width in enumerate(hidden)})
        if isinstance(padding, bool) or not isinstance(padding, int) or padding < 0:
            raise ValueError(f"padding is a number of rows, 0 or more, not {padding!r}.")
        layers: list[nn.Module] = []
        size = image_size
        for n_in, n_out in pairwise((in_channels, *channels)):
            layers += [nn.Conv2d(n_in, n_out, kernel_size, padding=padding), activation()]
            if pool > 1:
                layers.append(nn.MaxPool2d(pool))
            before, size = size, (size + 2 * padding - kernel_size + 1) // pool
            if size < 1:
                raise ValueError(
                    f"nothing is left of maps of {before}x{before} pixels after a kernel of "
                    f"{kernel_size} and pooling by {pool}. Take larger images, a smaller kernel, "
                    "padding, or fewer channels entries."
                )
        layers.append(nn.Flatten())
        widths = ((channels[-1] if channels else in_channels) * size * size, *hidden, n_classes)
        for n_in, n_out in pairwise(widths):
            layers += [nn.Linear(n_in, n_out), activation()]
        self.image_shape = (in_channels, image_size, image_size)
        self.layers = nn.Sequential(*layers[:-1])  # logits: no activation at the end

    def forward(self, X: Tensor) -> Tensor:
        """Return logits (N, n_classes) for images `X` (N, channels, height, width), float32."""
        require_tensor(X)
        if X.ndim != 4 or tuple(X.shape[1:]) != self.image_shape:
            shape = ", ".join(map(str, self.image_shape))
            raise ValueError(
                f"the model expects images of shape (N, {shape}), but got {tuple(X.shape)}. "
                f"{self._cure(X)}"
            )
        return run(self.layers, X)

    def _cure(self, X: Tensor) -> str:
        shape = tuple(X.shape)
        channels, height, width = self.image_shape
        if shape == self.image_shape:
            return "A single image needs a batch dimension: X.unsqueeze(0)."
        if shape[1:] == (height, width, channels):
            return "The channels come before height and width: X.permute(0, 3, 1, 2)."
        if channels == 1 and shape[1:] == (height, width):
            return "Grey images need an axis for their one channel: X.unsqueeze(1)."
        if X.ndim == 2 and X.shape[1] == channels * height * width:
            return f"Give the rows their shape back: X.reshape(-1, {channels}, {height}, {width})."
        return "The axes are samples, channels, height, width."
