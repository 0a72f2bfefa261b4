"""A live comparison from what is prepared to a finished result folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from xlbench.cell import Cell
from xlbench.compare.controller import PairedController, PairProgress, Undecided
from xlbench.compare.record import Record
from xlbench.compare.start import shared_fork_server
from xlbench.errors import UserError
from xlbench.results.lock import locked
from xlbench.results.manifest import Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import Result, summarised
from xlbench.run.keeping import in_order, keeping
from xlbench.run.live_arm import LiveArm
from xlbench.run.manifest import begun, check_empty, ended, new_manifest, new_segment
from xlbench.run.prepare import Prepared, Warn
from xlbench.settings import Start


@dataclass(frozen=True, slots=True)
class Measured:
    """What a live comparison measured.

    Attributes:
        result: its result folder.
        cells: the cells that the first arm and any other have.
        record: log ratios, metrics and failures.
        pairs: pairs of processes.
        start: whether they were ``forked`` or ``fresh``.
        ended_by: ``decided`` or ``budget``.
    """

    result: Result
    cells: list[Cell]
    record: Record
    pairs: int
    start: Start
    ended_by: str

    def flags(self, *arms: str) -> dict[Cell, list[str]]:
        """Return the flags of these arms' rows, by cell."""
        flags: dict[Cell, set[str]] = {}
        for row in (row for row in self.result.cells if row["arm"] in arms):
            cell = Cell(row["task"], row["language"], row["scenario"])
            flags.setdefault(cell, set()).update(row["flags"] or ())
        return {cell: sorted(own) for cell, own in flags.items()}


def compare(
    prepared: Prepared,
    folder: Path,
    command: str,
    undecided: Undecided,
    cpus: tuple[int, ...] | None,
    display: PairProgress,
    warn: Warn,
) -> Measured:
    """Measure arms in turns and write the result folder as it goes.

    Args:
        prepared: a run of two arms or more; all are held against the first.
        folder: new.
        command: the command line, for the manifest.
        undecided: returns the cells that lack a verdict.
        cpus: processors for all workers; ``None``: all there are.
        display: told before each pair of processes.
        warn: told what the user should know of a worker's device.

    Raises:
        UserError: ``folder`` is not empty, is being written to or can't be, or an arm has no
            cell in common with the first.
        Interrupted: what was measured is kept.
    """
    settings = prepared.settings
    arms = tuple(
        LiveArm(arm, settings.timeout_s, warn=warn, waiting=display.waiting)
        for arm in settings.arms
    )
    fork_server = shared_fork_server(arms, settings.start)
    start: Start = "fresh" if fork_server is None else "forked"
    cells = prepared.plan.cells(settings.scenarios)
    with locked(folder):
        check_empty(folder)
        segment = replace(new_segment(command), pinned_to=cpus, workers_start=start)
        manifest = begun(new_manifest(prepared, cells, "compare"), segment)
        writer = PartWriter(folder, manifest.run_id)
        controller = PairedController(
            settings, prepared.inputs, arms, writer, undecided, cpus, display, fork_server
        )
        record = controller.record
        for other in record.others:
            if not record.cells[record.first] & record.cells[other]:
                raise UserError(f"{record.first} and {other} have no task and language in common")
        write_manifest(folder, manifest)

        def keep(status: Status) -> Result:
            workers = {arm.arm.text: arm.evidence() for arm in arms}
            made = 0 if fork_server is None else fork_server.made
            whole = ended(manifest, prepared, status, workers)
            last = replace(
                whole.segments[-1], ended_by=controller.ended_by or "interrupt", fork_servers=made
            )
            whole = replace(whole, segments=(last,))
            in_order(writer.flush, partial(write_manifest, folder, whole), writer.compact)
            return summarised(folder, whole, dict.fromkeys(cells, last.ended_by or ""))

        go_on = "A comparison can't be gone on with: start it again with a new --out"
        ended_by, result = keeping(controller.run, keep, go_on)
    return Measured(
        result, controller.cells, controller.record, controller.progress.pairs, start, ended_by
    )
