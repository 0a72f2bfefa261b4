import pytest

from xlbench.session.cold_start import ColdStart

SCENARIOS = ("single-stream", "offline")


def test_only_the_first_batch_counts():
    cold = ColdStart()
    assert (cold.first_batch_ns, cold.first_of_process) == (None, False)
    for latency_ns, first in ((50, True), (7, False), (70, True)):
        cold.note(latency_ns, first)
    assert (cold.first_batch_ns, cold.first_of_process) == (50, True)


def test_every_cell_has_a_first_batch_where_all_shapes_are_warm_already(make):
    bench = make()
    found = {}
    for language in ("en", "sw", "th"):
        bench.open([10, 20, 30] * 4, language, padding="max")
        for scenario in SCENARIOS:
            told = bench.visit(scenario, language, complete=scenario == "offline")
            found[language, scenario] = told.first_batch_ns
    assert len(found) == 6 and None not in found.values()
    assert found["sw", "offline"] == found["th", "offline"] == 4 * 128 * 1000


def test_scenarios_have_first_batches_of_their_own(make):
    bench = make(first_ns=10**9)
    bench.open([30] * 8)
    one, other = (bench.visit(s, complete=s == "offline") for s in reversed(SCENARIOS))
    assert (one.first_batch_ns, other.first_batch_ns) == (10**9 + 4 * 30 * 1000, 30 * 1000)
    assert (one.first_of_process, other.first_of_process) == (True, False)
    again = bench.visit("offline", complete=True)
    assert (again.first_batch_ns, again.first_of_process) == (one.first_batch_ns, True)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_first_batch_that_is_too_slow_to_warm_up_is_noted_as_well(make, scenario):
    bench = make(ns_per_token=10**8)
    bench.open([10] * 4, "en")
    bench.open([20] * 4, "sw")
    bench.visit(scenario, "en")
    passes = len(bench.toy.shapes)
    found = bench.visit(scenario, "sw")
    assert len(bench.toy.shapes) == passes + 1, "what is warm is not warmed again"
    assert found.first_batch_ns == 10**8 * 20 * (4 if scenario == "offline" else 1)
    assert (found.warm_up_passes, found.first_of_process) == (0, False)
