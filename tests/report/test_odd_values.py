"""Whatever numbers a folder holds, its report is written: odd ones are shown, not tripped over."""

from __future__ import annotations

import math
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.report.filters import Filters
from xlbench.report.page.page import page
from xlbench.report.paper.axes import axes
from xlbench.report.paper.formats import FORMATS
from xlbench.report.paper.layout import grid
from xlbench.report.paper.presets import PRESETS
from xlbench.report.paper.quantity import QUANTITIES
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole
from xlbench.results.averages import averages
from xlbench.results.schema import table_schema

from .synthetic import write_comparison, write_run

LANGUAGES = {"xnli": ("en", "th", "sw", "ar"), "xquad": ("en", "th", "hi")}
NUMBERS = [
    field.name
    for field in table_schema("cells")
    if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
]
ODD = (None, 0.0, -0.0, -1.0, math.nan, math.inf, -math.inf, 1e-300, 1e300, 5e-324, 2.0**62, 7.0)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = write_run(
        tmp_path_factory.mktemp("odd") / "run", tasks=tuple(LANGUAGES), languages=LANGUAGES
    )
    return recorded(write_comparison(folder, "base", "stilts"))


def changed(base, values):
    rows = [dict(row) for row in base.rows]
    for place, column, value in values:
        rows[place % len(rows)][column] = value
    made = replace(base.result, cells=tuple(rows))
    return replace(base, result=made, averages=averages(rows))


def check(found):
    text = page(found)
    assert text.endswith("</html>\n")
    for word in ('"nan', '"inf', '"-inf', " nan ", "NaN"):
        # The script's own word is no number of a picture.
        assert word not in text.replace("Number.isNaN", "")
    for preset in PRESETS.values():
        for write in FORMATS.values():
            write(preset(found))
    for rows in ("language", "task", "arm"):
        made = grid(found, axes(rows, None, tuple(QUANTITIES), intervals=True))
        for write in FORMATS.values():
            write(made)


changes = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from(NUMBERS), st.sampled_from(ODD)), max_size=40
)


@settings(max_examples=25)
@given(values=changes)
def test_odd_numbers_of_cells_are_no_fault(base, values):
    check(whole([changed(base, values)], Filters(), raw=True))


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    "columns",
    [
        ("latency_p50_ms",),
        ("latency_p50_lo_ms", "latency_p50_hi_ms", "metric_lo", "metric_hi"),
        ("throughput_examples_per_s", "tokens", "padded_tokens", "n_examples"),
        ("tokens_relative_to_english", "tokens_per_word"),
        ("peak_rss_bytes", "n_samples", "n_disturbed"),
        ("metric_value",),
    ],
)
def test_a_column_of_one_odd_number_is_no_fault(base, columns, value):
    count = len(base.rows)
    values = [(place, column, value) for place in range(count) for column in columns]
    check(whole([changed(base, values)], Filters(), raw=True))


@pytest.mark.parametrize("value", [0, -1, 2**62])
def test_odd_samples_and_visits_are_no_fault(base, value, monkeypatch):
    read = type(base.result).columns

    def columns(result, table, names):
        found = read(result, table, names)
        if table != "samples":
            return found
        odd = pa.array([value if n % 3 else 5_000_000 for n in range(len(found))], pa.int64())
        return found.set_column(found.schema.get_field_index("latency_ns"), "latency_ns", odd)

    monkeypatch.setattr(type(base.result), "columns", columns)
    result = replace(base.result)
    for n, visit in enumerate(result.visits):
        visit["reference_ns"] = value if n % 2 else None
    check(whole([replace(base, result=result)], Filters(), raw=True))


def test_what_can_not_have_been_measured_is_a_dash(base):
    count = len(base.rows)
    odd = [(n, "latency_p50_ms", -1.0) for n in range(count)]
    found = whole([changed(base, odd)], Filters())
    made = grid(found, axes(None, None, ("p50",)))
    shown = {e.value for block in made.blocks for row in block.rows for e in row.entries[:2]}
    assert shown == {None}
