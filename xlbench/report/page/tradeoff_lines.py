"""The trade-off on the page: over languages below the summary, by language beside the tables."""

from __future__ import annotations

from collections.abc import Sequence

from xlbench.report.markup import Markup, element, join
from xlbench.report.page.table import Head, table
from xlbench.report.paper.formats.words import interval, number, verdicts
from xlbench.report.paper.grid import Column, Entry, Grid, Row


def tradeoff_summary(grid: Grid) -> Markup:
    """Return the table of tasks, groups and the whole, and what its numbers mean."""
    (summary, *_) = grid.blocks
    rows = [[_named(row), *map(_shown, row.entries)] for row in summary.rows]
    notes = [element("p", note) for note in grid.notes]
    return join([table("tradeoff-summary", grid.title, _heads(grid, "task"), rows), *notes])


def tradeoff_lines(grid: Grid) -> Markup:
    """Return the table of all tasks and languages."""
    _, *blocks = grid.blocks
    rows = [_line(block.heading, row) for block in blocks for row in block.rows]
    task = Head("task", text=True, choice=True)
    first, *others = _heads(grid, "language")
    heads = [first, task, *others]
    return table("tradeoff-lines", f"{grid.title}, language by language", heads, rows)


def _line(task: str, row: Row) -> Sequence[str]:
    return [row.name, task, *map(_shown, row.entries)]


def _named(row: Row) -> str:
    """The count of languages in small print, below the task where there is little room."""
    task, comma, languages = row.name.partition(", ")
    return join([task, element("small", f" {languages}")]) if comma else task


def _heads(grid: Grid, first: str) -> list[Head]:
    return [Head(first, text=True), *(Head(_name(column)) for column in grid.columns)]


def _name(column: Column) -> str:
    return f"{column.over}: {column.head}"


def _shown(entry: Entry) -> str:
    parts = [number(entry)]
    if interval(entry):
        parts.append(element("small", f" {interval(entry)}"))
    if verdicts(entry):
        parts.append(f" {verdicts(entry)}")
    return join(parts) if len(parts) > 1 else parts[0]
