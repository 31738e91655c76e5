"""Five things to try: each a run that goes wrong in its own way, what to see in it, and a cure."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import Settings


@dataclass(frozen=True)
class Mission:
    """Settings to start from, what to look at, what to change then, and the settings after it."""

    title: str
    settings: Settings
    see: str
    then: str
    cure: Settings


MISSIONS = (
    Mission(
        "XOR with a straight line",
        Settings(data="xor", noise=1.0, hidden=(), lr=0.1),
        "The boundary is one straight line: never more than three of the four corners are right, "
        "and the loss stays near 0.69.",
        "Add a hidden layer of 8 units. Or leave it out and switch on the input x₁x₂.",
        Settings(data="xor", noise=1.0, hidden=(8,), lr=0.1),
    ),
    Mission(
        "Spirals, one hidden layer",
        Settings(data="spirals", noise=1.0, hidden=(4,), activation="tanh", lr=0.03),
        "Four units bend the boundary a few times, but the arms turn more often: the loss gets "
        "stuck far above zero.",
        "Take three layers of 8 units, and watch the later ones bend what the first has bent.",
        Settings(data="spirals", noise=1.0, hidden=(8, 8, 8), activation="tanh", lr=0.03),
    ),
    Mission(
        "Six layers of sigmoids",
        Settings(noise=2.0, hidden=(6,) * 6, activation="sigmoid", optimizer="sgd", lr=0.1),
        "Nothing is learned. The gradient of the first layer is over a thousand times smaller "
        "than that of the last: each sigmoid on the way back takes at least three quarters of it.",
        "Choose ReLU and Adam, with a learning rate of 0.01.",
        Settings(noise=2.0, hidden=(6,) * 6, activation="relu", optimizer="adam", lr=0.01),
    ),
    Mission(
        "A learning rate too large",
        Settings(data="moons", noise=2.0, hidden=(8,), optimizer="sgd", lr=30.0),
        "The loss leaps up and down: each step jumps over the valley. Units die: their pictures "
        "are blank, and the gradient of layer 1 is 0.",
        "Divide the learning rate by ten, until the curve is calm.",
        Settings(data="moons", noise=2.0, hidden=(8,), optimizer="sgd", lr=3.0),
    ),
    Mission(
        "Learn the noise by heart",
        Settings(data="moons", n=200, noise=6.0, train=20, hidden=(10, 10, 10)),
        "On 40 training points the accuracy climbs to 100 %, while the validation loss turns "
        "round and rises: the islands in the surface are noise.",
        "Regularise with L2, strength 0.01: less right on the training points, less wrong beside.",
        Settings(
            data="moons", n=200, noise=6.0, train=20, hidden=(10, 10, 10),
            penalty="l2", strength=0.01,
        ),
    ),
)  # fmt: skip
