"""Attention masks made ready, so that transformers need not look at them.

Given a mask of two dimensions it asks the device whether all of it is ones: the host waits for the
device in every forward pass, and a capture of a graph may not. What is of four dimensions already
it takes as it is (``transformers.masking_utils``, as of 5.0).
"""

from __future__ import annotations

import torch

TAKEN_AS_IT_IS = ("bert", "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "electra")
"""Model types that hand their mask to ``masking_utils`` and use it for nothing else."""

READY_FOR = ("sdpa", "eager")
"""Attentions that work on a mask of four dimensions."""


def ready_mask(
    mask: torch.Tensor | None, ids: torch.Tensor, model_type: str, attn: str, dtype: torch.dtype
) -> torch.Tensor | None:
    """Return the mask that a model is to be called with.

    Args:
        mask: ``(rows, length)``, 1 for real tokens; ``None``: all are.
        ids: of the batch.
        model_type: of the configuration.
        attn: attention implementation.
        dtype: of the activations.

    Returns:
        ``(rows, 1, 1, length)`` or ``None`` where the model takes either without looking at it,
        else ``(rows, length)``.
    """
    if model_type not in TAKEN_AS_IT_IS:
        return torch.ones_like(ids) if mask is None else mask
    if mask is None or attn not in READY_FOR:
        return mask
    real = mask[:, None, None, :].bool()
    if attn == "sdpa":
        return real
    hidden = torch.zeros_like(real, dtype=dtype)
    return hidden.masked_fill(~real, torch.finfo(dtype).min)
