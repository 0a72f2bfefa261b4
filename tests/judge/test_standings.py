"""Standings of arms whose ratios are told."""

import math

from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import Cell
from xlbench.judge.comparison import CellComparison, Comparison, Estimate, MetricChange
from xlbench.judge.standings import all_to_json, standings
from xlbench.stats.effects import Effect

SINGLE, OFFLINE = Cell("xnli", "en", "single-stream"), Cell("xnli", "en", "offline")


def estimate(ratio, verdict=None):
    if ratio is None:
        return Estimate(None, "inconclusive")
    said = verdict or ("slower" if ratio > 1.02 else "faster" if ratio < 0.98 else "equivalent")
    return Estimate(Effect(math.log(ratio), 0.001, 4.0, 5), said)


def against_a(arm, latency=1.0, time=1.0, memory=1.0, change=0.0, half=0.1, error=None, said=None):
    """A comparison of one cell in both scenarios."""
    metric = (
        None
        if change is None
        else MetricChange("acc", 70, 70 + change, change - half, change + half)
    )
    single = CellComparison(SINGLE, {"memory": estimate(memory)}, None, (), error)
    offline = CellComparison(OFFLINE, {"memory": estimate(memory)}, metric)
    overall = {"single-stream": estimate(latency, said), "offline": estimate(time)}
    return Comparison("a", arm, 0.02, 0.05, (single, offline), overall, {})


def best(*comparisons):
    return {each.arm for each in standings(comparisons) if each.best_choice}


def test_arms_are_sorted_by_latency_with_the_first_among_them():
    found = standings(
        [against_a("slow", 1.5, 0.8), against_a("fast", 0.5, 0.7), against_a("lost", None, None)]
    )
    assert [each.arm for each in found] == ["fast", "a", "slow", "lost"]
    assert [each.latency_rank for each in found] == [1, 2, 3, None]
    assert [each.throughput_rank for each in found] == [1, 3, 2, None]
    fast = found[0]
    assert math.isclose(fast.throughput, 1 / 0.7)
    lo, hi = fast.throughput_interval
    assert lo < fast.throughput < hi


def test_an_arm_that_another_beats_in_all_is_no_best_choice():
    assert best(against_a("b", 0.5, 0.5, 0.9), against_a("c", 0.7, 0.6, 0.95)) == {"b"}
    assert best(against_a("b", 0.5, 0.5, 1.4), against_a("c", 0.7, 0.6, 0.9)) == {"b", "c"}
    assert best(against_a("b", 0.5, 0.5, 0.9, change=-3)) == {"a", "b"}, "the metric counts"
    assert best(against_a("b", 1.4, 1.4, 1.0, change=2)) == {"a", "b"}


def test_noise_makes_no_arm_the_better_one():
    same = against_a("b", 1.004, 0.997, 1.002, change=0.05)
    assert best(same) == {"a", "b"}
    assert best(same, against_a("c", 1.3, 1.3)) == {"a", "b"}
    unproven = against_a("b", 1.004, 0.9, 1.0, said="inconclusive")
    assert best(unproven) == {"a", "b"}, "a latency that may be worse is no equal"


def test_what_was_not_measured_is_not_weighed():
    found = standings([against_a("b", 0.5, None, None, change=None)])
    assert {each.arm: each.best_choice for each in found} == {"a": False, "b": True}
    by_arm = {each.arm: each for each in found}
    assert by_arm["a"].throughput is None and by_arm["a"].throughput_rank is None
    assert by_arm["b"].memory is None and by_arm["b"].metric_change is None


def test_an_arm_of_which_nothing_is_known_is_no_best_choice():
    found = standings([against_a("b", 0.9), against_a("c", None, None, None, None, error="gone")])
    assert [(each.arm, each.best_choice, each.failed) for each in found][-1] == ("c", False, 1)


def test_one_comparison_is_told_as_it_is_and_several_with_their_arms():
    one, other = against_a("b", 0.9), against_a("c", 1.1)
    assert all_to_json([one]) == one.to_json()
    told = all_to_json([one, other])
    assert [each["arm"] for each in told["arms"]] == ["b", "a", "c"]
    assert told["comparisons"] == [one.to_json(), other.to_json()]


RATIO = st.sampled_from([0.5, 0.9, 0.97, 0.99, 1.0, 1.01, 1.03, 1.2, 2.0])


@given(
    st.lists(st.tuples(RATIO, RATIO, RATIO, st.sampled_from([-2.0, 0.0, 0.05, 1.0])), min_size=1)
)
def test_there_is_always_a_best_choice_and_none_of_them_beats_another(ratios):
    comparisons = [against_a(str(i), *each) for i, each in enumerate(ratios)]
    chosen = best(*comparisons)
    assert chosen
    assert best(*reversed(comparisons)) == chosen, "the order of the others is nothing"
    fastest = min(standings(comparisons), key=lambda each: each.latency_rank).latency_rank
    assert any(
        each.arm in chosen and each.latency_rank == fastest for each in standings(comparisons)
    )
