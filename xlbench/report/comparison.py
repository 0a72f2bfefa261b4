"""The table of a comparison: a line for each cell, one for the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from xlbench.judge.comparison import NOTHING, CellComparison, Comparison, Estimate
from xlbench.report.choose import chosen
from xlbench.report.fitted import Column, Content, Fitted
from xlbench.report.marks import mark
from xlbench.report.paragraph import paragraph
from xlbench.report.tsv import tsv
from xlbench.stats.observations import Quantity

DASH = "–"
_STYLES = {"faster": "green", "slower": "red", "equivalent": "cyan", "inconclusive": "yellow"}
_ENDS = ("", "_lo", "_hi")
Three = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column: how a cell's entry reads, its values for a program, and the mean's entry."""

    column: Column
    text: Callable[[CellComparison], Content]
    values: Mapping[str, Callable[[CellComparison], Any]]
    of_mean: Callable[[Estimate], Content] = lambda _: ""


def comparison_lines(
    comparison: Comparison, width: int, columns: Sequence[str] | None = None
) -> Iterator[Text]:
    """Yield a table for each scenario; all ratios are B over A.

    Args:
        comparison: what was found.
        width: columns of the terminal; the lines are not longer.
        columns: names of the table's columns to show, whatever the width.

    Raises:
        UserError: a column is not known.
    """
    for scenario, whole in comparison.overall.items():
        cells = [c for c in comparison.cells if c.cell.scenario == scenario]
        shown = _columns(_OF_SCENARIO[scenario], columns)
        shown = [each for each in shown if _belongs(each, cells, columns is None)]
        rows: list[Sequence[Content] | None] = [[each.text(c) for each in shown] for c in cells]
        if len(cells) > 1:
            mean = [each.of_mean(whole) for each in shown]
            rows += [None, ["overall", *mean[1:]]]
        table = Fitted([each.column for each in shown], rows)
        yield Text()
        yield from paragraph(
            f"{scenario}: {comparison.b} against {comparison.a} (ratios B/A with 95 % intervals; "
            f"margin {comparison.margin:.1%})",
            width,
            "bold",
        )
        room = width if columns is None else 10**6
        yield from table.lines(room)
        left_out = ", ".join(table.left_out(room))
        if left_out:
            yield from paragraph(f"No room for: {left_out}. Show with --columns.", width, "dim")


def comparison_tsv(comparison: Comparison, columns: Sequence[str] | None = None) -> str:
    """Return all cells, and the mean of each scenario, as tab-separated values.

    Raises:
        UserError: a column is not known.
    """
    shown = _columns(_ALL, columns)
    values = {name: value for each in shown for name, value in each.values.items()}
    lines = [[c.cell.scenario, *(value(c) for value in values.values())] for c in comparison.cells]
    for scenario, whole in comparison.overall.items():
        main = "latency_ratio" if scenario == "single-stream" else "throughput_ratio"
        of_mean = _three(whole) if scenario == "single-stream" else _inverted(whole)
        known = {f"{main}{end}": value for end, value in zip(_ENDS, of_mean, strict=True)}
        known |= {"task": "overall", "verdict": whole.verdict}  # type: ignore[dict-item]
        lines.append([scenario, *(known.get(name) for name in values)])
    return tsv(["scenario", *values], lines)


def conclusion(comparison: Comparison) -> list[str]:
    """Return the sentences below the tables."""
    lines = []
    for scenario, whole in comparison.overall.items():
        cells = [c for c in comparison.cells if c.cell.scenario == scenario]
        counts = {
            claim: sum(c.main.verdict == claim for c in cells if not c.error)
            for claim in ("slower", "faster", "equivalent", "inconclusive")
        }
        counts["failed"] = sum(bool(c.error) for c in cells)
        said = ", ".join(f"{n} {claim}" for claim, n in counts.items() if n)
        what = "latency" if scenario == "single-stream" else "time of a pass"
        spread = comparison.between_cells.get(scenario)
        beyond = f"; cells differ by {spread:.1%} beyond noise" if spread else ""
        lines.append(
            f"{scenario}: {what} B/A {_text(_three(whole))} over all cells: {whole.verdict} "
            f"({said}{beyond})"
        )
    failed = [c for c in comparison.cells if c.error]
    lines += [f"FAILED {' '.join(c.cell)}: {(c.error or '').splitlines()[0]}" for c in failed]
    return [*lines, *comparison.notes]


