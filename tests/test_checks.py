"""The engine of the checks: every kind of answer is told apart, none harms or escapes it."""

from __future__ import annotations

import builtins
import random
import signal
import sys
import threading
import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from course_utils import check
from course_utils.checks import Case, Exercise, LocalCaller, Mistake, Result, grade
from course_utils.checks.compare import complain, same
from course_utils.checks.limits import TimeIsUpError, call_within
from course_utils.checks.state import Settled, kept_state
from course_utils.exercises import find_exercise


def scaled(factor):
    return lambda x, y: (x * factor, x.sum() - y)


EXERCISE = Exercise(
    id="double",
    title="Doubling",
    signature="double(x, y)",
    points=2,
    minutes=1,
    returns="a tuple (twice, rest)",
    parts=("twice", "rest"),
    reference=lambda x, y: (2 * x, x.sum() - y),
    cases=(
        Case("a column", lambda: (torch.tensor([[1.0], [2.0], [-3.5]]), 1.0)),
        Case("a row", lambda: (torch.tensor([[4.0, 1.0]]), -2.0)),
        Case("zeros", lambda: (torch.zeros(2, 1), 5.0), costs=0.5),
    ),
    draw=lambda generator: (torch.randn(4, 1, generator=generator), 123.25),
    mistakes=(
        Mistake("halved", scaled(0.5), ("A nudge.", "A push.")),
        Mistake("raises", lambda x, y: (x @ torch.ones(7, 7), x), "That does not fit."),
        Mistake("in place", lambda x, y: (x.mul_(2), x.sum() / 2 - y), "Leave x alone."),
        Mistake("flat", lambda x, y: (2 * x.flatten(), x.sum() - y), "Keep the shape."),
    ),
    hints=("First general step.", "Second general step."),
    seconds=0.4,
)


def tried(answer, **options):
    return grade(EXERCISE, LocalCaller(answer, EXERCISE.seconds), **options)


def right(x, y):
    return 2 * x, x.sum() - y


def changed(twice=lambda t: t, rest=lambda r: r):
    """The right answer with one of its two values changed."""
    return lambda x, y: (twice(2 * x), rest(x.sum() - y))


class Net(nn.Module):
    def forward(self, x, y):
        return right(x, y)


def says_exit(x, y):
    sys.exit()


def never_ends(x, y):
    while True:
        pass


def recursive(x, y):
    return recursive(x, y)


def unfinished(x, y):
    x = x * 2
    raise NotImplementedError("later")


def only_a_docstring(x, y):
    """Nothing yet."""


def generator(x, y):
    yield right(x, y)


async def coroutine(x, y):
    return right(x, y)


def prints(x, y):
    print(right(x, y))


def overwrites(x, y):
    x += 1
    return right(x - 1, y)


