"""The table of several arms, each held against the first: ranks and best choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from xlbench.judge.comparison import Comparison
from xlbench.judge.standings import Standing, standings
from xlbench.report.comparison import comparison_tsv
from xlbench.report.comparison_columns import DASH
from xlbench.report.fitted import Column, Fitted
from xlbench.report.paragraph import paragraph

BEST = "*"
_COLUMNS = (
    Column("arm", right=False),
    Column("best", right=False, head=""),
    Column("latency"),
    Column("latency-rank", 2, head="#"),
    Column("throughput"),
    Column("throughput-rank", 2, head="#"),
    Column("memory", 1),
    Column("metric", 1),
    Column("failed", 3),
)


def standing_lines(comparisons: Sequence[Comparison], width: int) -> Iterator[Text]:
    """Yield one table of all arms, sorted by latency, with their ranks by both.

    Args:
        comparisons: of each other arm with the same first one.
        width: columns of the terminal.
    """
    first, found = comparisons[0].a, standings(comparisons)
    failed = any(each.failed for each in found)
    shown = [index for index, each in enumerate(_COLUMNS) if failed or each.name != "failed"]
    rows = [[_cells(each)[index] for index in shown] for each in found]
    yield Text()
    yield from paragraph(
        f"all arms against {first} (ratios to it over all cells with 95 % intervals; # is the "
        "rank), by latency",
        width,
        "bold",
    )
    yield from Fitted([_COLUMNS[index] for index in shown], rows).lines(width)
    yield from paragraph(
        f"{BEST} best choices: no other arm is as good in latency, throughput, memory and metric "
        f"and better in one; what is equivalent to {first} counts as equal to it.",
        width,
        "dim",
    )


def comparisons_tsv(comparisons: Sequence[Comparison], columns: Sequence[str] | None = None) -> str:
    """Return the cells of all comparisons as tab-separated values, the arm before each.

    Raises:
        UserError: a column is not known.
    """
    lines: list[str] = []
    for comparison in comparisons:
        head, *rows = comparison_tsv(comparison, columns).splitlines()
        lines += [] if lines else [f"arm\t{head}"]
        lines += [f"{comparison.b}\t{row}" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(standing: Standing) -> list[str]:
    return [
        standing.arm,
        BEST if standing.best_choice else "",
        _ratio(standing.latency, standing.latency_interval),
        _rank(standing.latency_rank),
        _ratio(standing.throughput, standing.throughput_interval),
        _rank(standing.throughput_rank),
        _ratio(standing.memory, None),
        DASH if standing.metric_change is None else f"{standing.metric_change:+.2f}",
        str(standing.failed),
    ]


def _ratio(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return DASH
    return f"{value:.3f}" + ("" if interval is None else f" [{interval[0]:.3f}, {interval[1]:.3f}]")


def _rank(rank: int | None) -> str:
    return DASH if rank is None else str(rank)
