"""The jackknife's standard error: the textbook's for accuracies, the bootstrap's for the others."""

from __future__ import annotations

import numpy as np
import pytest

from xlbench.metrics import combine
from xlbench.metrics.bootstrap import paired_interval
from xlbench.metrics.jackknife import standard_error
from xlbench.metrics.measure import Measure


def accuracy(right, name="accuracy"):
    rows = np.stack((right, np.ones(len(right))), axis=1)
    return Measure(name, tuple(map(str, range(len(right)))), rows, combine.share)


def test_of_one_pair_it_is_that_of_a_mean_of_differences():
    rng = np.random.default_rng(0)
    a, b = (rng.random((2, 150)) < 0.7).astype(float)
    expected = 100 * (b - a).std(ddof=1) / np.sqrt(150)
    assert standard_error([accuracy(a)], [accuracy(b)]) == pytest.approx(expected)


def test_of_several_seeds_it_is_that_of_their_mean():
    rng = np.random.default_rng(1)
    a, b = (rng.random((2, 3, 150)) < 0.7).astype(float)
    expected = 100 * (b.mean(axis=0) - a.mean(axis=0)).std(ddof=1) / np.sqrt(150)
    assert standard_error([*map(accuracy, a)], [*map(accuracy, b)]) == pytest.approx(expected)


def test_of_f1_it_is_what_the_bootstrap_finds():
    rng = np.random.default_rng(2)
    rows = [rng.integers(0, 8, (400, 3)).astype(float) for _ in "ab"]
    ids = tuple(map(str, range(400)))
    a, b = (Measure("f1", ids, row, combine.f1) for row in rows)
    lo, hi = paired_interval(a, b)
    assert 2 * 1.96 * standard_error([a], [b]) == pytest.approx(hi - lo, rel=0.1)


@pytest.mark.parametrize(
    "other", [accuracy(np.ones(5)), accuracy(np.ones(9), "f1"), accuracy(np.ones(1))]
)
def test_what_is_not_the_same_metric_of_the_same_examples_has_none(other):
    one = accuracy(np.ones(1 if len(other.ids) == 1 else 9))
    assert standard_error([one], [other]) is None
