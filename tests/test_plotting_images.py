"""Images, patches, windows, shapes and receptive fields are drawn as the numbers say."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from torch import nn

from course_utils import plotting
from course_utils.plotting import COLORS

COLORED = torch.linspace(0, 1, 3 * 3 * 4 * 5).reshape(3, 3, 4, 5)
LAYERS = [("conv 5", 5, 1), ("pool 2", 2, 2), ("conv 5", 5, 1), ("pool 2", 2, 2)]


@pytest.mark.parametrize(
    "draw",
    [
        lambda **kw: plotting.plot_images(COLORED, **kw),
        lambda **kw: plotting.plot_patch([[1.0, -2.0]], **kw),
        lambda **kw: plotting.plot_windows(8, 3, **kw),
        lambda **kw: plotting.plot_shape_flow([(3, 8, 8), (10,)], ["flatten"], **kw),
        lambda **kw: plotting.plot_receptive_field(LAYERS, **kw),
    ],
)
def test_draws_into_the_given_axes_or_makes_its_own(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert draw() is not ax


@pytest.mark.parametrize("columns", [1, 2, 10])
def test_images_hold_their_pixels_and_stand_in_rows(columns):
    ax = plotting.plot_images(COLORED, list("abc"), columns=columns)
    for i, (image, text) in enumerate(zip(ax.images, ax.texts, strict=True)):
        np.testing.assert_allclose(image.get_array(), COLORED[i].permute(1, 2, 0), atol=1e-6)
        left, right, bottom, top = image.get_extent()
        assert left < text.get_position()[0] < right
        assert text.get_position()[1] > bottom > top
    lefts = {round(image.get_extent()[0], 3) for image in ax.images}
    assert len(lefts) == min(columns, 3)


@pytest.mark.parametrize("shape", [(4, 6, 6), (4, 1, 6, 6)])
def test_single_channels_are_signed_on_one_scale_or_stretched_each(shape):
    maps = torch.randn(shape)
    signed = plotting.plot_images(maps, signed=True)
    limit = maps.abs().max().item()
    for image in signed.images:
        assert image.get_clim() == pytest.approx((-limit, limit))
    grey = plotting.plot_images(maps)
    assert grey.images[0].get_clim() == pytest.approx((maps[0].min().item(), maps[0].max().item()))


def test_maps_of_zeros_and_parameters_are_drawn_too():
    assert len(plotting.plot_images(torch.zeros(2, 3, 3), signed=True).images) == 2
    kernels = nn.Conv2d(1, 2, 3).weight  # asks for gradients
    assert len(plotting.plot_images(kernels, signed=True).images) == 2


@pytest.mark.parametrize("shape", [(3, 4), (1, 2, 4, 4), (0, 4, 4), (4,)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="can be shown"):
        plotting.plot_images(torch.zeros(shape))


def test_labels_and_columns_must_fit():
    with pytest.raises(ValueError, match="3 images have 1 labels"):
        plotting.plot_images(COLORED, ["a"])
    with pytest.raises(ValueError, match="columns must be 1 or more"):
        plotting.plot_images(COLORED, columns=0)


def test_a_patch_writes_its_numbers_and_frames_a_window():
    ax = plotting.plot_patch([[1, -2], [0.5, -0.0]], window=(0, 1, 2, 1))
    assert [text.get_text() for text in ax.texts] == ["1", "−2", "0.5", "0"]
    (frame,) = ax.patches
    assert frame.get_xy() == (0.5, -0.5)
    assert (frame.get_width(), frame.get_height()) == (1, 2)


@pytest.mark.parametrize(
    ("values", "window", "words"),
    [([1, 2], None, "at most 16 by 16"), (np.zeros((17, 2)), None, "at most 16 by 16"),
     ([[1, 2]], (0, 1, 1, 2), "leaves"), ([[1, 2]], (-1, 0, 1, 1), "leaves")],
)  # fmt: skip
def test_what_does_not_fit_into_a_patch_is_refused(values, window, words):
    with pytest.raises(ValueError, match=words):
        plotting.plot_patch(values, window=window)


@pytest.mark.parametrize("size", [1, 5, 12, 32])
@pytest.mark.parametrize("kernel", [1, 2, 5])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_the_windows_are_those_of_conv2d(size, kernel, stride, padding):
    ax = plotting.plot_windows(size, kernel, stride=stride, padding=padding)
    windows = [p for p in ax.patches if to_rgb(p.get_facecolor()) == to_rgb(COLORS["orange"])]
    if size + 2 * padding < kernel:
        assert "does not fit" in ax.get_title()
        assert not windows
        return
    conv = nn.Conv1d(1, 1, kernel, stride=stride, padding=padding)
    places = conv(torch.zeros(1, 1, size)).shape[-1]
    assert len(windows) == places
    assert ax.get_title().split()[-1] == str(places)
    assert windows[-1].get_x() + kernel <= size + padding
    hatched = [patch.get_width() for patch in ax.patches if patch.get_hatch()]
    left_over = (size + 2 * padding - kernel) % stride
    assert hatched == ([left_over] if left_over else [])


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), [(0, 1, 1, 0), (4, 3, 0, 0),
                                                                  (4, 3, 1, -1)])  # fmt: skip
def test_sizes_below_one_are_refused(size, kernel, stride, padding):
    with pytest.raises(ValueError, match="must be 1 or more"):
        plotting.plot_windows(size, kernel, stride=stride, padding=padding)


def test_the_shape_flow_names_shapes_in_order_and_draws_larger_maps_larger():
    shapes = [(3, 32, 32), (6, 14, 14), (1176,), (10,)]
    ax = plotting.plot_shape_flow(shapes, ["conv", "flatten", "linear"])
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    assert texts == ["3×32×32", "6×14×14", "1176", "10", "conv", "flatten", "linear"]
    assert len(ax.patches) >= 3 + 6 + 1 + 1
    first, second = ax.patches[0], ax.patches[3]
    assert first.get_height() > second.get_height()
    inside = [p.get_x() >= 0 and p.get_x() + p.get_width() <= 11 for p in ax.patches[:11]]
    assert all(inside)


@pytest.mark.parametrize(
    ("shapes", "steps"),
    [([(3, 8, 8)], []), ([(3, 8, 8), (10,)], []), ([(8, 8), (10,)], ["flatten"])],
)
def test_a_flow_that_is_none_is_refused(shapes, steps):
    with pytest.raises(ValueError, match=r"shapes and|a shape is"):
        plotting.plot_shape_flow(shapes, steps)


def test_the_receptive_field_is_what_the_gradient_reaches():
    ax = plotting.plot_receptive_field(LAYERS)
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["pixels: 16", "conv 5: 12", "pool 2: 6", "conv 5: 2", "pool 2: 1"]
    x = torch.rand(1, 1, 32, requires_grad=True)
    ones = torch.ones(1, 1, 5)
    out = x
    for kind, kernel, stride in LAYERS:
        if kind.startswith("conv"):
            out = nn.functional.conv1d(out, ones, stride=stride)
        else:
            out = nn.functional.avg_pool1d(out, kernel, stride)
    out[0, 0, 0].backward()
    assert (x.grad != 0).sum() == 16
    bottom = [patch for patch in ax.patches if abs(patch.get_y() + 0.22) < 1e-9]
    assert len(bottom) == 16
    assert bottom[0].get_x() == pytest.approx(0.05)


def test_a_field_of_no_layers_is_refused():
    for layers in ([], [("conv", 0, 1)]):
        with pytest.raises(ValueError, match="at least one layer"):
            plotting.plot_receptive_field(layers)
