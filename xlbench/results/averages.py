"""The metrics of a run's cells as XTREME sums them up: tasks, groups, overall, transfer gap."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xlbench.results.schema import Row
from xlbench.tasks.averages import (
    TaskAverage,
    group_scores,
    headline,
    overall_score,
    task_average,
    transfer_gap,
)
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.suites import XTREME
from xlbench.tasks.task import Task

Scores = Mapping[str, Mapping[str, float]]


def averages(rows: Sequence[Row]) -> dict[str, Any]:
    """Return for each arm its averages, JSON-ready; what can't be said is ``None``.

    An arm has ``overall``, ``groups`` and ``tasks``. A task that was measured has ``average``
    (what enters the overall score: the mean of F1 and exact match for question answering,
    else the main metric), ``english``, ``others`` (its mean over the other languages) and
    ``gap`` (the difference), all of the same number; ``metrics`` and ``gaps`` of each metric
    by itself; ``languages`` with a score and ``missing``, those of XTREME without.

    Args:
        rows: of the ``cells`` table.
    """
    arms = dict.fromkeys(row["arm"] for row in rows)
    return {arm: _arm([row for row in rows if row["arm"] == arm]) for arm in arms}


def _arm(rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, TaskAverage] = {}
    tasks: dict[str, Any] = {}
    for name in dict.fromkeys(row["task"] for row in rows):
        task = TASKS[name]
        scores = _scores([row for row in rows if row["task"] == name])
        average = task_average(task, scores)
        if average is not None:
            found[name] = average
        tasks[name] = _task(task, scores, average)
    groups = group_scores(XTREME, found)
    return {
        "overall": overall_score(XTREME, found),
        "groups": {group: groups.get(group) for group in _groups(tasks)},
        "tasks": tasks,
    }


def _groups(tasks: Mapping[str, Any]) -> list[str]:
    return [group for group, members in XTREME.groups.items() if set(members) & set(tasks)]


def _scores(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    scores: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["metric_value"] is not None:
            named = json.loads(row["metrics_json"] or "{}")
            # Folders of schema version 1 and 2 have the JSON rounded, the main metric not.
            known = named | {row["metric_name"]: row["metric_value"]}
            # A cell that another version scored by other metrics has no part in an average.
            if all(metric in known for metric in TASKS[row["task"]].headline):
                scores[row["language"]] = known
    return scores


def _task(task: Task, scores: Scores, average: TaskAverage | None) -> dict[str, Any]:
    if average is None:
        empty = dict.fromkeys(("average", "english", "others", "gap"))
        return {
            **empty,
            "metrics": {},
            "gaps": {},
            "languages": [],
            "missing": list(task.languages),
        }
    each = {code: headline(task, scores[code]) for code in average.languages}
    others = [value for code, value in each.items() if code != "en"]
    return {
        "average": average.headline,
        "english": each.get("en"),
        "others": sum(others) / len(others) if others else None,
        "gap": transfer_gap(each),
        "metrics": average.metrics,
        "gaps": {
            metric: transfer_gap({code: scores[code][metric] for code in average.languages})
            for metric in average.metrics
        },
        "languages": list(average.languages),
        "missing": list(average.missing),
    }
