"""All cells as one table: a line for each arm, task and language, both scenarios side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlbench.cell import OFFLINE, SCENARIOS, SINGLE_STREAM, Cell, Scenario
from xlbench.languages import LANGUAGES
from xlbench.report.cells import Interval, SeenCell
from xlbench.report.markup import Markup, element, join
from xlbench.report.metric_titles import METRIC_TITLES
from xlbench.report.numbers import DASH, digits, mib
from xlbench.report.page.table import Head, table
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS

Pair = dict[Scenario, SeenCell]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head and what stands in it."""

    head: str
    cell: Callable[[Pair], str]


def cell_lines(whole: Whole) -> Markup:
    """Return the table of all cells; a flag that every cell has is not repeated in it."""
    shared = set.intersection(*(set(cell.flags) for cell in whole.cells))
    rows: list[list[str]] = []
    failed: list[int] = []
    for task in whole.tasks:
        for language in whole.languages(task):
            for arm in whole.arms:
                pair = pair_of(whole, arm, task, language)
                if not pair:
                    continue
                if any(cell.status == "failed" for cell in pair.values()):
                    failed.append(len(rows))
                values = [column.cell(pair) for column in COLUMNS]
                rows.append([place(task, language), arm, *values, _flags(pair, shared)])
    heads = [
        Head("task and language", text=True),
        Head("arm", text=True, choice=True),
        *(Head(column.head) for column in COLUMNS),
        Head("flags", text=True),
    ]
    caption = (
        "Latency (p50, p95, p99, end to end) single-stream, in ms; throughput, padding efficiency "
        "and metric offline; small numbers are 95 % intervals"
    )
    return table("cell-lines", caption, heads, rows, failed)


def pair_of(whole: Whole, arm: str, task: str, language: str) -> Pair:
    """Return an arm's cells of a task and language by scenario."""
    found = {s: whole.find(arm, Cell(task, language, s)) for s in SCENARIOS}
    return {scenario: cell for scenario, cell in found.items() if cell is not None}


def place(task: str, language: str) -> Markup:
    """Return the name of a line: the task in small print, and the language."""
    name = f" {LANGUAGES[language].name} {language}"
    return join([element("small", TASKS[task].title), name])


def with_interval(found: Interval | None, count: int) -> str:
    """Return a value with its interval in small print."""
    if found is None:
        return DASH
    shown = digits(found.value, count)
    if found.lo is None or found.hi is None:
        return shown
    ends = f" [{digits(found.lo, count)}, {digits(found.hi, count)}]"
    return join([shown, element("small", ends)])


def _flags(pair: Pair, shared: set[str]) -> str:
    flags = [flag for cell in pair.values() for flag in cell.flags if flag not in shared]
    states = [f"{c.scenario} {c.status}" for c in pair.values() if c.status != "ok"]
    return ", ".join(dict.fromkeys([*states, *flags])) or ""


def _number(scenario: Scenario, column: str, count: int) -> Callable[[Pair], str]:
    def cell(pair: Pair) -> str:
        return digits(pair[scenario].number(column) if scenario in pair else None, count)

    return cell


def _interval(scenario: Scenario, column: str, count: int) -> Callable[[Pair], str]:
    def cell(pair: Pair) -> str:
        return with_interval(pair[scenario].interval(column) if scenario in pair else None, count)

    return cell


def _either(column: str, count: int) -> Callable[[Pair], str]:
    def cell(pair: Pair) -> str:
        return digits(next(iter(pair.values())).number(column), count)

    return cell


def _peak(pair: Pair) -> str:
    known = [peak for cell in pair.values() if (peak := cell.peak_bytes()) is not None]
    return mib(max(known, default=None))


def _metric(pair: Pair) -> str:
    cell = pair.get(OFFLINE)
    found = None if cell is None else cell.interval("metric_value")
    if cell is None or found is None:
        return DASH
    name = cell.texts.get("metric_name", "")
    told = element("small", f" {METRIC_TITLES.get(name, name)}")
    return join([with_interval(found, 1), told])


def _samples(pair: Pair) -> str:
    known = [n for cell in pair.values() if (n := cell.number("n_samples")) is not None]
    return digits(sum(known), 0) if known else DASH


COLUMNS = (
    Column("tokens/word", _either("tokens_per_word", 2)),
    Column("tokens/English", _either("tokens_relative_to_english", 2)),
    Column("p50", _interval(SINGLE_STREAM, "latency_p50_ms", 2)),
    Column("p95", _interval(SINGLE_STREAM, "latency_p95_ms", 2)),
    Column("p99", _interval(SINGLE_STREAM, "latency_p99_ms", 2)),
    Column("end-to-end", _number(SINGLE_STREAM, "end_to_end_p50_ms", 2)),
    Column("examples/s", _number(OFFLINE, "throughput_examples_per_s", 1)),
    Column("tokens/s", _number(OFFLINE, "throughput_tokens_per_s", 0)),
    Column("padding eff.", _number(OFFLINE, "padding_efficiency", 3)),
    Column("peak MiB", _peak),
    Column("J/example", _number(OFFLINE, "energy_j_per_example", 3)),
    Column("metric", _metric),
    Column("examples", _either("n_examples", 0)),
    Column("cut", _either("n_truncated", 0)),
    Column("samples", _samples),
)
