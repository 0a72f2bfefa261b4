"""The value that says which model to load, for which task: all that a worker needs.

Made by ``resolve`` in the controller, sent to a worker as JSON, read by ``loading``. It
names local folders only: when a spec exists, everything is on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlbench.encode.form import InputForm
from xlbench.flags import Flag


@dataclass(frozen=True, slots=True)
class CheckpointSpec:
    """One checkpoint with the head for one task.

    Attributes:
        entry: name of the catalogue's entry, or the folder as the user wrote it.
        suite: the suite that led to the entry, or ``None``.
        task: the task.
        head: ``sequence-classification``, ``token-classification``,
            ``question-answering`` or ``encoder``.
        model_type: architecture as transformers names it, e.g. ``xlm-roberta``.
        folder: local folder with ``config.json`` and ``*.safetensors``; ``None`` where
            the weights are random.
        config: the architecture as in a ``config.json``; ``None`` where a folder has it.
        weights: ``trained`` or ``random``.
        seed: of random weights.
        tokenizer_folder: local folder of the tokenizer.
        labels: the task's label for each index of the logits; empty without classes.
        retrieval_layer: index into the hidden states (0: the embeddings, 1: the first
            layer's output) that is pooled; ``None`` but for retrieval.
        pooling: ``mean`` over all tokens or ``cls``, the first; ``None`` but for retrieval.
        prefix: text in front of every sentence of a retrieval task.
        tagging_layout: how a row of tagged words ends (``encode.form``).
        positions: longest row that the model has positions for, special tokens included;
            ``None`` where its config does not say.
        revision: the commit that was got from the Hub; ``None`` without one.
        flags: what every cell of this checkpoint carries.
        warnings: sentences for the user, shown once.
    """

    entry: str
    task: str
    head: str
    model_type: str
    folder: str | None
    config: dict[str, Any] | None
    weights: str
    seed: int
    tokenizer_folder: str
    labels: tuple[str, ...] = ()
    retrieval_layer: int | None = None
    pooling: str | None = None
    prefix: str = ""
    tagging_layout: str = "xtreme"
    positions: int | None = None
    revision: str | None = None
    suite: str | None = None
    flags: tuple[Flag, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def form(self) -> InputForm:
        """How the checkpoint wants its input."""
        return InputForm(self.tagging_layout, self.prefix)
