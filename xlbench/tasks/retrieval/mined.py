"""Retrieval by mining pairs above a threshold, as BUCC is evaluated.

Source: ``mine_bitext`` and ``bucc_eval`` in google-research/xtreme,
third_party/utils_retrieve.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from xlbench.metrics.mined import Mined, best_threshold, mined_measures
from xlbench.predictions import Prediction
from xlbench.retrieval.duplicates import keys_of, last_of_each, repeated
from xlbench.retrieval.mine import mined
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.retrieval.example import (
    SentenceExample,
    id_of_prediction,
    prediction_id,
)
from xlbench.tasks.retrieval.sides import Sides, sides_of
from xlbench.tasks.task import Score, Task


def search(
    task: Task, examples: Iterable[SentenceExample], embeddings: np.ndarray
) -> Iterator[Prediction]:
    """Yield for each source sentence of each split the target sentence it was mined with and the
    ratio margin, or an empty value and no score; sentences that a side has more than once get
    none.

    Args:
        task: the task.
        examples: both sides, all splits; gold is not looked at.
        embeddings: a row for each example, see ``Sides``.

    Raises:
        UserError: an embedding is zero or not finite.
        ValueError: not one embedding for each example.
    """
    sides = sides_of(task, examples, embeddings)
    texts = keys_of(e.text for e in examples)
    stripped = keys_of(e.text.strip() for e in examples)
    for split in sides.splits:
        yield from _mined(sides, split, texts, stripped)


def _mined(
    sides: Sides, split: str, texts: np.ndarray, stripped: np.ndarray
) -> Iterator[Prediction]:
    source, target = (sides.rows(side, split) for side in ("source", "target"))
    unique, doubtful = [], np.zeros(len(texts), bool)
    for rows in (source, target):
        unique.append(rows[last_of_each(texts[rows])])
        doubtful[rows] = repeated(stripped[rows])
    partner = np.full(len(texts), -1, np.int64)
    margin = np.zeros(len(texts))
    sources, targets, margins = mined(sides.unit(unique[0]), sides.unit(unique[1]))
    i, j = unique[0][sources], unique[1][targets]
    certain = ~doubtful[i] & ~doubtful[j]
    partner[i[certain]], margin[i[certain]] = j[certain], margins[certain]
    for i in source.tolist():
        own_id = id_of_prediction(sides.ids[i], split)
        if partner[i] < 0:
            yield Prediction(own_id, "")
        else:
            yield Prediction(own_id, sides.ids[partner[i]], float(margin[i]))


def score(
    task: Task,
    language: str,
    examples: Iterable[SentenceExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``f1 precision recall`` of the test split at the threshold that is best on the
    development split; none if either has no gold. Where there is the development split alone, it
    is measured at its own best threshold, which flatters.

    A submission has the pairs of the test split that reach the threshold.

    Raises:
        UserError: a sentence that is looked at has no prediction.
    """
    labelled: dict[str, bool] = {}
    for e in examples:
        if e.side == "source":
            labelled[e.split] = labelled.get(e.split, True) and e.gold is not None
    if not labelled.get("dev", False):
        return Score((), ())

    def found(split: str) -> Iterator[Mined]:
        for e in examples:
            if (e.side, e.split) == ("source", split):
                p = prediction_of(task, language, predictions, prediction_id(e))
                yield Mined(p.id, p.value, p.score if p.value else None, e.gold or ())

    threshold = best_threshold(found("dev"))
    if "test" not in labelled:
        return Score(mined_measures(found("dev"), threshold), ())
    submitted = tuple(p.id for p in found("test") if p.score is not None and p.score >= threshold)
    if not labelled["test"]:
        return Score((), submitted)
    return Score(mined_measures(found("test"), threshold), submitted)
