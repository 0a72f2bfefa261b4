import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.stats.paired import (
    MIN_PAIRS,
    median_log_ratio,
    percentile_log_ratio,
    work_log_ratio,
)

FEW = settings(max_examples=60)
PAIRS = st.tuples(st.integers(MIN_PAIRS, 120), st.integers(0, 10_000))


def pairs(size_and_seed):
    """Batches and latencies of both arms."""
    n, seed = size_and_seed
    rng = np.random.default_rng(seed)
    units = rng.integers(0, max(1, n // 4), n)
    return units, rng.lognormal(0, 0.5, n), rng.lognormal(0.1, 0.5, n)


def all_ratios(units, a, b):
    return (
        median_log_ratio(a, b),
        percentile_log_ratio(a, b, 0.95),
        work_log_ratio(units, a, b),
    )


def test_too_few_pairs_give_no_value():
    few, enough = np.ones(MIN_PAIRS - 1), np.ones(MIN_PAIRS)
    assert median_log_ratio(few, few) is None and work_log_ratio(few, few, few) is None
    assert median_log_ratio(enough, enough) == 0.0
    assert work_log_ratio(enough, enough, enough) == 0.0


def test_a_percentile_that_the_samples_cant_bound_has_no_ratio():
    values = np.linspace(1, 2, 71)
    assert percentile_log_ratio(values, values, 0.95) is None
    values = np.linspace(1, 2, 72)
    assert percentile_log_ratio(values, 3 * values, 0.95) == pytest.approx(math.log(3))


@FEW
@given(PAIRS)
def test_swapping_the_arms_negates_every_ratio(sized):
    units, a, b = pairs(sized)
    for one, other in zip(all_ratios(units, a, b), all_ratios(units, b, a), strict=True):
        assert one == other if one is None else other == pytest.approx(-one, abs=1e-12)


@FEW
@given(PAIRS, st.floats(1e-3, 1e9))
def test_the_unit_does_not_matter(sized, scale):
    units, a, b = pairs(sized)
    for one, other in zip(
        all_ratios(units, a, b), all_ratios(units, a * scale, b * scale), strict=True
    ):
        assert one == other if one is None else other == pytest.approx(one, abs=1e-9)


@FEW
@given(PAIRS, st.floats(0.1, 10))
def test_a_factor_on_every_batch_is_found(sized, factor):
    units, a, _ = pairs(sized)
    for found in all_ratios(units, a, a * factor):
        assert found is None or found == pytest.approx(math.log(factor), abs=1e-9)


@FEW
@given(PAIRS)
def test_what_disturbs_both_batches_of_a_pair_cancels(sized):
    _, a, b = pairs(sized)
    rng = np.random.default_rng(1)
    disturbance = rng.lognormal(0, 3, len(a))
    quiet = median_log_ratio(a, b)
    assert median_log_ratio(a * disturbance, b * disturbance) == pytest.approx(quiet, abs=1e-9)


def test_one_disturbed_batch_moves_no_median():
    a = np.ones(25)
    b = np.where(np.arange(25) == 3, 50.0, 1.1)
    assert median_log_ratio(a, b) == pytest.approx(math.log(1.1))
    assert work_log_ratio(np.zeros(25), a, b) == pytest.approx(math.log(1.1))


def test_a_slowdown_of_long_batches_counts_by_the_time_that_they_take():
    units = np.repeat([0, 1], 9)
    a = np.repeat([1.0, 9.0], 9)
    b = np.repeat([1.0, 9.9], 9)
    assert work_log_ratio(units, a, b) == pytest.approx(math.log(10.9 / 10))


def test_a_batch_that_was_run_more_often_does_not_count_for_more():
    units = np.array([0] * 20 + [1])
    a = np.array([1.0] * 20 + [9.0])
    b = np.array([1.0] * 20 + [9.9])
    assert work_log_ratio(units, a, b) == pytest.approx(math.log(10.9 / 10))


@FEW
@given(PAIRS)
def test_the_order_of_the_pairs_does_not_matter(sized):
    units, a, b = pairs(sized)
    order = np.random.default_rng(2).permutation(len(a))
    for one, other in zip(
        all_ratios(units, a, b), all_ratios(units[order], a[order], b[order]), strict=True
    ):
        assert one == other if one is None else other == pytest.approx(one, abs=1e-12)
