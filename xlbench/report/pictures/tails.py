"""The distribution of single cells: of each task the language with the longest tail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlbench.cell import SINGLE_STREAM
from xlbench.report.draw.frame import BOTTOM, LEFT, RIGHT, frame
from xlbench.report.draw.legend import legend
from xlbench.report.draw.scale import Scale, logarithmic
from xlbench.report.draw.scene import SERIES, WIDTH, Curve, Picture, picture, series_mark
from xlbench.report.numbers import counted, figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, title
from xlbench.report.pictures.samples import latencies
from xlbench.report.whole import Whole

MIN_SAMPLES = 20
"""Fewer have no tail to speak of."""

_HEIGHT = 170.0
_STEPS = 120
_MARKS = 10


def _draw(whole: Whole) -> Iterator[Figure]:
    every = latencies(whole)
    for task in whole.tasks:
        cells = {
            cell: values
            for cell, values in every.items()
            if (cell.task, cell.scenario) == (task, SINGLE_STREAM) and len(values) >= MIN_SAMPLES
        }
        if cells:
            code = max(cells, key=lambda cell: _tail(cells[cell])).language
            mine = {cell.arm: values for cell, values in cells.items() if cell.language == code}
            drawn = _picture(whole, task, code, mine)
            yield Figure(f"tail-{task}", f"{title(task)}, {english_name(code)}", drawn, task=task)


def _tail(values: np.ndarray) -> float:
    middle, high = np.quantile(values, (0.5, 0.95))
    return float(high / middle)


def _picture(whole: Whole, task: str, code: str, mine: Mapping[str, np.ndarray]) -> Picture:
    shapes, top = legend(whole.arms)
    bottom = top + _HEIGHT
    ends = [float(v) for values in mine.values() for v in (values[0], values[-1])]
    x = logarithmic(ends, LEFT, WIDTH - RIGHT)
    y = Scale(0.0, 1.0, bottom, top + 6)
    shapes += frame(x, y, "latency of one example, ms", "share of samples", y_text=_share)
    for series, arm in enumerate(whole.arms):
        if arm in mine:
            points = _steps(mine[arm], x, y)
            shapes.append(Curve(points, f"series{series % SERIES}", 1.5, dashed=series % 2 == 1))
            told = f"{arm}: {counted(len(mine[arm]), 'sample')}"
            for n in range(series % _MARKS, _STEPS, _STEPS // _MARKS):
                shapes.append(series_mark(*points[min(2 * n, len(points) - 1)], series, 3.0, told))
    told = "; ".join(
        f"{arm}: median {figures(float(np.median(values)))} ms, 95 % below "
        f"{figures(float(np.quantile(values, 0.95)))} ms"
        for arm, values in mine.items()
    )
    name = f"{title(task)}, {english_name(code)}: distribution of the samples"
    return picture(name, told, bottom + BOTTOM, shapes)


def _steps(values: np.ndarray, x: Scale, y: Scale) -> tuple[tuple[float, float], ...]:
    """The empirical distribution as steps, thinned out to ``_STEPS`` of them."""
    at = np.unique(np.linspace(0, len(values) - 1, _STEPS).round().astype(int))
    points = []
    below = 0.0
    for n in at:
        px = x.px(float(values[n]))
        points += [(px, y.px(below)), (px, y.px((n + 1) / len(values)))]
        below = (n + 1) / len(values)
    return tuple(points)


def _share(value: float) -> str:
    return f"{value:.0%}"


KIND = Kind(
    "tail",
    "Distribution of single cells",
    "Of each task the language with the longest tail (p95 over p50). A steep line is a steady "
    "cell; a step in it is a second mode; where two arms' lines lie on each other they take the "
    "same time in every part of the distribution.",
    _draw,
    "There is no picture of single cells: none has 20 samples.",
)
