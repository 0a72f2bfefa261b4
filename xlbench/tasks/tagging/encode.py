"""From words to token ids, and from logits to one tag a word, read off its first sub-word.

As XTREME's ``utils_tag.py`` and the preprocessing before it (``utils_preprocess.py``): every
word is tokenised on its own; one that yields no sub-word, or more than fit in a row, becomes the
unknown token; a sentence that is too long is split at word boundaries, so that every word stands
in exactly one window. How a row ends, ``encode.form`` says: with XTREME's end XLM-R's rows of 128
have room for 125 sub-words, BERT's for 126.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.special_tokens import special_tokens
from xlbench.encode.window import Count, Encoded, Window
from xlbench.predictions import Prediction
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Outputs, Task
from xlbench.tasks.tokenizing import chars, ids_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def encode(
    tokenizer: PreTrainedTokenizerFast,
    task: Task,
    examples: Sequence[TaggingExample],
    form: InputForm = AS_XTREME,
) -> Encoded:
    """Return the windows of each sentence: one, or several for a long one.

    ``Window.trace`` has the positions of first sub-words, int32.
    """
    pieces = _pieces(tokenizer, [word for sentence in examples for word in sentence.words])
    special = special_tokens(tokenizer)
    end = special.between if form.tagging_layout == "xtreme" else special.after
    room = task.max_length - len(special.before) - len(end)
    unknown = [tokenizer.unk_token_id]
    windows: list[Window] = []
    counts: list[Count] = []
    begin = 0
    for index, sentence in enumerate(examples):
        own = pieces[begin : begin + len(sentence.words)]
        begin += len(sentence.words)
        fitting = [piece if 0 < len(piece) <= room else unknown for piece in own]
        rows = _rows(fitting, room)
        windows += [_window(tokenizer, index, special.before, row, end) for row in rows]
        counts.append(
            Count(
                sum(max(1, len(piece)) for piece in own),
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
    """The sub-word ids of each word on its own."""
    if not words:
        return []
    # Masks and segments of a hundred thousand words would take as long as their pieces.
    found: list[list[int]] = tokenizer(
        words,
        add_special_tokens=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )["input_ids"]
    return found


def _rows(pieces: list[list[int]], room: int) -> list[list[list[int]]]:
    """Words put into rows in their order, as many into each as fit."""
    rows: list[list[list[int]]] = [[]]
    filled = 0
    for piece in pieces:
        if filled + len(piece) > room:
            rows.append([])
            filled = 0
        rows[-1].append(piece)
        filled += len(piece)
    return rows


def _window(
    tokenizer: PreTrainedTokenizerFast,
    index: int,
    before: tuple[int, ...],
    row: list[list[int]],
    end: tuple[int, ...],
) -> Window:
    ids = ids_of([*before, *(i for piece in row for i in piece), *end])
    lengths = [len(before), *(len(piece) for piece in row)]
    starts = np.cumsum(lengths, dtype=np.int32)[: len(row)]
    segmented = "token_type_ids" in tokenizer.model_input_names
    return Window(index, ids, np.zeros(len(ids), dtype=np.int32) if segmented else None, starts)
