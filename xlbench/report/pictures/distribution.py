"""How the samples of each cell are spread, language by language, a picture a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlbench.cell import SINGLE_STREAM, ArmCell
from xlbench.report.draw.frame import x_axis
from xlbench.report.draw.legend import legend
from xlbench.report.draw.rows import Rows
from xlbench.report.draw.scale import Scale, logarithmic
from xlbench.report.draw.scene import SERIES, Box, Line, Picture, Shape, picture, series_mark
from xlbench.report.numbers import counted, figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, language, title
from xlbench.report.pictures.samples import latencies
from xlbench.report.whole import Whole

MIN_SAMPLES = 6
"""Fewer have no quartiles worth the name."""

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _draw(whole: Whole) -> Iterator[Figure]:
    every = latencies(whole)
    for task in whole.tasks:
        values = {
            cell: found
            for cell, found in every.items()
            if (cell.task, cell.scenario) == (task, SINGLE_STREAM) and len(found) >= MIN_SAMPLES
        }
        if values:
            drawn = _picture(whole, task, values)
            yield Figure(f"spread-{task}", title(task), drawn, task=task)


def _picture(whole: Whole, task: str, values: Mapping[ArmCell, np.ndarray]) -> Picture:
    spread = {cell: np.quantile(found, _SHARES) for cell, found in values.items()}
    medians = {
        cell.language: found[2]
        for arm in reversed(whole.arms)
        for cell, found in spread.items()
        if cell.arm == arm
    }
    codes = sorted(medians, key=lambda code: -medians[code])
    shapes, top = legend(whole.arms)
    rows = Rows([language(code) for code in codes], len(whole.arms), top + 2, lane=8.0)
    ends = [float(found[n]) for found in spread.values() for n in (0, -1)]
    x = logarithmic(ends, rows.left, rows.right)
    shapes += [*x_axis(x, rows.top, rows.bottom, "latency of one example, ms"), *rows.labels()]
    for row, code in enumerate(codes):
        for lane, arm in enumerate(whole.arms):
            cell = ArmCell(arm, task, code, SINGLE_STREAM)
            if cell in spread:
                told = (
                    f"{arm}, {english_name(code)}: median {figures(spread[cell][2])} ms, 90 % from "
                    f"{figures(spread[cell][0])} to {figures(spread[cell][4])} ms, "
                    f"{counted(len(values[cell]), 'sample')}"
                )
                shapes += _strip(spread[cell], x, rows.y(row, lane), lane, told)
    told = ", ".join(f"{english_name(code)} {figures(medians[code])}" for code in codes)
    return picture(
        f"{title(task)}: spread of the samples",
        f"Median latency of one example in ms: {told}",
        rows.bottom + 34,
        shapes,
    )


def _strip(found: np.ndarray, x: Scale, y: float, lane: int, told: str) -> list[Shape]:
    low, first, middle, third, high = map(x.px, map(float, found))
    role = f"series{lane % SERIES}"
    return [
        Line(low, y, high, y, role),
        Box(first, y - 3, max(third - first, 1.0), 6.0, role, faint=True, told=told),
        series_mark(middle, y, lane, 3.0, told),
    ]


KIND = Kind(
    "spread",
    "Spread of the samples",
    "The mark is the median of a cell's samples, the box holds half of them, the line nine "
    "tenths. Examples of a cell differ in length, so a wide box need not be noise.",
    _draw,
    "There is no picture of the samples: the folders hold none, or fewer than six a cell.",
)
