"""A recorded arm as one value for each quantity, cell and worker process.

What a process carries for its life can be told from what the arm costs only between
processes; so everything that is compared later is first brought down to one value for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.results.folder import read_manifest, sample_columns
from xlbench.results.parts import read


@dataclass(frozen=True, slots=True)
class ProcessSamples:
    """The samples of one cell in one process: columns by name, float64, NaN for null."""

    columns: Mapping[str, np.ndarray]
    peak_memory_bytes: float | None
    reference_ns: float | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One arm of a result folder.

    Attributes:
        folder: where it is recorded.
        arm: its text.
        manifest: of the run.
        cells: samples by cell and process.
        plans: what identifies a cell's batches.
        flags: of the cell's visits.
        errors: of cells whose last visit failed.
    """

    folder: Path
    arm: str
    manifest: dict[str, Any]
    cells: dict[Cell, dict[int, ProcessSamples]]
    plans: dict[Cell, tuple[Any, ...]]
    flags: dict[Cell, set[str]]
    errors: dict[Cell, str]


def recorded(folder: Path, arm: str | None = None) -> Recorded:
    """Read one arm of a result folder.

    Args:
        folder: the result folder.
        arm: which arm; may be left out where there is one.

    Raises:
        UserError: it is no result folder, or the arm is not clear.
    """
    manifest = read_manifest(folder)
    arms = list(dict.fromkeys(cell[0] for cell in manifest["cells"]))
    if arm is None:
        if len(arms) != 1:
            raise UserError(
                f"{folder}: holds the arms {', '.join(arms)}; say with --arm which one is meant"
            )
        arm = arms[0]
    if arm not in arms:
        raise UserError(f"{folder}: has no arm {arm!r}; it holds {', '.join(arms)}")
    columns = sample_columns(folder)
    order = np.argsort(columns["visit"], kind="stable")
    visit_numbers = columns["visit"][order]
    found = Recorded(folder, arm, manifest, {}, {}, {}, {})
    groups: dict[tuple[Cell, int], list[dict[str, Any]]] = {}
    for visit in read(folder, "visits").to_pylist():
        if visit["arm"] != arm:
            continue
        cell = Cell(visit["task"], visit["language"], visit["scenario"])
        found.flags.setdefault(cell, set()).update(visit["flags"] or ())
        if visit["status"] != "ok":
            found.errors[cell] = visit["error"] or "failed"
            continue
        found.errors.pop(cell, None)
        found.plans[cell] = _plan(visit)
        groups.setdefault((cell, visit["process"]), []).append(visit)
    for (cell, process), all_visits in groups.items():
        # Before batches were halved for want of memory they were other batches.
        visits = [v for v in all_visits if _plan(v) == found.plans[cell]]
        if not visits:
            continue
        parts = [
            order[slice(*np.searchsorted(visit_numbers, [v["visit"], v["visit"] + 1]))]
            for v in visits
        ]
        index = np.concatenate(parts)
        found.cells.setdefault(cell, {})[process] = ProcessSamples(
            {name: values[index] for name, values in columns.items()},
            _largest(visits),
            _middle(visits, "reference_ns"),
        )
    return found


def _plan(visit: dict[str, Any]) -> tuple[Any, ...]:
    return visit["n_examples"], visit["n_batches"], visit["padded_tokens"]


def _largest(visits: list[dict[str, Any]]) -> float | None:
    """Peak of device memory where there is a device, else resident memory of the host."""
    for name in ("peak_vram_allocated_bytes", "peak_rss_bytes"):
        known = [v[name] for v in visits if v[name]]
        if known:
            return float(max(known))
    return None


def _middle(visits: list[dict[str, Any]], name: str) -> float | None:
    known = [v[name] for v in visits if v[name]]
    return float(np.median(known)) if known else None
