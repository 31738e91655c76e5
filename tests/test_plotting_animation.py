"""Animations are small, decode to the frames that were drawn, and leave nothing behind."""

from __future__ import annotations

import io
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from torch import nn

from course_utils import MLP, describe, make_points
from course_utils.plotting import Animation, animate, animate_boundary, animate_race


def moving_dot(frames=12, **options) -> Animation:
    figure, ax = plt.subplots(figsize=(3, 2), dpi=80)
    (dot,) = ax.plot([0], [0], "o", ms=15, color="#D55E00")
    ax.set(xlim=(0, 1), ylim=(0, 1))

    def update(k):
        dot.set_data([0.1 + 0.05 * k], [0.5])
        return [dot]

    return animate(figure, update, frames, **options)


def decode(data: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(data)) as image:
        frames = []
        for k in range(image.n_frames):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGB")))
        return frames


def spiral(turns: float, steps: int) -> np.ndarray:
    angle = np.linspace(0, turns * 2 * math.pi, steps + 1)
    radius = np.linspace(1.6, 0.05, steps + 1)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_the_file_decodes_to_the_frames_with_their_palette(format):
    animation = moving_dot()
    shown = decode(animation.encode(format))
    assert len(shown) == 12
    for frame, picture in zip(animation.frames, shown, strict=True):
        assert np.array_equal(animation.palette[frame], picture)


def test_the_dot_moves_to_the_right_and_leaves_no_trail():
    animation = moving_dot()
    orange = np.array([0xD5, 0x5E, 0x00])
    centres = []
    for frame in animation.frames:
        close = np.abs(animation.palette[frame].astype(int) - orange).sum(axis=-1) < 40
        _, columns = np.nonzero(close)
        assert columns.max() - columns.min() < 25  # one dot, not a smear
        centres.append(columns.mean())
    assert np.all(np.diff(centres) > 0)


def test_what_stands_still_is_drawn_as_in_a_still_picture():
    animation = moving_dot(frames=1)
    figure, ax = plt.subplots(figsize=(3, 2), dpi=80)
    ax.plot([0.1], [0.5], "o", ms=15, color="#D55E00")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    figure.canvas.draw()
    still = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    difference = np.abs(animation.palette[animation.frames[0]].astype(int) - still)
    assert difference.mean() < 0.5  # the palette rounds a few colours of soft edges


def test_fps_and_hold_become_milliseconds():
    animation = moving_dot(frames=3, fps=20, hold=2)
    assert animation.durations == (50, 50, 2000)
    with Image.open(io.BytesIO(animation.encode("GIF"))) as image:
        assert image.info["loop"] == 0
        durations = []
        for k in range(3):
            image.seek(k)
            durations.append(image.info["duration"])
    assert durations == [50, 50, 2000]


def test_frames_may_be_any_numbers():
    seen = []
    figure, ax = plt.subplots(figsize=(2, 2))
    (line,) = ax.plot([0, 1])

    def update(k):
        seen.append(k)
        return [line]

    animate(figure, update, [3, 30, 300])
    assert seen[-3:] == [3, 30, 300]


def test_the_figure_is_closed_also_after_an_error():
    moving_dot(frames=2)
    assert plt.get_fignums() == []
    figure = plt.figure()
    with pytest.raises(ZeroDivisionError):
        animate(figure, lambda k: [1 / k], 2)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        (0, {}, "at least one frame"),
        ([], {}, "at least one frame"),
        (2, {"fps": 0}, "positive fps"),
        (2, {"hold": -1}, "positive fps"),
    ],
)
def test_an_animation_refuses_nonsense(frames, options, message):
    with pytest.raises(ValueError, match=message):
        moving_dot(frames, **options)


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match="PNG or GIF, not 'MP4'"):
        moving_dot(2).save(tmp_path / "dot.mp4")


def test_a_saved_file_has_the_format_of_its_name(tmp_path):
    animation = moving_dot(3)
    for name, magic in (("dot.gif", b"GIF89a"), ("dot.png", b"\x89PNG")):
        animation.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(magic)


def test_the_repr_says_how_much_there_is_and_nothing_that_changes():
    assert repr(moving_dot(3)) == repr(moving_dot(3)) == "<Animation of 3 frames, 240 x 160 pixels>"


def test_describe_shows_an_animation_as_a_picture_with_alt_text():
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, metadata=None, **_: published.append((data, metadata))
    try:
        describe(moving_dot(3), "An orange dot moves from left to right.")
    finally:
        InteractiveShell.clear_instance()
    ((data, metadata),) = published
    assert set(data) == {"image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == "An orange dot moves from left to right."


def test_a_race_of_fifty_frames_is_small():
    paths = {f"run {k}": spiral(k, 250) for k in range(1, 6)}
    animation = animate_race(lambda u, v: u**2 + v**2, [paths, paths], minimum=(0, 0))
    assert len(animation.frames) == 50
    for format in ("PNG", "GIF"):
        assert len(animation.encode(format)) < 1_000_000
    assert len(animation.encode("PNG")) < 225_000  # as base64 it fits a lecture's cell: 300 KB


def boundary_states(model: nn.Module, count: int) -> dict[int, dict[str, torch.Tensor]]:
    states = {}
    for epoch in range(count):
        with torch.no_grad():
            for p in model.parameters():
                p += 0.05 * torch.sign(p)
        states[epoch] = {name: value.clone() for name, value in model.state_dict().items()}
    return states


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_boundary_is_animated_and_the_model_left_as_it_was(n_classes):
    kind = "moons" if n_classes == 2 else "blobs"
    X, y = make_points(kind, 60, seed=0)
    model = MLP(2, 8, 1 if n_classes == 2 else 3)
    states = boundary_states(model, 4)
    final = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    animation = animate_boundary(model, states, X, y)
    assert len(animation.frames) == 4
    assert (animation.frames[0] != animation.frames[-1]).any()
    assert model.training
    assert all(torch.equal(final[name], value) for name, value in model.state_dict().items())
    assert plt.get_fignums() == []


def test_fifty_frames_of_a_boundary_take_less_than_a_megabyte():
    X, y = make_points("moons", 300, noise=0.15, seed=0)
    model = MLP(2, 20, 20, 1)
    animation = animate_boundary(model, boundary_states(model, 50), X, y)
    assert len(animation.frames) == 50
    assert len(animation.encode("PNG")) < 1_000_000
    assert len(animation.encode("GIF")) < 1_000_000


def test_a_boundary_needs_states():
    X, y = make_points("moons", 20, seed=0)
    with pytest.raises(ValueError, match="collect them while training"):
        animate_boundary(MLP(2, 1), {}, X, y)
    assert plt.get_fignums() == []
