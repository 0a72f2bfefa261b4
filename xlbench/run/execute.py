"""One run from what is prepared to a finished result folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlbench.cell import ArmCell
from xlbench.results.lock import locked
from xlbench.results.manifest import Manifest, Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import Result, summarised
from xlbench.run.controller import Controller, Progress
from xlbench.run.keeping import in_order, keeping
from xlbench.run.live_arm import LiveArm
from xlbench.run.manifest import begun, check_empty, ended, new_manifest, new_segment
from xlbench.run.prepare import Prepared, Warn
from xlbench.run.resume import Done, check_worker, done, resumed_manifest
from xlbench.run.tally import Tally, decided
from xlbench.settings import Settings


def execute(
    prepared: Prepared,
    folder: Path,
    command: str,
    progress: Progress,
    resume: bool,
    warn: Warn,
) -> Result:
    """Measure, and write the result folder as it goes.

    Args:
        prepared: the run.
        folder: new, or with ``resume`` that of a run that was stopped.
        command: the command line, for the manifest.
        progress: told after each visit.
        resume: go on with what the folder holds.
        warn: told what the user should know of a worker's device.

    Raises:
        UserError: ``folder`` holds another run, is being written to, or can't be.
        Interrupted: what was measured is kept.
    """
    with locked(folder):
        cells = prepared.plan.cells(prepared.settings.scenarios)
        if resume:
            manifest, earlier = resumed_manifest(folder, prepared), done(folder, cells)
        else:
            check_empty(folder)
            manifest, earlier = new_manifest(prepared, cells), Done()
        return _run(prepared, folder, command, progress, manifest, earlier, warn)


def _run(
    prepared: Prepared,
    folder: Path,
    command: str,
    progress: Progress,
    before: Manifest,
    earlier: Done,
    warn: Warn,
) -> Result:
    settings = prepared.settings
    manifest = begun(before, new_segment(command, earlier.visits))
    write_manifest(folder, manifest)
    arms = {
        arm.text: LiveArm(
            arm,
            settings.timeout_s,
            check=partial(check_worker, folder, before, arm.text),
            warn=warn,
            waiting=progress.waiting,
        )
        for arm in settings.arms
    }
    writer = PartWriter(folder, manifest.run_id)

    def publish(tallies: Mapping[ArmCell, Tally]) -> Result:
        return summarised(folder, manifest, _stopping(tallies, settings))

    controller = Controller(
        settings,
        prepared.inputs,
        arms,
        writer,
        earlier,
        _Publishing(progress, publish),
    )

    def keep(status: Status) -> Result:
        nonlocal manifest
        workers = {text: arm.evidence() for text, arm in arms.items()}
        manifest = ended(manifest, prepared, status, workers)
        in_order(writer.flush, partial(write_manifest, folder, manifest), writer.compact)
        return publish(controller.tallies)

    go_on = f"Go on with: xlbench run --resume --out {shlex.quote(str(folder))}"
    _, result = keeping(controller.run, keep, go_on)
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

    def takes(self, least_s: float) -> None:
        self.progress.takes(least_s)

    def visiting(self, key: ArmCell) -> None:
        self.progress.visiting(key)

    def waiting(self) -> None:
        self.progress.waiting()

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        self.progress.visited(key, settled, total, left_s)

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        self.publish(tallies)
