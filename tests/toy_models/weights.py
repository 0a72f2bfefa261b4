"""XLM-R models whose weights are written by hand, so that every logit is known beforehand.

A vector is a row of features: feature ``f`` stands in places ``2f`` and ``2f + 1`` as
``(1, -1)`` where it is on and ``(-1, 1)`` where it is off. Such a vector has mean 0 and
variance 1, whatever is on: a layer normalisation leaves it as it is, and what a layer adds
turns features on. Token embeddings set features of a token, position embeddings the bits of
its position; the feed-forward layers add nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from transformers import (
    XLMRobertaConfig,
    XLMRobertaForQuestionAnswering,
    XLMRobertaForSequenceClassification,
    XLMRobertaForTokenClassification,
)

LOGIT = 8.0
"""A logit is this where its feature is on, and minus this where it is off."""

POSITIONS = 514
_BITS = POSITIONS.bit_length()
_STEP = 20.0
"""Attention to a position over that to the one before: the latter's share is e^-20."""

IdsOf = Mapping[str, Iterable[int]]


def tagger(vocabulary: int, labels: Sequence[str], ids: IdsOf) -> Any:
    """Return a token classifier: ``ids[label]`` are the tokens that it gives this label."""
    config = _config(vocabulary, len(labels), id2label=dict(enumerate(labels)))
    model = _silent(XLMRobertaForTokenClassification(config))
    _embed(model, [ids[label] for label in labels])
    _read(model.classifier, range(len(labels)), LOGIT)
    return model


def span_reader(vocabulary: int, starts: Iterable[int], ends: Iterable[int]) -> Any:
    """Return a reader whose spans start at one of the tokens ``starts`` and end at ``ends``."""
    model = _silent(XLMRobertaForQuestionAnswering(_config(vocabulary, 2)))
    _embed(model, [starts, ends])
    _read(model.qa_outputs, (0, 1), LOGIT)
    return model


def last_key_classifier(vocabulary: int, labels: Sequence[str], ids: IdsOf) -> Any:
    """Return a sequence classifier: the last token of all ``ids[label]`` gives the label.

    Every position attends to that token alone and turns on the feature of its label.
    """
    classes, n = range(len(labels)), len(labels)
    config = _config(vocabulary, 2 * n, _BITS, id2label=dict(enumerate(labels)))
    model = _silent(XLMRobertaForSequenceClassification(config))
    keys, answers, bits = classes, range(n, 2 * n), range(2 * n, 2 * n + _BITS)
    _embed(model, [ids[label] for label in labels], bits)
    attention = model.roberta.encoder.layer[0].attention
    size = config.hidden_size
    with torch.no_grad():
        # One head: a token's score is the first place of its key, as the query is fixed.
        attention.self.query.bias[0] = size**0.5
        score = torch.zeros(size)
        for bit, feature in enumerate(bits):
            score += _reading(size, feature) * _STEP * 2**bit / 2
        for feature in keys:
            score += _reading(size, feature) * _STEP * 2**_BITS
        attention.self.key.weight[0] = score
        attention.self.value.weight.copy_(torch.eye(size))
        for feature, answer in zip(keys, answers, strict=True):
            on = _feature(size, answer)
            attention.output.dense.weight += torch.outer(on, _reading(size, feature))
            attention.output.dense.bias += on
        _read(model.classifier.dense, answers, 1.0)
        model.classifier.out_proj.weight[:, :n] = torch.eye(n) * LOGIT / torch.tensor(1.0).tanh()
    return model


def _config(vocabulary: int, features: int, bits: int = 0, **more: Any) -> XLMRobertaConfig:
    return XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=2 * (features + bits),
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=4,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,
        layer_norm_eps=1e-12,
        **more,
    )


def _silent(model: Any) -> Any:
    """Set all weights to zero but the factors of the normalisations, which stay 1."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if not name.endswith("LayerNorm.weight"):
                weight.zero_()
    return model.eval()


def _embed(model: Any, ids: Sequence[Iterable[int]], bits: Sequence[int] = ()) -> None:
    """Turn on feature ``f`` in the tokens ``ids[f]``, and the bits of each position."""
    embeddings = model.roberta.embeddings
    size = model.config.hidden_size
    words, positions = embeddings.word_embeddings.weight, embeddings.position_embeddings.weight
    with torch.no_grad():
        for feature in range(size // 2):
            (positions if feature in bits else words).add_(-_feature(size, feature))
        for feature, tokens in enumerate(ids):
            for token in tokens:
                words[token] += 2 * _feature(size, feature)
        for bit, feature in enumerate(bits):
            for position in range(POSITIONS):
                if position >> bit & 1:
                    positions[position] += 2 * _feature(size, feature)


def _read(linear: torch.nn.Linear, features: Iterable[int], scale: float) -> None:
    """Have output ``i`` be ``scale`` where the ``i``-th of the features is on, else minus that."""
    with torch.no_grad():
        for output, feature in enumerate(features):
            linear.weight[output] = scale * _reading(linear.in_features, feature)


def _feature(size: int, feature: int) -> torch.Tensor:
    vector = torch.zeros(size)
    vector[2 * feature], vector[2 * feature + 1] = 1.0, -1.0
    return vector


def _reading(size: int, feature: int) -> torch.Tensor:
    """What a vector is multiplied with to get 1 where the feature is on, and -1 where not."""
    return _feature(size, feature) / 2