def _three(estimate: Estimate) -> Three:
    interval = estimate.interval
    if estimate.ratio is None or interval is None:
        return None, None, None
    return estimate.ratio, *interval


def _inverted(estimate: Estimate) -> Three:
    """Throughput is the inverse of the time of a pass."""
    value, lo, hi = _three(estimate)
    if value is None or lo is None or hi is None:
        return None, None, None
    return 1 / value, 1 / hi, 1 / lo


def _text(three: Three) -> str:
    value, lo, hi = three
    return DASH if value is None else f"{value:.3f} [{lo:.3f}, {hi:.3f}]"


def _ratio(
    quantity: Quantity,
    name: str,
    column: Column,
    take: Callable[[Estimate], Three] = _three,
    main: bool = False,
) -> _Shown:
    def found(cell: CellComparison) -> Three:
        return take(cell.estimates.get(quantity, NOTHING))

    def value(place: int) -> Callable[[CellComparison], float | None]:
        return lambda cell: found(cell)[place]

    return _Shown(
        column,
        lambda cell: _text(found(cell)),
        {f"{name}_ratio{end}": value(place) for place, end in enumerate(_ENDS)},
        (lambda whole: _text(take(whole))) if main else (lambda _: ""),
    )


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
    _Shown(
        Column("task", right=False), lambda cell: cell.cell.task, {"task": lambda c: c.cell.task}
    ),
    _Shown(
        Column("lang", right=False),
        lambda cell: cell.cell.language,
        {"language": lambda cell: cell.cell.language},
    ),
    _Shown(
        Column("mark", right=False, head=""),
        lambda cell: mark(cell.flags, "failed" if cell.error else "ok"),
        {},
    ),
)
_LATENCY = _ratio("latency_p50", "latency", Column("p50"), main=True)
_OF_BATCH = _ratio("latency_p50", "latency", Column("p50", 4, head="batch p50"))
_P95 = _ratio("latency_p95", "latency_p95", Column("p95", 4))
_END_TO_END = _ratio("end_to_end_p50", "end_to_end", Column("end-to-end", 3))
_THROUGHPUT = _ratio("pass_time", "throughput", Column("throughput"), _inverted, main=True)
_MEMORY = _ratio("memory", "memory", Column("memory", 2))
_METRIC = _Shown(
    Column("metric", 1),
    _metric,
    {
        name: _of_metric(name)
        for name in ("metric_name", "metric_change", "metric_change_lo", "metric_change_hi")
    },
)
_VERDICT = _Shown(
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
_OF_SCENARIO = {
    "single-stream": (*_FIRST, _LATENCY, _P95, _END_TO_END, *_LAST),
    "offline": (*_FIRST, _THROUGHPUT, _OF_BATCH, *_LAST),
}
_ALL = (*_FIRST, _LATENCY, _P95, _END_TO_END, _THROUGHPUT, *_LAST)


def _columns(known: Sequence[_Shown], names: Sequence[str] | None) -> Sequence[_Shown]:
    if names is None:
        return known
    # What only the other scenario has is not unknown.
    every = {each.column.name: each for each in (*_ALL, *known)}
    mine = {each.column.name for each in known}
    wanted = chosen(every, [*names, "verdict"], ("task", "lang", "mark"))
    return [each for each in wanted if each.column.name in mine]


def _belongs(shown: _Shown, cells: Sequence[CellComparison], unasked: bool) -> bool:
    """A column without a head goes where it is empty, one that nobody asked for as well."""
    if shown.column.title and (not unasked or shown.column.rank == 0):
        return True
    return any(str(shown.text(cell)) not in ("", DASH) for cell in cells)