TOLD_APART = {
    "a blank": (only_a_docstring, "not done yet"),
    "pass": (unfinished, "not done yet"),
    "an ellipsis": (lambda x, y: ..., "not done yet"),
    "torch has not implemented it": (
        lambda x, y: torch.ones(2).to_sparse().as_subclass(torch.Tensor).storage(),
        "raises NotImplementedError",
    ),
    "nothing returned": (lambda x, y: None if x is y else [].sort(), "Is the `return` missing?"),
    "printed": (prints, "prints its result but returns None"),
    "no function": (None, "You passed None, no function"),
    "called already": (right(torch.ones(1), 1), "was it called already?"),
    "a class": (Net, "`Net` is a class"),
    "too few parameters": (lambda x: x, "it takes (x), but is called with 2 values"),
    "keywords": (lambda x, *, y: x, "it takes (x, *, y)"),
    "exit": (says_exit, "It calls exit(), in your line"),
    "recursion": (recursive, "It calls itself without end"),
    "too slow": (never_ends, "Stopped after 0.4 seconds"),
    "exception": (lambda x, y: x + torch.ones(3, 9, 9), "It raises RuntimeError, in your line"),
    "generator": (generator, "The word `yield` makes a generator"),
    "coroutine": (coroutine, "Leave `async` out"),
    "one value": (lambda x, y: 2 * x, "It returns a float32 tensor of shape (3, 1)"),
    "three values": (lambda x, y: (x, x, x), "has 3 values; expected are 2 (twice, rest)"),
    "a list": (changed(lambda t: t.tolist()), "`twice` is a list of 3"),
    "an array": (changed(lambda t: t.numpy()), "`twice` is a NumPy array of shape (3, 1)"),
    "a number": (changed(rest=lambda r: r.item()), "`rest` is a number (float)"),
    "transposed": (changed(lambda t: t.T), "It is transposed"),
    "a dimension too many": (changed(lambda t: t[None]), "a dimension of size 1 too many"),
    "not summed": (lambda x, y: (2 * x, x - y), "Something was not summed or averaged"),
    "float64": (changed(lambda t: t.double()), "has dtype float64; expected is float32"),
    "integers": (changed(lambda t: t.long()), "has dtype int64; expected is float32"),
    "device": (changed(lambda t: t.to("meta")), "is on the device meta; expected is cpu"),
    "gradients": (changed(lambda t: t.requires_grad_()), "still requires gradients"),
    "sparse": (changed(lambda t: t.to_sparse()), "is a sparse_coo tensor"),
    "NaN": (changed(lambda t: t * float("nan")), "`twice` holds NaN"),
    "infinite": (changed(rest=lambda r: r / 0), "`rest` holds infinite values"),
    "an input changed": (overwrites, "the call changes its input `x`"),
    "sign": (changed(lambda t: -t), "`twice` has the wrong sign everywhere. The rest is right"),
    "twice": (changed(lambda t: 2 * t), "`twice` is twice what it should be, everywhere"),
    "a factor": (changed(lambda t: 3 * t), "off by one and the same factor"),
    "an offset": (changed(lambda t: t + 1), "off by one and the same amount everywhere"),
    "order": (changed(lambda t: t.flip(0, 1)), "the right numbers in the wrong order"),
    "some": (changed(lambda t: t + (t > 3)), "is right in"),
    "zeros": (changed(lambda t: 0 * t), "`twice` is 0 everywhere"),
}


@pytest.mark.parametrize("name", TOLD_APART)
def test_kinds_of_answers_are_told_apart(name):
    answer, words = TOLD_APART[name]
    result = tried(answer)
    assert not result
    assert words in result.message
    others = {w for _, w in TOLD_APART.values() if w not in words and words not in w}
    assert not [w for w in others if w in result.message]


def with_defaults(x, y=3, *more, **options):
    return right(x, y)


@pytest.mark.parametrize(
    "answer",
    [right, lambda *given: right(*given), with_defaults, Net(), lambda x, y: list(right(x, y))],
)
def test_right_answers_of_many_kinds_are_accepted(answer):
    result = tried(answer, seed=1)
    assert result.passed
    assert result.message == "✓ double: all 8 cases right (2 points)."


def test_a_right_answer_that_prints_is_right_and_told_so():
    def chatty(x, y):
        print("x is", x)
        return right(x, y)

    assert "It also prints" in tried(chatty).message


def test_prints_of_a_wrong_answer_are_shown():
    def chatty(x, y):
        print("half-way", x.shape)
        return x, x.sum() - y

    assert "Printed: half-way torch.Size([3, 1])" in tried(chatty).message


def test_a_case_that_costs_a_part_costs_a_part():
    edge = tried(lambda x, y: right(x, y) if x.any() else right(x + 1, y))
    assert (edge.points, edge.max_points, bool(edge)) == (1.5, 2, False)
    assert 'Only "zeros" is wrong' in edge.message


