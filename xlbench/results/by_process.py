"""A recorded arm as one value for each quantity, cell and worker process.

What a process carries for its life can be told from what the arm costs only between
processes; so everything that is compared later is first brought down to one value for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from xlbench.asked import Wanted
from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.results.result import Result
from xlbench.results.schema import Row


class Batches(NamedTuple):
    """What tells whether two passes over a cell were the same work."""

    n_examples: int | None
    n_batches: int | None
    padded_tokens: int | None


@dataclass(frozen=True, slots=True)
class ProcessSamples:
    """The samples of one cell in one process: columns by name, float64, NaN for null."""

    columns: Mapping[str, np.ndarray]
    peak_memory_bytes: float | None
    reference_ns: float | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One arm of a result.

    Attributes:
        result: where it is recorded.
        arm: its text.
        cells: samples by cell and process.
        plans: what identifies a cell's batches.
        flags: of the cell's visits.
        errors: of cells whose last visit failed.
    """

    result: Result
    arm: str
    cells: dict[Cell, dict[int, ProcessSamples]]
    plans: dict[Cell, Batches]
    flags: dict[Cell, set[str]]
    errors: dict[Cell, str]


def only(recorded: Recorded, wanted: Wanted) -> Recorded:
    """Return the cells that are wanted, and nothing of the others.

    Raises:
        UserError: there are none.
    """
    known = {*recorded.plans, *recorded.errors}
    kept = {cell for cell in known if cell in wanted}
    if not kept:
        there = (",".join(sorted({cell[place] for cell in known})) or "nothing" for place in (0, 1))
        tasks, languages = there
        raise UserError(
            f"{wanted}: {recorded.result.name} has no such cell of {recorded.arm}; it has the "
            f"tasks {tasks} in {languages}"
        )
    return replace(
        recorded,
        cells={c: v for c, v in recorded.cells.items() if c in kept},
        plans={c: v for c, v in recorded.plans.items() if c in kept},
        flags={c: v for c, v in recorded.flags.items() if c in kept},
        errors={c: v for c, v in recorded.errors.items() if c in kept},
    )


def recorded(result: Result, arm: str | None = None) -> Recorded:
    """Return one arm of a result.

    Args:
        result: the result.
        arm: which arm; may be left out where there is one.

    Raises:
        UserError: the arm is not clear.
    """
    arm = only_arm(result, arm)
    columns = result.samples
    order = np.argsort(columns["visit"], kind="stable")
    visit_numbers = columns["visit"][order]
    one = Recorded(result, arm, {}, {}, {}, {})
    groups: dict[tuple[Cell, int], list[Row]] = {}
    for visit in result.visits:
        if visit["arm"] != arm:
            continue
        cell = Cell(visit["task"], visit["language"], visit["scenario"])
        one.flags.setdefault(cell, set()).update(visit["flags"] or ())
        if visit["status"] != "ok":
            one.errors[cell] = visit["error"] or "failed"
            continue
        one.errors.pop(cell, None)
        one.plans[cell] = _batches(visit)
        groups.setdefault((cell, visit["process"]), []).append(visit)
    for (cell, process), all_visits in groups.items():
        # Before batches were halved for want of memory they were other batches.
        visits = [v for v in all_visits if _batches(v) == one.plans[cell]]
        if not visits:
            continue
        parts = [
            order[slice(*np.searchsorted(visit_numbers, [v["visit"], v["visit"] + 1]))]
            for v in visits
        ]
        index = np.concatenate(parts)
        one.cells.setdefault(cell, {})[process] = ProcessSamples(
            {name: values[index] for name, values in columns.items()},
            _largest(visits),
            _middle(visits, "reference_ns"),
        )
    return one


def only_arm(result: Result, arm: str | None) -> str:
    """Return the arm that is meant: the one named, or the only one.

    Raises:
        UserError: the result has no such arm, or several and none was named.
    """
    arms = result.manifest.arms
    if arm is None and len(arms) != 1:
        raise UserError(
            f"{result.name}: holds the arms {', '.join(arms)}; say with --arm which one is meant"
        )
    chosen = arms[0] if arm is None else arm
    if chosen not in arms:
        raise UserError(f"{result.name}: has no arm {chosen!r}; it holds {', '.join(arms)}")
    return chosen


def _batches(visit: Row) -> Batches:
    return Batches(visit["n_examples"], visit["n_batches"], visit["padded_tokens"])


def _largest(visits: list[Row]) -> float | None:
    """Peak of device memory where there is a device, else resident memory of the host."""
    for name in ("peak_vram_allocated_bytes", "peak_rss_bytes"):
        known = [v[name] for v in visits if v[name]]
        if known:
            return float(max(known))
    return None


def _middle(visits: list[Row], name: str) -> float | None:
    known = [v[name] for v in visits if v[name]]
    return float(np.median(known)) if known else None
