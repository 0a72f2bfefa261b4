"""Heads: which one a kind of task needs, which one a model has, which layer retrieves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xlbench.tasks.task import Task

HEADS = ("sequence-classification", "token-classification", "question-answering", "encoder")

_CLASSES = {
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
        for part, head in _CLASSES.items():
            if part in name:  # also XLMForQuestionAnsweringSimple
                return head
    return "encoder"


def head_in(tensors: Collection[str]) -> str:
    """Return the head that the names of a model's weights tell; ``encoder`` for none.

    For a config without ``architectures``. A classifier of two layers, or one behind a pooler, is
    for whole rows; the models of transformers for tokens have one layer and no pooler.
    """
    parts = [frozenset(name.split(".")) for name in tensors]
    if any("qa_outputs" in path for path in parts):
        return "question-answering"
    classifier = [path for path in parts if "classifier" in path]
    if not classifier:
        return "encoder"
    of_two_layers = any(path & {"dense", "out_proj"} for path in classifier)
    pooled = any(path & {"pooler", "pre_classifier"} for path in parts)
    return "sequence-classification" if of_two_layers or pooled else "token-classification"


def default_retrieval_layer(layers: int) -> int:
    """Return the index into the hidden states whose mean represents a sentence.

    XTREME's ``run_tatoeba.sh`` takes ``--specific_layer 7`` of 12 and 13 of 24 counted from
    0 without the embeddings, that is hidden states 8 and 14. Other depths take the layer at
    about 60 % of the depth, as the latter does.
    """
    return _PUBLISHED_LAYERS.get(layers, max(1, round(0.6 * layers)))
