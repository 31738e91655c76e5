"""Exercises of lecture 01, linear regression."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..checks import Case, Exercise, Inputs, Mistake
from ..datasets import standardize

# --- data -----------------------------------------------------------------------------------


def column(*values: float) -> Tensor:
    """Make a column (N, 1) of numbers."""
    return torch.tensor(values).reshape(-1, 1)


def points_on_a_line() -> tuple[Tensor, Tensor]:
    """Three points on y = 2x, as in the lecture."""
    return column(1.0, 2.0, 3.0), column(2.0, 4.0, 6.0)


def two_features() -> tuple[Tensor, Tensor]:
    """Four rows of two features, on no plane."""
    X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [2.0, 1.5]])
    return X, column(3.0, -1.0, 0.5, 2.0)


def random_table(generator: Generator, n_features: int = 3) -> tuple[Tensor, Tensor]:
    """A table of 5 to 12 rows, its columns with different means, and targets."""
    n = int(torch.randint(5, 13, (), generator=generator))
    X = torch.randn(n, n_features, generator=generator) + torch.arange(float(n_features))
    return X, torch.randn(n, 1, generator=generator) + 2


# --- mse ------------------------------------------------------------------------------------


def draw_predictions(generator: Generator) -> Inputs:
    """Predictions and targets."""
    X, y = random_table(generator, 1)
    return X, y


MSE = Exercise(
    id="mse",
    title="The mean squared error",
    signature="mse(y_hat, y)",
    points=1,
    minutes=4,
    returns="a float32 tensor of shape ()",
    reference=F.mse_loss,
    cases=(
        Case("two samples", lambda: (column(1.0, 4.0), column(2.0, 1.0))),
        Case("four samples", lambda: (column(0.0, 1.0, -2.0, 5.0), column(0.5, -1.0, 2.0, 5.0))),
        Case(
            "two outputs", lambda: (torch.tensor([[1.0, 2.0]] * 3), torch.tensor([[0.0, 5.0]] * 3))
        ),
        Case("perfect predictions", lambda: (column(3.0, -7.0), column(3.0, -7.0))),
    ),
    draw=draw_predictions,
    mistakes=(
        Mistake(
            "sum instead of mean",
            lambda y_hat, y: ((y_hat - y) ** 2).sum(),
            (
                "With twice as many samples, equally well predicted, your loss doubles. Should it?",
                "That is the sum of the squared errors; the M of MSE is missing.",
            ),
        ),
        Mistake(
            "no square",
            lambda y_hat, y: (y_hat - y).mean(),
            (
                "Errors of +3 and −3: does your loss see them?",
                "Errors of different signs must not cancel. Which step of MSE prevents that?",
            ),
        ),
        Mistake(
            "absolute error",
            lambda y_hat, y: (y_hat - y).abs().mean(),
            "That is the mean absolute error (MAE). In MSE twice the error counts fourfold.",
        ),
        Mistake(
            "square of the mean",
            lambda y_hat, y: (y_hat - y).mean() ** 2,
            (
                "Errors of +3 and −3: does your loss see them?",
                "You average first and square then. Turn the two steps around.",
            ),
        ),
        Mistake(
            "root",
            lambda y_hat, y: ((y_hat - y) ** 2).mean().sqrt(),
            "That is the root of the mean squared error (RMSE); leave the last step out.",
        ),
        Mistake(
            "half of it",
            lambda y_hat, y: ((y_hat - y) ** 2).mean() / 2,
            "Some books put ½ before the loss, to make the derivative tidy. Our MSE has none.",
        ),
        Mistake(
            "not averaged",
            lambda y_hat, y: (y_hat - y) ** 2,
            "You have one squared error for each sample. The loss is a single number.",
        ),
    ),
    hints=(
        "Do it by hand for ŷ = (1, 4) and y = (2, 1): errors, their squares, the mean.",
        "The steps are: subtract, square, average over everything.",
    ),
)

# --- mse_gradient ---------------------------------------------------------------------------


def gradient_by_autograd(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient, found by autograd."""
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    grad_w, grad_b = torch.autograd.grad(F.mse_loss(X @ w + b, y), (w, b))
    return grad_w, grad_b


