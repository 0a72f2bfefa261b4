"""What the table of a run can show: each column once, for a reader and for a program.

A line of the table is a task in a language: its single-stream latency stands with its offline
throughput and metric, two scenarios of the same cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from xlbench.report.fitted import Column, Content
from xlbench.report.marks import mark
from xlbench.tasks.catalogue import TASKS

Row = Mapping[str, Any]
NOTHING = "–"
_SHORT_METRICS = {"accuracy": "acc"}


@dataclass(frozen=True, slots=True)
class Line:
    """A task in a language: the rows of its scenarios, empty where one was not measured."""

    arm: str
    task: str
    language: str
    single: Row
    offline: Row

    @property
    def rows(self) -> list[Row]:
        """The rows that there are."""
        return [row for row in (self.single, self.offline) if row]

    def of_either(self, name: str) -> Any:
        """Return a value that is the same in both scenarios."""
        return (self.single or self.offline).get(name)

    @property
    def peak_memory_bytes(self) -> int | None:
        """Device memory where there is a device, else resident memory of the host."""
        peaks = [
            row.get("peak_rss_bytes")
            if row.get("peak_vram_allocated_bytes") is None
            else row["peak_vram_allocated_bytes"]
            for row in self.rows
        ]
        return max((peak for peak in peaks if peak is not None), default=None)

    @property
    def flags(self) -> list[str]:
        """The flags of its rows, each once."""
        return sorted({flag for row in self.rows for flag in row.get("flags") or ()})

    @property
    def status(self) -> str:
        """``failed`` where a scenario failed, else ``pending`` where one is, else ``ok``."""
        found = {str(row["status"]) for row in self.rows}
        return next((one for one in ("failed", "pending") if one in found), "ok")


@dataclass(frozen=True, slots=True)
class CellColumn:
    """A column of the table.

    Attributes:
        column: its name, rank and head.
        text: what a reader sees.
        values: what a program gets, by name; the names are those of ``cells.parquet`` where
            the value is one of its columns.
    """

    column: Column
    text: Callable[[Line], Content]
    values: Mapping[str, Callable[[Line], Any]]


def _either(name: str, digits: int, head: str, rank: int) -> CellColumn:
    return CellColumn(
        Column(head, rank),
        lambda line: number(line.of_either(name), digits),
        {name: lambda line: line.of_either(name)},
    )


def _single(name: str) -> Callable[[Line], Any]:
    return lambda line: line.single.get(name)


def _offline(name: str) -> Callable[[Line], Any]:
    return lambda line: line.offline.get(name)


def _percentile(name: str, rank: int) -> CellColumn:
    stored = f"latency_{name}_ms", f"latency_{name}_lo_ms", f"latency_{name}_hi_ms"
    return CellColumn(
        Column(name, rank, head=f"{name} ms"),
        lambda line: number(line.single.get(stored[0]), 2),
        {field: _single(field) for field in stored},
    )


def _median() -> CellColumn:
    plain = _percentile("p50", 0)
    head = "p50 ms [95 %]"
    return CellColumn(
        Column("p50", head=head), lambda line: _interval(line.single), dict(plain.values)
    )


def _of_passes(name: str, digits: int, column: Column) -> CellColumn:
    return CellColumn(
        column, lambda line: number(line.offline.get(name), digits), {name: _offline(name)}
    )


def _interval(row: Row) -> str:
    value, lo, hi = (row.get(f"latency_p50{end}_ms") for end in ("", "_lo", "_hi"))
    if value is None:
        return NOTHING
    return f"{value:.2f} [{number(lo, 2)}, {number(hi, 2)}]"


def _language(line: Line) -> Text:
    return Text(line.language, style="" if line.status == "ok" else "red")


def _memory(line: Line) -> str:
    peak = line.peak_memory_bytes
    return NOTHING if peak is None else f"{peak / 2**20:.0f}"


def _metric(line: Line) -> str:
    value, name = (line.offline.get(f"metric_{part}") for part in ("value", "name"))
    return NOTHING if value is None else f"{value:.1f} {_SHORT_METRICS.get(str(name), name)}"


def _metric_interval(line: Line) -> str:
    lo, hi = (line.offline.get(f"metric_{end}") for end in ("lo", "hi"))
    return NOTHING if lo is None or hi is None else f"[{lo:.1f}, {hi:.1f}]"


def number(value: float | None, digits: int) -> str:
    """Return a number with so many digits after the point."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def _title(line: Line) -> str:
    return TASKS[line.task].title if line.task in TASKS else line.task


CELL_COLUMNS = (
    CellColumn(Column("task", right=False), _title, {"task": lambda line: line.task}),
    CellColumn(Column("lang", right=False), _language, {"language": lambda line: line.language}),
    CellColumn(
        Column("mark", right=False, head=""),
        lambda line: mark(line.flags, line.status),
        {"status": lambda line: line.status, "flags": lambda line: line.flags},
    ),
    _either("tokens_per_word", 2, "tok/word", 5),
    _either("tokens_per_char", 2, "tok/char", 10),
    _either("tokens_relative_to_english", 2, "tok/en", 6),
    _median(),
    _percentile("p95", 2),
    _percentile("p99", 4),
    _of_passes("throughput_examples_per_s", 1, Column("ex/s", 1)),
    _of_passes("throughput_tokens_per_s", 0, Column("tok/s", 9)),
    _of_passes("padding_efficiency", 3, Column("pad", 8)),
    CellColumn(
        Column("MiB", 3), _memory, {"peak_memory_bytes": lambda line: line.peak_memory_bytes}
    ),
    _of_passes("energy_j_per_example", 4, Column("J/ex", 3)),
    CellColumn(
        Column("metric"),
        _metric,
        {name: _offline(name) for name in ("metric_name", "metric_value")},
    ),
    CellColumn(
        Column("metric-95", 7, head="[95 %]"),
        _metric_interval,
        {name: _offline(name) for name in ("metric_lo", "metric_hi")},
    ),
    _of_passes("agreement", 3, Column("agree", 4)),
)
"""In the order of the table."""
