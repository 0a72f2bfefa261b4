"""How large an architecture is, worked out from its ``config.json`` without building it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BERT_LIKE = ("bert", "roberta", "xlm-roberta", "camembert")


def layers(config: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the number of layers and the width of the hidden state, where both are given."""
    depth, width = config.get("num_hidden_layers"), config.get("hidden_size")
    return (int(depth), int(width)) if depth and width else None


def encoder_parameters(config: Mapping[str, Any]) -> int | None:
    """Return the parameters of the encoder without pooler and head; ``None`` where unknown.

    Embeddings of words, positions and segments with a norm; in each layer four projections
    of attention, two of the feed-forward part, and two norms (Devlin et al. 2019, arXiv
    1810.04805, and transformers' implementation).
    """
    if config.get("model_type") not in _BERT_LIKE:
        return None
    names = (
        "vocab_size",
        "max_position_embeddings",
        "type_vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
    )
    if any(not isinstance(config.get(name), int) for name in names):
        return None
    words, positions, segments, width, inner, depth = (int(config[name]) for name in names)
    embeddings = (words + positions + segments) * width + 2 * width
    attention = 4 * (width * width + width) + 2 * width
    feed_forward = width * inner + inner + inner * width + width + 2 * width
    return embeddings + depth * (attention + feed_forward)
