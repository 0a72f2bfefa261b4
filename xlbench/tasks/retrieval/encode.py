"""From sentences to token ids, and from a model's output to an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.window import Count, Encoded, Window
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.task import Outputs, Task
from xlbench.tasks.tokenizing import chars, ids_of, segments, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def encode(
    tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[SentenceExample]
) -> Encoded:
    """Return one window for each sentence."""
    texts = [e.text for e in examples]
    whole = tokenizer(texts, verbose=False)
    special = tokenizer.num_special_tokens_to_add()
    windows, counts = [], []
    for index, ids in enumerate(whole["input_ids"]):
        length = len(ids)
        cut = length > task.max_length
        if cut:
            row = tokenizer(texts[index], truncation=True, max_length=task.max_length)
            window = Window(index, ids_of(row["input_ids"]), segments(tokenizer, row))
        else:
            window = Window(index, ids_of(ids), segments(tokenizer, whole, index))
        windows.append(window)
        text = texts[index]
        counts.append(Count(length - special, words(text), chars(text), cut))
    return Encoded(tuple(windows), tuple(counts))


def decode(
    task: Task,
    labels: Sequence[str],
    example: SentenceExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> np.ndarray:
    """Return the sentence's embedding, float32 of shape ``(hidden,)``."""
    (embedding,) = outputs[0]
    return np.array(embedding, dtype=np.float32)
