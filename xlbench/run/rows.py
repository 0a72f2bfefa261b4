"""From a worker's replies to rows of the raw tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from xlbench.cell import OFFLINE, ArmCell
from xlbench.held.places import InOrder
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction
from xlbench.probes.registry import COLUMNS, check_names
from xlbench.run.counts import Counted
from xlbench.workers.protocol import Loaded, Visited
from xlbench.workers.samples import Samples


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the run a visit stands."""

    visit: int
    process: int
    round: int
    position: int
    started_unix_ns: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What was loaded for a visit, as far as it came.

    Attributes:
        checkpoint: catalogue entry or folder.
        suite: through which it was chosen.
        device: of the worker.
        loaded: the checkpoint in the worker.
        counted: the cell's examples.
    """

    checkpoint: str
    suite: str | None
    device: str | None = None
    loaded: Loaded | None = None
    counted: Counted | None = None

    def columns(self) -> dict[str, Any]:
        """Return it as columns of the ``visits`` table."""
        loaded = self.loaded
        return {
            "checkpoint": self.checkpoint,
            "suite": self.suite,
            "device": self.device,
            "clock": loaded and loaded.clock,
            "load_ns": loaded and loaded.load_ns,
            "weights_bytes": loaded and loaded.weights_bytes,
            **({} if self.counted is None else asdict(self.counted)),
        }


def visit_row(
    key: ArmCell, position: Position, origin: Origin, reply: Visited, flags: Sequence[str]
) -> dict[str, Any]:
    """Return the row of a visit that succeeded.

    Args:
        key: the cell.
        position: where in the run the visit stands.
        origin: what was loaded for it.
        reply: the worker's answer to the visit.
        flags: all flags of the visit.
    """
    offline = key.scenario == OFFLINE
    batches = reply.batches
    assert origin.counted is not None
    check_names(reply.readings, COLUMNS, "a visit")
    return {
        **key._asdict(),
        **asdict(position),
        **origin.columns(),
        **reply.readings,
        "spent_ns": reply.spent_ns,
        "reference_ns": reply.reference_ns,
        "host_reference_ns": reply.host_reference_ns,
        "first_batch_ns": reply.first_batch_ns,
        "warm_up_passes": reply.warm_up_passes,
        "tokenize_ns": reply.tokenize_ns,
        "decode_ns": reply.decode_ns,
        "pass_ns": reply.pass_ns,
        "n_non_finite": reply.non_finite,
        "attention": reply.attention,
        "held_bytes": reply.held_bytes,
        "status": "ok",
        "flags": sorted(set(flags)),
        "complete": reply.pass_ns is not None if offline else None,
        "n_batches": batches.count if offline else origin.counted.n_examples,
        "batches_digest": batches.digest if offline else None,
        "tokens": batches.tokens,
        "padded_tokens": batches.padded_tokens if offline else None,
        "buckets": batches.edges,
        "batch_size": batches.batch_size if offline else 1,
        "tokens_per_batch": batches.tokens_per_batch if offline else None,
    }


def failed_row(key: ArmCell, position: Position, origin: Origin, error: str) -> dict[str, Any]:
    """Return the row of a visit, load or open that failed."""
    return {
        **key._asdict(),
        **asdict(position),
        **origin.columns(),
        "status": "failed",
        "error": error,
        "flags": [],
    }


def sample_rows(key: ArmCell, visit: int, process: int, samples: Samples) -> list[dict[str, Any]]:
    """Return the rows of a visit's samples."""
    common = {**key._asdict(), "visit": visit, "process": process}
    return [common | sample._asdict() for sample in samples.rows()]


def prediction_rows(
    key: ArmCell,
    visit: int,
    predictions: Sequence[Prediction],
    measure: Measure | None,
    row_of: InOrder,
    line_of: InOrder,
) -> list[dict[str, Any]]:
    """Return the rows of a pass's predictions, with what each adds to the main metric.

    Args:
        key: the cell.
        visit: the visit whose pass it was.
        predictions: what the pass predicted, or some of it.
        measure: the main metric; ``None`` without one.
        row_of: where in the metric's statistics an id stands.
        line_of: where in a submission it stands (``tasks.task.Score``).
    """

    def statistics(key: str) -> list[float] | None:
        row = None if measure is None else row_of.get(key)
        if measure is None or row is None:
            return None
        values: list[float] = measure.statistics[row].tolist()
        return values

    return [
        {
            "arm": key.arm,
            "task": key.task,
            "language": key.language,
            "visit": visit,
            "id": p.id,
            "prediction": p.value,
            "score": p.score,
            "statistics": statistics(p.id),
            "submission_line": line_of.get(p.id),
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
        "metrics_json": json.dumps({m.name: float(m.value) for m in measures}),
    }
