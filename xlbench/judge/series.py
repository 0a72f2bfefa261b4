"""From a folder of results to series: one cell's latency, run after run, of the same work.

Times from different machines are never one series, nor times of different work: other
data, another shape of batches, another type or number of threads. What may have changed
the latency without changing the work (versions, revisions) stays in one series: that is
what a history is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.judge.circumstances import circumstances
from xlbench.probes.environment import machine_fingerprint
from xlbench.results.folder import MANIFEST, read_cells, read_manifest
from xlbench.results.parts import read

LATENCY = "latency_p50_ms"

_OF_ROW = ("n_examples", "n_batches", "device", "dtype", "runtime", "attn", "padding")
_OF_OPTIONS = ("batch_size", "tokens_per_batch", "buckets", "weights", "env")


class Work(NamedTuple):
    """What tells series of the same cell apart."""

    machine: str
    work: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One result folder.

    Attributes:
        name: of the folder.
        run_id: identity of the run.
        started: UTC, ISO 8601.
    """

    name: str
    run_id: str
    started: str


@dataclass(frozen=True, slots=True)
class Point:
    """One run's value in a series.

    Attributes:
        run: the run.
        value_ms: median latency.
        disturbed: whether most samples behind it were disturbed.
        reference_ns: the machine's reference kernel in that run.
        circumstances: versions and the like, by name.
    """

    run: Run
    value_ms: float
    disturbed: bool = False
    reference_ns: float | None = None
    circumstances: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One cell over time, on one machine, with the same work.

    Attributes:
        key: the cell.
        machine: identity of the hardware, the GPU included.
        variant: number of the kind of work among those of this cell and machine, from 0.
        points: in time order.
    """

    key: ArmCell
    machine: str
    variant: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder of results holds.

    Attributes:
        runs: in time order.
        series: ordered as the first run that has them.
        machines: a reader's words for each machine.
        notes: what was left out, and why.
    """

    runs: tuple[Run, ...]
    series: tuple[Series, ...]
    machines: Mapping[str, str]
    notes: tuple[str, ...]


def load(folder: Path) -> Loaded:
    """Return the series of the result folders in ``folder``, or of itself if it is one.

    Raises:
        UserError: there is no result folder.
    """
    found = _folders(folder)
    if not found:
        raise UserError(
            f"{folder}: no result folder in it (none has a {MANIFEST}); expected the "
            "folder that holds what `xlbench run --out` wrote"
        )
    notes: list[str] = []
    opened = []
    for place in found:
        try:
            manifest = read_manifest(place)
            if _moved(manifest):
                notes.append(f"{place.name} is left out: it was resumed on another machine")
                continue
            opened.append((_run(place, manifest), manifest, read_cells(place), place))
        except (UserError, KeyError, IndexError) as error:
            notes.append(f"{place.name} is left out: {error}")
    opened.sort(key=lambda entry: (entry[0].started, entry[0].name))
    points: dict[ArmCell, dict[Work, list[Point]]] = {}
    machines: dict[str, str] = {}
    for run, manifest, rows, place in opened:
        references = _references(place)
        for row in rows:
            if row["status"] != "ok" or row.get(LATENCY) is None:
                continue
            key = ArmCell(*(row[name] for name in ArmCell._fields))
            worker = _worker(manifest, key.arm)
            machine, words = _machine(manifest, worker)
            machines.setdefault(machine, words)
            kinds = points.setdefault(key, {})
            kinds.setdefault(Work(machine, _work(manifest, worker, row)), []).append(
                Point(
                    run,
                    row[LATENCY],
                    "disturbed" in (row["flags"] or ()),
                    references.get(key.arm),
                    circumstances(manifest, key.arm, key.task),
                )
            )
    return Loaded(
        tuple(entry[0] for entry in opened), tuple(_series(points)), machines, tuple(notes)
    )


def _series(points: Mapping[ArmCell, Mapping[Work, list[Point]]]) -> Iterator[Series]:
    for key, kinds in points.items():
        seen: dict[str, int] = {}
        for kind, values in kinds.items():
            variant = seen.get(kind.machine, 0)
            seen[kind.machine] = variant + 1
            yield Series(key, kind.machine, variant, tuple(values))


def _folders(folder: Path) -> list[Path]:
    if (folder / MANIFEST).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def _run(place: Path, manifest: Mapping[str, Any]) -> Run:
    return Run(place.name, manifest["run_id"], manifest["sittings"][0]["started"])


def _moved(manifest: Mapping[str, Any]) -> bool:
    hosts = [sitting["host"] for sitting in manifest["sittings"] if sitting.get("host")]
    return len({machine_fingerprint(host) for host in hosts}) > 1


def _worker(manifest: Mapping[str, Any], arm: str) -> Mapping[str, Any]:
    for sitting in reversed(manifest["sittings"]):
        facts: Mapping[str, Any] | None = (sitting.get("workers") or {}).get(arm)
        if facts:
            return facts
    return {}


def _machine(manifest: Mapping[str, Any], worker: Mapping[str, Any]) -> tuple[str, str]:
    """Return the identity of the hardware that an arm ran on, and words for it."""
    host = manifest.get("environment") or {}
    gpu = (worker.get("gpu") or {}).get("name")
    words = f"{host.get('cpu_model') or 'unknown processor'}, {host.get('cpus')} processors"
    if gpu:
        return f"{manifest['machine']}/{gpu}", f"{words}, {gpu}"
    return str(manifest["machine"]), words


def _work(
    manifest: Mapping[str, Any], worker: Mapping[str, Any], row: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return what must be the same for two times to be of the same work."""
    arms = {arm["text"]: arm["options"] for arm in manifest["settings"]["arms"]}
    options = arms.get(row["arm"], {})
    fingerprints = (manifest.get("data") or {}).get("fingerprints") or {}
    return tuple(
        map(
            str,
            (
                manifest.get("kind", "run"),
                fingerprints.get(f"{row['task']}/{row['language']}"),
                *(row.get(name) for name in _OF_ROW),
                *(options.get(name) for name in _OF_OPTIONS),
                worker.get("threads"),
                len(worker.get("affinity") or ()),
            ),
        )
    )


def _references(place: Path) -> dict[str, float]:
    """Return for each arm the median of the reference kernel's times."""
    visits = read(place, "visits", ["arm", "reference_ns"])
    times: dict[str, list[int]] = {}
    columns: Sequence[list[Any]] = [visits.column(n).to_pylist() for n in ("arm", "reference_ns")]
    for arm, time_ns in zip(*columns, strict=True):
        if time_ns:
            times.setdefault(arm, []).append(time_ns)
    return {arm: float(np.median(values)) for arm, values in times.items()}
