import numpy as np
import pytest

from xlbench.judge.metric_change import metric_change
from xlbench.metrics.combine import f1, share
from xlbench.metrics.measure import Measure


def accuracy(right, name="accuracy", first=0):
    ids = tuple(str(first + i) for i in range(len(right)))
    return Measure(name, ids, np.array([[r, 1.0] for r in right], dtype=float), share)


A = accuracy([1] * 30 + [0] * 10)
B = accuracy([1] * 20 + [0] * 15 + [1] * 5)


def test_an_accuracy_has_its_change_an_interval_and_mcnemars_test():
    found = metric_change(A, B)
    assert (found.a, found.b) == (75.0, 62.5)
    assert (found.only_a, found.only_b) == (10, 5)
    assert found.p == pytest.approx(2 * 4944 / 2**15)
    assert found.lo < -12.5 < found.hi


def test_swapping_the_arms_swaps_the_change():
    one, other = metric_change(A, B), metric_change(B, A)
    assert (other.a, other.b, other.only_a, other.only_b) == (one.b, one.a, 5, 10)
    assert other.p == one.p
    assert (other.lo, other.hi) == pytest.approx((-one.hi, -one.lo), abs=2.5)


def test_equal_predictions_have_no_change_and_no_interval_width():
    found = metric_change(A, A)
    assert (found.a - found.b, found.lo, found.hi, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_metric_that_is_no_accuracy_has_no_mcnemar_test():
    rng = np.random.default_rng(1)
    ids = tuple("abcdefgh")
    one, other = (
        Measure("f1", ids, rng.integers(1, 5, (8, 3)).astype(float), f1) for _ in range(2)
    )
    found = metric_change(one, other)
    assert (found.only_a, found.only_b, found.p) == (None, None, None)
    assert found.lo <= found.b - found.a <= found.hi


@pytest.mark.parametrize(
    "other", [None, accuracy([1] * 40, first=1), accuracy([1] * 39), accuracy([1] * 40, "f1")]
)
def test_what_cant_be_paired_has_no_change(other):
    assert metric_change(A, other) is None and metric_change(other, A) is None
