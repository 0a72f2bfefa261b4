"""The table of ``--dry-run``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table


def plan_table(plan: dict[str, Any]) -> Iterator[Table | str]:
    """Yield the plan's table and a line of totals."""
    table = Table(title="what would be measured", title_justify="left", pad_edge=False)
    for name in ("arm", "task", "checkpoint"):
        table.add_column(name)
    for name in (
        "langs",
        "cells",
        "examples",
        "tokens",
        "padded",
        "weights MiB",
        "peak MiB",
        "once s",
    ):
        table.add_column(name, justify="right")
    for row in plan["rows"]:
        table.add_row(
            row["arm"],
            row["task"],
            row["checkpoint"],
            str(row["languages"]),
            str(row["cells"]),
            f"{row['examples']:,}",
            f"{row['tokens']:,}",
            f"{row['padded_tokens']:,}",
            f"{row['weights_bytes'] / 2**20:.0f}",
            f"{row['expected_peak_bytes'] / 2**20:.0f}" if row["expected_peak_bytes"] else "–",
            f"{row['expected_s']:.1f}",
        )
    yield table
    yield (
        f"{plan['cells']} cells; about {plan['expected_s']:.0f} s for one visit to each in "
        f"{plan['processes']} process(es), extrapolated from one timed batch a checkpoint; then "
        f"up to {plan['budget_s']:.0f} s in all for precision. Nothing was measured or written."
    )
