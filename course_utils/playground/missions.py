"""Five things to try: each a run that goes wrong in its own way, and what to see in it."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import Settings


@dataclass(frozen=True)
class Mission:
    """Settings to start from, what to look at, and what to change then."""

    title: str
    settings: Settings
    see: str
    then: str


MISSIONS = (
    Mission(
        "XOR with a straight line",
        Settings(data="xor", noise=1.0, hidden=(), lr=0.1),
        "Without a hidden layer the boundary is one straight line: never more than three of the "
        "four corners are right, and the loss stays near 0.69.",
        "Add one hidden layer of 4 units, or switch on the input x₁x₂.",
    ),
    Mission(
        "Spirals, one hidden layer",
        Settings(data="spirals", noise=1.0, hidden=(6,), activation="tanh", lr=0.03),
        "Six units bend the boundary a few times; the arms turn more often, and the loss gets "
        "stuck far above zero.",
        "Add a second and a third layer of 8 units and watch the arms appear.",
    ),
    Mission(
        "Six layers of sigmoids",
        Settings(noise=2.0, hidden=(6,) * 6, activation="sigmoid", optimizer="sgd", lr=0.1),
        "Nothing is learned: the gradient of the first layer is thousands of times smaller than "
        "that of the last, and every unit looks the same.",
        "Change one thing: the activation to ReLU and the optimizer to Adam, or 1 layer.",
    ),
    Mission(
        "A learning rate too large",
        Settings(data="moons", noise=2.0, hidden=(8,), optimizer="sgd", lr=30.0),
        "The loss leaps up and down and the surface flickers: each step jumps over the valley.",
        "Divide the learning rate by ten until the curve is calm.",
    ),
    Mission(
        "Learn the noise by heart",
        Settings(data="moons", n=200, noise=6.0, train=20, hidden=(10, 10, 10), lr=0.01),
        "On 40 training points accuracy climbs to 100 % while the validation loss turns round and "
        "rises: the islands in the surface are noise.",
        "Try L2 or dropout, fewer units, or a training share of 80 %.",
    ),
)
