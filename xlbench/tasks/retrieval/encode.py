"""From sentences to token ids, and from a model's output to an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.window import Count, Encoded, Window
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.task import Outputs, Task
from xlbench.tasks.tokenizing import chars, ids_of, segments, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def encode(
    tokenizer: PreTrainedTokenizerFast,
    task: Task,
    examples: Sequence[SentenceExample],
    form: InputForm = AS_XTREME,
) -> Encoded:
    """Return one window for each sentence, the form's prefix in front; what is counted has none."""
    texts = [form.prefix + e.text for e in examples]
    whole = tokenizer(texts, verbose=False)
    special = tokenizer.num_special_tokens_to_add() + _tokens_of(tokenizer, form.prefix)
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
        text = examples[index].text
        counts.append(Count(length - special, words(text), chars(text), cut))
    return Encoded(tuple(windows), tuple(counts))


def _tokens_of(tokenizer: PreTrainedTokenizerFast, prefix: str) -> int:
    """The tokens of a prefix; blanks at its end belong to the first word behind it."""
    bare = prefix.rstrip()
    return len(tokenizer(bare, add_special_tokens=False)["input_ids"]) if bare else 0


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
