"""Accuracy against latency, the arms joined language by language, a picture a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from xlbench.cell import OFFLINE, SINGLE_STREAM, Cell
from xlbench.report.cells import Interval
from xlbench.report.draw.frame import BOTTOM, LEFT, RIGHT, frame
from xlbench.report.draw.labels import Rect, Wanted, place, without_label
from xlbench.report.draw.legend import legend
from xlbench.report.draw.scale import linear
from xlbench.report.draw.scene import SERIES, WIDTH, Line, Shape, picture, series_mark
from xlbench.report.draw.whisker import upright
from xlbench.report.metric_titles import METRIC_TITLES
from xlbench.report.numbers import figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, title
from xlbench.report.whole import Whole

_HEIGHT = 300.0
Points = Mapping[tuple[str, str], tuple[float, Interval]]


def _draw(whole: Whole) -> Iterator[Figure]:
    for task in whole.tasks:
        points = _points(whole, task)
        if points:
            yield _figure(whole, task, points)


def _points(whole: Whole, task: str) -> Points:
    """Latency and metric by language and arm, where both are known."""
    found = {}
    for cell in whole.of(task=task, scenario=OFFLINE):
        metric = cell.interval("metric_value")
        timed = whole.find(cell.arm, Cell(task, cell.language, SINGLE_STREAM))
        p50_ms = None if timed is None else timed.number("latency_p50_ms")
        if metric is not None and p50_ms is not None:
            found[cell.language, cell.arm] = (p50_ms, metric)
    return found


def _figure(whole: Whole, task: str, points: Points) -> Figure:
    name = next(n for c in whole.of(task=task) if (n := c.texts.get("metric_name")) is not None)
    metric = METRIC_TITLES.get(name, name)
    shapes, top = legend(whole.arms)
    bottom = top + _HEIGHT
    x = linear([p50 for p50, _ in points.values()], LEFT, WIDTH - RIGHT)
    y = linear(_reach([found for _, found in points.values()]), bottom, top + 6)
    shapes += frame(x, y, "p50 of one example, ms", f"{metric}, %")
    at = {key: (x.px(p50), y.px(found.value)) for key, (p50, found) in points.items()}
    marks: list[Shape] = []
    joined = []
    for code in dict.fromkeys(code for code, _ in points):
        mine = [(n, arm) for n, arm in enumerate(whole.arms) if (code, arm) in points]
        for (_, one), (_, other) in pairwise(mine):
            joined.append((*at[code, one], *at[code, other]))
        for series, arm in mine:
            p50, found = points[code, arm]
            shapes += upright(found, at[code, arm][0], y, f"series{series % SERIES}")
            told = (
                f"{arm}, {english_name(code)}: {figures(found.value)} % {metric}, {figures(p50)} ms"
            )
            marks.append(series_mark(*at[code, arm], series, 3.8, told))
    shapes += [Line(*ends, "soft", 1.0) for ends in joined]
    wanted = [Wanted(code, *at[code, arm]) for code, arm in _last_of_each(whole, points)]
    bounds = Rect(LEFT + 1, top, WIDTH - 1, bottom - 1)
    labels = place(wanted, list(at.values()), bounds, lines=joined)
    drawn = picture(
        f"{title(task)}: {metric} against latency",
        _described(whole, points, metric),
        bottom + BOTTOM,
        [*shapes, *marks, *labels.shapes],
    )
    return Figure(f"tradeoff-{task}", title(task), drawn, without_label(labels), task)


def _reach(metrics: Sequence[Interval]) -> list[float]:
    """All values, and the intervals as far as they do not press the values together."""
    values = [one.value for one in metrics]
    room = 0.5 * (max(values) - min(values)) + 1.0
    ends = [end for one in metrics for end in (one.lo, one.hi) if end is not None]
    near = [end for end in ends if min(values) - room <= end <= max(values) + room]
    return [*values, *near]


def _last_of_each(whole: Whole, points: Points) -> list[tuple[str, str]]:
    """A label stands at the last arm that has the language, where its line leads."""
    last = {code: arm for arm in whole.arms for code, its in points if its == arm}
    return list(last.items())


def _described(whole: Whole, points: Points, metric: str) -> str:
    told = []
    for code in dict.fromkeys(code for code, _ in points):
        mine = [points[code, arm] for arm in whole.arms if (code, arm) in points]
        told.append(
            f"{english_name(code)} "
            + " to ".join(f"{figures(found.value)} % at {figures(p50)} ms" for p50, found in mine)
        )
    return f"{metric} and latency, arm by arm: {'; '.join(told)}"


KIND = Kind(
    "tradeoff",
    "Accuracy against latency",
    "Better is up and to the left. A line joins the arms of one language: it shows what a change "
    "bought there and what it cost.",
    _draw,
    "There is no picture of accuracy against latency: no cell has a metric and a p50.",
)
