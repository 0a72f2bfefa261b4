"""Which plots a result has: for each task, what a language's tokens do to its latency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbench.report.markup import Markup, element
from xlbench.report.scatter import SERIES, Point, Series, scatter
from xlbench.results.schema import Row
from xlbench.tasks.catalogue import TASKS

_X = {
    "tokens_relative_to_english": "tokens relative to English",
    "tokens_per_word": "tokens per word",
    "tokens_per_char": "tokens per character",
}
_Y = {"single-stream": "latency p50, ms", "offline": "latency p50 of a batch, ms"}


def plots(rows: Sequence[Row]) -> Markup | None:
    """Return the plots of all tasks with at least two languages; ``None`` without any."""
    figures = [
        figure
        for task in dict.fromkeys(row["task"] for row in rows)
        for figure in _figure(task, [row for row in rows if row["task"] == task])
    ]
    return element("div", *figures, class_="plots") if figures else None


def _figure(task: str, rows: Sequence[Row]) -> Iterator[Markup]:
    """Yield the plot with the first pair of quantities that two languages have."""
    for scenario, y_name in _Y.items():
        own = [row for row in rows if row["scenario"] == scenario]
        for column, x_name in _X.items():
            series = [
                Series(arm, tuple(_points([r for r in own if r["arm"] == arm], column)))
                for arm in dict.fromkeys(row["arm"] for row in own)
            ]
            if len({point.label for one in series for point in one.points}) >= 2:
                title = f"{TASKS[task].title}, {scenario}: {y_name} by {x_name}"
                drawn = scatter(title, x_name, y_name, series)
                yield element("figure", drawn, element("figcaption", title, *_key(series)))
                return


def _points(rows: Sequence[Row], column: str) -> Iterator[Point]:
    for row in rows:
        x, y = row.get(column), row["latency_p50_ms"]
        if x is not None and y is not None:
            yield Point(row["language"], x, y, row["latency_p50_lo_ms"], row["latency_p50_hi_ms"])


def _key(series: Sequence[Series]) -> Iterator[Markup]:
    for number, one in enumerate(series):
        yield element("span", f" ● {one.name}", class_=f"key{number % SERIES}")
