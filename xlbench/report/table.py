"""The table at the end of a run: a line for each task and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from xlbench.tasks.catalogue import TASKS

Row = dict[str, Any]
NOTHING = "–"

_NUMBERS = (
    "tok/word",
    "tok/char",
    "tok/en",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "ex/s",
    "tok/s",
    "pad",
    "MiB",
    "metric",
)

FLAG_NOTES = {
    "random-weights": "weights are random: latency and memory are real, metrics would say nothing",
    "substitute-tokenizer": "the checkpoint's tokenizer is not here; the embedded one was used, "
    "so tokens per sentence are not the checkpoint's",
    "no-labels": "the data has no labels: no metric",
    "no-p50": "too few samples to bound a p50",
    "no-p90": "fewer than 36 samples: no p90",
    "no-p95": "fewer than 72 samples: no p95",
    "no-p99": "fewer than 368 samples: no p99",
    "truncated": "some examples were longer than the task's maximum and were cut",
    "cold-start": "its first batch was the first of the process",
    "warm-up-unsteady": "timings were still falling when warm-up reached its limit",
    "oom-halved": "device memory ran out: batches were halved",
    "nondeterministic": "predictions differed between passes",
    "disturbed": "most of its samples were taken while something disturbed the machine "
    "(disturbed_by says what): see xlbench doctor",
    "throttled": "most of its samples were taken while the GPU had lowered its clocks",
    "rss-sampled": "the kernel's high-water mark could not be reset: memory was sampled",
}


def cell_tables(rows: Sequence[Row]) -> list[Table]:
    """Return one table for each arm, a line for each task and language.

    Single-stream latency stands with offline throughput: two scenarios of the same cell.
    """
    tables = []
    for arm in dict.fromkeys(row["arm"] for row in rows):
        mine = [row for row in rows if row["arm"] == arm]
        table = Table(title=Text(_title(arm, mine)), title_justify="left", pad_edge=False)
        for name in ("task", "lang"):
            table.add_column(name, no_wrap=True)
        for name in _NUMBERS:
            table.add_column(name, justify="right", no_wrap=True)
        for task, language in dict.fromkeys((row["task"], row["language"]) for row in mine):
            pair = {
                r["scenario"]: r for r in mine if (r["task"], r["language"]) == (task, language)
            }
            table.add_row(*_line(task, language, pair))
        tables.append(table)
    return tables


def notes(rows: Sequence[Row]) -> list[str]:
    """Return a line for each flag that occurs: how often, and what it means."""
    counts = Counter(flag for row in rows for flag in row["flags"] or ())
    lines = [
        f"{flag} ({count} of {len(rows)} cells): {FLAG_NOTES.get(flag, 'see the documentation')}"
        for flag, count in sorted(counts.items())
    ]
    failed = [row for row in rows if row["status"] == "failed"]
    for row in failed:
        reason = (row["error"] or "").splitlines()[0:1]
        place = f"{row['arm']} {row['task']} {row['language']} {row['scenario']}"
        lines.append(f"FAILED {place}: {''.join(reason)}")
    return lines


def _title(arm: str, rows: Sequence[Row]) -> str:
    device = next((row["device"] for row in rows if row["device"]), None)
    return (
        f"{arm} on {device or 'no device'}. tok/en: tokens over those of the same examples in "
        "English. Single-stream: p50, p95, p99. Offline: examples and tokens per second, padding "
        "efficiency, metric. MiB: peak memory of the cell"
    )


def _line(task: str, language: str, pair: dict[str, Row]) -> list[Text | str]:
    single, offline = pair.get("single-stream", {}), pair.get("offline", {})
    any_row = single or offline
    peaks = [peak for row in pair.values() if (peak := _peak(row)) is not None]
    failed = [row for row in pair.values() if row["status"] != "ok"]
    return [
        TASKS[task].title,
        Text(language, style="red" if failed else ""),
        _number(any_row.get("tokens_per_word"), 2),
        _number(any_row.get("tokens_per_char"), 2),
        _number(any_row.get("tokens_relative_to_english"), 2),
        _interval(single, "p50"),
        _number(single.get("latency_p95_ms"), 2),
        _number(single.get("latency_p99_ms"), 2),
        _number(offline.get("throughput_examples_per_s"), 1),
        _number(offline.get("throughput_tokens_per_s"), 0),
        _number(offline.get("padding_efficiency"), 3),
        _number(max(peaks) / 2**20 if peaks else None, 0),
        _metric(offline),
    ]


def _peak(row: Row) -> int | None:
    """Device memory where there is a device, else resident memory of the host."""
    vram: int | None = row.get("peak_vram_allocated_bytes")
    return vram if vram is not None else row.get("peak_rss_bytes")


def _interval(row: Row, name: str) -> str:
    value = row.get(f"latency_{name}_ms")
    if value is None:
        return NOTHING
    half = (row[f"latency_{name}_hi_ms"] - row[f"latency_{name}_lo_ms"]) / 2
    return f"{value:.2f} ±{half:.2f}"


def _metric(row: Row) -> str:
    value = row.get("metric_value")
    return NOTHING if value is None else f"{value:.1f} {row['metric_name']}"


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"
