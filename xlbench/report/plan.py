"""The table of ``--dry-run``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from xlbench.report.beat import against, duration
from xlbench.report.fitted import Column, Fitted
from xlbench.report.numbers import DASH, counted, digits, mib
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
        plan: as ``run.dry.estimate`` or ``compare.dry.estimate`` returns it.
        width: columns of the terminal.
    """
    yield from paragraph("what would be measured", width, "bold")
    table = Fitted(_COLUMNS, [_row(row) for row in plan["rows"]])
    yield from table.lines(width)
    yield from paragraph(f"{_totals(plan)} Nothing was measured or written.", width)
    if any(row["extrapolated"] for row in plan["rows"]):
        yield from paragraph(
            "~: extrapolated from the part that was counted within seconds, by the bytes of the "
            "data and the size of the checkpoint; –: not known.",
            width,
        )


def _totals(plan: Mapping[str, Any]) -> str:
    cells = f"{plan['cells']} cells"
    if plan["expected_s"] is None:
        return (
            f"{cells}; how long they take is not known: no worker was ready within seconds, the "
            "machine is busy or slow. Ask again, or start: the first visits tell the least time."
        )
    takes = f"about {duration(plan['expected_s'])}"
    basis = "extrapolated from one timed batch a checkpoint"
    if plan["pairs"]:
        return (
            f"{cells}; {plan['processes']} pairs of processes, each with a whole pass of every "
            f"cell and turns after it, take {takes} at least, {basis}: "
            f"{against(plan['expected_s'], plan['budget_s'])}."
        )
    return (
        f"{cells}; one visit to each in {counted(plan['processes'], 'process', 'processes')} takes "
        f"{takes}, {basis}: {against(plan['expected_s'], plan['budget_s'])}, which is what it goes "
        "on for in all where precision asks for it."
    )


def _row(row: Mapping[str, Any]) -> list[str]:
    about = "~" if row["extrapolated"] else ""

    def estimated(value: float | None, decimals: int = 0) -> str:
        return DASH if value is None else f"{about}{digits(value, decimals)}"

    return [
        row["arm"],
        row["task"],
        row["checkpoint"],
        str(row["languages"]),
        str(row["cells"]),
        estimated(row["examples"]),
        estimated(row["tokens"]),
        estimated(row["padded_tokens"]),
        mib(row["weights_bytes"]),
        mib(row["expected_peak_bytes"]),
        estimated(row["expected_s"], 1),
    ]
