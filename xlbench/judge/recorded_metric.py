"""A recorded cell's main metric, from the statistics stored with its predictions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from xlbench.cell import Cell
from xlbench.metrics.combine import combination
from xlbench.metrics.measure import Measure
from xlbench.results.by_process import Recorded
from xlbench.results.folder import read_cells
from xlbench.results.parts import read


def recorded_measure(side: Recorded, cell: Cell) -> Measure | None:
    """Return the measure; ``None`` where the cell has no metric, or none that can be paired."""
    name = _names(side.folder).get((side.arm, *cell))
    rows = _rows(side.folder).get((side.arm, cell.task, cell.language))
    if name is None or not rows:
        return None
    ids = tuple(row["id"] for row in rows)
    statistics = np.array([row["statistics"] for row in rows], dtype=np.float64)
    return Measure(name, ids, statistics, combination(name, statistics.shape[1]))


@lru_cache(maxsize=8)
def _names(folder: Path) -> dict[tuple[str, ...], str]:
    return {
        (r["arm"], r["task"], r["language"], r["scenario"]): r["metric_name"]
        for r in read_cells(folder)
        if r["metric_name"]
    }


@lru_cache(maxsize=8)
def _rows(folder: Path) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    table = read(folder, "predictions", ["arm", "task", "language", "id", "statistics"])
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        if row["statistics"] is not None:
            found.setdefault((row["arm"], row["task"], row["language"]), []).append(row)
    return found
