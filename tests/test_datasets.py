"""The tables are what the catalogue says, and the way from table to batch keeps its promises."""

from __future__ import annotations

import copy
import hashlib
import math
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn import datasets as sklearn_datasets
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from course_utils.datasets import (
    DatasetError,
    batches,
    check_data_files,
    dataset_names,
    files,
    load_dataset,
    make_points,
    make_regression,
    split,
    standardize,
)
from course_utils.datasets.catalogue import TABLES
from course_utils.datasets.readme import data_readme

EVERY_VARIANT = [
    (name, variant) for name, table in TABLES.items() for variant in (table.variants or [None])
]
KINDS = [
    "moons",
    "circles",
    "blobs",
    "aniso",
    "varied",
    "quantiles",
    "xor",
    "spirals",
    "two_clouds",
]


# --- the tables -----------------------------------------------------------------------------


def test_every_file_has_the_published_hash():
    assert check_data_files() == []
    for table in TABLES.values():
        if table.file is not None:
            content = (files.data_dir() / table.file).read_bytes()
            assert hashlib.sha256(content).hexdigest() == table.sha256
            assert b"\r" not in content


def test_no_csv_lies_in_data_unlisted():
    listed = {table.file for table in TABLES.values() if table.file}
    assert {path.name for path in files.data_dir().glob("*.csv")} == listed


def test_the_readme_agrees_with_the_catalogue():
    written = (files.data_dir() / "README.md").read_text(encoding="utf-8")
    assert written == data_readme(), "run: python -m course_utils.datasets.readme"


@pytest.mark.parametrize(
    ("name", "n", "d"),
    [
        ("gpa", 4, 1),
        ("gpa_experience", 4, 2),
        ("line3", 3, 1),
        ("houses", 3, 1),
        ("have_a_try", 15, 1),
        ("hours", 4, 1),
        ("two_points", 2, 2),
        ("xor", 4, 2),
        ("diabetes", 768, 8),
        ("mpg", 392, 7),
        ("wine", 178, 13),
        ("digits", 1797, 64),
    ],
)
def test_the_sizes_are_known(name, n, d):
    assert load_dataset(name).X.shape == (n, d)


def test_the_names_are_listed():
    assert set(dataset_names()) == {name for name, _ in EVERY_VARIANT}


@pytest.mark.parametrize(("name", "variant"), EVERY_VARIANT)
def test_shapes_types_and_names_follow_the_conventions(name, variant):
    data = load_dataset(name, variant=variant)
    n, d = data.X.shape
    assert data.X.dtype == torch.float32
    assert len(data) == n
    assert len(data.feature_names) == len(data.units) == d
    assert len(set(data.feature_names)) == d
    assert all(feature.isidentifier() for feature in (*data.feature_names, data.target_name))
    if data.class_names is not None and len(data.class_names) > 2:
        assert data.y.shape == (n,)
        assert data.y.dtype == torch.int64
    else:
        assert data.y.shape == (n, 1)
        assert data.y.dtype == torch.float32
    if data.class_names is not None:
        assert data.y.unique().tolist() == list(range(len(data.class_names)))
    assert torch.isfinite(data.X).all()


@pytest.mark.parametrize(("name", "variant"), EVERY_VARIANT)
def test_the_card_answers_every_question_in_short_lines(name, variant):
    card = load_dataset(name, variant=variant).card
    headings = ("What", "Who", "When", "How", "Source", "Licence", "Do not conclude")
    starts = [line.split(":")[0] for line in card.splitlines() if not line.startswith(" ")]
    assert starts == [*headings, *(["This variant"] if variant else [])]
    assert max(map(len, card.splitlines())) <= 88


def test_a_load_gives_fresh_tensors():
    first = load_dataset("gpa")
    first.X.zero_()
    assert load_dataset("gpa").X.flatten().tolist() == pytest.approx([2.1, 4.2, 3.1, 3.3])


