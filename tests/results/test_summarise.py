import numpy as np
import pytest

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.results.manifest import Manifest, UsedData
from xlbench.results.schema import SAMPLES, VISITS
from xlbench.results.summarise import summarise
from xlbench.settings import Settings


def manifest(cells):
    return Manifest(
        run_id="run",
        xlbench="0.1.0",
        settings=Settings(arms=tuple(map(parse_arm, dict.fromkeys(cell.arm for cell in cells)))),
        machine="m",
        data=UsedData("folder", "data"),
        cells=tuple(cells),
    )


OFFLINE = ArmCell("base", "xnli", "th", "offline")
SINGLE = ArmCell("base", "xnli", "th", "single-stream")


def visit(key, number, **values):
    row = dict.fromkeys(name for name, *_ in VISITS)
    return row | {
        **key._asdict(),
        "visit": number,
        "process": 0,
        "status": "ok",
        "flags": [],
        "n_examples": 6,
        "n_batches": 2,
        "tokens": 90,
        "padded_tokens": 100,
        "content_tokens": 80,
        "words": None,
        "chars": 160,
        "load_ns": 2 * 10**9,
        "first_batch_ns": 5 * 10**6,
        "peak_rss_bytes": 100 + number,
        "rss_before_bytes": 90 + number,
        **values,
    }


def samples(rows, **more):
    """Rows of (visit, unit, tokens, latency_ns), and further columns."""
    names = [name for name, kind, _ in SAMPLES if str(kind) == "int64"]
    columns = {name: np.full(len(rows), np.nan) for name in names}
    for i, (number, unit, tokens, latency_ns) in enumerate(rows):
        columns["visit"][i], columns["unit"][i] = number, unit
        columns["tokens"][i], columns["latency_ns"][i] = tokens, latency_ns
        columns["forward_ns"][i] = latency_ns
    return columns | {name: np.array(values, dtype=float) for name, values in more.items()}


def one(key, visits, rows, **more):
    (row,) = summarise(manifest([key]), visits, samples(rows, **more), {key: "budget"})
    return row


def test_throughput_is_examples_over_the_mean_times_of_the_batches():
    rows = [(0, 0, 60, 4_000_000), (0, 0, 60, 6_000_000), (0, 1, 30, 1_000_000)]
    row = one(OFFLINE, [visit(OFFLINE, 0, pass_ns=10**7, tokenize_ns=10**6, decode_ns=10**5)], rows)
    assert row["throughput_examples_per_s"] == pytest.approx(6 / 6e-3)
    assert row["throughput_tokens_per_s"] == pytest.approx(90 / 6e-3)
    assert row["padding_efficiency"] == 0.9
    assert row["end_to_end_p50_ms"] == pytest.approx(5.0)


ROWS = [(0, 0, 60, 4_000_000), (0, 0, 60, 6_000_000), (0, 1, 30, 1_000_000)]


def test_throughput_is_by_the_time_of_the_loop_in_which_the_device_may_have_waited():
    row = one(OFFLINE, [visit(OFFLINE, 0)], ROWS, cycle_ns=[6e6, 8e6, 3e6])
    assert row["throughput_examples_per_s"] == pytest.approx(6 / 10e-3)
    assert row["throughput_tokens_per_s"] == pytest.approx(90 / 10e-3)
    assert row["device_busy_share"] == pytest.approx(11 / 17)


def test_results_from_before_the_loop_was_timed_keep_their_throughput_and_have_no_share():
    row = one(OFFLINE, [visit(OFFLINE, 0)], ROWS)
    assert row["throughput_tokens_per_s"] == pytest.approx(90 / 6e-3)
    assert row["device_busy_share"] is None
    some = one(OFFLINE, [visit(OFFLINE, 0)], ROWS, cycle_ns=[np.nan, 8e6, 3e6])
    assert some["device_busy_share"] == pytest.approx(7 / 11)


def test_throughput_of_single_examples_is_by_the_time_from_text_to_prediction():
    row = one(SINGLE, [visit(SINGLE, 0)], ROWS, end_to_end_ns=[5e6, 7e6, 2e6])
    assert row["throughput_examples_per_s"] == pytest.approx(2 / 8e-3)
    assert row["device_busy_share"] is None


