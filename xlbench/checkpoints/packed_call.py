"""A model called with rows that lie one behind the other, without a token of padding."""

from __future__ import annotations

from typing import Any

import torch

from xlbench.checkpoints import packed_attention
from xlbench.checkpoints.uniform_call import UniformCall
from xlbench.encode.joined import Runs
from xlbench.errors import UserError

PACKABLE = ("bert", "roberta", "xlm-roberta", "camembert")
"""Model types whose layers mix tokens in their attention only, and take positions as input."""

_COUNT_FROM_PADDING = ("roberta", "xlm-roberta", "camembert")
"""Those whose first position is that behind the padding's (fairseq's way)."""


class PackedCall(torch.nn.Module):
    """Calls a model with a packed batch; returns what ``UniformCall`` does, without padding.

    One row for each row of the batch where the head has one output a row; else one for each token,
    rows one behind the other: ``(tokens, tags)``, or ``(tokens,)`` twice.

    Args:
        call: the model as it is called with padding; its attention is changed.

    Raises:
        UserError: the model is none that can be called so.
    """

    def __init__(self, call: Any) -> None:
        super().__init__()
        if not isinstance(call, UniformCall) or call.model_type not in PACKABLE:
            found = getattr(call, "model_type", "") or type(call).__name__
            raise UserError(
                f"padding=packed works for models of the types {', '.join(PACKABLE)}, this is "
                f"{found}: give padding=bucket"
            )
        self.call, self.model, self.head = call, call.model, call.head
        prefix = call.model.base_model_prefix
        self.base = call.model if self.head == "encoder" else getattr(call.model, prefix)
        packed_attention.install(call.model)
        behind = call.model_type in _COUNT_FROM_PADDING
        self.first_position = call.model.config.pad_token_id + 1 if behind else 0

    def forward(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        starts: torch.Tensor,
        runs: Runs,
        type_ids: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, ...]:
        """Run a batch; the arguments are those of ``Joined``, on the model's device."""
        hidden = self._hidden(ids, positions, starts, runs, type_ids)
        if self.head == "encoder":
            return (self._pooled(hidden, starts, runs),)
        if self.head == "sequence-classification":
            return (self._classified(_first_of(hidden, starts)[:, None]),)
        if self.head == "question-answering":
            start, end = self.model.qa_outputs(hidden).unbind(-1)
            return start, end
        return (self.model.classifier(hidden),)

    def _hidden(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        starts: torch.Tensor,
        runs: Runs,
        type_ids: torch.Tensor | None,
    ) -> torch.Tensor:
        inputs: dict[str, Any] = {"input_ids": ids, "position_ids": positions + self.first_position}
        if self.call.takes_types and type_ids is not None:
            inputs["token_type_ids"] = type_ids
        found = self.base(**inputs, starts=starts, runs=runs, return_dict=True)
        hidden: torch.Tensor = found.last_hidden_state[0]
        return hidden

    def _pooled(self, hidden: torch.Tensor, starts: torch.Tensor, runs: Runs) -> torch.Tensor:
        if self.call.pooling == "cls":
            return _first_of(hidden, starts).to(torch.float32)
        means, begin = [], 0
        for count, length in runs:
            end = begin + count * length
            rows = hidden[begin:end].view(count, length, -1).to(torch.float32)
            means.append(rows.sum(dim=1) / length)
            begin = end
        return torch.cat(means)

    def _classified(self, first: torch.Tensor) -> torch.Tensor:
        """Classify rows by their first tokens, ``(rows, 1, width)``."""
        pooler = getattr(self.base, "pooler", None)
        logits: torch.Tensor = self.model.classifier(first if pooler is None else pooler(first))
        return logits


def _first_of(hidden: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
    return hidden.index_select(0, starts[:-1])
