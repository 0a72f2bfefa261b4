"""The gate fails on proof, passes on proof, and says so where there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import Cell
from xlbench.judge.comparison import CellComparison, Comparison, Estimate, MetricChange
from xlbench.judge.gate import Gate, Limits, gate, unproven
from xlbench.stats.effects import Effect
from xlbench.stats.observations import Observations
from xlbench.stats.verdicts import verdicts


def comparison(
    *drifts: float, se: float = 0.002, metric: MetricChange | None = None, error: str | None = None
) -> Comparison:
    """Single-stream cells with these drifts, each known to ``se`` from five processes."""
    cells = []
    for i, drift in enumerate(drifts):
        effect = Effect(math.log1p(drift), se, 4.0, 5)
        estimate = Estimate(effect, verdicts([effect], 0.02)[0])
        cells.append(
            CellComparison(
                Cell("xnli", f"l{i}", "single-stream"),
                {} if error else {"latency_p50": estimate, "memory": estimate},
                metric,
                (),
                error,
            )
        )
    mean = Effect(sum(math.log1p(d) for d in drifts) / len(drifts), se, 4.0, 5)
    whole = {"single-stream": Estimate(mean, verdicts([mean], 0.02)[0])}
    return Comparison("base", "new", 0.02, 0.05, tuple(cells), whole, {"single-stream": 0.0})


def outcomes(found: Gate) -> list[str]:
    return [check.outcome for check in found.checks]


def test_a_drift_that_is_proven_beyond_the_limit_fails():
    assert gate(comparison(0.10), Limits(0.05)).outcome == "fail"


def test_a_drift_that_is_proven_below_the_limit_passes():
    assert gate(comparison(0.0), Limits(0.05)).outcome == "pass"


def test_an_interval_that_straddles_the_limit_is_inconclusive():
    assert gate(comparison(0.051), Limits(0.05)).outcome == "inconclusive"


def test_getting_faster_passes():
    assert gate(comparison(-0.30), Limits(0.05)).outcome == "pass"


def test_one_bad_cell_among_many_fails_the_whole_and_no_other():
    found = gate(comparison(0.0, 0.0, 0.2, 0.0), Limits(0.05))
    assert found.outcome == "fail"
    assert [c.where[1] for c in found.checks if c.outcome == "fail"] == ["l2"] or any(
        c.where[0] == "overall" and c.outcome != "pass" for c in found.checks
    )


def test_where_there_are_several_cells_their_mean_is_checked_too():
    (one,) = gate(comparison(0.0), Limits(0.05)).checks
    assert one.where == ("xnli", "l0", "single-stream")
    *cells, whole = gate(comparison(0.2, 0.2), Limits(0.05)).checks
    assert [c.where[1] for c in cells] == ["l0", "l1"]
    assert (whole.where, whole.what) == (("overall", "single-stream"), "latency")
    assert (whole.outcome, whole.limit) == ("fail", 0.05)
    assert whole.value == pytest.approx(0.2) and whole.lo < 0.2 < whole.hi


def test_a_check_says_what_was_found_where_and_against_which_limit():
    change = MetricChange("accuracy", 80.0, 70.0, -12.0, -8.0)
    latency, metric = gate(comparison(0.1, metric=change), Limits(0.05, None, 1.0)).checks
    assert latency.sentence.startswith("xnli l0 single-stream: latency drifted by +10.00% [+9.")
    assert latency.sentence.endswith("%], limit +5%")
    assert metric.sentence == (
        "xnli l0 single-stream: the metric changed by -10.00 points [-12.00, -8.00], limit -1"
    )
    unknown = replace(latency, lo=None)
    assert unknown.sentence == "xnli l0 single-stream: too few processes to judge latency"
    assert latency.to_json() == {
        "what": "latency",
        "where": ["xnli", "l0", "single-stream"],
        "limit": 0.05,
        "value": latency.value,
        "lo": latency.lo,
        "hi": latency.hi,
        "outcome": "fail",
        "error": None,
        "reason": None,
    }


def test_a_gate_counts_its_outcomes_and_is_of_one_baseline_and_one_current():
    found = gate(comparison(0.0, 0.051, 0.2), Limits(0.05))
    assert {o: found.count(o) for o in ("pass", "fail")} == {"pass": 1, "fail": 2}
    assert (found.baseline, found.current) == ("base", "new")
    assert found.to_json()["outcome"] == "fail" and len(found.to_json()["checks"]) == 4


def test_more_cells_make_a_failure_harder_to_prove():
    limits = Limits(0.05)
    alone = gate(comparison(0.060, se=0.003), limits)
    among = gate(comparison(0.060, *[0.05] * 39, se=0.003), limits)
    assert alone.outcome == "fail"
    assert among.checks[0].outcome == "inconclusive"


def test_memory_and_metric_are_checked_only_where_a_limit_is_given():
    change = MetricChange("accuracy", 80.0, 70.0, -12.0, -8.0)
    plain = gate(comparison(0.0, metric=change), Limits(0.05))
    assert {c.what for c in plain.checks} == {"latency"}
    full = gate(comparison(0.0, metric=change), Limits(0.05, 0.05, 1.0))
    assert {c.what: c.outcome for c in full.checks} == {
        "latency": "pass",
        "memory": "pass",
        "metric": "fail",
    }


@pytest.mark.parametrize(
    ("lo", "hi", "outcome"),
    [(-3.0, -1.5, "fail"), (-1.5, 0.0, "inconclusive"), (-0.5, 2.0, "pass"), (0.0, 0.0, "pass")],
)
def test_a_metric_fails_only_where_its_whole_interval_lies_below_the_limit(lo, hi, outcome):
    change = MetricChange("accuracy", 80.0, 80.0 + (lo + hi) / 2, lo, hi)
    found = gate(comparison(0.0, metric=change), Limits(0.05, None, 1.0))
    assert [c.outcome for c in found.checks if c.what == "metric"] == [outcome]


def test_a_cell_that_failed_is_inconclusive_and_says_why():
    (check, *_) = gate(comparison(0.0, error="out of memory\nmore"), Limits(0.05)).checks
    assert check.outcome == "inconclusive"
    assert "out of memory" in check.sentence and "more" not in check.sentence


@given(st.floats(-0.3, 0.3), st.floats(1e-5, 0.1), st.floats(0.01, 0.2), st.floats(1.0, 5.0))
def test_less_certainty_never_makes_an_outcome_of_an_inconclusive_one(drift, se, limit, factor):
    sure = gate(comparison(drift, se=se), Limits(limit))
    unsure = gate(comparison(drift, se=se * factor), Limits(limit))
    for before, after in zip(outcomes(sure), outcomes(unsure), strict=True):
        assert after in (before, "inconclusive")


def test_cells_without_proof_are_measured_on_and_the_others_left_alone():
    observations = Observations()
    slow, close, fast = (Cell("xnli", code, "single-stream") for code in ("de", "en", "sw"))
    for pair in range(5):
        jitter = 0.002 * (pair - 2)
        observations.add("latency_p50", slow, pair, math.log(1.3) + jitter)
        observations.add("latency_p50", close, pair, math.log(1.05) + jitter)
        observations.add("latency_p50", fast, pair, jitter)
    assert unproven(Limits(0.05))(observations, [slow, close, fast]) == {close}
