"""The table of a comparison: a line for each cell, one for the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from xlbench.cell import Cell
from xlbench.judge.comparison import CellComparison, Comparison
from xlbench.report.choose import chosen
from xlbench.report.comparison_columns import (
    ALL_COLUMNS,
    DASH,
    ENDS,
    OF_SCENARIO,
    ComparisonColumn,
    inverted,
    ratio_text,
    three,
)
from xlbench.report.fitted import Content, Fitted
from xlbench.report.paragraph import paragraph
from xlbench.report.tsv import tsv

_NAMED = 5
"""Cells without a counterpart that are named, of those with the same reason."""


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
        shown = _columns(OF_SCENARIO[scenario], columns)
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
    shown = _columns(ALL_COLUMNS, columns)
    values = {name: value for each in shown for name, value in each.values.items()}
    lines = [[c.cell.scenario, *(value(c) for value in values.values())] for c in comparison.cells]
    for scenario, whole in comparison.overall.items():
        main = "latency_ratio" if scenario == "single-stream" else "throughput_ratio"
        of_mean = three(whole) if scenario == "single-stream" else inverted(whole)
        known = {f"{main}{end}": value for end, value in zip(ENDS, of_mean, strict=True)}
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
            f"{scenario}: {what} B/A {ratio_text(three(whole))} over all cells: {whole.verdict} "
            f"({said}{beyond})"
        )
    failed = [c for c in comparison.cells if c.error]
    lines += [f"FAILED {' '.join(c.cell)}: {(c.error or '').splitlines()[0]}" for c in failed]
    return [*lines, *_uncompared(comparison), *comparison.notes]


def _uncompared(comparison: Comparison) -> Iterator[str]:
    """Yield a line for each reason why cells of A have no counterpart."""
    by_reason: dict[str, list[Cell]] = {}
    for each in comparison.uncompared:
        by_reason.setdefault(each.reason.partition("\n")[0], []).append(each.cell)
    for reason, cells in by_reason.items():
        named = ", ".join(" ".join(cell) for cell in cells[:_NAMED])
        more = f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else ""
        yield f"not compared: {named}{more}: {reason}"


def _columns(
    known: Sequence[ComparisonColumn], names: Sequence[str] | None
) -> Sequence[ComparisonColumn]:
    if names is None:
        return known
    # What only the other scenario has is not unknown.
    every = {each.column.name: each for each in (*ALL_COLUMNS, *known)}
    mine = {each.column.name for each in known}
    wanted = chosen(every, [*names, "verdict"], ("task", "lang", "mark"))
    return [each for each in wanted if each.column.name in mine]


def _belongs(shown: ComparisonColumn, cells: Sequence[CellComparison], unasked: bool) -> bool:
    """A column without a head goes where it is empty, one that nobody asked for as well."""
    if shown.column.title and (not unasked or shown.column.rank == 0):
        return True
    return any(str(shown.text(cell)) not in ("", DASH) for cell in cells)
