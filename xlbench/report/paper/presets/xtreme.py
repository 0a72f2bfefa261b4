"""XTREME's own table: an arm a row, the average first, then the tasks in their groups.

Hu et al. 2020 (arXiv 2003.11080), Table 2; question answering as F1 / EM. A group has its
average as the leaderboard shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlbench.report.paper.grid import NOTHING, Block, Column, Entry, Grid, Row
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.suites import XTREME

_GROUP_TITLES = {
    "classification": "Pair sentence",
    "tagging": "Structured prediction",
    "qa": "Question answering",
    "retrieval": "Sentence retrieval",
}
_GROUPS = {
    group: [task for task in XTREME.tasks if task in members]
    for group, members in XTREME.groups.items()
}
_METRICS = {"accuracy": "Acc.", "f1": "F1", "exact_match": "EM"}
_FEWER = "†"


def xtreme(whole: Whole) -> Grid:
    """Return the table; an average over fewer languages than XTREME's is marked."""
    scores = whole.averages()
    rows = tuple(Row(arm, tuple(_entries(scores[arm]))) for arm in whole.arms)
    return Grid(
        "XTREME: averages over languages, in percent",
        "arm",
        tuple(_columns()),
        (Block("", rows),),
        tuple(_notes(whole, rows)),
    )


def _columns() -> Iterator[Column]:
    yield Column("", "Avg.")
    for group, tasks in _GROUPS.items():
        for task in tasks:
            yield Column(_GROUP_TITLES[group], f"{TASKS[task].title} ({_metric(task)})")
        yield Column(_GROUP_TITLES[group], "avg.")


def _metric(task: str) -> str:
    return " / ".join(_METRICS[name] for name in TASKS[task].headline)


def _entries(scores: Mapping[str, Any]) -> Iterator[Entry]:
    yield Entry(scores["overall"])
    for group, tasks in _GROUPS.items():
        for task in tasks:
            yield _task(task, scores["tasks"].get(task))
        yield Entry(scores["groups"].get(group))


def _task(task: str, found: Mapping[str, Any] | None) -> Entry:
    if found is None or found["average"] is None:
        return NOTHING
    mark = _FEWER if found["missing"] else ""
    first, *others = (found["metrics"][name] for name in TASKS[task].headline)
    return Entry(first, second=others[0] if others else None, mark=mark)


def _notes(whole: Whole, rows: tuple[Row, ...]) -> Iterator[str]:
    yield "Avg.: mean of the nine tasks, question answering as the mean of F1 and EM."
    yield "A group's average and the whole need every language of all their tasks."
    if any(entry.mark for row in rows for entry in row.entries):
        yield f"{_FEWER} over fewer languages than XTREME has for the task."
    yield from whole.notes