def test_the_small_tables_hold_the_lectures_numbers():
    tables = {name: load_dataset(name) for name in dataset_names()}
    assert tables["gpa"].y.flatten().tolist() == [0, 1, 0, 1]
    assert tables["gpa_experience"].feature("gpa").equal(tables["gpa"].X)
    experience = tables["gpa_experience"].feature("experience").flatten().tolist()
    assert experience == pytest.approx([0.1, 0.8, 0.9, 0.2])
    assert tables["line3"].y.equal(2 * tables["line3"].X)
    assert tables["hours"].X.flatten().tolist() == [1, 2, 3, 4]
    assert tables["hours"].y.flatten().tolist() == [0, 0, 1, 1]
    assert tables["two_points"].X.flatten().tolist() == pytest.approx([0.9, -0.2, 0.75, 0.6])
    assert tables["two_points"].y.flatten().tolist() == [0, 1]
    inputs = tables["xor"].X.bool()
    assert tables["xor"].y.flatten().bool().equal(inputs[:, 0] ^ inputs[:, 1])


def least_squares(X, y):
    fit = LinearRegression().fit(X.double().numpy(), y.double().numpy())
    residuals = y.double().numpy() - fit.predict(X.double().numpy())
    return fit.coef_.item(), fit.intercept_.item(), float(np.mean(residuals**2))


@pytest.mark.parametrize(
    ("name", "feature", "slope", "intercept", "mse"),
    [
        ("houses", "size", 0.058488, 247.263, 447.29),
        ("have_a_try", "x", 0.25999, 0.74767, 0.168915),
        ("mpg", "weight", -0.0076473, 46.2165, 18.677),
    ],
)
def test_the_best_lines_are_the_published_ones(name, feature, slope, intercept, mse):
    data = load_dataset(name)
    assert least_squares(data.feature(feature), data.y) == pytest.approx(
        (slope, intercept, mse), rel=5e-5
    )


def test_gpa_alone_separates_at_the_known_boundary():
    data = load_dataset("gpa")
    model = LogisticRegression(C=1e6, tol=1e-10, max_iter=10_000)
    model.fit(data.X.numpy(), data.y.flatten().numpy())
    assert -model.intercept_[0] / model.coef_[0, 0] == pytest.approx(3.2013, abs=2e-3)


def test_mpg_keeps_its_columns_apart():
    data = load_dataset("mpg")
    assert data.X[0].tolist() == [8, 307, 130, 3504, 12, 70, 1]
    assert data.y[0].item() == 18
    assert data.label("weight") == "weight (lb)"
    assert data.label("mpg") == "mpg (miles per US gallon)"


def test_wine_and_digits_are_scikit_learns():
    wine, digits = sklearn_datasets.load_wine(), sklearn_datasets.load_digits()
    assert load_dataset("wine").X.equal(torch.tensor(wine.data, dtype=torch.float32))
    assert load_dataset("wine").y.equal(torch.tensor(wine.target))
    assert load_dataset("wine").y.bincount().tolist() == [59, 71, 48]
    pixels = torch.tensor(digits.data, dtype=torch.float32)
    assert load_dataset("digits").X.mul(16).equal(pixels)
    assert load_dataset("digits").y.equal(torch.tensor(digits.target))


# --- diabetes -------------------------------------------------------------------------------


def test_diabetes_has_the_known_zeros_and_no_duplicates():
    data = load_dataset("diabetes")
    missing = {
        feature: int((data.feature(feature) == 0).sum())
        for feature in ("glucose", "blood_pressure", "skin_thickness", "insulin", "bmi")
    }
    assert list(missing.values()) == [5, 35, 227, 374, 11]
    assert data.y.mean().item() == pytest.approx(0.34896, abs=5e-6)
    assert len(torch.cat(data.xy, dim=1).unique(dim=0)) == 768
    assert (data.variant, data.class_names) == ("768", ("no diabetes", "diabetes"))


def test_the_759_form_is_rebuilt_from_the_768_rows():
    raw, course = load_dataset("diabetes"), load_dataset("diabetes", variant="759")
    assert course.X.shape == (759, 8)
    assert course.y.sum() == 496
    assert course.y.mean().item() == pytest.approx(0.653491, abs=5e-7)
    assert course.class_names == ("diabetes", "no diabetes")

    gone = [14, 24, 236, 259, 285, 401, 458, 517, 658]
    kept = [i for i in range(768) if i not in gone]
    assert course.y.equal(1 - raw.y[kept])
    low, high = raw.X.amin(0), raw.X.amax(0)
    restored = (course.X + 1) / 2 * (high - low) + low
    at_minimum = raw.X[kept] == low
    assert torch.allclose(restored[~at_minimum], raw.X[kept][~at_minimum], rtol=1e-5, atol=1e-4)
    assert (course.X[at_minimum] == 0).all()
    # Ages of 21, pregnancies of 0, the one smallest pedigree: none of them is really missing.
    quirks = (low == raw.X).sum(0)
    assert quirks[[0, 7, 6]].tolist() == [111, 63, 1]
    assert course.X.abs().max() == 1


