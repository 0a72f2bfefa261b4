"""One run from settings to a finished result folder."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench import __version__
from xlbench.arms import Arm
from xlbench.cell import ArmCell
from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.data.fingerprint import fingerprint
from xlbench.data.open import open_source
from xlbench.data.source import Source
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.probes.environment import host, machine_fingerprint
from xlbench.results.folder import make_cells, read_manifest, write_manifest
from xlbench.results.parts import PartWriter, read
from xlbench.results.schema import VERSION
from xlbench.run.arms import LiveArm
from xlbench.run.cells import Plan, make_plan
from xlbench.run.controller import Controller, Progress
from xlbench.run.settings import Settings
from xlbench.run.tally import Tally, decided
from xlbench.run.visits import Inputs

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left: the folder, the rows of its cells, and whether some failed."""

    folder: Path
    rows: list[dict[str, Any]]

    @property
    def failed(self) -> int:
        """Cells that failed."""
        return sum(row["status"] == "failed" for row in self.rows)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that could begin: everything resolved, nothing measured."""

    settings: Settings
    source: Source
    plan: Plan
    inputs: Inputs


def prepare(settings: Settings, catalogue: Catalogue, warn: Warn) -> Prepared:
    """Open the data, resolve (and fetch) the checkpoints, and match them.

    Raises:
        UserError: something asked for does not exist or does not fit.
    """
    source = open_source(settings.data, skip_malformed=settings.skip_malformed)

    def resolved(arm: Arm, task: str) -> CheckpointSpec | str:
        options = arm.options
        try:
            return resolve(
                catalogue,
                arm.name,
                task,
                weights=options.weights,
                seed=settings.seed if options.seed is None else options.seed,
                tokenizer=options.tokenizer,
                revision=options.revision,
            )
        except Unsupported as error:
            return str(error)

    plan = make_plan(settings, source, resolved)
    for warning in sorted({w for spec in plan.specs.values() for w in spec.warnings}):
        warn(warning)
    for arm, task, reason in plan.skipped:
        warn(f"{arm}: {task} is left out: {reason}")
    for task, lacking in plan.missing.items():
        warn(f"{task}: no data in {source.root} for {', '.join(lacking)}")

    def examples(task: str, language: str) -> Sequence[Example]:
        return list(source.examples(task, language, settings.limit))

    sizes = {
        (task, language): sum(path.stat().st_size for path in source.files(task, language))
        for task, languages in plan.languages.items()
        for language in languages
    }
    return Prepared(settings, source, plan, Inputs(plan, examples, sizes))


def execute(
    prepared: Prepared, folder: Path, command: str, progress: Progress, resume: bool
) -> Outcome:
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
    settings, plan = prepared.settings, prepared.plan
    cells = plan.cells(settings.scenarios)
    manifest = _resumed(folder) if resume else fresh_manifest(prepared, folder, cells)
    earlier = _Earlier.read(folder, cells) if resume else _Earlier({}, 0.0, 0, 0, 0)
    sitting: dict[str, Any] = {
        "command": command,
        "started": now(),
        "first_visit": earlier.visits,
        "host": host(),
    }
    manifest["sittings"].append(sitting)
    manifest["status"] = "running"
    write_manifest(folder, manifest)
    arms = {arm.text: LiveArm(arm, settings.timeout_s) for arm in settings.arms}
    writer = PartWriter(folder)
    controller = Controller(
        settings,
        prepared.inputs,
        arms,
        writer,
        earlier.tallies,
        earlier.spent_s,
        (earlier.visits, earlier.processes),
        earlier.processes_left(settings.processes),
        _Publishing(progress, lambda tallies: _publish(folder, manifest, settings, tallies)),
    )
    status = "interrupted"
    try:
        controller.run()
        status = "finished"
    finally:
        sitting["ended"] = now()
        sitting["host_at_end"] = host()
        sitting["workers"] = {text: arm.evidence() for text, arm in arms.items()}
        manifest["status"] = status
        # A sitting that resumes reads only what was not done before.
        manifest["skipped_rows"] = {**manifest.get("skipped_rows", {}), **prepared.source.skipped}
        manifest["data"]["cells_with_skipped_rows"] = _cells_of(prepared, manifest["skipped_rows"])
        manifest["data"]["root"] = prepared.source.root
        write_manifest(folder, manifest)
        writer.compact()
        rows = _publish(folder, manifest, settings, controller.tallies)
    return Outcome(folder, rows)


def _publish(
    folder: Path, manifest: dict[str, Any], settings: Settings, tallies: dict[ArmCell, Tally]
) -> list[dict[str, Any]]:
    stopping = {
        ArmCell(*key): "precision" if decided(key, tally, settings) else "budget"
        for key, tally in tallies.items()
        if tally.visits and not tally.failed
    }
    return make_cells(folder, manifest, stopping)


@dataclass(frozen=True, slots=True)
class _Publishing:
    """Passes progress on, and has the cells written whenever a group is done."""

    progress: Progress
    publish: Callable[[dict[ArmCell, Tally]], Any]

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        self.progress.visited(key, settled, total, left_s)

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        self.publish(tallies)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What earlier sittings of a run left.

    Attributes:
        tallies: the samples of each cell.
        spent_s: measuring time.
        visits: number of the next visit.
        processes: number of the next process.
        covering: processes that visited every cell.
    """

    tallies: dict[ArmCell, Tally]
    spent_s: float
    visits: int
    processes: int
    covering: int

    def processes_left(self, asked: int) -> int:
        """How many fresh processes are to come; one, where there is only one, goes on."""
        return max(1, asked - self.covering) if asked == 1 else max(0, asked - self.covering)

    @classmethod
    def read(cls, folder: Path, cells: Sequence[ArmCell]) -> _Earlier:
        visits = read(folder, "visits").to_pylist()
        samples = read(folder, "samples", ["visit", "unit", "latency_ns"])
        predicted = set(read(folder, "predictions", ["visit"]).column("visit").to_pylist())
        known = set(cells)
        tallies: dict[ArmCell, Tally] = {}
        owner: dict[int, Tally] = {}
        covered: dict[int, set[ArmCell]] = {}
        for visit in visits:
            key = ArmCell(*(visit[name] for name in ArmCell._fields))
            if visit["status"] != "ok" or key not in known:
                continue
            tally = owner[visit["visit"]] = tallies.setdefault(key, Tally())
            tally.visits += 1
            covered.setdefault(visit["process"], set()).add(key)
            tally.predicted = tally.predicted or visit["visit"] in predicted
        columns = (samples.column(name).to_pylist() for name in ("visit", "unit", "latency_ns"))
        for number, unit, latency_ns in zip(*columns, strict=True):
            if number in owner:
                owner[number].units.append(unit)
                owner[number].latencies_ns.append(latency_ns)
        return cls(
            tallies,
            sum(v["spent_ns"] or 0 for v in visits) / 1e9,
            max((v["visit"] for v in visits), default=-1) + 1,
            max((v["process"] for v in visits), default=-1) + 1,
            sum(len(keys) == len(known) for keys in covered.values()),
        )


