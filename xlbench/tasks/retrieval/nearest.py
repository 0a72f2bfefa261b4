"""Retrieval by nearest neighbour, as Tatoeba is evaluated.

Source: ``similarity_search`` in google-research/xtreme, third_party/utils_retrieve.py, and
``tatoeba_preprocess`` in its utils_preprocess.py for the order of a submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from xlbench.metrics.accuracy import accuracy
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction
from xlbench.retrieval.mine import nearest
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.retrieval.sides import Sides, sides_of
from xlbench.tasks.task import Score, Task


def search(
    task: Task, examples: Iterable[SentenceExample], embeddings: np.ndarray
) -> Iterator[Prediction]:
    """Yield for each English sentence the nearest one in the language, which XTREME scores, then
    for each sentence in the language the nearest English one; the score is the cosine.

    Args:
        task: the task.
        examples: both sides; gold is not looked at.
        embeddings: a row for each example, see ``Sides``.

    Raises:
        UserError: an embedding is zero or not finite.
        ValueError: not one embedding for each example.
    """
    sides = sides_of(task, examples, embeddings)
    yield from _nearest(sides, "target", "source")
    yield from _nearest(sides, "source", "target")


def _nearest(sides: Sides, side: str, other: str) -> Iterator[Prediction]:
    queries, database = sides.rows(side, "test"), sides.rows(other, "test")
    if not len(queries) or not len(database):
        yield from (Prediction(sides.ids[i], "") for i in queries)
        return
    indices, scores = nearest(sides.unit(queries), sides.unit(database))
    for i, j, score in zip(queries, indices, scores, strict=True):
        yield Prediction(sides.ids[i], sides.ids[database[j]], float(score))


def score(
    task: Task,
    language: str,
    examples: Iterable[SentenceExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``accuracy`` of English sentences whose nearest neighbour in the language is their
    translation, which is XTREME's direction, and ``accuracy_to_english``, the other one.

    A submission has a line for each English sentence, sorted by its text where the data is not
    XTREME's own: that hides the gold.

    Raises:
        UserError: an example has no prediction.
    """
    english = [e for e in examples if e.side == "target"]
    if any(e.gold for e in examples):
        english.sort(key=lambda e: e.text.strip())
    submitted = tuple(e.id for e in english)
    return Score(_measures(task, language, examples, predictions), submitted)


def _measures(
    task: Task,
    language: str,
    examples: Iterable[SentenceExample],
    predictions: Mapping[str, Prediction],
) -> tuple[Measure, ...]:
    sources = [e for e in examples if e.side == "source"]
    if any(e.gold is None for e in sources):
        return ()
    to_english = {e.id: e.gold for e in sources if e.gold}
    translations: dict[str, set[str]] = {e.id: set() for e in examples if e.side == "target"}
    for source, gold in to_english.items():
        for target in translations.keys() & set(gold):
            translations[target].add(source)
    to_language = {target: accepted for target, accepted in translations.items() if accepted}
    if not to_language:
        return ()

    def predicted(ids: Mapping[str, object]) -> list[str]:
        return [prediction_of(task, language, predictions, i).value for i in ids]

    return (
        accuracy(tuple(to_language), tuple(to_language.values()), predicted(to_language)),
        accuracy(
            tuple(to_english),
            tuple(to_english.values()),
            predicted(to_english),
            name="accuracy_to_english",
        ),
    )
