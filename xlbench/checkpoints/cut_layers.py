"""Layers above the one that retrieval reads: they change nothing, so they are not kept.

A user who embeds sentences with layer 8 of 12 would cut the model there, too.
"""

from __future__ import annotations

from typing import Any

import torch

CUT = ("bert", "roberta", "xlm-roberta", "camembert", "electra")
"""Model types whose encoder is a list of layers and nothing behind it: its last hidden state is
that of its last layer, bit for bit (xlm-roberta-xl has a normalisation there)."""


def cut_after(model: Any, layer: int | None) -> bool:
    """Drop the layers behind hidden state ``layer`` (0: the embeddings), in place.

    Returns:
        Whether the model's last hidden state is that state now; ``False``: it is left as it was.
    """
    encoder = getattr(model, "encoder", None)
    layers = getattr(encoder, "layer", None)
    if getattr(model.config, "model_type", "") not in CUT or layer is None:
        return False
    if not isinstance(layers, torch.nn.ModuleList) or layer > len(layers):
        return False
    del layers[layer:]
    return True
