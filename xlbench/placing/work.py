"""One unit, measured where it was placed: a run of its own, in a folder of its own.

What is returned is the whole unit. Where the machine is lost before that, nothing of it was
written anywhere that counts.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlbench.cell import ArmCell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.placing.brought import Brought
from xlbench.placing.cores import exclusive, pinned
from xlbench.placing.silent import Silent
from xlbench.placing.unit import Unit
from xlbench.results.manifest import PlacedUnit
from xlbench.results.parts import parts, read
from xlbench.results.result import Result
from xlbench.results.tables import read_table
from xlbench.run.execute import execute
from xlbench.run.manifest import fingerprints
from xlbench.run.prepare import prepare
from xlbench.settings import Settings
from xlbench.version import __version__


@dataclass(frozen=True, slots=True)
class Order:
    """What a machine is told to measure.

    Attributes:
        unit: which cells.
        settings: of the whole run.
        fingerprints: of the data of each cell, by ``TASK/LANGUAGE``: what it must find.
        processors: how many it is to have to itself.
        folder: that paths begin at.
        version: of the program that asks.
    """

    unit: Unit
    settings: Settings
    fingerprints: Mapping[str, str]
    processors: int
    folder: str = field(default_factory=os.getcwd)
    version: str = __version__


def measure(order: Order, node: str) -> Brought:
    """Measure a unit on processors of its own.

    Args:
        order: what to measure.
        node: what the cluster calls this machine.

    Raises:
        UserError: something that is needed is not here, or is not the same.
    """
    cpus = order.unit.arm.options.cpus
    allowed = sorted(os.sched_getaffinity(0)) if cpus is None else sorted(cpus)
    with (
        exclusive(order.processors, allowed) as own,
        pinned(own),
        tempfile.TemporaryDirectory(prefix="xlbench-unit-") as folder,
    ):
        return _measured(order, node, own, Path(folder) / "unit")


def own_settings(order: Order) -> Settings:
    """Return the settings of the unit's own run."""
    unit, settings = order.unit, order.settings
    arm = unit.arm
    if arm.options.device.startswith("cuda"):
        # Whoever placed the unit hides all GPUs but its own.
        arm = replace(arm, options=replace(arm.options, device="cuda:0"))
    return replace(
        settings,
        arms=(arm,),
        tasks=(unit.task,),
        languages=unit.languages,
        scenarios=unit.scenarios,
        budget_s=unit.budget_s,
        engine="local",
    )


def _measured(order: Order, node: str, cpus: Sequence[int], folder: Path) -> Brought:
    settings = own_settings(order)
    extra = None if settings.checkpoints is None else Path(settings.checkpoints)
    prepared = prepare(settings, load_catalogue(extra), lambda warning: None)
    for name, digest in fingerprints(prepared).items():
        if digest != order.fingerprints.get(name):
            raise UserError(
                f"the data of {name} in {prepared.source.root} are not those of the run: give all "
                "machines the same files"
            )
    result = execute(
        prepared, folder, f"unit {order.unit.name}", Silent(), False, lambda warning: None
    )
    return brought(order.unit, result, node, tuple(cpus))


def brought(unit: Unit, result: Result, node: str, cpus: tuple[int, ...]) -> Brought:
    """Return what a finished run of a unit brought."""
    manifest, folder = result.manifest, result.folder
    segment = manifest.segments[-1]
    rows = result.cells
    return Brought(
        PlacedUnit(
            unit=unit.name,
            node=node,
            host=platform.node(),
            machine=manifest.machine,
            device=next((row["device"] for row in rows if row["device"]), None),
            cpus=cpus,
            started=segment.started,
            ended=segment.ended,
            facts=segment.host,
            worker=manifest.worker(unit.arm.text),
        ),
        read(folder, "visits"),
        read(folder, "samples"),
        tuple(read_table(part.path, "predictions") for part in parts(folder, "predictions")),
        {
            ArmCell(*(row[name] for name in ArmCell._fields)): row["stopped_by"]
            for row in rows
            if row["stopped_by"]
        },
        manifest.skipped_rows,
        manifest.data.cells_with_skipped_rows,
    )
