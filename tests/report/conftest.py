"""A small recorded run, written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.results.files import write_table
from xlbench.results.manifest import Manifest, Segment, UsedData, write_manifest
from xlbench.results.result import CELLS
from xlbench.results.schema import table_schema
from xlbench.settings import Settings

ARM = "base@env.X=<b>&"
COMMAND = "xlbench run --ckpt 'base@env.X=<b>&'"
METRICS = {"en": 80.0, "sw": 61.25, "th": 60.0}
LATENCY = {"en": 10.125, "sw": 12.25, "th": 14.375}
RELATIVE = {"en": 1.0, "sw": 1.31, "th": 1.62}


def cells(arm: str = ARM, task: str = "xnli") -> list[dict[str, Any]]:
    rows = []
    for language, metric in METRICS.items():
        common = {
            "arm": arm,
            "task": task,
            "language": language,
            "device": "cpu",
            "status": "ok",
            "tokens_per_word": None if language == "th" else 1.75,
            "tokens_per_char": 0.375,
            "tokens_relative_to_english": RELATIVE[language],
            "peak_rss_bytes": 321 * 2**20,
            "n_examples": 1234,
            "n_truncated": 7 if language == "th" else 0,
        }
        p50 = LATENCY[language]
        rows.append(
            common
            | {
                "scenario": "single-stream",
                "flags": ["no-p99"],
                "throughput_examples_per_s": 98.76,
                "latency_p50_ms": p50,
                "latency_p50_lo_ms": p50 - 0.5,
                "latency_p50_hi_ms": p50 + 0.5,
                "latency_p95_ms": p50 + 20,
                "latency_p95_lo_ms": p50 + 19,
                "latency_p95_hi_ms": p50 + 21,
                "end_to_end_p50_ms": p50 + 1,
            }
        )
        rows.append(
            common
            | {
                "scenario": "offline",
                "flags": ["no-p99", *(["truncated"] * (language == "th"))],
                "throughput_examples_per_s": 456.7,
                "throughput_tokens_per_s": 23456.0,
                "padding_efficiency": 0.987,
                "metric_name": "accuracy",
                "metric_value": metric,
                "metric_lo": metric - 2,
                "metric_hi": metric + 2,
                "metrics_json": json.dumps({"accuracy": metric}),
            }
        )
    return [dict.fromkeys(table_schema("cells").names) | row for row in rows]


def without_metrics(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("metric_name", "metric_value", "metric_lo", "metric_hi", "metrics_json")
    return [row | dict.fromkeys(names) for row in rows]


def write(folder: Path, rows: list[dict[str, Any]], **changes: Any) -> Path:
    arms = dict.fromkeys(row["arm"] for row in rows)
    manifest = Manifest(
        run_id="abc123",
        status="finished",
        xlbench="0.0.7",
        machine="f00d",
        settings=Settings(arms=tuple(map(parse_arm, arms))),
        environment={
            "cpu_model": "Some <CPU> & Co",
            "governor": None,
            "cpus": 2,
            "load_average": [0.25, 0.5],
            "memory": {"total_bytes": 64},
        },
        data=UsedData("sample", "/data"),
        cells=tuple(ArmCell(*(row[name] for name in ArmCell._fields)) for row in rows),
        segments=(
            Segment(
                COMMAND,
                "2026-01-02",
                ended="2026-01-03",
                workers={ARM: {"torch": "2.99", "gpu": None}},
            ),
        ),
    )
    write_manifest(folder, replace(manifest, **changes))
    write_table(folder / CELLS, pa.Table.from_pylist(rows, schema=table_schema("cells")))
    return folder


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return cells()


@pytest.fixture
def result(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    return write(tmp_path / "run", rows)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a result of other rows or another manifest."""

    def made(name: str = "other", metrics: bool = True, arm: str = ARM, **changes: Any) -> Path:
        own = cells(arm) if metrics else without_metrics(cells(arm))
        return write(tmp_path / name, own, **changes)

    return made
