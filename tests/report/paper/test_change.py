"""What stands beside an arm: its change from the first."""

import math
from dataclasses import replace
from statistics import geometric_mean

import pytest

from xlbench.cell import Cell
from xlbench.report.cells import Interval
from xlbench.report.compared import Ratio
from xlbench.report.paper.change import Pair, change
from xlbench.report.paper.quantity import QUANTITIES

from ..synthetic import GAIN

JUDGED = Pair("base", "stilts-mnli")
PLAIN = Pair("base", "stilts-squad")
XNLI = [("xnli", code) for code in ("ar", "en", "sw", "th")]


def of(found, name, pair=JUDGED, places=XNLI):
    return change(found, QUANTITIES[name], pair, places)


def test_one_cell_has_the_comparisons_ratio_interval_and_verdict(found):
    cell = found.comparisons[0].cells[Cell("xnli", "sw", "single-stream")]
    entry = of(found, "p50", places=[("xnli", "sw")])
    assert (entry.value, entry.lo, entry.hi) == pytest.approx(cell.main.interval)
    assert dict(entry.verdicts) == {cell.main.verdict: 1}


def test_throughput_is_the_inverse_of_the_time_of_a_pass(found):
    cell = found.comparisons[0].cells[Cell("xnli", "sw", "offline")]
    value, lo, hi = cell.main.interval
    entry = of(found, "throughput", places=[("xnli", "sw")])
    assert (entry.value, entry.lo, entry.hi) == pytest.approx((1 / value, 1 / hi, 1 / lo))


def test_memory_has_the_verdict_of_the_batches(found):
    cell = found.comparisons[0].cells[Cell("xnli", "sw", "offline")]
    entry = of(found, "memory", places=[("xnli", "sw")])
    assert entry.value == pytest.approx(cell.quantities["memory"].interval.value)


def test_over_languages_ratios_are_the_geometric_mean_and_verdicts_are_counted(found):
    cells = [found.comparisons[0].cells[Cell(*place, "single-stream")] for place in XNLI]
    entry = of(found, "p50")
    assert entry.value == pytest.approx(geometric_mean(c.main.interval.value for c in cells))
    assert sum(entry.verdicts.values()) == 4
    assert entry.lo < entry.value < entry.hi


def test_the_interval_of_a_mean_is_no_narrower_than_if_all_errors_were_the_same(found):
    cells = [found.comparisons[0].cells[Cell(*place, "single-stream")] for place in XNLI]
    widths = [math.log(c.main.interval.hi / c.main.interval.lo) for c in cells]
    entry = of(found, "p50")
    assert math.log(entry.hi / entry.lo) == pytest.approx(sum(widths) / 4)


def test_a_metric_has_a_difference_with_an_interval(found):
    entry = of(found, "metric")
    assert entry.signed and entry.value == pytest.approx(GAIN)
    assert entry.lo < GAIN < entry.hi


def test_without_a_comparison_a_change_has_no_interval_and_no_verdict(found):
    entry = of(found, "metric", PLAIN)
    assert entry.value == pytest.approx(2 * GAIN)
    assert (entry.lo, entry.hi, dict(entry.verdicts)) == (None, None, {})
    ratio = of(found, "p50", PLAIN)
    values = [
        found.find(arm, Cell(*place, "single-stream")).number("latency_p50_ms")
        for arm in ("base", "stilts-squad")
        for place in XNLI
    ]
    assert ratio.value == pytest.approx(geometric_mean(values[4:]) / geometric_mean(values[:4]))
    assert (ratio.lo, dict(ratio.verdicts)) == (None, {})


def test_a_comparison_that_lacks_a_cell_says_nothing_of_the_mean(found):
    compared = found.comparisons[0]
    cells = dict(compared.cells)
    del cells[Cell("xnli", "sw", "single-stream")]
    fewer = replace(found, comparisons=(replace(compared, cells=cells),))
    assert of(fewer, "p50").lo is None


def test_too_few_processes_have_verdicts_and_no_ratio(found):
    compared = found.comparisons[0]
    open_ = Ratio(None, "inconclusive")
    cells = {
        cell: replace(one, quantities=dict.fromkeys(one.quantities, open_))
        for cell, one in compared.cells.items()
    }
    few = replace(found, comparisons=(replace(compared, cells=cells),))
    entry = of(few, "p50")
    assert (entry.value, dict(entry.verdicts)) == (None, {"inconclusive": 4})


@pytest.mark.parametrize(("lo", "hi"), [(0.0, math.inf), (0.9, math.inf), (0.0, 1.1)])
def test_an_end_without_a_bound_stays_without_one(found, lo, hi):
    compared = found.comparisons[0]
    wide = Ratio(Interval(1.0, lo, hi), "inconclusive")
    cells = {
        cell: replace(one, quantities=dict.fromkeys(one.quantities, wide))
        for cell, one in compared.cells.items()
    }
    endless = replace(found, comparisons=(replace(compared, cells=cells),))
    entry = of(endless, "p50")
    assert entry.lo == pytest.approx(lo) and entry.hi == pytest.approx(hi)
    rate = of(endless, "throughput")
    assert rate.value == pytest.approx(1.0)


def test_a_value_that_one_arm_lacks_is_no_change(found):
    assert of(found, "p50", places=[("xnli", "vi")]).value is None
    assert of(found, "energy").value is None
    assert of(found, "p50", places=[]).value is None