def test_hints_come_in_steps():
    assert "A nudge." in tried(scaled(0.5)).message
    assert "A push." not in tried(scaled(0.5)).message
    assert "A push." in tried(scaled(0.5), hint=2).message
    assert "That is the last hint" in tried(scaled(0.5), hint=3).message
    assert "First general step." in tried(scaled(7)).message
    assert "Second general step." in tried(scaled(7), hint=2).message


@pytest.mark.parametrize("number", range(4))
def test_a_mistake_is_recognised_however_it_fails(number):
    mistake = EXERCISE.mistakes[number]
    assert tried(mistake.answer, seed=5).mistake == mistake.name


def test_nothing_of_a_hidden_case_is_shown():
    def tells(x, y):
        if y == 123.25:
            print("the secret is", y)
            raise ValueError(f"the secret is {y}")
        return right(x, y)

    result = tried(tells, seed=3)
    assert result.points == 0
    assert "123" not in result.message
    assert "a hidden case" in result.message


def test_one_seed_draws_the_same_cases():
    seen = []

    def remembers(x, y):
        seen.append(x.tolist())
        return right(x, y)

    tried(remembers, seed=3)
    tried(remembers, seed=3)
    assert seen[:8] == seen[8:]
    tried(remembers, seed=4)
    assert seen[16:19] == seen[:3]
    assert seen[19:] != seen[3:8]


def swallows():
    while True:
        try:  # noqa: SIM105
            time.sleep(0.01)
        except:  # noqa: E722
            pass


def swallows_twice():
    while True:
        try:  # noqa: SIM105
            swallows()
        except:  # noqa: E722
            pass


def swallows_in_one_function():
    while True:
        try:
            while True:
                try:  # noqa: SIM105
                    time.sleep(0.01)
                except:  # noqa: E722
                    pass
        except:  # noqa: E722
            pass


def goes_on_when_stopped():
    try:
        time.sleep(5)
    except:  # noqa: E722
        return "late"


@pytest.mark.parametrize(
    "function",
    [
        *(lambda: time.sleep(5), swallows, swallows_twice, swallows_in_one_function),
        goes_on_when_stopped,
    ],
)
def test_a_slow_answer_is_stopped_and_leaves_nothing_behind(function):
    before = (signal.getsignal(signal.SIGALRM), sys.gettrace(), threading.active_count())
    with pytest.raises(TimeIsUpError):
        call_within(0.1, function)
    after = (signal.getsignal(signal.SIGALRM), sys.gettrace(), threading.active_count())
    assert before == after
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    sys.settrace(lambda *event: None)  # Python 3.11 would hang here with an exception pending
    (lambda: None)()
    sys.settrace(before[1])


def test_another_thread_has_a_time_limit_too():
    found = []

    def work():
        found.append(tried(never_ends).message)
        found.append(tried(right).message)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "Stopped after 0.4 seconds" in found[0]
    assert "✓" in found[1]


def test_imports_do_not_count_against_the_time(tmp_path, monkeypatch):
    (tmp_path / "slow_module_of_a_test.py").write_text("import time\ntime.sleep(0.5)")
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_module_of_a_test

        return slow_module_of_a_test.__name__

    assert call_within(0.3, imports) == "slow_module_of_a_test"


def test_the_settings_of_the_process_survive():
    def vandal(x, y):
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.isclose = torch.allclose = torch.mean = None
        warnings.warn("hear, hear", stacklevel=1)
        sys.setrecursionlimit(500)
        return x, x.sum() - y

    def state():
        generators = (random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist())
        names = (torch.isclose, torch.allclose, torch.mean, torch.is_grad_enabled())
        return (generators, names, torch.get_default_dtype(), sys.getrecursionlimit(), sys.stdout)

    before = state()
    assert "half what it should be" in tried(vandal).message
    assert state() == before


def test_keyboard_interrupts_end_the_check_quietly():
    def interrupted(x, y):
        raise KeyboardInterrupt

    assert "Stopped from the keyboard" in tried(interrupted).message


