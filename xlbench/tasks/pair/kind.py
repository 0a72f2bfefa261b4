"""Kind ``pair``: two sentences, one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.metrics import combine
from xlbench.metrics.accuracy import accuracy
from xlbench.predictions import Prediction
from xlbench.tasks.pair.encode import decode, encode
from xlbench.tasks.pair.example import PairExample, has_gold, without_gold
from xlbench.tasks.pair.hub import read_hub
from xlbench.tasks.pair.read import read
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.submission import by_line
from xlbench.tasks.task import Kind, Score, Submission, Task


def score(
    task: Task,
    language: str,
    examples: Sequence[PairExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``accuracy``; a submission has a label a line, in the order of the data."""
    ids = tuple(e.id for e in examples)
    gold = [e.label for e in examples if e.label is not None]
    if not gold or len(gold) < len(examples):
        return Score((), ids)
    predicted = [prediction_of(task, language, predictions, i).value for i in ids]
    return Score((accuracy(ids, [(label,) for label in gold], predicted),), ids)


PAIR = Kind(
    name="pair",
    head="sequence-classification",
    example=PairExample,
    has_gold=has_gold,
    without_gold=without_gold,
    read=read,
    read_hub=read_hub,
    encode=encode,
    decode=decode,
    score=score,
    combine=combine.share,
    submission=Submission("tsv", by_line()),
)
