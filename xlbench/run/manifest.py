"""The manifest of a run as it begins, and as a segment of its measuring begins and ends."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xlbench.cell import ArmCell
from xlbench.checkpoints.identity import identity_of
from xlbench.data.fingerprint import fingerprint
from xlbench.errors import UserError
from xlbench.printable import without_secret_values
from xlbench.probes.environment import host, machine_fingerprint
from xlbench.results.lock import LOCK
from xlbench.results.manifest import (
    Facts,
    Kind,
    LeftOut,
    Manifest,
    Segment,
    Status,
    UsedCheckpoint,
    UsedData,
)
from xlbench.run.prepare import Prepared
from xlbench.settings import Settings
from xlbench.version import __version__


def check_empty(folder: Path) -> None:
    """Raise ``UserError`` where the folder of a run that begins holds anything but its lock."""
    if any(path.name != LOCK for path in folder.iterdir()):
        raise UserError(
            f"--out {folder}: the folder is not empty; name a new one, or continue "
            "the run in it with --resume"
        )


def new_manifest(prepared: Prepared, cells: Sequence[ArmCell], kind: Kind = "run") -> Manifest:
    """Return the manifest of a run that begins, without a segment."""
    source, plan = prepared.source, prepared.plan
    facts = host()
    return Manifest(
        run_id=uuid.uuid4().hex[:12],
        xlbench=__version__,
        settings=without_secrets(prepared.settings),
        machine=machine_fingerprint(facts),
        data=UsedData(
            kind=source.kind,
            root=source.root,
            layouts={task: source.layout(task) for task in plan.languages},
            fingerprints=fingerprints(prepared),
            missing=plan.missing,
        ),
        cells=tuple(cells),
        kind=kind,
        environment=facts,
        checkpoints=used_checkpoints(prepared),
        left_out=tuple(LeftOut(*entry) for entry in plan.skipped),
    )


def without_secrets(settings: Settings) -> Settings:
    """Return the settings with the values of secret variables hidden: a folder is handed on."""
    arms = [
        replace(arm, options=replace(arm.options, env=without_secret_values(arm.options.env)))
        for arm in settings.arms
    ]
    return replace(settings, arms=tuple(arms))


def fingerprints(prepared: Prepared) -> dict[str, str]:
    """Return what the data of each cell is, by ``TASK/LANGUAGE``."""
    return {
        f"{task}/{language}": fingerprint(prepared.source.files(task, language))
        for task, languages in prepared.plan.languages.items()
        for language in languages
    }


def used_checkpoints(prepared: Prepared) -> tuple[UsedCheckpoint, ...]:
    """Return the checkpoint of each arm and task, with what tells it from any other.

    Raises:
        UserError: a file of one can't be read.
    """
    return tuple(
        UsedCheckpoint(arm, spec, identity_of(spec))
        for (arm, _), spec in prepared.plan.specs.items()
    )


def new_segment(command: str, first_visit: int = 0) -> Segment:
    """Return a segment that begins now.

    Args:
        command: the command line.
        first_visit: number of its first visit.
    """
    return Segment(command=command, started=now(), first_visit=first_visit, host=host())


def begun(manifest: Manifest, segment: Segment) -> Manifest:
    """Return the manifest of a run that goes on with one more segment."""
    return replace(manifest, status="running", segments=(*manifest.segments, segment))


def ended(
    manifest: Manifest, prepared: Prepared, status: Status, workers: Mapping[str, Facts]
) -> Manifest:
    """Return the manifest with its last segment ended now.

    Args:
        manifest: of the run at work.
        prepared: what it worked on: by now it is known which rows were malformed.
        status: how it ended.
        workers: what each arm's newest worker says of itself.
    """
    *earlier, last = manifest.segments
    last = replace(last, ended=now(), host_at_end=host(), workers=workers)
    # A segment that resumes reads only what was not done before.
    skipped = {**manifest.skipped_rows, **prepared.source.skipped}
    data = replace(
        manifest.data,
        root=prepared.source.root,
        cells_with_skipped_rows=tuple(_cells_of(prepared, skipped)),
    )
    return replace(
        manifest, status=status, segments=(*earlier, last), skipped_rows=skipped, data=data
    )


def _cells_of(prepared: Prepared, files: Container[str]) -> list[str]:
    """The cells, as ``TASK/LANGUAGE``, that are read from one of the files."""
    return [
        f"{task}/{language}"
        for task, languages in prepared.plan.languages.items()
        for language in languages
        if any(str(path) in files for path in prepared.source.files(task, language))
    ]


def now() -> str:
    """Return the wall clock's time in UTC, ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
