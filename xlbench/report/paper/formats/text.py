"""A table for a terminal: columns aligned, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence

from xlbench.report.paper.formats.words import plain
from xlbench.report.paper.grid import Grid

_GAP = "  "


def text(grid: Grid) -> str:
    """Return the table as lines; none is cut, whatever the width of the terminal."""
    rows = [
        [row.name, *(plain(entry) for entry in row.entries)]
        for block in grid.blocks
        for row in block.rows
    ]
    heads = [grid.corner, *(column.head for column in grid.columns)]
    widths = [max(len(cells[n]) for cells in (heads, *rows)) for n in range(len(heads))]
    widths = _widened(widths, grid)
    lines = [grid.title, ""]
    if grid.spanned:
        lines.append(_over(grid, widths))
    lines += [_line(heads, widths), _GAP.join("-" * width for width in widths)]
    for block in grid.blocks:
        if block.heading:
            lines += ["", block.heading]
        own = ([row.name, *(plain(entry) for entry in row.entries)] for row in block.rows)
        lines += [_line(cells, widths) for cells in own]
    lines += ["", *grid.notes]
    return "\n".join(lines).rstrip() + "\n"


def _widened(widths: list[int], grid: Grid) -> list[int]:
    """Give the last column below a head as much more as the head needs."""
    made = list(widths)
    at = 1
    for name, count in grid.spans:
        room = sum(made[at : at + count]) + len(_GAP) * (count - 1)
        made[at + count - 1] += max(0, len(name) - room)
        at += count
    return made


def _over(grid: Grid, widths: Sequence[int]) -> str:
    parts = [" " * widths[0]]
    at = 1
    for name, count in grid.spans:
        room = sum(widths[at : at + count]) + len(_GAP) * (count - 1)
        parts.append(f" {name} ".center(room, "-") if name and count > 1 else name.rjust(room))
        at += count
    return _GAP.join(parts).rstrip()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return _GAP.join((first, *rest)).rstrip()
