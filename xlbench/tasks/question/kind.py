"""Kind ``question``: a question and a paragraph in, a part of the paragraph out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from xlbench.metrics import combine
from xlbench.predictions import Prediction
from xlbench.tasks.question.decode import decode
from xlbench.tasks.question.encode import encode
from xlbench.tasks.question.example import QuestionExample, has_gold, without_gold
from xlbench.tasks.question.hub import read_hub
from xlbench.tasks.question.read import read
from xlbench.tasks.question.score import score
from xlbench.tasks.task import Kind, Submission


def _answers_by_id(predictions: Sequence[Prediction]) -> str:
    return json.dumps({p.id: p.value for p in predictions}, indent=1) + "\n"


QUESTION = Kind(
    name="question",
    head="question-answering",
    example=QuestionExample,
    has_gold=has_gold,
    without_gold=without_gold,
    read=read,
    read_hub=read_hub,
    encode=encode,
    decode=decode,
    score=score,
    combine=combine.mean,
    submission=Submission("json", _answers_by_id),
    headline=("f1", "exact_match"),
)
