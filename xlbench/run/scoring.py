"""From what a whole pass brought to stored predictions and the metric of its visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlbench.examples import Example, SentenceExample
from xlbench.export.order import submission_lines
from xlbench.metrics.bootstrap import interval
from xlbench.metrics.measure import Measure
from xlbench.metrics.score import score
from xlbench.predictions import Prediction
from xlbench.retrieval.predict import predict
from xlbench.run import rows
from xlbench.run.cells import CellKey
from xlbench.tasks.catalogue import TASKS


def predictions_of(
    task: str, examples: Sequence[Example], reply: dict[str, Any], arrays: list[np.ndarray]
) -> list[Prediction]:
    """Return the predictions of a pass; retrieval searches the embeddings it brought."""
    if reply["answers"] is not None:
        return [Prediction(*answer) for answer in reply["answers"]]
    sentences = [e for e in examples if isinstance(e, SentenceExample)]
    return predict(TASKS[task], sentences, arrays[1])


def scored(
    key: CellKey, visit: int, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> tuple[list[dict[str, Any]], list[Measure]]:
    """Return rows of the ``predictions`` table and the measures (none without labels)."""
    by_id = {p.id: p for p in predictions}
    measures = list(score(TASKS[key.task], key.language, examples, by_id))
    lines = submission_lines(TASKS[key.task], examples, by_id)
    main = measures[0] if measures else None
    return rows.prediction_rows(key, visit, predictions, main, lines), measures


def metric_columns(measures: Sequence[Measure], flags: Sequence[str], seed: int) -> dict[str, Any]:
    """Return the metric's columns and flags of the visit; random weights have no metric."""
    if not measures:
        return {"flags": sorted({*flags, "no-labels"})}
    if "random-weights" in flags:
        return {}
    return rows.metric_fields(measures, interval(measures[0], seed=seed))