def test_the_2000_form_repeats_the_rows_of_the_768():
    raw, resampled = load_dataset("diabetes"), load_dataset("diabetes", variant="2000")
    assert resampled.X.shape == (2000, 8)
    originals = {tuple(row) for row in torch.cat(raw.xy, dim=1).tolist()}
    rows = {tuple(row) for row in torch.cat(resampled.xy, dim=1).tolist()}
    assert rows <= originals
    assert len(rows) == 713
    again = load_dataset("diabetes", variant="2000")
    assert again.X.equal(resampled.X)
    assert "RandomState(0)" in resampled.card


@pytest.mark.parametrize(("variant", "says"), [("759", "1 = NO diabetes"), ("768", "1 = diabetes")])
def test_the_card_says_which_class_is_1(variant, says):
    assert f"Class {says}" in " ".join(load_dataset("diabetes", variant=variant).card.split())


# --- what a Dataset can do ------------------------------------------------------------------


def test_a_dataset_shows_itself_without_an_address():
    assert repr(load_dataset("diabetes", variant="759")).splitlines() == [
        "Dataset 'diabetes' (variant '759'): X (759, 8) float32, y (759, 1) float32",
        "  features: pregnancies (scaled), glucose (scaled), blood_pressure (scaled), "
        "skin_thickness (scaled), insulin (scaled), bmi (scaled), pedigree (scaled), age (scaled)",
        "  target: no_diabetes: 0 = diabetes, 1 = no diabetes",
    ]
    assert "pixel_0_0, pixel_0_1, pixel_0_2, …, pixel_7_7" in repr(load_dataset("digits"))


def test_a_dataset_serves_rows_to_a_data_loader():
    data = load_dataset("line3")
    X, y = data.xy
    assert data[2][0].tolist() == [3]
    assert [row[1].item() for row in data] == [2, 4, 6]
    (served,) = torch.utils.data.DataLoader(data, batch_size=3)
    assert served[0].equal(X)
    assert served[1].equal(y)


def test_a_dataset_cannot_be_changed_but_copied():
    data = load_dataset("line3")
    with pytest.raises(AttributeError):
        data.X = torch.zeros(3, 1)
    for twin in (copy.deepcopy(data), pickle.loads(pickle.dumps(data))):
        assert twin.X.equal(data.X)
        assert twin.feature_names == data.feature_names


def test_feature_selects_columns_by_name_in_the_order_asked():
    data = load_dataset("wine")
    chosen = data.feature("proline", "alcohol")
    assert chosen.equal(data.X[:, [12, 0]])
    chosen.zero_()
    assert data.X[:, 0].min() > 0


def test_to_frame_holds_the_table():
    data = load_dataset("diabetes")
    frame = data.to_frame()
    assert list(frame.columns) == [*data.feature_names, "diabetes"]
    assert frame["diabetes"].dtype == np.int64
    assert torch.tensor(frame["bmi"].to_numpy()).equal(data.feature("bmi").flatten())
    frame.loc[0, "bmi"] = -1
    assert data.X[0].min() >= 0
    assert load_dataset("mpg").to_frame()["mpg"].iloc[0] == 18.0
    assert load_dataset("wine").to_frame().shape == (178, 14)


# --- what can go wrong with a file or a name ------------------------------------------------


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(files.data_dir(), folder)
    monkeypatch.setattr(files, "data_dir", lambda: folder)
    return folder


def edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"2104", b"2105"))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def convert_line_endings(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [edit, cut_short, convert_line_endings, empty])
def test_a_changed_file_is_refused_in_one_line(copied_data, harm):
    assert load_dataset("houses").X[0] == 2104
    harm(copied_data / "houses.csv")
    with pytest.raises(DatasetError, match=r"houses\.csv is not the published one") as caught:
        load_dataset("houses")
    assert "\n" not in str(caught.value)
    assert "Download or install the course again" in str(caught.value)
    assert caught.value.__context__ is None
    assert check_data_files() == [str(caught.value)]


