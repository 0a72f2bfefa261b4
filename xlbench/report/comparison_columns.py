"""What the tables of a comparison can show: each column once, for a reader and for a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.text import Text

from xlbench.judge.comparison import NOTHING, CellComparison, Estimate, said
from xlbench.report.fitted import Column, Content
from xlbench.report.marks import mark
from xlbench.stats.observations import Quantity

DASH = "–"
_STYLES = {"faster": "green", "slower": "red", "equivalent": "cyan", "inconclusive": "yellow"}
ENDS = ("", "_lo", "_hi")
Three = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class ComparisonColumn:
    """A column of the tables.

    Attributes:
        column: its name, rank and head.
        text: what a reader sees of a cell.
        values: what a program gets of a cell, by name.
        of_mean: what a reader sees of the mean over cells.
    """

    column: Column
    text: Callable[[CellComparison], Content]
    values: Mapping[str, Callable[[CellComparison], Any]]
    of_mean: Callable[[Estimate], Content] = lambda _: ""


def three(estimate: Estimate) -> Three:
    """Return a ratio with the ends of its interval; nothing where there is no interval."""
    interval = estimate.interval
    if estimate.ratio is None or interval is None:
        return None, None, None
    return estimate.ratio, *interval


def inverted(estimate: Estimate) -> Three:
    """Return the ratio of throughput, the inverse of that of the time of a pass."""
    value, lo, hi = three(estimate)
    if value is None or lo is None or hi is None:
        return None, None, None
    return 1 / value, 1 / hi, 1 / lo


def ratio_text(ratio: Three) -> str:
    """Return a ratio with its interval for a reader."""
    value, lo, hi = ratio
    return DASH if value is None else f"{value:.3f} [{lo:.3f}, {hi:.3f}]"


def _ratio(
    quantity: Quantity,
    name: str,
    column: Column,
    take: Callable[[Estimate], Three] = three,
    main: bool = False,
) -> ComparisonColumn:
    def found(cell: CellComparison) -> Three:
        return take(cell.estimates.get(quantity, NOTHING))

    def value(place: int) -> Callable[[CellComparison], float | None]:
        return lambda cell: found(cell)[place]

    return ComparisonColumn(
        column,
        lambda cell: ratio_text(found(cell)),
        {f"{name}_ratio{end}": value(place) for place, end in enumerate(ENDS)},
        (lambda whole: ratio_text(take(whole))) if main else (lambda _: ""),
    )


def _with_verdict(memory: ComparisonColumn) -> ComparisonColumn:
    """Return the column of memory with what is claimed of it, for a program."""

    def verdict(cell: CellComparison) -> str | None:
        found = cell.estimates.get("memory")
        return None if found is None else said("memory", found.verdict)

    return replace(memory, values={**memory.values, "memory_verdict": verdict})


def _metric(cell: CellComparison) -> str:
    change = cell.metric
    if change is None:
        return DASH
    return f"{change.b - change.a:+.1f} [{change.lo:+.1f}, {change.hi:+.1f}]"


def _of_metric(name: str) -> Callable[[CellComparison], Any]:
    return lambda cell: None if cell.metric is None else cell.metric.to_json()[name]


def _verdict(cell: CellComparison) -> Text:
    return Text("failed", style="red") if cell.error else _said(cell.main)


def _said(estimate: Estimate) -> Text:
    return Text(estimate.verdict, style=_STYLES[estimate.verdict])


_FIRST = (
    ComparisonColumn(
        Column("task", right=False), lambda cell: cell.cell.task, {"task": lambda c: c.cell.task}
    ),
    ComparisonColumn(
        Column("lang", right=False),
        lambda cell: cell.cell.language,
        {"language": lambda cell: cell.cell.language},
    ),
    ComparisonColumn(
        Column("mark", right=False, head=""),
        lambda cell: mark(cell.flags, "failed" if cell.error else "ok"),
        {},
    ),
)
_LATENCY = _ratio("latency_p50", "latency", Column("p50"), main=True)
_OF_BATCH = _ratio("latency_p50", "latency", Column("p50", 4, head="batch p50"))
_P95 = _ratio("latency_p95", "latency_p95", Column("p95", 4))
_END_TO_END = _ratio("end_to_end_p50", "end_to_end", Column("end-to-end", 3))
_THROUGHPUT = _ratio("pass_time", "throughput", Column("throughput"), inverted, main=True)
_MEMORY = _with_verdict(_ratio("memory", "memory", Column("memory", 2)))
_METRIC = ComparisonColumn(
    Column("metric", 1),
    _metric,
    {
        name: _of_metric(name)
        for name in ("metric_name", "metric_change", "metric_change_lo", "metric_change_hi")
    },
)
_VERDICT = ComparisonColumn(
    Column("verdict", right=False),
    _verdict,
    {
        "verdict": lambda cell: None if cell.error else cell.main.verdict,
        "flags": lambda cell: cell.flags,
        "error": lambda cell: (cell.error or "").partition("\n")[0] or None,
    },
    _said,
)
_LAST = (_MEMORY, _METRIC, _VERDICT)
OF_SCENARIO = {
    "single-stream": (*_FIRST, _LATENCY, _P95, _END_TO_END, *_LAST),
    "offline": (*_FIRST, _THROUGHPUT, _OF_BATCH, *_LAST),
}
ALL_COLUMNS = (*_FIRST, _LATENCY, _P95, _END_TO_END, _THROUGHPUT, *_LAST)
