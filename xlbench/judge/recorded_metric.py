"""The main metrics of a recorded arm, from the statistics stored with its predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.metrics.measure import Measure
from xlbench.results.by_process import Recorded
from xlbench.results.result import Result
from xlbench.results.schema import Row
from xlbench.tasks.catalogue import TASKS

_COLUMNS = ("arm", "task", "language", "visit", "id", "statistics")


def recorded_measures(side: Recorded) -> Mapping[Cell, Measure]:
    """Return the measure of each cell that has a metric whose parts were stored.

    Raises:
        UserError: the statistics are not those of the metric.
    """
    return _measures(side.result, side.arm)[side.arm]


def measures_of(result: Result) -> Mapping[str, Mapping[Cell, Measure]]:
    """Return the same of every arm.

    Raises:
        UserError: the statistics are not those of the metric.
    """
    return _measures(result, None)


def _measures(result: Result, arm: str | None) -> dict[str, dict[Cell, Measure]]:
    statistics = _statistics(result, arm)
    measures: dict[str, dict[Cell, Measure]] = {} if arm is None else {arm: {}}
    for row in result.cells:
        cell = Cell(row["task"], row["language"], row["scenario"])
        stored = statistics.get((row["arm"], cell.task, cell.language))
        if row["metric_name"] and stored:
            made = _measure(result.name, cell, row["metric_name"], stored)
            measures.setdefault(row["arm"], {})[cell] = made
    return measures


def _measure(result: str, cell: Cell, name: str, stored: Sequence[Row]) -> Measure:
    task = TASKS.get(cell.task)
    try:
        if task is None or task.metric != name:
            raise KeyError(name)
        statistics = np.array([row["statistics"] for row in stored], dtype=np.float64)
        task.kind.combine(statistics)
    except (ValueError, IndexError, KeyError):
        raise UserError(
            f"{result}: the predictions of {' '.join(cell)} hold no statistics of "
            f"{name!r} that this xlbench knows; measure the cell again"
        ) from None
    return Measure(name, tuple(row["id"] for row in stored), statistics, task.kind.combine)


def _statistics(result: Result, arm: str | None) -> dict[tuple[str, str, str], list[Row]]:
    """Return the rows of each cell's first pass: a pass that was made again predicted the same.

    Args:
        result: whose predictions.
        arm: whose; ``None``: of all arms.
    """
    rows: list[dict[str, Any]] = result.columns("predictions", _COLUMNS).to_pylist()
    own = [r for r in rows if arm in (None, r["arm"]) and r["statistics"] is not None]
    first: dict[tuple[str, str, str], int] = {}
    for row in own:
        key = row["arm"], row["task"], row["language"]
        first[key] = min(row["visit"], first.get(key, row["visit"]))
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in own:
        key = row["arm"], row["task"], row["language"]
        if row["visit"] == first[key]:
            found.setdefault(key, []).append(row)
    return found
