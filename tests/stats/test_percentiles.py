import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.stats.percentiles import interval_ranks, percentile

VALUES = st.lists(st.floats(0.001, 1e9), min_size=6, max_size=400)


@pytest.mark.parametrize(("q", "fewest"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_fewer_samples_than_can_bound_it_give_no_percentile(q, fewest):
    assert percentile(range(1, fewest), q) is None
    assert percentile(range(1, fewest + 1), q) is not None


def test_the_ranks_are_those_of_the_published_tables():
    # Conover, Practical Nonparametric Statistics, 3rd ed.: n = 16, median: 4th and 13th.
    assert interval_ranks(16, 0.5) == (4, 13)
    assert interval_ranks(100, 0.5) == (40, 61)


@given(VALUES, st.sampled_from([0.5, 0.9, 0.95]))
def test_value_and_interval_lie_between_minimum_and_maximum(values, q):
    found = percentile(values, q)
    if found is not None:
        assert min(values) <= found.lo <= found.value <= found.hi <= max(values)


@given(VALUES, st.floats(0.01, 100))
def test_the_unit_does_not_matter(values, scale):
    one, other = percentile(values, 0.5), percentile([v * scale for v in values], 0.5)
    assert other.value == pytest.approx(one.value * scale)
    assert other.lo == pytest.approx(one.lo * scale)


@pytest.mark.parametrize(("q", "n"), [(0.5, 20), (0.95, 150), (0.99, 500)])
def test_the_interval_covers_the_true_quantile_of_a_heavy_tail(q, n):
    rng = np.random.default_rng(5)
    truth = (1 - q) ** (-1 / 1.5)  # quantile of a Pareto distribution with exponent 1.5
    trials = 2000
    hits = 0
    for _ in range(trials):
        found = percentile((1 - rng.random(n)) ** (-1 / 1.5), q)
        hits += found.lo <= truth <= found.hi
    assert hits / trials >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / trials)
