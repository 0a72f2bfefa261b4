"""Sentence-pair classification (XNLI, PAWS-X).

Encoding as XTREME's ``run_classify.py``: both texts together, cut longest first at the
task's maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.window import Count, Encoded, Window
from xlbench.examples import Example, PairExample
from xlbench.predictions import Prediction
from xlbench.tasks.kind import Outputs
from xlbench.tasks.tokenizing import chars, ids_of, segments, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from xlbench.tasks.catalogue import Task


class Pair:
    """Kind ``pair``."""

    head = "sequence-classification"

    def encode(
        self, tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[Example]
    ) -> Encoded:
        """Return one window for each example."""
        pairs = [(e.text_a, e.text_b) for e in examples if isinstance(e, PairExample)]
        first, second = [a for a, _ in pairs], [b for _, b in pairs]
        whole = tokenizer(first, second, verbose=False)
        special = tokenizer.num_special_tokens_to_add(pair=True)
        windows, counts = [], []
        for index, ids in enumerate(whole["input_ids"]):
            length = len(ids)
            cut = length > task.max_length
            if cut:
                row = tokenizer(
                    first[index],
                    second[index],
                    truncation="longest_first",
                    max_length=task.max_length,
                )
                window = Window(index, ids_of(row["input_ids"]), segments(tokenizer, row))
            else:
                window = Window(index, ids_of(ids), segments(tokenizer, whole, index))
            windows.append(window)
            text = f"{first[index]} {second[index]}"
            counts.append(Count(length - special, words(text), chars(text), cut))
        return Encoded(tuple(windows), tuple(counts))

    def decode(
        self,
        task: Task,
        labels: Sequence[str],
        example: Example,
        windows: Sequence[Window],
        outputs: Sequence[Outputs],
    ) -> Prediction:
        """Return the label with the highest logit."""
        (logits,) = outputs[0]
        best = int(np.argmax(logits))
        return Prediction(example.id, labels[best], float(logits[best]))
