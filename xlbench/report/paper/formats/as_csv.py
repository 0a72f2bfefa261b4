"""A table as CSV (RFC 4180): every number with all its digits, its ends and verdict apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from xlbench.report.paper.grid import Column, Entry, Grid

_FORMULA = ("=", "+", "-", "@")


def as_csv(grid: Grid) -> str:
    """Return a line of heads and one for each row; what was not measured is empty.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = [_parts(grid, n) for n in range(len(grid.columns))]
    heads = [
        f"{_name(column)}{part}"
        for column, own in zip(grid.columns, parts, strict=True)
        for part in own
    ]
    blocks = len(grid.blocks) > 1
    writer.writerow([*(["block"] if blocks else []), _text(grid.corner), *heads])
    for block in grid.blocks:
        for row in block.rows:
            before = [_text(block.heading)] if blocks else []
            cells = [
                cell
                for entry, own in zip(row.entries, parts, strict=True)
                for part, cell in _cells(entry).items()
                if part in own
            ]
            writer.writerow([*before, _text(row.name), *cells])
    return out.getvalue()


def _cells(entry: Entry) -> dict[str, str]:
    """What an entry holds, by the ending of its column's name."""
    ends = ("", " lo", " hi", " second")
    values = (entry.value, entry.lo, entry.hi, entry.second)
    numbers = {
        end: "" if value is None else repr(value) for end, value in zip(ends, values, strict=True)
    }
    told = "; ".join(f"{count} {claim}" for claim, count in entry.verdicts.items() if count)
    if sum(entry.verdicts.values()) == 1:
        told = told.removeprefix("1 ")
    return {**numbers, " verdict": told, " note": entry.mark}


def _parts(grid: Grid, column: int) -> list[str]:
    """The endings that any row of a column has something for; the value always."""
    found: Iterator[dict[str, str]] = (
        _cells(row.entries[column]) for block in grid.blocks for row in block.rows
    )
    used = {part for cells in found for part, cell in cells.items() if cell}
    return [part for part in _cells(Entry(None)) if part == "" or part in used]


def _name(column: Column) -> str:
    return _text(f"{column.over}: {column.head}" if column.over else column.head)


def _text(text: str) -> str:
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
