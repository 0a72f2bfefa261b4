"""How large an architecture is, worked out from its ``config.json`` without building it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BERT_LIKE = ("bert", "roberta", "xlm-roberta", "camembert")
_MOST = 2**40


def layers(config: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the number of layers and the width of the hidden state, where both are given."""
    depth, width = hidden_layers(config), hidden_size(config)
    return None if depth is None or width is None else (depth, width)


def hidden_layers(config: Mapping[str, Any]) -> int | None:
    """Return the number of layers, ``None`` where the config does not say."""
    return _number(config, "num_hidden_layers", "n_layers")  # DistilBERT and XLM have the latter


def hidden_size(config: Mapping[str, Any]) -> int | None:
    """Return the width of the hidden state, ``None`` where the config does not say."""
    return _number(config, "hidden_size", "dim", "emb_dim")


def _number(config: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = config.get(name)
        if type(value) is int and 0 < value < _MOST:
            return value
    return None


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
    numbers = [_number(config, name) for name in names]
    words, positions, segments, width, inner, depth = (n or 0 for n in numbers)
    if None in numbers:
        return None
    embeddings = (words + positions + segments) * width + 2 * width
    attention = 4 * (width * width + width) + 2 * width
    feed_forward = width * inner + inner + inner * width + width + 2 * width
    return embeddings + depth * (attention + feed_forward)
