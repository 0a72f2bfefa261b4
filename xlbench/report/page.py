"""The HTML report: one page that needs nothing else, of one result or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlbench.report.averages import average_line, overall_line
from xlbench.report.cell_sections import CAPTIONS, cell_section
from xlbench.report.evidence import evidence
from xlbench.report.markup import Markup, element
from xlbench.report.plots import plots
from xlbench.report.recorded import Recorded
from xlbench.report.style import STYLE
from xlbench.report.table import notes
from xlbench.tasks.catalogue import TASKS

_AVERAGES = ("task", "languages", "average", "English", "others", "gap", "of")


def page(results: Sequence[Recorded]) -> str:
    """Return the page: for each result its evidence, tables, averages, plots and flags."""
    title = f"xlbench: {', '.join(result.name for result in results)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE)),
    )
    sections = [element("section", *_section(result)) for result in results]
    body = element("body", element("h1", "xlbench report"), *sections)
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _section(result: Recorded) -> Iterator[Markup]:
    yield element("h2", result.name)
    yield evidence(result)
    for arm in dict.fromkeys(row["arm"] for row in result.rows):
        yield element("h3", arm)
        rows = [row for row in result.rows if row["arm"] == arm]
        for scenario in CAPTIONS:
            table = cell_section(rows, scenario)
            if table is not None:
                yield table
        yield from _averages(result.averages[arm])
    drawn = plots(result.rows)
    if drawn is not None:
        yield element("h3", "What a language's tokens do to its latency")
        yield drawn
    told = notes(result.rows)
    if told:
        yield element("h3", "Flags and failures")
        yield element("ul", *(element("li", line) for line in told))


def _averages(found: Mapping[str, Any]) -> Iterator[Markup]:
    yield element("h4", "Averages over languages")
    if not any(task["languages"] for task in found["tasks"].values()):
        yield element("p", "None, for no cell has a metric.")
        return
    head = [
        element("th", name, class_="text" if name in ("task", "of") else "number")
        for name in _AVERAGES
    ]
    lines = [
        element("tr", *_cells(average_line(TASKS[task], values)))
        for task, values in found["tasks"].items()
    ]
    yield element(
        "div",
        element(
            "table",
            element("caption", "gap: English minus the mean of the others, in percentage points"),
            element("thead", element("tr", *head)),
            element("tbody", *lines),
        ),
        class_="wide",
    )
    yield element("p", overall_line(found))


def _cells(values: Sequence[str]) -> list[Markup]:
    ends = (0, len(values) - 1)
    return [
        element("td", value, class_="text" if n in ends else "number")
        for n, value in enumerate(values)
    ]
