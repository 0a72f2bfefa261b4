"""Flags and failures: what each means, and which cells failed and why."""

from __future__ import annotations

from collections import Counter

from xlbench.flags import sentence
from xlbench.report.markup import Markup, element, join
from xlbench.report.numbers import counted
from xlbench.report.page.cell_lines import place
from xlbench.report.page.table import Head, table
from xlbench.report.whole import Whole


def flags(whole: Whole) -> Markup:
    """Return each flag with how often it occurs and what it means, then the failures."""
    counts = Counter(flag for cell in whole.cells for flag in cell.flags)
    items = [
        join(
            [
                element("dt", element("code", flag), f" {count} of {len(whole.cells)}"),
                element("dd", sentence(flag)),
            ]
        )
        for flag, count in counts.most_common()
    ]
    told = element("dl", *items) if items else element("p", "No cell carries a flag.")
    return join([told, _failures(whole)])


def _failures(whole: Whole) -> Markup:
    failed = [cell for cell in whole.cells if cell.status == "failed"]
    if not failed:
        return element("p", "No cell failed.")
    rows = [
        [place(c.task, c.language), c.arm, c.scenario, " ".join(c.texts.get("error", "").split())]
        for c in failed
    ]
    heads = [Head(name, text=True) for name in ("task and language", "arm", "scenario", "error")]
    caption = f"{counted(len(failed), 'cell')} failed"
    return table("failures", caption, heads, rows, range(len(rows)))
