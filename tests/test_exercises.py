"""Every exercise proves itself: reference, blank, each known mistake, right answers of others.

``pytest tests/test_exercises.py -k "01 and mse"`` looks at one; with ``-s`` it prints the times.
"""

from __future__ import annotations

import importlib.util
import time
from functools import cache
from pathlib import Path

import pytest
import torch

from course_utils.checks import LocalCaller, grade
from course_utils.exercises import all_exercises, check

HERE = Path(__file__).parent
ALL = list(all_exercises())
SEED = 20_26
EACH = pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=f"{lecture}-{e.id}") for lecture, e in ALL]
)
MISTAKES = [
    pytest.param(e, m, id=f"{lecture}-{e.id}-{m.name}") for lecture, e in ALL for m in e.mistakes
]


@cache
def variants(lecture):
    path = HERE / "exercises" / f"lecture_{lecture}.py"
    spec = importlib.util.spec_from_file_location(f"variants_{lecture}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VARIANTS


def graded(exercise, answer, *, seed=SEED, hint=None):
    start = time.process_time()
    caller = LocalCaller(answer, exercise.seconds, exercise.kind)
    result = grade(exercise, caller, seed=seed, hint=hint)
    print(f"{exercise.id}: {time.process_time() - start:.3f} s CPU")
    return result


def given(exercise, answer):
    """What a student would pass: the value itself where a value is asked for."""
    return answer() if exercise.kind == "value" and callable(answer) else answer


@EACH
def test_the_reference_is_right(exercise):
    result = graded(exercise, given(exercise, exercise.reference))
    assert result.passed, result.message
    assert result.points == result.max_points == exercise.points


@EACH
def test_a_blank_is_not_done_yet_and_earns_nothing(exercise):
    def not_written(*inputs):
        raise NotImplementedError

    def empty(*inputs):
        pass

    for blank in [None, ...] if exercise.kind == "value" else [not_written, empty]:
        result = graded(exercise, blank)
        assert result.points == 0
        assert not result
        assert "not done yet" in result.message


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
@pytest.mark.parametrize("seed", [None, SEED], ids=["visible", "hidden"])
def test_a_known_mistake_is_refused_with_its_own_hint(exercise, mistake, seed):
    answer = given(exercise, mistake.answer)
    result = graded(exercise, answer, seed=seed)
    assert not result, "accepted"
    assert result.points < exercise.points
    assert result.mistake == mistake.name
    others = {h for m in exercise.mistakes if m is not mistake for h in m.hints}
    for number, hint in enumerate(mistake.hints, start=1):
        message = graded(exercise, answer, seed=seed, hint=number).message
        assert hint in message
        assert not [other for other in others - {hint} if other in message]


@EACH
def test_a_wrong_answer_of_another_kind_is_refused(exercise):
    class Surprise:
        pass

    for answer in [lambda *inputs: Surprise(), lambda *inputs: [Surprise()], lambda *inputs: "no"]:
        value = answer() if exercise.kind == "value" else answer
        result = graded(exercise, value)
        assert result.points == 0
        assert not result
        assert "itself failed" not in result.message


@pytest.mark.parametrize(
    ("exercise", "lecture"), [pytest.param(e, n, id=f"{n}-{e.id}") for n, e in ALL]
)
def test_right_answers_written_differently_are_accepted(exercise, lecture):
    answers = variants(lecture).get(exercise.id, [])
    if exercise.kind == "function":
        assert len(answers) >= 3, f"give three variants in tests/exercises/lecture_{lecture}.py"
    for number, answer in enumerate(answers, start=1):
        result = graded(exercise, answer)
        assert result.passed, f"variant {number}: {result.message}"


def test_ids_are_unique():
    ids = [exercise.id for _, exercise in ALL]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("lecture", sorted({lecture for lecture, _ in ALL}))
def test_a_lecture_has_three_to_six_exercises(lecture):
    exercises = [exercise for number, exercise in ALL if number == lecture]
    assert 3 <= len(exercises) <= 6
    assert set(variants(lecture)) <= {exercise.id for exercise in exercises}


def test_check_finds_every_exercise_by_its_id(capsys):
    for _, exercise in ALL:
        assert check(exercise.id, given(exercise, exercise.reference))
        assert f"✓ {exercise.id}:" in capsys.readouterr().out


def test_two_loops_over_all_pairs_are_too_slow_for_distances(capsys):
    def loops(A, B):
        rows = [[((a - b) ** 2).sum().sqrt().item() for b in B] for a in A]
        return torch.tensor(rows)

    result = check("distances", loops)
    assert [name for name, right in result.cases if not right] == ["500 points and 500 points"]
    assert "Stopped after 1 second" in capsys.readouterr().out


def test_a_loop_over_all_rows_is_too_slow_for_class_means(capsys):
    def loop(X, y, K):
        sums, counts = torch.zeros(K, X.shape[1]), torch.zeros(K, 1)
        for x, k in zip(X, y, strict=True):
            sums[k] += x
            counts[k] += 1
        return sums / counts.clamp(min=1)

    result = check("class_means", loop)
    assert [name for name, right in result.cases if not right] == ["600,000 rows"]
    assert "Stopped after 1 second" in capsys.readouterr().out
