import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.measure.warmup import Rule, warm_up


def warmed(times):
    source = iter(times)
    return warm_up(lambda: next(source), Rule())


def test_it_goes_on_while_the_timings_fall():
    falling = [int(10_000_000 * 0.8**i) for i in range(12)] + [700_000] * 30
    result = warmed(falling)
    assert len(result.times_ns) > 8
    assert result.steady


def test_it_stops_at_once_when_the_timings_are_level():
    assert warmed([1_000_000] * 40).times_ns == (1_000_000, 1_000_000)


def test_one_pass_is_enough_where_a_pass_is_slow():
    assert len(warmed([60_000_000] * 3).times_ns) == 1


def test_a_trend_without_end_is_stopped_and_told():
    result = warmed([int(40_000_000 * 0.5**i) + 1 for i in range(64)])
    assert not result.steady
    assert len(result.times_ns) == Rule().ceiling


@given(st.lists(st.integers(1, 10**9), min_size=40, max_size=40))
def test_it_ends_within_floor_and_ceiling_whatever_the_timings(times):
    count = len(warmed(times).times_ns)
    assert Rule().slow_floor <= count <= Rule().ceiling


@pytest.mark.parametrize("floor", [2, 5])
def test_the_floor_is_kept(floor):
    assert len(warm_up(lambda: 1000, Rule(floor=floor)).times_ns) >= floor
