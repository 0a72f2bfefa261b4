"""The page from top to bottom: summary, pictures, tables, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.markup import Markup, element, join
from xlbench.report.numbers import counted, listed
from xlbench.report.page.cell_lines import cell_lines
from xlbench.report.page.evidence import evidence
from xlbench.report.page.flags import flags
from xlbench.report.page.gallery import gallery
from xlbench.report.page.script import SCRIPT
from xlbench.report.page.section import Section, contents
from xlbench.report.page.style import STYLE
from xlbench.report.page.task_lines import task_lines
from xlbench.report.page.tradeoff_lines import tradeoff_lines, tradeoff_summary
from xlbench.report.page.verdict_lines import verdict_lines
from xlbench.report.paper.presets.tradeoff import tradeoff
from xlbench.report.summary.findings import findings
from xlbench.report.summary.machine import machine
from xlbench.report.summary.measured import measured
from xlbench.report.summary.tiles import tiles
from xlbench.report.whole import Whole
from xlbench.results.kinds import kinds


def page(whole: Whole) -> str:
    """Return the page as HTML that needs nothing else; all foreign text in it is escaped."""
    sections = list(_sections(whole))
    title = f"xlbench: {', '.join(source.name for source in whole.sources)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(STYLE)),
    )
    body = element(
        "body",
        element("a", "Skip to the summary", href="#summary", class_="skip"),
        element("header", element("h1", _headline(whole)), element("p", _under(whole))),
        contents(sections),
        element("main", *(section.written() for section in sections)),
        element("script", Markup(SCRIPT)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _sections(whole: Whole) -> Iterator[Section]:
    yield Section("summary", "Summary", _summary(whole))
    grid = tradeoff(whole) if len(kinds(whole.arms)) > 1 else None
    if grid is not None:
        yield Section("tradeoff", "What is bought, what it costs", tradeoff_summary(grid))
    yield from gallery(whole)
    yield Section("tasks", "Tasks", task_lines(whole))
    if grid is not None:
        yield Section("tradeoff-by-language", "The same by language", tradeoff_lines(grid))
    for number, compared in enumerate(whole.comparisons, 1):
        more = "" if len(whole.comparisons) == 1 else f": {compared.b}"
        notes = [element("p", note) for note in compared.notes]
        body = join([verdict_lines(compared, number), *notes])
        yield Section(f"verdicts-{number}", f"Verdicts{more}", body)
    yield Section("cells", "Cells", cell_lines(whole))
    yield Section("flags", "Flags and failures", flags(whole))
    yield Section("evidence", "Evidence", evidence(whole))


def _headline(whole: Whole) -> str:
    if len(whole.arms) > 3:
        return counted(len(whole.arms), "arm")
    first, *others = whole.arms
    return f"{listed(others)} against {first}" if others else first


def _under(whole: Whole) -> str:
    day = next((p.started for s in whole.sources for p in s.manifest.segments), None)
    names = ", ".join(source.name for source in whole.sources)
    return f"xlbench report of {names}{f', measured {day[:10]}' if day else ''}"


def _summary(whole: Whole) -> Markup:
    shown = [
        element("div", element("dt", tile.what), element("dd", tile.number))
        for tile in tiles(whole)
    ]
    parts = [element("dl", *shown, class_="tiles")]
    for name, sentences in (
        ("What was measured", measured(whole)),
        ("On what", machine(whole)),
        ("What stands out", findings(whole)),
    ):
        told = [element("li", sentence) for sentence in sentences]
        if told:
            parts += [element("h3", name), element("ul", *told)]
    return join(parts)
