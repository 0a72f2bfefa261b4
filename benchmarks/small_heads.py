"""Models of one layer of each family and head, and batches for them, to hold exports against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import transformers

from xlbench.checkpoints.uniform_call import UniformCall

FAMILIES = ("bert", "xlm-roberta")
HEADS = ("sequence-classification", "token-classification", "question-answering", "encoder")
_CLASSES = {
    "sequence-classification": "ForSequenceClassification",
    "token-classification": "ForTokenClassification",
    "question-answering": "ForQuestionAnswering",
    "encoder": "Model",
}
_SIZES = {
    "vocab_size": 90,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 66,
    "pad_token_id": 1,
    # Weights large enough that outputs differ.
    "initializer_range": 0.5,
}


def model(family: str, head: str) -> Any:
    """Return a seeded model in its ``UniformCall``; an encoder pools its only layer."""
    torch.manual_seed(3)
    if family == "bert":
        config = transformers.BertConfig(**_SIZES, type_vocab_size=2)
    else:
        config = transformers.XLMRobertaConfig(**_SIZES, type_vocab_size=1)
    config.num_labels = 2 if head == "question-answering" else 3
    name = ("Bert" if family == "bert" else "XLMRoberta") + _CLASSES[head]
    more = {"add_pooling_layer": False} if head == "encoder" else {}
    built = getattr(transformers, name)(config, **more).eval()
    call = UniformCall(built, head, 1 if head == "encoder" else None)
    return call.eval().requires_grad_(False)


def batches(call: Any) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield batches of several shapes with padding and, where the model has them, two segments."""
    generator = torch.Generator().manual_seed(1)
    for rows, length in ((1, 1), (1, 9), (2, 64), (5, 20)):
        ids = torch.randint(5, 90, (rows, length), generator=generator)
        mask = torch.ones_like(ids)
        mask[-1, max(1, length // 2) :] = 0
        ids[mask == 0] = 1
        types = (torch.arange(length) > length // 3).long().expand(rows, length) * mask
        yield (ids, mask, types) if call.takes_types else (ids, mask)
