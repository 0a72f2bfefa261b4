"""The least time is told once, early, and is that of the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import ArmCell
from xlbench.run.least import ENOUGH_S, LeastTime, work_of

KEYS = [
    ArmCell(arm, task, f"l{number}", "offline")
    for task in ("xnli", "udpos")
    for arm in ("a", "b")
    for number in range(10)
]


def told_by(work, times, processes=5, stretch=1.0, start_s=1.0, load_s=3.0):
    """Visit the cells in order; return what was told and after how many visits."""
    told, visits = [], 0
    least = LeastTime(work, processes, lambda s: told.append((s, visits)), stretch)
    least.started(start_s)
    loaded = set()
    for key in work:
        visits += 1
        first = (key.arm, key.task) not in loaded
        loaded.add((key.arm, key.task))
        least.visited(key, times[key] + (load_s if first else 0.0), int(load_s * 1e9))
    (found,) = told
    return found


def test_time_in_proportion_to_the_work_is_foretold_exactly_after_two_seconds():
    work = {key: 1.0 + index for index, key in enumerate(KEYS)}
    seconds, visits = told_by(work, {key: 0.05 * value for key, value in work.items()})
    # Each of five processes: 1 s of start, four loads of 3 s, and 0.05 s for each unit of work.
    assert seconds == pytest.approx(5 * (1 + 4 * 3 + 0.05 * sum(work.values())))
    # The first cell of arm a, and what was two seconds' work after it: 0.05 * (2 + ... + 9).
    assert visits == 9


def test_what_a_worker_does_once_in_its_life_is_not_extrapolated():
    work = dict.fromkeys(KEYS, 1.0)
    times = dict.fromkeys(KEYS, 0.5) | {KEYS[0]: 90.5}
    seconds, visits = told_by(work, times, 2)
    assert visits == 5
    # Both arms' workers do it, in each of two processes.
    assert seconds == pytest.approx(2 * (1 + 2 * 90 + 4 * 3 + 0.5 * len(KEYS)))


def test_what_is_measured_beyond_the_first_visits_stretches_it():
    work = dict.fromkeys(KEYS, 1.0)
    plain, _ = told_by(work, dict.fromkeys(KEYS, 0.1))
    assert told_by(work, dict.fromkeys(KEYS, 0.1), stretch=1.5)[0] == pytest.approx(1.5 * plain)


@given(st.lists(st.floats(0.001, 30), min_size=1, max_size=len(KEYS)))
def test_it_is_told_once_and_of_all_cells_it_is_their_sum(seconds):
    keys = KEYS[: len(seconds)]
    whole = dict.fromkeys(keys, 1.0)
    told, visits = told_by(whole, dict(zip(keys, seconds, strict=True)), 1, start_s=0, load_s=0)
    if visits == len(keys):
        assert told == pytest.approx(sum(seconds))
    else:
        assert sum(seconds[:visits]) >= ENOUGH_S


def test_a_cell_that_takes_very_long_is_enough_after_the_first():
    seconds, visits = told_by(dict.fromkeys(KEYS, 1.0), dict.fromkeys(KEYS, 60.0), 1)
    assert visits == 2 and seconds == pytest.approx(1 + 4 * 3 + 60 * len(KEYS))


def test_a_second_visit_of_a_cell_changes_nothing():
    told = []
    least = LeastTime(dict.fromkeys(KEYS[:2], 1.0), 1, told.append)
    for _ in range(10):
        least.visited(KEYS[0], 1.0, None)
    assert not told
    least.visited(KEYS[1], 1.0, None)
    assert told == [2.0]


def test_the_work_of_a_cell_is_its_bytes_unless_a_limit_makes_all_cells_alike():
    sizes = {("xnli", "l0"): 300, ("xnli", "l1"): 100}
    assert list(work_of(KEYS[:2], sizes, None).values()) == [300.0, 100.0]
    assert set(work_of(KEYS[:2], sizes, 16).values()) == {1.0}
    assert set(work_of(KEYS[:3], sizes, None).values()) == {1.0}, "one size is not known"
