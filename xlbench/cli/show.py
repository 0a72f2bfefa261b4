"""What several commands print of a run: its table, its averages, its flags."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any


def show_cells(rows: Sequence[dict[str, Any]]) -> None:
    """Print the tables of the cells, XTREME's averages and a note for each flag."""
    from rich.console import Console

    from xlbench.report.averages import average_tables
    from xlbench.report.table import cell_tables, notes
    from xlbench.results.averages import averages

    console = Console() if sys.stdout.isatty() else Console(width=140)
    for table in cell_tables(rows):
        console.print(table)
    for part in average_tables(averages(rows)):
        console.print(part, highlight=False, markup=False)
    for line in notes(rows):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
