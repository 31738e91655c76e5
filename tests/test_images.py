"""Images drawn or fetched: same seed, same images; OpenML's answers read, refused or missing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from urllib.error import HTTPError, URLError

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


# --- fetched: small answers, written by us in the layout that OpenML documents ---------------
#
# What is known of the real ones: data sets 554 (mnist_784) and 40927 (CIFAR_10), both version 1
# and dense ARFF; whole numbers as pixels, channel by channel and row by row, the nominal "class"
# last; its labels are the texts "0" to "9", in CIFAR_10's rows without quotes.

REAL = {"mnist": (554, 52667, "pixel{}", 1), "cifar10": (40927, 16797613, "a{}", 0)}


def answers(name, *, rows=12, columns=None, brightest=255, classes=10, md5=None, quoted="%d"):
    """The five files that OpenML would send for a tiny collection, by the end of their address."""
    collection = COLLECTIONS[name]
    n_pixels = int(np.prod(collection.shape)) if columns is None else columns
    pixels = np.arange(rows * n_pixels).reshape(rows, n_pixels) % (brightest + 1)
    labels = np.arange(rows) % classes
    did, file_id, column_name, start = REAL[name]
    names = [column_name.format(i + start) for i in range(n_pixels)]
    nominal = ",".join(quoted % k for k in range(10))
    lines = ["% a comment", f"@RELATION {collection.openml}", ""]
    lines += [f"@ATTRIBUTE {column} NUMERIC" for column in names]
    lines += [f"@ATTRIBUTE class {{{nominal}}}", "", "@DATA"]
    lines += [",".join(map(str, [*row, quoted % k])) for row, k in zip(pixels, labels, strict=True)]
    arff = "\n".join(lines).encode()
    feature = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    features = [
        {"index": str(i), "name": c, "data_type": "numeric", "is_target": "false", **feature}
        for i, c in enumerate(names)
    ]
    features.append({"index": str(n_pixels), "name": "class", "data_type": "nominal",
                     "is_target": "true", "nominal_values": json.dumps([*"0123456789"]),
                     **feature})  # fmt: skip
    found = {"did": did, "name": collection.openml, "version": 1, "status": "active",
             "format": "ARFF", "file_id": file_id,
             "quality": [{"name": "NumberOfInstances", "value": f"{rows}.0"}]}  # fmt: skip
    path = f"/data/v1/download/{file_id}/{collection.openml}.arff"
    about = {"id": str(did), "name": collection.openml, "version": "1", "status": "active",
             "format": "ARFF", "description": "recorded", "file_id": str(file_id),
             "licence": "Public", "default_target_attribute": "class", "visibility": "public",
             "url": f"https://api.openml.org{path}",
             "md5_checksum": md5 or hashlib.md5(arff).hexdigest()}  # fmt: skip
    qualities = {"quality": [{"name": "NumberOfInstances", "value": f"{rows}.0"}]}
    files = {
        f"/{collection.openml.lower()}/limit/2/data_version/1": {"data": {"dataset": [found]}},
        f"/data/{did}": {"data_set_description": about},
        f"/features/{did}": {"data_features": {"feature": features}},
        f"/qualities/{did}": {"data_qualities": qualities},
    }
    sent = {end: json.dumps(content).encode() for end, content in files.items()}
    return {**sent, path: arff}, pixels, labels


class Response(io.BytesIO):
    """What `urlopen` returns, as far as scikit-learn looks at it."""

    def info(self):
        return {"Content-Encoding": "gzip"}


@pytest.fixture
def network(monkeypatch):
    """A network that knows the recorded files, and counts what is asked of it."""
    asked: list[str] = []

    def connect(files, broken=()):
        def urlopen(request, *args, **kwargs):
            address = request.full_url
            asked.append(address)
            for end, content in files.items():
                if address.split("/status")[0].endswith(end):
                    if isinstance(content, Exception):
                        raise content
                    whole = gzip.compress(content)
                    return Response(whole[:-40] if end in broken else whole)
            raise URLError(f"nothing recorded for {address}")

        monkeypatch.setattr(_openml, "urlopen", urlopen)
        return asked

    return connect


@pytest.mark.parametrize("quoted", ["%d", "'%d'"])
@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_recorded_answer_becomes_images(name, quoted, network, tmp_path):
    files, pixels, labels = answers(name, quoted=quoted)
    network(files)
    X, y = fetch_images(name, data_home=tmp_path)
    shape = COLLECTIONS[name].shape
    assert (X.shape, X.dtype, y.dtype) == ((12, *shape), torch.float32, torch.int64)
    assert y.tolist() == labels.tolist()
    np.testing.assert_allclose(X.reshape(12, -1), pixels / 255, rtol=1e-6)
    # Channel by channel, row by row: the second row of the first channel follows the first.
    assert X[0, 0, 1, 0] * 255 == pytest.approx(pixels[0, shape[2]])
    assert X[0, -1, 0, 0] * 255 == pytest.approx(pixels[0, (shape[0] - 1) * shape[1] * shape[2]])


def test_the_columns_of_cifar_are_a_red_a_green_and_a_blue_plane(network, tmp_path):
    files, _, _ = answers("cifar10")
    path = next(end for end in files if end.endswith(".arff"))
    head = files[path].split(b"@DATA\n")[0] + b"@DATA\n"
    planes = [[255 if column // 1024 == k % 3 else 0 for column in range(3072)] for k in range(10)]
    lines = [",".join(map(str, [*plane, k])) for k, plane in enumerate(planes)]
    files[path] = head + "\n".join(lines).encode()
    about = json.loads(files["/data/40927"])
    about["data_set_description"]["md5_checksum"] = hashlib.md5(files[path]).hexdigest()
    network({**files, "/data/40927": json.dumps(about).encode()})
    X, _ = fetch_images("cifar10", 3, data_home=tmp_path)
    assert torch.equal(X.mean(dim=(2, 3)), torch.eye(3))  # a red, a green and a blue image


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
    with pytest.raises(DatasetError, match=r"130 MB.*cannot be reached.*make_images\(\)"):
        fetch_images("mnist", data_home=tmp_path)


def test_an_answer_that_refuses_is_told_from_a_missing_network(network, tmp_path):
    files, _, _ = answers("mnist")
    path = next(end for end in files if end.endswith(".arff"))
    network({**files, path: HTTPError(path, 404, "Not Found", None, None)})
    with pytest.raises(DatasetError, match=r"does not give out MNIST now.*404.*Try again later"):
        fetch_images("mnist", data_home=tmp_path)


def test_a_download_that_breaks_off_is_refused_and_fetched_anew_the_next_time(network, tmp_path):
    files, _, labels = answers("cifar10")
    path = next(end for end in files if end.endswith(".arff"))
    network(files, broken=(path,))
    with pytest.raises(DatasetError, match=r"650 MB.*broke off.*fetched anew"):
        fetch_images("cifar10", data_home=tmp_path)
    network(files)
    assert fetch_images("cifar10", data_home=tmp_path)[1].tolist() == labels.tolist()


def test_text_that_breaks_off_fails_its_md5_and_is_fetched_anew_the_next_time(network, tmp_path):
    """So it happens with servers that do not compress: the file looks whole, and is short."""
    files, _, labels = answers("mnist")
    path = next(end for end in files if end.endswith(".arff"))
    network({**files, path: files[path][:-500]})
    with pytest.raises(DatasetError, match=r"(?s)md5.*delete the folder openml.*" + tmp_path.name):
        fetch_images("mnist", data_home=tmp_path)
    network(files)
    assert fetch_images("mnist", data_home=tmp_path)[1].tolist() == labels.tolist()


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
