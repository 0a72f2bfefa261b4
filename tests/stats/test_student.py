import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xlbench.stats.student import quantile, tail

FEW = settings(max_examples=200)
DF = st.floats(1.0, 1e6)


@FEW
@given(st.floats(-60, 60), DF)
def test_the_tail_is_scipys(t, df):
    assert tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-8, abs=1e-300)


@FEW
@given(st.floats(1e-9, 1 - 1e-9), DF)
def test_the_quantile_is_scipys(p, df):
    assert quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("p", "df", "t"), [(0.975, 4, 2.776), (0.995, 9, 3.250), (0.95, 1, 6.314)])
def test_the_quantiles_are_those_of_the_printed_tables(p, df, t):
    assert quantile(p, df) == pytest.approx(t, abs=5e-4)


def test_infinitely_many_degrees_of_freedom_are_the_normal_distribution():
    assert quantile(0.975, math.inf) == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)
    assert tail(3.0, math.inf) == pytest.approx(stats.norm.sf(3.0), rel=1e-12)
    # On both sides of where the normal distribution takes over.
    assert tail(3.0, 0.99e7) == pytest.approx(tail(3.0, 1.01e7), rel=1e-5)


def test_an_infinite_statistic_has_no_tail():
    assert (tail(math.inf, 4), tail(-math.inf, 4)) == (0.0, 1.0)


@FEW
@given(st.floats(0, 50), DF)
def test_the_distribution_is_symmetric(t, df):
    assert tail(t, df) + tail(-t, df) == pytest.approx(1.0, abs=1e-15)


@FEW
@given(st.floats(0.001, 0.999), DF)
def test_the_tail_beyond_a_quantile_is_what_was_left(p, df):
    assert tail(quantile(p, df), df) == pytest.approx(1 - p, rel=1e-9, abs=1e-12)


@FEW
@given(st.floats(0.01, 20), st.floats(1, 1000), st.floats(1.01, 10))
def test_more_degrees_of_freedom_or_a_larger_statistic_leave_less_tail(t, df, more):
    assert tail(t, df * more) <= tail(t, df) * (1 + 1e-12)
    assert tail(t * more, df) <= tail(t, df) * (1 + 1e-12)
