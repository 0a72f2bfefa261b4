"""A live comparison from settings to a finished result folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.metrics.measure import Measure
from xlbench.results.manifest import Status, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.run.arms import LiveArm
from xlbench.run.manifest import begun, ended, new_folder, new_manifest, new_segment
from xlbench.run.paired import PairedController, PairProgress
from xlbench.run.prepare import Prepared
from xlbench.settings import Start
from xlbench.stats.observations import Observations
from xlbench.workers.template import Template, can_fork

NVIDIA = Path("/dev/nvidiactl")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a live comparison measured.

    Attributes:
        folder: its result folder.
        cells: the cells that both arms have.
        observations: log ratios B/A by pair of processes.
        measures: main metric by (arm text, cell).
        failed: cells that failed, and why.
        flags: of both arms' rows, by cell.
        pairs: pairs of processes.
        start: whether they were ``forked`` or ``fresh``.
        ended_by: ``decided`` or ``budget``.
    """

    folder: Path
    cells: list[Cell]
    observations: Observations
    measures: dict[tuple[str, Cell], Measure]
    failed: dict[Cell, str]
    flags: dict[Cell, list[str]]
    pairs: int
    start: Start
    ended_by: str


def compare(
    prepared: Prepared,
    folder: Path,
    command: str,
    undecided: Callable[[Observations, list[Cell]], set[Cell]],
    cpus: tuple[int, ...] | None,
    progress: PairProgress,
) -> Measured:
    """Measure two arms in turns and write the result folder as it goes.

    Args:
        prepared: a run of two arms.
        folder: new.
        command: the command line, for the manifest.
        undecided: returns the cells that lack a verdict.
        cpus: processors for both workers; ``None``: see ``default_cpus``.
        progress: told before each pair of processes.

    Raises:
        UserError: ``folder`` is not empty, or the arms have no cell in common.
    """
    settings = prepared.settings
    a, b = (LiveArm(arm, settings.timeout_s) for arm in settings.arms)
    template = shared_template(a, b, settings.start)
    start: Start = "fresh" if template is None else "forked"
    cells = prepared.plan.cells(settings.scenarios)
    new_folder(folder)
    pinned = (
        cpus if cpus is not None else default_cpus([arm.options.device for arm in settings.arms])
    )
    segment = replace(new_segment(command), pinned_to=pinned, workers_start=start)
    manifest = begun(new_manifest(prepared, cells, "compare"), segment)
    write_manifest(folder, manifest)
    controller: PairedController
    controller = PairedController(
        settings,
        prepared.inputs,
        (a, b),
        PartWriter(folder),
        lambda found: undecided(found, controller.cells),
        pinned,
        progress,
        template,
    )
    if not controller.cells:
        raise UserError(f"{a.arm.text} and {b.arm.text} have no task and language in common")
    status: Status = "interrupted"
    ended_by = "interrupt"
    try:
        ended_by = controller.run()
        status = "finished"
    finally:
        manifest = ended(
            manifest, prepared, status, {arm.arm.text: arm.evidence() for arm in (a, b)}
        )
        *_, segment = manifest.segments
        made = 0 if template is None else template.made
        segment = replace(segment, ended_by=ended_by, templates=made)
        manifest = replace(manifest, segments=(segment,))
        write_manifest(folder, manifest)
        PartWriter(folder).compact()
        result = summarised(folder, manifest, dict.fromkeys(cells, ended_by))
    flags: dict[Cell, list[str]] = {}
    for row in result.cells:
        cell = Cell(row["task"], row["language"], row["scenario"])
        flags[cell] = sorted({*flags.get(cell, []), *(row["flags"] or ())})
    return Measured(
        folder,
        controller.cells,
        controller.observations,
        controller.measures,
        controller.failed,
        flags,
        controller.pairs,
        start,
        ended_by,
    )


def shared_template(a: LiveArm, b: LiveArm, start: Start) -> Template | None:
    """Return what both arms' workers can be forked from; ``None``: each is a program of its own.

    Arms with an interpreter or environment of their own would need a template each, and what
    one template carries for its life would look like a difference of the arms. With CUDA no
    worker is forked: a driver that an import touched is of no use in a fork.

    Raises:
        UserError: forks were asked for and can't be had.
    """
    if start == "fresh":
        return None
    why = None
    if not can_fork():
        why = "this system has no process descriptors (Linux from 5.3)"
    elif any(map(on_gpu, (a.launch.device, b.launch.device))):
        why = "an arm runs on a GPU"
    elif not a.launch.alike(b.launch):
        why = "the arms differ in interpreter, environment or threads"
    if why is None:
        return Template(a.launch, a.timeout_s)
    if start == "forked":
        raise UserError(f"--start forked: {why}; use --start fresh")
    return None


def default_cpus(devices: Iterable[str]) -> tuple[int, ...] | None:
    """Return one processor for arms on the CPU, ``None`` (all) where a GPU does the work.

    Free to be scheduled anywhere, two equal workers differ by more from pair to pair of
    processes than their intervals explain; on one processor they do not.
    """
    if any(map(on_gpu, devices)):
        return None
    return (max(os.sched_getaffinity(0)),)


def on_gpu(device: str) -> bool:
    """Tell whether a worker for this ``--device`` runs, or may run, on a GPU."""
    return device.startswith("cuda") or (device == "auto" and NVIDIA.exists())
