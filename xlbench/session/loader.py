"""The loader that real runs use: a checkpoint's description in, a model on its device out."""

from __future__ import annotations

import torch

# Most of a first load would be these imports: they belong to the start of the process.
import transformers.modeling_utils  # noqa: F401
from transformers.models.auto import modeling_auto, tokenization_auto  # noqa: F401
from transformers.models.bert import modeling_bert  # noqa: F401
from transformers.models.xlm_roberta import modeling_xlm_roberta  # noqa: F401

from xlbench.checkpoints.loading import load as load_checkpoint
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.session.model import Model


def load(spec: CheckpointSpec, device: torch.device, dtype: str, attn: str | None) -> Model:
    """Load the checkpoint that ``spec`` describes."""
    loaded = load_checkpoint(spec, device=device, dtype=dtype, attn=attn)
    return Model(
        loaded.model, loaded.tokenizer, loaded.labels, loaded.weights_bytes, tuple(loaded.flags)
    )