def test_the_cold_start_is_the_median_over_processes_and_null_where_there_was_none():
    loads = {0: 2, 1: 9, 2: 4}
    visits = [
        visit(OFFLINE, n, process=n, load_ns=load * 10**9, first_batch_ns=load * 10**6)
        for n, load in loads.items()
    ]
    # Another visit by the same process, which had nothing to load any more.
    visits.append(visit(OFFLINE, 3, process=1, load_ns=None, first_batch_ns=None))
    row = one(OFFLINE, visits, [(0, 0, 60, 4_000_000)])
    assert (row["load_s"], row["first_batch_ms"]) == (4.0, 4.0)
    none = one(OFFLINE, [visit(OFFLINE, 0, load_ns=None, first_batch_ns=None)], [(0, 0, 60, 10**6)])
    assert (none["load_s"], none["first_batch_ms"]) == (None, None)


def test_a_pass_that_is_not_complete_gives_no_examples_per_second():
    row = one(OFFLINE, [visit(OFFLINE, 0)], [(0, 0, 60, 4_000_000)])
    assert row["throughput_examples_per_s"] is None
    assert row["throughput_tokens_per_s"] == pytest.approx(60 / 4e-3)


def test_too_few_samples_leave_percentiles_out_and_say_so():
    rows = [(0, i % 6, 15, 1_000_000 + i) for i in range(40)]
    row = one(SINGLE, [visit(SINGLE, 0)], rows)
    assert row["latency_p50_lo_ms"] <= row["latency_p50_ms"] <= row["latency_p50_hi_ms"]
    assert row["latency_p90_ms"] is not None
    assert "latency_p95_ms" not in row and "latency_p99_ms" not in row
    assert {"no-p95", "no-p99"} <= set(row["flags"])


def test_memory_is_the_highest_visits_own():
    row = one(SINGLE, [visit(SINGLE, 0), visit(SINGLE, 3), visit(SINGLE, 1)], [])
    assert (row["peak_rss_bytes"], row["rss_before_bytes"]) == (103, 93)
    assert row["peak_vram_allocated_bytes"] is None


def test_a_cell_whose_last_visit_failed_is_failed_with_its_reason():
    failed = visit(OFFLINE, 1, status="failed", error="the worker was killed")
    row = one(OFFLINE, [visit(OFFLINE, 0), failed], [(0, 0, 60, 10)])
    assert (row["status"], row["error"]) == ("failed", "the worker was killed")
    again = one(OFFLINE, [failed, visit(OFFLINE, 2)], [(2, 0, 60, 10)])
    assert (again["status"], again["error"]) == ("ok", None)


def test_a_cell_that_was_never_visited_is_pending():
    row = one(OFFLINE, [], [])
    assert (row["status"], row["n_visits"]) == ("pending", 0)


def test_fertility_per_word_is_null_where_the_script_has_no_words():
    row = one(OFFLINE, [visit(OFFLINE, 0)], [])
    assert row["tokens_per_word"] is None
    assert row["tokens_per_char"] == 0.5


def test_batches_from_before_a_halving_are_not_mixed_with_those_after():
    visits = [visit(OFFLINE, 0, n_batches=1), visit(OFFLINE, 1, n_batches=2)]
    rows = [(0, 0, 90, 9_000_000), (1, 0, 60, 4_000_000), (1, 1, 30, 2_000_000)]
    row = one(OFFLINE, visits, rows)
    assert row["n_samples"] == 2
    assert row["latency_mean_ms"] == 3.0


def test_a_cell_measured_mostly_in_disturbed_visits_carries_the_flag_and_the_reasons():
    quiet = {"spent_ns": 10**9, "steal_ns": 0, "run_delay_ns": 0}
    visits = [visit(SINGLE, 0, **quiet), visit(SINGLE, 1, **quiet | {"run_delay_ns": 10**8})]
    few = one(SINGLE, visits, [(0, 0, 15, 10), (0, 1, 15, 10), (1, 0, 15, 10)])
    assert (few["n_disturbed"], few["disturbed_by"]) == (1, ["preempted"])
    assert "disturbed" not in few["flags"]
    most = one(SINGLE, visits, [(0, 0, 15, 10), (1, 1, 15, 10), (1, 0, 15, 10)])
    assert (most["n_disturbed"], "disturbed" in most["flags"]) == (2, True)