def test_an_exception_that_cannot_be_shown():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    def raises(x, y):
        raise MuteError

    assert "It raises MuteError" in tried(raises).message


def test_an_answer_that_holds_itself():
    endless = []
    endless.append(endless)
    assert not tried(lambda x, y: (endless, x.sum() - y))


def test_a_pencils_answer(capsys):
    exercise = Exercise(
        id="limit",
        title="A limit",
        signature="limit()",
        points=1,
        minutes=2,
        kind="value",
        reference=0.25,
        mistakes=(Mistake("a", 0.5, "x"), Mistake("b", 4, "y"), Mistake("c", "no", "z")),
        hints=("h",),
    )

    def result(answer):
        return grade(exercise, LocalCaller(answer, kind="value"), seed=1)

    assert result(0.25).passed
    assert result(lambda: 0.25).passed
    assert [result(a).mistake for a in (0.5, lambda: 4, "no", 3)] == ["a", "b", "c", None]
    assert "not done yet" in result(None).message
    assert "not done yet" in result(lambda: None).message


def test_a_judge_sees_modules_through_a_handle():
    def judge(inputs, net):
        if net.layer_names() != ("Linear", "ReLU"):
            return f"Layers: {net.layer_names()}."
        if net.parameter_shapes() != {"0.weight": (1, 2), "0.bias": (1,)}:
            return "Shapes."
        return None if net(torch.ones(3, 2)).shape == (3, 1) else "Output."

    exercise = Exercise(
        id="net",
        title="A net",
        signature="net(n)",
        points=1,
        minutes=2,
        reference=lambda n: nn.Sequential(nn.Linear(n, 1), nn.ReLU()),
        judge=judge,
        returns="an nn.Module",
        cases=(Case("two features", lambda: (2,)),),
        mistakes=(
            Mistake("no ReLU", lambda n: nn.Linear(n, 1), "Bend it."),
            Mistake("sigmoid", lambda n: nn.Sequential(nn.Linear(n, 1), nn.Sigmoid()), "ReLU."),
            Mistake("wide", lambda n: nn.Sequential(nn.Linear(n, 2), nn.ReLU()), "One output."),
        ),
        hints=("h",),
    )

    def result(answer):
        return grade(exercise, LocalCaller(answer))

    assert result(exercise.reference).passed
    assert [result(m.answer).mistake for m in exercise.mistakes] == ["no ReLU", "sigmoid", "wide"]
    assert "expected is an nn.Module" in result(lambda n: n).message

    class Broken(nn.Sequential):
        def forward(self, x):
            raise ValueError("broken")

    assert "It raises ValueError" in result(lambda n: Broken(nn.Linear(n, 1), nn.ReLU())).message


def test_check_never_raises_and_names_near_exercises(capsys):
    for name, words in [("MSE", 'Did you mean "mse"'), (3, "a whole number"), ("zz", "Copy")]:
        result = check(name, None)
        assert (result.points, bool(result)) == (0, False)
        assert words in capsys.readouterr().out


def test_a_fault_of_the_check_itself_is_told(monkeypatch, capsys):
    monkeypatch.setattr("course_utils.exercises.grade", lambda *a, **k: 1 / 0)
    assert not check("mse", right)
    assert "this check itself failed" in capsys.readouterr().out


def test_a_console_without_the_letters(monkeypatch):
    import io

    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    check("mse", find_exercise("mse").reference)
    console.flush()
    assert b"mse: all 4 cases right" in console.buffer.getvalue()


def test_a_result_is_silent_as_a_cells_last_value(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    result = Result("mse", 1, 1, True, "text")
    data, _ = InteractiveShell.instance().display_formatter.format(result)
    assert data == {}
    assert capsys.readouterr().out == ""
    assert repr(result) == "<Result mse: right, 1 of 1 points>"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "no name"}, "its id must be a Python name"),
        ({"signature": "triple(x)"}, "must start with its id"),
        ({"cases": ()}, "needs cases"),
        ({"mistakes": EXERCISE.mistakes[:2]}, "three known mistakes"),
        ({"hints": ()}, "general hints"),
    ],
)
def test_an_exercise_with_a_fault_is_refused(change, words):
    from dataclasses import fields

    given = {f.name: getattr(EXERCISE, f.name) for f in fields(EXERCISE)} | change
    with pytest.raises(ValueError, match=words):
        Exercise(**given)


