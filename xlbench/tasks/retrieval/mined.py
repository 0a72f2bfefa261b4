"""Retrieval by mining pairs above a threshold, as BUCC is evaluated.

Source: ``mine_bitext`` and ``bucc_eval`` in google-research/xtreme,
third_party/utils_retrieve.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlbench.metrics.mined import Mined, best_threshold, mined_measures
from xlbench.predictions import Prediction
from xlbench.retrieval.duplicates import last_of_each, repeated
from xlbench.retrieval.mine import mine_bitext
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.retrieval.example import SentenceExample, prediction_id
from xlbench.tasks.retrieval.sides import Sides
from xlbench.tasks.task import Score, Task


def search(
    task: Task, examples: Sequence[SentenceExample], embeddings: np.ndarray
) -> list[Prediction]:
    """Return for each source sentence of each split the target sentence it was mined with and the
    ratio margin, or an empty value and no score; sentences that a side has more than once get
    none.

    Args:
        task: the task.
        examples: both sides, all splits; gold is not looked at.
        embeddings: see ``Sides``.

    Raises:
        UserError: an embedding is zero or not finite.
        ValueError: not one embedding for each example.
    """
    sides = Sides(task, examples, embeddings)
    splits = dict.fromkeys(e.split for e in examples)
    return [prediction for split in splits for prediction in _mined(sides, split)]


def _mined(sides: Sides, split: str) -> list[Prediction]:
    examples = sides.examples
    rows = {side: sides.rows(side, split) for side in ("source", "target")}
    texts = {side: [examples[i].text for i in rows[side]] for side in rows}
    unique = {side: rows[side][last_of_each(texts[side])] for side in rows}
    doubtful = {int(rows[side][i]) for side in rows for i in repeated(texts[side])}
    found: dict[int, Prediction] = {}
    for pair in mine_bitext(sides.unit(unique["source"]), sides.unit(unique["target"])):
        i, j = int(unique["source"][pair.source]), int(unique["target"][pair.target])
        if i not in doubtful and j not in doubtful:
            found[i] = Prediction(prediction_id(examples[i]), examples[j].id, pair.score)
    return [found.get(int(i), Prediction(prediction_id(examples[i]), "")) for i in rows["source"]]


def score(
    task: Task,
    language: str,
    examples: Sequence[SentenceExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``f1 precision recall`` of the test split at the threshold that is best on the
    development split; none if either has no gold. Where there is the development split alone, it
    is measured at its own best threshold, which flatters.

    A submission has the pairs of the test split that reach the threshold.

    Raises:
        UserError: a sentence that is looked at has no prediction.
    """
    sources = [e for e in examples if e.side == "source"]
    test, dev = ([e for e in sources if e.split == split] for split in ("test", "dev"))
    if not dev or any(e.gold is None for e in dev):
        return Score((), ())

    def mined(sentences: Sequence[SentenceExample]) -> list[Mined]:
        pairs = []
        for e in sentences:
            p = prediction_of(task, language, predictions, prediction_id(e))
            pairs.append(Mined(p.id, p.value, p.score if p.value else None, e.gold or ()))
        return pairs

    tuning = mined(dev)
    threshold, pairs = best_threshold(tuning), mined(test)
    if not test:
        return Score(mined_measures(tuning, threshold), ())
    submitted = tuple(p.id for p in pairs if p.score is not None and p.score >= threshold)
    if any(e.gold is None for e in test):
        return Score((), submitted)
    return Score(mined_measures(pairs, threshold), submitted)
