"""The table of a comparison: a line for each cell, one for the whole."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from xlbench.judge.comparison import NOTHING, CellComparison, Comparison, Estimate

DASH = "–"
_STYLES = {"faster": "green", "slower": "red", "equivalent": "cyan", "inconclusive": "yellow"}


def comparison_tables(comparison: Comparison) -> list[Table]:
    """Return one table for each scenario; all ratios are B over A."""
    tables = []
    for scenario, whole in comparison.overall.items():
        cells = [c for c in comparison.cells if c.cell.scenario == scenario]
        single = scenario == "single-stream"
        columns = ["latency p50", "p95", "end to end"] if single else ["throughput", "batch p50"]
        table = Table(
            title=f"{scenario}: {comparison.b} against {comparison.a} (ratios B/A with 95 % "
            f"intervals; margin {comparison.margin:.1%})",
            title_justify="left",
            pad_edge=False,
        )
        for name in ("task", "lang"):
            table.add_column(name, no_wrap=True)
        for name in (*columns, "memory", "metric"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for cell in cells:
            table.add_row(*_line(cell, single))
        if len(cells) > 1:
            table.add_section()
            blank = [""] * (len(columns) + 1)
            shown = _ratio(whole) if single else _inverse(whole)
            table.add_row("overall", "", shown, *blank, _verdict(whole))
        tables.append(table)
    return tables


def conclusion(comparison: Comparison) -> list[str]:
    """Return the sentences below the tables."""
    lines = []
    for scenario, whole in comparison.overall.items():
        cells = [c for c in comparison.cells if c.cell.scenario == scenario]
        counts = {
            claim: sum(c.main.verdict == claim for c in cells)
            for claim in ("slower", "faster", "equivalent", "inconclusive")
        }
        said = ", ".join(f"{n} {claim}" for claim, n in counts.items() if n)
        what = "latency" if scenario == "single-stream" else "time of a pass"
        spread = comparison.between_cells.get(scenario)
        beyond = f"; cells differ by {spread:.1%} beyond noise" if spread else ""
        lines.append(
            f"{scenario}: {what} B/A {_ratio(whole)} over all cells: {whole.verdict} "
            f"({said}{beyond})"
        )
    failed = [c for c in comparison.cells if c.error]
    lines += [f"FAILED {' '.join(c.cell)}: {(c.error or '').splitlines()[0]}" for c in failed]
    return [*lines, *comparison.notes]


def _line(cell: CellComparison, single: bool) -> list[Text | str]:
    found = cell.estimates
    shown = (
        [
            _ratio(found.get("latency_p50", NOTHING)),
            _ratio(found.get("latency_p95", NOTHING)),
            _ratio(found.get("end_to_end_p50", NOTHING)),
        ]
        if single
        else [
            _inverse(found.get("pass_time", NOTHING)),
            _ratio(found.get("latency_p50", NOTHING)),
        ]
    )
    change = cell.metric
    metric = (
        DASH
        if change is None
        else f"{change.b - change.a:+.1f} [{change.lo:+.1f}, {change.hi:+.1f}]"
    )
    return [
        cell.cell.task,
        cell.cell.language,
        *shown,
        _ratio(found.get("memory", NOTHING)),
        metric,
        Text("failed", style="red") if cell.error else _verdict(cell.main),
    ]


def _ratio(estimate: Estimate) -> str:
    interval = estimate.interval
    if estimate.ratio is None or interval is None:
        return DASH
    return _with_interval(estimate.ratio, *interval)


def _inverse(estimate: Estimate) -> str:
    """Throughput is the inverse of the time of a pass."""
    interval = estimate.interval
    if estimate.ratio is None or interval is None:
        return DASH
    return _with_interval(1 / estimate.ratio, 1 / interval[1], 1 / interval[0])


def _with_interval(value: float, lo: float, hi: float) -> str:
    return f"{value:.3f} [{lo:.3f}, {hi:.3f}]"


def _verdict(estimate: Estimate) -> Text:
    return Text(estimate.verdict, style=_STYLES[estimate.verdict])
