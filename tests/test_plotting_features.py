"""The hierarchy of features: real small images, of which each level holds the one before."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import plotting
from course_utils.plotting import features


@pytest.fixture
def face():
    return features._face()


def test_the_figure_shows_four_patches_a_level_and_one_face():
    ax = plotting.plot_feature_hierarchy()
    extents = [image.get_extent() for image in ax.images]
    assert [round(extent[0], 6) for extent in extents].count(0.3) == 4
    widths = [extent[1] - extent[0] for extent in extents]
    assert np.argmax(widths) == 16
    assert [text.get_text() for text in ax.texts] == list(features._LEVELS)


def test_images_are_grey_values_between_black_and_white(face):
    patches = [face, *features._pixels(face), *features._edges()]
    patches += [*features._arrangements(), *features._parts(face)]
    for patch in patches:
        assert patch.ndim == 2
        assert patch.min() >= 0
        assert patch.max() <= 1


def test_parts_and_pixels_are_cut_from_the_face(face):
    for patch in [*features._parts(face), *features._pixels(face)]:
        windows = np.lib.stride_tricks.sliding_window_view(face, patch.shape)
        assert (windows == patch).all(axis=(2, 3)).any()


def test_edges_are_four_different_directions():
    edges = features._edges()
    for i, edge in enumerate(edges):
        assert edge.min() < 0.05
        assert edge.max() > 0.95
        assert all(np.abs(edge - other).max() > 0.5 for other in edges[:i])


def test_five_levels_want_five_labels():
    ax = plotting.plot_feature_hierarchy(labels=["a", "b", "c", "d", "e"])
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c", "d", "e"]
    with pytest.raises(ValueError, match="five levels to label, got 2"):
        plotting.plot_feature_hierarchy(labels=["pixels", "face"])
