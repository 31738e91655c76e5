"""Metrics against scikit-learn and tables counted by hand."""

import math

import pytest
import torch
from sklearn import metrics as sk

from course_utils import accuracy, confusion, f1, precision, r2, recall

LOGITS = torch.tensor([2.0, -1.0, 0.5, -0.2, 3.0, -4.0]).reshape(-1, 1)
TRUE = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]).reshape(-1, 1)


def random_binary(seed: int, n: int = 200) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    y = (torch.rand(n, 1, generator=generator) < 0.3).float()
    return 2 * y - 1 + 2 * torch.randn(n, 1, generator=generator), y


def test_a_table_counted_by_hand() -> None:
    assert confusion(LOGITS, TRUE).tolist() == [[2, 1], [1, 2]]
    assert accuracy(LOGITS, TRUE) == pytest.approx(4 / 6)
    assert precision(LOGITS, TRUE) == pytest.approx(2 / 3)
    assert recall(LOGITS, TRUE) == pytest.approx(2 / 3)
    assert f1(LOGITS, TRUE) == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", [-1.0, 0.0, 1.0])
def test_binary_metrics_agree_with_scikit_learn(seed: int, threshold: float) -> None:
    logits, y = random_binary(seed)
    predicted = (logits > threshold).int()
    pairs = [
        (accuracy, sk.accuracy_score),
        (precision, sk.precision_score),
        (recall, sk.recall_score),
        (f1, sk.f1_score),
    ]
    for ours, theirs in pairs:
        assert ours(logits, y, threshold=threshold) == pytest.approx(theirs(y, predicted))
    table = confusion(logits, y, threshold=threshold)
    assert table.tolist() == sk.confusion_matrix(y, predicted).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_many_classes_agree_with_scikit_learn(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(100, 4, generator=generator)
    y = torch.randint(0, 3, (100,), generator=generator)  # class 3 never occurs
    predicted = logits.argmax(1)
    assert accuracy(logits, y) == pytest.approx(sk.accuracy_score(y, predicted))
    expected = sk.confusion_matrix(y, predicted, labels=range(4))
    assert confusion(logits, y).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_r2_agrees_with_scikit_learn(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    y = torch.randn(50, 1, generator=generator)
    predictions = y + torch.randn(50, 1, generator=generator)
    assert r2(predictions, y) == pytest.approx(sk.r2_score(y, predictions), abs=1e-6)


def test_probabilities_are_scored_with_their_own_threshold() -> None:
    probabilities = torch.sigmoid(LOGITS)
    assert accuracy(probabilities, TRUE, threshold=0.5) == accuracy(LOGITS, TRUE)


def test_the_share_of_nothing_is_nan() -> None:
    none_called = torch.full_like(LOGITS, -1.0)
    assert math.isnan(precision(none_called, TRUE))
    assert recall(none_called, TRUE) == 0
    assert math.isnan(recall(LOGITS, torch.zeros_like(TRUE)))
    assert math.isnan(f1(none_called, torch.zeros_like(TRUE)))


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need targets of shape \(6, 1\).*reshape\(6, 1\)"):
        accuracy(LOGITS, TRUE.reshape(-1))
    with pytest.raises(ValueError, match="broadcast"):
        r2(LOGITS, TRUE.reshape(-1))
    with pytest.raises(ValueError, match=r"shape \(6,\)"):
        accuracy(torch.zeros(6, 3), torch.zeros(6, 1, dtype=torch.int64))


@pytest.mark.parametrize("y", [TRUE + 1, TRUE - 1, TRUE * 0.5])
def test_targets_that_are_no_class_numbers_are_refused(y: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="class numbers from 0 to 1"):
        accuracy(LOGITS, y)


def test_binary_metrics_refuse_many_classes() -> None:
    with pytest.raises(ValueError, match="confusion"):
        precision(torch.zeros(6, 3), torch.zeros(6, dtype=torch.int64))


def test_empty_and_flat_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="N of at least 1"):
        accuracy(torch.zeros(0, 1), torch.zeros(0, 1))
    with pytest.raises(ValueError, match=r"\(N, 1\) or \(N, K\)"):
        accuracy(torch.zeros(6), torch.zeros(6))


def test_r2_of_constant_targets_is_refused() -> None:
    with pytest.raises(ValueError, match="no variance"):
        r2(LOGITS, torch.ones_like(LOGITS))
