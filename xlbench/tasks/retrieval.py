"""Sentence retrieval (BUCC 2018, Tatoeba): a sentence in, its embedding out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.window import Count, Encoded, Window
from xlbench.examples import Example, SentenceExample
from xlbench.tasks.kind import Outputs
from xlbench.tasks.tokenizing import chars, ids_of, segments, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from xlbench.tasks.catalogue import Task


class Retrieval:
    """Kind ``retrieval``."""

    head = "encoder"

    def encode(
        self, tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[Example]
    ) -> Encoded:
        """Return one window for each sentence."""
        texts = [e.text for e in examples if isinstance(e, SentenceExample)]
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
        self,
        task: Task,
        labels: Sequence[str],
        example: Example,
        windows: Sequence[Window],
        outputs: Sequence[Outputs],
    ) -> np.ndarray:
        """Return the sentence's embedding, float32 of shape ``(hidden,)``."""
        (embedding,) = outputs[0]
        return np.array(embedding, dtype=np.float32)
