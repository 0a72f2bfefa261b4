"""Going on with a run that was stopped: what it asked for, and what it has already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlbench.arms import Arm, parse_arm
from xlbench.cell import ArmCell
from xlbench.checkpoints.identity import differences
from xlbench.errors import UserError
from xlbench.printable import HIDDEN, without_secrets
from xlbench.probes.environment import host, machine_fingerprint
from xlbench.results import evidence
from xlbench.results.manifest import Manifest, read_manifest
from xlbench.results.parts import read
from xlbench.results.schema import VERSION
from xlbench.run.manifest import fingerprints, used_checkpoints
from xlbench.run.prepare import Prepared
from xlbench.run.tally import Tally
from xlbench.settings import Settings
from xlbench.version import __version__
from xlbench.workers.protocol import WorkerFacts


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


def resumed_manifest(folder: Path, prepared: Prepared) -> Manifest:
    """Return the manifest of a run that can be gone on with.

    Two stretches of measuring are one run only if they measured the same: data, weights,
    tokenizer, machine and program are held against what the manifest says of them.

    Args:
        folder: its result folder.
        prepared: what its settings came to now.

    Raises:
        UserError: it is no run, or something is not what it was; the message names it.
    """
    manifest = read_manifest(folder)
    if manifest.kind != "run":
        raise UserError(
            f"--resume: {folder} holds a comparison, whose pairs of processes can't be gone on "
            "with; start a new one"
        )
    if manifest.schema_version != VERSION:
        raise UserError(
            f"{folder}: written with schema version {manifest.schema_version}, "
            f"this xlbench writes {VERSION}: start a new run"
        )
    changed = [*_changed_place(manifest), *_changed_data(manifest, prepared)]
    changed += _changed_checkpoints(manifest, prepared)
    if changed:
        raise UserError(_refusal(folder, changed))
    return manifest


def check_worker(folder: Path, manifest: Manifest, arm: str, facts: WorkerFacts) -> None:
    """Raise ``UserError`` where a worker is not what the arm's earlier workers were."""
    earlier = manifest.worker(arm)
    changed = [
        f"{name} of {arm} ({before} -> {now})"
        for name in ("python", "torch", "transformers", "device", "threads")
        if (before := evidence.text(earlier, name)) is not None
        and before != (now := str(getattr(facts, name)))
    ]
    if changed:
        raise UserError(_refusal(folder, changed))


def _refusal(folder: Path, changed: Sequence[str]) -> str:
    return (
        f"--resume: the run in {folder} can't be gone on with, for what it measured is not what "
        f"would be measured now: {', '.join(changed)}. Restore it, or start a new run"
    )


def _changed_place(manifest: Manifest) -> Iterator[str]:
    machine = machine_fingerprint(host())
    # Over many machines the one that only writes may be another.
    if machine != manifest.machine and manifest.settings.engine == "local":
        yield f"the machine ({manifest.machine} -> {machine})"
    if __version__ != manifest.xlbench:
        yield f"the version of xlbench ({manifest.xlbench} -> {__version__})"


def _changed_data(manifest: Manifest, prepared: Prepared) -> Iterator[str]:
    before, now = manifest.data.fingerprints, fingerprints(prepared)
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            fate = "is gone" if name not in now else "is new" if name not in before else "changed"
            yield f"the data of {name} {fate}"


def _changed_checkpoints(manifest: Manifest, prepared: Prepared) -> Iterator[str]:
    now = {(used.arm, used.spec.task): used for used in used_checkpoints(prepared)}
    for used in manifest.checkpoints:
        key = used.arm, used.spec.task
        other = now.get(key)
        if other is None:
            yield f"the checkpoint of {' for '.join(key)} is gone"
        elif used.identity is not None and other.identity is not None:
            told = differences(used.identity.to_json(), other.identity.to_json())
            yield from (f"the checkpoint of {' for '.join(key)} ({each})" for each in told)


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
    visits = sorted(read(folder, "visits").to_pylist(), key=lambda visit: visit["visit"])
    samples = read(folder, "samples", ("visit", "unit", "latency_ns"))
    predicted = set(read(folder, "predictions", ("visit",)).column("visit").to_pylist())
    units_of: dict[int, tuple[list[int], list[int]]] = {}
    columns = (samples.column(name).to_pylist() for name in ("visit", "unit", "latency_ns"))
    for number, unit, latency_ns in zip(*columns, strict=True):
        units, latencies_ns = units_of.setdefault(number, ([], []))
        units.append(unit)
        latencies_ns.append(latency_ns)
    known = set(cells)
    tallies: dict[ArmCell, Tally] = {}
    visited: dict[int, set[ArmCell]] = {}
    for visit in visits:
        key = ArmCell(*(visit[name] for name in ArmCell._fields))
        if visit["status"] != "ok" or key not in known:
            continue
        tally = tallies.setdefault(key, Tally())
        tally.add(*units_of.get(visit["visit"], ([], [])), visit["batches_digest"])
        visited.setdefault(visit["process"], set()).add(key)
        tally.predicted = tally.predicted or visit["visit"] in predicted
    # Samples may be on disk whose visit is not: their numbers are not given away again.
    newest = max((*units_of, *(v["visit"] for v in visits)), default=-1)
    return Done(
        tallies,
        sum(v["spent_ns"] or 0 for v in visits) / 1e9,
        newest + 1,
        max((v["process"] for v in visits), default=-1) + 1,
        sum(len(keys) == len(known) for keys in visited.values()),
    )
