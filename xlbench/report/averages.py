"""XTREME's averages as tables and lines under the table of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from xlbench.report.fitted import Column, Fitted
from xlbench.report.paragraph import paragraph
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task

NOTHING = "–"
_COLUMNS = (
    Column("task", right=False),
    Column("languages", 2),
    Column("average"),
    Column("English"),
    Column("others"),
    Column("gap"),
    Column("of", 1, right=False),
)
_TITLES = {"f1": "F1", "exact_match": "exact match"}


def average_lines(averages: Mapping[str, Any], width: int) -> Iterator[Text]:
    """Yield a table of the tasks and a line of groups and overall score for each arm.

    Args:
        averages: as ``results.averages`` returns them.
        width: columns of the terminal.
    """
    for arm, found in averages.items():
        yield Text()
        if not any(task["languages"] for task in found["tasks"].values()):
            yield from paragraph(f"{arm}: averages {NOTHING}, no cell has a metric", width)
            continue
        title = f"{arm}: averages over languages; gap: English minus others"
        yield from paragraph(title, width, "bold")
        tasks = found["tasks"].items()
        rows = [average_line(TASKS[task], values) for task, values in tasks]
        yield from Fitted(_COLUMNS, rows).lines(width)
        # Of tasks that XTREME has not there is no group.
        if found["groups"]:
            yield from paragraph(overall_line(found), width)


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
    names = [_TITLES.get(name, name) for name in task.headline]
    return f"mean of {' and '.join(names)}" if len(names) > 1 else task.metric


def points(value: float | None) -> str:
    """Return percentage points to one digit."""
    return NOTHING if value is None else f"{value:.1f}"
