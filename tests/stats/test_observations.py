import math

import numpy as np
import pytest

from xlbench.cell import Cell
from xlbench.stats.observations import Observations, Turns, main_quantity

SINGLE = Cell("xnli", "en", "single-stream")
OFFLINE = Cell("xnli", "en", "offline")


def test_the_verdict_is_about_latency_of_one_and_throughput_of_many():
    assert main_quantity(SINGLE) == "latency_p50" and main_quantity(OFFLINE) == "pass_time"


def test_the_table_has_a_row_for_each_pair_and_nan_for_what_is_missing():
    found = Observations()
    found.add("memory", OFFLINE, 0, 0.1)
    found.add("memory", OFFLINE, 4, 0.2)
    found.add("memory", SINGLE, 2, 0.3)
    table = found.table("memory", [SINGLE, OFFLINE])
    nan = math.nan
    np.testing.assert_array_equal(table, [[nan, 0.1], [0.3, nan], [nan, 0.2]])
    assert found.cells() == sorted([SINGLE, OFFLINE])


def test_only_pairs_that_saw_an_asked_cell_are_rows():
    found = Observations()
    found.add("memory", OFFLINE, 0, 0.1)
    found.add("memory", SINGLE, 1, 0.3)
    assert found.table("memory", [SINGLE]).tolist() == [[0.3]]


def test_nothing_is_no_value_and_gives_an_empty_table():
    found = Observations()
    found.add("latency_p50", SINGLE, 0, None)
    assert found.values == {} and found.cells() == []
    assert found.table("latency_p50", [SINGLE, OFFLINE]).shape == (0, 2)
    assert found.table("latency_p50", []).shape == (0, 0)


def turns(n, factor, end_to_end=True):
    """``n`` turns of one batch; B takes ``factor`` times as long, its end to end twice that."""
    taken = Turns()
    for i in range(n):
        ns = 1e6 * (1 + i % 3)
        ends = (2 * ns, 4 * ns * factor) if end_to_end else (-1.0, -1.0)
        taken.add([i % 3], np.array([[ns, ends[0]]]), np.array([[ns * factor, ends[1]]]))
    return taken


def observed(taken, cell):
    found = Observations()
    taken.observe(found, cell, 7)
    return {name: by_cell[cell][7] for name, by_cell in found.values.items()}


def test_single_stream_turns_give_latency_and_end_to_end():
    found = observed(turns(72, 1.1), SINGLE)
    assert found == {
        "latency_p50": pytest.approx(math.log(1.1)),
        "latency_p95": pytest.approx(math.log(1.1)),
        "end_to_end_p50": pytest.approx(math.log(2.2)),
    }


def test_offline_turns_give_the_time_of_a_pass_and_no_end_to_end():
    found = observed(turns(12, 0.9, end_to_end=False), OFFLINE)
    assert found == {
        "latency_p50": pytest.approx(math.log(0.9)),
        "pass_time": pytest.approx(math.log(0.9)),
    }


def test_too_few_turns_give_no_value():
    assert observed(turns(5, 1.1), SINGLE) == {}
    assert observed(Turns(), OFFLINE) == {}
