"""Kind ``nullable``: questions that the context may not answer (SQuAD v2.0).

No answer is a span of the first token.

Source: ``run_squad.py --version_2_with_negative``: no answer is predicted where the sum of the
first token's logits exceeds that of the best span (threshold 0), taken from the window in which
the null is least likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlbench.encode.window import Window
from xlbench.metrics import combine, normalise
from xlbench.metrics.measure import Measure
from xlbench.metrics.question import token_f1
from xlbench.predictions import Prediction
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.question.decode import decode as decode_span
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.question.kind import QUESTION
from xlbench.tasks.task import Outputs, Score, Task


def decode(
    task: Task,
    labels: Sequence[str],
    example: QuestionExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> Prediction:
    """Return the best span's text, or an empty one where none is likelier."""
    span = decode_span(task, labels, example, windows, outputs)
    null = min(float(start[0] + end[0]) for start, end in outputs)
    if span.score is None or null > span.score:
        return Prediction(example.id, "", null)
    return span


def score(
    task: Task,
    language: str,
    examples: Sequence[QuestionExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``f1 exact_match has_answer``; no answer is matched by an empty one only.

    Source: the evaluation script of SQuAD v2.0, ``get_raw_scores``; ``has_answer`` is the share
    of questions for which it is told rightly whether there is an answer.
    """
    ids = tuple(e.id for e in examples)
    rows = np.ones((len(ids), 2, 3))
    for i, example in enumerate(examples):
        if example.answers is None:
            return Score((), ids)
        guess = normalise.squad(prediction_of(task, language, predictions, example.id).value)
        gold = [normalise.squad(answer) for answer in example.answers] or [""]
        rows[i, 0, 0] = max(token_f1(guess, g) if g and guess else float(g == guess) for g in gold)
        rows[i, 0, 1] = guess in gold
        rows[i, 0, 2] = bool(guess) == bool(example.answers)
    measures = tuple(
        Measure(name, ids, rows[:, :, k], combine.mean)
        for k, name in enumerate(("f1", "exact_match", "has_answer"))
    )
    return Score(measures, ids)


NULLABLE = replace(
    QUESTION, name="nullable", decode=decode, score=score, headline=("f1", "exact_match")
)
