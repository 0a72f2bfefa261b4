"""The verdicts of a comparison as a table: a line for each task and language."""

from __future__ import annotations

from xlbench.cell import OFFLINE, SINGLE_STREAM, Cell
from xlbench.languages import LANGUAGES
from xlbench.report.cells import Interval
from xlbench.report.compared import Compared, ComparedCell, Ratio
from xlbench.report.markup import Markup, element, join
from xlbench.report.numbers import DASH, digits, percent, signed
from xlbench.report.page.cell_lines import place, with_interval
from xlbench.report.page.table import Head, table
from xlbench.tasks.catalogue import TASKS

_HEADS = (
    Head("task and language", text=True),
    Head("p50"),
    Head("end-to-end"),
    Head("latency", text=True, choice=True),
    Head("throughput"),
    Head("pass", text=True, choice=True),
    Head("memory"),
    Head("memory verdict", text=True, choice=True),
    Head("metric"),
)


def verdict_lines(compared: Compared, number: int) -> Markup:
    """Return the table of one comparison; all ratios are B over A."""
    pairs = [
        (task, language)
        for task in TASKS
        for language in sorted(LANGUAGES)
        if any(cell[:2] == (task, language) for cell in compared.cells)
    ]
    rows: list[list[str]] = []
    failed: list[int] = []
    for task, language in pairs:
        single = compared.cells.get(Cell(task, language, SINGLE_STREAM))
        offline = compared.cells.get(Cell(task, language, OFFLINE))
        if any(one is not None and one.error for one in (single, offline)):
            failed.append(len(rows))
        rows.append(
            [place(task, language), *_single(single), *_offline(offline), *_both(single, offline)]
        )
    caption = (
        f"{compared.b} over {compared.a}: ratios with 95 % intervals, verdicts at a margin of "
        f"{percent(compared.margin, 1)}; metric: difference in percentage points"
    )
    return table(f"verdict-lines-{number}", caption, _HEADS, rows, failed)


def _single(found: ComparedCell | None) -> list[str]:
    if found is None:
        return [DASH] * 3
    shown = [_ratio(found.quantities.get(name)) for name in ("latency_p50", "end_to_end_p50")]
    return [*shown, _claim(found)]


def _offline(found: ComparedCell | None) -> list[str]:
    if found is None:
        return [DASH] * 2
    return [_inverse(found.quantities.get("pass_time")), _claim(found)]


def _both(single: ComparedCell | None, offline: ComparedCell | None) -> list[str]:
    memory = next(
        (
            one.quantities["memory"]
            for one in (offline, single)
            if one and "memory" in one.quantities
        ),
        None,
    )
    metric = None if offline is None else offline.metric
    return [_ratio(memory), DASH if memory is None else memory.verdict, difference(metric)]


def difference(found: Interval | None) -> str:
    """Return a difference of a metric with its interval in small print."""
    if found is None:
        return DASH
    if found.lo is None or found.hi is None:
        return signed(found.value, 1)
    ends = f" [{signed(found.lo, 1)}, {signed(found.hi, 1)}]"
    return join([signed(found.value, 1), element("small", ends)])


def _claim(found: ComparedCell) -> str:
    return "failed" if found.error else found.main.verdict


def _ratio(found: Ratio | None) -> str:
    return DASH if found is None else with_interval(found.interval, 3)


def _inverse(found: Ratio | None) -> str:
    """Throughput is the inverse of the time of a pass."""
    if found is None or found.interval is None:
        return DASH
    value, lo, hi = found.interval
    ends = (1 / hi if hi else None, 1 / lo if lo else None)
    return with_interval(Interval(1 / value, *ends), 3) if value else digits(None, 3)
