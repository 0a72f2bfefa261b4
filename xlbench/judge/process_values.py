"""One log value for each process, cell and quantity, of two recorded arms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from xlbench.cell import Cell
from xlbench.results.by_process import ProcessSamples, Recorded
from xlbench.stats.groups import rows_by
from xlbench.stats.observations import Quantity
from xlbench.stats.paired import MIN_PAIRS
from xlbench.stats.percentiles import percentile

Side = Mapping[int, ProcessSamples]


def tables(
    a: Recorded, b: Recorded, cells: Sequence[Cell], quantity: Quantity, across: bool
) -> tuple[np.ndarray, np.ndarray, list[Cell]]:
    """Return log values of both sides, each ``(processes, cells)``, and the cells."""
    columns_a, columns_b, seen = [], [], []
    for cell in cells:
        x, y = _values(cell, quantity, a, b, across)
        if x and y:
            columns_a.append(x)
            columns_b.append(y)
            seen.append(cell)
    return _table(columns_a), _table(columns_b), seen


def _table(columns: Sequence[Mapping[int, float]]) -> np.ndarray:
    processes = sorted({p for column in columns for p in column})
    rows = [[column.get(p, np.nan) for column in columns] for p in processes]
    return np.array(rows).reshape(len(processes), len(columns))


def _values(
    cell: Cell, quantity: Quantity, a: Recorded, b: Recorded, across: bool
) -> tuple[dict[int, float], dict[int, float]]:
    sides = a.cells.get(cell, {}), b.cells.get(cell, {})
    same = a.plans[cell] == b.plans[cell]
    match quantity:
        case "memory":
            x, y = (
                {p: math.log(s.peak_memory_bytes) for p, s in side.items() if s.peak_memory_bytes}
                for side in sides
            )
            return x, y
        case "pass_time":
            offline = cell.scenario == "offline"
            found = _pass_times(*sides, same) if offline else ({}, {})
        case "latency_p95":
            found = _p95(sides[0]), _p95(sides[1])
        case "latency_p50":
            found = _typical(*sides, "latency_ns", same)
        case "end_to_end_p50":
            single = cell.scenario == "single-stream"
            found = _typical(*sides, "end_to_end_ns", same) if single else ({}, {})
    if across:
        found = _in_references(found[0], sides[0]), _in_references(found[1], sides[1])
    return found


def _in_references(values: Mapping[int, float], side: Side) -> dict[int, float]:
    return {
        p: v - math.log(reference)
        for p, v in values.items()
        if (reference := side[p].reference_ns) is not None
    }


def _p95(side: Side) -> dict[int, float]:
    found = {}
    for process, samples in side.items():
        p95 = percentile(samples.columns["latency_ns"], 0.95)  # type: ignore[arg-type]
        if p95 is not None:
            found[process] = math.log(p95.value)
    return found


def _typical(
    a: Side, b: Side, column: str, same: bool
) -> tuple[dict[int, float], dict[int, float]]:
    """Return each process's typical log time, freed of which batches it happened to run.

    A batch's own level is the mean over all processes of both sides of its median; a
    process's value is the median of what its samples lie above their batches' levels. Only
    batches that both sides ran count. Where the batches are not the same, plain medians.
    """
    if not same:
        return _medians(a, column), _medians(b, column)
    by_unit_a, by_unit_b = _all_by_unit(a, column), _all_by_unit(b, column)
    levels: dict[int, list[float]] = {unit: [] for unit in _units(a) & _units(b)}
    for by_unit in (*by_unit_a.values(), *by_unit_b.values()):
        for unit, values in by_unit.items():
            if unit in levels:
                levels[unit].append(float(np.median(values)))
    level_of = {unit: float(np.mean(v)) for unit, v in levels.items() if v}
    return _above(by_unit_a, level_of), _above(by_unit_b, level_of)


def _all_by_unit(side: Side, column: str) -> dict[int, dict[int, np.ndarray]]:
    return {process: _by_unit(samples, column) for process, samples in side.items()}


def _above(
    side: Mapping[int, Mapping[int, np.ndarray]], level_of: Mapping[int, float]
) -> dict[int, float]:
    found = {}
    for process, by_unit in side.items():
        above = [values - level_of[u] for u, values in by_unit.items() if u in level_of]
        joined = np.concatenate(above) if above else np.array([])
        if len(joined) >= MIN_PAIRS:
            found[process] = float(np.median(joined))
    return found


def _medians(side: Side, column: str) -> dict[int, float]:
    found = {}
    for process, samples in side.items():
        values = samples.columns[column]
        values = values[~np.isnan(values)]
        if len(values) >= MIN_PAIRS:
            found[process] = float(np.median(np.log(values)))
    return found


def _pass_times(a: Side, b: Side, same: bool) -> tuple[dict[int, float], dict[int, float]]:
    """Return each process's log time of a pass: the sum over batches of their medians."""
    found: list[dict[int, float]] = []
    common = _units(a) & _units(b) if same else None
    for side in (a, b):
        values = {}
        for process, samples in side.items():
            by_unit = _by_unit(samples, "latency_ns")
            wanted = common if common is not None else set(by_unit)
            if wanted and wanted <= set(by_unit):
                total = sum(float(np.exp(np.median(by_unit[u]))) for u in wanted)
                values[process] = math.log(total)
        found.append(values)
    return found[0], found[1]


def _units(side: Side) -> set[int]:
    return {int(u) for samples in side.values() for u in np.unique(samples.columns["unit"])}


def _by_unit(samples: ProcessSamples, column: str) -> dict[int, np.ndarray]:
    """Return log values by batch, nulls left out."""
    values, units = samples.columns[column], samples.columns["unit"]
    known = ~np.isnan(values)
    values = np.log(values[known])
    return {unit: values[rows] for unit, rows in rows_by(units[known]).items()}
