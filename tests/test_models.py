"""Shapes, parameter counts and refusals of the models."""

import pytest
import torch
from torch import nn

from course_utils import MLP, ConvNet, LinearRegression, LogisticRegression


def n_parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def test_linear_regression_is_a_matrix_product_plus_bias() -> None:
    model = LinearRegression(3, 2)
    X = torch.randn(5, 3)
    assert torch.allclose(model(X), X @ model.linear.weight.T + model.linear.bias)


@pytest.mark.parametrize(("n_classes", "n_logits"), [(2, 1), (3, 3), (10, 10)])
def test_two_classes_need_one_logit_and_more_need_one_each(n_classes: int, n_logits: int) -> None:
    model = LogisticRegression(4, n_classes)
    assert model(torch.zeros(7, 4)).shape == (7, n_logits)


# Architectures of the course with their parameter counts, counted by hand.
@pytest.mark.parametrize(
    ("widths", "count"),
    [
        ((1, 1), 2),
        ((2, 1), 3),
        ((1, 1, 1), 4),
        ((2, 4, 3, 1), 31),
        ((8, 6, 4, 1), 87),
        ((6, 4, 3, 1), 47),
        ((1, 5, 2, 1), 25),
        ((1, 1000, 1), 3001),
        ((2, 3, 1), 13),
        ((2, 10, 10, 1), 151),
        ((8, 20, 20, 2), 642),
        ((2, 20, 20, 2), 522),
        ((2, 8, 1), 33),
    ],
)
def test_the_architectures_of_the_course_have_the_known_parameter_counts(
    widths: tuple[int, ...], count: int
) -> None:
    assert n_parameters(MLP(*widths)) == count


def test_an_mlp_equals_its_layers_applied_by_hand() -> None:
    model = MLP(2, 3, 1, activation=nn.Tanh)
    X = torch.randn(4, 2)
    first, last = (layer for layer in model.modules() if isinstance(layer, nn.Linear))
    assert torch.allclose(model(X), last(torch.tanh(first(X))))


def test_the_last_layer_of_an_mlp_is_linear() -> None:
    model = MLP(2, 3, 1, activation=nn.Sigmoid, dropout=0.5, batch_norm=True)
    assert isinstance(list(model.layers)[-1], nn.Linear)
    kinds = [type(layer) for layer in model.layers]
    assert kinds == [nn.Linear, nn.BatchNorm1d, nn.Sigmoid, nn.Dropout, nn.Linear]


def test_activations_may_be_made_by_any_function() -> None:
    model = MLP(2, 3, 1, activation=lambda: nn.LeakyReLU(0.1))
    assert list(model.layers)[1].negative_slope == 0.1


def test_he_initialisation_keeps_the_scale_through_depth() -> None:
    torch.manual_seed(0)
    X = torch.randn(500, 200)
    default, he = MLP(200, *[200] * 10, 1), MLP(200, *[200] * 10, 1, init="he")
    hidden = [nn.Sequential(*list(m.layers)[:-1])(X).std().item() for m in (default, he)]
    assert hidden[0] < 0.05
    assert 0.3 < hidden[1] < 3


def test_xavier_initialisation_has_the_variance_of_the_paper() -> None:
    torch.manual_seed(0)
    weight = MLP(300, 500, 1, init="xavier").layers[0].weight
    assert weight.var().item() == pytest.approx(2 / (300 + 500), rel=0.02)


def test_an_initialisation_of_ones_own_fills_weights_and_zeroes_biases() -> None:
    model = MLP(2, 3, 1, init=lambda weight: nn.init.constant_(weight, 0.5))
    assert model(torch.ones(1, 2)).item() == pytest.approx(1.5)


def test_equal_seeds_give_equal_weights() -> None:
    torch.manual_seed(1)
    first = MLP(2, 3, 1).state_dict()
    torch.manual_seed(1)
    second = MLP(2, 3, 1).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_state_dict_holds_each_parameter_once() -> None:
    assert len(MLP(2, 3, 1).state_dict()) == 4


MODELS = [LinearRegression(2), LogisticRegression(2), MLP(2, 3, 1)]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
class TestRefusals:
    def test_a_list(self, model: nn.Module) -> None:
        with pytest.raises(TypeError, match=r"list.*torch\.tensor\(X, dtype=torch\.float32\)"):
            model([[1.0, 2.0]])

    def test_an_array(self, model: nn.Module) -> None:
        with pytest.raises(TypeError, match=r"ndarray.*tensors only"):
            model(torch.zeros(3, 2).numpy())

    @pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
    def test_another_dtype(self, model: nn.Module, dtype: torch.dtype) -> None:
        with pytest.raises(TypeError, match=r"weights torch\.float32.*X\.to\(torch\.float32\)"):
            model(torch.zeros(3, 2, dtype=dtype))

    def test_a_single_row(self, model: nn.Module) -> None:
        with pytest.raises(ValueError, match=r"unsqueeze\(0\)"):
            model(torch.zeros(2))

    def test_the_wrong_number_of_features(self, model: nn.Module) -> None:
        with pytest.raises(ValueError, match=r"shape \(N, 2\), but got \(5, 3\)"):
            model(torch.zeros(5, 3))

    def test_another_device(self, model: nn.Module) -> None:
        with pytest.raises(ValueError, match=r"model is on cpu.*meta.*to\(device\)"):
            model(torch.zeros(5, 2, device="meta"))


