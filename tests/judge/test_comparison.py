import json
import math

import pytest

from xlbench.cell import Cell
from xlbench.judge.comparison import (
    NOTHING,
    CellComparison,
    Comparison,
    Estimate,
    MetricChange,
    between,
)
from xlbench.stats.effects import Effect

CELL = Cell("xnli", "en", "offline")
KNOWN = Estimate(Effect(math.log(1.1), 0.01, 4.0, 5), "slower")


def comparison(overall, cells=()):
    return Comparison("a", "b", 0.02, 0.01, tuple(cells), overall, dict.fromkeys(overall))


def test_ratio_and_interval_are_no_logarithms_any_more():
    lo, hi = KNOWN.interval
    assert KNOWN.ratio == pytest.approx(1.1)
    assert math.sqrt(lo * hi) == pytest.approx(1.1)
    assert hi / lo == pytest.approx(math.exp(2 * 2.776445 * 0.01), rel=1e-6)


def test_without_an_effect_there_is_no_ratio_and_never_a_zero():
    told = NOTHING.to_json()
    assert told["verdict"] == "inconclusive" and told["processes"] == 0
    assert {told[name] for name in told if name not in ("verdict", "processes")} == {None}


def test_an_interval_beyond_all_numbers_does_not_overflow():
    assert Estimate(Effect(0.0, 1e6, 2.0, 3), "inconclusive").interval == (0.0, math.inf)


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (("slower",), "slower"),
        (("slower", "slower"), "slower"),
        (("slower", "faster"), "inconclusive"),
        (("equivalent", "inconclusive"), "inconclusive"),
        ((), "inconclusive"),
    ],
)
def test_the_whole_says_only_what_all_scenarios_say(verdicts, whole):
    assert comparison({str(i): Estimate(None, v) for i, v in enumerate(verdicts)}).verdict == whole


def test_a_cell_without_its_main_quantity_is_inconclusive():
    cell = CellComparison(CELL, {"latency_p50": KNOWN}, None)
    assert cell.main is NOTHING
    assert CellComparison(CELL, {"pass_time": KNOWN}, None).main is KNOWN


def test_the_json_is_json_and_has_every_number():
    change = MetricChange("accuracy", 80.0, 79.0, -2.0, 0.5, 3, 2, 1.0)
    cell = CellComparison(CELL, {"pass_time": KNOWN}, change, ("truncated",), None)
    told = json.loads(json.dumps(comparison({"offline": KNOWN}, [cell]).to_json()))
    assert told["verdict"] == "slower"
    (row,) = told["cells"]
    assert (row["task"], row["language"], row["scenario"]) == CELL
    assert (row["main"], row["verdict"], row["flags"]) == ("pass_time", "slower", ["truncated"])
    assert row["quantities"]["pass_time"]["ratio"] == pytest.approx(1.1)
    assert (row["metric_change"], row["mcnemar_only_a"], row["mcnemar_p"]) == (-1.0, 3, 1.0)
    assert told["overall"]["offline"]["between_cells_sd"] is None


def test_memory_is_more_or_less_and_never_slower_or_faster():
    claims = {"slower": "more", "faster": "less", "equivalent": "equivalent"}
    for claim, word in claims.items():
        estimate = Estimate(None, claim)
        cell = CellComparison(CELL, {"pass_time": estimate, "memory": estimate}, None)
        told = cell.to_json()["quantities"]
        assert (told["pass_time"]["verdict"], told["memory"]["verdict"]) == (claim, word)


def test_cells_that_differ_by_no_more_than_their_uncertainty_have_no_spread_between():
    alike = [Effect(0.01 * i, 0.1, 4.0, 5) for i in range(4)]
    assert between(alike) == 0.0
    apart = [Effect(v, 0.0, 4.0, 5) for v in (-0.1, 0.1)]
    assert between(apart) == pytest.approx(math.sqrt(0.02))


def test_one_cell_has_no_spread_between_cells():
    assert between([Effect(0.1, 0.1, 4.0, 5), None]) is None
    assert between([]) is None