def test_a_missing_file_is_named_with_the_cure(copied_data):
    (copied_data / "houses.csv").unlink()
    with pytest.raises(
        DatasetError, match=r"houses\.csv is missing\. Download or install"
    ) as caught:
        load_dataset("houses")
    assert caught.value.__suppress_context__
    (copied_data.parent / ".git").mkdir()
    with pytest.raises(DatasetError, match=r"git restore data/houses\.csv"):
        load_dataset("houses")


def test_an_unreadable_file_is_named(copied_data):
    (copied_data / "houses.csv").unlink()
    (copied_data / "houses.csv").mkdir()
    with pytest.raises(DatasetError, match=r"houses\.csv cannot be read"):
        load_dataset("houses")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load_dataset("diabetis"), r"no dataset called 'diabetis'\. Did you mean 'diab"),
        (lambda: load_dataset("MPG"), r"Did you mean 'mpg'\?"),
        (lambda: load_dataset("house"), "Did you mean 'houses' or 'hours'"),
        (lambda: load_dataset("zzz"), r"called 'zzz'\. There are: gpa, .*digits\.$"),
        (lambda: load_dataset("moons"), r"drawn, not loaded: X, y = make_points\('moons'\)"),
        (lambda: load_dataset("diabetes", variant="795"), r"no variant of 'diabetes'.*'759'"),
        (lambda: load_dataset("gpa", variant="2"), "'gpa' has no variants"),
        (lambda: load_dataset("mpg").feature("wieght"), r"feature of 'mpg'.*mean 'weight'\?"),
        (lambda: load_dataset("mpg").feature(), "name at least one feature: cylinders,"),
        (lambda: load_dataset("mpg").label("Weight"), r"column of 'mpg'.*mean 'weight'\?"),
        (lambda: make_points("moon"), r"no kind of points called 'moon'\. Did you mean 'moons'\?"),
    ],
)
def test_an_unknown_name_gets_suggestions(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_name_must_be_text():
    with pytest.raises(TypeError, match="wants a name such as 'diabetes', but got int"):
        load_dataset(759)


# --- generators -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [3, 101, 400])
def test_points_keep_the_conventions_and_share_the_classes_evenly(kind, n):
    X, y = make_points(kind, n, noise=0)
    assert X.shape == (n, 2)
    assert X.dtype == torch.float32
    three = kind in ("blobs", "varied", "quantiles")
    assert (y.shape, y.dtype) == (((n,), torch.int64) if three else ((n, 1), torch.float32))
    counts = y.flatten().long().bincount()
    assert len(counts) == (3 if three else 2)
    assert counts.max() - counts.min() <= (2 if kind == "quantiles" else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_points_depend_on_the_seed_and_on_nothing_else(kind):
    torch.manual_seed(1)
    X, y = make_points(kind, 50, seed=3)
    state = torch.get_rng_state()
    np.random.seed(7)
    again, y_again = make_points(kind, 50, seed=3)
    assert again.equal(X)
    assert y_again.equal(y)
    assert not make_points(kind, 50, seed=4)[0].equal(X)
    assert torch.get_rng_state().equal(state)


ANISO = np.array([[0.6, -0.6], [-0.4, 0.8]])


def sklearn_points(kind):
    moons = sklearn_datasets.make_moons(n_samples=500, noise=0.05, random_state=0)
    return {
        "moons": moons,
        "aniso": (moons[0] @ ANISO, moons[1]),
        "circles": sklearn_datasets.make_circles(
            n_samples=500, factor=0.5, noise=0.05, random_state=0
        ),
        "blobs": sklearn_datasets.make_blobs(n_samples=500, random_state=8),
        "varied": sklearn_datasets.make_blobs(
            n_samples=500, cluster_std=[1.0, 2.5, 0.5], random_state=170
        ),
        "quantiles": sklearn_datasets.make_gaussian_quantiles(
            n_samples=500, n_classes=3, random_state=0
        ),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "seed", "logistic"),
    [
        ("moons", 0, 0.88),
        ("aniso", 0, 0.88),
        ("circles", 0, 0.50),
        ("blobs", 8, 1.0),
        ("varied", 170, 0.97),
        ("quantiles", 0, 0.36),
    ],
)
def test_the_six_toy_sets_are_scikit_learns(kind, seed, logistic):
    points, labels = sklearn_points(kind)
    X, y = make_points(kind, 500, seed=seed)
    assert X.equal(torch.tensor(points, dtype=torch.float32))
    assert y.flatten().long().equal(torch.tensor(labels))
    model = LogisticRegression(max_iter=1000).fit(points, labels)
    assert model.score(points, labels) == pytest.approx(logistic, abs=0.04)


def test_two_clouds_have_their_centres_and_the_hand_drawn_line_separates_them():
    X, y = make_points("two_clouds", 40_000)
    for label, mean, spread in ((0, (-3, 30), (8, 13)), (1, (25, 11), (9, 11))):
        cloud = X[y.flatten() == label]
        assert cloud.mean(0).tolist() == pytest.approx(mean, abs=0.4)
        assert cloud.std(0).tolist() == pytest.approx(spread, rel=0.03)
    X, y = make_points("two_clouds", 600)
    below_the_line = X[:, 1:] < 2 * X[:, :1]
    assert 0.945 <= (below_the_line == y.bool()).float().mean() <= 0.977


def test_xor_points_surround_the_corners_with_the_truth_tables_labels():
    X, y = make_points("xor", 400, noise=0)
    assert len(X.unique(dim=0)) == 4
    assert y.equal((X[:, :1] != X[:, 1:]).float())
    noisy, y = make_points("xor", 400)
    corner = noisy.round().clamp(0, 1)
    assert ((corner[:, :1] != corner[:, 1:]).float() == y).float().mean() > 0.99


def test_spirals_defeat_a_line_but_not_their_neighbours():
    X, y = (tensor.numpy() for tensor in make_points("spirals", 600))
    labels = y.ravel()
    assert LogisticRegression().fit(X, labels).score(X, labels) < 0.75
    assert KNeighborsClassifier(3).fit(X[:300], labels[:300]).score(X[300:], labels[300:]) > 0.97


def test_noise_spreads_the_points():
    for kind in KINDS:
        calm, wild = (make_points(kind, 90, noise=noise, seed=1)[0] for noise in (0.0, 0.5))
        assert not calm.equal(wild)


@pytest.mark.parametrize("kind", ["blobs", "varied", "quantiles", "two_clouds"])
def test_noise_scales_the_spread_about_the_same_centres(kind):
    calm, X, wild = (make_points(kind, 90, noise=noise, seed=1)[0] for noise in (0.0, 1.0, 3.0))
    assert torch.allclose(wild - calm, 3 * (X - calm), atol=1e-4)


def test_regression_points_lie_about_the_plane_that_was_asked_for():
    X, y = make_regression(5000, weights=(2.0, -1.0), bias=0.5, noise=0.3, seed=1)
    assert (X.shape, y.shape, X.dtype, y.dtype) == (
        (5000, 2),
        (5000, 1),
        torch.float32,
        torch.float32,
    )
    fit = LinearRegression().fit(X.numpy(), y.numpy())
    assert fit.coef_[0] == pytest.approx([2.0, -1.0], abs=0.02)
    assert fit.intercept_[0] == pytest.approx(0.5, abs=0.02)
    residuals = y.numpy() - fit.predict(X.numpy())
    assert residuals.std() == pytest.approx(0.3, rel=0.04)
    assert make_regression(10, seed=2)[0].equal(make_regression(10, seed=2)[0])
    assert not make_regression(10, seed=2)[0].equal(make_regression(10, seed=3)[0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: make_points("moons", 0), ValueError, "n must be at least 1, but got 0"),
        (lambda: make_points("moons", 10.0), TypeError, "n must be a whole number"),
        (lambda: make_points("blobs", 2), ValueError, "'blobs' has 3 classes and needs n >= 3"),
        (lambda: make_points("moons", noise=-1), ValueError, "noise is a spread"),
        (lambda: make_points("moons", noise=math.nan), ValueError, "noise is a spread"),
        (lambda: make_points("moons", noise="a"), TypeError, "noise must be a number"),
        (lambda: make_points("moons", seed=-1), ValueError, "seed must lie between 0"),
        (lambda: make_points("moons", seed=None), TypeError, "seed must be a whole number"),
        (lambda: make_points(["moons"]), ValueError, "no kind of points"),
        (lambda: make_regression(0), ValueError, "n must be at least 1"),
        (lambda: make_regression(weights=()), ValueError, "one number for each feature"),
        (lambda: make_regression(weights=2.0), ValueError, "one number for each feature"),
        (lambda: make_regression(noise=-0.1), ValueError, "noise is a spread"),
    ],
)
def test_generators_explain_what_they_want(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- split ----------------------------------------------------------------------------------


def numbered(n):
    return torch.arange(n, dtype=torch.float32).unsqueeze(1), torch.arange(n) % 3


@pytest.mark.parametrize("stratify", [None, True])
@pytest.mark.parametrize(
    ("n", "fractions", "sizes"),
    [
        (768, (0.6, 0.2, 0.2), [461, 153, 154]),
        (10, (0.6, 0.2, 0.2), [6, 2, 2]),
        (15, (0.1, 0.2, 0.7), [2, 3, 10]),
        (759, (0.8, 0.0, 0.2), [607, 0, 152]),
        (7, (1, 0, 0), [7, 0, 0]),
    ],
)
def test_the_parts_are_disjoint_complete_and_of_the_promised_sizes(n, fractions, sizes, stratify):
    X, y = numbered(n)
    parts = split(X, y, fractions=fractions, stratify=stratify)
    assert [len(rows) for rows, _ in parts] == sizes
    assert torch.cat([rows for rows, _ in parts]).flatten().sort().values.equal(X.flatten())
    for rows, targets in parts:
        assert targets.equal(rows.flatten().long() % 3), "a row lost its target"


@pytest.mark.parametrize("stratify", [None, True])
def test_split_shuffles_by_its_seed_alone(stratify):
    X, y = numbered(100)
    first = split(X, y, stratify=stratify, seed=5)
    torch.rand(3)
    again = split(X, y, stratify=stratify, seed=5)
    other = split(X, y, stratify=stratify, seed=6)
    for part, same, different in zip(first, again, other, strict=True):
        assert part[0].equal(same[0])
        assert not part[0].equal(different[0])
        assert not part[0].flatten().sort().values.equal(part[0].flatten())


@pytest.mark.parametrize("seed", range(5))
def test_stratified_parts_keep_the_shares_of_the_classes(seed):
    X, y = load_dataset("diabetes").xy
    for labels in (True, y, y.flatten().long()):
        parts = split(X, y, stratify=labels, seed=seed)
        for _, targets in parts:
            assert abs(targets.sum().item() - len(targets) * 268 / 768) <= 2
    rare = (torch.arange(200) % 40 == 0).float().unsqueeze(1)
    parts = split(torch.rand(200, 2), rare, stratify=True, seed=seed)
    assert [int(targets.sum()) for _, targets in parts] == [3, 1, 1]


def test_the_parts_are_copies():
    X, y = numbered(10)
    parts = split(X, y)
    parts.train[0].zero_()
    assert X.sum() == 45
    assert repr(parts) == "Splits(train 6, val 2, test 2 rows)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"fractions": (0.6, 0.2, 0.3)}, ValueError, "must sum to 1"),
        ({"fractions": (1.2, -0.2, 0.0)}, ValueError, "must not be negative"),
        ({"fractions": (math.nan, 0.5, 0.5)}, ValueError, "must sum to 1"),
        ({"fractions": (0.8, 0.2)}, ValueError, r"only: \(0\.8, 0\.0, 0\.2\)"),
        ({"fractions": 0.8}, ValueError, "three numbers"),
        ({"fractions": (0.98, 0.01, 0.01)}, ValueError, "the val part would be empty"),
        ({"fractions": (0.0, 0.5, 0.5)}, ValueError, "the train part would be empty"),
        ({"stratify": torch.zeros(3)}, ValueError, "one class label for each of 10 rows"),
        ({"stratify": "y"}, ValueError, "one class label for each of 10 rows"),
        ({"stratify": torch.rand(10)}, ValueError, "leave stratify away"),
        ({"y": torch.zeros(9)}, ValueError, "X has 10 rows but y has 9"),
        ({"y": [0] * 10}, TypeError, "y must be a tensor, but it is a list"),
        ({"X": np.zeros((10, 1))}, TypeError, "X must be a tensor, but it is a ndarray"),
        ({"X": torch.zeros(0, 1), "y": torch.zeros(0)}, ValueError, "are empty"),
        ({"X": torch.tensor(1.0)}, ValueError, "a single number"),
        ({"seed": 0.5}, TypeError, "seed must be a whole number"),
    ],
)
def test_split_explains_what_it_wants(arguments, error, message):
    X, y = numbered(10)
    arguments = {"X": X, "y": y, **arguments}
    with pytest.raises(error, match=message):
        split(arguments.pop("X"), arguments.pop("y"), **arguments)


