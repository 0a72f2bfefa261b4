"""XTREME's averages as tables and lines under the table of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from xlbench.tasks.catalogue import TASKS, Task

NOTHING = "–"


def average_tables(averages: Mapping[str, Any]) -> Iterator[Table | str]:
    """Yield a table of the tasks and a line of groups and overall score for each arm.

    Args:
        averages: as ``results.averages`` returns them.
    """
    for arm, found in averages.items():
        if not any(task["languages"] for task in found["tasks"].values()):
            yield f"{arm}: averages {NOTHING}, no cell has a metric"
            continue
        title = Text(f"{arm}: averages over languages; gap: English minus others")
        table = Table(title=title, title_justify="left", pad_edge=False)
        table.add_column("task", no_wrap=True)
        for name in ("languages", "average", "English", "others", "gap"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("of", no_wrap=True)
        for task, values in found["tasks"].items():
            table.add_row(*average_line(TASKS[task], values))
        yield table
        yield overall_line(found)


def average_line(task: Task, values: Mapping[str, Any]) -> list[str]:
    """Return a task's cells: title, languages, average, English, others, gap, what of."""
    there = len(values["languages"])
    numbers = [points(values[name]) for name in ("average", "english", "others", "gap")]
    return [task.title, f"{there} of {len(task.languages)}", *numbers, headline_name(task)]


def overall_line(found: Mapping[str, Any]) -> str:
    """Return the groups' scores and the overall one as a line."""
    groups = [f"{name} {points(value)}" for name, value in found["groups"].items()]
    line = f"XTREME's groups: {', '.join(groups)}; overall {points(found['overall'])}"
    if found["overall"] is None:
        line += " (a group or the whole needs every language of all its tasks)"
    return line


def headline_name(task: Task) -> str:
    """Return what a task's average is the average of."""
    return "mean of F1 and exact match" if task.kind == "question" else task.metric


def points(value: float | None) -> str:
    """Return percentage points to one digit."""
    return NOTHING if value is None else f"{value:.1f}"
