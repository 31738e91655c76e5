"""The playground's run equals `fit`; its settings, script, pictures and missions."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import nn

from course_utils import MLP, accuracy, fit, load_dataset, seed_everything, split, standardize
from course_utils.datasets.generators import KINDS
from course_utils.notebooks.files import dumps, read_notebook
from course_utils.notebooks.lint import lint
from course_utils.playground import Session, Settings, SettingsError
from course_utils.playground.choices import (
    ACTIVATIONS,
    DATA,
    FEATURES,
    OPTIMIZERS,
    PENALTIES,
    STRENGTHS,
    TABLES,
)
from course_utils.playground.data import compute_features, prepare, principal_components
from course_utils.playground.missions import MISSIONS, Mission
from course_utils.playground.script import pytorch_code
from course_utils.playground.session import build_model, build_optimizer, hidden_outputs
from course_utils.playground.snapshot import SURFACE, Grid, thumbnails
from course_utils.plotting.style import COLORS

PACKAGE = Path(__file__).parents[1] / "course_utils" / "playground"
RUNS = {
    "defaults": Settings(),
    "one layer, all rows, momentum": Settings(hidden=(5,), batch=0, optimizer="momentum", lr=0.1),
    "no hidden layer": Settings(data="xor", hidden=(), optimizer="sgd", lr=0.3, seed=3),
    "three classes, dropout": Settings(data="wine", penalty="dropout", strength=0.3, batch=16),
    "two chosen features, L2": Settings(
        data="diabetes", columns="glucose+bmi", penalty="l2", strength=0.01, activation="tanh"
    ),
    "L1, other inputs": Settings(
        data="spirals", features=("x1", "x2sq", "sin1"), penalty="l1", strength=0.001, n=150
    ),
    "three blobs, AdamW, small batches": Settings(data="blobs", optimizer="adamw", batch=7, n=90),
    "batch larger than the data": Settings(data="moons", n=40, batch=500, optimizer="rmsprop"),
}
EPOCHS = 6


def session_after(settings: Settings, epochs: int) -> Session:
    session = Session(settings)
    for _ in range(epochs):
        session.epoch()
    return session


def mapping_of(settings: Settings) -> dict[str, object]:
    return settings.to_dict()


# ── the run ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_a_run_is_that_of_fit(settings: Settings):
    session = Session(settings)
    for _ in range(EPOCHS):
        session.epoch()
        torch.rand(7)  # what others draw in between changes nothing
    seed_everything(settings.seed)
    model = build_model(settings, session.plane.n_outputs)
    data_loss = nn.CrossEntropyLoss() if session.plane.n_outputs > 1 else nn.BCEWithLogitsLoss()

    def loss_fn(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        loss = data_loss(outputs, y)
        if settings.penalty == "l1" and model.training:
            weights = [p for p in model.parameters() if p.ndim == 2]
            loss = loss + settings.strength * sum(w.abs().sum() for w in weights)
        return loss

    history = fit(
        model, session.train, val=session.val, loss_fn=loss_fn, metrics={"accuracy": accuracy},
        optimizer=build_optimizer(settings, model), epochs=EPOCHS,
        batch_size=settings.batch or None, seed=settings.seed, progress=False,
    )  # fmt: skip
    assert session.history.rows == history.rows
    assert session.history.step_losses == history.step_losses
    for own, other in zip(session.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(own, other)


def test_steps_make_epochs():
    by_epoch, by_step = session_after(Settings(), 3), Session()
    assert by_step.updates_per_epoch == 8  # 240 rows in batches of 32
    for _ in range(24):
        by_step.step()
    assert by_step.history.rows == by_epoch.history.rows
    by_step.step()
    assert (by_step.updates, len(by_step.history)) == (25, 3)
    by_step.epoch()
    assert (by_step.updates, len(by_step.history)) == (32, 4)


def test_reset_and_configure_start_afresh():
    session = session_after(Settings(penalty="dropout", strength=0.2), 3)
    rows = session.history.rows
    session.reset()
    assert (session.updates, len(session.history)) == (0, 0)
    for _ in range(3):
        session.epoch()
    assert session.history.rows == rows
    session.configure(Settings(data="xor"))
    assert session.history.rows == []


def test_a_refused_table_column_leaves_the_run_as_it_was():
    session = session_after(Settings(), 2)
    with pytest.raises(SettingsError, match="feature of 'wine'"):
        session.configure(Settings(data="wine", columns="alcohol+colour"))
    assert session.settings == Settings()
    session.epoch()
    assert len(session.history) == 3


def test_others_random_numbers_are_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    session_after(Settings(penalty="dropout", strength=0.2), 2)
    assert torch.equal(torch.rand(3), expected)


def test_gradient_norms_are_those_of_the_last_update():
    session = Session(Settings(batch=0, hidden=(4, 3)))
    model, (X, y) = session.model, session.train
    nn.functional.binary_cross_entropy_with_logits(model(X), y).backward()
    expected = [
        torch.cat([p.grad.flatten() for p in layer.parameters()]).norm().item()
        for layer in session.layers
    ]
    session.step()
    assert session.grad_norms == pytest.approx(expected, rel=1e-6)
    assert len(expected) == 3


def test_a_diverging_run_stops_with_advice_and_goes_no_further():
    settings = Settings(optimizer="sgd", lr=10.0, penalty="l2", strength=10.0)
    session = session_after(settings, 50)
    assert session.stopped is not None
    assert re.search(r"became (NaN|infinite) in epoch \d+ \(update \d+\)", session.stopped)
    assert session.stopped.endswith("try a learning rate of 1 in place of 10, or less strength.")
    updates = session.updates
    session.step()
    session.epoch()
    assert session.updates == updates
    assert Grid(session).snapshot(session).surface.dtype == np.uint8  # and it can still be drawn


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(), None),
        (Settings(hidden=(), penalty="dropout", strength=0.2), "network has none"),
        (Settings(n=40, batch=64), "only 24 training rows"),
        (Settings(optimizer="adamw"), "weight decay 0.01"),
        (Settings(activation="linear"), "no more than a single one"),
    ],
)
def test_surprising_settings_carry_a_note(settings: Settings, words: str | None):
    note = Session(settings).note
    assert note is None if words is None else note is not None and words in note


# ── the data ───────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_points_and_both_tables_are_offered():
    assert set(DATA) == {*KINDS, *TABLES}


@pytest.mark.parametrize("name", DATA)
def test_points_are_standardised_by_the_training_part(name: str):
    plane = prepare(Settings(data=name))
    X, y = plane.train
    assert torch.allclose(X.mean(dim=0), torch.zeros(2), atol=1e-5)
    assert torch.allclose(X.std(dim=0, correction=0), torch.ones(2), atol=1e-4)
    rows = len(load_dataset(name)) if name in TABLES else 400
    assert len(X) + len(plane.val[0]) == rows
    assert len(X) == pytest.approx(0.6 * rows, abs=0.51)
    assert len(plane.class_names) == (2 if y.ndim == 2 else int(y.max()) + 1)


def test_principal_components_are_those_of_scikit_learn():
    parts = split(*load_dataset("wine").xy, fractions=(0.6, 0.4, 0.0), stratify=True)
    train, val = standardize(parts.train[0], parts.val[0])
    ours = principal_components(train, val)
    pca = PCA(2).fit(train.numpy())
    for own, table in zip(ours, (train, val), strict=True):
        theirs = pca.transform(table.numpy())
        np.testing.assert_allclose(own.abs(), np.abs(theirs), atol=1e-4)


def test_features_and_their_source_agree():
    X = torch.randn(20, 2)
    both = compute_features(X, tuple(FEATURES))
    names = {"torch": torch, "x1": X[:, 0], "x2": X[:, 1]}
    for column, feature in zip(both.T, FEATURES.values(), strict=True):
        assert torch.equal(column, eval(feature.code, dict(names)))


# ── the settings ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "settings", [*RUNS.values(), *(s for m in MISSIONS for s in (m.settings, m.cure))]
)
def test_a_link_carries_the_settings(settings: Settings):
    assert Settings.from_query(settings.query()) == settings
    assert Settings.from_query(f"#{settings.query()}") == settings
    assert Settings.from_mapping(mapping_of(settings)) == settings
    assert eval(repr(settings), {"Settings": Settings}) == settings
    assert re.fullmatch(r"[\w=&%.,+-]*", settings.query())


def test_a_link_holds_only_what_differs():
    assert Settings().query() == ""
    assert Settings(lr=0.03, hidden=(4, 2)).query() == "hidden=4,2&lr=0.03"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("data=stars", "There is no data set 'stars'; choose circles, xor,"),
        ("colour=red", "There is no setting 'colour'."),
        ("lr=fast", "The learning rate must be a number, not 'fast'."),
        ("lr=0", "The learning rate must be above 0 and at most 100, not 0."),
        ("lr=nan", "The learning rate must be a number, not 'nan'."),
        ("n=12.5", "The number of points must be a whole number, not '12.5'."),
        ("n=5", "The number of points must be from 40 to 1000, not 5."),
        ("train=100", "The training share in percent must be from 10 to 90, not 100."),
        ("hidden=4,,x", "The number of units must be a whole number, not 'x'."),
        ("hidden=11", "The number of units in a layer must be from 1 to 10, not 11."),
        ("hidden=1,1,1,1,1,1,1", "7 hidden layers do not fit; 6 do."),
        ("features=", "Switch on at least one input: there is nothing to see."),
        ("penalty=dropout&strength=1", "The strength of Dropout must be from 0 to 0.9, not 1."),
        ("data=wine&columns=alcohol%2Balcohol", "Choose two different features for the two axes."),
        ("seed=-1", "The seed must be from 0 to 4294967295, not -1."),
        ("noise=7", "The noise must be from 0 to 6, not 7."),
    ],
)
def test_nonsense_is_refused_in_one_sentence(query: str, sentence: str):
    with pytest.raises(SettingsError) as refusal:
        Settings.from_query(query)
    assert str(refusal.value).startswith(sentence)
    assert refusal.value.name in {*Settings().to_dict(), "colour"}


# ── the script ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_the_script_ends_with_the_same_losses(settings: Settings):
    session = session_after(settings, EPOCHS)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(pytorch_code(settings, EPOCHS), names)
    row = session.history[-1]
    assert names["loss"] == row["loss"]
    assert names["val_loss"] == pytest.approx(row["val_loss"], rel=1e-6)
    assert f"epoch {EPOCHS}: training loss {row['loss']:.4f}" in printed.getvalue()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("penalty", ["none", "l2"])
def test_the_script_names_the_same_optimizer(optimizer: str, penalty: str):
    settings = Settings(optimizer=optimizer, penalty=penalty, strength=0.01, hidden=(3,), n=60)
    session = session_after(settings, 2)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(pytorch_code(settings, 2), names)
    assert names["loss"] == session.history[-1]["loss"]


def test_every_activation_is_written_by_its_name():
    for name, module in ACTIVATIONS.items():
        assert f"nn.{module.__name__}()" in pytorch_code(Settings(activation=name), 1)


# ── the pictures ───────────────────────────────────────────────────────────────────────────────


def test_the_surface_holds_the_probabilities_top_row_first():
    session = session_after(Settings(data="moons"), 5)
    grid = Grid(session)
    surface = grid.snapshot(session).surface
    left, right, bottom, top = grid.extent
    assert surface.shape == (1, SURFACE, SURFACE)
    for (row, column), corner in {(0, 0): (left, top), (-1, -1): (right, bottom)}.items():
        logit = session.model(compute_features(torch.tensor([corner]), ("x1", "x2")))
        assert surface[0, row, column] == pytest.approx(torch.sigmoid(logit).item() * 255, abs=0.51)


def test_three_classes_have_three_surfaces_that_share_everything():
    session = session_after(Settings(data="wine"), 3)
    surface = Grid(session).snapshot(session).surface
    assert surface.shape == (3, SURFACE, SURFACE)
    assert np.abs(surface.astype(int).sum(axis=0) - 255).max() <= 2


def test_all_points_lie_inside():
    session = Session(Settings(data="diabetes"))
    left, right, bottom, top = Grid(session).extent
    X = torch.cat([session.plane.train[0], session.plane.val[0]])
    assert left < X[:, 0].min() < X[:, 0].max() < right
    assert bottom < X[:, 1].min() < X[:, 1].max() < top


def test_hidden_outputs_are_those_of_the_layers_without_dropout():
    model = MLP(2, 4, 3, 1, activation=nn.Tanh, dropout=0.5).train()
    X = torch.randn(6, 2)
    (first, second), logits = hidden_outputs(model, X)
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    assert torch.equal(first, torch.tanh(linear[0](X)))
    assert torch.equal(second, torch.tanh(linear[1](first)))
    assert torch.equal(logits, linear[2](second))
    assert model.training


def test_thumbnails_show_zero_as_128_and_signs_by_side():
    values = torch.stack([torch.linspace(-1, 3, 2500), torch.full((2500,), torch.nan)], dim=1)
    pictures = thumbnails(values)
    assert pictures[0].max() == pytest.approx(255, abs=4)
    assert pictures[0].min() == pytest.approx(128 - 127 / 3, abs=2)
    assert set(pictures[1].flatten()) == {128}


def test_weights_travel_layer_by_layer():
    session = Session(Settings(hidden=(3,)))
    weights = Grid(session).snapshot(session).weights
    first, last = session.layers
    expected = [first.weight, first.bias, last.weight, last.bias]
    assert weights.tolist() == torch.cat([p.flatten() for p in expected]).tolist()


def test_pictures_do_not_touch_the_run():
    watched, alone = (
        Session(Settings(penalty="dropout", strength=0.2)),
        session_after(Settings(penalty="dropout", strength=0.2), 2),
    )
    grid = Grid(watched)
    while len(watched.history) < 2:
        watched.step()
        grid.snapshot(watched)
    assert watched.history.rows == alone.history.rows


# ── the missions ───────────────────────────────────────────────────────────────────────────────

# For each mission: epochs, what is seen, what is seen after the cure.
CLAIMS: dict[str, tuple[int, Callable[[Session], bool], Callable[[Session], bool]]] = {
    "XOR with a straight line": (
        60,
        lambda s: s.history["loss"][-1] > 0.68 and max(s.history["accuracy"]) < 0.8,
        lambda s: s.history[-1]["val_accuracy"] > 0.95,
    ),
    "Spirals, one hidden layer": (
        200,
        lambda s: s.history["loss"][-1] > 0.25 and s.history[-1]["val_accuracy"] < 0.9,
        lambda s: s.history["loss"][-1] < 0.1 and s.history[-1]["val_accuracy"] > 0.94,
    ),
    "Six layers of sigmoids": (
        50,
        lambda s: s.history["loss"][-1] > 0.685 and s.grad_norms[0] < s.grad_norms[-1] / 1000,
        lambda s: s.history[-1]["val_accuracy"] > 0.95,
    ),
    "A learning rate too large": (
        60,
        lambda s: s.stopped is None and s.grad_norms[0] == 0 and s.history["loss"][-1] > 0.3,
        lambda s: s.history[-1]["val_accuracy"] > 0.97,
    ),
    "Learn the noise by heart": (
        200,
        lambda s: (
            s.history[-1]["accuracy"] == 1
            and s.history["val_loss"][-1] > 1.7 * min(s.history["val_loss"])
        ),
        lambda s: (
            s.history[-1]["accuracy"] < 1
            and s.history["val_loss"][-1] < 1.3 * min(s.history["val_loss"])
        ),
    ),
}


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda mission: mission.title)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_mission_shows_what_it_says_and_its_cure_cures(mission: Mission, seed: int):
    epochs, seen, cured = CLAIMS[mission.title]
    assert seen(session_after(replace(mission.settings, seed=seed), epochs))
    assert cured(session_after(replace(mission.cure, seed=seed), epochs))


def test_the_other_cure_of_xor_is_a_product():
    settings = replace(MISSIONS[0].settings, features=("x1", "x2", "x1x2"))
    assert session_after(settings, 60).history[-1]["val_accuracy"] > 0.95


# ── the page's files ───────────────────────────────────────────────────────────────────────────


def test_the_page_has_the_courses_colours():
    style = (PACKAGE / "page" / "playground.css").read_text(encoding="utf-8")
    light, dark = style.split('[data-theme="dark"]', 1)
    found = dict(re.findall(r"--cu-(class-\d|train|val): (#\w+);", light))
    wanted = {"class-0": "blue", "class-1": "orange", "class-2": "green"}
    wanted |= {"train": "blue", "val": "vermillion"}
    assert found == {name: COLORS[color] for name, color in wanted.items()}
    found = re.findall(r"--cu-(?:class-\d|train|val): (#\w+);", dark)
    assert set(found) <= set(COLORS.values())


def test_every_penalty_has_a_first_strength_that_is_allowed():
    assert set(STRENGTHS) == set(PENALTIES)
    for penalty, strength in STRENGTHS.items():
        assert Settings(penalty=penalty, strength=strength).strength == strength


def test_the_notebook_keeps_the_rules_of_any_notebook_and_is_stored_clean():
    path = PACKAGE.parents[1] / "lectures" / "playground.ipynb"
    assert lint(path) == []
    assert path.read_text(encoding="utf-8") == dumps(read_notebook(path))
