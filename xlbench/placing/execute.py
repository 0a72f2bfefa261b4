"""A run over many machines, from what is prepared to a finished result folder.

Machines measure units; this process alone writes the folder, a unit at a time: all rows of a unit
are there or none is. What a machine had begun when it was lost is measured again elsewhere.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from xlbench.cell import OFFLINE, ArmCell
from xlbench.placing.brought import Brought, Failure, Outcome
from xlbench.placing.dispatch import Cluster, Handle, Watch, dispatched
from xlbench.placing.unit import Unit, units_of
from xlbench.results.lock import locked
from xlbench.results.manifest import Manifest, PlacedUnit, Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import CELLS, Result, summarised
from xlbench.results.tables import read_table
from xlbench.run.keeping import in_order, keeping
from xlbench.run.manifest import begun, check_empty, ended, new_manifest, new_segment
from xlbench.run.prepare import Prepared
from xlbench.run.resume import Done, done, resumed_manifest
from xlbench.run.rows import Origin, Position, failed_row


def execute(
    prepared: Prepared,
    folder: Path,
    command: str,
    cluster: Callable[[Manifest], Cluster[Unit, Handle, Outcome]],
    watch: Watch,
    resume: bool,
) -> Result:
    """Have the units of a run measured, and write the result folder as they arrive.

    Args:
        prepared: the run.
        folder: new, or with ``resume`` that of a run that was stopped.
        command: the command line, for the manifest.
        cluster: makes what places units, from the run's manifest.
        watch: told how far it is.
        resume: go on with what the folder holds.

    Raises:
        UserError: ``folder`` holds another run, is being written to, or can't be.
        Interrupted: what arrived is kept.
    """
    with locked(folder):
        cells = prepared.plan.cells(prepared.settings.scenarios)
        if resume:
            manifest, earlier = resumed_manifest(folder, prepared), done(folder, cells)
        else:
            check_empty(folder)
            manifest, earlier = new_manifest(prepared, cells), Done()
        manifest = begun(manifest, new_segment(command, earlier.visits))
        write_manifest(folder, manifest)
        driver = _Driver(prepared, folder, manifest, earlier)
        units = units_of(prepared, _measured(earlier))

        def work() -> None:
            for unit, outcome in dispatched(units, cluster(manifest), watch):
                driver.take(unit, outcome)

        go_on = f"Go on with: xlbench run --resume --out {shlex.quote(str(folder))}"
        _, result = keeping(work, driver.keep, go_on)
        return result


def _measured(earlier: Done) -> set[ArmCell]:
    """The cells that need nothing more: failed ones are measured again."""
    return {
        key
        for key, tally in earlier.tallies.items()
        if tally.visits and (tally.predicted or key.scenario != OFFLINE)
    }


class _Driver:
    """Takes units as they arrive, and writes them down.

    Args:
        prepared: the run.
        folder: of its result.
        manifest: of the run that has begun.
        earlier: what earlier segments measured.
    """

    def __init__(self, prepared: Prepared, folder: Path, manifest: Manifest, earlier: Done) -> None:
        self._prepared, self._folder, self._manifest = prepared, folder, manifest
        self._writer = PartWriter(folder, manifest.run_id)
        self._next_visit, self._next_process = earlier.visits, earlier.processes
        self._stopping: dict[ArmCell, str] = _stopped_by(folder)
        self._placed: list[PlacedUnit] = []

    def take(self, unit: Unit, outcome: Outcome) -> None:
        """Write what became of a unit: its rows, all together, or why there are none."""
        if isinstance(outcome, Failure):
            self._fail(unit, outcome.error)
        else:
            self._put(outcome)
        self._publish()

    def _put(self, brought: Brought) -> None:
        placed = brought.placed
        number = partial(numbered, first_visit=self._next_visit, first_process=self._next_process)
        visits = number(brought.visits)
        for name in ("unit", "node", "machine"):
            visits = _filled(visits, name, getattr(placed, name))
        predictions = [number(table) for table in brought.predictions]
        self._writer.put(visits, number(brought.samples), predictions)
        self._next_visit = 1 + max(visits.column("visit").to_pylist())
        self._next_process = 1 + max(visits.column("process").to_pylist())
        self._stopping.update(brought.stopping)
        self._placed.append(placed)
        data = self._manifest.data
        skipped = {*data.cells_with_skipped_rows, *brought.cells_with_skipped_rows}
        self._manifest = replace(
            self._manifest,
            skipped_rows={**self._manifest.skipped_rows, **brought.skipped_rows},
            data=replace(data, cells_with_skipped_rows=tuple(sorted(skipped))),
        )

    def _fail(self, unit: Unit, error: str) -> None:
        spec = self._prepared.plan.specs[unit.arm.text, unit.task]
        rows = []
        for key in unit.cells:
            position = Position(self._next_visit, self._next_process, 0, 0, time.time_ns())
            rows.append(failed_row(key, position, Origin(spec.entry, spec.suite), error))
            self._next_visit += 1
        self._writer.add(visits=[{**row, "unit": unit.name} for row in rows])
        self._writer.flush()

    def keep(self, status: Status) -> Result:
        """Write how it ended."""
        skipped, cells = self._manifest.skipped_rows, self._manifest.data.cells_with_skipped_rows
        whole = ended(self._manifest, self._prepared, status, self._workers())
        # The rows were read where the units were measured.
        data = replace(whole.data, cells_with_skipped_rows=cells)
        self._manifest = self._told(replace(whole, skipped_rows=skipped, data=data))
        in_order(
            self._writer.flush,
            partial(write_manifest, self._folder, self._manifest),
            self._writer.compact,
        )
        return summarised(self._folder, self._manifest, self._stopping)

    def _publish(self) -> None:
        *earlier, last = self._manifest.segments
        segments = (*earlier, replace(last, workers=self._workers()))
        told = self._told(replace(self._manifest, segments=segments))
        write_manifest(self._folder, told)
        summarised(self._folder, told, self._stopping)

    def _told(self, manifest: Manifest) -> Manifest:
        *earlier, last = manifest.segments
        return replace(manifest, segments=(*earlier, replace(last, units=tuple(self._placed))))

    def _workers(self) -> Mapping[str, Mapping[str, object]]:
        return {placed.unit.rpartition(" ")[0]: placed.worker for placed in self._placed}


def numbered(table: pa.Table, first_visit: int, first_process: int) -> pa.Table:
    """Return rows of a unit, whose visits and processes begin with 0, as rows of the run."""
    for name, first in (("visit", first_visit), ("process", first_process)):
        if name in table.column_names:
            column = pa.array([n + first for n in table.column(name).to_pylist()], pa.int64())
            table = table.set_column(table.column_names.index(name), name, column)
    return table


def _filled(table: pa.Table, name: str, value: str) -> pa.Table:
    column = pa.array([value] * len(table), pa.string())
    return table.set_column(table.column_names.index(name), name, column)


def _stopped_by(folder: Path) -> dict[ArmCell, str]:
    """Why cells of earlier segments were left alone."""
    try:
        rows = read_table(folder / CELLS, "cells").to_pylist()
    except FileNotFoundError:
        return {}
    return {
        ArmCell(*(row[name] for name in ArmCell._fields)): row["stopped_by"]
        for row in rows
        if row["stopped_by"]
    }


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A display that shows nothing."""

    def units(self, progress: object) -> None:
        """Nobody looks on."""
