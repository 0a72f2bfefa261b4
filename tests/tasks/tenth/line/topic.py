"""A task of a new kind: one line in, its topic out. Everything the kind knows is in this folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from xlbench.data.lines import read_lines
from xlbench.data.places import Place
from xlbench.encode.window import Count, Encoded, Window
from xlbench.metrics import combine
from xlbench.metrics.accuracy import accuracy
from xlbench.predictions import Prediction
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.submission import by_line
from xlbench.tasks.task import Kind, Score, Submission, Task, codes
from xlbench.tasks.tokenizing import chars, ids_of, words


@dataclass(frozen=True, slots=True)
class LineExample:
    """A line and its topic."""

    id: str
    text: str
    topic: str | None


def read(task, cell, bad, limit=None) -> Iterator[LineExample]:
    """Yield a line for each row ``topic TAB line``."""
    for row, line in islice(read_lines(cell.files[0], bad), limit):
        topic, _, text = (line or "").partition("\t")
        yield LineExample(str(row), text, topic)


def encode(tokenizer, task, examples: Sequence[LineExample], form) -> Encoded:
    """Return one window for each line."""
    rows = tokenizer([e.text for e in examples], truncation=True, max_length=task.max_length)
    windows = [Window(i, ids_of(ids)) for i, ids in enumerate(rows["input_ids"])]
    counts = [
        Count(w.length - 2, words(e.text), chars(e.text))
        for w, e in zip(windows, examples, strict=True)
    ]
    return Encoded(tuple(windows), tuple(counts))


def decode(task, labels, example: LineExample, windows, outputs) -> Prediction:
    """Return the topic with the highest logit."""
    return Prediction(example.id, labels[int(np.argmax(outputs[0][0]))])


def score(task, language, examples: Sequence[LineExample], predictions: Mapping) -> Score:
    """Return the accuracy."""
    ids = [e.id for e in examples]
    predicted = [prediction_of(task, language, predictions, i).value for i in ids]
    return Score((accuracy(ids, [(e.topic,) for e in examples], predicted),), tuple(ids))


LINE = Kind(
    name="line",
    head="sequence-classification",
    example=LineExample,
    has_gold=lambda example: example.topic is not None,
    without_gold=lambda example: replace(example, topic=None),
    read=read,
    read_hub=lambda task, language, splits, bad, limit: iter(()),
    encode=encode,
    decode=decode,
    score=score,
    combine=combine.share,
    submission=Submission("tsv", by_line()),
)

TASK = Task(
    name="topic",
    title="Topics",
    kind=LINE,
    languages=codes("en"),
    max_length=64,
    metric="accuracy",
    places=(Place(("topic/{lg}.txt",)),),
    labels=("rivers", "music"),
)
