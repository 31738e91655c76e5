"""Widgets at their defaults, at both ends of every control, at every choice; and what fails."""

from __future__ import annotations

import inspect
import warnings

import ipywidgets
import pytest
import torch
from matplotlib.figure import Figure
from nbformat import from_dict
from torch import nn

from course_utils import MLP, fit, make_points, use_course_style, widgets
from course_utils.notebooks.files import clean_outputs
from course_utils.plotting import interactive
from course_utils.widgets import (
    Choice,
    Experiment,
    Explorer,
    Slider,
    explore,
    generalisation,
    images,
    lectures,
    networks,
    performance,
    workflow,
)

NAMED = {
    name: make
    for module in (generalisation, images, lectures, networks, performance, workflow)
    for name, make in vars(module).items()
    if inspect.isfunction(make) and make.__module__ == module.__name__ and name[0] != "_"
}


@pytest.fixture(autouse=True)
def _course_style():
    use_course_style()


def positions(control):
    """Every position worth trying: both ends of a slider, all options of a menu."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [control.base**control.min, control.base**control.max]
    if isinstance(control, ipywidgets.Checkbox):
        return [not control.value, control.value]
    if isinstance(control, ipywidgets.Dropdown):
        return [value for _, value in control._options_full]
    return [control.min, control.max]


def show(panel):
    """Let a panel that waits for its button run; then it must have drawn without an error."""
    if isinstance(panel, Experiment):
        panel.start()
        assert panel.wait(120)
    assert panel.message.value == "", panel.message.value
    assert bytes(panel.image.value).startswith(b"\x89PNG")
    assert len(panel.image.tooltip) >= 20
    assert "{" not in panel.image.tooltip
    assert panel.image.layout.display is None
    return bytes(panel.image.value)


@pytest.mark.parametrize("name", NAMED)
def test_a_widget_draws_at_every_end_of_every_control(name):
    panel = NAMED[name]()
    first = show(panel)
    for key, control in panel.controls.items():
        start, seen = control.value, {first}
        for value in positions(control):
            panel.set(**{key: value})
            seen.add(show(panel))
        panel.set(**{key: start})
        assert show(panel) == first, f"{key} does not come back to where it was"
        assert len(seen) > 1, f"{key} changes nothing"


@pytest.mark.parametrize("name", NAMED)
def test_a_widget_draws_with_all_controls_at_one_end(name):
    panel = NAMED[name]()
    for end in (0, -1):
        panel.set(**{key: positions(control)[end] for key, control in panel.controls.items()})
        show(panel)


@pytest.mark.parametrize("name", NAMED)
def test_the_stored_output_is_one_line_without_a_kernel(name):
    bundles = [NAMED[name]()._repr_mimebundle_() for _ in range(2)]
    output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
    stored = [clean_outputs([from_dict(output | {"data": data})]) for data in bundles]
    assert stored[0] == stored[1]
    assert list(stored[0][0].data) == ["text/plain"]
    text = stored[0][0].data["text/plain"]
    assert text.startswith("Interactive: run this notebook")
    assert "\n" not in text
    assert "0x" not in text


def test_every_widget_is_exported():
    assert set(NAMED) <= set(widgets.__all__)


def draw_line(ax, w):
    ax.plot([0, 1], [0, w])
    ax.set_title(f"slope {w:.1f}")


def line(**more):
    return explore(
        draw_line, w=(0.0, 4.0, 0.1, 1.0), alt="A line of slope {w:.1f}. {title}", **more
    )


def test_the_alt_text_follows_the_values_and_the_title():
    panel = line()
    panel.set(w=2.5)
    assert panel.image.tooltip == "A line of slope 2.5. slope 2.5"
    assert panel.caption.value == panel.image.tooltip


def test_an_error_is_shown_in_one_line_and_goes_away():
    def draw(ax, w):
        if w > 2:
            raise ValueError("too <large>\nfor me")
        draw_line(ax, w)

    panel = explore(draw, w=(0.0, 4.0, 0.1, 1.0), alt="A line of slope {w:.1f}, up to two.")
    panel.set(w=3.0)
    assert "ValueError: too &lt;large&gt; for me" in panel.message.value
    assert "\n" not in panel.message.value
    assert panel.image.layout.display == "none"
    panel.set(w=2.0)
    assert panel.message.value == ""
    assert panel.image.layout.display is None


def test_a_wrong_place_in_the_alt_text_is_shown_too():
    panel = explore(draw_line, w=(0.0, 4.0, 0.1, 1.0), alt="A line of slope {slope}.")
    assert "KeyError" in panel.message.value


def test_drawing_leaves_the_random_numbers_of_the_notebook_alone():
    def draw(ax, w):
        draw_line(ax, w * torch.rand(1).item())

    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    explore(draw, w=(0.0, 4.0, 0.1, 1.0), alt="A line of slope {w:.1f}.").set(w=2.0)
    assert torch.equal(torch.rand(4), expected)


def test_several_panels_arrive_as_an_array():
    def draw(axes, w):
        assert len(axes) == 2
        draw_line(axes[1], w)

    panel = explore(draw, panels=2, w=(0.0, 4.0, 0.1, 1.0), alt="Beside nothing, a line: {title}")
    assert panel.message.value == ""


def test_descriptions_become_the_controls_they_describe():
    panel = explore(
        lambda ax, **values: ax.plot([0, 1]),
        alt="Nothing that depends on a control.",
        a=(0, 9, 1, 2),
        b=(0.0, 1.0, 0.25, 0.5),
        c=["x", "y"],
        d=True,
        e=Slider(0.001, 10.0, 0.5, 0.1, label="rate", unit="1/s", log=True),
        f=Choice({"one": 1, "two": 2}, 2, label="number"),
    )
    kinds = ["IntSlider", "FloatSlider", "Dropdown", "Checkbox", "FloatLogSlider", "Dropdown"]
    assert [type(control).__name__ for control in panel.controls.values()] == kinds
    assert panel.values == {"a": 2, "b": 0.5, "c": "x", "d": True, "e": 0.1, "f": 2}
    assert panel.controls["b"].readout_format == ".2f"
    assert panel.controls["e"].description == "rate (1/s)"
    assert all(control.description for control in panel.controls.values())
    names = "“a”, “b”, “c”, “d”, “rate (1/s)” and “number”"
    assert repr(panel) == f"Interactive: run this notebook to change {names}."


@pytest.mark.parametrize(
    "control",
    [
        (0.0, 1.0, 0.1, 2.0),
        (1.0, 0.0, 0.1, 0.5),
        (0.0, 1.0, 0.0, 0.5),
        Slider(0.0, 1.0, 0.5, 0.1, log=True),
        (0.0, 1.0),
        "w",
        [],
        Choice([1, 2], 3),
    ],
)
def test_a_description_that_cannot_be_is_refused_by_name(control):
    with pytest.raises(ValueError, match="'w'"):
        explore(draw_line, w=control, alt="A line that is never drawn.")


def test_controls_and_epochs_are_asked_for():
    with pytest.raises(ValueError, match="no controls"):
        explore(draw_line, alt="A line that is never drawn.")
    with pytest.raises(ValueError, match="epochs"):
        line(run=lambda hook, w: w)
    with pytest.raises(ValueError, match="no control 'v'; there are w"):
        line().set(v=1.0)


def moons(epochs, **more):
    """An experiment that trains a small net and draws its losses."""
    X, y = make_points("moons", 100, seed=0)

    def run(on_epoch_end, lr):
        model = MLP(2, 4, 1)
        adam = torch.optim.Adam(model.parameters(), lr=lr)
        return fit(
            model, (X, y), loss_fn=nn.BCEWithLogitsLoss(), optimizer=adam, epochs=epochs,
            progress=False, on_epoch_end=on_epoch_end, **more,
        )  # fmt: skip

    def draw(ax, history, lr):
        ax.plot(history["loss"])
        ax.set_title(f"{len(history)} epochs")

    alt = "Loss with learning rate {lr:g}: {title}."
    return explore(draw, run=run, epochs=epochs, lr=Slider(0.001, 1.0, 1, 0.01, log=True), alt=alt)


def test_an_experiment_waits_for_its_button_then_runs_to_the_end():
    panel = moons(60)
    assert isinstance(panel, Experiment)
    assert bytes(panel.image.value) == b""
    panel.run_button.click()
    assert panel.wait(60)
    assert panel.status.value == "Done after 60 epochs."
    assert panel.progress.value == 60
    assert "60 epochs" in panel.image.tooltip
    assert (panel.run_button.disabled, panel.stop_button.disabled) == (False, True)
    panel.set(lr=0.1)
    assert "press Run" in panel.status.value


def test_stop_ends_a_run_early_and_draws_what_there_is():
    panel = moons(1_000_000)
    panel.start()
    assert not panel.stop_button.disabled
    panel.start()  # a second press does nothing
    panel.stop_button.click()
    assert panel.wait(60)
    assert panel.status.value.startswith("Stopped after")
    assert panel.message.value == ""
    assert bytes(panel.image.value).startswith(b"\x89PNG")
    assert panel.run_button.disabled is False


def test_a_run_that_fails_says_so():
    panel = moons(5, batch_size=-1)
    panel.start()
    assert panel.wait(60)
    assert panel.status.value == "Failed."
    assert "Error" in panel.message.value
    assert panel.run_button.disabled is False


def test_no_warning_reaches_the_notebook():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for make in NAMED.values():
            assert isinstance(make(), Explorer)


# What the draw functions of plotting.interactive show.


def test_the_slope_is_marked_at_its_loss():
    axes = free_axes(2)
    X = torch.tensor([[1.0], [2.0], [3.0]])
    interactive.plot_slope_and_loss(X, 2 * X, 0.0, axes)
    mark = axes[1].get_lines()[-1]
    assert mark.get_xdata() == [0.0]
    assert mark.get_ydata() == pytest.approx([56 / 3])


def test_the_line_is_marked_where_its_parameters_say():
    axes = free_axes(2)
    X = torch.tensor([[1.0], [2.0], [3.0]])
    interactive.plot_line_and_loss(X, 2 * X, 1.5, 0.5, axes, wlim=(0, 4), blim=(-2, 2))
    errors = torch.tensor([0.0, -0.5, -1.0])
    assert axes[0].get_title() == f"MSE {float((errors**2).mean()):.1f}"
    assert [1.5, 0.5] in [[*ln.get_xdata(), *ln.get_ydata()] for ln in axes[1].get_lines()]


@pytest.mark.parametrize("lr", [0.02, 0.1, 0.2])
def test_the_ball_ends_where_the_closed_form_says(lr):
    def mse(w):
        return 14 / 3 * (w - 2) ** 2

    ax = interactive.plot_ball(mse, 0.5, lr, 7, span=(0, 4), ax=free_axes(1))
    end = 2 - 1.5 * (1 - lr * 28 / 3) ** 7
    assert ax.get_title().startswith(f"after 7 steps: w = {end:.3f}")


def test_a_ball_that_flies_off_is_said_to():
    ax = interactive.plot_ball(lambda w: w**4, 2.0, 1.0, 30, span=(-2, 2), ax=free_axes(1))
    assert "left the picture" in ax.get_title()


@pytest.mark.parametrize(("x", "y", "z"), [(1.0, 3.0, -3.0), (-2.0, -1.0, 0.0)])
def test_the_last_step_of_the_graph_holds_the_gradients_of_autograd(x, y, z):
    leaves = [torch.tensor(value, requires_grad=True) for value in (x, y, z)]
    ((leaves[0] + leaves[1]) * leaves[2]).backward()
    shown = [
        interactive.plot_graph_step(step, x, y, z, ax=free_axes(1)).get_title()
        for step in (6, 7, 4)
    ]
    ends = [float(title.rsplit("= ", 1)[1].replace("−", "-")) for title in shown]
    assert ends == [leaf.grad.item() for leaf in leaves]


def test_the_graph_grows_by_one_number_a_step():
    counts = [
        sum(bool(t.get_text()) for t in interactive.plot_graph_step(k, ax=free_axes(1)).texts)
        for k in range(8)
    ]
    assert counts == sorted(counts)
    assert counts[0] == 5 + 3
    assert counts[7] == 5 + 5 + 5 + 4
    with pytest.raises(ValueError, match="0 to 7"):
        interactive.plot_graph_step(8)


def test_a_penalty_is_minus_the_log_of_what_the_truth_was_given():
    for p in (0.01, 0.5, 0.99):
        for y in (0, 1):
            ax = interactive.plot_one_penalty(p, y, ax=free_axes(1))
            expected = nn.functional.binary_cross_entropy(torch.tensor(p), torch.tensor(float(y)))
            assert ax.get_lines()[-1].get_ydata() == pytest.approx([expected.item()], rel=1e-5)
    with pytest.raises(ValueError, match="strictly between"):
        interactive.plot_one_penalty(1.0, 1)


def free_axes(panels):
    """Axes of a figure that pyplot does not know, as in a widget."""
    return Figure().subplots(1, panels)
