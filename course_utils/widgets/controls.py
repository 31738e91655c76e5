"""Controls from plain descriptions: a tuple is a slider, a list a menu, a bool a box to tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import ipywidgets

Control: TypeAlias = "Slider | Choice | tuple[float, float, float, float] | list[Any] | bool"

_LOOK: dict[str, Any] = {
    "style": {"description_width": "15em"},
    "layout": {"width": "min(100%, 43em)"},
}


@dataclass(frozen=True)
class Slider:
    """A number between two ends. Four whole numbers make a slider of whole numbers.

    Attributes
    ----------
    low, high
        The ends.
    step
        Distance of two positions; on a logarithmic slider in powers of ten: 0.5 is two a decade.
    value
        Where it starts.
    label
        What stands before it; the name of the control where None.
    unit
        Written in parentheses after the label.
    log
        Multiply along the slider rather than add: for learning rates.
    """

    low: float
    high: float
    step: float
    value: float
    label: str | None = None
    unit: str = ""
    log: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several.

    Attributes
    ----------
    options
        What `draw` receives; a mapping shows its keys and hands on its values.
    value
        The option it starts with; the first where None.
    label
        What stands before it; the name of the control where None.
    """

    options: Sequence[Any] | dict[str, Any]
    value: Any = None
    label: str | None = None


def make_control(name: str, control: Control, *, continuous: bool = True) -> Any:
    """Make the widget for one description.

    Parameters
    ----------
    name
        The argument of `draw` that it sets.
    control
        A tuple ``(low, high, step, start)`` or a `Slider`, a list or a `Choice`, or a bool.
    continuous
        Follow a slider while it moves, not only where it is let go.

    Returns
    -------
    ipywidgets.DOMWidget

    Raises
    ------
    ValueError
        For any other description, or one that contradicts itself; the message says which.

    Examples
    --------
    >>> slider = make_control("w", (0.0, 4.0, 0.1, 1.0))
    >>> slider.value, slider.max, slider.description
    (1.0, 4.0, 'w')
    """
    if isinstance(control, bool):
        label = name.replace("_", " ")
        return ipywidgets.Checkbox(value=control, description=label, indent=True, **_LOOK)
    if isinstance(control, tuple) and len(control) == 4:
        control = Slider(*control)
    elif isinstance(control, list):
        control = Choice(control)
    if isinstance(control, Slider):
        return _slider(name, control, continuous)
    if isinstance(control, Choice):
        return _menu(name, control)
    raise ValueError(
        f"the control {name!r} is {control!r}. Write (low, high, step, start) for a slider, a list "
        "for a menu, True or False for a box to tick; or a Slider or Choice with a label."
    )


def _slider(name: str, slider: Slider, continuous: bool) -> Any:
    low, high, step, value = slider.low, slider.high, slider.step, slider.value
    if not (low < high and low <= value <= high and step > 0) or (slider.log and low <= 0):
        raise ValueError(
            f"the slider {name!r} runs from {low} to {high} in steps of {step} and starts at "
            f"{value}: it must grow{' from above 0' if slider.log else ''}, start within its ends, "
            "and have a positive step."
        )
    label = slider.label or name.replace("_", " ")
    settings: dict[str, Any] = {
        "value": value,
        "step": step,
        "description": f"{label} ({slider.unit})" if slider.unit else label,
        "continuous_update": continuous,
        **_LOOK,
    }
    if slider.log:
        ends = {"min": math.log10(low), "max": math.log10(high)}
        return ipywidgets.FloatLogSlider(base=10, readout_format=".2g", **ends, **settings)
    ends = {"min": low, "max": high}
    if all(isinstance(number, int) for number in (low, high, step, value)):
        return ipywidgets.IntSlider(**ends, **settings)
    places = len(f"{step:.9f}".rstrip("0").partition(".")[2])
    return ipywidgets.FloatSlider(readout_format=f".{places}f", **ends, **settings)


def _menu(name: str, choice: Choice) -> Any:
    options = choice.options
    values = list(options.values()) if isinstance(options, dict) else list(options)
    if not values or (choice.value is not None and choice.value not in values):
        raise ValueError(f"the choice {name!r} starts with {choice.value!r}, not among {values}.")
    return ipywidgets.Dropdown(
        options=list(options.items()) if isinstance(options, dict) else values,
        value=values[0] if choice.value is None else choice.value,
        description=choice.label or name.replace("_", " "),
        **_LOOK,
    )
