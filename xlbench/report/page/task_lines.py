"""The tasks as a table: what each costs and what it scores, arm by arm."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from xlbench.cell import OFFLINE, SINGLE_STREAM
from xlbench.report.averages import headline_name
from xlbench.report.markup import Markup, element, join
from xlbench.report.numbers import DASH, digits, mib
from xlbench.report.page.table import Head, table
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS

_HEADS = (
    Head("task", text=True),
    Head("arm", text=True, choice=True),
    Head("languages"),
    Head("p50, fastest language"),
    Head("p50, median language"),
    Head("p50, slowest language"),
    Head("examples/s"),
    Head("peak MiB"),
    Head("average"),
    Head("English"),
    Head("others"),
    Head("gap"),
    Head("of", text=True),
)


def task_lines(whole: Whole) -> Markup:
    """Return the table and, below it, XTREME's groups and overall score of each arm."""
    scores = whole.averages()
    rows = [_row(whole, task, arm, scores[arm]) for task in whole.tasks for arm in whole.arms]
    caption = (
        "p50 single-stream, in ms; examples per second offline (median language); peak memory of "
        "any language; XTREME's averages over languages, gap: English minus the others"
    )
    told = [
        element("p", _groups(arm, found))
        for arm, found in scores.items()
        if found["groups"] and _any(found)
    ]
    return join([table("task-lines", caption, _HEADS, rows), *told])


def _row(whole: Whole, task: str, arm: str, scores: Mapping[str, Any]) -> list[str]:
    p50 = _known(whole, arm, task, "latency_p50_ms", SINGLE_STREAM)
    rates = _known(whole, arm, task, "throughput_examples_per_s", OFFLINE)
    peaks = [b for c in whole.of(arm, task) if (b := c.peak_bytes()) is not None]
    languages = {c.language for c in whole.of(arm, task)}
    found = scores["tasks"].get(task)
    names = ("average", "english", "others", "gap")
    return [
        TASKS[task].title,
        arm,
        f"{len(languages)} of {len(TASKS[task].languages)}",
        *(digits(f(p50) if p50 else None, 2) for f in (min, median, max)),
        digits(median(rates) if rates else None, 1),
        mib(max(peaks, default=None)),
        *(digits(found[name] if found else None, 1) for name in names),
        _of(task) if found and found["average"] is not None else DASH,
    ]


def _known(whole: Whole, arm: str, task: str, column: str, scenario: Any) -> list[float]:
    cells = whole.of(arm, task, scenario)
    return [value for cell in cells if (value := cell.number(column)) is not None]


def _of(task: str) -> str:
    return headline_name(TASKS[task])


def _any(found: Mapping[str, Any]) -> bool:
    return any(task["languages"] for task in found["tasks"].values())


def _groups(arm: str, found: Mapping[str, Any]) -> str:
    groups = [f"{name} {digits(value, 1)}" for name, value in found["groups"].items()]
    line = f"{arm}: XTREME's groups: {', '.join(groups)}; overall {digits(found['overall'], 1)}."
    if found["overall"] is None:
        line += " A group or the whole needs every language of all its tasks."
    return line
