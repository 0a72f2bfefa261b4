"""The interface between a kind of task and the measuring core.

A kind turns examples into windows and the model's outputs into predictions. It knows
tokenizers and numpy, and neither torch nor a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from xlbench.encode.window import Encoded, Window
from xlbench.examples import Example
from xlbench.predictions import Prediction

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from xlbench.tasks.catalogue import Task

Outputs = tuple[np.ndarray, ...]


class Kind(Protocol):
    """What differs between pair classification, tagging, span QA and retrieval."""

    head: str
    """``sequence-classification``, ``token-classification``, ``question-answering`` or
    ``encoder``: the head that the model must have."""

    def encode(
        self, tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[Example]
    ) -> Encoded:
        """Return windows and counts; ``Window.example`` indexes ``examples``."""
        ...

    def decode(
        self,
        task: Task,
        labels: Sequence[str],
        example: Example,
        windows: Sequence[Window],
        outputs: Sequence[Outputs],
    ) -> Prediction | np.ndarray:
        """Return the prediction for one example from all its windows.

        Args:
            task: the task.
            labels: the task's label for each index of the model's logits.
            example: the example, without gold.
            windows: its windows, in order.
            outputs: for each window the float32 rows of the model's outputs, padding
                removed: ``(logits,)`` of shape ``(classes,)`` for pairs, of shape
                ``(length, tags)`` for tagging, ``(start, end)`` of shape ``(length,)``
                each for questions, ``(embedding,)`` of shape ``(hidden,)`` for retrieval.

        Retrieval returns the embedding (the search over all of a cell's sentences comes
        after); every other kind a ``Prediction``.
        """
        ...
