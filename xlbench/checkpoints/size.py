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
    layers = layer_parameters(config)
    if layers is None:
        return None
    words, positions, segments, width, _, _ = _sizes(config)
    return (words + positions + segments) * width + 2 * width + layers


def layer_parameters(config: ModelConfig) -> int | None:
    """Return the parameters of the layers, embeddings aside; ``None`` where unknown.

    The work of a token grows with them (attention between tokens aside).
    """
    sizes = _sizes(config)
    if config.model_type not in _BERT_LIKE or 0 in sizes:
        return None
    *_, width, inner, depth = sizes
    attention = 4 * (width * width + width) + 2 * width
    feed_forward = width * inner + inner + inner * width + width + 2 * width
    return depth * (attention + feed_forward)


def _sizes(config: ModelConfig) -> tuple[int, ...]:
    return tuple(_number(config.content.get(name)) for name in _NAMES)


def _number(value: object) -> int:
    return value if type(value) is int and 0 < value < _MOST else 0
