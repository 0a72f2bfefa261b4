"""On which line of XTREME's submission a prediction stands.

Worked out while gold and texts are at hand and kept with the predictions, so that a result
folder can be exported without the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.examples import Example, SentenceExample
from xlbench.metrics.bucc import Mined, best_threshold
from xlbench.metrics.retrieved import prediction_id
from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import Task


def submission_lines(
    task: Task, examples: Sequence[Example], predictions: Mapping[str, Prediction]
) -> dict[str, int]:
    """Return the 0-based line of each prediction that a submission has, by its id.

    Pairs, tagged sentences and questions stand in the order of the data. Tatoeba has a line
    for each English sentence, sorted by its text where the data is not XTREME's own
    (``tatoeba_preprocess`` in google-research/xtreme, ``utils_preprocess.py``). BUCC has the
    pairs of the test split whose score reaches the threshold that is best on the dev split
    (``bucc_eval`` in ``utils_retrieve.py``); none where that has no gold.

    Args:
        task: the task.
        examples: all of the cell, with gold.
        predictions: by ``Prediction.id``.
    """
    sentences = [e for e in examples if isinstance(e, SentenceExample)]
    match task.name:
        case "tatoeba":
            ids = _tatoeba(sentences)
        case "bucc2018":
            ids = _bucc(sentences, predictions)
        case _:
            ids = [example.id for example in examples]
    return {prediction: line for line, prediction in enumerate(ids)}


def _tatoeba(sentences: Sequence[SentenceExample]) -> list[str]:
    english = [e for e in sentences if e.side == "target"]
    if any(e.gold for e in sentences):
        # Aligned files are in another order than XTREME's, which sorts them to hide the gold.
        english.sort(key=lambda e: e.text.strip())
    return [e.id for e in english]


def _bucc(sentences: Sequence[SentenceExample], predictions: Mapping[str, Prediction]) -> list[str]:
    mined: list[Mined] = []
    for e in sentences:
        if e.side == "source" and e.split == "dev":
            p = predictions.get(prediction_id(e))
            if e.gold is None or p is None:
                return []
            mined.append(Mined(p.id, p.value, p.score if p.value else None, e.gold))
    if not mined:
        return []
    threshold = best_threshold(mined)
    asked = (predictions.get(e.id) for e in sentences if e.side == "source" and e.split == "test")
    return [p.id for p in asked if p and p.value and p.score is not None and p.score >= threshold]
