"""The tables of ``run`` and ``compare``, word by word, from raw samples with known truth."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell, Cell
from xlbench.cli.main import app
from xlbench.errors import UserError
from xlbench.judge.comparison import Comparison, MetricChange
from xlbench.judge.paired import judge
from xlbench.report.comparison import comparison_lines, comparison_tsv, conclusion
from xlbench.results.manifest import Manifest, UsedData, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.results.schema import VISITS
from xlbench.settings import Settings
from xlbench.stats.observations import Observations

SINGLE = ArmCell("base", "xnli", "sw", "single-stream")
OFFLINE = ArmCell("base", "xnli", "sw", "offline")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of one language: latencies of 1.00, 1.01, ... 5.00 ms; passes of 50 ms for 8 examples.

    So p50 is 3.00 ms, p95 4.80 and p99 4.96; a pass makes 160 examples and 1600 tokens a second,
    and 1600 mJ for 8 examples are 0.2 J each.
    """
    folder = tmp_path_factory.mktemp("golden") / "run"
    writer = PartWriter(folder)
    nothing = dict.fromkeys(name for name, *_ in VISITS)
    common = {
        "status": "ok",
        "process": 0,
        "device": "cpu",
        "n_examples": 8,
        "content_tokens": 60,
        "words": 30,
        "chars": 120,
        "tokens": 80,
        "spent_ns": 10**9,
        "peak_rss_bytes": 100 * 2**20,
    }
    visits = [
        SINGLE._asdict() | common | {"visit": 0, "flags": [], "n_batches": 401},
        OFFLINE._asdict()
        | common
        | {
            "visit": 1,
            "flags": ["truncated"],
            "n_batches": 2,
            "padded_tokens": 100,
            "energy_mj": 1600,
            "peak_rss_bytes": 300 * 2**20,
            "metric_name": "accuracy",
            "metric_value": 62.5,
            "metric_lo": 30.0,
            "metric_hi": 90.0,
            "metrics_json": json.dumps({"accuracy": 62.5}),
        },
    ]
    writer.add(visits=[nothing | visit for visit in visits])
    single = [
        {"unit": i, "rows": 1, "padded_length": 10, "tokens": 10, "latency_ns": 10_000 * (100 + i)}
        for i in range(401)
    ]
    offline = [
        {"unit": i, "rows": 4, "padded_length": 12, "tokens": 40, "latency_ns": ns}
        for i, ns in enumerate((20_000_000, 30_000_000))
    ]
    for key, visit, samples in ((SINGLE, 0, single), (OFFLINE, 1, offline)):
        place = key._asdict() | {"visit": visit, "process": 0}
        writer.add(samples=[place | sample | {"forward_ns": 1} for sample in samples])
    writer.flush()
    manifest = Manifest(
        run_id="golden",
        xlbench="0.1.0",
        status="finished",
        machine="m",
        environment={"cpu_model": "Fast CPU"},
        settings=Settings(arms=(parse_arm("base"),)),
        data=UsedData("folder", "data", {}, {"xnli/sw": "x"}),
        cells=(SINGLE, OFFLINE),
    )
    write_manifest(folder, manifest)
    summarised(folder, manifest, {})
    return folder


GOLDEN = Path(__file__).parent / "golden"


def golden(name, found):
    """Hold a text against the file of that name; what a table says must be read to be changed."""
    assert found == (GOLDEN / name).read_text(encoding="utf-8")


def report(folder, *options, columns="80"):
    done = CliRunner(env={"COLUMNS": columns}).invoke(app, ["report", str(folder), *options])
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_table_of_a_run(folder, columns):
    done = report(folder, "--format", "text", columns=columns)
    golden(f"run-{columns}.txt", done.stdout)
    assert max(map(len, done.stdout.splitlines())) <= int(columns) and not done.stderr


def test_the_table_of_a_run_through_a_pipe_is_tab_separated_and_nothing_else(folder):
    done = report(folder)
    golden("run.tsv", done.stdout)
    assert "truncated (1 of 2 cells)" in done.stderr and "averages over" in done.stderr


def test_the_columns_that_are_asked_for_are_shown_on_the_narrowest_terminal(folder):
    done = report(folder, "--format", "text", "--columns", "P99,tok/s,pad", columns="30")
    rows = done.stdout.splitlines()[2:5]
    assert rows == [
        "task  lang     p99 ms  tok/s    pad",
        "───────────────────────────────────",
        "XNLI  sw    *    4.96   1600  0.800",
    ]


def test_all_columns_are_shown_where_all_are_asked_for(folder):
    head = report(folder, "--format", "text", "--columns", "all").stdout.splitlines()[2]
    for name in ("tok/word", "tok/char", "tok/en", "p99 ms", "tok/s", "pad", "J/ex", "metric"):
        assert name in head


def test_an_unknown_column_is_named_with_the_nearest_one(folder):
    done = CliRunner().invoke(app, ["report", str(folder), "--columns", "p955"])
    assert isinstance(done.exception, UserError)
    assert "'p955' is not a column of the table (did you mean p95?)" in str(done.exception)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two languages: B takes 10 % longer single-stream, and 25 % longer for a pass.

    Each of five pairs of processes is off by -1, -0.5, 0, 0.5 or 1 % on the log scale: standard
    error 0.3536 %, and with t(4) = 2.776 an interval of +-0.9816 % on the log scale.
    """
    found = Observations()
    cells = [Cell("xnli", code, s) for code in ("en", "sw") for s in ("single-stream", "offline")]
    for cell in cells:
        for pair, off in enumerate((-0.01, -0.005, 0.0, 0.005, 0.01)):
            if cell.scenario == "offline":
                found.add("pass_time", cell, pair, math.log(1.25) + off)
                found.add("latency_p50", cell, pair, math.log(1.2) + off)
            else:
                found.add("latency_p50", cell, pair, math.log(1.1) + off)
                found.add("latency_p95", cell, pair, math.log(1.3) + off)
                found.add("end_to_end_p50", cell, pair, math.log(1.05) + off)
            found.add("memory", cell, pair, math.log(2.0) + off)
    made = judge(
        "base",
        "stilts",
        found,
        cells,
        {},
        0.02,
        errors={cells[3]: "the worker was killed\nby the kernel"},
        flags={cells[0]: ["disturbed"], cells[2]: ["random-weights"]},
        notes=["5 pairs of fresh processes; ended by budget"],
    )
    first = replace(made.cells[1], metric=MetricChange("accuracy", 60.0, 62.5, -1.0, 6.0, 3, 8))
    return replace(made, cells=(made.cells[0], first, *made.cells[2:]))


@pytest.mark.parametrize("width", [80, 120])
def test_the_tables_of_a_comparison(comparison, width):
    lines = [line.plain for line in comparison_lines(comparison, width)]
    golden(f"compare-{width}.txt", "\n".join([*lines, *conclusion(comparison)]) + "\n")
    assert max(map(len, lines)) <= width


def test_a_comparison_through_a_pipe_is_tab_separated(comparison):
    golden("compare.tsv", comparison_tsv(comparison))
