"""The models that the lectures derive: small modules (``nn.Module``) and nothing else.

Weights are drawn on the CPU from PyTorch's global generator, so that a seeded model starts from
the same numbers wherever it is moved afterwards.
"""

from .convolutional import ConvNet
from .dense import INITS, MLP, LinearRegression, LogisticRegression

__all__ = ["INITS", "MLP", "ConvNet", "LinearRegression", "LogisticRegression"]
