"""Latency language by language as bars with intervals, a picture a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbench.cell import SCENARIOS, Scenario
from xlbench.report.cells import Interval
from xlbench.report.draw.frame import x_axis
from xlbench.report.draw.legend import legend
from xlbench.report.draw.rows import Rows
from xlbench.report.draw.scale import Scale
from xlbench.report.draw.scene import SERIES, Box, Picture, Shape, picture, series_mark
from xlbench.report.draw.whisker import whisker
from xlbench.report.numbers import figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, language, title
from xlbench.report.whole import Whole

Values = dict[tuple[str, str], Interval]
_BEYOND = 1.6
"""An interval that reaches further than this times the longest bar is cut, with an arrow: one
that could not be bounded would press all bars together."""


def _draw(whole: Whole) -> Iterator[Figure]:
    for task in whole.tasks:
        for scenario in SCENARIOS:
            values = _values(whole, task, scenario)
            if values:
                what = "one example" if scenario == SCENARIOS[0] else "a batch"
                drawn = _bars(whole, task, values, f"p50 of {what}, ms")
                yield Figure(f"bars-{task}", title(task), drawn, task=task)
                break


def _values(whole: Whole, task: str, scenario: Scenario) -> Values:
    return {
        (cell.arm, cell.language): found
        for cell in whole.of(task=task, scenario=scenario)
        if (found := cell.interval("latency_p50_ms")) is not None
    }


def _bars(whole: Whole, task: str, values: Values, x_name: str) -> Picture:
    codes = sorted({code for _, code in values}, key=lambda code: -_longest(values, code))
    shapes, top = legend(whole.arms)
    rows = Rows([language(code) for code in codes], len(whole.arms), top + 2, lane=8.0)
    longest = max(found.value for found in values.values())
    reach = max(found.hi or found.value for found in values.values())
    x = Scale(0.0, min(reach, _BEYOND * longest) * 1.03, rows.left, rows.right)
    shapes += [*x_axis(x, rows.top, rows.bottom, x_name), *rows.labels()]
    for row, code in enumerate(codes):
        for lane, arm in enumerate(whole.arms):
            if (arm, code) in values:
                told = f"{arm}, {english_name(code)}: {_told(values[arm, code])}"
                shapes += _bar(values[arm, code], x, rows.y(row, lane), lane, told)
    first = [(c, values[whole.arms[0], c]) for c in codes if (whole.arms[0], c) in values]
    told = ", ".join(f"{english_name(c)} {figures(found.value)}" for c, found in first)
    return picture(
        f"{title(task)}: latency by language",
        f"{x_name}, {whole.arms[0]}: {told}",
        rows.bottom + 34,
        shapes,
    )


def _longest(values: Values, code: str) -> float:
    """The first arm that has the language decides the order."""
    return next(found.value for (_, its), found in values.items() if its == code)


def _bar(found: Interval, x: Scale, y: float, lane: int, told: str) -> Sequence[Shape]:
    role, tip = f"series{lane % SERIES}", x.px(found.value)
    return (
        Box(x.first_px, y - 2.5, tip - x.first_px, 5.0, role, faint=True, told=told),
        *whisker(found, x, y, role),
        series_mark(tip, y, lane, 3.2, told),
    )


def _told(found: Interval) -> str:
    if found.lo is None:
        return f"{figures(found.value)} ms"
    return f"{figures(found.value)} ms [{figures(found.lo)}, {figures(found.hi)}]"


KIND = Kind(
    "bars",
    "Latency by language",
    "The slowest language of the first arm on top. The line through a bar's tip is the 95 % "
    "interval of the p50; an arrow says that it reaches further.",
    _draw,
    "There are no bars: no cell has a p50, for which at least six samples are needed.",
)