def fresh_manifest(prepared: Prepared, folder: Path, cells: list[ArmCell]) -> dict[str, Any]:
    """Make the folder and return the manifest of a run that begins.

    Raises:
        UserError: the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            f"--out {folder}: the folder is not empty; name a new one, or continue "
            "the run in it with --resume"
        )
    folder.mkdir(parents=True, exist_ok=True)
    source, plan = prepared.source, prepared.plan
    facts = host()
    return {
        "schema_version": VERSION,
        "run_id": uuid.uuid4().hex[:12],
        "xlbench": __version__,
        "status": "running",
        "settings": prepared.settings.to_json(),
        "machine": machine_fingerprint(facts),
        "environment": facts,
        "data": {
            "kind": source.kind,
            "root": source.root,
            "layouts": {task: source.layout(task) for task in plan.languages},
            "fingerprints": {
                f"{task}/{language}": fingerprint(source.files(task, language))
                for task, languages in plan.languages.items()
                for language in languages
            },
            "missing": {task: list(codes) for task, codes in plan.missing.items()},
        },
        "checkpoints": [{"arm": arm, **spec.to_json()} for (arm, _), spec in plan.specs.items()],
        "left_out": [list(entry) for entry in plan.skipped],
        "cells": [list(key) for key in cells],
        "sittings": [],
    }


def _cells_of(prepared: Prepared, files: Container[str]) -> list[str]:
    """The cells, as ``TASK/LANGUAGE``, that are read from one of the files."""
    return [
        f"{task}/{language}"
        for task, languages in prepared.plan.languages.items()
        for language in languages
        if any(str(path) in files for path in prepared.source.files(task, language))
    ]


def _resumed(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder)
    if manifest["schema_version"] != VERSION:
        raise UserError(
            f"{folder}: written with schema version {manifest['schema_version']}, "
            f"this xlbench writes {VERSION}: start a new run"
        )
    return manifest


def now() -> str:
    """Return the wall clock's time in UTC, ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
