"""From words to token ids, and from logits to one tag a word, read off its first sub-word.

As XTREME's ``utils_tag.py``: every word is tokenised on its own, and one that yields no
sub-word gets the unknown token. A sentence that is too long is split at word boundaries, as
XTREME's preprocessing does, so that every word stands in exactly one window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.window import Count, Encoded, Window
from xlbench.predictions import Prediction
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Outputs, Task
from xlbench.tasks.tokenizing import chars, ids_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def encode(
    tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[TaggingExample]
) -> Encoded:
    """Return the windows of each sentence: one, or several for a long one.

    ``Window.trace`` has the positions of first sub-words, int32.
    """
    pieces = _pieces(tokenizer, [word for sentence in examples for word in sentence.words])
    room = task.max_length - tokenizer.num_special_tokens_to_add()
    windows: list[Window] = []
    counts: list[Count] = []
    begin = 0
    for index, sentence in enumerate(examples):
        own = pieces[begin : begin + len(sentence.words)]
        begin += len(sentence.words)
        windows += _windows(tokenizer, index, own, room)
        counts.append(
            Count(
                sum(map(len, own)),
                len(own),
                chars(" ".join(sentence.words)),
                any(len(piece) > room for piece in own),
            )
        )
    return Encoded(tuple(windows), tuple(counts))


def decode(
    task: Task,
    labels: Sequence[str],
    example: TaggingExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> Prediction:
    """Return the tags of all words, joined with single spaces."""
    tags: list[str] = []
    for window, (logits,) in zip(windows, outputs, strict=True):
        best = np.argmax(logits[window.trace], axis=-1)
        tags += [labels[i] for i in best.tolist()]
    return Prediction(example.id, " ".join(tags))


def _pieces(tokenizer: PreTrainedTokenizerFast, words: list[str]) -> list[list[int]]:
    """The sub-word ids of each word on its own; the unknown token where there are none."""
    if not words:
        return []
    found = tokenizer(words, add_special_tokens=False, verbose=False)["input_ids"]
    return [ids or [tokenizer.unk_token_id] for ids in found]


def _windows(
    tokenizer: PreTrainedTokenizerFast, index: int, pieces: list[list[int]], room: int
) -> list[Window]:
    windows: list[Window] = []
    ids: list[int] = []
    starts: list[int] = []
    for piece in pieces:
        fitting = piece[:room]
        if ids and len(ids) + len(fitting) > room:
            windows.append(_window(tokenizer, index, ids, starts))
            ids, starts = [], []
        starts.append(len(ids))
        ids = ids + fitting
    windows.append(_window(tokenizer, index, ids, starts))
    return windows


def _window(
    tokenizer: PreTrainedTokenizerFast, index: int, ids: list[int], starts: list[int]
) -> Window:
    before = [tokenizer.cls_token_id] if tokenizer.cls_token_id is not None else []
    after = [tokenizer.sep_token_id] if tokenizer.sep_token_id is not None else []
    whole = ids_of([*before, *ids, *after])
    segmented = "token_type_ids" in tokenizer.model_input_names
    types = np.zeros(len(whole), dtype=np.int32) if segmented else None
    return Window(index, whole, types, np.array(starts, dtype=np.int32) + len(before))
