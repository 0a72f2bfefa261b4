"""What several commands print of a run: its table, its averages, its flags."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console(width: int) -> Console:
    """Return a console on standard output, ``width`` columns wide where that is no terminal."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=width)


def show_cells(rows: Sequence[dict[str, Any]]) -> None:
    """Print the tables of the cells, XTREME's averages and a note for each flag."""
    from xlbench.report.averages import average_tables
    from xlbench.report.table import cell_tables, notes
    from xlbench.results.averages import averages

    out = console(140)
    for table in cell_tables(rows):
        out.print(table)
    for part in average_tables(averages(rows)):
        out.print(part, highlight=False, markup=False)
    for line in notes(rows):
        out.print(line, highlight=False, soft_wrap=True, markup=False)
