"""Every language of every task by its latency and by its throughput."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.cell import OFFLINE, SINGLE_STREAM, Scenario
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.lanes import lanes
from xlbench.report.whole import Whole

_QUANTITIES: tuple[tuple[str, Scenario, str, str, str], ...] = (
    ("latency", SINGLE_STREAM, "latency_p50_ms", "p50 of one example, ms", "ms"),
    ("throughput", OFFLINE, "throughput_examples_per_s", "examples per second", "examples/s"),
)


def _draw(whole: Whole) -> Iterator[Figure]:
    for name, scenario, column, x_name, unit in _QUANTITIES:
        values: dict[tuple[str, str], dict[str, float]] = {}
        for cell in whole.of(scenario=scenario):
            value = cell.number(column)
            if value:
                values.setdefault((cell.task, cell.arm), {})[cell.language] = value
        if values:
            tasks = [task for task in whole.tasks if any(task == t for t, _ in values)]
            heading = f"{name.capitalize()}, {scenario}"
            title = f"{name.capitalize()} of every language, by task"
            drawn = lanes(title, x_name, unit, whole.arms, tasks, values, log=True)
            yield Figure(f"overview-{name}", heading, drawn)


KIND = Kind(
    "overview",
    "All tasks at a glance",
    "Each mark is a language; the ends of a lane are named; the axis is logarithmic. A wide lane "
    "is a task whose languages cost differently.",
    _draw,
    "There is no picture of all tasks: no cell has a latency or a throughput.",
)
