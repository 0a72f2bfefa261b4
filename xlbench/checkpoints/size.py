"""How large an architecture is, worked out from its ``config.json`` without building it."""

from __future__ import annotations

from xlbench.checkpoints.config import ModelConfig

_BERT_LIKE = ("bert", "roberta", "xlm-roberta", "camembert")
_NAMES = (
    "vocab_size",
    "max_position_embeddings",
    "type_vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
)
_MOST = 2**40


def encoder_parameters(config: ModelConfig) -> int | None:
    """Return the parameters of the encoder without pooler and head; ``None`` where unknown.

    Embeddings of words, positions and segments with a norm; in each layer four projections
    of attention, two of the feed-forward part, and two norms (Devlin et al. 2019, arXiv
    1810.04805, and transformers' implementation).
    """
    if config.model_type not in _BERT_LIKE:
        return None
    numbers = [config.content.get(name) for name in _NAMES]
    words, positions, segments, width, inner, depth = (_number(value) for value in numbers)
    if 0 in (words, positions, segments, width, inner, depth):
        return None
    embeddings = (words + positions + segments) * width + 2 * width
    attention = 4 * (width * width + width) + 2 * width
    feed_forward = width * inner + inner + inner * width + width + 2 * width
    return embeddings + depth * (attention + feed_forward)


def _number(value: object) -> int:
    return value if type(value) is int and 0 < value < _MOST else 0
