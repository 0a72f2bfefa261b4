"""Kind ``choice``: a question and some answers in, which of them is right.

Each answer is a row of its own: the question and the answer as a pair of texts, cut at the front
of the question where it is too long (what an ending follows is the end). The head gives one
logit a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles
from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.window import Count, Encoded, Window
from xlbench.metrics import combine
from xlbench.metrics.accuracy import accuracy
from xlbench.predictions import Prediction
from xlbench.tasks.predicted import prediction_of
from xlbench.tasks.submission import by_line
from xlbench.tasks.task import HubSplits, Kind, Outputs, Score, Submission, Task
from xlbench.tasks.tokenizing import chars, ids_of, words
from xlbench.train.choice_example import ChoiceExample, has_gold, without_gold
from xlbench.train.plain import parsed
from xlbench.train.raw_rows import columns, json_lines

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def read(
    task: Task, cell: CellFiles, bad: MalformedRows, limit: int | None = None
) -> Iterator[ChoiceExample]:
    """Yield the questions of a file in the plain form."""
    return islice(parsed(task, json_lines(cell.files[0], bad), bad), limit)  # type: ignore[arg-type]


def read_hub(
    task: Task, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
) -> Iterator[ChoiceExample]:
    """Yield the questions of parquet files with the columns of the plain form."""
    reader = columns("question", "choices", "label")
    rows = chain.from_iterable(reader(path, bad) for path in splits[0][1])
    return islice(parsed(task, rows, bad), limit)  # type: ignore[arg-type]


def encode(
    tokenizer: PreTrainedTokenizerFast,
    task: Task,
    examples: Sequence[ChoiceExample],
    form: InputForm = AS_XTREME,
) -> Encoded:
    """Return one window for each choice, in order."""
    windows, counts = [], []
    special = tokenizer.num_special_tokens_to_add(pair=True)
    for index, example in enumerate(examples):
        question = tokenizer(example.question, add_special_tokens=False, verbose=False)["input_ids"]
        answers = tokenizer(list(example.choices), add_special_tokens=False, verbose=False)
        cut = False
        for answer in answers["input_ids"]:
            answer = answer[: task.max_length - special - 1]
            room = task.max_length - special - len(answer)
            cut = cut or len(question) > room
            windows.append(_joined(tokenizer, index, question[-room:], answer))
        text = " ".join((example.question, *example.choices))
        tokens = len(question) + sum(map(len, answers["input_ids"]))
        counts.append(Count(tokens, words(text), chars(text), cut))
    return Encoded(tuple(windows), tuple(counts))


def _joined(
    tokenizer: PreTrainedTokenizerFast, index: int, question: list[int], answer: list[int]
) -> Window:
    cls, sep = [tokenizer.cls_token_id], [tokenizer.sep_token_id]
    between = sep * (tokenizer.num_special_tokens_to_add(pair=True) - 2)
    front = [*cls, *question, *between]
    ids = ids_of([*front, *answer, *sep])
    if "token_type_ids" not in tokenizer.model_input_names:
        return Window(index, ids)
    types = np.zeros(len(ids), dtype=np.int32)
    types[len(front) :] = 1
    return Window(index, ids, types)


def decode(
    task: Task,
    labels: Sequence[str],
    example: ChoiceExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> Prediction:
    """Return the index of the choice whose row has the highest logit, as a text."""
    logits = np.array([float(logits[0]) for (logits,) in outputs])
    best = int(np.argmax(logits))
    return Prediction(example.id, str(best), float(logits[best]))


def score(
    task: Task,
    language: str,
    examples: Sequence[ChoiceExample],
    predictions: Mapping[str, Prediction],
) -> Score:
    """Return ``accuracy``."""
    ids = tuple(e.id for e in examples)
    gold = [(str(e.label),) for e in examples if e.label is not None]
    if not gold or len(gold) < len(examples):
        return Score((), ids)
    predicted = [prediction_of(task, language, predictions, i).value for i in ids]
    return Score((accuracy(ids, gold, predicted),), ids)


CHOICE = Kind(
    name="choice",
    head="multiple-choice",
    example=ChoiceExample,
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
