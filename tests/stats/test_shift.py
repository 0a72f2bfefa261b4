import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.stats.shift import _mann_whitney, _normal_rank, lower_rank, shift

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12).map(np.array)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (4, 4), (5, 3)])
def test_the_distribution_is_that_of_all_arrangements(n, m):
    counts = [0] * (n * m + 1)
    for places in itertools.combinations(range(n + m), n):
        rest = [p for p in range(n + m) if p not in places]
        counts[sum(a > b for a in places for b in rest)] += 1
    assert _mann_whitney(n, m) == counts
    assert sum(counts) == math.comb(n + m, n)


def test_a_published_interval():
    # Hollander and Wolfe, example 4.1 (tritiated water): shift -0.305 from term to 12-26
    # weeks, 95 % interval between the 9th differences from either end.
    term = np.array([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46])
    early = np.array([1.15, 0.88, 0.90, 0.74, 1.21])
    found = shift(term, early)
    assert found.value == pytest.approx(-0.305)
    assert lower_rank(10, 5, 0.025) == 9
    assert (found.lo, found.hi) == (pytest.approx(-0.76), pytest.approx(0.15))


def test_three_against_three_bound_nothing_at_95_percent_but_four_against_four_do():
    assert shift(np.arange(3.0), np.arange(3.0) + 9).lo is None
    found = shift(np.arange(4.0), np.arange(4.0) + 9)
    assert (found.lo, found.hi) == (6.0, 12.0)


@given(VALUES, VALUES)
def test_swapping_the_samples_turns_the_shift_round(a, b):
    one, other = shift(a, b), shift(b, a)
    assert one.value == pytest.approx(-other.value)
    if one.lo is not None:
        assert one.lo <= one.value <= one.hi
        assert (one.lo, one.hi) == (pytest.approx(-other.hi), pytest.approx(-other.lo))


@pytest.mark.parametrize(("n", "m"), [(50, 50), (20, 100)])
def test_the_normal_rank_takes_over_without_a_jump(n, m):
    assert abs(lower_rank(n, m, 0.025) - _normal_rank(n, m, 0.025)) <= 1


def test_the_interval_covers_the_true_shift_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(1000):
        found = shift(rng.standard_t(3, 9), rng.standard_t(3, 12) + 0.7)
        covered += found.lo <= 0.7 <= found.hi
    assert covered >= 930
