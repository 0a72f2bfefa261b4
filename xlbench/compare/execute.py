"""A live comparison from what is prepared to a finished result folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from xlbench.cell import Cell
from xlbench.compare.controller import PairedController, PairProgress, Undecided
from xlbench.compare.record import Record
from xlbench.compare.start import shared_fork_server
from xlbench.errors import UserError
from xlbench.results.manifest import Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import Result, summarised
from xlbench.run.arms import LiveArm
from xlbench.run.manifest import begun, ended, new_folder, new_manifest, new_segment
from xlbench.run.prepare import Prepared
from xlbench.settings import Start


@dataclass(frozen=True, slots=True)
class Measured:
    """What a live comparison measured.

    Attributes:
        result: its result folder.
        cells: the cells that both arms have.
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

    @property
    def flags(self) -> dict[Cell, list[str]]:
        """The flags of both arms' rows, by cell."""
        flags: dict[Cell, set[str]] = {}
        for row in self.result.cells:
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
) -> Measured:
    """Measure two arms in turns and write the result folder as it goes.

    Args:
        prepared: a run of two arms.
        folder: new.
        command: the command line, for the manifest.
        undecided: returns the cells that lack a verdict.
        cpus: processors for both workers; ``None``: all.
        display: told before each pair of processes.

    Raises:
        UserError: ``folder`` is not empty, or the arms have no cell in common.
    """
    settings = prepared.settings
    a, b = (LiveArm(arm, settings.timeout_s) for arm in settings.arms)
    fork_server = shared_fork_server(a, b, settings.start)
    start: Start = "fresh" if fork_server is None else "forked"
    cells = prepared.plan.cells(settings.scenarios)
    new_folder(folder)
    segment = replace(new_segment(command), pinned_to=cpus, workers_start=start)
    manifest = begun(new_manifest(prepared, cells, "compare"), segment)
    write_manifest(folder, manifest)
    writer = PartWriter(folder)
    controller = PairedController(
        settings, prepared.inputs, (a, b), writer, undecided, cpus, display, fork_server
    )
    if not controller.cells:
        raise UserError(f"{a.arm.text} and {b.arm.text} have no task and language in common")
    status: Status = "interrupted"
    ended_by = "interrupt"
    try:
        ended_by = controller.run()
        status = "finished"
    finally:
        workers = {arm.arm.text: arm.evidence() for arm in (a, b)}
        manifest = ended(manifest, prepared, status, workers)
        *_, segment = manifest.segments
        made = 0 if fork_server is None else fork_server.made
        segment = replace(segment, ended_by=ended_by, templates=made)
        manifest = replace(manifest, segments=(segment,))
        write_manifest(folder, manifest)
        writer.compact()
        result = summarised(folder, manifest, dict.fromkeys(cells, ended_by))
    return Measured(
        result, controller.cells, controller.record, controller.progress.pairs, start, ended_by
    )
