"""From what a whole pass brought to stored predictions and the metric of its visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.held.by_id import ById
from xlbench.held.places import InOrder, Places
from xlbench.held.shelf import Shelf
from xlbench.held.texts import Texts
from xlbench.metrics.bootstrap import interval
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction
from xlbench.printable import shown
from xlbench.run import rows
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Score, Task
from xlbench.workers.protocol import Visited

BLOCK = 2048
"""Examples that are scored, and predictions that are stored, together."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A pass's predictions as they are stored, and what they are worth.

    Attributes:
        rows: of the ``predictions`` table, some at a time.
        columns: metric and flags of the pass's visit.
        main: the main metric; ``None`` without labels, trained weights or finite outputs.
    """

    rows: Iterable[list[dict[str, Any]]]
    columns: dict[str, Any]
    main: Measure | None


def scored(
    key: ArmCell,
    visit: int,
    examples: Iterable[Example],
    reply: Visited,
    flags: Sequence[str],
    seed: int,
) -> Scored:
    """Score what a whole pass brought.

    Args:
        key: the cell.
        visit: the visit whose pass it was.
        examples: those of the cell, with gold; iterated over several times.
        reply: the worker's answer to the visit.
        flags: of the visit.
        seed: of the bootstrap.
    """
    task = TASKS[key.task]
    if reply.non_finite and task.kind.search is not None:
        return Scored((), {}, None)  # such embeddings can't be compared with any
    predictions = _predictions(task, examples, reply)
    if task.kind.search is not None:
        by_id = ById(predictions)
        _check_ids(key, by_id.twice())
        found = task.kind.score(task, key.language, examples, by_id)
    else:
        found = _in_blocks(key, task, examples, predictions)
    measures = found.measures
    main = measures[0] if measures else None
    stored = _stored(key, visit, predictions, main, found.submitted)
    if reply.non_finite:
        return Scored(stored, {}, None)
    if main is None:
        return Scored(stored, {"flags": sorted({*flags, Flag.NO_LABELS})}, None)
    if Flag.RANDOM_WEIGHTS in flags:
        return Scored(stored, {}, None)
    return Scored(stored, rows.metric_fields(measures, interval(main, seed=seed)), main)


def _predictions(task: Task, examples: Iterable[Example], reply: Visited) -> Sequence[Prediction]:
    """Return the predictions of a pass, where need be by searching the embeddings it brought."""
    if task.kind.search is None:
        return reply.predictions or ()
    assert reply.embeddings is not None
    return Shelf(task.kind.search(task, examples, reply.embeddings))


def _check_ids(key: ArmCell, twice: str | None) -> None:
    if twice is not None:
        raise UserError(
            f"{key.task} {key.language}: expected an id of its own for each example, found "
            f"{shown(twice)} for several. Correct the data file."
        )


def _in_blocks(
    key: ArmCell, task: Task, examples: Iterable[Example], predictions: Sequence[Prediction]
) -> Score:
    """Score some examples at a time; what is held of all are ids and statistics."""
    submitted, ids = Texts(), Texts()
    parts: list[tuple[Measure, ...]] = []
    statistics: list[list[np.ndarray]] = []
    coming, begin = iter(examples), 0
    while block := list(islice(coming, BLOCK)):
        some = {p.id: p for p in predictions[begin : begin + len(block)]}
        begin += len(block)
        if len(some) < len(block) and len({e.id for e in block}) < len(block):
            _check_ids(key, Places([e.id for e in block]).twice())
        score = task.kind.score(task, key.language, block, some)
        submitted.extend(score.submitted)
        parts.append(tuple(score.measures[:1]))
        statistics.append([measure.statistics for measure in score.measures])
        ids.extend(score.measures[0].ids if score.measures else ())
        like = score.measures
    _check_ids(key, Places(submitted).twice())
    # One part without gold: the whole has no metric.
    if not parts or not all(parts):
        return Score((), submitted)
    if ids == submitted:
        submitted = ids
    columns = [np.concatenate(column) for column in zip(*statistics, strict=True)]
    return Score(
        tuple(
            Measure(m.name, ids, column, m.combine) for m, column in zip(like, columns, strict=True)
        ),
        submitted,
    )


def _stored(
    key: ArmCell,
    visit: int,
    predictions: Sequence[Prediction],
    main: Measure | None,
    submitted: Sequence[str],
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of the predictions, some at a time."""
    row_of, line_of = InOrder(main.ids if main else ()), InOrder(submitted)
    for start in range(0, len(predictions), BLOCK):
        some = predictions[start : start + BLOCK]
        yield rows.prediction_rows(key, visit, some, main, row_of, line_of)
