"""Verdicts on two recorded arms, from the spread between their processes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from xlbench.asked import EVERYTHING, Wanted
from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.judge.circumstances import differing
from xlbench.judge.comparison import NOTHING, CellComparison, Comparison, Uncompared
from xlbench.judge.estimates import Found, estimates
from xlbench.judge.metric_change import metric_change
from xlbench.judge.process_values import tables
from xlbench.judge.recorded_metric import recorded_measures
from xlbench.results import evidence
from xlbench.results.by_process import Recorded, only, recorded
from xlbench.results.result import Result
from xlbench.stats.effects import MIN_PROCESSES, Effect, difference, effects, overall
from xlbench.stats.observations import Quantity
from xlbench.stats.verdicts import ALPHA


def compare_recorded(
    result_a: Result,
    result_b: Result,
    margin: float,
    across_machines: bool = False,
    arms: tuple[str | None, str | None] = (None, None),
    wanted: Wanted = EVERYTHING,
    alpha: float = ALPHA,
) -> Comparison:
    """Return the comparison of two results, cell by cell.

    With fewer than three processes a side there is no telling what a process carried from
    what the arm costs: such cells are inconclusive, and a note says so.

    Args:
        result_a, result_b: of the same data.
        margin: largest share that counts as no difference.
        across_machines: accept different machines; times in units of the reference kernel.
        arms: which arm of each, where it holds several.
        wanted: the cells that are compared.
        alpha: probability of any wrong claim among the cells of a quantity.

    Raises:
        UserError: different machines or data, no cell in common, an arm and itself.
    """
    sides = zip((result_a, result_b), arms, strict=True)
    a, b = (only(recorded(result, arm), wanted) for result, arm in sides)
    if (result_a.manifest.run_id, a.arm) == (result_b.manifest.run_id, b.arm):
        raise UserError(
            f"{result_a.name} and {result_b.name}: both are the arm {a.arm} of the run "
            f"{result_a.manifest.run_id}, there is nothing to compare; name another result, or "
            "two arms of one as RESULT:ARM"
        )
    notes = [*_check_machines(a, b, across_machines), *_what_differs(a, b)]
    cells = [c for c in a.plans if c in b.plans]
    if not cells:
        raise UserError(f"{result_a.name} and {result_b.name} have no measured cell in common")
    _check_data(a, b, cells)
    fewest = min(len(side.cells[c]) for side in (a, b) for c in cells)
    if fewest < MIN_PROCESSES:
        notes.append(
            f"{fewest} process(es) a side can't separate what a process carries from "
            f"what the arm costs: no verdict with fewer than {MIN_PROCESSES}. Record "
            "both with `xlbench run --processes 5`"
        )
    shift = 0.0
    if not across_machines:
        shift, note = _shift(a, b)
        notes += note

    def find(quantity: Quantity, mine: Sequence[Cell]) -> Found:
        table_a, table_b, seen = tables(a, b, mine, quantity, across_machines)
        widen = 0.0 if quantity == "memory" else shift
        both = zip(effects(table_a), effects(table_b), strict=True)
        mean = _change(overall(table_a), overall(table_b), widen)
        return Found(seen, [_change(x, y, widen) for x, y in both], mean)

    made = estimates(cells, find, margin, alpha)
    broken = _broken(a, b)
    measures_a, measures_b = recorded_measures(a), recorded_measures(b)
    for cell in broken:
        made.overall.setdefault(cell.scenario, NOTHING)
        made.between_cells.setdefault(cell.scenario, None)
    compared = tuple(
        CellComparison(
            cell,
            made.cells[cell],
            metric_change(measures_a.get(cell), measures_b.get(cell)),
            tuple(sorted(a.flags[cell] | b.flags[cell])),
            a.errors.get(cell) or b.errors.get(cell),
        )
        for cell in cells
    )
    compared += tuple(CellComparison(cell, {}, None, error=error) for cell, error in broken.items())
    same = result_a.name == result_b.name
    return Comparison(
        f"{result_a.name}:{a.arm}" if same else result_a.name,
        f"{result_b.name}:{b.arm}" if same else result_b.name,
        margin,
        alpha,
        compared,
        made.overall,
        made.between_cells,
        tuple(notes),
        tuple(_uncompared(a, b, wanted, {*cells, *broken})),
    )


def _broken(a: Recorded, b: Recorded) -> dict[Cell, str]:
    """Return the cells that both tried and that at least one could not measure, and why."""
    tried = [c for c in (*a.plans, *a.errors) if c in b.plans or c in b.errors]
    return {
        c: a.errors.get(c) or b.errors[c] for c in tried if c not in a.plans or c not in b.plans
    }


def _uncompared(
    a: Recorded, b: Recorded, wanted: Wanted, compared: Collection[Cell]
) -> Iterator[Uncompared]:
    """Yield the cells of A that are not compared, in the order of its manifest."""
    of_b = {cell.cell for cell in b.result.manifest.cells if cell.arm == b.arm}
    for arm_cell in a.result.manifest.cells:
        cell = arm_cell.cell
        if arm_cell.arm != a.arm or cell not in wanted or cell in compared:
            continue
        if cell not in of_b:
            yield Uncompared(cell, f"{b.result.name} does not have the cell")
        elif cell in a.errors or cell in b.errors:
            side, errors = (a, a.errors) if cell in a.errors else (b, b.errors)
            yield Uncompared(cell, f"it failed in {side.result.name}: {errors[cell]}")
        else:
            side = b if cell in a.plans else a
            yield Uncompared(cell, f"{side.result.name} has no measurement of the cell")


def _check_machines(a: Recorded, b: Recorded, across: bool) -> list[str]:
    places_a, places_b = _places(a), _places(b)
    # Nodes of a cluster have other names in its next life.
    part = slice(None) if a.result.name == b.result.name else slice(1)
    mixed = next(
        (c for c in places_a if c in places_b and places_a[c][part] != places_b[c][part]), None
    )
    if mixed is not None and places_a[mixed][0] == places_b[mixed][0] and not across:
        raise UserError(
            f"{a.result.name}: {' '.join(mixed)} was measured on node {places_a[mixed][1]} for "
            f"{a.arm} and on {places_b[mixed][1]} for {b.arm}: their times can't be compared. "
            "Measure the pair on one machine (`xlbench compare A B --engine ray`), or pass "
            "--across-machines to compare in units of the reference kernel"
        )
    if mixed is not None and not across:
        raise UserError(
            f"{a.result.name} and {b.result.name} were measured on different machines "
            f"({_machine(a)}; {_machine(b)}): their times can't be compared. Measure both on one, "
            "or pass --across-machines to compare in units of the reference kernel"
        )
    if across:
        return [
            "times are in units of the reference kernel measured beside the cells: "
            f"{_machine(a)} against {_machine(b)}"
        ]
    return []


def _places(side: Recorded) -> dict[Cell, tuple[str, str | None]]:
    """The machine and the node that each cell was measured on."""
    return {
        Cell(row["task"], row["language"], row["scenario"]): (
            row.get("machine") or side.result.manifest.machine,
            row.get("node"),
        )
        for row in side.result.cells
        if row["arm"] == side.arm
    }


def _what_differs(a: Recorded, b: Recorded) -> list[str]:
    """Return a note that names what else than the measurement differs between the two."""
    tasks = dict.fromkeys(cell.task for cell in a.plans if cell in b.plans)
    told = differing((a.result.manifest, a.arm), (b.result.manifest, b.arm), tasks)
    return [f"what differs between the two besides the times: {'; '.join(told)}"] if told else []


def _machine(side: Recorded) -> str:
    manifest = side.result.manifest
    return f"{evidence.cpu_model(manifest.environment)}, {manifest.machine}"


def _check_data(a: Recorded, b: Recorded, cells: Sequence[Cell]) -> None:
    prints_a, prints_b = (s.result.manifest.data.fingerprints for s in (a, b))
    for task, language in dict.fromkeys(cell[:2] for cell in cells):
        name = f"{task}/{language}"
        if prints_a.get(name) != prints_b.get(name):
            raise UserError(
                f"{name}: {a.result.name} and {b.result.name} were measured on different data; "
                "run both on the same --data"
            )
    for cell in cells:
        of_a, of_b = a.plans[cell].n_examples, b.plans[cell].n_examples
        if of_a != of_b:
            raise UserError(
                f"{' '.join(cell)}: {of_a} examples in {a.result.name}, {of_b} in "
                f"{b.result.name}; run both with the same --limit"
            )


def _shift(a: Recorded, b: Recorded) -> tuple[float, list[str]]:
    """Return the log ratio by which the machine itself moved between the two runs."""
    logs = []
    for side in (a, b):
        known = [p.reference_ns for c in side.cells.values() for p in c.values() if p.reference_ns]
        if not known:
            return 0.0, [
                "no reference kernel was recorded: a change of the machine between the "
                "runs would show as a change of the arm"
            ]
        logs.append(float(np.median(np.log(known))))
    shift = logs[1] - logs[0]
    text = (
        f"the machine's reference kernel moved by {math.expm1(shift):+.1%} between the runs; "
        "the intervals of times are widened by that"
    )
    return shift, [text] if abs(shift) > 0.002 else []


def _change(a: Effect | None, b: Effect | None, shift: float) -> Effect | None:
    """Return ``b - a``, its standard error widened by ``shift``."""
    if a is None or b is None:
        return None
    effect = difference(a, b)
    return replace(effect, se=math.hypot(effect.se, shift)) if shift else effect
