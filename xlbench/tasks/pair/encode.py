"""From pairs of sentences to token ids, and from logits to a label.

As XTREME's ``run_classify.py``: both texts together, cut longest first at the task's maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.window import Count, Encoded, Window
from xlbench.predictions import Prediction
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.task import Outputs, Task
from xlbench.tasks.tokenizing import chars, ids_of, segments, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def encode(
    tokenizer: PreTrainedTokenizerFast,
    task: Task,
    examples: Sequence[PairExample],
    form: InputForm = AS_XTREME,
) -> Encoded:
    """Return one window for each example."""
    first, second = [e.text_a for e in examples], [e.text_b for e in examples]
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
    task: Task,
    labels: Sequence[str],
    example: PairExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> Prediction:
    """Return the label with the highest logit."""
    (logits,) = outputs[0]
    best = int(np.argmax(logits))
    return Prediction(example.id, labels[best], float(logits[best]))
