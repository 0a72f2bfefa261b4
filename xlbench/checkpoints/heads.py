"""Heads: which one a kind of task needs, which one a model class has, which layer retrieves."""

from __future__ import annotations

from collections.abc import Sequence

from xlbench.tasks.task import Task

HEADS = ("sequence-classification", "token-classification", "question-answering", "encoder")

_SUFFIXES = {
    "ForSequenceClassification": "sequence-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
}
_PUBLISHED_LAYERS = {12: 8, 24: 14}


def head_for(task: Task) -> str:
    """Return the head that a task needs."""
    return task.kind.head


def head_of(architectures: Sequence[str]) -> str:
    """Return the head of the classes that a ``config.json`` names; ``encoder`` for any other.

    A model with a language-model head is an encoder here: that head is not used.
    """
    for name in architectures:
        for suffix, head in _SUFFIXES.items():
            if name.endswith(suffix):
                return head
    return "encoder"


def default_retrieval_layer(layers: int) -> int:
    """Return the index into the hidden states whose mean represents a sentence.

    XTREME's ``run_tatoeba.sh`` takes ``--specific_layer 7`` of 12 and 13 of 24 counted from
    0 without the embeddings, that is hidden states 8 and 14. Other depths take the layer at
    about 60 % of the depth, as the latter does.
    """
    return _PUBLISHED_LAYERS.get(layers, max(1, round(0.6 * layers)))
