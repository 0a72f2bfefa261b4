"""What predicted tags are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.errors import UserError
from xlbench.metrics.tagging import chunk_measures, token_accuracy
from xlbench.predictions import Prediction
from xlbench.printable import shown
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Score, Task


def score(
    task: Task,
    language: str,
    examples: Sequence[TaggingExample],
    predictions: Mapping[str, Prediction],
    *,
    with_token_accuracy: bool = False,
) -> Score:
    """Return ``f1 precision recall`` of chunks, and ``token_accuracy`` where it is asked for.

    A submission has the sentences in the order of the data.

    Raises:
        UserError: an example has no prediction, or not one tag a word.
    """
    ids = tuple(e.id for e in examples)
    gold = [e.tags for e in examples if e.tags is not None]
    if not gold or len(gold) < len(examples):
        return Score((), ids)
    predicted = [prediction_of(task, language, predictions, i).value.split() for i in ids]
    for example_id, true, guess in zip(ids, gold, predicted, strict=True):
        if len(true) != len(guess):
            raise UserError(
                f"{task.name} {language}, example {shown(example_id)}: expected {len(true)} tags, "
                f"one a word, found {len(guess)}. Run the cell again from the start."
            )
    measures = chunk_measures(ids, gold, predicted)
    if with_token_accuracy:
        return Score((*measures, token_accuracy(ids, gold, predicted)), ids)
    return Score(measures, ids)
