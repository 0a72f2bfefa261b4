"""Weights of a file that have no place in the model: which are of no consequence, which are not."""

from __future__ import annotations

import re
from collections.abc import Iterable

OPTIONAL = {
    "pooling for a head that this task does not use": r"(^|\.)pooler\.",
    "the head that predicts masked words": (
        r"(^|\.)(lm_head|cls\.predictions|cls\.seq_relationship|generator_predictions"
        r"|generator_lm_head|discriminator_predictions|vocab_transform|vocab_layer_norm"
        r"|vocab_projector|pred_layer)\."
    ),
    "constants that models of today make themselves": (
        r"(^|\.)(position_ids|embeddings\.token_type_ids|rotary_emb\.inv_freq)$"
    ),
}
"""What may be left over, by what it is."""

_OTHER_HEADS = r"^(classifier|qa_outputs|pre_classifier|score|sequence_summary|logits_proj)\."
_ADAPTER = re.compile(r"lora_|\.adapter|adapter_|ia3_|base_layer\.|prompt_e(mbeddings|ncoder)")
_LAYER = re.compile(r"\blayers?\.(\d+)\.")


def leftover(unplaced: Iterable[str], head: str) -> list[str]:
    """Return the names of weights that the model should have had a place for, sorted.

    Args:
        unplaced: names of all weights without a place.
        head: the one that was loaded; an encoder is taken from a model of any head.
    """
    patterns = [*OPTIONAL.values(), *([_OTHER_HEADS] if head == "encoder" else [])]
    optional = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    return sorted(name for name in unplaced if optional.search(name) is None)


def explained(names: list[str], layers: int | None) -> str:
    """Return what weights without a place are likely to be, and what to do.

    Args:
        names: their names, as ``leftover`` returns them.
        layers: those that the config has.
    """
    if any(_ADAPTER.search(name) for name in names):
        return (
            "They belong to an adapter that was not merged, without which the model is another: "
            "merge it (peft: merge_and_unload) and save the result."
        )
    deep = [int(match[1]) for name in names if (match := _LAYER.search(name))]
    if layers is not None and deep and max(deep) >= layers:
        return (
            f"num_hidden_layers is {layers} in config.json, the file has {max(deep) + 1} layers: "
            "correct it, or save the model anew with save_pretrained."
        )
    return "Correct config.json, or save the model anew with save_pretrained."