def gradient_of_sum(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets 1/N."""
    error = X @ w + b - y
    return 2 * X.T @ error, 2 * error.sum(dim=0)


def gradient_without_2(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the factor 2."""
    error = X @ w + b - y
    return X.T @ error / len(X), error.mean(dim=0)


def gradient_of_y_minus_prediction(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor
) -> tuple[Tensor, Tensor]:
    """Takes y − ŷ for the error, without the minus of its derivative."""
    error = y - (X @ w + b)
    return 2 * X.T @ error / len(X), 2 * error.mean(dim=0)


def gradient_without_bias(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets b in the prediction."""
    error = X @ w - y
    return 2 * X.T @ error / len(X), 2 * error.mean(dim=0)


def gradient_b_is_not_summed(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Leaves one number for each sample in grad_b."""
    error = X @ w + b - y
    return 2 * X.T @ error / len(X), 2 * error / len(X)


def gradient_b_is_summed(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Averages for w, sums for b."""
    error = X @ w + b - y
    return 2 * X.T @ error / len(X), 2 * error.sum(dim=0)


def gradient_without_x(X: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the inner derivative: the same slope for every weight."""
    slope = 2 * (X @ w + b - y).mean(dim=0)
    return slope.expand(len(w)).reshape(-1, 1), slope


def draw_model(generator: Generator) -> Inputs:
    """A table, weights and a bias."""
    X, y = random_table(generator)
    w, b = torch.randn(3, 1, generator=generator), torch.randn(1, generator=generator)
    return X, y, w, b


MSE_GRADIENT = Exercise(
    id="mse_gradient",
    title="The gradient of the loss",
    signature="mse_gradient(X, y, w, b)",
    points=2,
    minutes=10,
    returns="a tuple (grad_w, grad_b) of shapes (D, 1) and (1,)",
    parts=("grad_w", "grad_b"),
    reference=gradient_by_autograd,
    cases=(
        Case(
            "three points on a line",
            lambda: (*points_on_a_line(), column(1.0), torch.tensor([0.5])),
        ),
        Case(
            "two features",
            lambda: (*two_features(), column(0.5, -1.0), torch.tensor([2.0])),
        ),
        Case(
            "one sample",
            lambda: (column(3.0), column(1.0), column(2.0), torch.tensor([-1.0])),
        ),
    ),
    draw=draw_model,
    mistakes=(
        Mistake(
            "gradient of the sum",
            gradient_of_sum,
            (
                "With one sample it is right, with three it is three times too large. Why three?",
                "That is the gradient of the sum of the squared errors, not of their mean.",
            ),
        ),
        Mistake(
            "factor 2 missing",
            gradient_without_2,
            (
                "Compare with the slope by finite differences: (L(w + h) − L(w − h)) / 2h.",
                "What is the derivative of e² with respect to e?",
            ),
        ),
        Mistake(
            "sign",
            gradient_of_y_minus_prediction,
            (
                "Where the prediction is too high, the loss must grow with b. Does yours?",
                "e² is the same for ŷ − y and y − ŷ; the derivative of y − ŷ has a minus in front.",
            ),
        ),
        Mistake(
            "bias forgotten",
            gradient_without_bias,
            (
                "Set b = 0 and you are right: where does b enter?",
                "The error is that of the whole prediction, Xw + b.",
            ),
        ),
        Mistake(
            "grad_b not summed",
            gradient_b_is_not_summed,
            (
                "There is one bias, but your grad_b has a number for each sample.",
                "The bias moves all predictions at once: what do their slopes do together?",
            ),
        ),
        Mistake(
            "grad_b summed",
            gradient_b_is_summed,
            "grad_w is right. grad_b is a sum over the samples; the loss is a mean.",
        ),
        Mistake(
            "x forgotten",
            gradient_without_x,
            (
                "All your weights get one slope. Should a feature that is always 0 have any?",
                "How fast does ŷ = x₁w₁ + … + b change with w₁? That factor is missing in grad_w.",
            ),
        ),
    ),
    hints=(
        "Write the error e = Xw + b − y first, shape (N, 1); both gradients use it.",
        "The chain rule: how does the loss change with e, and e with w (or b)? "
        "A product with X.T adds over the samples.",
    ),
)

# --- descend --------------------------------------------------------------------------------


def descend_by_autograd(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Gradient descent; without torch's optimizer, whose first use imports for a second."""
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        w, b = w - lr * grad_w, b - lr * grad_b
    return w, b


def descend_upwards(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adds the gradient."""
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        w, b = w + lr * grad_w, b + lr * grad_b
    return w, b


def descend_without_reset(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adds every gradient to the earlier ones, as a forgotten zero_grad does."""
    sum_w, sum_b = torch.zeros_like(w), torch.zeros_like(b)
    for _ in range(steps):
        grad_w, grad_b = gradient_by_autograd(X, y, w, b)
        sum_w, sum_b = sum_w + grad_w, sum_b + grad_b
        w, b = w - lr * sum_w, b - lr * sum_b
    return w, b


def descend_one_after_the_other(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Moves w before it computes the gradient of b."""
    for _ in range(steps):
        w = w - lr * gradient_by_autograd(X, y, w, b)[0]
        b = b - lr * gradient_by_autograd(X, y, w, b)[1]
    return w, b


def descend_with_the_first_gradient(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Computes the gradient once, before the loop."""
    grad_w, grad_b = gradient_by_autograd(X, y, w, b)
    return w - steps * lr * grad_w, b - steps * lr * grad_b


def descend_one_step(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Returns inside the loop."""
    return descend_by_autograd(X, y, w, b, lr, min(steps, 1))


def descend_in_place(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Changes the caller's tensors."""
    new_w, new_b = descend_by_autograd(X, y, w, b, lr, steps)
    w.copy_(new_w)
    b.copy_(new_b)
    return w, b


def descend_without_bias(
    X: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Leaves b where it is."""
    for _ in range(steps):
        w = w - lr * gradient_by_autograd(X, y, w, b)[0]
    return w, b.clone()


def draw_descent(generator: Generator) -> Inputs:
    """A model, a small learning rate, a few steps."""
    return *draw_model(generator), 0.02, int(torch.randint(3, 9, (), generator=generator))


DESCEND = Exercise(
    id="descend",
    title="Steps downhill",
    signature="descend(X, y, w, b, lr, steps)",
    points=2,
    minutes=12,
    returns="a tuple (w, b) of shapes (D, 1) and (1,)",
    parts=("w", "b"),
    reference=descend_by_autograd,
    cases=(
        Case(
            "one step",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.1, 1),
        ),
        Case(
            "ten steps",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.05, 10),
        ),
        Case(
            "two features, four steps",
            lambda: (*two_features(), column(0.0, 1.0), torch.tensor([-1.0]), 0.1, 4),
        ),
        Case(
            "no step at all",
            lambda: (*points_on_a_line(), column(0.5), torch.tensor([1.0]), 0.1, 0),
            costs=0.5,
        ),
    ),
    draw=draw_descent,
    mistakes=(
        Mistake(
            "uphill",
            descend_upwards,
            (
                "Print the loss after each step. Does it fall?",
                "The gradient points to where the loss grows.",
            ),
        ),
        Mistake(
            "gradients add up",
            descend_without_reset,
            (
                "The first step is right, the second is not. What is left over from the first?",
                "backward() adds to what is in .grad. Each step needs a fresh gradient.",
            ),
        ),
        Mistake(
            "w moves before b's gradient",
            descend_one_after_the_other,
            (
                "w is right after one step, b is not. At which w did you take b's gradient?",
                "Compute both gradients at the same point, then move both parameters.",
            ),
        ),
        Mistake(
            "gradient only once",
            descend_with_the_first_gradient,
            (
                "Your steps are all equally long. Do they shrink near the minimum?",
                "The gradient belongs to a place; after each step you stand somewhere else.",
            ),
        ),
        Mistake(
            "one step only",
            descend_one_step,
            "After one step it ends, however many were asked for. Where does your `return` stand?",
        ),
        Mistake(
            "changes its inputs",
            descend_in_place,
            "Start with copies, w.clone() and b.clone(), or write w = w − … instead of w -= ….",
        ),
        Mistake(
            "bias stands still",
            descend_without_bias,
            "w moves but b stays: a model has all its parameters trained.",
        ),
    ),
    hints=(
        "Do one step first, with steps=1, and compare it with a step by hand.",
        "The loop's body: the gradient at the present w and b, then an update of both. "
        "Your mse_gradient can help.",
    ),
)

# --- least_squares --------------------------------------------------------------------------


def least_squares_centred(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Least squares by the pseudo-inverse of the centred columns, in float64."""
    X_mean, y_mean = X.double().mean(dim=0), y.double().mean(dim=0)
    w = torch.linalg.pinv(X.double() - X_mean) @ (y.double() - y_mean)
    return w.float(), (y_mean - X_mean @ w).float()


def through_the_origin(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Forgets the column of ones."""
    return torch.linalg.lstsq(X, y).solution, torch.zeros(1)


def with_ones(X: Tensor, y: Tensor) -> Tensor:
    """Parameters of X with a column of ones, the bias last."""
    X1 = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    return torch.linalg.lstsq(X1, y).solution


LEAST_SQUARES = Exercise(
    id="least_squares",
    title="The best line without training",
    signature="least_squares(X, y)",
    points=1,
    minutes=6,
    returns="a tuple (w, b) of shapes (D, 1) and (1,)",
    parts=("w", "b"),
    reference=least_squares_centred,
    rtol=1e-3,
    atol=1e-4,
    cases=(
        Case(
            "three points on a line",
            lambda: (column(1.0, 2.0, 3.0), column(3.0, 5.0, 7.0)),
        ),
        Case("two features", two_features),
    ),
    draw=random_table,
    mistakes=(
        Mistake(
            "through the origin",
            through_the_origin,
            (
                "Your line always passes through (0, 0). Does the best one?",
                "A bias is the weight of a feature that is 1 in every row: the column of ones.",
            ),
        ),
        Mistake(
            "all in one tensor",
            with_ones,
            "The parameters are right, w and b still in one column. Take it apart: (w, b).",
        ),
        Mistake(
            "w and b swapped",
            lambda X, y: (with_ones(X, y)[-1:], with_ones(X, y)[:-1].reshape(-1)),
            "You return (b, w). The last row belongs to the column of ones if that stood last.",
        ),
        Mistake(
            "b as (1, 1)",
            lambda X, y: (with_ones(X, y)[:-1], with_ones(X, y)[-1:]),
            "The numbers are right; b has shape (1, 1) where (1,) is asked for: solution[-1].",
        ),
    ),
    hints=(
        "Build X_1, X with a column of ones, and let torch.linalg.lstsq find the parameters.",
        "solution has D + 1 rows: D weights, and the bias where the ones stand.",
    ),
)

# --- standardise ----------------------------------------------------------------------------


def own_statistics(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Each part with its own statistics."""
    return standardize(train)[0], standardize(test)[0]


def joint_statistics(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Statistics of both parts together."""
    both = torch.cat([train, test])
    mean, std = both.mean(dim=0), both.std(dim=0, correction=0)
    return (train - mean) / std, (test - mean) / std


def unbiased(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Divides by N − 1."""
    mean, std = train.mean(dim=0), train.std(dim=0)
    return (train - mean) / std, (test - mean) / std


def over_everything(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """One mean and one deviation for all columns."""
    mean, std = train.mean(), train.std(correction=0)
    return (train - mean) / std, (test - mean) / std


def by_variance(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Divides by the variance."""
    mean, variance = train.mean(dim=0), train.var(dim=0, correction=0)
    return (train - mean) / variance, (test - mean) / variance


def over_rows(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Statistics of each row."""
    mean, std = train.mean(dim=1, keepdim=True), train.std(dim=1, keepdim=True, correction=0)
    return (train - mean) / std, (test - mean) / std


def only_shifted(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Does not scale."""
    return train - train.mean(dim=0), test - train.mean(dim=0)


def draw_two_tables(generator: Generator) -> Inputs:
    """A training and a test table of other sizes."""
    (train, _), (test, _) = random_table(generator), random_table(generator)
    return train * 3, test


STANDARDISE = Exercise(
    id="standardise",
    title="Standardise without looking at the test rows",
    signature="standardise(train, test)",
    points=2,
    minutes=8,
    returns="a tuple (train, test) of tensors, shapes as before",
    parts=("train", "test"),
    reference=standardize,
    cases=(
        Case(
            "one feature",
            lambda: (column(1.0, 2.0, 3.0, 6.0), column(4.0, 10.0)),
        ),
        Case(
            "area and rooms",
            lambda: (
                torch.tensor([[800.0, 2.0], [1500.0, 3.0], [2600.0, 3.0]]),
                torch.tensor([[2000.0, 5.0], [1000.0, 1.0], [1700.0, 4.0]]),
            ),
        ),
        Case(
            "as many rows as features",
            lambda: (
                torch.tensor([[1.0, 9.0], [2.0, -3.0]]),
                torch.tensor([[0.0, 1.0], [3.0, 5.0]]),
            ),
        ),
    ),
    draw=draw_two_tables,
    mistakes=(
        Mistake(
            "own statistics for the test rows",
            own_statistics,
            (
                "train is right. What would you do if the test set were a single row?",
                "The test rows must get exactly the same shift and scale as the training rows.",
            ),
        ),
        Mistake(
            "statistics of both",
            joint_statistics,
            (
                "May the training rows change when somebody gives you other test rows?",
                "Test rows stand for data not yet seen: they may not enter mean and deviation.",
            ),
        ),
        Mistake(
            "N − 1",
            unbiased,
            "Nearly. std() divides by N − 1 unless told otherwise; look at its `correction`.",
        ),
        Mistake(
            "one mean for all columns",
            over_everything,
            (
                "Square feet and rooms share one mean and one deviation. Is each column centred?",
                "Each feature has its own mean: along which `dim` do you average?",
            ),
        ),
        Mistake(
            "variance instead of deviation",
            by_variance,
            "Your columns have mean 0 but not deviation 1. In which unit is what you divide by?",
        ),
        Mistake(
            "rows instead of columns",
            over_rows,
            "You mix square feet with rooms: mean and deviation belong to a column, not to a row.",
        ),
        Mistake(
            "shifted only", only_shifted, "The mean is 0 now; standardising has a second step."
        ),
    ),
    hints=(
        "Print mean and standard deviation of each column of your result for train: 0 and 1?",
        "Take mean and deviation from train, one for each column; use them on both tables.",
    ),
)

# --- largest_lr -----------------------------------------------------------------------------


def curvatures(X: Tensor) -> Tensor:
    """Eigenvalues of the second derivatives of the MSE, ascending, by autograd."""
    zeros = torch.zeros(len(X), 1)

    def loss(parameters: Tensor) -> Tensor:
        return F.mse_loss(X @ parameters[:-1] + parameters[-1], zeros)

    size = X.shape[1] + 1
    hessian = torch.autograd.functional.hessian(loss, torch.zeros(size, 1))
    assert isinstance(hessian, Tensor)
    return torch.linalg.eigvalsh(hessian.reshape(size, size))


def largest_rate(X: Tensor) -> float:
    """Two divided by the largest curvature."""
    return 2 / curvatures(X)[-1].item()


def rate_without_ones(X: Tensor) -> float:
    """Forgets the bias."""
    return 2 / torch.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1].item()


LARGEST_LR = Exercise(
    id="largest_lr",
    title="The largest learning rate",
    signature="largest_lr(X)",
    points=2,
    minutes=10,
    returns="a number (float)",
    reference=largest_rate,
    atol=0,  # limits are small numbers
    cases=(
        Case("three points on a line", lambda: points_on_a_line()[:1]),
        Case("two features", lambda: two_features()[:1]),
        Case("large numbers", lambda: (column(20.0, 30.0, 50.0, 10.0, 40.0),)),
    ),
    draw=lambda generator: random_table(generator)[:1],
    mistakes=(
        Mistake(
            "1 / curvature",
            lambda X: 1 / curvatures(X)[-1].item(),
            (
                "With your rate the loss falls quickly. How much larger can it be before it grows?",
                "At 1 / curvature the factor 1 − η · curvature is 0. At which η is it −1?",
            ),
        ),
        Mistake(
            "smallest curvature",
            lambda X: 2 / curvatures(X)[0].item(),
            (
                "Train with half of your rate: the loss explodes. Which direction is steepest?",
                "Every direction must be stable. Which eigenvalue gives the strictest limit?",
            ),
        ),
        Mistake(
            "column of ones forgotten",
            rate_without_ones,
            (
                "Your limit is that of a model without bias.",
                "The bias has a curvature too: use X_1, X with a column of ones.",
            ),
        ),
        Mistake(
            "the sum's curvature",
            lambda X: largest_rate(X) / len(X),
            "That is the limit for the sum of the squares. The mean is curved N times less.",
        ),
        Mistake(
            "factor 2 of the curvature",
            lambda X: 2 * largest_rate(X),
            "Twice too large: the second derivative of e² has a factor, too. (2/N, not 1/N.)",
        ),
        Mistake(
            "the curvature itself",
            lambda X: curvatures(X)[-1].item(),
            "That is the largest curvature. A steep valley asks for small steps: what comes next?",
        ),
    ),
    hints=(
        "The second derivatives of the MSE are (2/N) X_1ᵀX_1, whatever y is.",
        "torch.linalg.eigvalsh gives the curvatures, ascending; then the limit from the lecture.",
    ),
)

EXERCISES = (MSE, MSE_GRADIENT, DESCEND, LEAST_SQUARES, STANDARDISE, LARGEST_LR)
