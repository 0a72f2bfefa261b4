"""From raw tables to ``cells``: every number of a cell worked out from its visits and samples.

A pure function of what is on disk, so that ``cells.parquet`` can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlbench.arms import Arm
from xlbench.cell import ArmCell
from xlbench.languages import LANGUAGES
from xlbench.probes.registry import COLUMNS
from xlbench.results import evidence
from xlbench.results.disturbed import disturbances, flags_of
from xlbench.results.manifest import Manifest, UsedCheckpoint
from xlbench.results.schema import Row
from xlbench.results.timings import Columns, Samples, energy, latency, over, stages, throughput
from xlbench.stats.groups import rows_by
from xlbench.tasks.catalogue import TASKS

_VERSIONS = ("python", "torch", "transformers")
_METRIC = ("metric_name", "metric_value", "metric_lo", "metric_hi", "metrics_json")
_COPIED = (
    "checkpoint",
    "suite",
    "device",
    "batch_size",
    "tokens_per_batch",
    "attention",
    "held_bytes",
    "n_examples",
    "n_population",
    "n_batches",
    "n_truncated",
    "tokens",
    "padded_tokens",
    "weights_bytes",
)

_PLACED = ("machine", "node", "unit")


def summarise(
    manifest: Manifest,
    visits: Sequence[Row],
    samples: Samples,
    stopping: Mapping[ArmCell, str],
) -> list[Columns]:
    """Return one row for each cell of the manifest, in their order.

    Args:
        manifest: of the run.
        visits: rows of the ``visits`` table.
        samples: columns of the ``samples`` table by name; nulls of numbers are NaN.
        stopping: why each finished cell was left alone: ``precision`` or ``budget``.
    """
    by_cell: dict[ArmCell, list[Row]] = {}
    for visit in visits:
        by_cell.setdefault(ArmCell(*(visit[name] for name in ArmCell._fields)), []).append(visit)
    english = {
        (visit["arm"], visit["task"]): visit
        for visit in visits
        if visit["language"] == "en" and visit["status"] == "ok"
    }
    rows_of = rows_by(samples["visit"])
    marks = disturbances(visits)
    arms = {arm.text: _of_arm(manifest, arm) for arm in manifest.settings.arms}
    checkpoints = {(c.arm, c.spec.task): _of_checkpoint(c) for c in manifest.checkpoints}
    rows = []
    for key in manifest.cells:
        mine = sorted(by_cell.get(key, []), key=lambda visit: visit["visit"])
        mine = _same_plan(mine)
        picked = [rows_of[v["visit"]] for v in mine if v["visit"] in rows_of]
        index = np.concatenate(picked) if picked else np.array([], dtype=np.int64)
        own = {name: column[index] for name, column in samples.items()}
        rows.append(
            {
                **key._asdict(),
                **arms[key.arm],
                **checkpoints.get((key.arm, key.task), {}),
                "data_fingerprint": manifest.data.fingerprints.get(f"{key.task}/{key.language}"),
                **_cell(key, mine, own, english.get((key.arm, key.task)), marks),
                "stopped_by": stopping.get(key),
            }
        )
    return rows


def _of_arm(manifest: Manifest, arm: Arm) -> Columns:
    """Return the columns that all cells of an arm share."""
    options, worker = arm.options, manifest.worker(arm.text)
    return {
        "run_id": manifest.run_id,
        "started": manifest.segments[0].started if manifest.segments else None,
        "machine": manifest.machine,
        "xlbench_version": manifest.xlbench,
        **{f"{name}_version": evidence.text(worker, name) for name in _VERSIONS},
        "threads": evidence.number(worker, "threads"),
        "cpus": evidence.processors(worker),
        "seed": manifest.settings.seed,
        "dtype": options.dtype,
        "runtime": options.runtime,
        "quant": options.quant,
        "attn": options.attn,
        "padding": options.padding,
    }


def _of_checkpoint(used: UsedCheckpoint) -> Columns:
    """Return the columns that tell a checkpoint from any other."""
    identity = used.identity
    return {
        "revision": used.spec.revision,
        "weights_sha256": identity and identity.weights_sha256,
        "parameters": identity and identity.parameters,
        "layers": identity and identity.layers,
        "pooling": used.spec.pooling,
        "retrieval_layer": used.spec.retrieval_layer,
        "prefix": used.spec.prefix or None,
        "tagging_layout": _tagging_layout(used),
    }


def _tagging_layout(used: UsedCheckpoint) -> str | None:
    task = TASKS.get(used.spec.task)
    return used.spec.tagging_layout if task is not None and task.kind.words_given else None


def _cell(
    key: ArmCell,
    visits: list[Row],
    samples: Samples,
    english: Row | None,
    marks: dict[int, tuple[str, ...]],
) -> Columns:
    good = [v for v in visits if v["status"] == "ok"]
    broken = bool(visits) and visits[-1]["status"] == "failed"
    row: Columns = {
        "status": "failed" if broken else "ok" if good else "pending",
        "error": visits[-1]["error"] if broken else None,
        "n_visits": len(good),
        "n_processes": len({v["process"] for v in good}),
        "n_samples": len(samples["unit"]),
    }
    flags = {flag for v in visits for flag in v["flags"] or ()}
    if good:
        newest = good[-1]
        row |= {name: newest.get(name) for name in _COPIED}
        row |= {name: newest[name] for name in _PLACED if newest.get(name) is not None}
        row |= _fertility(key, newest)
        row["tokens_relative_to_english"] = _relative_to_english(key, newest, english)
        row |= _cost(good) | _probed(good)
        row |= _metric(good)
        row |= latency(samples, flags) | stages(key, good, samples)
        row |= throughput(key, samples, newest)
        row |= _disturbed(samples, marks, flags)
        row["energy_j_per_example"] = energy(good, samples, newest)
    elif visits:
        row |= {name: visits[-1][name] for name in ("checkpoint", "suite", "device")}
    return row | {"flags": sorted(flags)}


def _metric(good: list[Row]) -> Columns:
    """The metric of the first pass that has one; none where any pass gave no numbers."""
    broken = [v["n_non_finite"] for v in good if v.get("n_non_finite") is not None]
    row: Columns = {"n_non_finite": max(broken, default=None)}
    if any(broken):
        return row
    return row | next(({n: v[n] for n in _METRIC} for v in good if v["metric_name"]), {})


def _disturbed(samples: Samples, marks: dict[int, tuple[str, ...]], flags: set[str]) -> Columns:
    visits, counts = np.unique(samples["visit"].astype(np.int64), return_counts=True)
    by_visit = dict(zip(visits.tolist(), counts.tolist(), strict=True))
    marked = [visit for visit in by_visit if visit in marks]
    flags |= flags_of(by_visit, marks)
    return {
        "n_disturbed": sum(by_visit[visit] for visit in marked),
        "disturbed_by": sorted({reason for visit in marked for reason in marks[visit]}),
    }


def _same_plan(visits: list[Row]) -> list[Row]:
    """Leave out visits before batches were halved: their batches were other batches."""
    plans = [v["n_batches"] for v in visits if v["status"] == "ok"]
    return [v for v in visits if v["status"] != "ok" or v["n_batches"] == plans[-1]]


def _fertility(key: ArmCell, visit: Row) -> Columns:
    content, spaced = visit["content_tokens"], LANGUAGES[key.language].spaced or visit["words"]
    return {
        "padding_efficiency": over(visit["tokens"], visit["padded_tokens"]),
        "tokens_per_word": over(content, visit["words"]) if spaced else None,
        "tokens_per_char": over(content, visit["chars"]),
    }


def _relative_to_english(key: ArmCell, visit: Row, english: Row | None) -> float | None:
    """Tokens over those of the same examples in English; ``None`` where that is unknown."""
    here, there = visit.get("paired_tokens"), visit.get("paired_english_tokens")
    if TASKS[key.task].translated and english is not None:
        digest = visit.get("examples_digest")
        if digest is not None and digest == english.get("examples_digest"):
            here, there = visit["content_tokens"], english["content_tokens"]
    return over(here, there)


def _cost(good: list[Row]) -> Columns:
    loads = _per_process(good, "load_ns")
    firsts = _per_process(good, "first_batch_ns")
    return {
        "load_s": float(np.median(loads)) / 1e9 if loads else None,
        "first_batch_ms": float(np.median(firsts)) / 1e6 if firsts else None,
    }


def _per_process(good: list[Row], name: str) -> list[int]:
    return list({v["process"]: v[name] for v in good if v[name] is not None}.values())


def _probed(good: list[Row]) -> Columns:
    """The columns of the probes, each from the visit that its ``InCells`` names."""
    row: Columns = {}
    for column in COLUMNS:
        if column.in_cells is not None:
            highest = column.in_cells.highest
            known = [v for v in good if v[highest] is not None]
            visit = max(known, key=lambda v: v[highest], default=None)
            row[column.name] = visit[column.name] if visit else None
    return row
