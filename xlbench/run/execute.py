"""One run from what is prepared to a finished result folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlbench.cell import ArmCell
from xlbench.results.manifest import Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import Result, summarised
from xlbench.run.arms import LiveArm
from xlbench.run.controller import Controller, Progress
from xlbench.run.manifest import begun, ended, new_folder, new_manifest, new_segment
from xlbench.run.prepare import Prepared
from xlbench.run.resume import Done, done, resumed_manifest
from xlbench.run.tally import Tally, decided
from xlbench.settings import Settings


def execute(
    prepared: Prepared, folder: Path, command: str, progress: Progress, resume: bool
) -> Result:
    """Measure, and write the result folder as it goes.

    Args:
        prepared: the run.
        folder: new, or with ``resume`` that of a run that was stopped.
        command: the command line, for the manifest.
        progress: told after each visit.
        resume: go on with what the folder holds.

    Raises:
        UserError: ``folder`` holds another run.
    """
    settings = prepared.settings
    cells = prepared.plan.cells(settings.scenarios)
    if resume:
        manifest, earlier = resumed_manifest(folder), done(folder, cells)
    else:
        new_folder(folder)
        manifest, earlier = new_manifest(prepared, cells), Done()
    manifest = begun(manifest, new_segment(command, earlier.visits))
    write_manifest(folder, manifest)
    arms = {arm.text: LiveArm(arm, settings.timeout_s) for arm in settings.arms}
    writer = PartWriter(folder)
    controller = Controller(
        settings,
        prepared.inputs,
        arms,
        writer,
        dict(earlier.tallies),
        earlier.spent_s,
        (earlier.visits, earlier.processes),
        earlier.processes_left(settings.processes),
        _Publishing(
            progress, lambda tallies: summarised(folder, manifest, _stopping(tallies, settings))
        ),
    )
    status: Status = "interrupted"
    try:
        controller.run()
        status = "finished"
    finally:
        workers = {text: arm.evidence() for text, arm in arms.items()}
        manifest = ended(manifest, prepared, status, workers)
        write_manifest(folder, manifest)
        writer.compact()
        result = summarised(folder, manifest, _stopping(controller.tallies, settings))
    return result


def _stopping(tallies: Mapping[ArmCell, Tally], settings: Settings) -> dict[ArmCell, str]:
    """Return why each measured cell was left alone."""
    return {
        key: "precision" if decided(key, tally, settings) else "budget"
        for key, tally in tallies.items()
        if tally.visits and not tally.failed
    }


@dataclass(frozen=True, slots=True)
class _Publishing:
    """Passes progress on, and has the cells written whenever a group is done."""

    progress: Progress
    publish: Callable[[dict[ArmCell, Tally]], Result]

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        self.progress.visited(key, settled, total, left_s)

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        self.publish(tallies)
