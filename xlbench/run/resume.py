"""Going on with a run that was stopped: what it asked for, and what it has already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlbench.arms import Arm, parse_arm
from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.printable import HIDDEN, without_secrets
from xlbench.results.manifest import Manifest, read_manifest
from xlbench.results.parts import read
from xlbench.results.schema import VERSION
from xlbench.run.tally import Tally
from xlbench.settings import Settings


def resumed_settings(
    folder: Path, arms: Sequence[str] | None, budget_s: float | None, precision: float | None
) -> Settings:
    """Return the settings of the run in ``folder``, with more time if asked.

    Args:
        folder: its result folder.
        arms: arms named on the command line, if any: they must be the run's own.
        budget_s: takes the stored one's place if it is larger; ``None`` leaves that.
        precision: takes the stored one's place if it is finer; ``None`` leaves that.

    Raises:
        UserError: the folder holds no run, or one of other arms, or a secret variable of an arm
            was not given again.
    """
    manifest = read_manifest(folder)
    if arms and list(map(without_secrets, arms)) != manifest.arms:
        raise UserError(
            f"--resume: the run in {folder} measures {', '.join(manifest.arms)}, not "
            f"{', '.join(arms)}; leave --ckpt out or start a new run"
        )
    settings = manifest.settings
    given = [parse_arm(text).options.env for text in arms] if arms else [{} for _ in manifest.arms]
    return replace(
        settings,
        arms=tuple(map(_with_secrets, settings.arms, given)),
        budget_s=max(settings.budget_s, budget_s or 0.0),
        precision=min(settings.precision, precision or settings.precision),
    )


def _with_secrets(arm: Arm, given: Mapping[str, str]) -> Arm:
    """Return the arm with the variables whose values no result folder keeps."""
    env = {name: given.get(name, value) for name, value in arm.options.env.items()}
    for name, value in env.items():
        if HIDDEN in value:
            raise UserError(
                f"--resume: the value of env.{name} is secret and was not stored; name the arm "
                "again with it: --ckpt NAME@env.NAME=VALUE"
            )
    return replace(arm, options=replace(arm.options, env=env))


def resumed_manifest(folder: Path) -> Manifest:
    """Return the manifest of a run that can be gone on with.

    Raises:
        UserError: it is of another version.
    """
    manifest = read_manifest(folder)
    if manifest.schema_version != VERSION:
        raise UserError(
            f"{folder}: written with schema version {manifest.schema_version}, "
            f"this xlbench writes {VERSION}: start a new run"
        )
    return manifest


@dataclass(frozen=True, slots=True)
class Done:
    """What earlier segments of a run measured.

    Attributes:
        tallies: the samples of each cell.
        spent_s: measuring time.
        visits: number of the next visit.
        processes: number of the next process.
        covering: processes that visited every cell.
    """

    tallies: Mapping[ArmCell, Tally] = field(default_factory=dict)
    spent_s: float = 0.0
    visits: int = 0
    processes: int = 0
    covering: int = 0

    def processes_left(self, asked: int) -> int:
        """How many fresh processes are to come; one, where there is only one, goes on."""
        return max(1, asked - self.covering) if asked == 1 else max(0, asked - self.covering)


def done(folder: Path, cells: Sequence[ArmCell]) -> Done:
    """Return what the raw tables of a folder hold of the run's cells."""
    visits = read(folder, "visits").to_pylist()
    samples = read(folder, "samples", ("visit", "unit", "latency_ns"))
    predicted = set(read(folder, "predictions", ("visit",)).column("visit").to_pylist())
    known = set(cells)
    tallies: dict[ArmCell, Tally] = {}
    tally_of: dict[int, Tally] = {}
    visited: dict[int, set[ArmCell]] = {}
    for visit in visits:
        key = ArmCell(*(visit[name] for name in ArmCell._fields))
        if visit["status"] != "ok" or key not in known:
            continue
        tally = tally_of[visit["visit"]] = tallies.setdefault(key, Tally())
        tally.visits += 1
        visited.setdefault(visit["process"], set()).add(key)
        tally.predicted = tally.predicted or visit["visit"] in predicted
    columns = (samples.column(name).to_pylist() for name in ("visit", "unit", "latency_ns"))
    for number, unit, latency_ns in zip(*columns, strict=True):
        if number in tally_of:
            tally_of[number].units.append(unit)
            tally_of[number].latencies_ns.append(latency_ns)
    return Done(
        tallies,
        sum(v["spent_ns"] or 0 for v in visits) / 1e9,
        max((v["visit"] for v in visits), default=-1) + 1,
        max((v["process"] for v in visits), default=-1) + 1,
        sum(len(keys) == len(known) for keys in visited.values()),
    )
