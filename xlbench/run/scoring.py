"""From what a whole pass brought to stored predictions and the metric of its visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.metrics.bootstrap import interval
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction
from xlbench.printable import shown
from xlbench.run import rows
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task
from xlbench.workers.protocol import Visited


@dataclass(frozen=True, slots=True)
class Scored:
    """A pass's predictions as they are stored, and what they are worth.

    Attributes:
        rows: of the ``predictions`` table.
        columns: metric and flags of the pass's visit.
        main: the main metric; ``None`` without labels, trained weights or finite outputs.
    """

    rows: list[dict[str, Any]]
    columns: dict[str, Any]
    main: Measure | None


def scored(
    key: ArmCell,
    visit: int,
    examples: Sequence[Example],
    reply: Visited,
    flags: Sequence[str],
    seed: int,
) -> Scored:
    """Score what a whole pass brought.

    Args:
        key: the cell.
        visit: the visit whose pass it was.
        examples: those of the cell, with gold.
        reply: the worker's answer to the visit.
        flags: of the visit.
        seed: of the bootstrap.
    """
    task = TASKS[key.task]
    if reply.non_finite and task.kind.search is not None:
        return Scored([], {}, None)  # such embeddings can't be compared with any
    predictions = _predictions(task, examples, reply)
    by_id = {p.id: p for p in predictions}
    if len(by_id) < len(predictions):
        twice = next(i for i, n in Counter(p.id for p in predictions).items() if n > 1)
        raise UserError(
            f"{key.task} {key.language}: expected an id of its own for each example, found "
            f"{shown(twice)} for several. Correct the data file."
        )
    found = task.kind.score(task, key.language, examples, by_id)
    lines = {prediction: line for line, prediction in enumerate(found.submitted)}
    measures = found.measures
    main = measures[0] if measures else None
    stored = rows.prediction_rows(key, visit, predictions, main, lines)
    if reply.non_finite:
        return Scored(stored, {}, None)
    if main is None:
        return Scored(stored, {"flags": sorted({*flags, Flag.NO_LABELS})}, None)
    if Flag.RANDOM_WEIGHTS in flags:
        return Scored(stored, {}, None)
    return Scored(stored, rows.metric_fields(measures, interval(main, seed=seed)), main)


def _predictions(task: Task, examples: Sequence[Example], reply: Visited) -> list[Prediction]:
    """Return the predictions of a pass, where need be by searching the embeddings it brought."""
    if task.kind.search is None:
        return list(reply.predictions or ())
    assert reply.embeddings is not None
    return task.kind.search(task, examples, reply.embeddings)
