"""What predicted answers are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xlbench.errors import UserError
from xlbench.metrics import normalise
from xlbench.metrics.normalise import Normaliser
from xlbench.metrics.question import question_measures
from xlbench.predictions import Prediction
from xlbench.printable import shown
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Score, Task


def score(
    task: Task,
    language: str,
    examples: Sequence[QuestionExample],
    predictions: Mapping[str, Prediction],
    *,
    normaliser: Callable[[str], Normaliser] = lambda language: normalise.squad,
) -> Score:
    """Return ``f1 exact_match``; a submission has the questions in the order of the data.

    Args:
        task: the task.
        language: of the cell.
        examples: with gold.
        predictions: by id.
        normaliser: returns, for the language, how answers are compared.

    Raises:
        UserError: an example has no prediction, or a question an empty list of answers.
    """
    ids = tuple(e.id for e in examples)
    gold = [e.answers for e in examples if e.answers is not None]
    if not gold or len(gold) < len(examples):
        return Score((), ids)
    for example_id, answers in zip(ids, gold, strict=True):
        if not answers:
            raise UserError(
                f"{task.name} {language}, question {shown(example_id)}: expected at least one "
                "answer to compare with, found an empty list. Correct the data file."
            )
    predicted = [prediction_of(task, language, predictions, i).value for i in ids]
    return Score(question_measures(ids, gold, predicted, normaliser(language)), ids)
