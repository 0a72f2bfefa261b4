import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.doctor.kernel import PASS_NS, measure, noise_test, spread

TIMES = st.lists(st.integers(1, 10**9), min_size=2, max_size=300)


@given(TIMES)
def test_the_order_statistics_are_ordered(times):
    found = spread(0, times)
    assert min(times) <= found.p50_ns <= found.p95_ns <= found.longest_ns == max(times)
    assert -1.001 <= found.lag <= 1.001


@pytest.mark.parametrize(
    ("slow", "status"), [(1.0, "ok"), (1.04, "ok"), (1.15, "warn"), (3.0, "bad")]
)
def test_a_wide_spread_is_judged_by_its_p95(slow, status):
    times = [1_000_000] * 90 + [int(slow * 1_000_000)] * 10
    # Slow passes stand apart, so that neighbours say nothing of each other.
    times = [times[(i * 7) % 100] for i in range(100)]
    assert noise_test([spread(0, times)]).status == status


def test_a_speed_that_drifts_is_a_warning_though_the_spread_is_small():
    times = [1_000_000 + 300 * i for i in range(100)]
    found = noise_test([spread(0, times)])
    assert found.status == "warn" and "drifts" in found.advice


def test_the_worst_processor_is_reported():
    good, poor = spread(0, [100] * 50), spread(5, [100] * 25 + [900] * 25)
    assert noise_test([good, poor]).facts["cpu"] == 5


class Clock:
    """A clock on which every reading is half a pass later."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        self.now += PASS_NS // 2
        return self.now


def test_the_kernel_runs_pinned_to_each_processor_and_is_set_free_again():
    moves = []
    found = measure([0, 1, 2], 0.3, clock=Clock(), pin=moves.append)
    assert moves == [{0}, {1}, {2}, {0, 1, 2}]
    assert all(s.passes >= 50 and s.p50_ns == PASS_NS / 2 for s in found)


def test_it_is_set_free_even_if_the_test_breaks():
    moves = []

    def broken():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure([0, 1], 0.1, clock=broken, pin=moves.append)
    assert moves[-1] == {0, 1}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity here")
def test_the_real_thing_leaves_the_affinity_as_it_was():
    before = os.sched_getaffinity(0)
    assert measure(sorted(before), 0.02)
    assert os.sched_getaffinity(0) == before
