"""Which batches a pair of processes runs."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import Cell
from xlbench.compare.units import UNITS, drawn_units, first_visit, turn_units, units_per_turn

SINGLE, OFFLINE = Cell("xnli", "en", "single-stream"), Cell("xnli", "en", "offline")


def opened(examples=50, batches=10, largest=7):
    return SimpleNamespace(
        counted=SimpleNamespace(n_examples=examples),
        batches=SimpleNamespace(count=batches, largest=largest),
    )


def test_each_pair_draws_different_units_of_its_own():
    rng = np.random.default_rng(0)
    one, two = (drawn_units(SINGLE, opened(), rng) for _ in range(2))
    assert len(set(one)) == len(one) == UNITS and set(one) <= set(range(50))
    assert one != two
    assert sorted(drawn_units(OFFLINE, opened(), rng)) == list(range(10))


def test_before_the_turns_a_worker_runs_a_whole_pass_once_and_later_its_largest_batch():
    whole = first_visit(OFFLINE, opened(), (3, 1), seed=5, predict=True)
    assert whole.complete and whole.predictions and whole.units is None and whole.seed == 5
    later = first_visit(OFFLINE, opened(), (3, 1, 9), seed=5, predict=False)
    assert (later.units, later.floor, later.complete) == ((7, 3, 1), 3, False)
    # An arm with fewer batches than the other does not have all units that were drawn.
    assert first_visit(OFFLINE, opened(batches=3, largest=2), (3, 1, 9), 5, False).units == (2, 1)
    assert first_visit(SINGLE, opened(), (4, 2, 6, 8), 5, True).units == (4, 2, 6)


def test_a_turn_takes_about_15_ms():
    assert units_per_turn([5_000_000, 5_000_000, 90_000_000]) == 3
    assert units_per_turn([100]) == 8
    assert units_per_turn([10**9]) == 1


@given(st.integers(1, 30), st.lists(st.integers(1, 8), max_size=60))
def test_turns_go_round_all_units_evenly(n, counts):
    units = tuple(range(100, 100 + n))
    run = []
    for count in counts:
        run += turn_units(units, len(run), count)
    times = [run.count(unit) for unit in units]
    assert max(times) - min(times) <= 1
