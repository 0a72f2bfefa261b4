"""When a comparison ends, on figures alone: no clock, no worker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.compare.ending import MOST_PAIRS, Progress, out_of_time, turns_s


def test_the_least_number_of_whole_pairs_is_run_whatever_the_time():
    for whole in range(5):
        progress = Progress(pairs=whole, whole_pairs=whole, spent_s=1000.0)
        assert not out_of_time(progress, 5, 60.0)
    assert out_of_time(Progress(pairs=5, whole_pairs=5, spent_s=1000.0), 5, 60.0)


def test_a_pair_in_which_a_worker_died_does_not_count_towards_the_least():
    assert not out_of_time(Progress(pairs=5, whole_pairs=4, failed=1, spent_s=1000.0), 5, 60.0)


def test_workers_that_die_and_die_again_do_not_go_on_for_ever():
    assert out_of_time(Progress(pairs=MOST_PAIRS * 3), 3, 1e9)
    assert not out_of_time(Progress(pairs=MOST_PAIRS * 3, failed=1), 3, 1e9)


def test_a_pair_whose_start_would_use_up_the_budget_is_not_begun():
    enough = Progress(pairs=3, whole_pairs=3, spent_s=50.0, overhead_s=9.0)
    assert not out_of_time(enough, 3, 60.0)
    assert out_of_time(enough, 3, 59.0)


@pytest.mark.parametrize(
    ("progress", "cells", "expected"),
    [
        # 60 s for 5 pairs, 2 s of each for the start: 10 s in turns; no more than 0.5 s a cell.
        (Progress(), 100, 10.0),
        (Progress(), 6, 3.0),
        # One cell: as long as the start took.
        (Progress(overhead_s=4.0), 1, 4.0),
        # Nothing left of the budget: half of what the start took.
        (Progress(pairs=4, whole_pairs=4, spent_s=70.0, overhead_s=4.0), 10, 2.0),
        # Only the last of the least pairs is to come: all that is left.
        (Progress(pairs=4, whole_pairs=4, spent_s=40.0, overhead_s=4.0), 100, 16.0),
    ],
)
def test_time_in_turns_is_shared_out(progress, cells, expected):
    assert turns_s(progress, 5, 60.0, cells) == pytest.approx(expected)


@given(
    st.integers(0, 50),
    st.integers(1, 20),
    st.floats(0, 1e4),
    st.floats(0.1, 100),
    st.integers(1, 500),
)
def test_at_least_half_as_long_in_turns_as_the_start_took(whole, least, spent, overhead, cells):
    progress = Progress(whole, whole, 0, spent, overhead)
    assert turns_s(progress, least, 60.0, cells) >= overhead / 2