def test_a_column_given_as_a_row_is_told_how_to_stand_up() -> None:
    with pytest.raises(ValueError, match=r"reshape\(-1, 1\)"):
        LinearRegression(1)(torch.zeros(5))


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="n_features must be 1 or more"):
        LinearRegression(0)
    with pytest.raises(TypeError, match="n_outputs must be a whole number"):
        LinearRegression(1, 1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="2 or more"):
        LogisticRegression(3, 1)
    with pytest.raises(ValueError, match=r"1 width.*MLP\(8, 6, 4, 1\)"):
        MLP(8)
    with pytest.raises(ValueError, match="width 1 must be 1 or more"):
        MLP(8, 0, 1)
    with pytest.raises(ValueError, match="probability"):
        MLP(8, 4, 1, dropout=1.0)
    with pytest.raises(ValueError, match="'he', 'xavier'"):
        MLP(8, 4, 1, init="kaiming")


def test_conv_net_is_the_net_of_62006_parameters() -> None:
    model = ConvNet(3, 10)
    sizes = [sum(p.numel() for p in m.parameters()) for m in model.layers if list(m.parameters())]
    assert sizes == [456, 2416, 48120, 10164, 850]
    assert n_parameters(model) == 62006
    shapes, X = [], torch.zeros(4, 3, 32, 32)
    for layer in model.layers:
        X = layer(X)
        if not isinstance(layer, nn.ReLU):
            shapes.append(tuple(X.shape[1:]))
    maps = [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (120,), (84,), (10,)]
    assert shapes == maps


@pytest.mark.parametrize("image_size", [10, 13, 28])
@pytest.mark.parametrize(("kernel_size", "padding"), [(1, 0), (3, 1), (3, 0), (5, 2)])
@pytest.mark.parametrize("pool", [1, 2])
@pytest.mark.parametrize("channels", [(), (4,), (2, 3)])
def test_conv_net_knows_its_sizes(image_size, kernel_size, padding, pool, channels) -> None:
    model = ConvNet(
        2, 3, image_size=image_size, channels=channels, kernel_size=kernel_size,
        padding=padding, pool=pool, hidden=(7,), activation=nn.Tanh,
    )  # fmt: skip
    assert model(torch.zeros(5, 2, image_size, image_size)).shape == (5, 3)
    assert sum(isinstance(layer, nn.MaxPool2d) for layer in model.layers) == (
        len(channels) if pool > 1 else 0
    )
    assert sum(isinstance(layer, nn.Tanh) for layer in model.layers) == len(channels) + 1


@pytest.mark.parametrize(
    ("shape", "cure"),
    [
        ((3, 32, 32), "X.unsqueeze(0)"),
        ((5, 32, 32, 3), "X.permute(0, 3, 1, 2)"),
        ((5, 3072), "X.reshape(-1, 3, 32, 32)"),
        ((5, 3, 28, 28), "samples, channels, height, width"),
    ],
)
def test_conv_net_names_the_cure_for_a_wrong_shape(shape, cure) -> None:
    with pytest.raises(ValueError, match="expects images of shape") as error:
        ConvNet(3, 10)(torch.zeros(shape))
    assert cure in str(error.value)


def test_conv_net_wants_an_axis_for_a_single_channel() -> None:
    with pytest.raises(ValueError, match=r"X\.unsqueeze\(1\)"):
        ConvNet(1, 10, image_size=28)(torch.zeros(5, 28, 28))


@pytest.mark.parametrize(
    ("error", "words", "arguments"),
    [
        (ValueError, "nothing is left of maps of 2x2", {"image_size": 8, "kernel_size": 5}),
        (ValueError, "padding is a number of rows", {"padding": -1}),
        (ValueError, r"channels\[1\] must be 1 or more", {"channels": (6, 0)}),
        (TypeError, r"hidden\[0\] must be a whole number", {"hidden": (1.5,)}),
        (ValueError, "pool must be 1 or more", {"pool": 0}),
    ],
)
def test_conv_net_refuses_what_cannot_be_built(error, words, arguments) -> None:
    with pytest.raises(error, match=words):
        ConvNet(3, 10, **arguments)


def test_conv_net_says_which_dtype_is_wrong() -> None:
    with pytest.raises(TypeError, match=r"X\.to\(torch.float32\)"):
        ConvNet(3, 10)(torch.zeros(1, 3, 32, 32, dtype=torch.float64))
    with pytest.raises(TypeError, match="tensors only"):
        ConvNet(3, 10)([[0.0]])
