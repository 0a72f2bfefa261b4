"""A table as HTML, to be put into a page: heads with their scope, all text escaped."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.markup import Markup, element, join
from xlbench.report.paper.formats.words import interval, number, verdicts
from xlbench.report.paper.grid import Entry, Grid


def html(grid: Grid) -> str:
    """Return a ``table`` element, and its notes as paragraphs."""
    made = element(
        "table",
        element("caption", grid.title),
        element("thead", *_head(grid)),
        *_bodies(grid),
    )
    return "\n".join([made, *(element("p", note) for note in grid.notes)]) + "\n"


def _head(grid: Grid) -> Iterator[Markup]:
    if grid.spanned:
        spans = [
            element("th", name, colspan=count, scope="colgroup") if name else element("td")
            for name, count in grid.spans
        ]
        yield element("tr", element("td"), *spans)
    heads = [element("th", column.head, scope="col") for column in grid.columns]
    yield element("tr", element("th", grid.corner, scope="col"), *heads)


def _bodies(grid: Grid) -> Iterator[Markup]:
    for block in grid.blocks:
        rows = [
            element("tr", element("th", row.name, scope="row"), *map(_cell, row.entries))
            for row in block.rows
        ]
        if block.heading:
            head = element("th", block.heading, colspan=len(grid.columns) + 1, scope="rowgroup")
            rows.insert(0, element("tr", head))
        yield element("tbody", *rows)


def _cell(entry: Entry) -> Markup:
    parts = [number(entry)]
    if interval(entry):
        parts.append(element("small", f" {interval(entry)}"))
    if verdicts(entry):
        parts.append(f" {verdicts(entry)}")
    return element("td", join(parts))
