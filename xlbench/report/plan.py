"""The table of ``--dry-run``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from xlbench.report.fitted import Column, Fitted
from xlbench.report.paragraph import paragraph

_COLUMNS = (
    Column("arm", right=False),
    Column("task", right=False),
    Column("checkpoint", 3, right=False),
    Column("langs"),
    Column("cells"),
    Column("examples", 1),
    Column("tokens", 2),
    Column("padded", 5),
    Column("weights MiB", 6),
    Column("peak MiB", 4),
    Column("once s"),
)


def plan_lines(plan: Mapping[str, Any], width: int) -> Iterator[Text]:
    """Yield the plan's table and a sentence of totals.

    Args:
        plan: as ``run.dry.estimate`` returns it.
        width: columns of the terminal.
    """
    yield from paragraph("what would be measured", width, "bold")
    table = Fitted(_COLUMNS, [_row(row) for row in plan["rows"]])
    yield from table.lines(width)
    totals = (
        f"{plan['cells']} cells; about {plan['expected_s']:.0f} s for one visit to each in "
        f"{plan['processes']} process(es), extrapolated from one timed batch a checkpoint; then "
        f"up to {plan['budget_s']:.0f} s in all for precision. Nothing was measured or written."
    )
    yield from paragraph(totals, width)
    if any(row["extrapolated"] for row in plan["rows"]):
        yield from paragraph(
            "~: extrapolated by the bytes of the data from the part that was counted within "
            "seconds; what was not loaded has no weights and no peak.",
            width,
        )


def _row(row: Mapping[str, Any]) -> list[str]:
    about = "~" if row["extrapolated"] else ""
    return [
        row["arm"],
        row["task"],
        row["checkpoint"],
        str(row["languages"]),
        str(row["cells"]),
        f"{about}{row['examples']:,}",
        f"{about}{row['tokens']:,}",
        f"{about}{row['padded_tokens']:,}",
        _mebibytes(row["weights_bytes"]),
        _mebibytes(row["expected_peak_bytes"]),
        f"{about}{row['expected_s']:.1f}",
    ]


def _mebibytes(size_bytes: int | None) -> str:
    return "–" if not size_bytes else f"{size_bytes / 2**20:.0f}"
