"""How a checkpoint is used where its files do not say: what it reads, what stands for a sentence.

An arm's options go before what its entry says, and that before the defaults, which are those of
XTREME's scripts as far as these agree. They do not for retrieval: ``run_tatoeba.sh`` averages a
middle layer, ``run_bucc2018.sh`` asks for the first token's state (``--pool_type cls``) of layer
7. Here both tasks average the same layer: an encoder's first token was never trained to stand for
its sentence, and one setting for both shows what a change to the encoder does. As
``run_bucc2018.sh``: ``@pooling=cls,retrieval-layer=8``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

TAGGING_LAYOUTS = ("xtreme", "tokenizer")
POOLINGS = ("mean", "cls")


@dataclass(frozen=True, slots=True)
class Usage:
    """What is said about the use of a checkpoint; ``None``: nothing.

    Attributes:
        tagging_layout: how a row of tagged words ends, ``xtreme`` or ``tokenizer`` (see
            ``encode.form``).
        prefix: text in front of every sentence of a retrieval task.
        pooling: what stands for a sentence: the mean over all its tokens, special ones included,
            or the first token's state (``cls``).
        retrieval_layer: the hidden state that is pooled (0: the embeddings).
    """

    tagging_layout: str | None = None
    prefix: str | None = None
    pooling: str | None = None
    retrieval_layer: int | None = None

    def over(self, other: Usage) -> Usage:
        """Return what this says, and where it says nothing what the other says."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        rest = {name: getattr(other, name) for name, value in said.items() if value is None}
        return Usage(**{**said, **rest})