def exercise_of(reference, *cases):
    """An exercise without mistakes that could be recognised."""
    return replace(
        EXERCISE,
        signature="double(x)",
        returns="a tensor",
        parts=(),
        reference=reference,
        cases=cases,
        mistakes=[Mistake(name, lambda x, name=name: name, "-") for name in "abc"],
    )


@pytest.mark.parametrize(
    ("answer", "said", "not_said"),
    [
        (lambda x: x + 0 * x.T, "Did (N, 1) meet (N,)", "too many numbers"),
        (lambda x: x.mean(), "too few numbers", "size 1 is missing"),
        (lambda x: [x[0, 0], x[0, 0]], "torch.stack", "torch.tensor(…)"),
    ],
)
def test_a_shape_is_explained_by_the_case_that_tells_most(answer, said, not_said):
    one = Case("one row", lambda: (torch.tensor([[2.0]]),))
    three = Case("three rows", lambda: (torch.tensor([[2.0], [3.0], [5.0]]),))
    message = grade(exercise_of(lambda x: x * 1, one, three), LocalCaller(answer)).message
    assert said in message
    assert not_said not in message
    assert '"one row"' not in message or "Right for" in message


def test_one_wrong_number_is_not_called_a_factor():
    cases = [Case(str(n), lambda n=n: (torch.tensor(float(n)),)) for n in (1, 2)]
    message = grade(exercise_of(lambda x: x * x, *cases), LocalCaller(lambda x: x * 7)).message
    assert "Wrong in both cases." in message
    assert "too large" in message
    assert "factor" not in message


def test_values_in_another_order_are_told():
    message = tried(lambda x, y: (x.sum() - y, 2 * x)).message
    assert "The values are right, in another order; asked is (twice, rest)." in message
    message = tried(lambda x, y: (2 * x, 2 * x)).message
    assert "another order" not in message


def test_long_lines_are_broken_between_words(capsys):
    def long(y_hat, y):
        raise ValueError("word " * 30)

    message = check("mse", long).message
    out = capsys.readouterr().out
    assert out.split() == message.split()
    assert max(map(len, message.splitlines())) > 100 > max(map(len, out.splitlines()))


def test_a_process_in_which_nothing_else_runs_starts_each_call_alike():
    def answer(x):
        seen = float(torch.rand(1)), random.random(), float(np.random.rand())
        torch.sigmoid, builtins.sum = None, None
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        sys.setrecursionlimit(5000)
        return list(seen)

    before = (torch.sigmoid, sum, sys.getrecursionlimit())
    with kept_state(1):  # so that this test leaves the generators as they were
        settled = LocalCaller(answer, guard=Settled())
        first, second = settled((1,)).value, settled((1,)).value
        kept = LocalCaller(answer)((1,)).value
    assert first == second == kept
    assert (torch.sigmoid, sum, sys.getrecursionlimit()) == before
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32


def test_answers_that_agree_but_for_a_word_are_not_taken_for_identical():
    one = torch.tensor([0.5, float("nan")])
    alike = exercise_of(lambda x: x, Case("one", lambda: (1,)))
    assert same(alike, one, one.clone())
    assert complain(alike, one, one.clone()) is None
    plain = torch.tensor([0.5])
    assert complain(alike, plain, plain.double()).kind == "dtype"
    assert complain(alike, plain, plain.clone().requires_grad_()).kind == "gradient"
    assert complain(alike, plain, plain.reshape(1, 1)).kind == "shape"
