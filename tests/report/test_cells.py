"""The adapter that reads rows of ``cells.parquet``."""

import math

from xlbench.report.cells import Interval, seen_cells


def seen(row):
    (cell,) = seen_cells([row])
    return cell


def test_a_value_comes_with_its_interval_where_it_has_one(rows):
    single, offline = seen_cells(rows[:2])
    assert single.interval("latency_p50_ms") == Interval(10.125, 9.625, 10.625)
    assert offline.interval("metric_value") == Interval(80.0, 78.0, 82.0)
    assert single.interval("latency_p99_ms") is None
    bare = seen(rows[0] | {"latency_p50_lo_ms": None})
    assert bare.interval("latency_p50_ms") == Interval(10.125)


def test_null_nan_and_a_column_that_is_not_there_were_not_measured(rows):
    cell = seen(rows[0] | {"load_s": math.nan, "tokens": math.inf})
    assert (cell.number("load_s"), cell.number("tokens"), cell.number("new")) == (None,) * 3
    assert cell.number("h2d_p50_ms") is None


def test_peak_memory_is_that_of_the_device_where_there_is_one(rows):
    assert seen(rows[0]).peak_bytes() == 321 * 2**20
    assert seen(rows[0] | {"peak_vram_allocated_bytes": 7}).peak_bytes() == 7
    assert seen(rows[0] | {"peak_rss_bytes": None}).peak_bytes() is None


def test_foreign_names_are_made_printable(rows):
    cell = seen(rows[0] | {"arm": "a\n\x1b[31mb", "error": "x\ny"})
    assert "\n" not in cell.arm + cell.texts["error"] and "\x1b" not in cell.arm
