"""What is remembered of references and mistakes is what they would give again."""

from __future__ import annotations

import pytest
import torch

from course_utils.checks import LocalCaller, grade
from course_utils.exercises import find_exercise
from course_utils.grading.memory import Memory
from course_utils.grading.wire import pack


@pytest.mark.parametrize("name", ["mse", "mse_gradient", "descend", "largest_lr"])
def test_every_answer_gets_the_same_result_with_and_without_memory(name):
    exercise, memory = find_exercise(name), Memory()
    answers = [exercise.reference, *(mistake.answer for mistake in exercise.mistakes)]
    for answer in (*answers, *answers, lambda *_: None, None):
        caller = LocalCaller(answer, exercise.seconds, exercise.kind)
        assert grade(exercise, caller, seed=3, known=memory) == grade(exercise, caller, seed=3)


def test_the_same_inputs_are_tried_once_and_others_again():
    exercise, memory = find_exercise("mse"), Memory()
    calls = []

    def answer(y_hat, y):
        calls.append(y_hat)
        return torch.tensor(float(len(calls)))

    def ask(first, **options):
        y = torch.zeros(2, 1)
        return memory(exercise, answer)((torch.tensor(first, **options), y)).value.item()

    assert [ask([[1.0], [2.0]]), ask([[1.0], [2.0]]), ask([[1.0], [3.0]])] == [1, 1, 2]
    assert ask([[1.0], [2.0]], dtype=torch.float64) == 3
    assert ask([[1.0], [2.0]], requires_grad=True) == 4
    assert ask([1.0, 2.0]) == 5
    assert ask([[1.0], [float("nan")]]) == ask([[1.0], [float("nan")]]) == 6
    assert len(calls) == 6


def test_functions_that_are_returned_are_made_anew():
    exercise, memory = find_exercise("mse"), Memory()
    made = [memory(exercise, lambda: torch.nn.Linear(1, 1))(()) for _ in range(2)]
    assert made[0].value is not made[1].value


def test_a_case_s_inputs_are_made_once_and_are_those_of_the_exercise():
    exercise, memory = find_exercise("mse"), Memory()
    visible, both = memory.cases(exercise), memory.cases(exercise, 3)
    assert both is memory.cases(exercise, 3)
    assert [case.name for case in both] == [case.name for case in exercise.all_cases(3)]
    for kept, fresh in zip(both, exercise.all_cases(3), strict=True):
        assert (kept.hidden, kept.costs) == (fresh.hidden, fresh.costs)
        assert all(map(torch.equal, kept.inputs(), fresh.inputs()))
        tree, body = memory.pack(kept.inputs())
        assert (tree, body) == pack(fresh.inputs())
        assert memory.knows(kept.inputs())
        assert not memory.knows(fresh.inputs())
    assert all(a.inputs() is b.inputs() for a, b in zip(visible, both, strict=False))
    others = memory.cases(exercise, 4)[-1].inputs()
    assert not torch.equal(others[0], both[-1].inputs()[0])
