"""A table as GitHub's Markdown: one line of heads, blocks as a first column."""

from __future__ import annotations

from xlbench.report.paper.formats.words import plain
from xlbench.report.paper.grid import Column, Grid


def markdown(grid: Grid) -> str:
    """Return a heading, the table, and its notes as a list."""
    blocks = len(grid.blocks) > 1
    heads = [*([""] if blocks else []), safe(grid.corner), *map(_head, grid.columns)]
    names = 2 if blocks else 1
    lines = [f"**{safe(grid.title)}**", "", _line(heads)]
    lines.append(_line(["---"] * names + ["---:"] * len(grid.columns)))
    for block in grid.blocks:
        for row in block.rows:
            before = [safe(block.heading)] if blocks else []
            entries = (plain(entry) for entry in row.entries)
            lines.append(_line([*before, safe(row.name), *entries]))
    lines += ["", *(f"- {safe(note)}" for note in grid.notes)]
    return "\n".join(lines).rstrip() + "\n"


def safe(text: str) -> str:
    """Return text in which nothing is markup."""
    for sign in "\\|<>*_`[]&#~$":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _head(column: Column) -> str:
    return safe(f"{column.over}: {column.head}" if column.over else column.head)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
