"""One call for every head, so that what measures need not know heads."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from xlbench.checkpoints.cut_layers import cut_after
from xlbench.checkpoints.ready_mask import ready_mask


class UniformCall(torch.nn.Module):
    """Calls a transformers model and returns a plain tuple of tensors.

    ``(logits,)`` of shape ``(rows, classes)`` for sequence classification and ``(rows, length,
    tags)`` for token classification; ``(start, end)`` of shape ``(rows, length)`` each for
    question answering; ``(embedding,)`` of shape ``(rows, hidden)`` for an encoder: the mean of
    one layer's hidden states over all real tokens, special ones included, or the first token's,
    as XTREME's ``evaluate_retrieval.py`` pools them; layers above it are cut off. Without a mask
    every token is real.

    Args:
        model: a model of transformers.
        head: one of ``heads.HEADS``.
        layer: index into the hidden states, for an encoder.
        pooling: ``mean`` or ``cls``, for an encoder.
    """

    def __init__(
        self, model: Any, head: str, layer: int | None, pooling: str | None = "mean"
    ) -> None:
        super().__init__()
        self.model, self.head, self.layer, self.pooling = model, head, layer, pooling
        # Tokenizers of two segments also meet models that know one (XLM-R) or none.
        accepts = "token_type_ids" in inspect.signature(model.forward).parameters
        self.takes_types = accepts and getattr(model.config, "type_vocab_size", 0) > 1
        self.model_type = getattr(model.config, "model_type", "")
        self.attn = getattr(model.config, "_attn_implementation", None) or ""
        self.dtype = next(model.parameters()).dtype
        self.ends_there = head == "encoder" and cut_after(model, layer)
        if head == "encoder" and not self.ends_there:
            _install_recorders(model)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None,
        token_type_ids: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, ...]:
        inputs: dict[str, Any] = {
            "input_ids": input_ids,
            "attention_mask": ready_mask(
                attention_mask, input_ids, self.model_type, self.attn, self.dtype
            ),
        }
        if self.takes_types and token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        if self.head == "encoder":
            hidden = self._hidden(inputs)
            if self.pooling == "cls":
                return (hidden[:, 0].to(torch.float32),)
            return (mean_over_tokens(hidden, attention_mask),)
        outputs = self.model(**inputs, return_dict=True)
        if self.head == "question-answering":
            return (outputs.start_logits, outputs.end_logits)
        return (outputs.logits,)

    def _hidden(self, inputs: dict[str, Any]) -> torch.Tensor:
        hidden: torch.Tensor
        if self.ends_there:
            hidden = self.model(**inputs, return_dict=True).last_hidden_state
            return hidden
        # An index makes newer versions of transformers keep that one state only; to older ones it
        # is true, and they keep all.
        wanted = self.layer or True
        outputs = self.model(**inputs, output_hidden_states=wanted, return_dict=True)
        hidden = outputs.hidden_states[self.layer]
        return hidden


def _install_recorders(model: Any) -> None:
    # transformers would do so at the first forward pass, under a lock that torch.compile can't
    # trace, and the graph would fall into pieces.
    try:
        from transformers.utils.output_capturing import maybe_install_capturing_hooks
    except ImportError:
        return
    maybe_install_capturing_hooks(model)


def mean_over_tokens(hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Return the mean of ``hidden`` (rows, length, width) where ``mask`` (rows, length) is 1.

    Without a mask it is that of all. Summed in float32, as half precision would lose digits over
    long rows.
    """
    if mask is None:
        return hidden.to(torch.float32).sum(dim=1) / hidden.shape[1]
    weights = mask.unsqueeze(-1).to(torch.float32)
    summed = (hidden.to(torch.float32) * weights).sum(dim=1)
    return summed / weights.sum(dim=1).clamp(min=1.0)
