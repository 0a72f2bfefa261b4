"""``run.json``: what was asked for, of what, where and when, as one value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from xlbench.cell import ArmCell
from xlbench.checkpoints.identity import Identity
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.results.codec import FLAT, decode, encode, unfit
from xlbench.results.files import write_json
from xlbench.results.schema import VERSION
from xlbench.settings import Settings
from xlbench.tasks.catalogue import TASKS

MANIFEST = "run.json"

Facts = Mapping[str, Any]
"""What a host or a worker tells of itself by name: evidence, kept as it was told."""

Status = Literal["running", "interrupted", "finished"]
Kind = Literal["run", "compare"]


class LeftOut(NamedTuple):
    """A task that an arm was not measured on, and why."""

    arm: str
    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsedCheckpoint:
    """A checkpoint as one arm uses it for one task.

    Attributes:
        identity: what it is, whatever its folder is called; ``None`` in a manifest of an
            earlier version.
    """

    arm: str
    spec: CheckpointSpec = field(metadata=FLAT)
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class UsedData:
    """The data of a run.

    Attributes:
        kind: what kind of source it is.
        root: folder or repository.
        layouts: what was found for each task, in words.
        fingerprints: SHA-256 of the files of each cell, by ``TASK/LANGUAGE``.
        missing: languages that were asked for and have no data, by task.
        cells_with_skipped_rows: ``TASK/LANGUAGE`` of cells with rows left out.
    """

    kind: str
    root: str
    layouts: Mapping[str, str] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cells_with_skipped_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """Where a unit of a run over many machines was measured.

    Attributes:
        unit: its name: arm and task.
        node: what the cluster calls the machine.
        host: what the machine calls itself.
        machine: identity of its hardware.
        device: that was used.
        cpus: processors that it had to itself.
        started, ended: UTC, ISO 8601.
        facts: the machine's state.
        worker: what the worker said of itself.
    """

    unit: str
    node: str
    host: str
    machine: str
    device: str | None
    cpus: tuple[int, ...]
    started: str
    ended: str | None = None
    facts: Facts = field(default_factory=dict)
    worker: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of measuring: from the start of the run, or from a resume, to its end.

    Attributes:
        command: the command line.
        started, ended: UTC, ISO 8601; ``ended`` is ``None`` where it was killed.
        first_visit: number of its first visit.
        host, host_at_end: the machine's state.
        workers: what each arm's newest worker says of itself, by the arm's text.
        pinned_to: comparisons: processors that both workers were moved to.
        workers_start: comparisons: whether workers were ``forked`` or ``fresh``.
        fork_servers: comparisons: processes that workers were forked from.
        ended_by: comparisons: ``decided``, ``budget`` or ``interrupt``.
        units: runs over many machines: where each unit was measured.
    """

    command: str
    started: str
    first_visit: int = 0
    host: Facts = field(default_factory=dict)
    ended: str | None = None
    host_at_end: Facts | None = None
    workers: Mapping[str, Facts] = field(default_factory=dict)
    pinned_to: tuple[int, ...] | None = None
    workers_start: str | None = None
    fork_servers: int | None = None
    ended_by: str | None = None
    units: tuple[PlacedUnit, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a result folder is the result of.

    Attributes:
        schema_version: of the tables.
        run_id: identity of the run, whatever its folder is called.
        xlbench: version of the program.
        kind: ``run`` or ``compare``.
        status: whether it is at work, was stopped or came to its end.
        settings: what was asked for.
        machine: identity of the hardware.
        environment: the machine at the start.
        data: what was measured on.
        checkpoints: what was measured, for each arm and task.
        left_out: tasks that an arm could not run.
        cells: all cells, measured or not.
        segments: stretches of measuring, at least one once it began.
        skipped_rows: malformed rows left out, by file.
    """

    run_id: str
    xlbench: str
    settings: Settings
    machine: str
    data: UsedData
    cells: tuple[ArmCell, ...]
    schema_version: int = VERSION
    kind: Kind = "run"
    status: Status = "running"
    environment: Facts = field(default_factory=dict)
    checkpoints: tuple[UsedCheckpoint, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    segments: tuple[Segment, ...] = ()
    skipped_rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def arms(self) -> list[str]:
        """The texts of the arms, in their order."""
        return [arm.text for arm in self.settings.arms]

    def worker(self, arm: str) -> Facts:
        """Return what the arm's newest worker said of itself; nothing where none came up."""
        for segment in reversed(self.segments):
            if segment.workers.get(arm):
                return segment.workers[arm]
        return {}

    def checkpoint(self, arm: str, task: str) -> UsedCheckpoint | None:
        """Return what the arm ran for the task."""
        for used in self.checkpoints:
            if (used.arm, used.spec.task) == (arm, task):
                return used
        return None


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a result folder.

    Raises:
        UserError: the folder has none, or it can't be read; the message names file and key.
    """
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{folder}: not a result folder (it has no {MANIFEST}); expected what "
            "`xlbench run --out` wrote"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: can't be read as JSON ({error})") from None
    manifest = decode(Manifest, _of_this_version(value), str(path))
    arms = set(manifest.arms)
    for number, cell in enumerate(manifest.cells):
        known = cell.arm in arms and cell.task in TASKS and cell.language in LANGUAGES
        if not known:
            expected = "one of the run's arms, a task and a language that this xlbench knows"
            raise unfit(str(path), f"cells[{number}]", expected, " ".join(cell))
    return manifest


def _of_this_version(value: Any) -> Any:
    """Return a manifest's JSON with the present names of what earlier versions wrote."""
    value = _renamed(value, "sittings", "segments")
    if isinstance(value, dict) and isinstance(value.get("segments"), list):
        segments = [_renamed(each, "templates", "fork_servers") for each in value["segments"]]
        return value | {"segments": segments}
    return value


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict) and old in value and new not in value:
        return {new if key == old else key: inner for key, inner in value.items()}
    return value


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``run.json`` atomically."""
    write_json(folder / MANIFEST, encode(manifest))
