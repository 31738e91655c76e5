"""What is remembered of references and mistakes is what they would give again."""

from __future__ import annotations

import pytest
import torch

from course_utils.checks import LocalCaller, grade
from course_utils.exercises import find_exercise
from course_utils.grading.memory import Memory


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