# --- standardize ----------------------------------------------------------------------------


def test_standardize_is_scikit_learns_scaler_fitted_on_the_training_rows():
    train, val, test = (rows for rows, _ in split(*load_dataset("wine").xy))
    scaler = StandardScaler().fit(train.double().numpy())
    results = standardize(train, val, test)
    for table, result in zip((train, val, test), results, strict=True):
        expected = torch.tensor(scaler.transform(table.double().numpy()), dtype=torch.float32)
        assert torch.allclose(result, expected, atol=1e-4)
        assert result.dtype == torch.float32
    assert train.min() > 0, "the input was changed"


def test_standardize_equals_the_line_that_a_lecture_writes():
    X = load_dataset("diabetes").X
    (result,) = standardize(X)
    assert result.equal((X - X.mean(0)) / X.std(0, correction=0))


def test_a_constant_column_becomes_zero():
    train = torch.tensor([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]])
    result, new = standardize(train, torch.tensor([[0.6, 2.0]]))
    assert result[:, 0].tolist() == [0, 0, 0]
    assert new.flatten().tolist() == pytest.approx([0.5, 0.0])
    assert torch.isfinite(standardize(load_dataset("digits").X)[0]).all()


@pytest.mark.parametrize(
    ("tables", "error", "message"),
    [
        (([[1.0], [2.0]],), TypeError, "train must be a tensor, but it is a list"),
        ((torch.tensor([[1], [2]]),), TypeError, r"train\.float\(\)"),
        ((torch.tensor([1.0, 2.0]),), ValueError, r"x\.unsqueeze\(1\)"),
        ((torch.tensor([[1.0]]),), ValueError, "at least two"),
        ((torch.zeros(0, 2),), ValueError, "at least two"),
        ((torch.tensor([[1.0], [math.nan]]),), ValueError, "train contains NaN"),
        ((torch.rand(3, 2), torch.rand(3, 1)), ValueError, "table 2 has 1 columns, but train has"),
        ((torch.rand(3, 2), torch.full((1, 2), math.inf)), ValueError, "table 2 contains NaN"),
    ],
)
def test_standardize_explains_what_it_wants(tables, error, message):
    with pytest.raises(error, match=message):
        standardize(*tables)


