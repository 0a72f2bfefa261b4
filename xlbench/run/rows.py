"""From a worker's replies to rows of the raw tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlbench.cell import ArmCell
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction
from xlbench.workers.columns import SAMPLE_COLUMNS

_FROM_REPLY = (
    "spent_ns",
    "reference_ns",
    "first_batch_ns",
    "warm_up_passes",
    "tokenize_ns",
    "decode_ns",
    "pass_ns",
    "rss_before_bytes",
    "peak_rss_bytes",
    "peak_vram_allocated_bytes",
    "peak_vram_reserved_bytes",
    "peak_vram_process_bytes",
    "energy_mj",
    "steal_ns",
    "run_delay_ns",
    "quota_ns",
    "involuntary_switches",
    "major_faults",
    "throttle",
    "cpu_mhz",
    "gpu_mhz",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the run a visit stands."""

    visit: int
    process: int
    round: int
    position: int
    started_unix_ns: int


def visit_row(
    key: ArmCell, place: Place, facts: dict[str, Any], reply: dict[str, Any], flags: Sequence[str]
) -> dict[str, Any]:
    """Return the row of a visit that succeeded.

    Args:
        key: the cell.
        place: where in the run the visit stands.
        facts: what load and open told of checkpoint and cell.
        reply: the worker's answer to the visit.
        flags: all flags of the visit.
    """
    offline = key.scenario == "offline"
    return {
        **key._asdict(),
        **_place(place),
        **facts,
        **{name: reply[name] for name in _FROM_REPLY},
        "status": "ok",
        "flags": sorted(set(flags)),
        "complete": reply["pass_ns"] is not None if offline else None,
        "n_batches": reply["n_batches"] if offline else facts["n_examples"],
        "tokens": reply["tokens"],
        "padded_tokens": reply["padded_tokens"] if offline else None,
        "buckets": reply["edges"],
        "batch_size": reply["packing"][0] if offline else 1,
        "tokens_per_batch": reply["packing"][1] if offline else None,
    }


def failed_row(key: ArmCell, place: Place, facts: dict[str, Any], error: str) -> dict[str, Any]:
    """Return the row of a visit, load or open that failed."""
    return {
        **key._asdict(),
        **_place(place),
        **facts,
        "status": "failed",
        "error": error,
        "flags": [],
    }


def sample_rows(key: ArmCell, place: Place, samples: np.ndarray) -> list[dict[str, Any]]:
    """Return the rows of a visit's samples; -1 on the wire becomes null."""
    common = {**key._asdict(), "visit": place.visit, "process": place.process}
    return [
        {
            **common,
            **{
                name: None if value < 0 else value
                for name, value in zip(SAMPLE_COLUMNS, row, strict=True)
            },
        }
        for row in samples.tolist()
    ]


def prediction_rows(
    key: ArmCell,
    visit: int,
    predictions: Sequence[Prediction],
    measure: Measure | None,
    lines: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Return the rows of a pass's predictions, with what each adds to the main metric.

    Args:
        key: the cell.
        visit: the visit whose pass it was.
        predictions: what the pass predicted.
        measure: the main metric; ``None`` without one.
        lines: where in a submission a prediction stands (``export.order``), by its id.
    """
    statistics = {}
    if measure is not None:
        statistics = dict(zip(measure.ids, measure.statistics.tolist(), strict=True))
    return [
        {
            "arm": key.arm,
            "task": key.task,
            "language": key.language,
            "visit": visit,
            "id": p.id,
            "prediction": p.value,
            "score": p.score,
            "statistics": statistics.get(p.id),
            "submission_line": lines.get(p.id),
        }
        for p in predictions
    ]


def metric_fields(
    measures: Sequence[Measure], interval: tuple[float, float] | None
) -> dict[str, Any]:
    """Return the metric's columns of a visit row."""
    if not measures:
        return {}
    main = measures[0]
    return {
        "metric_name": main.name,
        "metric_value": float(main.value),
        "metric_lo": None if interval is None else interval[0],
        "metric_hi": None if interval is None else interval[1],
        "metrics_json": json.dumps({m.name: round(float(m.value), 6) for m in measures}),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "visit": place.visit,
        "process": place.process,
        "round": place.round,
        "position": place.position,
        "started_unix_ns": place.started_unix_ns,
    }
