"""Verdicts on two recorded arms, from the spread between their processes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlbench.errors import UserError
from xlbench.judge.comparison import NOTHING, CellComparison, Comparison, Estimate, between
from xlbench.judge.metric_change import metric_change
from xlbench.judge.recorded_metric import recorded_measure
from xlbench.results.by_process import ProcessSamples, Recorded, recorded
from xlbench.stats.effects import MIN_PROCESSES, Effect, difference, effects, overall
from xlbench.stats.observations import QUANTITIES, Cell, Quantity
from xlbench.stats.paired import MIN_PAIRS
from xlbench.stats.percentiles import percentile
from xlbench.stats.verdicts import ALPHA, verdicts

Side = Mapping[int, ProcessSamples]


def compare_recorded(
    folder_a: Path, folder_b: Path, margin: float, across_machines: bool = False,
    arm: str | None = None, alpha: float = ALPHA,
) -> Comparison:  # fmt: skip
    """Return the comparison of two result folders, cell by cell.

    With fewer than three processes a side there is no telling what a process carried from
    what the arm costs: such cells are inconclusive, and a note says so.

    Args:
        folder_a, folder_b: result folders of the same data.
        margin: largest share that counts as no difference.
        across_machines: accept different machines; times in units of the reference kernel.
        arm: which arm, where a folder holds several.
        alpha: probability of any wrong claim among the cells of a quantity.

    Raises:
        UserError: not result folders, different machines or data, no cell in common.
    """
    a, b = recorded(folder_a, arm), recorded(folder_b, arm)
    notes = _check_machines(a, b, across_machines)
    cells = [c for c in a.plans if c in b.plans]
    if not cells:
        raise UserError(f"{folder_a} and {folder_b} have no measured cell in common")
    _check_data(a, b, cells)
    fewest = min(len(side.cells[c]) for side in (a, b) for c in cells)
    if fewest < MIN_PROCESSES:
        notes.append(f"{fewest} process(es) a side can't separate what a process carries from "
                     f"what the arm costs: no verdict with fewer than {MIN_PROCESSES}. Record "
                     "both with `xlbench run --processes 5`")  # fmt: skip
    shift = 0.0
    if not across_machines:
        shift, note = _shift(a, b)
        notes += note
    estimates: dict[Cell, dict[Quantity, Estimate]] = {cell: {} for cell in cells}
    whole: dict[str, Estimate] = {}
    spread: dict[str, float | None] = {}
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        mine = [cell for cell in cells if cell.scenario == scenario]
        for quantity in QUANTITIES:
            table_a, table_b, seen = _tables(a, b, mine, quantity, across_machines)
            if not seen:
                continue
            widen = 0.0 if quantity == "memory" else shift
            found = [
                None if x is None or y is None else _widened(difference(x, y), widen)
                for x, y in zip(effects(table_a), effects(table_b), strict=True)
            ]
            made = verdicts(found, margin, alpha)
            for cell, effect, verdict in zip(seen, found, made, strict=True):
                estimates[cell][quantity] = Estimate(effect, verdict)
            if quantity == mine[0].main:
                x, y = overall(table_a), overall(table_b)
                mean = None if x is None or y is None else _widened(difference(x, y), widen)
                whole[scenario] = Estimate(mean, verdicts([mean], margin, alpha)[0])
                spread[scenario] = between(found)
    broken = _broken(a, b)
    for cell in broken:
        whole.setdefault(cell.scenario, NOTHING)
        spread.setdefault(cell.scenario, None)
    compared = tuple(
        CellComparison(
            cell, estimates[cell],
            metric_change(recorded_measure(a, cell), recorded_measure(b, cell)),
            tuple(sorted(a.flags[cell] | b.flags[cell])),
            a.errors.get(cell) or b.errors.get(cell),
        )
        for cell in cells
    )  # fmt: skip
    compared += tuple(CellComparison(cell, {}, None, error=error) for cell, error in broken.items())
    return Comparison(
        str(folder_a), str(folder_b), margin, alpha, compared, whole, spread, tuple(notes)
    )


def _broken(a: Recorded, b: Recorded) -> dict[Cell, str]:
    """Return the cells that both tried and that at least one could not measure, and why."""
    tried = [c for c in (*a.plans, *a.errors) if c in b.plans or c in b.errors]
    return {
        c: a.errors.get(c) or b.errors[c] for c in tried if c not in a.plans or c not in b.plans
    }


def _check_machines(a: Recorded, b: Recorded, across: bool) -> list[str]:
    same = a.manifest["machine"] == b.manifest["machine"]
    if not same and not across:
        raise UserError(
            f"{a.folder} and {b.folder} were measured on different machines "
            f"({_machine(a)}; {_machine(b)}): their times can't be compared. Measure both on one, "
            "or pass --across-machines to compare in units of the reference kernel"
        )
    if across:
        return ["times are in units of the reference kernel measured beside the cells: "
                f"{_machine(a)} against {_machine(b)}"]  # fmt: skip
    return []


def _machine(side: Recorded) -> str:
    facts = side.manifest["environment"]
    return f"{facts.get('cpu_model') or 'unknown processor'}, {side.manifest['machine']}"


def _check_data(a: Recorded, b: Recorded, cells: Sequence[Cell]) -> None:
    prints_a, prints_b = (s.manifest["data"]["fingerprints"] for s in (a, b))
    for task, language in dict.fromkeys(cell[:2] for cell in cells):
        name = f"{task}/{language}"
        if prints_a.get(name) != prints_b.get(name):
            raise UserError(f"{name}: {a.folder} and {b.folder} were measured on different data; "
                            "run both on the same --data")  # fmt: skip
    for cell in cells:
        if a.plans[cell][0] != b.plans[cell][0]:
            raise UserError(f"{' '.join(cell)}: {a.plans[cell][0]} examples in {a.folder}, "
                            f"{b.plans[cell][0]} in {b.folder}; run both with the same "
                            "--limit")  # fmt: skip


def _shift(a: Recorded, b: Recorded) -> tuple[float, list[str]]:
    """Return the log ratio by which the machine itself moved between the two runs."""
    logs = []
    for side in (a, b):
        known = [p.reference_ns for c in side.cells.values() for p in c.values() if p.reference_ns]
        if not known:
            return 0.0, ["no reference kernel was recorded: a change of the machine between the "
                         "runs would show as a change of the arm"]  # fmt: skip
        logs.append(float(np.median(np.log(known))))
    shift = logs[1] - logs[0]
    text = (f"the machine's reference kernel moved by {math.expm1(shift):+.1%} between the runs; "
            "the intervals of times are widened by that")  # fmt: skip
    return shift, [text] if abs(shift) > 0.002 else []


def _widened(effect: Effect, shift: float) -> Effect:
    return replace(effect, se=math.hypot(effect.se, shift)) if shift else effect


def _tables(
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
    common = sorted(_units(a) & _units(b))
    if not common:
        return {}, {}
    level_of = dict.fromkeys(common, 0.0)
    levels: dict[float, list[float]] = {unit: [] for unit in common}
    for samples in (*a.values(), *b.values()):
        for unit, values in _by_unit(samples, column).items():
            if unit in levels and len(values):
                levels[unit].append(float(np.median(values)))
    level_of = {unit: float(np.mean(v)) for unit, v in levels.items() if v}
    return _above(a, column, level_of), _above(b, column, level_of)


def _above(side: Side, column: str, level_of: Mapping[float, float]) -> dict[int, float]:
    found = {}
    for process, samples in side.items():
        above = [
            values - level_of[unit]
            for unit, values in _by_unit(samples, column).items()
            if unit in level_of
        ]
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


def _units(side: Side) -> set[float]:
    return {float(u) for samples in side.values() for u in np.unique(samples.columns["unit"])}


def _by_unit(samples: ProcessSamples, column: str) -> dict[float, np.ndarray]:
    """Return log values by batch, nulls left out."""
    values, units = samples.columns[column], samples.columns["unit"]
    known = ~np.isnan(values)
    values, units = np.log(values[known]), units[known]
    order = np.argsort(units, kind="stable")
    edges = np.flatnonzero(np.diff(units[order])) + 1
    return {float(units[part[0]]): values[part] for part in np.split(order, edges) if len(part)}