# --- batches --------------------------------------------------------------------------------


def test_batches_visit_the_rows_in_the_order_of_a_loop_by_hand():
    X, y = numbered(100)
    loader = batches(X, y, 32, seed=4)
    generator = torch.Generator().manual_seed(4)
    for _ in range(3):
        # What the loader draws: a base seed for workers, the order, and at the end of the epoch
        # one more order that nobody uses.
        torch.empty((), dtype=torch.int64).random_(generator=generator)
        order = torch.randperm(100, generator=generator)
        for rows, (X_batch, y_batch) in zip(order.split(32), loader, strict=True):
            assert X_batch.equal(X[rows])
            assert y_batch.equal(y[rows])
        torch.randperm(100, generator=generator)


def test_batches_without_shuffling_keep_the_order():
    X, y = numbered(10)
    served = list(batches(X, y, 4, shuffle=False))
    assert [len(y_batch) for _, y_batch in served] == [4, 4, 2]
    assert torch.cat([X_batch for X_batch, _ in served]).equal(X)


def test_batches_do_not_depend_on_the_global_seed_nor_change_it():
    X, y = numbered(50)
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = [y_batch for _, y_batch in batches(X, y, 16, seed=1)]
    assert torch.get_rng_state().equal(state)
    torch.manual_seed(9)
    again = [y_batch for _, y_batch in batches(X, y, 16, seed=1)]
    other = [y_batch for _, y_batch in batches(X, y, 16, seed=2)]
    assert torch.cat(first).equal(torch.cat(again))
    assert not torch.cat(first).equal(torch.cat(other))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, but got 0"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be a whole number, but got 2.5"),
        ({"seed": -1}, ValueError, "seed must lie between"),
        ({"y": torch.zeros(3)}, ValueError, "every row of X needs its own target"),
    ],
)
def test_batches_explain_what_they_want(arguments, error, message):
    X, y = numbered(10)
    arguments = {"y": y, **arguments}
    with pytest.raises(error, match=message):
        batches(X, arguments.pop("y"), **arguments)


# --- the module -----------------------------------------------------------------------------


def test_importing_the_datasets_imports_neither_pandas_nor_scikit_learn():
    code = (
        "import sys, course_utils.datasets; "
        "print(sorted({'pandas', 'sklearn', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
