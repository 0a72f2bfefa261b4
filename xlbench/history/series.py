"""From runs to series: one cell's latency, run after run, of the same work.

Times from different machines are never one series, nor times of different work: other
data, another shape of batches, another type or number of threads. What may have changed
the latency without changing the work (versions, revisions) stays in one series: that is
what a history is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xlbench.cell import ArmCell
from xlbench.flags import Flag
from xlbench.history.runs import Run, runs
from xlbench.judge.circumstances import circumstances
from xlbench.results import evidence
from xlbench.results.manifest import Facts, Manifest
from xlbench.results.result import Result
from xlbench.results.schema import Row

LATENCY = "latency_p50_ms"

_OF_ROW = ("n_examples", "n_batches", "device", "dtype", "runtime", "quant", "attn", "padding")
_OF_OPTIONS = ("batch_size", "tokens_per_batch", "buckets", "weights", "env")


class Work(NamedTuple):
    """What tells series of the same cell apart."""

    machine: str
    work: tuple[str, ...]


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
    found = runs(folder)
    points: dict[ArmCell, dict[Work, list[Point]]] = {}
    machines: dict[str, str] = {}
    for run, result in found.results:
        manifest, references = result.manifest, _references(result)
        for row in result.cells:
            if row["status"] != "ok" or row[LATENCY] is None:
                continue
            key = ArmCell(*(row[name] for name in ArmCell._fields))
            worker = manifest.worker(key.arm)
            machine, words = _machine(manifest, worker)
            machines.setdefault(machine, words)
            kinds = points.setdefault(key, {})
            kinds.setdefault(Work(machine, _work(manifest, worker, row)), []).append(
                Point(
                    run,
                    row[LATENCY],
                    Flag.DISTURBED in (row["flags"] or ()),
                    references.get(key.arm),
                    circumstances(manifest, key.arm, key.task),
                )
            )
    return Loaded(
        tuple(run for run, _ in found.results), tuple(_series(points)), machines, found.notes
    )


def _series(points: Mapping[ArmCell, Mapping[Work, list[Point]]]) -> Iterator[Series]:
    for key, kinds in points.items():
        seen: dict[str, int] = {}
        for kind, values in kinds.items():
            variant = seen.get(kind.machine, 0)
            seen[kind.machine] = variant + 1
            yield Series(key, kind.machine, variant, tuple(values))


def _machine(manifest: Manifest, worker: Facts) -> tuple[str, str]:
    """Return the identity of the hardware that an arm ran on, and words for it."""
    host = manifest.environment
    cpus = evidence.text(host, "cpus") or "unknown"
    words = f"{evidence.cpu_model(host)}, {cpus} processors"
    gpu = evidence.gpu(worker)
    if gpu is not None:
        return f"{manifest.machine}/{gpu}", f"{words}, {gpu}"
    return manifest.machine, words


def _work(manifest: Manifest, worker: Facts, row: Row) -> tuple[str, ...]:
    """Return what must be the same for two times to be of the same work."""
    (options,) = (arm.options for arm in manifest.settings.arms if arm.text == row["arm"])
    return tuple(
        map(
            str,
            (
                manifest.kind,
                manifest.data.fingerprints.get(f"{row['task']}/{row['language']}"),
                *(row[name] for name in _OF_ROW),
                *(getattr(options, name) for name in _OF_OPTIONS),
                evidence.number(worker, "threads"),
                evidence.processors(worker),
            ),
        )
    )


def _references(result: Result) -> dict[str, float]:
    """Return for each arm the median of the reference kernel's times."""
    visits = result.columns("visits", ("arm", "reference_ns"))
    times: dict[str, list[int]] = {}
    columns = [visits.column(name).to_pylist() for name in ("arm", "reference_ns")]
    for arm, time_ns in zip(*columns, strict=True):
        if time_ns:
            times.setdefault(arm, []).append(time_ns)
    return {arm: float(np.median(values)) for arm, values in times.items()}
