"""What a comparison found: the ratio B/A of each language with its interval and verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, isfinite, log

import numpy as np

from xlbench.cell import SINGLE_STREAM, Scenario
from xlbench.report.compared import Compared, ComparedCell
from xlbench.report.draw.frame import x_axis
from xlbench.report.draw.rows import Rows
from xlbench.report.draw.scale import Scale
from xlbench.report.draw.scene import Box, Line, Mark, Picture, Shape, picture
from xlbench.report.draw.whisker import whisker
from xlbench.report.numbers import digits
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, language, title
from xlbench.report.whole import Whole

_SIGNS = {
    "slower": (2, "series1", False),
    "faster": (4, "series2", False),
    "equivalent": (0, "series0", False),
    "inconclusive": (3, "soft", True),
}
"""Shape, colour, hollow: up where latency goes up."""

_REACH = 3.0
"""The axis reaches this many margins to each side at least."""


def _draw(whole: Whole) -> Iterator[Figure]:
    for number, compared in enumerate(whole.comparisons, 1):
        for task in whole.tasks:
            for scenario in whole.scenarios:
                cells = {
                    cell.language: found
                    for cell, found in compared.cells.items()
                    if (cell.task, cell.scenario) == (task, scenario)
                    and found.main.interval is not None
                }
                if cells:
                    name = f"ratio-{number}-{task}-{scenario}"
                    heading = f"{title(task)}, {scenario}"
                    drawn = _picture(compared, task, scenario, cells)
                    yield Figure(name, heading, drawn, task=task)


def _what(scenario: Scenario) -> str:
    return "p50" if scenario == SINGLE_STREAM else "time of a pass"


def _arms(compared: Compared) -> str:
    return f"{compared.b} over {compared.a}"


def _picture(
    compared: Compared, task: str, scenario: Scenario, cells: Mapping[str, ComparedCell]
) -> Picture:
    codes = sorted(cells, key=lambda code: -_ratio(cells[code]))
    rows = Rows([language(code) for code in codes], 1, 10.0, lane=11.0)
    x = _axis(compared, cells, rows)
    low, high = x.px(1 / (1 + compared.margin)), x.px(1 + compared.margin)
    shapes: list[Shape] = [
        Box(low, rows.top, high - low, rows.bottom - rows.top, "grid", faint=True),
        *x_axis(x, rows.top, rows.bottom, f"{_what(scenario)}, {compared.b} / {compared.a}"),
        *rows.labels(),
        Line(x.px(1.0), rows.top, x.px(1.0), rows.bottom, "soft"),
    ]
    for row, code in enumerate(codes):
        shapes += _line(cells[code], x, rows.y(row), english_name(code))
    told = ", ".join(
        f"{english_name(code)} {digits(_ratio(cells[code]), 3)} {cells[code].main.verdict}"
        for code in codes
    )
    name = f"{title(task)}, {scenario}: {_arms(compared)}"
    return picture(name, f"Ratio and verdict: {told}", rows.bottom + 34, shapes)


def _ratio(cell: ComparedCell) -> float:
    return 1.0 if cell.main.interval is None else cell.main.interval.value


def _axis(compared: Compared, cells: Mapping[str, ComparedCell], rows: Rows) -> Scale:
    """Hold every ratio, three quarters of the intervals, and the margin well within.

    A comparison that was cut short has intervals that would press all others together.
    """
    known = [found.main.interval for found in cells.values() if found.main.interval is not None]
    reach = [abs(log(end)) for one in known for end in (one.lo, one.hi) if end and isfinite(end)]
    far = max(
        _REACH * log(1 + compared.margin),
        1.1 * max(abs(log(one.value)) for one in known),
        1.1 * float(np.quantile(reach, 0.75)) if reach else 0.0,
    )
    return Scale(exp(-far), exp(far), rows.left, rows.right, log=True)


def _line(cell: ComparedCell, x: Scale, y: float, name: str) -> list[Shape]:
    found, verdict = cell.main.interval, cell.main.verdict
    if found is None:
        return []
    shape, role, hollow = _SIGNS[verdict]
    ends = f"[{digits(found.lo, 3)}, {digits(found.hi, 3)}]"
    told = f"{name}: {digits(found.value, 3)} {ends}, {verdict}"
    mark = Mark(x.px(found.value), y, shape, role, hollow, 3.8, told)
    return [*whisker(found, x, y, role), mark]


KIND = Kind(
    "ratio",
    "Verdicts, language by language",
    "The ratio of the second arm to the first with its 95 % interval. The shaded band is the "
    "margin: within it the two are equivalent. A triangle up is proven slower, down proven "
    "faster, a filled circle proven equivalent, a hollow square not decided.",
    _draw,
    "There are no verdicts: none of the folders is one of `xlbench compare`.",
)
