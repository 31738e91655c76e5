"""Images drawn or fetched: same seed, same images; OpenML's answers read, refused or missing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from urllib.error import URLError

import numpy as np
import pytest
import torch
from sklearn.datasets import _openml

from course_utils import IMAGE_CLASSES, fetch_images, make_images
from course_utils.datasets import DatasetError
from course_utils.datasets.downloads import COLLECTIONS


@pytest.mark.parametrize(("n", "size"), [(1, 32), (23, 32), (40, 16), (10, 45)])
def test_images_have_their_shapes_dtypes_and_range(n, size):
    X, y = make_images(n, image_size=size)
    assert (X.shape, X.dtype) == ((n, 3, size, size), torch.float32)
    assert (y.shape, y.dtype) == ((n,), torch.int64)
    assert X.min() >= 0
    assert X.max() <= 1
    counts = y.bincount(minlength=10)
    assert counts.max() - counts.min() <= 1


def test_one_seed_gives_the_same_images_and_another_gives_others():
    first, again, other = make_images(20, seed=3), make_images(20, seed=3), make_images(20, seed=4)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])


def test_making_images_leaves_the_global_generators_alone():
    torch.manual_seed(0)
    np.random.seed(0)
    expected = torch.rand(1).item(), np.random.rand()
    torch.manual_seed(0)
    np.random.seed(0)
    make_images(5)
    assert (torch.rand(1).item(), np.random.rand()) == expected


def test_without_noise_an_image_has_two_colours_far_enough_apart():
    X, _ = make_images(60, noise=0)
    for image in X:
        colors = torch.unique(image.reshape(3, -1).T, dim=0)
        assert len(colors) == 2
        assert (colors[0].mean() - colors[1].mean()).abs() > 0.15


def test_every_class_looks_as_its_name_says():
    X, y = make_images(600, noise=0, seed=1)
    for k, name in enumerate(IMAGE_CLASSES):
        for image in X[y == k][:20]:
            mask = (image != image[:, :1, :1]).any(dim=0)  # the corner is background
            rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
            part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].float()
            height, width = part.shape
            middle = part[height // 2, width // 2].item()
            if name in ("disc", "square", "plus", "cross"):
                assert middle == 1
            if name in ("ring", "frame"):
                assert middle == 0
            if name == "square":
                assert part.mean() == 1
            if name == "disc":
                assert 0.7 < part.mean() < 0.9  # pi / 4
            if name == "triangle":
                assert part[-1].sum() > part[0].sum()


def test_no_pixel_and_no_colour_tells_the_class():
    X, y = make_images(3000, seed=0)
    class_means = torch.stack([X[y == k].mean(dim=(0, 2, 3)) for k in range(10)])
    assert (class_means - class_means.mean(dim=0)).abs().max() < 0.06
    pixel_means = torch.stack([X[y == k].mean(dim=(0, 1)) for k in range(10)])
    assert (pixel_means - pixel_means.mean(dim=0)).abs().max() < 0.12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"n": 0}, "n must be at least 1"), ({"image_size": 15}, "at least 16"),
     ({"noise": -1}, "noise is a spread"), ({"seed": -1}, "seed must lie")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        make_images(**arguments)


# --- fetched: a small recorded answer, written by us in OpenML's format ---------------------


def answers(name, *, rows=12, columns=None, brightest=255, classes=10, md5=None):
    """The five files that OpenML would send for a tiny collection, by the end of their address."""
    collection = COLLECTIONS[name]
    n_pixels = int(np.prod(collection.shape)) if columns is None else columns
    pixels = np.arange(rows * n_pixels).reshape(rows, n_pixels) % (brightest + 1)
    labels = np.arange(rows) % classes
    names = [f"pixel{i}" for i in range(n_pixels)]
    quoted = "'%d'" if name == "mnist" else "%d"  # both forms are allowed
    nominal = ",".join(quoted % k for k in range(10))
    lines = ["@RELATION recorded", *(f"@ATTRIBUTE {column} NUMERIC" for column in names)]
    lines += [f"@ATTRIBUTE class {{{nominal}}}", "@DATA"]
    lines += [",".join(map(str, [*row, quoted % k])) for row, k in zip(pixels, labels, strict=True)]
    arff = "\n".join(lines).encode()
    feature = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    features = [
        {"index": str(i), "name": c, "data_type": "numeric", "is_target": "false", **feature}
        for i, c in enumerate(names)
    ]
    features.append({"index": str(n_pixels), "name": "class", "data_type": "nominal",
                     "is_target": "true", "nominal_value": [str(k) for k in range(10)],
                     **feature})  # fmt: skip
    found = {"did": 1, "name": collection.openml, "version": 1, "status": "active"}
    about = {"id": "1", "name": collection.openml, "version": "1", "status": "active",
             "format": "ARFF", "description": "recorded", "file_id": "2",
             "url": "https://www.openml.org/data/v1/download/2/images.arff",
             "md5_checksum": md5 or hashlib.md5(arff).hexdigest()}  # fmt: skip
    qualities = {"quality": [{"name": "NumberOfInstances", "value": str(rows)}]}
    files = {
        "/limit/2/data_version/1": {"data": {"dataset": [found]}},
        "/data/1": {"data_set_description": about},
        "/features/1": {"data_features": {"feature": features}},
        "/qualities/1": {"data_qualities": qualities},
    }
    sent = {end: json.dumps(content).encode() for end, content in files.items()}
    return {**sent, "/images.arff": arff}, pixels, labels


class Response(io.BytesIO):
    """What `urlopen` returns, as far as scikit-learn looks at it."""

    def info(self):
        return {"Content-Encoding": "gzip"}


@pytest.fixture
def network(monkeypatch):
    """A network that knows the recorded files, and counts what is asked of it."""
    asked: list[str] = []

    def connect(files):
        def urlopen(request, *args, **kwargs):
            address = request.full_url
            asked.append(address)
            for end, content in files.items():
                if address.split("/status")[0].endswith(end):
                    return Response(gzip.compress(content))
            raise URLError(f"nothing recorded for {address}")

        monkeypatch.setattr(_openml, "urlopen", urlopen)
        return asked

    return connect


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_recorded_answer_becomes_images(name, network, tmp_path):
    files, pixels, labels = answers(name)
    network(files)
    X, y = fetch_images(name, data_home=tmp_path)
    shape = COLLECTIONS[name].shape
    assert (X.shape, X.dtype, y.dtype) == ((12, *shape), torch.float32, torch.int64)
    assert y.tolist() == labels.tolist()
    np.testing.assert_allclose(X.reshape(12, -1), pixels / 255, rtol=1e-6)
    # Channel by channel, row by row: the second row of the first channel follows the first.
    assert X[0, 0, 1, 0] * 255 == pytest.approx(pixels[0, shape[2]])
    assert X[0, -1, 0, 0] * 255 == pytest.approx(pixels[0, (shape[0] - 1) * shape[1] * shape[2]])


def test_the_second_call_reads_the_cache(network, tmp_path):
    files, _, labels = answers("mnist")
    asked = network(files)
    fetch_images("mnist", data_home=tmp_path)
    first = len(asked)
    X, y = fetch_images("mnist", 3, data_home=tmp_path)
    assert first > 0
    assert len(asked) == first
    assert len(X) == 3
    assert y.tolist() == labels[:3].tolist()


def test_without_a_network_the_message_says_what_works(network, tmp_path):
    network({})
    with pytest.raises(DatasetError, match=r"15 MB.*cannot be reached.*make_images\(\)"):
        fetch_images("mnist", data_home=tmp_path)


def test_a_file_that_differs_from_its_published_md5_is_refused(network, tmp_path):
    network(answers("mnist", md5="0" * 32)[0])
    with pytest.raises(DatasetError, match="md5"):
        fetch_images("mnist", data_home=tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"columns": 5}, "shape"), ({"classes": 3}, "classes are"), ({"brightest": 300}, "0 to 255")],
)
def test_another_table_under_the_same_name_is_refused(network, tmp_path, changes, words):
    network(answers("mnist", **changes)[0])
    with pytest.raises(DatasetError, match=words):
        fetch_images("mnist", data_home=tmp_path)


def test_an_unknown_collection_is_named_with_what_there_is():
    with pytest.raises(ValueError, match=r"mnist, cifar10"):
        fetch_images("imagenet")
    with pytest.raises(ValueError, match="n must be at least 1"):
        fetch_images("mnist", 0)
